"""The forward and the backward pass as straight-line Python, to read and to run.

In comes the output of a computation. Out comes what a learner would write by hand: one
line for each step of the tape, in the learner's own names, `dL_dw` for ∂L/∂w, and `+=`
where a value receives another contribution. `code` gives a script to read and paste,
`compiled` the same lines as a function of the inputs.

    >>> from backprop_lab.engine.node import variable
    >>> x, y, w = variable(-2.0, "x"), variable(5.0, "y"), variable(-4.0, "w")
    >>> z = (x + y) * w
    >>> print(code(z))
    # Inputs
    x = -2.0
    y = 5.0
    w = -4.0
    <BLANKLINE>
    # Forward pass
    v4 = x + y
    z = v4 * w
    <BLANKLINE>
    # Backward pass
    dz_dz = 1.0
    dz_dv4 = dz_dz * w
    dz_dw = dz_dz * v4
    dz_dx = dz_dv4
    dz_dy = dz_dv4
    >>> compiled(z)(x=-2.0, y=5.0, w=1.0)
    (3.0, {'x': 1.0, 'y': 1.0, 'w': 3.0})

The lines are made from the table's texts; no derivative is written here. What Python
worked out while the graph was built (a branch of an `if`, the length of a loop, the
divisor of a mean) stays as it was then.

In PyTorch this is `torch.fx` with `torch.compile`; in JAX `jax.make_jaxpr` shows the
lines and `jax.jit(jax.value_and_grad(f))` runs them.
"""

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from backprop_lab.engine.arrays import Array, as_array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.table import INDEX, TABLE
from backprop_lab.engine.tape import seed_gradient
from backprop_lab.errors import InputError, ShapeError
from backprop_lab.program.dialect import ARRAYS, FLOATS, WRAPPED, is_plain
from backprop_lab.program.inlining import compacted
from backprop_lab.program.listing import Listing, write

Value: TypeAlias = float | Array

_NAME = "value_and_gradients"
_NUMBERS_AT_ONCE = 2**23  # 64 MiB.

_FLOAT = frozenset({float})

# What floats raise where NumPy answers with infinity or NaN …
_FLOAT_ERRORS = (ArithmeticError, ValueError)
# … and what they raise where an array is needed, as in `x.T`.
_PLAIN_ERRORS = (*_FLOAT_ERRORS, TypeError, AttributeError, IndexError)


@dataclass(frozen=True, eq=False)
class Code:
    """A script of a forward and a backward pass; print it, or look at it in a notebook.

    Attributes:
        text: Python that runs as it stands.
        lines: For each step of the tape, the line that takes it, counted from 1.
        arrays: What `arrays[…]` in the text refers to: arrays that are too large to be
            written out. Nearly always empty.
    """

    text: str
    lines: tuple[int, ...]
    arrays: Mapping[str, Array]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Code of {len(self.lines)} steps; print it to read it"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(self.text)  # type: ignore[attr-defined]

    def _repr_html_(self) -> str | None:
        return _coloured(self.text)


