"""Lesson 04: a value used twice."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

import backprop_lab as bp
from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.lessons import wrong_orders

Edges: TypeAlias = list[list[int]]  # Of [consumer, operand, local derivative].
Gradients: TypeAlias = list[float]

_NODES = 6


def _own_two(random: Random) -> Case:
    return tuple(np.round(random.uniform(1.2, 4.0, 2), 1).tolist())


def _own_graph(a: float, b: float, order: Callable[[bp.Node], bp.Tape]) -> Case:
    """Return the gradients of y = c d + c, where c = a + b and d = a b, in an order."""
    inputs = bp.variable(a), bp.variable(b)
    c, d = inputs[0] + inputs[1], inputs[0] * inputs[1]
    tape = order(c * d + c)
    return tuple(tape.gradient(node) for node in (c, d, *inputs))


def _random_edges(random: Random) -> Case:
    """Draw a graph in which nearly every node is used more than once."""
    edges = []
    for consumer in range(1, _NODES):
        operands = consumer - 1, int(random.randint(consumer))
        # As in x·x, two edges to the same operand have the same local derivative.
        derivatives = {operand: int(random.randint(2, 5)) for operand in operands}
        edges += [[consumer, operand, derivatives[operand]] for operand in operands]
    return _NODES, edges


def _backward(count: int, edges: Edges, accumulate: bool = True) -> Gradients:
    """Return the gradients of the last node: consumers before their operands."""
    gradients = [0.0] * (count - 1) + [1.0]
    for consumer, operand, local in sorted(edges, reverse=True):
        before = gradients[operand] if accumulate else 0.0
        gradients[operand] = before + gradients[consumer] * local
    return gradients


def _recursive(count: int, edges: Edges, once: bool) -> Gradients:
    """Pass on at every arrival, or only at the first one."""
    gradients = [0.0] * (count - 1) + [1.0]
    visited = set()

    def visit(node: int) -> None:
        visited.add(node)
        for consumer, operand, local in edges:
            if consumer == node:
                gradients[operand] += gradients[consumer] * local
                if not (once and operand in visited):
                    visit(operand)

    visit(count - 1)
    return gradients


def _oldest_first(count: int, edges: Edges) -> Gradients:
    gradients = [0.0] * (count - 1) + [1.0]
    for consumer, operand, local in edges:
        gradients[operand] += gradients[consumer] * local
    return gradients


EXERCISES = (
    Exercise(
        "04-quotient",
        "Write dy_dx(x): the derivative of y = x / (1 + x), as a sum over the uses "
        "of x.",
        name="dy_dx",
        cases=lambda random: (float(random.uniform(0.3, 3)),),
        reference=lambda x: 1 / (1 + x) - x / (1 + x) ** 2,
        parts=("dy/dx",),
        hints=(
            "Write d = 1 + x, so y = x / d. Over which two edges does x receive?",
            "From y it receives dy/dx = 1/d, from d it receives dy/dd · dd/dx.",
        ),
        mistakes={
            "left out the use in the denominator": (
                "x is also used in d = 1 + x; add what arrives from there.",
                lambda x: 1 / (1 + x),
            ),
            "left out the use as the numerator": (
                "x is also used as the numerator; add what arrives from there.",
                lambda x: -x / (1 + x) ** 2,
            ),
            "multiplied the contributions": (
                "along a path factors are multiplied; where paths meet, add.",
                lambda x: -x / (1 + x) ** 3,
            ),
            "wrong sign of one contribution": (
                "y falls when d grows: dy/dd = −x/d².",
                lambda x: 1 / (1 + x) + x / (1 + x) ** 2,
            ),
            "missing upstream gradient": (
                "d sends dy/dd · dd/dx = −x/d² · 1, not dd/dx = 1 alone.",
                lambda x: 1 / (1 + x) + 1,
            ),
        },
    ),
    Exercise(
        "04-by-hand",
        "With your own numbers a, b: work out by hand the gradients of y = c d + c, "
        "where c = a + b and d = a b.",
        name="my_gradients",
        answer="number",
        cases=_own_two,
        reference=lambda a, b: _own_graph(a, b, bp.record),
        parts=("dy/dc", "dy/dd", "dy/da", "dy/db"),
        hints=(
            "Who uses c? Who uses a? Count the edges before you compute anything.",
            "c receives d from the product and 1 from the sum; only then may it pass "
            "anything on to a and b.",
        ),
        mistakes={
            "overwrote instead of accumulating": (
                "c, a and b are used twice each: add the contributions (+=, not =).",
                lambda a, b: _own_graph(a, b, wrong_orders.overwriting),
            ),
            "passed on partial sums": (
                "c must pass on once, when both its contributions are in.",
                lambda a, b: _own_graph(a, b, wrong_orders.naive_recursion),
            ),
            "passed on too early": (
                "c had not received its second contribution when it passed on to a, b.",
                lambda a, b: _own_graph(a, b, wrong_orders.visiting_once),
            ),
        },
    ),
    Exercise(
        "04-backward",
        "Write backward(count, edges): the gradients of the last node with respect to "
        "all nodes, as a list. Nodes are numbered in the order in which they were "
        "computed; each edge is [consumer, operand, local derivative].",
        name="backward",
        cases=_random_edges,
        reference=_backward,
        parts=("gradients",),
        points=2.0,
        hints=(
            "Start with a list of zeros and put the seed, 1, in its last place.",
            "Take the edges from the youngest consumer to the oldest: "
            "sorted(edges, reverse=True).",
        ),
        mistakes={
            "overwrote instead of accumulating": (
                "a node receives one contribution for each edge: += instead of =.",
                lambda count, edges: _backward(count, edges, accumulate=False),
            ),
            "passed on partial sums": (
                "a node must pass on once, when all contributions are in.",
                lambda count, edges: _recursive(count, edges, once=False),
            ),
            "visited each node only once, too early": (
                "a node may pass on only after every consumer has paid in.",
                lambda count, edges: _recursive(count, edges, once=True),
            ),
            "walked the edges from the oldest node": (
                "the backward pass starts at the output; take the edges in reverse.",
                _oldest_first,
            ),
            "forgot the seed": (
                "the gradient of the output with respect to itself is 1.",
                lambda count, edges: [0.0] * count,
            ),
        },
    ),
)
