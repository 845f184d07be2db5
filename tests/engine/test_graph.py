import gc
import itertools
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.graph import formula_of

MANY = 100_000


def names(graph):
    return [graph.name(node) for node in graph.nodes]


def test_x_plus_y_times_w_has_five_nodes_and_four_edges():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    graph = bp.Graph.of(z, {id(x): "x", id(y): "y", id(w): "w"})
    q = z.operands[0]
    assert graph.nodes == (x, y, w, q, z)
    assert graph.edges == (
        bp.Edge(q, 0, x),
        bp.Edge(q, 1, y),
        bp.Edge(z, 0, q),
        bp.Edge(z, 1, w),
    )
    assert names(graph) == ["x", "y", "w", "x + y", "z"]
    assert graph.variables == (x, y, w)


def test_a_literal_is_part_of_its_operation_and_no_node():
    x = bp.variable(3.0, "x")
    graph = bp.Graph.of(2 * x + 1)
    assert names(graph) == ["x", "2·x", "2·x + 1"]
    assert len(graph.edges) == 2


def test_a_constant_is_a_node():
    c, x = bp.constant(2.0, "c"), bp.variable(3.0, "x")
    graph = bp.Graph.of(c * x)
    assert (names(graph), len(graph.edges)) == (["c", "x", "c·x"], 2)
    assert graph.variables == (x,)


@pytest.mark.parametrize("use_twice", [lambda x: x * x, lambda x: x + x])
def test_every_use_is_an_edge(use_twice):
    x = bp.variable(3.0, "x")
    z = use_twice(x)
    graph = bp.Graph.of(z)
    assert graph.edges == (bp.Edge(z, 0, x), bp.Edge(z, 1, x))
    assert graph.uses[x] == graph.edges
    assert graph.uses[z] == ()


def test_what_the_output_does_not_depend_on_is_not_in_the_graph():
    x = bp.variable(1.0, "x")
    z = x * 2
    unused = z + 5
    assert unused not in bp.Graph.of(z).nodes


def test_operands_come_before_their_consumers():
    x = bp.variable([1.0, 2.0], "x")
    graph = bp.Graph.of(bp.cross_entropy(bp.tanh(x) * x, 1))
    position = {node: index for index, node in enumerate(graph.nodes)}
    assert all(position[edge.operand] < position[edge.consumer] for edge in graph.edges)


def test_an_input_alone_is_a_graph():
    x = bp.variable(1.0, "x")
    graph = bp.Graph.of(x)
    assert (graph.nodes, graph.edges, graph.formula(x)) == ((x,), (), "")


def test_a_formula_has_the_operands_names():
    W, x, b = (bp.variable(v, n) for v, n in [([[1.0]], "W"), ([2.0], "x"), (3.0, "b")])
    z = W @ x + b
    a = bp.sigmoid(z)
    graph = bp.Graph.of(bp.total(a[0:1]))
    assert graph.formula(z) == "W x + b"
    assert graph.formula(a) == "σ(z)"
    assert graph.formula(graph.output) == "Σ a[0:1]"


def test_expressions_bracket_negative_numbers():
    x, c = bp.variable(3.0, "x"), bp.constant(-2.0)
    graph = bp.Graph.of(bp.exp(x - c), {})
    assert "x − c" in names(graph)
    unnamed = bp.Graph.of(x - bp.constant(-2.0))
    assert names(unnamed)[-1] == "x − (−2)"
    squared = bp.Graph.of(bp.constant(-2.0) ** 2 * x)
    assert "(−2)²" in names(squared)


def test_an_input_has_no_expression():
    x = bp.variable(3.0, "x")
    with pytest.raises(bp.GraphError, match="x is an input"):
        formula_of(x, {})


def test_a_long_expression_gets_a_short_name():
    a, b = bp.variable(1.0, "a_long_name"), bp.variable(2.0, "another_name")
    graph = bp.Graph.of(a * b)
    assert names(graph) == ["a_long_name", "another_name", "v₃"]


def test_equal_unnamed_constants_are_told_apart():
    x = bp.variable([1.0, 1.0], "x")
    shift = scale = np.array([1.0, 2.0])
    graph = bp.Graph.of((x + shift) * scale)
    assert len(set(names(graph))) == 5


LEARNERS_NAMES = st.sampled_from(
    ["a", "a₁", "a₂", "v₁", "v₃", "c₂", "2", "a·b", "a\n", "a\\n", "−1", "b"]
)


@given(st.lists(LEARNERS_NAMES, min_size=2, max_size=8), st.booleans())
def test_no_two_names_are_equal(chosen, by_variable):
    nodes = [
        bp.variable(1.0) if by_variable else bp.variable(-1.0, name) for name in chosen
    ]
    found = {id(n): name for n, name in zip(nodes, chosen, strict=True) if by_variable}
    z = bp.stack([a * b for a, b in itertools.pairwise(nodes)] * 2)
    graph = bp.Graph.of(z, found)
    assert len(set(names(graph))) == len(graph.nodes)


def test_a_name_that_only_one_node_has_is_kept():
    x, y = bp.variable(1.0, "a"), bp.variable(2.0, "b")
    graph = bp.Graph.of(bp.named(x * y, "a"))
    assert names(graph) == ["a₁", "b", "a₂"]


def test_a_node_of_another_graph_has_no_name_here():
    x, stranger = bp.variable(1.0, "x"), bp.variable(2.0, "stranger")
    graph = bp.Graph.of(x * 2)
    with pytest.raises(bp.GraphError, match=r"stranger is not part .*depends on: x\."):
        graph.name(stranger)


# ------------------------------------------------------------------ size


@pytest.mark.slow
def test_100_000_nodes_are_recorded_and_freed_without_recursion():
    x = bp.variable(0.5, "x")

    def record_a_long_sum():
        z = x
        for _ in range(MANY):
            z = z + x
        tape = bp.record(z)
        assert len(tape.graph.nodes) == MANY + 1
        assert tape.gradient(x) == len(tape.graph.uses[x]) == MANY + 1
        assert tape.backward[-1].is_complete
        return weakref.ref(z.operands[0])

    early_sum = record_a_long_sum()
    gc.collect()
    assert early_sum() is None


def test_a_path_count_that_doubles_at_every_node_is_walked_once():
    # 2^1000 paths: whoever walks paths instead of nodes does not come back.
    z = x = bp.variable(1e-300, "x")
    for _ in range(1000):
        z = z + z
    np.testing.assert_allclose(bp.record(z).gradient(x), 2.0**1000)
