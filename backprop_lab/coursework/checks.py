"""Is it right? The one comparator: for the learner, the release and the grader.

In come arrays: what a learner's answer gave for each case, what the reference gave and
what each known mistake would have given. Out comes a row of a table: right, wrong or
not attempted, and in words which mistake it was, where it is a known one.

    >>> two = np.array(2.0)
    >>> row = compare("dL/dx", [two], [-two], {}, 1e-6)
    >>> row.outcome, row.mistake
    ('wrong', 'wrong sign')
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, TypeAlias

import numpy as np

from backprop_lab.coursework.answers import Part
from backprop_lab.engine.arrays import Array
from backprop_lab.words.columns import in_columns
from backprop_lab.words.numbers import number, shape_text

Outcome: TypeAlias = Literal["right", "wrong", "not attempted"]
_LEFT = "text-align: left"
_MARKS = {"right": "✓ right", "wrong": "✗ wrong", "not attempted": "○ not attempted"}


@dataclass(frozen=True)
class Row:
    """The verdict on one part of an answer.

    Attributes:
        part: What the part is called, such as "dL/dw".
        outcome: Right, wrong or not attempted.
        shape: The shape that was handed in, as text.
        difference: The largest difference from the reference, where there is one.
        mistake: The name of the known mistake that gives the same numbers, or "".
        hint: What to do about it.
    """

    part: str
    outcome: Outcome
    shape: str = ""
    difference: float | None = None
    mistake: str = ""
    hint: str = ""

    @property
    def advice(self) -> str:
        """The mistake and the hint in one line."""
        return ": ".join(filter(None, (self.mistake, self.hint)))


@dataclass(frozen=True)
class Verdict:
    """The verdict on an exercise; shown as a table.

    Attributes:
        exercise: The exercise's id.
        rows: One row for each part.
        points: How many points the exercise is worth.
        note: A line below the table, such as an input for which the answer is wrong.
    """

    exercise: str
    rows: tuple[Row, ...]
    points: float = 1.0
    note: str = ""

    @property
    def outcome(self) -> Outcome:
        """Right if all parts are; not attempted if no part was."""
        outcomes = {row.outcome for row in self.rows}
        return outcomes.pop() if len(outcomes) == 1 else "wrong"

    @property
    def score(self) -> float:
        """The points earned: each part that is right earns its equal share."""
        right = sum(row.outcome == "right" for row in self.rows)
        return self.points * right / len(self.rows)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the known mistakes that were recognised."""
        return tuple(dict.fromkeys(row.mistake for row in self.rows if row.mistake))

    @property
    def summary(self) -> str:
        """One line: the outcome, and what is wrong with which parts."""
        parts: dict[str, list[str]] = {}
        for row in self.rows:
            if row.advice:
                parts.setdefault(row.advice.rstrip("."), []).append(row.part)
        said = "; ".join(f"{', '.join(p)} {advice}" for advice, p in parts.items())
        return f"{self.outcome}: {said}" if said else self.outcome

    def __str__(self) -> str:
        """Return the table as text."""
        table = in_columns(self._cells(), rules=[1])
        return "\n".join(filter(None, (self.exercise, table, self.note)))

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]

    def _repr_html_(self) -> str:
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        head, *rows = self._cells()
        return html_table(self.exercise, head, rows) + note

    def _cells(self) -> list[tuple[str, ...]]:
        head = ("part", "result", "shape", "largest difference", "hint")
        rows = [
            (
                row.part,
                _MARKS[row.outcome],
                row.shape,
                "" if row.difference is None else number(row.difference),
                row.advice,
            )
            for row in self.rows
        ]
        # What says nothing in any row is left out.
        telling = [
            column for column in zip(head, *rows, strict=True) if any(column[1:])
        ]
        return list(zip(*telling, strict=True))


