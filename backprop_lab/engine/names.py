"""Names from the code: in `z = w * x + b` the node is called z.

Two places know what a learner calls a node. While a line runs, the interpreter is about
to store its result in a variable: `assigned_name` reads which one, so that names inside
functions are found too. Afterwards, the variables of whoever asks for a picture hold
nodes: `names_in` reads those (`x, y = variable(1), variable(2)`).
An explicit name always wins over both.

In PyTorch and JAX nodes have no names; `make_dot(L, params=...)` takes them by hand.
"""

import dis
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, takewhile
from pathlib import Path
from types import CodeType, FrameType

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_FARTHEST = 6  # Instructions to look ahead: self.layers.first.parameters["w"] = …
_MOST_HELD = 100  # A longer list holds data, not parameters.
_SKIPPED = {"EXTENDED_ARG", "COPY", "NOP"}
if "PRECALL" in dis.opmap:
    # Python 3.11 calls in two instructions; once warm, all happens in the first.
    _SKIPPED.add("CALL")
_RETURNED = "return"  # A keyword, so never a variable's name.


def assigned_name(frame: FrameType | None) -> str | None:
    """Return the variable in which running code will store its current result.

    Args:
        frame: The frame whose current instruction computes the result. A result that
            is returned takes its name from the caller's line.

    Returns:
        The name, or None where the result goes into a larger expression, or where the
        line belongs to this package.
    """
    while frame is not None:
        name = _target(frame.f_code, frame.f_lasti)
        if name != _RETURNED:
            ours = frame.f_code.co_filename.startswith(_PACKAGE)
            return None if ours else name
        frame = frame.f_back
    return None


def names_in(frame: FrameType | None) -> dict[int, str]:
    """Return the names of the objects in a frame's variables, by the objects' `id`.

    Local variables come before global ones, and variables before what they hold:
    entries of lists, as `weights[0]`, and of dictionaries, as their keys. Variables
    that start with an underscore are private (IPython keeps past outputs there) and
    name nothing.
    """
    if frame is None:
        return {}
    names: dict[int, str] = {}
    for variables in (frame.f_locals, frame.f_globals):
        public = {
            name: value
            for name, value in list(variables.items())
            if name.isidentifier() and not name.startswith("_") and name != "Out"
        }
        held = chain.from_iterable(_held(*item) for item in public.items())
        for name, value in chain(public.items(), held):
            names.setdefault(id(value), name)
    return names


def _held(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield what a list or a dictionary in a variable holds, with names for it."""
    if isinstance(value, list | tuple):
        for position, item in enumerate(value[:_MOST_HELD]):
            yield f"{name}[{position}]", item
    elif isinstance(value, dict):
        for key, item in islice(value.items(), _MOST_HELD):
            if isinstance(key, str) and key:
                yield key, item


@lru_cache(maxsize=4096)
def _target(code: CodeType, offset: int) -> str | None:
    """Return where the result of one instruction goes: a name, "return" or None."""
    instructions = [
        instruction
        for instruction in dis.get_instructions(code)
        if instruction.opname not in _SKIPPED
    ]
    # While a call runs, the offset may already point into the call's inline cache.
    done = sum(instruction.offset <= offset for instruction in instructions)
    return _stored_name(instructions[done : done + _FARTHEST])


def _stored_name(following: list[dis.Instruction]) -> str | None:
    """Return where the value on the stack goes: where it is stored, after loads."""
    loads = list(takewhile(lambda step: step.opname.startswith("LOAD_"), following))
    match loads, following[len(loads) :]:
        case [], [last, *_] if last.opname == "RETURN_VALUE":
            return _RETURNED
        case [], [store, *_] if _stores_a_variable(store.opname):
            # Python 3.13 fuses two instructions; the first of two names is ours.
            both = isinstance(store.argval, tuple)
            name = store.argval[0] if both else store.argval
            # Test runners keep values in variables such as @py_assert1.
            return name if name.isidentifier() and name != "_" else None
        case [_, *_], [store, *_] if store.opname == "STORE_ATTR":
            return str(store.argval)  # self.w = …
        case [_, *_, key], [store, *_] if store.opname == "STORE_SUBSCR":
            # parameters["w"] = …
            constant = key.opname == "LOAD_CONST" and isinstance(key.argval, str)
            return key.argval if constant else None
    return None


def _stores_a_variable(opname: str) -> bool:
    others = ("STORE_ATTR", "STORE_SLICE", "STORE_SUBSCR")
    return opname.startswith("STORE_") and opname not in others
