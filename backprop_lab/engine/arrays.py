"""The only kind of value: a read-only array of real numbers (float64).

In comes whatever a learner writes: 2, 0.5, `[[1, 2], [3, 4]]`, a NumPy array. Out comes
a NumPy array that nobody can change, because a value that changed after it was used
would make the recorded passes a lie. A plain number is an array of shape `()`.
Values have no units.

    >>> as_array(3)
    array(3.)

In PyTorch this is a `torch.Tensor` of dtype float64, in JAX a `jax.Array`.
"""

import numbers
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from backprop_lab.errors import InputError, ShapeError

Array: TypeAlias = npt.NDArray[np.float64]

_ADVICE = "Write a number such as 2.0, or an array such as [[1.0, 2.0], [3.0, 4.0]]."


def as_array(value: object, name: str | None = None) -> Array:
    """Return `value` as a read-only float64 array of its own.

    Args:
        value: A number, a nested list of numbers, or an array of any shape.
        name: What the learner calls the value; used in error messages.

    Raises:
        InputError: `value` is text, complex, an object, ragged or missing.
        ShapeError: `value` is an array without any element.

    Example:
        >>> as_array([1, 2]).dtype
        dtype('float64')
    """
    if _has_masked_entries(value):
        raise InputError(
            f"{described(value, name)} has masked entries, which have no number. Fill "
            "them, data.filled(0.0), or leave them out, data.compressed()."
        )
    try:
        raw = np.asarray(value)
    except ValueError:
        raise InputError(
            f"{described(value, name)} is not a rectangular array: its rows differ in "
            "length. Give every row the same number of entries."
        ) from None
    if raw.dtype == object:
        raw = _from_objects(raw, value, name)
    if np.iscomplexobj(raw):
        raise InputError(
            f"{described(value, name)} is complex; gradients here are of real "
            "functions. Use its real part: value.real."
        )
    if raw.dtype.kind not in "buif":
        kind = "text" if raw.dtype.kind in "US" else f"of type {type(value).__name__}"
        raise InputError(f"{described(value, name)} is {kind}, not a number. {_ADVICE}")
    if raw.size == 0:
        raise ShapeError(
            f"{described(value, name)} is an empty array of shape {raw.shape}; "
            f"at least one number was expected. {_ADVICE}"
        )
    array = np.array(raw, dtype=np.float64)
    array.flags.writeable = False
    return array


def frozen(array: npt.ArrayLike) -> Array:
    """Return a computed result as a read-only float64 array, copying if need be."""
    result = np.asarray(array, dtype=np.float64)
    if result.flags.writeable and result.base is None:
        result.flags.writeable = False
        return result
    if result.flags.writeable:
        # A view: freezing it would leave its base writable.
        result = result.copy()
        result.flags.writeable = False
    return result


def sum_to_shape(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Return `gradient` summed down to the shape of a broadcast operand.

    Broadcasting uses one number many times, and the gradient with respect to a value
    that is used many times is the sum over its uses.

    Args:
        gradient: Gradient with respect to the broadcast operand, of the result's shape.
        shape: The operand's own shape, from which NumPy broadcast it.

    Example:
        >>> sum_to_shape(np.ones((2, 3)), (3,))
        array([2., 2., 2.])
    """
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    stretched = tuple(
        axis
        for axis in range(gradient.ndim)
        if axis < extra or (shape[axis - extra] == 1 and gradient.shape[axis] != 1)
    )
    if stretched:
        gradient = gradient.sum(axis=stretched, keepdims=True)
    return gradient.reshape(shape)


def _has_masked_entries(value: object) -> bool:
    """Return whether there are entries whose mask NumPy would drop without a word."""
    if isinstance(value, list | tuple):
        return any(map(_has_masked_entries, value))
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def _from_objects(
    raw: npt.NDArray[np.object_], value: object, name: str | None
) -> npt.NDArray[Any]:
    """Return what NumPy keeps as objects: long whole numbers, fractions, decimals.

    Raises:
        InputError: An entry is no number, or too large for a float.
    """
    for position, entry in np.ndenumerate(raw):
        if isinstance(entry, numbers.Real | Decimal):
            continue
        if not raw.ndim or isinstance(entry, numbers.Complex):
            return raw
        at = ", ".join(map(str, position))
        raise InputError(
            f"{described(value, name)} holds {described(entry)} at [{at}], "
            f"which is not a number. {_ADVICE}"
        )
    try:
        return raw.astype(np.float64)
    except OverflowError:
        raise InputError(
            f"{described(value, name)} is too large: the largest float64 is "
            "about 1.8e308. Write a smaller number."
        ) from None


def described(value: object, name: str | None = None) -> str:
    """Return how an error message calls a value; writing out an array takes long."""
    text = repr(value)
    short = text if len(text) <= 60 else text[:57] + "…"
    return f"{name} = {short}" if name else short
