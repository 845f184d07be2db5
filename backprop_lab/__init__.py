"""See backpropagation.

    >>> import backprop_lab as bp
    >>> x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    >>> z = (x + y) * w
    >>> tape = bp.record(z)
    >>> float(tape.gradient(w))
    3.0

The package is a street with one direction; each module imports only from those above:

    errors, arrays, numerals, notation   what is said, and of what
    primitives                           THE TABLE of operations and derivatives
    names, node, graph, functions        what learners write
    steps, wording, tape, check          what happened, and whether it is right
"""

from backprop_lab.check import GradientCheck, check_gradients
from backprop_lab.errors import (
    ExportError,
    GraphError,
    IndexingError,
    InputError,
    LabError,
    LayoutError,
    ShapeError,
)
from backprop_lab.functions import (
    absolute,
    concatenate,
    cos,
    cross_entropy,
    exp,
    log,
    matmul,
    maximum,
    mean,
    relu,
    sigmoid,
    sin,
    softmax,
    sqrt,
    squared_error,
    stack,
    tanh,
    total,
    transpose,
)
from backprop_lab.graph import Edge, Graph
from backprop_lab.node import Node, apply, constant, group, named, variable
from backprop_lab.primitives import Primitive, primitive
from backprop_lab.steps import BackwardStep, ForwardStep
from backprop_lab.tape import Tape, record

__all__ = [
    "BackwardStep",
    "Edge",
    "ExportError",
    "ForwardStep",
    "GradientCheck",
    "Graph",
    "GraphError",
    "IndexingError",
    "InputError",
    "LabError",
    "LayoutError",
    "Node",
    "Primitive",
    "ShapeError",
    "Tape",
    "absolute",
    "apply",
    "check_gradients",
    "concatenate",
    "constant",
    "cos",
    "cross_entropy",
    "exp",
    "group",
    "log",
    "matmul",
    "maximum",
    "mean",
    "named",
    "primitive",
    "record",
    "relu",
    "sigmoid",
    "sin",
    "softmax",
    "sqrt",
    "squared_error",
    "stack",
    "tanh",
    "total",
    "transpose",
    "variable",
]
