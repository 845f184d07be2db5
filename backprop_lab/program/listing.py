"""A graph as lines of Python: one for each input, each operation, each contribution.

In comes a graph and a dialect; out comes a `Listing`, the lines beside the steps that
they take, to be put together as a script or as a function. What the table says is
written by `dialect`; here it meets the graph: names, shapes, and whether a gradient
receives its first contribution (`=`) or another one (`+=`).

    >>> from backprop_lab.program.dialect import FLOATS
    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x")
    >>> listing = write(Graph.of(x * x), np.ones(()), FLOATS)
    >>> list(listing.backward.values())
    ['dv2_dv2 = 1.0', 'dv2_dx = dv2_dv2 * x', 'dv2_dx += dv2_dv2 * x']
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import EllipsisType
from typing import Any

import numpy as np
import numpy.typing as npt

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.table import BATCHED, TABLE, WHERE
from backprop_lab.errors import InputError
from backprop_lab.program.dialect import (
    ARRAYS,
    HELPERS,
    Dialect,
    expression,
    number_in_code,
    prelude,
)
from backprop_lab.program.identifiers import RESERVED, identifiers, untaken

LARGEST_WRITTEN = 100  # An array with more entries is passed in, not written out.
_PASSED_IN = 'arrays["'
_INDENT = " " * 4
_LINE = 88


@dataclass(frozen=True, eq=False)
class Listing:
    """The lines of one graph in one dialect, each beside what it computes.

    Attributes:
        graph: The graph.
        dialect: The dialect.
        names: The identifier of each node.
        gradients: The identifier of the gradient of each node that has one.
        inputs: The text of each input's value.
        forward: The line of each operation.
        backward: The line of each backward step, by its number.
        result: The text of the output.
        arrays: The arrays that are too large to be written out.
    """

    graph: Graph
    dialect: Dialect
    names: Mapping[Node, str]
    gradients: Mapping[Node, str]
    inputs: Mapping[Node, str]
    forward: Mapping[Node, str]
    backward: Mapping[int, str]
    result: str
    arrays: Mapping[str, Array]

    @property
    def arguments(self) -> dict[str, Node]:
        """The inputs by name: variables, then constants, as a function takes them."""
        nodes = sorted(self.inputs, key=lambda node: node.is_constant)
        return {self.names[node]: node for node in nodes}

    def script(self) -> tuple[str, tuple[int, ...]]:
        """Return a script, and for each step of the tape its line, counted from 1."""
        given = {
            node: f"{self.names[node]} = {text}" for node, text in self.inputs.items()
        }
        body, places = _sections(
            {
                "# Inputs": given,
                "# Forward pass": self.forward,
                "# Backward pass": self.backward,
            }
        )
        source = f"  # arrays = bp.code({self.result}).arrays"
        body = [line + source if _PASSED_IN in line else line for line in body]
        above = prelude(body, self.dialect)
        steps = (*self.graph.nodes, *self.backward)
        numbers = tuple(len(above) + places[step] for step in steps)
        return "\n".join([*above, *body]), numbers

    def function(self, name: str, *, backward: bool = True) -> str:
        """Return the definition of a function of the inputs.

        Args:
            name: What to call it.
            backward: Whether it returns the gradients beside the value.
        """
        parameters = [
            f"{argument}={self.inputs[node]}" if node.is_constant else argument
            for argument, node in self.arguments.items()
        ]
        head = _wrapped(f"def {name}(", parameters, "):")
        if backward:
            body, _ = _sections(
                {"# Forward pass": self.forward, "# Backward pass": self.backward}
            )
            pairs = [
                f'"{argument}": {self.gradients[node]}'
                for argument, node in self.arguments.items()
                if node in self.gradients
            ]
            result = _wrapped(f"return {self.result}, {{", pairs, "}")
        else:
            body = list(self.forward.values())
            result = [f"return {self.result}"]
        inner = [_INDENT + line if line else "" for line in (*body, *result)]
        lines = [*head, *inner]
        return "\n".join([*prelude(lines, self.dialect), *lines])


def write(graph: Graph, seed: Array, dialect: Dialect) -> Listing:
    """Return the lines of a graph.

    Args:
        graph: The graph.
        seed: The gradient with respect to the output.
        dialect: FLOATS only if all its values are single numbers and its rows plain.

    Raises:
        InputError: A setting of an operation cannot be written as Python.
    """
    return _Writer(graph, dialect).listing(seed)


class _Writer:
    """Writes one graph, collecting the arrays that are too large to be written out."""

    def __init__(self, graph: Graph, dialect: Dialect) -> None:
        self.graph = graph
        self.dialect = dialect
        self.arrays: dict[str, Array] = {}
        self.names = identifiers(graph, HELPERS)
        self.result = self.operand(graph.output)
        self.gradients: dict[Node, str] = {}
        taken = {*RESERVED, *self.names.values()}
        for node, name in self.names.items():
            if not node.is_constant:
                self.gradients[node] = untaken(f"d{self.result}_d{name}", taken)
                taken.add(self.gradients[node])

    def listing(self, seed: Array) -> Listing:
        nodes = self.graph.nodes
        inputs = {
            node: self.array(node.value, self.names[node])
            for node in nodes
            if node.operation is None
        }
        forward = {
            node: f"{self.names[node]} = {self.computed(node, node.operation)}"
            for node in nodes
            if node.operation is not None
        }
        backward = dict(enumerate(self.backward(seed)))
        return Listing(
            self.graph,
            self.dialect,
            self.names,
            self.gradients,
            inputs,
            forward,
            backward,
            self.result,
            self.arrays,
        )

    def computed(self, node: Node, row: Primitive) -> str:
        # A truth value would not add up like the number that the tape makes of it.
        formula = f"1.0 * ({row.formula})" if _compares(row.formula) else row.formula
        literals, names = self.meaning(node)
        template = expression(formula, self.dialect, literals, simplified=False)
        return template.substitute(names)

    def backward(self, seed: Array) -> Iterator[str]:
        if self.graph.output.is_constant:
            return
        reached = {self.graph.output}
        start = self.gradients[self.graph.output]
        yield f"{start} = {self.array(seed, start)}"
        for consumer in reversed(self.graph.nodes):
            if consumer.operation is None or consumer.is_constant:
                continue
            for position, operand in enumerate(consumer.operands):
                if operand.is_constant:
                    continue
                is_first = operand not in reached
                reached.add(operand)
                sent = self.contribution(
                    consumer, consumer.operation, position, is_first
                )
                yield f"{self.gradients[operand]} {'=' if is_first else '+='} {sent}"

    def contribution(
        self, consumer: Node, row: Primitive, position: int, is_first: bool
    ) -> str:
        operand = consumer.operands[position]
        literals, names = self.meaning(consumer)
        names |= {"z": self.names[consumer], "g": self.gradients[consumer]}
        template = expression(
            row.vjp(position),
            self.dialect,
            (*literals, ("k", str(position))),
        )
        text = template.substitute(names)
        reduction = _reduction(_sent_shape(consumer, row, position), operand.shape)
        if reduction:
            return (text if template.is_atom else f"({text})") + reduction
        is_added_to = is_first and len(self.graph.uses[operand]) > 1
        if (
            is_added_to
            and not template.is_new
            and (operand.shape or self.dialect.wrapped)
        ):
            # Adding in place would change another array as well.
            return f"{text}.copy()"
        return text

    def meaning(self, node: Node) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
        """Return the literals and the names that a row's short names stand for."""
        literals: dict[str, str] = {}
        names = {"xs": f"[{', '.join(map(self.operand, node.operands))}]"}
        # 2 * x, but 2.0 * 3.0: whole numbers among themselves would stay whole.
        whole = any(operand.kind != "literal" for operand in node.operands)
        for short, operand in zip("xy", node.operands, strict=False):
            if operand.kind == "literal":
                value = operand.value.item()
                literals[short] = number_in_code(value, self.dialect, whole=whole)
            else:
                names[short] = self.names[operand]
        for setting, value in node.settings.items():
            if type(value) is int:
                literals[setting] = str(value)
                continue
            inside = self.index(value, f"index_{self.names[node]}")
            names[f"{setting}_inside"] = inside
            names[setting] = _outside(value, inside)
        return tuple(literals.items()), names

    def operand(self, node: Node) -> str:
        if node.kind == "literal":
            return number_in_code(node.value.item(), self.dialect)
        return self.names[node]

    def array(self, values: npt.NDArray[Any], key: str) -> str:
        """Return the text of a number or an array."""
        if not values.ndim:
            return _entries(values.item(), self.dialect)
        if values.size > LARGEST_WRITTEN:
            self.arrays[key] = values
            return f'{_PASSED_IN}{key}"]'
        return f"np.array({_entries(values.tolist(), ARRAYS)})"

    def index(self, value: Any, key: str) -> str:
        """Return a setting's text as it is written between brackets."""
        match value:
            case tuple():
                parts = [
                    _outside(part, self.index(part, f"{key}_{position}"))
                    if isinstance(part, tuple)
                    else self.index(part, f"{key}_{position}")
                    for position, part in enumerate(value)
                ]
                return ", ".join(parts) + ("," if len(parts) == 1 else "") or "()"
            case slice(start=start, stop=stop, step=step):
                ends = ["" if end is None else str(int(end)) for end in (start, stop)]
                return ":".join(ends if step is None else [*ends, str(int(step))])
            case EllipsisType():
                return "..."
            case None | bool() | int() | float() | str():
                return _entries(value, ARRAYS)
        positions = np.asarray(value)
        if positions.dtype.kind not in "biuf":
            raise InputError(
                f"the setting {value!r} cannot be written as Python. Expected are "
                "whole numbers, slices, arrays of numbers, and tuples of them."
            )
        return self.array(positions, key)