@dataclass(frozen=True, eq=False)
class Program:
    """A graph as a function from inputs to value and gradients; made by `compiled`.

    Call it with the inputs by name: `program(w=0.5, b=0.1)`. A variable must be given;
    a constant keeps its value where it is not. The result is a pair: the output's
    value, and a dictionary of the gradients of the variables. They are floats where the
    graph holds only single numbers, else read-only float64 arrays.

    Attributes:
        graph: The graph that was compiled.
        inputs: What the inputs are called, variables before constants.
        text: The function's Python text.
        function: What the text computes, with the inputs in that order. It checks
            nothing and raises what Python raises (`math.log(0.0)`): for tight loops
            over numbers that are known to be harmless.
        is_scalar: Whether the graph holds only single numbers and runs on floats.
        nodes: The inputs themselves, in that order.
    """

    graph: Graph
    inputs: tuple[str, ...]
    text: str
    function: Callable[..., tuple[Any, dict[str, Any]]]
    is_scalar: bool
    nodes: tuple[Node, ...] = field(repr=False)
    _defaults: dict[str, Value] = field(repr=False)
    _seed: Array = field(repr=False)

    def __call__(self, /, **inputs: npt.ArrayLike) -> tuple[Value, dict[str, Value]]:
        """Return the output's value and the gradients of all variables.

        Raises:
            InputError: An input is unknown, or a variable is missing.
            ShapeError: An input's shape is not the one it was compiled with.
            InputError: An input is not made of real numbers.
        """
        values = self._arguments(inputs)
        if self.is_scalar:
            return self._by_floats(values)
        arrays = map(_fitting, self.inputs, self.nodes, values)
        with np.errstate(all="ignore"):
            value, gradients = self.function(*arrays)
        return _read_only(value), {
            name: _read_only(gradient) for name, gradient in gradients.items()
        }

    def over(self, /, **inputs: npt.ArrayLike) -> Array:
        """Return the output's value at every point of a grid, such as a loss landscape.

        Every input that is a single number may be given as an array; those arrays are
        broadcast against each other, as NumPy does it, and their common shape is the
        grid. A graph of single numbers is evaluated at all points at once. In any other
        graph arrays already mean something else, so it is evaluated point by point.

        Returns:
            The values: the grid's shape, followed by the output's own.

        Raises:
            InputError: An input is unknown, or a variable is missing.
            ShapeError: An array input has not the shape it was compiled with, or the
                shapes make no grid.
            InputError: An input is not made of real numbers.

        Example:
            >>> from backprop_lab.engine.node import variable
            >>> w, b = variable(1.0, "w"), variable(0.0, "b")
            >>> compiled((3 * w + b) ** 2).over(w=[[0.0], [1.0]], b=[0.0, 1.0, 2.0])
            array([[ 0.,  1.,  4.],
                   [ 9., 16., 25.]])
        """
        values = self._arguments(inputs)
        arrays = [
            _fitting(name, node, value) if node.shape else as_array(value, name)
            for name, node, value in zip(self.inputs, self.nodes, values, strict=True)
        ]
        varied = {
            name: array
            for name, node, array in zip(self.inputs, self.nodes, arrays, strict=True)
            if array.ndim and not node.shape
        }
        grid = _common_shape(varied)
        points = {
            name: np.broadcast_to(array, grid).reshape(-1)
            for name, array in varied.items()
        }
        result = np.empty((math.prod(grid), *self.graph.output.shape))
        given = dict(zip(self.inputs, arrays, strict=True))
        with np.errstate(all="ignore"):
            for part in self._parts(len(result)):
                here = {name: array[part] for name, array in points.items()}
                result[part] = self._value(*{**given, **here}.values())
        return _read_only(result.reshape(grid + self.graph.output.shape))

    def _by_floats(self, values: list[Any]) -> tuple[Value, dict[str, Value]]:
        if not _FLOAT.issuperset(map(type, values)):
            arrays = map(_fitting, self.inputs, self.nodes, values)
            values = [array.item() for array in arrays]
        try:
            return self.function(*values)
        except _FLOAT_ERRORS:
            with np.errstate(all="ignore"):
                value, gradients = self._exact(*map(np.float64, values))
            return float(value), {name: float(g) for name, g in gradients.items()}

    @cached_property
    def _exact(self) -> Callable[..., tuple[Any, dict[str, Any]]]:
        listing = write(self.graph, self._seed, WRAPPED)
        return _function(listing.function(_NAME), listing)

    @cached_property
    def _value(self) -> Callable[..., Any]:
        listing = write(self.graph, self._seed, WRAPPED)
        return _function(listing.function(_NAME, backward=False), listing)

    def _parts(self, points: int) -> Iterable[slice | int]:
        if not self.is_scalar:
            return range(points)
        # All of a graph's values at some points are in memory at the same time.
        size = max(1, _NUMBERS_AT_ONCE // max(1, len(self.graph.nodes)))
        return [slice(start, start + size) for start in range(0, points, size)]

    def _arguments(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Return what was given, completed by the constants, in the order of inputs."""
        values = {**self._defaults, **inputs}
        try:
            arguments = [*map(values.__getitem__, self.inputs)]
        except KeyError:
            raise InputError(self._misnamed(values)) from None
        if len(values) != len(arguments):
            raise InputError(self._misnamed(values))
        return arguments

    def _misnamed(self, values: Mapping[str, Any]) -> str:
        unknown = [name for name in values if name not in self.inputs]
        missing = [name for name in self.inputs if name not in values]
        be = "s {} are" if len(missing) > 1 else " {} is"
        wrong = [
            f"it has no input {', '.join(unknown)}" if unknown else "",
            f"its input{be.format(', '.join(missing))} missing" if missing else "",
        ]
        call = ", ".join(f"{name}=…" for name in self.inputs[:8])
        return (
            f"the program of {self.graph.name(self.graph.output)} cannot run: "
            f"{' and '.join(filter(None, wrong))}. Its inputs are: "
            f"{', '.join(self.inputs[:8]) or 'none'}. Call it as program({call})."
        )

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        name = self.graph.name(self.graph.output)
        return f"Program of {name} with the inputs {', '.join(self.inputs) or 'none'}"

    def _repr_html_(self) -> str | None:
        return _coloured(self.text)


def code(output: Node, seed: npt.ArrayLike | None = None) -> Code:
    """Return the forward and backward pass of an output as readable Python.

    A graph of single numbers is written for plain floats and `math`, any other for
    NumPy. Where floats would raise an error at these very inputs (1 / 0), NumPy numbers
    are written, which become infinite as on the tape.

    Args:
        output: The node to differentiate, usually a loss L: a single number.
        seed: The gradient to start from, of the output's shape; 1 if None.

    Raises:
        GraphError: `output` is not a node.
        ShapeError: `output` is an array and there is no seed of its shape.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> x = variable(3.0, "x")
        >>> L = x * x
        >>> print(code(L))
        # Inputs
        x = 3.0
        <BLANKLINE>
        # Forward pass
        L = x * x
        <BLANKLINE>
        # Backward pass
        dL_dL = 1.0
        dL_dx = dL_dL * x
        dL_dx += dL_dL * x
    """
    return code_graph(Graph.of(output), seed)


def code_graph(graph: Graph, seed: npt.ArrayLike | None = None) -> Code:
    """Return the forward and backward pass over a graph as readable Python.

    Raises:
        ShapeError: The output is an array and there is no seed of its shape.
    """
    listing = _readable(graph, seed_gradient(graph, seed))
    text, lines = listing.script()
    return Code(text, lines, MappingProxyType(listing.arrays))


def compiled(output: Node, seed: npt.ArrayLike | None = None) -> Program:
    """Return a function that runs the code of an output for other inputs.

    It computes what recording the same graph anew would, infinity and NaN included.

    Args:
        output: The node to differentiate, usually a loss L: a single number.
        seed: The gradient to start from, of the output's shape; 1 if None.

    Raises:
        GraphError: `output` is not a node.
        ShapeError: `output` is an array and there is no seed of its shape.

    Example:
        >>> from backprop_lab.engine.node import constant, variable
        >>> w, x = variable(0.5, "w"), constant(2.0, "x")
        >>> program = compiled(w * x)
        >>> program(w=3.0)
        (6.0, {'w': 2.0})
        >>> program(w=3.0, x=5.0)
        (15.0, {'w': 5.0})
    """
    return compile_graph(Graph.of(output), seed)


def compile_graph(graph: Graph, seed: npt.ArrayLike | None = None) -> Program:
    """Return a graph as a function of its inputs.

    Raises:
        ShapeError: The output is an array and there is no seed of its shape.
    """
    start = seed_gradient(graph, seed)
    is_scalar = _is_scalar(graph)
    # What floats cannot do they try first, at each call: the next numbers may be fine.
    listing = write(graph, start, FLOATS) if is_scalar else _readable(graph, start)
    text = listing.function(_NAME)
    defaults = {
        name: node.value.item() if is_scalar else node.value
        for name, node in listing.arguments.items()
        if node.is_constant
    }
    return Program(
        graph,
        tuple(listing.arguments),
        text,
        _function(text, listing),
        is_scalar,
        tuple(listing.arguments.values()),
        defaults,
        start,
    )


def _is_scalar(graph: Graph) -> bool:
    return all(
        not node.shape and (node.operation is None or is_plain(node.operation))
        for node in graph.nodes
    )


def _readable(graph: Graph, seed: Array) -> Listing:
    """Return a graph's lines with plain numbers, if those can take its steps."""
    listing = write(graph, seed, FLOATS if _is_scalar(graph) else ARRAYS)
    return listing if _runs_plainly(listing) else write(graph, seed, WRAPPED)


def _runs_plainly(listing: Listing) -> bool:
    """Return whether plain numbers take all steps at the graph's own inputs."""
    if any(map(_needs_numpy_numbers, listing.graph.nodes)):
        return False
    values = [
        node.value if node.shape else node.value.item()
        for node in listing.arguments.values()
    ]
    try:
        with np.errstate(all="ignore"):
            _function(listing.function(_NAME), listing)(*values)
    except _PLAIN_ERRORS:
        return False
    return True


def _needs_numpy_numbers(node: Node) -> bool:
    """Return whether an operation treats a plain number unlike a NumPy number.

    An index makes an array without axes of it, to which `+=` would add in place; a
    learner's own row may compare numbers and add up the answers.
    """
    row = node.operation
    if row is None or all(operand.shape for operand in node.operands):
        return False
    return row is INDEX or (TABLE.get(row.name) is not row and not is_plain(row))


def _function(text: str, listing: Listing) -> Callable[..., Any]:
    """Return the function that a text ends in, without its needless names."""
    tree = ast.parse(text)
    definition = tree.body[-1]
    assert isinstance(definition, ast.FunctionDef)
    definition.body = compacted(definition.body)
    namespace: dict[str, Any] = {"arrays": listing.arrays}
    exec(compile(tree, f"<program of {listing.result}>", "exec"), namespace)
    return cast(Callable[..., Any], namespace[_NAME])


def _fitting(name: str, node: Node, value: Any) -> Any:
    """Return an input as an array of its node's shape, or as a NumPy number."""
    is_array = type(value) is np.ndarray and value.dtype == np.float64
    array = value if is_array else as_array(value, name)
    if array.shape != node.shape:
        raise ShapeError(
            f"{name} has shape {array.shape}, but the program was compiled for {name} "
            f"of shape {node.shape}. Give it that shape, or build the graph again with "
            "the new shape and compile that."
        )
    return array if array.ndim else np.float64(array)


def _read_only(result: npt.ArrayLike) -> Array:
    # A view, so that an input that is handed through stays the caller's to change.
    array = np.asarray(result, dtype=np.float64).view()
    array.flags.writeable = False
    return array


def _common_shape(arrays: Mapping[str, Array]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ShapeError(
            f"the inputs make no grid: {shapes}. Their sizes must be equal or 1, "
            "compared from the last one backwards: w of shape (200, 1) and b of shape "
            "(200,) make a grid of 200 × 200 points."
        ) from None


def _coloured(text: str) -> str | None:
    """Return Python as HTML with syntax colours, or None without Pygments."""
    try:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter
        from pygments.lexers import PythonLexer
    except ImportError:
        return None
    # The style brings its own background, so it needs its own colour of plain text,
    # and none of the page's.
    formatter = HtmlFormatter(
        noclasses=True,
        cssstyles="color: #1a1a1a; padding: 0.5em",
        prestyles="color: inherit; background: inherit; margin: 0",
    )
    return cast(str, highlight(text, PythonLexer(), formatter))
