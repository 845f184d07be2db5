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
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from backprop_lab.engine import table
from backprop_lab.engine.arrays import Array, as_array, frozen
from backprop_lab.engine.names import assigned_name
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.refusals import (
    Refusals,
    refuse_assignment,
    refuse_by_hand,
    refuse_numpy,
)
from backprop_lab.engine.shapes import misfit, no_entry, plain, product_row
from backprop_lab.engine.written import describe
from backprop_lab.errors import IndexingError, InputError, ShapeError

Kind: TypeAlias = Literal["variable", "constant", "literal", "operation"]

# The only global state: nodes are numbered as they are made, so that an operand is
# always older than its consumers and sorting by age is a topological order.
_ages = itertools.count()

_groups: ContextVar[tuple[str, ...]] = ContextVar("groups", default=())
_NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, eq=False, repr=False, slots=True, weakref_slot=True)
class Node(Refusals):
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

    def __post_init__(self) -> None:
        if not isinstance(self.value, np.ndarray):
            refuse_by_hand(self.value)

    # The dullest code takes the least space: an operator is a row of the table.

    def __add__(self, other: "Operand") -> "Node":  # self + other
        return _computed(table.ADD, (self, other))

    def __radd__(self, other: "Operand") -> "Node":  # other + self
        return _computed(table.ADD, (other, self))

    def __sub__(self, other: "Operand") -> "Node":  # self - other
        return _computed(table.SUBTRACT, (self, other))

    def __rsub__(self, other: "Operand") -> "Node":  # other - self
        return _computed(table.SUBTRACT, (other, self))

    def __mul__(self, other: "Operand") -> "Node":  # self * other
        return _computed(table.MULTIPLY, (self, other))

    def __rmul__(self, other: "Operand") -> "Node":  # other * self
        return _computed(table.MULTIPLY, (other, self))

    def __truediv__(self, other: "Operand") -> "Node":  # self / other
        return _computed(table.DIVIDE, (self, other))

    def __rtruediv__(self, other: "Operand") -> "Node":  # other / self
        return _computed(table.DIVIDE, (other, self))

    def __pow__(self, other: "Operand") -> "Node":  # self ** other
        return _computed(table.POWER, (self, other))

    def __rpow__(self, other: "Operand") -> "Node":  # other ** self
        return _computed(table.POWER, (other, self))

    def __matmul__(self, other: "Operand") -> "Node":  # self @ other
        return product(self, other)

    def __rmatmul__(self, other: "Operand") -> "Node":  # other @ self
        return product(other, self)

    def __neg__(self) -> "Node":  # -self
        return _computed(table.NEGATE, (self,))

    def __pos__(self) -> "Node":  # +self
        return self

    def __abs__(self) -> "Node":  # abs(self)
        return _computed(table.ABSOLUTE, (self,))

    def __getitem__(self, index: Any) -> "Node":  # self[index]
        return _computed(table.INDEX, (self,), _settings(index=index))

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
        return _computed(table.TRANSPOSE, (self,))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value; `()` for a single number."""
        return self.value.shape

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any
    ) -> "Node":
        """Let `array * node` reach our operators; explain what does not."""
        ours = _UFUNCS.get(ufunc.__name__)
        if ours is None or method != "__call__" or settings:
            call = "" if method == "__call__" else f".{method}"
            refuse_numpy(self, ufunc.__name__ + call)
        if ours is table.MATMUL:
            return product(*inputs)
        return _computed(ours, inputs)

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        return _unpickled, ({**kept, "settings": dict(self.settings)},)


# The one that `dataclass` writes has no advice.
Node.__setattr__ = Node.__delattr__ = refuse_assignment  # type: ignore[assignment]

Operand: TypeAlias = Node | npt.ArrayLike

_UFUNCS: dict[str, Primitive] = {
    "add": table.ADD,
    "subtract": table.SUBTRACT,
    "multiply": table.MULTIPLY,
    "divide": table.DIVIDE,
    "power": table.POWER,
    "matmul": table.MATMUL,
}


def _computed(
    row: Primitive,
    operands: tuple[Operand, ...],
    settings: Mapping[str, Any] = _NO_SETTINGS,
) -> Node:
    nodes = tuple(map(as_node, operands))
    return _class_of(nodes)(
        _value(row, nodes, settings),
        operation=row,
        operands=nodes,
        settings=settings,
        name=assigned_name(),
        is_constant=all(node.is_constant for node in nodes),
        group=_groups.get(),
    )


def _class_of(operands: tuple[Node, ...]) -> type[Node]:
    """Return `Node`, or what an operand is that is more than that: so is the result."""
    for operand in operands:
        if type(operand) is not Node:
            return type(operand)
    return Node


def _value(
    row: Primitive, operands: tuple[Node, ...], settings: Mapping[str, Any]
) -> Array:
    try:
        # Infinity and NaN are results to look at, not reasons to stop or to warn.
        with np.errstate(all="ignore"):
            value = row.forward(*(node.value for node in operands), **settings)
    except ValueError as problem:
        raise ShapeError(misfit(row, operands)) from problem
    except IndexError as problem:
        raise IndexingError(no_entry(row, operands, settings)) from problem
    if np.size(value) == 0:
        raise IndexingError(no_entry(row, operands, settings))
    return frozen(value)


def as_node(value: Operand) -> Node:
    """Return a node as it is, and a number or an array as a constant node."""
    if isinstance(value, Node):
        return value
    array = as_array(value)
    kind: Kind = "constant" if array.ndim else "literal"
    return Node(array, kind=kind, is_constant=True, group=_groups.get())


def product(x: Operand, y: Operand) -> Node:
    """Return x @ y, of matrices and vectors, or of stacks of matrices.

    Raises:
        ShapeError: The shapes have no such product.
    """
    left, right = as_node(x), as_node(y)
    return _computed(product_row(left, right), (left, right))


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
    _check_call(row, operands, settings)
    return _computed(row, operands, _settings(**settings))


def _check_call(
    row: Primitive, operands: tuple[Operand, ...], settings: Mapping[str, Any]
) -> None:
    if not isinstance(row, Primitive):
        raise InputError(
            f"{row!r} is no row of the table, so nothing is known of its derivative. "
            'Write apply(primitive("square", "x ** 2", "2 * x"), x).'
        )
    count = len(operands)
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
    return _input(value, name, "variable")


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
    return _input(value, name, "constant")


def _input(value: npt.ArrayLike, name: str | None, kind: Kind) -> Node:
    if isinstance(value, Node):
        raise InputError(
            f"{describe(value)} is a node already. Use it as it is, or write "
            f"{kind}(x.value) for a new input that starts from its number."
        )
    chosen = assigned_name() if name is None else _checked_name(name)
    return Node(
        as_array(value, chosen),
        name=chosen,
        kind=kind,
        is_constant=kind != "variable",
        group=_groups.get(),
    )


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
            f"{node!r} is not a node, so it cannot be named. Name a node, such as "
            'named(x * x, "x squared"), or write variable(2.0, "x") for a number.'
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


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise InputError(
            f"the name {name!r} is not text that can be shown. "
            'Write a name such as "w" between quotes.'
        )
    return name


def _settings(**settings: Any) -> Mapping[str, Any]:
    if not settings:
        return _NO_SETTINGS
    # Copies: rows that are shuffled later must not change what was recorded.
    return MappingProxyType({name: plain(given) for name, given in settings.items()})


def _unpickled(kept: dict[str, Any]) -> Node:
    while next(_ages) <= kept["age"]:
        pass  # What will be computed from it must be younger.
    settings = _settings(**kept["settings"])
    return Node(**{**kept, "value": frozen(kept["value"]), "settings": settings})
