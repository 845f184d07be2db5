"""Which shapes fit together, and what to do about those that do not.

Elementwise operations follow NumPy's broadcasting, which NumPy itself checks. Products
follow the column-vector convention of textbooks: a vector is a column.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from backprop_lab.engine import table
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.refusals import Refusals, describe
from backprop_lab.errors import ShapeError
from backprop_lab.words.formulas import one_line

_LONGEST_INDEX = 8  # A longer list of positions is not written out.


def product_row(left: Refusals, right: Refusals) -> Primitive:
    """Return the row for a product: matrix, matrix with vector, or vector with vector.

    Raises:
        ShapeError: The shapes have no product in the column-vector convention.
    """
    x, y = left.value.shape, right.value.shape
    rows = {(2, 2): table.MATMUL, (2, 1): table.MATVEC, (1, 1): table.DOT}
    row = rows.get((len(x), len(y)))
    shapes = f"{describe(left)} has shape {x}, {describe(right)} has shape {y}."
    if row is None:
        advice = (
            "A vector is a column here and stands on the right: W @ x, or W.T @ x."
            if (len(x), len(y)) == (1, 2)
            else "Products are (m, n) @ (n, p), (m, n) @ (n,) and (n,) @ (n,). "
            "For numbers, use *."
        )
        raise ShapeError(f"matmul: {shapes} {advice}")
    if x[-1] != y[0]:
        advice = ""
        if x[0] == y[0] and len(x) == 2:
            advice = f" Did you mean the transpose, {_word(left)}.T @ {_word(right)}?"
        elif len(y) == 2 and x[-1] == y[1]:
            advice = f" Did you mean the transpose, {_word(left)} @ {_word(right)}.T?"
        raise ShapeError(
            f"matmul: the inner sizes differ, {x[-1]} and {y[0]}. {shapes} "
            f"The last size of the first must be the first size of the second.{advice}"
        )
    return row


def misfit(row: Primitive, operands: Sequence[Refusals]) -> str:
    """Return why an operation cannot be computed from operands of these shapes."""
    shapes = ", ".join(
        f"{describe(operand)} has shape {operand.value.shape}" for operand in operands
    )
    if not row.elementwise:
        return f"{row.name}: the shapes do not fit together: {shapes}."
    return (
        f"{row.name}: the shapes do not fit together: {shapes}. Sizes must be equal or "
        "1, compared from the last one backwards (NumPy's broadcasting). "
        "Give both the same shape, or use @ for a matrix product."
    )


def no_entry(operand: Refusals, index: Any) -> str:
    """Return that an index selects nothing, because it is out of range or empty."""
    shape = operand.value.shape
    return (
        f"{describe(operand)} has shape {shape}; it has no entry at "
        f"[{index_text(index)}]. Positions count from 0."
    )


def check_axis(what: str, shape: tuple[int, ...], axis: object) -> None:
    """Check that a shape has an axis.

    Raises:
        ShapeError: It has none of this number.
    """
    whole = isinstance(axis, int | np.integer) and not isinstance(axis, bool)
    if not whole or not -len(shape) <= axis < len(shape):  # type: ignore[operator]
        known = ", ".join(map(str, range(len(shape)))) or "none, it is a single number"
        raise ShapeError(
            f"{what}: axis {axis} does not exist in shape {shape}. "
            f"Its axes are: {known}."
        )


def index_parts(index: Any) -> Iterator[Any]:
    """Return the positions that an index is written with."""
    for part in index if isinstance(index, tuple | list) else (index,):
        if isinstance(part, slice):
            yield from (part.start, part.stop, part.step)
        else:
            yield part


def index_text(index: Any) -> str:
    """Return an index as it is written between brackets.

    Example:
        >>> index_text((slice(0, 2), 1))
        '0:2, 1'
    """
    if isinstance(index, np.ndarray):
        return index_text(index.tolist())
    if isinstance(index, list) and len(index) > _LONGEST_INDEX:
        return f"[{len(index)} positions]"
    if isinstance(index, tuple):
        return ", ".join(map(index_text, index))
    if isinstance(index, slice):
        ends = ["" if end is None else str(end) for end in (index.start, index.stop)]
        return ":".join(ends if index.step is None else [*ends, str(index.step)])
    return "…" if index is Ellipsis else str(index)


def _word(node: Refusals) -> str:
    return one_line(node.name or ("x" if node.value.ndim < 2 else "W"))
