"""A node: one value in a computation, and how it came about.

Nodes are made by `variable`, by `constant` and by every operation on nodes. A node
never changes: it knows its operands, they know theirs, and so the last node of a
computation knows the whole graph. Gradients are not stored here; they belong to a tape.

    >>> w, x = variable(3.0, "w"), variable(2.0, "x")
    >>> z = w * x + 1
    >>> z
    Node z = 7 (add)
    >>> z.operands[0].operation.name
    'multiply'

In PyTorch this is a tensor with `requires_grad` and its `grad_fn`; in JAX a tracer.
"""

import itertools
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from types import FrameType, MappingProxyType
from typing import Any, Literal, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from backprop_lab.engine import table
from backprop_lab.engine.arrays import Array, as_array, frozen
from backprop_lab.engine.names import assigned_name
from backprop_lab.engine.primitives import Primitive
from backprop_lab.errors import GraphError, IndexingError, InputError, ShapeError
from backprop_lab.words.formulas import one_line
from backprop_lab.words.numbers import inline

Kind: TypeAlias = Literal["variable", "constant", "literal", "operation"]

# The only global state: nodes are numbered as they are made, so that an operand is
# always older than its consumers and sorting by age is a topological order.
_ages = itertools.count()

_groups: ContextVar[tuple[str, ...]] = ContextVar("groups", default=())
_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False, repr=False, slots=True, weakref_slot=True)
class Node:
    """One value in a computation graph; made by functions, never by hand.

    Attributes:
        value: The forward value, a read-only float64 array.
        operation: The row of the table that computed it, or None for an input.
        operands: The nodes it was computed from, in order, repeats included.
        settings: The operation's settings, such as {"axis": 0}.
        name: The learner's name for it, or None.
        kind: "variable" and "constant" are inputs, with and without a gradient;
            "literal" is a plain number inside an expression, such as the 2 in `2 * x`;
            "operation" is everything computed.
        is_constant: Whether no variable has any influence on it.
        group: Names of the groups it was made in, outermost first.
        age: How many nodes were made before it.
    """

    value: Array
    operation: Primitive | None = None
    operands: tuple["Node", ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: _NO_SETTINGS)
    name: str | None = None
    kind: Kind = "operation"
    is_constant: bool = False
    group: tuple[str, ...] = ()
    age: int = field(default_factory=lambda: next(_ages))

    # The dullest code takes the least space: an operator is a row of the table.

    def __add__(self, other: "Operand") -> "Node":  # self + other
        return _operator(table.ADD, self, other)

    def __radd__(self, other: "Operand") -> "Node":  # other + self
        return _operator(table.ADD, other, self)

    def __sub__(self, other: "Operand") -> "Node":  # self - other
        return _operator(table.SUBTRACT, self, other)

    def __rsub__(self, other: "Operand") -> "Node":  # other - self
        return _operator(table.SUBTRACT, other, self)

    def __mul__(self, other: "Operand") -> "Node":  # self * other
        return _operator(table.MULTIPLY, self, other)

    def __rmul__(self, other: "Operand") -> "Node":  # other * self
        return _operator(table.MULTIPLY, other, self)

    def __truediv__(self, other: "Operand") -> "Node":  # self / other
        return _operator(table.DIVIDE, self, other)

    def __rtruediv__(self, other: "Operand") -> "Node":  # other / self
        return _operator(table.DIVIDE, other, self)

    def __pow__(self, other: "Operand") -> "Node":  # self ** other
        return _operator(table.POWER, self, other)

    def __rpow__(self, other: "Operand") -> "Node":  # other ** self
        return _operator(table.POWER, other, self)

    def __matmul__(self, other: "Operand") -> "Node":  # self @ other
        return _operator(matmul_row(self, other), self, other)

    def __rmatmul__(self, other: "Operand") -> "Node":  # other @ self
        return _operator(matmul_row(other, self), other, self)

    def __neg__(self) -> "Node":  # -self
        return _operator(table.NEGATE, self)

    def __pos__(self) -> "Node":  # +self
        return self

    def __abs__(self) -> "Node":  # abs(self)
        return _operator(table.ABSOLUTE, self)

    def __getitem__(self, index: Any) -> "Node":  # self[index]
        if any(map(_is_node, index if isinstance(index, tuple | list) else (index,))):
            raise IndexingError(
                f"{describe(self)} cannot be indexed with a node: positions are whole "
                "numbers, not values with a gradient. Write x[0], x[1, 2] or x[0:2]."
            )
        # A copy: rows that are shuffled later must not change what was recorded.
        return _operator(table.INDEX, self, index=deepcopy(index))

    def __iter__(self) -> Iterator["Node"]:  # a, b = self
        if not self.value.ndim:
            raise InputError(f"{describe(self)} is a single number; it has no entries.")
        return (self[position] for position in range(len(self.value)))

    def __len__(self) -> int:
        if not self.value.ndim:
            raise InputError(f"{describe(self)} is a single number; it has no length.")
        return len(self.value)

    @property
    def T(self) -> "Node":  # noqa: N802 (mathematics' own name)
        """The transpose."""
        return _operator(table.TRANSPOSE, self)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value; `()` for a single number."""
        return self.value.shape

    # What would cut the graph, or looks like it should work, says what to write.

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

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise InputError(
            f"{describe(self)} is a node; as a NumPy array it would be cut out of the "
            "graph. Write x.value for its numbers, or stack([x, y]) for a vector."
        )

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any
    ) -> "Node":
        """Let `array * node` reach our operators; explain what does not."""
        ours = _UFUNCS.get(ufunc.__name__)
        if ours is None or method != "__call__" or settings:
            call = "" if method == "__call__" else f".{method}"
            self._not_numpy(ufunc.__name__ + call)
        row = matmul_row(*inputs) if ours is table.MATMUL else ours
        return _operator(row, *inputs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: Any, settings: Any
    ) -> NoReturn:
        """Explain that NumPy's functions know no graph."""
        self._not_numpy(function.__name__)

    def _not_numpy(self, name: str) -> NoReturn:
        ours = f"Use {_OURS[name]} of backprop_lab instead" if name in _OURS else ""
        raise InputError(
            f"np.{name} does not know nodes, and {describe(self)} is one. "
            f"{ours or 'Use the functions of backprop_lab'}; for the number: x.value."
        )

    def __format__(self, specification: str) -> str:
        if not specification:
            return str(self)
        if self.value.ndim:
            return np.array2string(
                self.value,
                separator=", ",
                formatter={"float_kind": lambda entry: format(entry, specification)},
            )
        return format(self.value.item(), specification)

    def __repr__(self) -> str:
        # By hand: a generated one would print the whole history.
        how = self.operation.name if self.operation else self.kind
        name = f"{one_line(self.name)} = " if self.name else ""
        return f"Node {name}{inline(self.value)} ({how})"


