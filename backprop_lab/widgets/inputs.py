"""What the arguments of an explored function may be, and what they are at the start.

In comes what a learner writes for an argument, such as `(-3, 3)`, `[1, 2, 3]` or 1.0;
out comes an `Input`, which knows its control and what the function is called with:

    (low, high), (low, high, start)  a slider        a variable
    range(1, 6)                      a slider        a whole number
    [0.01, 0.1, 1]                   a choice        a number is a variable
    {"small": 0.01, "large": 1.0}    a choice        the value, as it is
    True, False                      a switch        True or False
    1.0, an array, a node            fixed           a constant; the node, as it is

Whether an input counts, as the depth of a network does, is for the function to say;
its numbers are then whole, and no nodes.

    >>> depth = input_of("depth", (1, 5)).counted()
    >>> depth.start, depth.step, depth.argument(4)
    (3, 1, 4)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeGuard

import numpy as np

from backprop_lab.engine.arrays import Array, as_array, frozen
from backprop_lab.engine.node import Node, constant, variable
from backprop_lab.errors import InputError
from backprop_lab.words.formulas import one_line

_POSITIONS = 100  # A slider has at least so many, on a round step.


@dataclass(frozen=True)
class Input:
    """What an argument of an explored function may be.

    Attributes:
        name: The argument's name.
        kind: "range" for a slider, "choice" for a list, "switch" for true or false,
            "fixed" for a value without a control.
        start: The value at the beginning; for a choice its position in the list.
        low: The slider's left end.
        high: The slider's right end.
        step: The slider's step.
        options: What a choice offers.
        fixed: The value without a control.
        whole: Whether its numbers are whole, and no nodes.
    """

    name: str
    kind: Literal["range", "choice", "switch", "fixed"]
    start: float | int | bool = 0
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    options: tuple[Any, ...] = ()
    fixed: Any = None
    whole: bool = False

    def argument(self, value: Any) -> Any:
        """Return what the function is called with at a value of the control."""
        match self.kind:
            case "range":
                return self._number(value)
            case "choice":
                option = self.options[value]
                if isinstance(option, _Labelled):
                    return option.value
                return self._number(option) if _is_number(option) else option
            case "switch":
                return value
            case "fixed":
                return self.fixed

    def _number(self, value: float) -> Node | int:
        if self.whole:
            return int(value)
        return variable(value, self.name)

    def checked(self, value: Any) -> float | int | bool:
        """Return a value for the control.

        Raises:
            InputError: The control has no such value.
        """
        match self.kind:
            case "switch":
                allowed, fits = "True or False", isinstance(value, bool)
            case "choice":
                last = len(self.options) - 1
                allowed = f"a position from 0 to {last}"
                fits = type(value) is int and 0 <= value <= last
            case _:
                kind = "whole number" if self.whole else "number"
                allowed = f"a {kind} from {self.low} to {self.high}"
                fits = _is_number(value) and self.low <= value <= self.high
                if self.whole:
                    allowed += f" in steps of {self.step}" if self.step > 1 else ""
                    fits = fits and (value - self.low) % self.step == 0
        if not fits:
            raise InputError(f"{self.name} cannot be {value!r}; it may be {allowed}.")
        if self.kind != "range":
            return bool(value) if self.kind == "switch" else int(value)
        return int(value) if self.whole else float(value)

    def counted(self) -> "Input":
        """Return the same input for a function that counts with it.

        Raises:
            InputError: Its numbers are not whole.
        """
        match self.kind:
            case _ if self.whole:
                return self
            case "range":
                middle = self.start == (self.low + self.high) / 2
                start = math.floor(self.start) if middle else self.start
                low, start, high = self._all_whole(self.low, start, self.high)
                return replace(
                    self, start=start, low=low, high=high, step=1, whole=True
                )
            case "choice":
                self._all_whole(*filter(_is_number, self.options))
            case "fixed" if isinstance(self.fixed, Node):
                if self.fixed.shape:
                    raise InputError(
                        f"{self.name} has shape {self.fixed.shape}, but this function "
                        f"needs a whole number. Write {self.name}=3."
                    )
                [value] = self._all_whole(self.fixed.value.item())
                return replace(self, fixed=value, whole=True)
        return replace(self, whole=True)

    def _all_whole(self, *numbers: float) -> list[int]:
        for number in numbers:
            if not float(number).is_integer():
                raise InputError(
                    f"{self.name} is a whole number in this function, but {number} is "
                    f"none. Write {self.name}=3, {self.name}=[1, 2, 3] or "
                    f"{self.name}=(1, 5)."
                )
        return [int(number) for number in numbers]

    @property
    def is_slider(self) -> bool:
        """Whether the function is called with a variable that a slider moves."""
        return self.kind == "range" and not self.whole

    def positions(self) -> Array:
        """Return all values that the slider can take."""
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        # 0.51, as the browser has it, and not 0.5099999999999998.
        return frozen(np.round(self.low + self.step * np.arange(count + 1), 12))

    def ends(self) -> tuple[float, ...]:
        """Return the values of the control at which its number is least and largest."""
        if self.whole:
            # Each of them may be another graph.
            return ()
        if self.kind == "range":
            return self.low, self.high
        numbers = {i: n for i, n in enumerate(self.options) if _is_number(n)}
        return tuple(
            limit(numbers, key=numbers.__getitem__) for limit in (min, max) if numbers
        )

    def control(self) -> dict[str, Any]:
        """Return the control as the browser's half reads it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "step": self.step,
            "options": [_label(option) for option in self.options],
        }


