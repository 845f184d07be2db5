"""A walk takes any order; youngest first is the right one."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine import table
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.primitives import primitive
from backprop_lab.engine.walking import Walk, contribution, youngest_first


def test_youngest_first_sends_once_over_every_edge_to_a_node_with_a_gradient():
    x, w = bp.variable(2.0, "x"), bp.variable(3.0, "w")
    y = (x * w + x) * 5.0
    walk = Walk(Graph.of(y), np.array(1.0))
    youngest_first(walk)
    sent = [(step.consumer, step.position) for step in walk.steps[1:]]
    due = [
        (edge.consumer, edge.position)
        for edge in walk.graph.edges
        if not edge.operand.is_constant
    ]
    assert len(sent) == len(set(sent))
    assert set(sent) == set(due)
    assert walk.gradients[x] == 20.0


def test_what_is_not_accumulated_replaces_what_was_there():
    x = bp.variable(3.0, "x")
    y = x * x
    walk = Walk(Graph.of(y), np.array(1.0))
    first, second = walk.edges_to_operands(y)
    walk.send(first)
    step = walk.send(second, accumulate=False)
    assert step.before is None
    assert (step.after, step.arrived, step.expected) == (3.0, 2, 2)


def test_a_moved_value_changes_what_is_sent_and_not_the_node():
    x, w = bp.variable(2.0, "x"), bp.variable(3.0, "w")
    y = x * w
    walk = Walk(Graph.of(y), np.array(1.0))
    walk.moved[w] = np.array(10.0)
    assert walk.send(Edge(y, 0, x)).contribution == 10.0
    assert w.value == 3.0


@pytest.mark.parametrize("row", [None, table.MULTIPLY])
def test_a_contribution_is_that_of_the_table_unless_another_row_is_given(row):
    y = bp.variable(3.0, "x") * 5.0
    operands = np.array(3.0), np.array(5.0)
    assert contribution(y, 0, np.array(2.0), operands, row)[1] == 10.0
    wrong = primitive("multiply", "x * y", "x", "x")
    assert contribution(y, 0, np.array(2.0), operands, wrong)[1] == 6.0


def test_an_operand_that_was_not_selected_is_sent_nothing_of_an_infinite_gradient():
    z = bp.maximum(bp.variable(1.0, "x"), bp.variable(2.0, "y"))
    operands = np.array(1.0), np.array(2.0)
    assert contribution(z, 0, np.array(np.inf), operands)[1] == 0.0
    assert contribution(z, 1, np.array(np.inf), operands)[1] == np.inf


def test_constants_are_sent_nothing():
    y = bp.variable(3.0, "x") * 5.0
    walk = Walk(Graph.of(y), np.array(1.0))
    assert [edge.position for edge in walk.edges_to_operands(y)] == [0]
    assert not walk.edges_to_operands(bp.constant(2.0) * 3.0)
