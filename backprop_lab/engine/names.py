"""Names from the code: in `z = w * x + b` the node is called z.

Two places know what a learner calls a node. While a line runs, the interpreter is about
to store its result in a variable: `assigned_name` reads which one, so that names inside
functions are found too. Afterwards, the variables of whoever asks for a picture hold
nodes: `names_in_sight` reads those (`x, y = variable(1), variable(2)`).
An explicit name always wins over both.

The learner's line is the innermost one outside this package: `learners_frame`.

In PyTorch and JAX nodes have no names; `make_dot(L, params=...)` takes them by hand.
"""

import dis
import os
import sys
from collections.abc import Iterator, Mapping
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
_COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


def learners_frame() -> FrameType:
    """Return the innermost frame that runs none of this package's code."""
    return _outside(sys._getframe(1))


def assigned_name() -> str | None:
    """Return the variable in which the result of the calling function will be stored.

    A result that is returned is stored by whoever called; so a chain of functions that
    each `return` what the next one returns ends in the learner's line.

    Returns:
        The name, or None where the result goes into a larger expression, or where the
        line that stores it belongs to this package.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = _target(frame.f_code, frame.f_lasti)
        if name != _RETURNED:
            return None if _is_ours(frame) else name
        frame = frame.f_back
    return None


def names_in_sight() -> dict[int, str]:
    """Return the names of the objects in the learner's variables, by the objects' `id`.

    Local variables come before global ones, and variables before what they hold:
    entries of lists, as `weights[0]`, and of dictionaries, as their keys. Variables
    that start with an underscore are private (IPython keeps past outputs there) and
    name nothing.
    """
    names: dict[int, str] = {}
    for variables in _scopes(learners_frame()):
        public = {
            name: value
            for name, value in list(variables.items())
            if name.isidentifier() and not name.startswith("_") and name != "Out"
        }
        held = chain.from_iterable(_held(*item) for item in public.items())
        for name, value in chain(public.items(), held):
            names.setdefault(id(value), name)
    return names


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_PACKAGE)


def _outside(frame: FrameType) -> FrameType:
    while _is_ours(frame) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _scopes(frame: FrameType) -> Iterator[Mapping[str, object]]:
    """Yield the variables that a line can see, the nearest first."""
    yield frame.f_locals
    # Its own frame up to Python 3.11, and in a generator expression also later.
    while frame.f_code.co_name in _COMPREHENSIONS and frame.f_back is not None:
        frame = _outside(frame.f_back)
        yield frame.f_locals
    yield frame.f_globals


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