def compare(
    part: str,
    answers: Sequence[Part],
    wanted: Sequence[Array],
    mistakes: Mapping[str, tuple[str, Sequence[Part]]],
    tolerance: float,
) -> Row:
    """Return the verdict on one part of an answer over all cases.

    Args:
        part: What the part is called.
        answers: What the learner's answer gave for each case.
        wanted: What the reference gives.
        mistakes: For each known mistake its hint, and what it gives for each case.
        tolerance: The largest difference that counts as equal; see `close`.
    """
    if all(answer is None for answer in answers):
        return Row(part, "not attempted")
    arrays = [answer for answer in answers if isinstance(answer, np.ndarray)]
    if len(arrays) < len(answers):
        problem = next(a for a in answers if not isinstance(a, np.ndarray))
        return Row(part, "wrong", hint=problem or "is None for some inputs")
    pairs = list(zip(arrays, wanted, strict=True))
    if all_close(arrays, wanted, tolerance):
        return Row(part, "right", _shapes(arrays), _largest_difference(pairs))
    name, hint = _diagnosis(arrays, wanted, mistakes, tolerance)
    return Row(part, "wrong", _shapes(arrays), _largest_difference(pairs), name, hint)


def close(got: Part, want: Part, tolerance: float) -> bool:
    """Return whether two arrays are equal in shape and, nearly, in every number.

    What is no array is close to nothing. The largest difference may be `tolerance`
    times the largest number wanted, or times 1 where that is smaller.

    Example:
        >>> close(np.array([1.0]), np.array(1.0), 1e-6)
        False
    """
    if not isinstance(got, np.ndarray) or not isinstance(want, np.ndarray):
        return False
    if got.shape != want.shape:
        return False
    scale = max(1.0, float(np.abs(want).max()))
    return bool(np.all(np.abs(got - want) <= tolerance * scale))


def all_close(got: Sequence[Part], want: Sequence[Part], tolerance: float) -> bool:
    """Return whether all pairs are equal; see `close`."""
    return all(close(a, b, tolerance) for a, b in zip(got, want, strict=True))


def html_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an HTML table; all texts are escaped, and only the last may be long."""

    def line(cells: Sequence[str], tag: str) -> str:
        last = f"{_LEFT}; vertical-align: baseline"
        styles = [f"{last}; white-space: nowrap"] * (len(cells) - 1) + [last]
        inside = "".join(
            f'<{tag} style="{style}">{escape(cell)}</{tag}>'
            for style, cell in zip(styles, cells, strict=True)
        )
        return f"<tr>{inside}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return (
        f'<table><caption style="{_LEFT}">{escape(caption)}</caption>'
        f"<thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>"
    )


def _diagnosis(
    arrays: Sequence[Array],
    wanted: Sequence[Array],
    mistakes: Mapping[str, tuple[str, Sequence[Part]]],
    tolerance: float,
) -> tuple[str, str]:
    """Return the name and the hint of the mistake that gives these numbers."""
    for name, (hint, wrong) in mistakes.items():
        if all_close(arrays, wrong, tolerance):
            return name, hint
    for got, want in zip(arrays, wanted, strict=True):
        if got.shape != want.shape:
            return "", (
                f"the shape is {shape_text(got.shape)}, "
                f"but {shape_text(want.shape)} was expected"
            )
        if not np.isfinite(got).all():
            return "", "contains NaN or infinity"
    if all_close(arrays, [np.asarray(-want) for want in wanted], tolerance):
        return "wrong sign", "every number has the opposite sign"
    return "", "other numbers were expected"


def _shapes(arrays: Sequence[Array]) -> str:
    return " or ".join(dict.fromkeys(shape_text(array.shape) for array in arrays))


def _largest_difference(pairs: Sequence[tuple[Array, Array]]) -> float | None:
    if any(got.shape != want.shape for got, want in pairs):
        return None
    with np.errstate(all="ignore"):
        return float(max(np.abs(got - want).max() for got, want in pairs))