def _outside(value: Any, inside: str) -> str:
    """Return a setting's text as it is written outside brackets."""
    if isinstance(value, slice) or (isinstance(value, tuple) and ":" in inside):
        return f"np.s_[{inside}]"
    return f"({inside})" if isinstance(value, tuple) and value else inside


def _entries(value: Any, dialect: Dialect) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_entries(entry, dialect) for entry in value)}]"
    return number_in_code(value, dialect) if isinstance(value, float) else repr(value)


@lru_cache(maxsize=512)
def _compares(formula: str) -> bool:
    return any(isinstance(tree, ast.Compare) for tree in ast.walk(ast.parse(formula)))


def _sent_shape(consumer: Node, row: Primitive, position: int) -> tuple[int, ...]:
    """Return the shape of a contribution before it is summed to its operand's."""
    if row.elementwise:
        return consumer.shape
    if TABLE.get(row.name) is row and row not in (BATCHED, WHERE):
        return consumer.operands[position].shape
    # A row that broadcasts, or one of the learner's own: look, with any array of the
    # gradient's shape.
    operands = tuple(operand.value for operand in consumer.operands)
    with np.errstate(all="ignore"):
        sent = row.contribution(
            position, consumer.value, consumer.value, operands, dict(consumer.settings)
        )
    return np.shape(sent)


