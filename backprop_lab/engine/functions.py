"""The words learners write: `exp(x)`, `sigmoid(z)`, `matmul(W, x)`, `total(v)`, ….

Each takes nodes, numbers or arrays and returns a node. A composite is built of others
and adds no derivative of its own: its gradient follows from the table. Only its last
operation goes through `apply`, so that the learner's variable names the result.

    >>> from backprop_lab.engine.node import variable
    >>> sigmoid(variable(0.0, "z")).value
    array(0.5)

In PyTorch: `torch.exp` and so on, `torch.sum` for `total`; in JAX: `jax.numpy`.
"""

import itertools
import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from backprop_lab.engine import table
from backprop_lab.engine.arrays import as_array
from backprop_lab.engine.node import (
    Node,
    Operand,
    apply,
    as_node,
    constant,
    product,
)
from backprop_lab.engine.shapes import check_axis
from backprop_lab.engine.written import describe
from backprop_lab.errors import InputError, ShapeError

Axes: TypeAlias = int | tuple[int, ...] | None


def exp(x: Operand) -> Node:
    """Return e to the power x, entry by entry.

    Example:
        >>> exp(0.0).value
        array(1.)
    """
    return apply(table.EXP, x)


def log(x: Operand) -> Node:
    """Return the natural logarithm; at 0 it is −∞, below 0 it is not a number.

    Example:
        >>> log(1.0).value
        array(0.)
    """
    return apply(table.LOG, x)


def sqrt(x: Operand) -> Node:
    """Return the square root; below 0 it is not a number.

    Example:
        >>> sqrt(9.0).value
        array(3.)
    """
    return apply(table.SQRT, x)


def sin(x: Operand) -> Node:
    """Return the sine of an angle in radians.

    Example:
        >>> sin(0.0).value
        array(0.)
    """
    return apply(table.SIN, x)


def cos(x: Operand) -> Node:
    """Return the cosine of an angle in radians.

    Example:
        >>> cos(0.0).value
        array(1.)
    """
    return apply(table.COS, x)


def tanh(x: Operand) -> Node:
    """Return the hyperbolic tangent, between −1 and 1.

    Example:
        >>> tanh(0.0).value
        array(0.)
    """
    return apply(table.TANH, x)


def sigmoid(x: Operand) -> Node:
    """Return 1 / (1 + exp(−x)), between 0 and 1; nothing overflows for large |x|.

    Example:
        >>> sigmoid(0.0).value
        array(0.5)
    """
    return apply(table.SIGMOID, x)


def relu(x: Operand) -> Node:
    """Return x where it is positive, else 0; the derivative at 0 is taken as 0.

    Example:
        >>> relu([-1.0, 2.0]).value
        array([0., 2.])
    """
    return apply(table.RELU, x)


def absolute(x: Operand) -> Node:
    """Return |x|, also written `abs(x)`; the derivative at 0 is taken as 0.

    Example:
        >>> absolute(-3.0).value
        array(3.)
    """
    return apply(table.ABSOLUTE, x)


def maximum(x: Operand, y: Operand) -> Node:
    """Return the larger of x and y; where they are equal, x gets the gradient.

    Example:
        >>> maximum([1.0, 5.0], 3.0).value
        array([3., 5.])
    """
    return apply(table.MAXIMUM, x, y)


def minimum(x: Operand, y: Operand) -> Node:
    """Return the smaller of x and y; where they are equal, x gets the gradient.

    Example:
        >>> minimum([1.0, 5.0], 3.0).value
        array([1., 3.])
    """
    return apply(table.MINIMUM, x, y)


def largest(x: Operand, axis: int | None = None) -> Node:
    """Return the largest of all entries, or of those along one axis.

    Of several that are equal, the first one gets the whole gradient.

    Args:
        x: Any shape.
        axis: The axis to look along, which disappears; all of them if None.

    Raises:
        ShapeError: `x` has no such axis.

    Example:
        >>> largest([[1.0, 2.0], [4.0, 3.0]], axis=1).value
        array([2., 4.])
    """
    if axis is None:
        return apply(table.LARGEST, reshape(x, -1), axis=0)
    check_axis("largest", _shape(x), axis)
    return apply(table.LARGEST, x, axis=axis)


def where(condition: npt.ArrayLike, x: Operand, y: Operand) -> Node:
    """Return x where a condition holds, and y elsewhere.

    The condition is made of truth values, not of nodes: it has no gradient, and it
    stays as it is when the node's code is compiled, like a branch of an `if`.

    Args:
        condition: Truth values, such as `v.value > 0`.
        x: What is taken where it holds.
        y: What is taken where it does not. All three are broadcast.

    Raises:
        InputError: The condition is a node.
        ShapeError: The shapes do not fit together.

    Example:
        >>> where([True, False], 1.0, [10.0, 20.0]).value
        array([ 1., 20.])
    """
    if isinstance(condition, Node):
        raise InputError(
            f"where: the condition {describe(condition)} is a node. Write one about "
            f"its number, where({describe(condition)}.value > 0, x, y)."
        )
    holds = np.array(condition, dtype=bool)
    holds.flags.writeable = False
    return apply(table.WHERE, x, y, condition=holds)


