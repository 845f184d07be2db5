"""Which shapes fit together, and what to do about those that do not.

Elementwise operations follow NumPy's broadcasting, which NumPy itself checks. Products
follow the column-vector convention of textbooks: a vector is a column.
"""

import operator
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, SupportsIndex

import numpy as np

from backprop_lab.engine import table
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.refusals import Refusals
from backprop_lab.engine.written import describe, written
from backprop_lab.errors import ShapeError

_KEPT = bool | np.bool_ | np.ndarray  # They count as well, but mean something else.
_LONGEST_INDEX = 8  # A longer list of positions is not written out.


def product_row(left: Refusals, right: Refusals) -> Primitive:
    """Return the row for a product of matrices, vectors, or stacks of matrices.

    Raises:
        ShapeError: The shapes have no product.
    """
    x, y = left.value.shape, right.value.shape
    rows = {
        (2, 2): table.MATMUL,
        (2, 1): table.MATVEC,
        (1, 2): table.VECMAT,
        (1, 1): table.DOT,
    }
    shapes = f"{describe(left)} has shape {x}, {describe(right)} has shape {y}."
    row = rows.get((len(x), len(y)))
    if row is None and min(len(x), len(y)) >= 2:
        row = table.BATCHED
    if row is None:
        raise ShapeError(
            f"matmul: {shapes} Products are (m, n) @ (n, p), (m, n) @ (n,), "
            "(m,) @ (m, n) and (n,) @ (n,), and those of stacks of matrices, "
            "(b, m, n) @ (b, n, p). For numbers, use *."
        )
    inner = y[-2] if len(y) > 1 else y[0]
    if x[-1] != inner:
        advice = ""
        W, v = written(left, "W"), written(right, "x")
        if x[0] == inner and len(x) == 2:
            advice = f" Did you mean the transpose, {W}.T @ {v}?"
        elif len(y) == 2 and x[-1] == y[1]:
            advice = f" Did you mean the transpose, {W} @ {v}.T?"
        which = "last size but one" if len(y) > 2 else "first size"
        raise ShapeError(
            f"matmul: the inner sizes differ, {x[-1]} and {inner}. {shapes} "
            f"The last size of the first must be the {which} of the second.{advice}"
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


def no_entry(
    row: Primitive, operands: Sequence[Refusals], settings: Mapping[str, Any]
) -> str:
    """Return that an index selects nothing, because it is out of range or empty."""
    if "index" not in settings:  # Only a row of one's own takes fixed entries.
        return misfit(row, operands)
    return (
        f"{describe(operands[0])} has shape {operands[0].value.shape}; it has no entry "
        f"at [{index_text(settings['index'])}]. Positions are whole numbers and count "
        "from 0."
    )


def check_axis(what: str, shape: tuple[int, ...], axis: object) -> None:
    """Check that a shape has an axis.

    Raises:
        ShapeError: It has none of this number.
    """
    if isinstance(axis, Refusals):
        raise ShapeError(
            f"{what}: the axis must be a whole number, but {describe(axis)} is a node. "
            "Several nodes stand in a list: total(stack([x, y]))."
        )
    whole = isinstance(axis, int | np.integer) and not isinstance(axis, bool)
    if not whole or not -len(shape) <= axis < len(shape):  # type: ignore[operator]
        known = ", ".join(map(str, range(len(shape)))) or "none, it is a single number"
        raise ShapeError(
            f"{what}: axis {axis} does not exist in shape {shape}. "
            f"Its axes are: {known}."
        )


def plain(setting: Any) -> Any:
    """Return a setting (an index, an axis) as a copy made of Python's own numbers.

    Whatever counts in Python may stand for a whole number: an entry of an `IntEnum`, a
    NumPy integer.

    Raises:
        InputError: A node stands for a whole number.

    Example:
        >>> plain((np.int64(1), slice(np.uint8(2), None)))
        (1, slice(2, None, None))
    """
    if isinstance(setting, tuple):
        return tuple(map(plain, setting))
    if isinstance(setting, list):
        return [*map(plain, setting)]
    if isinstance(setting, slice):
        return slice(plain(setting.start), plain(setting.stop), plain(setting.step))
    if isinstance(setting, SupportsIndex) and not isinstance(setting, _KEPT):
        return operator.index(setting)
    return deepcopy(setting)


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
    if isinstance(index, str):
        return repr(index)
    return "…" if index is Ellipsis else str(index)
