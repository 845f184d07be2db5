"""How far rounding moves a loss and its gradients, found by rounding at random.

Each number of a pass is off in its last digit, and how much of that reaches the result
depends on terms that the result no longer shows: in (x + 1) − 1 it is the 1. So both
passes run again a few times, each number in them moved at random within its last digit,
and the results scatter as far as rounding reaches.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> x = variable(1e-9)
    >>> of_the_loss, _ = scatter(record((x + 1.0) - 1.0))
    >>> bool(1e-16 < of_the_loss < 1e-15)
    True

Reference: Parker, Monte Carlo Arithmetic (1997), UCLA CSD-970002; and the method CESTAC
of Vignes, A stochastic arithmetic for reliable scientific computation (1993).
"""

from collections.abc import Mapping

import numpy as np

from backprop_lab.engine.arrays import Array, sum_to_shape
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import Tape

# The smallest nudge of an input, in its last digits. Where the gradient is another one
# so near by (the sine of 10¹⁶), no nudge can tell it.
SMALLEST_NUDGE = 4.0
_RUNS = 8
_FACTOR = 2.0  # A scatter of few runs is wider in truth than it looks.
EPSILON = float(np.finfo(np.float64).eps)
_SMALLEST = float(np.finfo(np.float64).smallest_subnormal)


def scatter(tape: Tape) -> tuple[float, Mapping[Node, Array]]:
    """Return how far the output of a tape, and each gradient, is off by rounding.

    Args:
        tape: The passes, of an output that is a single number.
    """
    random = np.random.default_rng(0)  # The same for each call: no check is by chance.
    output = tape.graph.output
    of_output = np.array(_SMALLEST)
    widest = dict.fromkeys(tape.gradients, np.array(0.0))
    with np.errstate(all="ignore"):
        for _ in range(_RUNS):
            again = _values(tape.graph, random)
            of_output = _wider(of_output, again[output], output.value)
            values = _values(tape.graph, random, SMALLEST_NUDGE)
            for node, gradient in _gradients(tape, random, values).items():
                widest[node] = _wider(widest[node], gradient, tape.gradients[node])
    return (
        _FACTOR * of_output.item(),
        {node: _FACTOR * moved for node, moved in widest.items()},
    )


def _wider(widest: Array, moved: Array, unmoved: Array) -> Array:
    distance = np.abs(moved - unmoved)
    return np.where(np.isfinite(distance), np.maximum(widest, distance), widest)


def _moved(array: Array, random: np.random.Generator, digits: float = 1.0) -> Array:
    return array * (1 + digits * EPSILON * random.uniform(-1, 1, np.shape(array)))


def _values(
    graph: Graph, random: np.random.Generator, digits: float = 0.0
) -> dict[Node, Array]:
    """Return what a forward pass gives; its inputs move by so many last digits."""
    values: dict[Node, Array] = {}
    for node in graph.nodes:
        row = node.operation
        if node.is_constant:
            values[node] = node.value  # The same in every evaluation.
        elif row is None:
            values[node] = _moved(node.value, random, digits)
        else:
            operands = _operands(node, values)
            if not row.elementwise:
                # Sums round within, where terms of opposite signs may cancel.
                operands = tuple(_moved(operand, random) for operand in operands)
            values[node] = _moved(row.forward(*operands, **node.settings), random)
    return values


def _gradients(
    tape: Tape, random: np.random.Generator, values: Mapping[Node, Array]
) -> dict[Node, Array]:
    """Return what a backward pass gives over a forward pass."""
    seed, *steps = tape.backward
    gradients = {seed.operand: seed.after}
    for step in steps:
        node = step.consumer
        assert node is not None and node.operation is not None
        sent = node.operation.contribution(
            step.position,
            gradients[node],
            values[node],
            _operands(node, values),
            dict(node.settings),
        )
        sent = sum_to_shape(np.asarray(sent, np.float64), step.operand.shape)
        sent = _moved(sent, random)
        before = gradients.get(step.operand)
        gradients[step.operand] = (
            sent if before is None else _moved(before + sent, random)
        )
    return gradients


def _operands(node: Node, values: Mapping[Node, Array]) -> tuple[Array, ...]:
    # Literals are no nodes of the graph.
    return tuple(values.get(operand, operand.value) for operand in node.operands)