def reshape(x: Operand, shape: int | tuple[int, ...]) -> Node:
    """Return the entries of x, row after row, in another shape.

    Args:
        x: Any shape.
        shape: The new shape, of as many entries; one size may be −1, which means what
            is left. `reshape(x, -1)` is flat, a vector.

    Raises:
        ShapeError: `x` has another number of entries.

    Example:
        >>> reshape([[1.0, 2.0], [3.0, 4.0]], -1).value
        array([1., 2., 3., 4.])
    """
    before = _shape(x)
    try:
        after = np.empty(before, bool).reshape(shape).shape
    except (TypeError, ValueError):
        raise ShapeError(
            f"reshape: {math.prod(before)} entries of shape {before} do not fit into "
            f"the shape {shape!r}. Give whole numbers whose product is "
            f"{math.prod(before)}; one may be -1."
        ) from None
    return apply(table.RESHAPE, x, shape=after)


def matmul(x: Operand, y: Operand) -> Node:
    """Return the product x @ y of matrices and vectors, or of stacks of matrices.

    Args:
        x: Shape (m, n), or (n,), or a stack (b, m, n).
        y: Shape (n, p) or (n,), or a stack (b, n, p). A vector on the right is a
            column, one on the left is a row.

    Raises:
        ShapeError: The shapes have no such product.

    Example:
        >>> matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).value
        array([3., 7.])
    """
    return product(x, y)


def transpose(x: Operand) -> Node:
    """Return x with its axes reversed, also written `x.T`.

    Example:
        >>> transpose([[1.0, 2.0]]).value
        array([[1.],
               [2.]])
    """
    return apply(table.TRANSPOSE, x)


def total(x: Operand, axis: Axes = None, *, keepdims: bool = False) -> Node:
    """Return the sum of all entries, or of those along some axes.

    Args:
        x: Any shape.
        axis: The axis to sum over, or several, (0, 1); all of them if None.
        keepdims: Whether those axes stay, with length 1, or disappear.

    Raises:
        ShapeError: `x` has no such axis.

    Example:
        >>> total([[1.0, 2.0], [3.0, 4.0]], axis=0).value
        array([4., 6.])
        >>> total([[1.0, 2.0], [3.0, 4.0]], axis=1, keepdims=True).value
        array([[3.],
               [7.]])
    """
    return _total("total", x, axis, keepdims)


def mean(x: Operand, axis: Axes = None, *, keepdims: bool = False) -> Node:
    """Return the mean of all entries, or of those along some axes.

    It is the sum divided by the number of entries, and drawn as such: the divisor is
    where the 1/n in the gradient of a batch comes from.

    Args:
        x: Any shape.
        axis: The axis to average over, or several, (0, 1); all of them if None.
        keepdims: Whether those axes stay, with length 1, or disappear.

    Raises:
        ShapeError: `x` has no such axis.

    Example:
        >>> mean([1.0, 2.0, 6.0]).value
        array(3.)
    """
    summed = _total("mean", x, axis, keepdims)
    count = math.prod(_shape(x)) / math.prod(summed.shape)
    return apply(table.DIVIDE, summed, count)


def stack(xs: Iterable[Operand]) -> Node:
    """Return a vector of numbers, or a matrix of vectors as its rows.

    Args:
        xs: Nodes, numbers or arrays, all of one shape.

    Raises:
        ShapeError: There are none, or their shapes differ.

    Example:
        >>> stack([1.0, 2.0]).value
        array([1., 2.])
    """
    return apply(table.STACK, *_several("stack", xs))


def concatenate(xs: Iterable[Operand], axis: int = 0) -> Node:
    """Return arrays joined end to end along an axis.

    Args:
        xs: Nodes or arrays, of one shape but for that axis.
        axis: The axis along which they are joined.

    Raises:
        ShapeError: There are none, or their shapes do not fit.

    Example:
        >>> concatenate([[1.0, 2.0], [3.0]]).value
        array([1., 2., 3.])
    """
    operands = _several("concatenate", xs)
    shapes = [_shape(operand) for operand in operands]
    for shape in shapes:
        check_axis("concatenate", shape, axis)
    sizes = [shape[axis] for shape in shapes]
    cuts = tuple(itertools.accumulate(sizes))[:-1]
    return apply(table.CONCATENATE, *operands, axis=axis, cuts=cuts)


def squared_error(y_hat: Operand, y: Operand) -> Node:
    """Return 1/2 (y − y_hat)², summed over all entries.

    Args:
        y_hat: The prediction.
        y: The target, of the same shape.

    Raises:
        ShapeError: The shapes differ; broadcasting here would hide a mistake.

    Example:
        >>> squared_error([1.0, 2.0], [0.0, 4.0]).value
        array(2.5)
    """
    _check_same_shape("squared_error", y_hat, y)
    squared = (as_node(y) - y_hat) ** 2
    if not squared.shape:
        return apply(table.MULTIPLY, 0.5, squared)
    return apply(table.TOTAL, 0.5 * squared)