@dataclass(frozen=True)
class _Labelled:
    """A choice with a text of its own."""

    label: str
    value: Any


def input_of(name: str, value: Any) -> Input:
    """Return the input that a learner's value stands for.

    Raises:
        InputError: The value is none that an input can have.
    """
    if isinstance(value, bool):
        return Input(name, "switch", start=value)
    if isinstance(value, tuple):
        return _range(name, value)
    if isinstance(value, range):
        return _whole_range(name, value)
    if isinstance(value, Mapping):
        # Keys are shown, values are passed.
        return _choice(name, tuple(map(_Labelled, value.keys(), value.values())))
    if isinstance(value, list) and not _is_matrix(value):
        return _choice(name, tuple(value))
    if isinstance(value, Node) or callable(value):
        return Input(name, "fixed", fixed=value)
    return Input(name, "fixed", fixed=constant(value, name))


def offers_numbers(given: Input) -> bool:
    """Return whether an input is a list of numbers, and perhaps meant as a vector."""
    return given.kind == "choice" and all(map(_is_number, given.options))


def _choice(name: str, options: tuple[Any, ...]) -> Input:
    if not options:
        raise InputError(f"{name} offers no choices; give at least one.")
    for option in filter(_is_number, options):
        as_array(option, name)
    return Input(name, "choice", options=options)


def _range(name: str, ends: Sequence[Any]) -> Input:
    advice = (
        f"Write {name}=(low, high) or {name}=(low, high, start), such as (-3, 3, 1)."
    )
    numbers = [end for end in ends if isinstance(end, int | float | np.number)]
    if len(ends) not in (2, 3) or len(numbers) != len(ends):
        raise InputError(f"{name}={ends!r} is not a range of numbers. {advice}")
    low, high, *rest = map(float, numbers)
    start = rest[0] if rest else (low + high) / 2
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"{name}: {low} is not below {high}, or not finite. {advice}")
    if not low <= start <= high:
        raise InputError(
            f"{name} starts at {start}, outside its range {low} to {high}. {advice}"
        )
    step = 10.0 ** math.floor(math.log10((high - low) / _POSITIONS) + 1e-9)
    return Input(name, "range", start=start, low=low, high=high, step=step)


def _whole_range(name: str, numbers: range) -> Input:
    if len(numbers) < 2:
        raise InputError(
            f"{name}={numbers!r} holds fewer than two numbers. Write "
            f"{name}=range(1, 6) for a slider from 1 to 5."
        )
    low, *_, high = ordered = sorted(numbers)
    start, step = ordered[(len(ordered) - 1) // 2], abs(numbers.step)
    return Input(name, "range", start, low, high, step, whole=True)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _is_matrix(values: list[Any]) -> bool:
    """Return whether a list has rows of numbers, which no choice has."""
    if not all(isinstance(row, list | tuple | np.ndarray) for row in values):
        return False
    try:
        array = np.asarray(values)
    except ValueError:
        return False
    return array.ndim > 1 and array.dtype.kind in "biuf"


def _label(option: Any) -> str:
    if isinstance(option, _Labelled):
        return one_line(str(option.label))
    return one_line(getattr(option, "__name__", None) or str(option))
