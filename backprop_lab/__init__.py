"""See backpropagation.

    >>> import backprop_lab as bp
    >>> x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    >>> z = (x + y) * w
    >>> tape = bp.record(z)
    >>> float(tape.gradient(w))
    3.0

The package is a house of rooms, from the ground up. A room imports only from those
above it in this list, and a module inside a room from those above it in the room's own:

    errors      what can go wrong, one class for each kind of mistake
    words       numbers, text tables, formulas: what every text is made of
    engine      graph, table of derivatives, tape: the lesson itself
    program     the two passes as code
    picture     what there is to see, and where
    widgets     what moves
    lessons     what the notebooks share
    notebooks   where learners' copies of them come from
    primitives  an old address that such copies still name
    coursework  exercises, assignments, grading
    desk        the command line and the doctor
"""

import typing
from difflib import get_close_matches as _get_close_matches
from importlib import import_module as _import_module

from backprop_lab.engine.check import GradientCheck, check_gradients
from backprop_lab.engine.functions import (
    absolute,
    concatenate,
    cos,
    cross_entropy,
    exp,
    largest,
    log,
    log_softmax,
    matmul,
    maximum,
    mean,
    minimum,
    relu,
    reshape,
    sigmoid,
    sin,
    softmax,
    sqrt,
    squared_error,
    stack,
    tanh,
    total,
    transpose,
    where,
)
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.habits import line_for as _line_for
from backprop_lab.engine.habits import unknown_name as _unknown_name
from backprop_lab.engine.node import Node, apply, constant, group, named, variable
from backprop_lab.engine.primitives import Primitive, primitive
from backprop_lab.engine.steps import BackwardStep, ForwardStep
from backprop_lab.engine.tape import Tape, record
from backprop_lab.errors import (
    ExportError,
    GraphError,
    IndexingError,
    InputError,
    LabError,
    LayoutError,
    ShapeError,
)
from backprop_lab.picture.drawing import Still, draw
from backprop_lab.program.program import Code, Program, code, compiled

if typing.TYPE_CHECKING:
    from backprop_lab.widgets.explorer import Explorer, explore
    from backprop_lab.widgets.stepper import Stepper

__version__ = "0.2.0"

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
    "largest",
    "log",
    "log_softmax",
    "matmul",
    "maximum",
    "mean",
    "minimum",
    "named",
    "primitive",
    "record",
    "relu",
    "reshape",
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
    "where",
]

# The widgets bring ipywidgets along, which takes longer to import than all the rest.
_WIDGETS = {
    "Explorer": "backprop_lab.widgets.explorer",
    "Stepper": "backprop_lab.widgets.stepper",
    "explore": "backprop_lab.widgets.explorer",
}


def __getattr__(name: str) -> object:
    """Import the widgets when they are first asked for; explain what is not here."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name not in _WIDGETS:
        close = _get_close_matches(name, __all__, n=1)
        meant = (
            f"Did you mean {close[0]}?" if close else "Its names: dir(backprop_lab)."
        )
        raise _unknown_name(__name__, name, _line_for(name) or meant)

    found = getattr(_import_module(_WIDGETS[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