def softmax(x: Operand) -> Node:
    """Return positive numbers that sum to 1, the largest where x is largest.

    The largest entry is subtracted first, which changes nothing but prevents overflow.

    Args:
        x: Shape (n,) for one example, or (m, n) for m examples, one in each row.

    Raises:
        ShapeError: `x` is a single number or has more than two axes.

    Example:
        >>> softmax([0.0, 0.0]).value
        array([0.5, 0.5])
    """
    powers = exp(_shifted("softmax", x))
    if len(powers.shape) == 1:
        return apply(table.DIVIDE, powers, total(powers))
    # Transposed, so that each row's sum lines up with that row's entries.
    return apply(table.TRANSPOSE, powers.T / total(powers, axis=1))


def log_softmax(x: Operand) -> Node:
    """Return the logarithm of the softmax, which is finite where that is 0.

    Args:
        x: Shape (n,) for one example, or (m, n) for m examples, one in each row.

    Raises:
        ShapeError: `x` is a single number or has more than two axes.

    Example:
        >>> log_softmax([0.0, -1000.0]).value
        array([    0., -1000.])
    """
    _check_scores("log_softmax", x)
    return apply(table.LOG_SOFTMAX, x)


def cross_entropy(logits: Operand, target: npt.ArrayLike | Node) -> Node:
    """Return −Σ target · log softmax(logits), summed over all examples.

    Args:
        logits: Scores before the softmax: (n,), or (m, n) for m examples.
        target: Probabilities of the logits' shape (a one-hot vector, say), or the
            position of the right class: a whole number, or m of them.

    Raises:
        ShapeError: The shapes do not fit together.
        InputError: A class is not a whole number from 0 to n − 1.

    Example:
        >>> f"{cross_entropy([0.0, 0.0], 1):.4f}"
        '0.6931'
    """
    shifted = _shifted("cross_entropy", logits)
    chances = _probabilities(target, shifted.shape)
    rows = len(shifted.shape) - 1
    log_sums = log(total(exp(shifted), axis=rows))
    # −log softmax = log Σ exp(x) − x, which never takes the logarithm of 0.
    surprises = (log_sums - shifted.T).T
    # What has no chance costs nothing, however surprising it is: 0 · ∞ is 0 here.
    return apply(table.TOTAL, apply(table.WEIGH, chances, surprises))


def _shifted(what: str, x: Operand) -> Node:
    _check_scores(what, x)
    return apply(table.SHIFT, x)


def _check_scores(what: str, x: Operand) -> None:
    shape = _shape(x)
    if len(shape) not in (1, 2):
        raise ShapeError(
            f"{what}: the scores have shape {shape}. Give a vector (n,) for "
            "one example, or a matrix (m, n) for m examples, one in each row."
        )


def _total(what: str, x: Operand, axis: Axes, keepdims: bool) -> Node:
    if axis is None and not keepdims:
        return apply(table.TOTAL, x)
    shape = _shape(x)
    several = tuple(range(len(shape))) if axis is None else axis
    if isinstance(several, tuple):
        for each in several:
            check_axis(what, shape, each)
        if len({each % len(shape) for each in several}) < len(several):
            raise ShapeError(f"{what}: axis={several} names one twice.")
    else:
        check_axis(what, shape, several)
    row = table.TOTAL_KEPT if keepdims else table.TOTAL_AXIS
    return apply(row, x, axis=several)


def _probabilities(target: Any, shape: tuple[int, ...]) -> Node:
    node = target if isinstance(target, Node) else constant(target, name="target")
    if node.shape == shape:
        return node
    if node.shape != shape[:-1]:
        raise ShapeError(
            f"cross_entropy: the target has shape {node.shape}, the scores {shape}. "
            f"Expected probabilities of shape {shape} or classes of shape {shape[:-1]}."
        )
    classes = node.value
    if (classes % 1 != 0).any() or (classes < 0).any() or (classes >= shape[-1]).any():
        raise InputError(
            f"cross_entropy: the classes must be whole numbers from 0 to "
            f"{shape[-1] - 1}, but they are {classes.tolist()}."
        )
    return constant(np.eye(shape[-1])[classes.astype(int)], name=node.name)


def _shape(x: Operand) -> tuple[int, ...]:
    return x.shape if isinstance(x, Node) else as_array(x).shape


def _several(what: str, xs: Iterable[Operand]) -> tuple[Operand, ...]:
    operands = tuple(xs)
    if not operands:
        raise ShapeError(f"{what}: the list is empty; give at least one node.")
    return operands


def _check_same_shape(what: str, x: Operand, y: Operand) -> None:
    first, second = _shape(x), _shape(y)
    if first != second:
        name = describe(x) if isinstance(x, Node) else "the prediction"
        raise ShapeError(
            f"{what}: {name} has shape {first}, the target has shape {second}. "
            "Give both the same shape."
        )
