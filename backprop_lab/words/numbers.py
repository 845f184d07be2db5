"""How numbers and arrays are written for people.

One rule for every picture, table and sentence, so that the same number reads the same
everywhere: whole numbers as they are, others with four decimals, very large and very
small ones with a power of ten. The minus sign is U+2212, which screen readers read.

    >>> number(-12.0), number(0.62245933), number(0.000438568)
    ('−12', '0.6225', '4.386e−4')
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

DECIMALS = 4
_LARGEST_WHOLE = 1e6
_LARGEST_FIXED = 1e4
_SMALLEST_FIXED = 1e-3
GRID = 4  # The largest number of rows or columns that is written out.


def number(value: float) -> str:
    """Return one number as short text.

    Example:
        >>> number(float("inf")), number(0.5), number(123456.7)
        ('∞', '0.5000', '1.235e5')
    """
    if math.isnan(value):
        return "NaN"
    size = abs(value)
    if math.isinf(size):
        text = "∞"
    elif size < _LARGEST_WHOLE and size.is_integer():
        text = f"{size:.0f}"
    elif _SMALLEST_FIXED <= size < _LARGEST_FIXED:
        text = f"{size:.{DECIMALS}f}"
    else:
        mantissa, exponent = f"{size:.{DECIMALS - 1}e}".split("e")
        text = f"{mantissa}e{int(exponent)}".replace("-", "−")
    return f"−{text}" if value < 0 else text


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as people write it.

    Example:
        >>> shape_text((2, 3)), shape_text((4,)), shape_text(())
        ('2 × 3', '4', 'a number')
    """
    return " × ".join(map(str, shape)) if shape else "a number"


def fits_grid(array: NDArray[np.float64]) -> bool:
    """Return whether an array is small enough to be written out in full."""
    return array.ndim <= 2 and all(size <= GRID for size in array.shape)


def grid(array: NDArray[np.float64]) -> tuple[tuple[str, ...], ...]:
    """Return a small array as rows of texts; a vector is one column.

    Vectors stand upright because the course uses column vectors: z = W x + b.

    Example:
        >>> import numpy as np
        >>> grid(np.array([1.0, 2.0]))
        (('1',), ('2',))
    """
    rows = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
    return tuple(tuple(number(float(entry)) for entry in row) for row in rows)


def summary(array: NDArray[np.float64]) -> tuple[str, str]:
    """Return a large array as two texts: its shape and the range of its numbers.

    Example:
        >>> import numpy as np
        >>> summary(np.arange(10.0))
        ('10 numbers', '0 … 9')
    """
    shape = f"{array.size} numbers" if array.ndim == 1 else f"{shape_text(array.shape)}"
    return shape, f"{number(float(array.min()))} … {number(float(array.max()))}"


def inline(array: NDArray[np.float64]) -> str:
    """Return an array on one line, in full if it is small.

    Example:
        >>> import numpy as np
        >>> inline(np.array([[1.0, 2.0], [3.0, 4.0]]))
        '[[1, 2], [3, 4]]'
    """
    if not fits_grid(array):
        shape, extent = summary(array)
        return f"[{shape}: {extent}]"
    return _nested(array.tolist())


def _nested(entries: Any) -> str:
    if isinstance(entries, list):
        return "[" + ", ".join(map(_nested, entries)) + "]"
    return number(entries)
