"""The scalar view of an array graph: the same computation, one node for each number.

In comes an output that was computed with vectors and matrices; out comes a graph of
plain numbers in which every product, every sum and every use of a number is a node or
an edge of its own. So the rules of the matrix view can be seen to follow from those of
the scalar view: an entry of W is used once, an entry of x once by every neuron.

    >>> from backprop_lab.engine.functions import total
    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> W, x = variable([[1.0, 2.0], [3.0, 4.0]], "W"), variable([5.0, 6.0], "x")
    >>> scalars = expanded(total(W @ x))
    >>> scalars.entries[W][0, 1]
    Node W[0, 1] = 2 (variable)
    >>> scalars.gradient(record(scalars.output), W)
    array([[5., 6.],
           [5., 6.]])

Entries are called as in Python, `W[0, 1]`, counted from 0.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import (
    Node,
    apply,
    constant,
    group,
    named,
    variable,
)
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.shapes import index_text
from backprop_lab.engine.table import EXP, LARGEST, LOG, LOG_SOFTMAX, MAXIMUM, SHIFT
from backprop_lab.engine.tape import Tape
from backprop_lab.engine.written import as_python
from backprop_lab.errors import ShapeError

Entries: TypeAlias = npt.NDArray[Any]  # Of nodes.

_MOST = 400  # Numbers in one graph; more can be neither drawn nor read.


@dataclass(frozen=True, eq=False)
class Expansion:
    """A graph of numbers that computes what an array graph computes.

    Attributes:
        output: The output, a single number.
        entries: For each node of the array graph, its entries as nodes.
    """

    output: Node
    entries: Mapping[Node, Entries]

    def gradient(self, tape: Tape, node: Node) -> Array:
        """Return the gradient with respect to an array, put together entry by entry.

        An array that only rearranges another one (a transpose, some of its rows) has no
        entries of its own: they are the other one's, with all that those receive.

        Args:
            tape: A tape of `output`.
            node: A node of the array graph.

        Raises:
            GraphError: The node is constant.
        """
        entries = self.entries[node]
        # An entry that was never picked has no influence on the output.
        gradients = [
            float(tape.gradient(entry))
            if entry in tape.graph.terms or entry.is_constant
            else 0.0
            for entry in entries.flat
        ]
        return frozen(np.reshape(gradients, entries.shape))


def expanded(output: Node) -> Expansion:
    """Return the scalar view of an output.

    Args:
        output: A single number, computed from arrays.

    Raises:
        GraphError: `output` is not a node.
        ShapeError: `output` is an array, or there are too many numbers to look at.
    """
    graph = Graph.of(output)
    if output.value.ndim:
        name = graph.name(output)
        raise ShapeError(
            f"{name} has shape {output.shape}; a scalar view ends in a single number. "
            f"Reduce it first: L = total({as_python(name, '…')})."
        )
    count = sum(node.value.size for node in graph.nodes)
    if count > _MOST:
        raise ShapeError(
            f"the graph of {graph.name(output)} holds {count} numbers; with more than "
            f"{_MOST} the scalar view cannot be read. Expand a smaller layer."
        )
    entries: dict[Node, Entries] = {}
    for node in graph.terms:
        with _groups(node.group):
            entries[node] = _entries(node, graph.name(node), entries)
    return Expansion(entries[output].item(), entries)


def _entries(node: Node, name: str, entries: Mapping[Node, Entries]) -> Entries:
    if node.operation is None:
        return _inputs(node, name)
    row, operands = node.operation, [entries[operand] for operand in node.operands]
    if row.elementwise:
        one_entry = np.frompyfunc(partial(apply, row), len(operands), 1)
        result = one_entry(*operands)
    elif row in _ENTRY_BY_ENTRY:
        result = _ENTRY_BY_ENTRY[row](*operands, **node.settings)
    else:
        # Sums, products and rearrangements of numbers are those of nodes as well.
        result = row.forward(*operands, **node.settings)
    result = _as_entries(result)
    if node.name:
        known = {entry for operand in operands for entry in operand.flat}
        for index, entry in np.ndenumerate(result):
            # What was only rearranged keeps its name: it is still the same node.
            if entry not in known:
                result[index] = named(entry, _entry_name(name, index))
    return result


def _largest(x: Entries, axis: int = -1, *, keepdims: bool = False) -> Any:
    larger = np.frompyfunc(partial(apply, MAXIMUM), 2, 1)
    return larger.reduce(x, axis=axis, keepdims=keepdims)


def _shifted(x: Entries) -> Any:
    return x - _largest(x, keepdims=True)


def _log_softmax(x: Entries) -> Any:
    exp, log = (np.frompyfunc(partial(apply, row), 1, 1) for row in (EXP, LOG))
    low = _shifted(x)
    return low - log(exp(low).sum(axis=-1, keepdims=True))


# What NumPy finds in numbers, but not in nodes.
_ENTRY_BY_ENTRY: dict[Primitive, Callable[..., Any]] = {
    LARGEST: _largest,
    LOG_SOFTMAX: _log_softmax,
    SHIFT: _shifted,
}


def _inputs(node: Node, name: str) -> Entries:
    if node.kind == "literal":
        return _as_entries(node)
    make = variable if node.kind == "variable" else constant
    result = np.empty(node.shape, dtype=object)
    for index, value in np.ndenumerate(node.value):
        result[index] = make(value, _entry_name(name, index))
    return result


def _entry_name(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{index_text(index)}]" if index else name


def _as_entries(nodes: Any) -> Entries:
    """Return nodes as an array; a single node as one of shape ()."""
    if isinstance(nodes, Node):
        result = np.empty((), dtype=object)
        result[()] = nodes
        return result
    return np.array(nodes, dtype=object)


@contextmanager
def _groups(names: tuple[str, ...]) -> Iterator[None]:
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(group(name))
        yield
