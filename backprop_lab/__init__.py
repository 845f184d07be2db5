"""See backpropagation.

    >>> import backprop_lab as bp
    >>> x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    >>> z = (x + y) * w
    >>> tape = bp.record(z)
    >>> float(tape.gradient(w))
    3.0

The package is a street with one direction; each module imports only from those above:

    errors, arrays, numerals             what is said, and of what …
    columns, notation                    … in tables and in formulas
    primitives                           THE TABLE of operations and derivatives
    names, node, graph, functions        what learners write
    steps, wording, tape, check          what happened, and whether it is right
    identifiers, dialect, listing        how code is written …
    compaction, program                  … and run
    folding, picture                     what there is to see …
    lettering, layout, svg               … and where
    drawing, sweep, stepper, explorer    the still picture and the widgets
"""

import typing

from backprop_lab.check import GradientCheck, check_gradients
from backprop_lab.drawing import Still, draw
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
from backprop_lab.program import Code, Program, code, compiled
from backprop_lab.steps import BackwardStep, ForwardStep
from backprop_lab.tape import Tape, record

if typing.TYPE_CHECKING:
    from backprop_lab.explorer import Explorer, explore
    from backprop_lab.stepper import Stepper

__all__ = [
    "BackwardStep",
    "Code",
    "Edge",
    "Explorer",
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
    "Program",
    "ShapeError",
    "Stepper",
    "Still",
    "Tape",
    "absolute",
    "apply",
    "check_gradients",
    "code",
    "compiled",
    "concatenate",
    "constant",
    "cos",
    "cross_entropy",
    "draw",
    "exp",
    "explore",
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

# The widgets bring ipywidgets along, which takes longer to import than all the rest.
_WIDGETS = {
    "Explorer": "backprop_lab.explorer",
    "Stepper": "backprop_lab.stepper",
    "explore": "backprop_lab.explorer",
}


def __getattr__(name: str) -> object:
    """Import the widgets when they are first asked for."""
    if name not in _WIDGETS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(_WIDGETS[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
