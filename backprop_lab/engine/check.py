"""Is the gradient right? Nudge each entry and look: the gradient check.

The central difference (L(w + h) − L(w − h)) / 2h needs no derivative at all: it only
runs the forward pass twice. So it is an independent witness for the tape.

    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x")
    >>> print(check_gradients(x**3))
    variable  tape  central difference  relative error
    x         27    27.0000             1.0e−11         agrees

Reference: Nocedal and Wright, Numerical Optimization (2006), section 8.1, for the
choice of h. In PyTorch this is `torch.autograd.gradcheck`, in JAX `check_grads`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import record_graph
from backprop_lab.errors import GraphError, InputError, ShapeError
from backprop_lab.words.columns import in_columns
from backprop_lab.words.numbers import inline, number

# The error of a central difference is of order h² (the curve) plus ε/h (rounding); the
# sum is smallest near the cube root of the machine's precision.
STEP = float(np.finfo(np.float64).eps ** (1 / 3))
TOLERANCE = 1e-5
_SMALLEST_SCALE = 1e-8  # Below, errors are absolute: both gradients are as good as 0.


@dataclass(frozen=True, eq=False)
class VariableCheck:
    """The gradient of one variable, from the tape and from central differences.

    Attributes:
        name: What the variable is called.
        tape: The gradient that the tape holds.
        difference: The central differences; NaN for entries that were not checked.
        relative_error: The largest |tape − difference|, relative to the larger of the
            two gradients' largest entries; NaN where one of them is not finite.
        agrees: Whether the relative error is within the tolerance.
    """

    name: str
    tape: Array
    difference: Array
    relative_error: float
    agrees: bool


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradients`; print it for a table."""

    variables: tuple[VariableCheck, ...]

    @property
    def agrees(self) -> bool:
        """Whether all gradients agree."""
        return all(variable.agrees for variable in self.variables)

    def __str__(self) -> str:
        """Return a line for each variable."""
        head = ("variable", "tape", "central difference", "relative error", "")
        rows = [head] + [
            (
                variable.name,
                inline(variable.tape),
                inline(variable.difference),
                _short(variable.relative_error),
                "agrees" if variable.agrees else "DIFFERS",
            )
            for variable in self.variables
        ]
        return in_columns(rows)

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def check_gradients(
    output: Node,
    *,
    step: float = STEP,
    tolerance: float = TOLERANCE,
    entries: int = 100,
) -> GradientCheck:
    """Return the tape's gradients beside central differences.

    At a kink (relu at 0) the two may differ without a mistake: the derivative does not
    exist there. A gradient so small that the two values of L differ by their rounding
    alone (a saturated neuron) counts as equal if both are that small.

    Args:
        output: A single number, usually the loss.
        step: h, relative to the entry's size where that is larger than 1.
        tolerance: The largest relative error that counts as agreement.
        entries: How many entries to check in each variable; of a larger array, evenly
            spread ones.

    Raises:
        GraphError: The output depends on no variable.
        InputError: `step`, `tolerance` or `entries` is not positive.
        ShapeError: The output is not a single number.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> w = variable([1.0, 2.0], "w")
        >>> check_gradients(w @ w).agrees
        True
    """
    graph = Graph.of(output)
    _check_positive("the step h", step, "1e-5")
    _check_positive("the tolerance", tolerance, "1e-5")
    _check_positive("entries", entries, "100")
    if output.value.size != 1:
        raise ShapeError(
            f"{graph.name(output)} has shape {output.shape}; a gradient check is of a "
            "single number. Reduce it first, with total or mean."
        )
    if not graph.variables:
        raise GraphError(
            f"{graph.name(output)} depends on no variable, so there is nothing to "
            "check. Make an input a variable: w = variable(2.0)."
        )
    tape = record_graph(graph)
    return GradientCheck(
        tuple(
            _compare(graph, node, tape.gradient(node), step, tolerance, entries)
            for node in graph.variables
        )
    )


def evaluate(graph: Graph, inputs: Mapping[Node, Array]) -> Array:
    """Return the output's value for other values of some inputs.

    Args:
        graph: The graph to run forward again.
        inputs: New values, each of its node's shape.
    """
    values: dict[Node, Array] = dict(inputs)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            if node.operation is not None and node not in values:
                operands = (values.get(other, other.value) for other in node.operands)
                values[node] = node.operation.forward(*operands, **node.settings)
    return frozen(values.get(graph.output, graph.output.value))


def _compare(
    graph: Graph, node: Node, tape: Array, step: float, tolerance: float, entries: int
) -> VariableCheck:
    size = node.value.size
    checked = np.linspace(0, size - 1, min(int(entries), size)).astype(int)
    slopes = np.full(size, np.nan)
    slopes[checked] = [_slope(graph, node, entry, step) for entry in checked]
    expected, found = tape.flat[checked], slopes[checked]
    # Smaller gradients drown in the rounding of L, by ε·|L| / h.
    rounding = np.finfo(np.float64).eps * abs(graph.output.value.item()) / step
    with np.errstate(all="ignore"):
        scale = max(np.abs(expected).max(), np.abs(found).max())
        floor = max(_SMALLEST_SCALE, rounding / tolerance)
        error = float(np.abs(expected - found).max() / max(scale, floor))
    return VariableCheck(
        graph.name(node),
        tape,
        frozen(slopes.reshape(node.shape)),
        error,
        error <= tolerance,
    )


def _slope(graph: Graph, node: Node, entry: int, step: float) -> float:
    """Return the central difference of the output in one entry of a variable."""
    nudge = step * max(1.0, abs(float(node.value.flat[entry])))
    higher, lower = node.value.copy(), node.value.copy()
    higher.flat[entry] += nudge
    lower.flat[entry] -= nudge
    with np.errstate(all="ignore"):
        rise = evaluate(graph, {node: higher}) - evaluate(graph, {node: lower})
        # What was really added, after rounding.
        return rise.item() / float(higher.flat[entry] - lower.flat[entry])


def _check_positive(what: str, value: object, example: str) -> None:
    if not isinstance(value, int | float) or not value > 0:
        raise InputError(
            f"{what} must be positive, but it is {value!r}; try {example}."
        )


def _short(error: float) -> str:
    if not np.isfinite(error) or error == 0:
        return number(error)
    mantissa, exponent = f"{error:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")
