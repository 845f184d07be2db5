"""Names from the code: in `z = w * x + b` the node is called z.

Two places know what a learner calls a node. While a line runs, the interpreter is about
to store its result in a variable: `assigned_name` reads which one, so that names inside
functions are found too. Afterwards, the variables of whoever asks for a picture hold
nodes: `names_in` reads those (`x, y = variable(1), variable(2)`).
An explicit name always wins over both.

In PyTorch and JAX nodes have no names; `make_dot(L, params=...)` takes them by hand.
"""

import dis
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

_PACKAGE = str(Path(__file__).parent)
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
        if frame.f_code.co_filename.startswith(_PACKAGE):
            return None
        name = _target(frame.f_code, frame.f_lasti)
        if name != _RETURNED:
            return name
        frame = frame.f_back
    return None


def names_in(frame: FrameType | None) -> dict[int, str]:
    """Return the names of the objects in a frame's variables, by the objects' `id`.

    Local variables come before global ones and earlier ones before later ones. Entries
    of lists are found as well, as `weights[0]`. Variables that start with an underscore
    are private (IPython keeps past outputs there) and name nothing.
    """
    if frame is None:
        return {}
    names: dict[int, str] = {}
    for variables in (frame.f_locals, frame.f_globals):
        for name, value in list(variables.items()):
            if name.startswith("_") or name == "Out":
                continue
            for where, item in _items(name, value):
                names.setdefault(id(item), where)
    return names


def _items(name: str, value: object) -> Iterator[tuple[str, object]]:
    yield name, value
    if isinstance(value, list | tuple):
        for position, item in enumerate(value[:100]):
            yield f"{name}[{position}]", item


@lru_cache(maxsize=4096)
def _target(code: CodeType, offset: int) -> str | None:
    """Return where the result of one instruction goes: a name, "return" or None."""
    instructions = [
        instruction
        for instruction in dis.get_instructions(code)
        if instruction.opname not in ("EXTENDED_ARG", "COPY", "NOP")
    ]
    # While a call runs, the offset may already point into the call's inline cache.
    done = sum(instruction.offset <= offset for instruction in instructions)
    return _stored_name(instructions[done : done + 3])


def _stored_name(following: list[dis.Instruction]) -> str | None:
    names = [instruction.opname for instruction in following]
    match names:
        case ["RETURN_VALUE", *_]:
            return _RETURNED
        case [store, *_] if store.startswith("STORE_") and store not in (
            "STORE_SUBSCR",
            "STORE_SLICE",
        ):
            stored = following[0].argval
            # Python 3.13 fuses two instructions; the first of two names is ours.
            name = stored[0] if isinstance(stored, tuple) else stored
        case [load, "STORE_ATTR", *_] if load.startswith("LOAD_"):
            name = following[1].argval  # self.w = …
        case [_, key, "STORE_SUBSCR"] if key == "LOAD_CONST":
            name = following[1].argval  # parameters["w"] = …
        case _:
            return None
    return name if isinstance(name, str) and name != "_" else None