def _is_node(part: object) -> bool:
    return isinstance(part, Node)


Operand: TypeAlias = Node | npt.ArrayLike

_UFUNCS: dict[str, Primitive] = {
    "add": table.ADD,
    "subtract": table.SUBTRACT,
    "multiply": table.MULTIPLY,
    "divide": table.DIVIDE,
    "power": table.POWER,
    "matmul": table.MATMUL,
}
# What others of NumPy's functions are called here.
_SAME = "absolute concatenate cos exp log maximum mean sin sqrt stack tanh transpose"
_OURS = {name: name for name in _SAME.split()}
_OURS |= {"dot": "matmul", "negative": "-x", "sum": "total"}
_LONGEST_INDEX = 8  # A longer list of positions is not written out.


def variable(value: npt.ArrayLike, name: str | None = None) -> Node:
    """Return an input with respect to which gradients are wanted.

    Args:
        value: A number or an array of numbers of any shape.
        name: What to call it; without one, the variable it is assigned to.

    Raises:
        InputError: `value` is no number or array of numbers.
        ShapeError: `value` is an empty array.

    Example:
        >>> w = variable([[1, 2]])
        >>> w.name, w.shape
        ('w', (1, 2))
    """
    return _input(value, name, "variable", sys._getframe(1))


def constant(value: npt.ArrayLike, name: str | None = None) -> Node:
    """Return an input that is given and has no gradient, such as a target.

    Args:
        value: A number or an array of numbers of any shape.
        name: What to call it; without one, the variable it is assigned to.

    Raises:
        InputError: `value` is no number or array of numbers.
        ShapeError: `value` is an empty array.

    Example:
        >>> constant(1.0, "y")
        Node y = 1 (constant)
    """
    return _input(value, name, "constant", sys._getframe(1))


