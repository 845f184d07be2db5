"""How a node is written: on a line, in a message, in a line of advice.

>>> from backprop_lab.engine.node import variable
>>> loss = variable(0.5)
>>> print(loss)
Node loss = 0.5000 (variable)
>>> print(f"after a step: {loss:.2f}")
after a step: 0.50
"""

import keyword

import numpy as np

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import Primitive
from backprop_lab.errors import InputError
from backprop_lab.words.formulas import one_line
from backprop_lab.words.numbers import inline


class Written:
    """What has a value and perhaps a name, written for people; a base of `Node`."""

    __slots__ = ()

    value: Array
    operation: Primitive | None
    name: str | None
    kind: str

    def __format__(self, specification: str) -> str:
        if not specification:
            return str(self)
        try:
            if not self.value.ndim:
                return format(self.value.item(), specification)
            return np.array2string(
                self.value,
                separator=", ",
                formatter={"float_kind": lambda entry: format(entry, specification)},
            )
        except ValueError as problem:
            raise InputError(
                f"{describe(self)} cannot be written as {specification!r}: its numbers "
                f'are floats. Write f"{{{written(self)}:.3f}}".'
            ) from problem

    def __repr__(self) -> str:
        # By hand: a generated one would print the whole history.
        how = self.operation.name if self.operation else self.kind
        name = f"{one_line(self.name)} = " if self.name else ""
        return f"Node {name}{inline(self.value)} ({how})"


def describe(node: Written) -> str:
    """Return how an error message calls a node: its name or what it is."""
    if node.name:
        return one_line(node.name)
    if node.kind == "operation" and node.operation:
        return f"the result of {node.operation.name}"
    return f"the {node.kind} {inline(node.value)}"


def written(node: Written, other: str = "x") -> str:
    """Return how a line of advice writes a node: its name if that is Python."""
    return as_python(node.name or "", other)


def as_python(name: str, other: str) -> str:
    """Return a name if a learner can have written it in Python, else another.

    Example:
        >>> as_python("w", "x"), as_python("w·x", "x"), as_python("w₁", "x")
        ('w', 'x', 'x')
    """
    # To Python itself the dot of w·x is a letter.
    plain = all(sign.isalpha() or sign.isdecimal() for sign in name.replace("_", "a"))
    known = plain and name.isidentifier() and not keyword.iskeyword(name)
    return name if known else other
