"""What a node cannot do, and what to write instead.

Whatever would cut a value out of its graph, or looks as if it should work because it
does elsewhere, is refused with a sentence that leads to the right line. Nothing of the
lesson is here: an engine without this file would compute the same.

In PyTorch `float(x)` and `np.exp(x)` cut the graph without a word; in JAX they raise a
`TracerArrayConversionError` inside `grad`.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import Primitive
from backprop_lab.errors import GraphError, InputError
from backprop_lab.words.formulas import one_line
from backprop_lab.words.numbers import inline

# What others of NumPy's functions are called here.
_SAME = "absolute concatenate cos exp log maximum mean sin sqrt stack tanh transpose"
_OURS = {name: name for name in _SAME.split()}
_OURS |= {"dot": "matmul", "negative": "-x", "sum": "total"}


class Refusals:
    """What a node cannot do; the base of `Node`, which has these attributes."""

    __slots__ = ()

    value: Array
    operation: Primitive | None
    name: str | None
    kind: str

    def __bool__(self) -> NoReturn:
        raise GraphError(
            f"{describe(self)} is a node, neither true nor false. "
            "Ask about its number: x.value > 0."
        )

    def _no_order(self, other: object) -> NoReturn:
        raise GraphError(
            f"{describe(self)} is a node and cannot be compared. "
            "Compare its number, x.value > 0, or use relu(x) or maximum(x, y)."
        )

    __lt__ = __le__ = __gt__ = __ge__ = _no_order

    def _no_xor(self, other: object) -> NoReturn:
        raise InputError(f"{describe(self)} ^ …: a power is written x ** 2, not x ^ 2.")

    __xor__ = __rxor__ = _no_xor

    def __float__(self) -> NoReturn:
        raise InputError(
            f"{describe(self)} is a node; turning it into a plain number would cut it "
            "out of the graph. Write x.value for its number, or use the functions of "
            "backprop_lab: exp(x) instead of math.exp(x)."
        )

    __int__ = __float__

    def __index__(self) -> NoReturn:
        raise CountingError(self)

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise InputError(
            f"{describe(self)} is a node; as a NumPy array it would be cut out of the "
            "graph. Write x.value for its numbers, or stack([x, y]) for a vector."
        )

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, settings: Any
    ) -> NoReturn:
        refuse_numpy(self, function.__name__)


class CountingError(InputError):
    """A node stands where Python counts, or says which entry is meant."""

    def __init__(self, node: Refusals) -> None:
        super().__init__(
            f"{describe(node)} is a node, and to count or to say which entry a whole "
            "number is needed, not a value with a gradient. Write the number, such as "
            "range(3) or x[0], or int(x.value), which is outside of the graph."
        )
        self.node = node


def refuse_numpy(node: Refusals, name: str) -> NoReturn:
    """Explain that a function of NumPy knows no graph."""
    ours = f"Use {_OURS[name]} of backprop_lab instead" if name in _OURS else ""
    raise InputError(
        f"np.{name} does not know nodes, and {describe(node)} is one. "
        f"{ours or 'Use the functions of backprop_lab'}; for the number: x.value."
    )


def describe(node: Refusals) -> str:
    """Return how an error message calls a node: its name or what it is."""
    if node.name:
        return one_line(node.name)
    if node.kind == "operation" and node.operation:
        return f"the result of {node.operation.name}"
    return f"the {node.kind} {inline(node.value)}"