def named(node: Node, name: str) -> Node:
    """Return a node under another name, to be used in place of the given one.

    Raises:
        InputError: `node` is not a node, or `name` is not text.

    Example:
        >>> x = variable(3.0, "x")
        >>> named(x * x, "x squared")
        Node x squared = 9 (multiply)
    """
    if not isinstance(node, Node):
        raise InputError(
            f"{node!r} is not a node, so it cannot be named. "
            f"Write variable({node!r}, {name!r})."
        )
    return replace(node, name=_checked_name(name), age=next(_ages))


@contextmanager
def group(name: str) -> Iterator[None]:
    """Draw the nodes made inside a `with` block in one frame, such as a layer.

    Example:
        >>> with group("neuron"):
        ...     z = variable(2.0, "x") + 1
        >>> z.group
        ('neuron',)
    """
    token = _groups.set((*_groups.get(), str(_checked_name(name))))
    try:
        yield
    finally:
        _groups.reset(token)


def apply(row: Primitive, *operands: Operand, **settings: Any) -> Node:
    """Return the node that an operation computes from its operands.

    The node is named after the variable that it is assigned to. A function for
    learners ends in `return apply(…)`, so that the variable is its caller's.

    Args:
        row: A row of the table in `primitives`.
        operands: Nodes, numbers or arrays.
        settings: Values for the row's settings.

    Raises:
        InputError: An operand is no number or array of numbers, or the row has other
            operands or settings.
        ShapeError: The operands' shapes do not fit together.
        IndexingError: An index is out of range.

    Example:
        >>> apply(table.EXP, 0.0).value
        array(1.)
    """
    _check_call(row, len(operands), settings)
    return _computed(row, operands, settings, sys._getframe(1))


def _check_call(row: Primitive, count: int, settings: Mapping[str, Any]) -> None:
    expected = max(1, count) if row.variadic else len(row.rules)
    if count != expected:
        raise InputError(
            f"{row.name}: {count} operands were given, but {row.formula} has "
            f"{expected}. Give one node or number for each."
        )
    if settings.keys() != set(row.settings):
        raise InputError(
            f"{row.name}: the settings {', '.join(settings) or '(none)'} were given, "
            f"but {row.formula} has {', '.join(row.settings) or 'none'}. "
            "Write them by name, such as apply(row, x, axis=0)."
        )


def _operator(row: Primitive, *operands: Operand, **settings: Any) -> Node:
    return _computed(row, operands, settings, sys._getframe(1))