def _reduction(sent: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Return what to append to a contribution, so that it gets its operand's shape.

    It is `arrays.sum_to_shape`, as one would write it knowing the shapes.
    """
    if sent == shape:
        return ""
    extra = len(sent) - len(shape)
    axes = tuple(
        axis
        for axis, size in enumerate(sent)
        if axis < extra or (shape[axis - extra] == 1 and size != 1)
    )
    if len(axes) == len(sent) and not shape:
        return ".sum()"
    along = str(axes[0] if len(axes) == 1 else axes)
    if len(axes) == extra:
        return f".sum(axis={along})"
    if not extra:
        return f".sum(axis={along}, keepdims=True)"
    return f".sum(axis={along}).reshape({shape})"


def _sections(
    sections: Mapping[str, Mapping[Any, str]],
) -> tuple[list[str], dict[Any, int]]:
    """Return titled lines, and the number of each one, counted from 1."""
    text: list[str] = []
    places: dict[Any, int] = {}
    for title, lines in sections.items():
        if lines:
            text += ["", title] if text else [title]
        for step, line in lines.items():
            text.append(line)
            places[step] = len(text)
    return text, places


def _wrapped(head: str, items: list[str], tail: str) -> list[str]:
    line = head + ", ".join(items) + tail
    if len(line) <= _LINE - len(_INDENT):
        return [line]
    return [head, *(f"{_INDENT}{item}," for item in items), tail]
