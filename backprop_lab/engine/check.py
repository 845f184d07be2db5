"""Is the gradient right? Nudge each entry and look: the gradient check.

The central difference (L(w + h) − L(w − h)) / 2h needs no derivative at all: it only
runs the forward pass twice. So it is an independent witness for the tape, as far as its
own error goes, which two neighbours know: `differences` finds the size h of the nudge,
and `rounding` how many digits of L can be believed.

    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x")
    >>> print(check_gradients(x**3))
    variable  tape  central difference  relative error
    x         27    27                  0               agrees

In PyTorch this is `torch.autograd.gradcheck`, in JAX `check_grads`; both take one h for
all functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.differences import (
    UNKNOWN,
    Slope,
    central_difference,
    slopes,
    steps,
)
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.rounding import EPSILON, scatter
from backprop_lab.engine.tape import record_graph
from backprop_lab.errors import GraphError, InputError, ShapeError
from backprop_lab.words.columns import in_columns
from backprop_lab.words.numbers import inline, number

TOLERANCE = 1e-6
_LONGEST_REACH = 1e6  # Relative to 1 and to |x|.


@dataclass(frozen=True, eq=False)
class VariableCheck:
    """The gradient of one variable, from the tape and from central differences.

    Attributes:
        name: What the variable is called.
        tape: The gradient that the tape holds.
        difference: The central differences; NaN for entries that were not checked.
        relative_error: The largest |tape − difference| of an entry, relative to the
            larger of both; where their own errors are larger still, they count as
            equal. NaN where one of them is not finite.
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
    step: float | None = None,
    tolerance: float = TOLERANCE,
    entries: int = 100,
) -> GradientCheck:
    """Return the tape's gradients beside central differences.

    What is promised: an entry that is wrong by a factor of 1.00001 DIFFERS, and a right
    one agrees, whatever the sizes of x and of L. Three things set the limit.

    - Rounding. Where the differences, or the gradient itself, are known to fewer digits
      (terms that cancel, a saturated neuron, the sine of 10¹⁶), both count as equal if
      they are equal in the digits that are known.
    - Kinks. At one (relu at 0) the derivative does not exist, and the two may differ
      without a mistake. Beside it they agree.
    - Edges. The nudges shrink so that x − h stays where L is finite. On the very edge
      (x ** 1.5 at 0), or where L is infinite, no central difference exists: DIFFERS.

    Args:
        output: A single number, usually the loss.
        step: h, relative to the entry's size where that is larger than 1. If None, h is
            chosen for each entry, by L itself; a number is for trying what it does.
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
    if step is not None:
        _check_positive("the step h", step, "1e-5")
    _check_positive("the tolerance", tolerance, "1e-6")
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
    noise, doubts = scatter(tape)
    variables = []
    for node in graph.variables:
        gradient = tape.gradient(node)
        count = min(int(entries), gradient.size)
        checked = np.linspace(0, gradient.size - 1, count).astype(int)
        found = np.full(gradient.size, np.nan)
        errors = []
        for entry in checked:
            expected = Slope(gradient.flat[entry], doubts[node].flat[entry])
            slope = _slope(graph, node, entry, expected, noise, step, tolerance)
            found[entry] = slope.value
            errors.append(_relative_error(expected, slope, tolerance))
        error = float(np.max(errors))
        variables.append(
            VariableCheck(
                graph.name(node),
                gradient,
                frozen(found.reshape(node.shape)),
                error,
                error <= tolerance,
            )
        )
    return GradientCheck(tuple(variables))


def evaluate(graph: Graph, inputs: Mapping[Node, Array]) -> Array:
    """Return the output's value for other values of some inputs.

    Args:
        graph: The graph to run forward again.
        inputs: New values, each of its node's shape.
    """
    values: dict[Node, Array] = dict(inputs)
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            # What depends on none of the new inputs keeps its value.
            moved = any(other in values for other in node.operands)
            if node.operation is not None and moved and node not in values:
                operands = (values.get(other, other.value) for other in node.operands)
                values[node] = node.operation.forward(*operands, **node.settings)
    return frozen(values.get(graph.output, graph.output.value))


def _slope(
    graph: Graph,
    node: Node,
    entry: int,
    expected: Slope,
    noise: float,
    step: float | None,
    tolerance: float,
) -> Slope:
    """Return the difference of the output in one entry of a variable."""

    def output(x: float) -> float:
        nudged = node.value.copy()
        nudged.flat[entry] = x
        return float(evaluate(graph, {node: nudged}).item())

    x = float(node.value.flat[entry])
    if step is not None:
        return central_difference(output, x, step * max(1.0, abs(x)), noise)
    best = UNKNOWN
    for best in slopes(output, x, steps(x, _reach(x, expected.value, noise)), noise):
        sure = best.error <= tolerance / 10 * abs(best.value)
        if sure and _relative_error(expected, best, tolerance) <= tolerance:
            break  # Smaller steps are for the doubtful.
    return best


def _reach(x: float, slope: float, noise: float) -> float:
    """Return over which distance L changes by as much as the terms it is made of."""
    terms = noise / EPSILON
    longest = _LONGEST_REACH * max(1.0, abs(x))
    return min(terms / abs(slope), longest) if abs(slope) > 0 else 0.0


def _relative_error(expected: Slope, found: Slope, tolerance: float) -> float:
    known = (expected.error + found.error) / tolerance
    scale = max(abs(expected.value), abs(found.value), known)
    error = abs(expected.value - found.value)
    return error / scale if error else 0.0


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
