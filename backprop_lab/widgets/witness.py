"""Whether a computation looks at a number, or only computes with it.

A graph is the same for all values of an input when nothing that builds it has looked
at a value that depends on the input, as `if w.value > 0` does, or `float(z.value)`, or
the text `f"{w:.2f}"`. In comes a node; out comes a *witness*, a node like it that notes
when anybody but the engine's arithmetic asks for its number; and so does every node
that is computed from it.

    >>> from backprop_lab.engine.node import variable
    >>> w, looks = witness(variable(3.0, "w"))
    >>> z = 2 * w + 1
    >>> looks
    []
    >>> bool(z.value > 0), len(looks)
    (True, 1)

In JAX every value of a traced function is abstract, and to look at one is a
`ConcretizationTypeError`.
"""

import dataclasses
import sys
from types import FrameType

from backprop_lab.engine import node as node_module
from backprop_lab.engine import shapes
from backprop_lab.engine.arrays import Array
from backprop_lab.engine.node import Node

# Nodes are made here, and need their operands' values and shapes.
_ARITHMETIC = {node_module.__name__, shapes.__name__}
_VALUE = vars(Node)["value"]  # The slot itself.


def witness(node: Node) -> tuple[Node, list[str]]:
    """Return a node that is a witness, and the list of looks, which it will fill.

    Args:
        node: The node that it stands for.
    """
    looks: list[str] = []

    class Witness(Node):
        __slots__ = ()

        @property
        def value(self) -> Array:
            frame = sys._getframe(1)
            if not _is_arithmetic(frame):
                looks.append(frame.f_code.co_name)
            value: Array = _VALUE.__get__(self)
            return value

        @value.setter
        def value(self, value: Array) -> None:
            _VALUE.__set__(self, value)

        def __format__(self, specification: str) -> str:
            looks.append("format")
            return super().__format__(specification)

        def __repr__(self) -> str:
            looks.append("repr")
            return super().__repr__()

    fields = {
        field.name: getattr(node, field.name) for field in dataclasses.fields(node)
    }
    return Witness(**fields), looks


def _is_arithmetic(frame: FrameType) -> bool:
    module, function = frame.f_globals.get("__name__"), frame.f_code.co_name
    # A node under another name is a copy.
    copies = module == dataclasses.__name__ and function in ("replace", "_replace")
    return module in _ARITHMETIC or copies