def matmul_row(x: Operand, y: Operand) -> Primitive:
    """Return the row for x @ y: matrix, matrix with vector, or vector with vector.

    Raises:
        ShapeError: The shapes have no product in the column-vector convention.
    """
    left, right = as_node(x), as_node(y)
    dimensions = left.value.ndim, right.value.ndim
    row = {
        (2, 2): table.MATMUL,
        (2, 1): table.MATVEC,
        (1, 1): table.DOT,
    }.get(dimensions)
    shapes = (
        f"{describe(left)} has shape {left.shape}, "
        f"{describe(right)} has shape {right.shape}."
    )
    if row is None:
        advice = {
            (
                1,
                2,
            ): "A vector is a column here and stands on the right: W @ x, or W.T @ x.",
        }.get(
            dimensions,
            "Products are (m, n) @ (n, p), (m, n) @ (n,) and (n,) @ (n,). "
            "For numbers, use *.",
        )
        raise ShapeError(f"matmul: {shapes} {advice}")
    if left.shape[-1] != right.shape[0]:
        advice = ""
        if left.shape[0] == right.shape[0] and left.value.ndim == 2:
            advice = f" Did you mean the transpose, {_word(left)}.T @ {_word(right)}?"
        elif right.value.ndim == 2 and left.shape[-1] == right.shape[1]:
            advice = f" Did you mean the transpose, {_word(left)} @ {_word(right)}.T?"
        raise ShapeError(
            f"matmul: the inner sizes differ, {left.shape[-1]} and {right.shape[0]}. "
            f"{shapes} The last size of the first must be the first size of the second."
            f"{advice}"
        )
    return row


def describe(node: Node) -> str:
    """Return how an error message calls a node: its name or what it is."""
    if node.name:
        return one_line(node.name)
    if node.kind == "operation" and node.operation:
        return f"the result of {node.operation.name}"
    return f"the {node.kind} {inline(node.value)}"


def _word(node: Node) -> str:
    return one_line(node.name or ("x" if node.value.ndim < 2 else "W"))


def _input(
    value: npt.ArrayLike, name: str | None, kind: Kind, frame: FrameType
) -> Node:
    if isinstance(value, Node):
        raise InputError(
            f"{describe(value)} is a node already. Use it as it is, or write "
            f"{kind}(x.value) for a new input that starts from its number."
        )
    chosen = assigned_name(frame) if name is None else _checked_name(name)
    return Node(
        as_array(value, chosen),
        name=chosen,
        kind=kind,
        is_constant=kind != "variable",
        group=_groups.get(),
    )


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InputError(
            f"the name {name!r} is not text that can be shown. "
            'Write a name such as "w" between quotes.'
        )
    return name


def as_node(value: Operand) -> Node:
    """Return a node as it is, and a number or an array as a constant node."""
    if isinstance(value, Node):
        return value
    array = as_array(value)
    kind: Kind = "constant" if array.ndim else "literal"
    return Node(array, kind=kind, is_constant=True, group=_groups.get())


def _computed(
    row: Primitive,
    operands: tuple[Operand, ...],
    settings: Mapping[str, Any],
    frame: FrameType,
) -> Node:
    nodes = tuple(map(as_node, operands))
    try:
        # Infinity and NaN are results to look at, not reasons to stop or to warn.
        with np.errstate(all="ignore"):
            value = row.forward(*(node.value for node in nodes), **settings)
    except ValueError as problem:
        raise ShapeError(_misfit(row, nodes)) from problem
    except IndexError as problem:
        raise IndexingError(
            f"{describe(nodes[0])} has shape {nodes[0].shape}; it has no entry at "
            f"{index_text(settings.get('index'))}. Positions count from 0."
        ) from problem
    if np.size(value) == 0:
        raise IndexingError(
            f"{describe(nodes[0])} has shape {nodes[0].shape}; "
            f"[{index_text(settings.get('index'))}] selects nothing from it. "
            "At least one entry was expected."
        )
    return Node(
        frozen(value),
        operation=row,
        operands=nodes,
        settings=MappingProxyType(dict(settings)) if settings else _NO_SETTINGS,
        name=assigned_name(frame),
        is_constant=all(node.is_constant for node in nodes),
        group=_groups.get(),
    )


def _misfit(row: Primitive, nodes: tuple[Node, ...]) -> str:
    shapes = ", ".join(f"{describe(node)} has shape {node.shape}" for node in nodes)
    if not row.elementwise:
        return f"{row.name}: the shapes do not fit together: {shapes}."
    return (
        f"{row.name}: the shapes do not fit together: {shapes}. Sizes must be equal or "
        "1, compared from the last one backwards (NumPy's broadcasting). "
        "Give both the same shape, or use @ for a matrix product."
    )


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
