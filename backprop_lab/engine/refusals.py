"""What a node cannot do, and what to write instead.

Whatever would cut a value out of its graph, or looks as if it should work because it
does elsewhere, is refused with a sentence that leads to the right line. Nothing of the
lesson is here: an engine without this file would compute the same.

In PyTorch `float(x)` and `np.exp(x)` cut the graph without a word; in JAX they raise a
`TracerArrayConversionError` inside `grad`.
"""

import numbers
from collections.abc import Callable
from typing import Any, NoReturn, Self

import numpy as np

from backprop_lab.engine.arrays import described
from backprop_lab.engine.habits import line_for, unknown_name
from backprop_lab.engine.written import Written, describe, written
from backprop_lab.errors import FrozenError, GraphError, InputError, LabError


def _refusal(error: type[LabError], advice: str) -> Callable[..., NoReturn]:
    """Return a method that only says what to write; {x} stands for the node."""

    def refuse(self: "Refusals", *_: object, **__: object) -> NoReturn:
        raise error(f"{describe(self)} {advice.format(x=written(self))}")

    return refuse


class Refusals(Written):
    """What a node cannot do; the base of `Node`."""

    __slots__ = ()

    # Questions about the number.

    __bool__ = _refusal(
        GraphError,
        "is a node, neither true nor false. Ask about its number: {x}.value > 0.",
    )
    _no_comparison = _refusal(
        GraphError,
        "is a node and cannot be compared. Compare its number, {x}.value > 0 or "
        "{x}.value == 0, or use relu(x) or maximum(x, y).",
    )
    __lt__ = __le__ = __gt__ = __ge__ = _no_comparison
    __contains__ = _refusal(
        GraphError,
        "is a node; what it contains is asked of its numbers: 2.0 in {x}.value.",
    )

    def __eq__(self, other: object) -> bool:
        # Nodes are equal if they are the same, as lists and dictionaries need it; a
        # node and a number never would be, without a word.
        if isinstance(other, numbers.Number | np.ndarray | list):
            self._no_comparison()
        return NotImplemented

    __hash__ = object.__hash__

    # Plain numbers.

    __float__ = __complex__ = _refusal(
        InputError,
        "is a node; turning it into a plain number would cut it out of the graph. "
        "Write {x}.value for its number, or use the functions of backprop_lab: "
        "exp({x}) instead of math.exp({x}).",
    )
    __int__ = __float__
    __round__ = __floor__ = __ceil__ = __trunc__ = _refusal(
        InputError,
        "is a node, and what is rounded has no useful derivative: it is 0 nearly "
        "everywhere. Round its number: round(float({x}.value), 3).",
    )
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = (
        _refusal(
            InputError,
            "is a node, and // and % have no useful derivative. Divide by {x} / 2, or "
            "ask its number: {x}.value // 2.",
        )
    )
    __xor__ = __rxor__ = _refusal(
        InputError, "^ …: a power is written {x} ** 2, not {x} ^ 2."
    )
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _refusal(
        InputError,
        "is a node, neither true nor false. Combine questions about its number: "
        "({x}.value > 0) & ({x}.value < 1).",
    )
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _refusal(
        InputError, "is a node and has no bits. A product is written 2 * {x}."
    )

    def __index__(self) -> NoReturn:
        raise CountingError(self)

    # Changes.

    __setitem__ = __delitem__ = _refusal(
        FrozenError,
        "is a node and never changes: a tape may hold it already. Change numbers "
        "before you make a node of them: numbers = {x}.value.copy(); numbers[0] = 1.0; "
        "{x} = variable(numbers).",
    )

    def __copy__(self) -> Self:
        return self  # It never changes, like a number.

    def __deepcopy__(self, memo: object) -> Self:
        return self

    # NumPy and other names.

    __array__ = _refusal(
        InputError,
        "is a node; as a NumPy array it would be cut out of the graph. Write {x}.value "
        "for its numbers, or stack([x, y]) for a vector of nodes.",
    )

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, settings: Any
    ) -> NoReturn:
        refuse_numpy(self, function.__name__)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            # Python, NumPy and IPython ask whether there are methods of their own.
            raise AttributeError(f"'Node' object has no attribute {name!r}")
        advice = line_for(name, written(self)) or (
            f"Its number is {written(self)}.value, its shape {written(self)}.shape."
        )
        raise unknown_name(f"{describe(self)} is a node and", name, advice)


def refuse_assignment(node: Refusals, name: str, value: object = None) -> NoReturn:
    """Explain that a node never changes."""
    x = written(node)
    advice = {
        "value": f"Make a new one of numbers: {x} = variable(3.0).",
        "name": f'Use it under another name: {x} = named({x}, "name").',
    }.get(name) or line_for(name, x)
    raise FrozenError(
        f"{describe(node)} is a node and never changes, so its {name} cannot be set. "
        f"{advice or 'Keep what belongs to it in a variable of your own.'}"
    )


def refuse_by_hand(value: object) -> NoReturn:
    """Explain that nodes are made by functions."""
    raise InputError(
        f"Node({described(value)}): nodes are made by functions, never by hand. "
        "Write x = variable(2.0)."
    )


class CountingError(InputError):
    """A node stands where Python counts, or says which entry is meant."""

    def __init__(self, node: Refusals) -> None:
        super().__init__(
            f"{describe(node)} is a node, and to count or to say which entry a whole "
            "number is needed, not a value with a gradient. Write the number, such as "
            "range(3) or x[0], or int(x.value), which is outside of the graph."
        )
        self.node = node


_COMPARISONS = {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}


def refuse_numpy(node: Refusals, name: str) -> NoReturn:
    """Explain that a function of NumPy knows no graph."""
    if name in _COMPARISONS:
        node._no_comparison()
    x = written(node)
    advice = line_for(name, x) or "Write it with the functions of backprop_lab."
    raise InputError(
        f"np.{name} does not know nodes, and {describe(node)} is one. {advice} "
        f"Its number is {x}.value."
    )


def refuse_output(output: object) -> GraphError:
    """Return the error that something else stands where an output was expected."""
    if output is None:
        advice = "Does the function that computes it end in return L?"
    elif callable(output):
        advice = "It is a function: call it, such as L = f(x), and pass L."
    elif isinstance(output, list | tuple):
        advice = "Pass one node, such as total(stack([x, y]))."
    elif hasattr(output, "graph"):
        advice = "It is recorded already: use it as it is."
    else:
        advice = "Build it from variables, such as L = (variable(2.0) - 1) ** 2, and "
        advice += "pass L."
    return GraphError(
        f"{described(output)} is not a node, so it has no graph. {advice}"
    )
