"""What a learner hands in, as plain arrays: nothing else ever leaves the kernel.

In comes a function or a value of any kind, and the arguments of one case; out comes a
`Reply`: for each part of the answer an array, a sentence that says why it is none, or
None where nothing was attempted. A reply travels as JSON, so a verdict can be formed in
another process, out of the learner's reach.

This module runs inside the learner's kernel while grading: it knows no exercise.

    >>> ask(lambda a, b: (a * b, "five"), (2.0, 3.0), 2).parts
    (array(6.), "is text ('five'), not a number; write it without quotes")
"""

import json
import traceback
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from backprop_lab.engine.arrays import Array, as_array
from backprop_lab.engine.node import Node
from backprop_lab.errors import LabError

Part: TypeAlias = Array | str | None
_LARGEST = 10_000  # numbers in one part of an answer
_LONGEST = 300  # characters of a sentence


@dataclass(frozen=True)
class Reply:
    """The answer to one case.

    Attributes:
        parts: An array; a sentence ("is text, …") instead of one; None: no attempt.
        changed_inputs: Whether the learner's function wrote into its arguments.
    """

    parts: tuple[Part, ...]
    changed_inputs: bool = False


def ask(answer: object, arguments: Sequence[object] | None, count: int) -> Reply:
    """Return the reply to one case.

    Args:
        answer: What the learner hands in.
        arguments: The inputs of the case, of which the learner's function gets a copy;
            None, where the answer is to be a value, taken as it is.
        count: How many parts the answer has.
    """
    if arguments is None or answer is None or answer is ...:
        return Reply(split(answer, count))
    if not callable(answer):
        problem = "is no function; hand in the function itself, without calling it"
        return Reply((problem,) * count)
    given = deepcopy(tuple(arguments))
    try:
        parts = split(answer(*given), count)
    except NotImplementedError:
        return Reply((None,) * count)
    except (Exception, SystemExit) as error:
        return Reply((_raised(error),) * count)
    return Reply(parts, _is_changed(given, arguments))


def split(value: object, count: int) -> tuple[Part, ...]:
    """Return a value as the parts of an answer.

    Example:
        >>> split((1.0, 2.0, 3.0), 2)[0]
        'is 3 values, but 2 were expected'
    """
    if value is None or value is ...:
        return (None,) * count
    if count == 1 or callable(value):
        return (_part(value),) * count
    if isinstance(value, np.ndarray) and value.ndim:
        value = list(value)
    if not isinstance(value, tuple | list):
        return (f"is one value, but {count} were expected",) * count
    if len(value) != count:
        return (f"is {len(value)} values, but {count} were expected",) * count
    return tuple(_part(entry) for entry in value)


def to_json(value: object) -> str:
    """Return numbers, texts, arrays and lists of them as text, to the last digit."""
    return json.dumps(value, default=_array_to_plain)


def from_json(text: str) -> Any:
    """Return what a text holds; arrays are new and writable."""
    return json.loads(text, object_hook=_array_from_plain)


def reply_from_json(text: str, count: int) -> Reply:
    """Return the reply that a text holds; the text may come from anybody.

    Raises:
        ValueError: The text is no reply with this number of parts.
    """
    try:
        parts, changed = from_json(text)
        reply = Reply(tuple(map(_checked, parts)), changed is True)
    except (TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"not a reply: {error}") from None
    if len(reply.parts) != count:
        raise ValueError(f"{len(reply.parts)} parts, but {count} were expected")
    return reply


def missing(name: str) -> str:
    """Return what an answer is that nobody has defined."""
    return f"is missing, as there is no {name}"


def probe(namespace: dict[str, object], name: str, arguments: str, count: int) -> str:
    """Return the reply of the learner's `name` to one case, as hexadecimal digits.

    The runner has the kernel evaluate this; it is the only way out of there.
    """
    if name not in namespace:
        reply = Reply((missing(name),) * count)
    else:
        reply = ask(namespace[name], from_json(arguments), count)
    return to_json((reply.parts, reply.changed_inputs)).encode().hex()


def _part(value: object) -> Part:
    if value is None or value is ...:
        return None
    if isinstance(value, Node):
        return value.value
    if isinstance(value, bool | np.bool_):
        return f"is {value}, not a number; write 1.0 or 0.0"
    if isinstance(value, str):
        return f"is text ({value[:20]!r}), not a number; write it without quotes"
    if callable(value):
        return "is a function, not a number; call it"
    if not isinstance(value, int | float | np.number | np.ndarray | list | tuple):
        return f"is of type {type(value).__name__}, not a number or an array"
    try:
        array = as_array(value)
    except (LabError, OverflowError) as error:
        return f"is no array of numbers: {error}"[:_LONGEST]
    if array.size > _LARGEST:
        return f"has {array.size} numbers; that cannot be meant"
    return array


def _raised(error: BaseException) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)[1:2]]
    where = f" (line {lines[0]} of its cell)" if lines else ""
    return f"raised {type(error).__name__}{where}: {error}"[:_LONGEST]


def _is_changed(given: Sequence[object], arguments: Sequence[object]) -> bool:
    try:
        return to_json(given) != to_json(tuple(arguments))
    except (TypeError, ValueError, AttributeError, RecursionError):
        return True  # Something has come in that no case holds.


def _array_to_plain(array: Array) -> dict[str, object]:
    return {"shape": array.shape, "numbers": array.ravel().tolist()}


def _array_from_plain(plain: dict[str, list[float]]) -> Array | dict[str, Any]:
    if plain.keys() != {"shape", "numbers"}:
        return plain
    numbers = np.array(plain["numbers"], dtype=np.float64)
    return numbers.reshape([int(length) for length in plain["shape"]])


def _checked(part: object) -> Part:
    if part is None or isinstance(part, np.ndarray):
        return part
    if isinstance(part, str):
        return part[:_LONGEST]
    raise ValueError(f"{type(part).__name__} is no part of an answer")
