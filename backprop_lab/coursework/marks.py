"""Marks given by hand: read from a person's table, given back in it, and never lost.

`manual.csv` is written for the teacher, who fills in points and comments and grades
again. So it is read before anything else happens, whatever program has saved it, and
what cannot be understood is refused as a whole: a mark is never dropped in silence.
When it is written again, it has all that was in it, in the manner in which it came.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from backprop_lab.coursework.assignments import Assignment
from backprop_lab.coursework.records import Mark, Record, points
from backprop_lab.coursework.students import identity
from backprop_lab.coursework.tables import (
    Dialect,
    Row,
    Table,
    read_table,
    set_aside,
    write_table,
)
from backprop_lab.errors import TableError

_HEADS = ("student", "question", "max", "score", "comment", "answer")
_NEEDED = ("student", "question", "score")
_NUMBER = re.compile(r"[0-9]+([.,][0-9]*)?")

_Key: TypeAlias = tuple[str, str]  # Whose identity, and which question.


@dataclass(frozen=True)
class Marks:
    """The marks that a teacher has filled in.

    Attributes:
        rows: The rows with a score or a comment, by student and question.
        table: The table they were read from, if there was one.
        content: The file as it was then.
    """

    rows: Mapping[_Key, Row] = field(default_factory=dict)
    table: Table | None = None
    content: bytes = b""


def read_marks(path: Path, assignment: Assignment, students: Collection[str]) -> Marks:
    """Return the marks in a table.

    Args:
        path: A table with the columns student, question and score.
        assignment: Whose questions may be marked.
        students: The names of the whole class. Where a spreadsheet has made 42 of
            0042, the one student whose id that can be is meant.

    Raises:
        TableError: There is no such table, or one of its marks is no number between 0
            and the question's points, or is for a student or a question that there is
            not, or for one that has another mark already.
    """
    table = read_table(path, _NEEDED)
    most = {question.id: question.points for question in assignment.questions}
    names = {identity(student): student for student in students}
    rows: dict[_Key, Row] = {}
    for row in table.rows:
        score, comment = row.cells["score"], row.cells.get("comment", "")
        if not score and not comment:
            continue
        key = _student(table, row, names), _question(table, row, most)
        is_number = _NUMBER.fullmatch(score) is not None
        if score and not (is_number and _points(score) <= most[key[1]]):
            table.refuse(
                row, "score", f"{score!r} is no number between 0 and {most[key[1]]:g}."
            )
        if key in rows:
            table.refuse(row, "student", f"row {rows[key].number} marks the same.")
        rows[key] = row
    return Marks(rows, table, path.read_bytes())


def with_marks(records: Sequence[Record], marks: Marks) -> list[Record]:
    """Return the records with the marks that a teacher has filled in.

    What the teacher says stands, also where the grader had something else to say.
    """

    def marked(record: Record) -> dict[str, Mark]:
        found = {q: marks.rows.get((identity(record.student), q)) for q in record.marks}
        return {
            question: _given(row, mark) if (row := found[question]) else mark
            for question, mark in record.marks.items()
        }

    return [replace(record, marks=marked(record)) for record in records]


def write_marks(
    path: Path, records: Sequence[Record], assignment: Assignment, marks: Marks
) -> None:
    """Write the table of what is to be marked by hand, with the marks given so far.

    A table that somebody has edited meanwhile, or that holds other marks than these, is
    kept beside the new one under a dated name.
    """
    if path.is_file() and not _is_in(path, assignment, marks):
        set_aside(path, path.parent)
    dialect = marks.table.dialect if marks.table else Dialect()
    write_table(path, _rows(records, assignment, marks), dialect)


def _rows(
    records: Iterable[Record], assignment: Assignment, marks: Marks
) -> Iterable[list[str]]:
    known = marks.table.heads if marks.table else ()
    added = [head for head in known if head and head not in _HEADS]
    yield [*_HEADS, *added]
    left = dict(marks.rows)
    for record in records:
        for question in assignment.questions:
            mark = record.marks.get(question.id)
            row = left.pop((identity(record.student), question.id), None)
            if row is None and not (mark and mark.answer):
                continue
            cells = row.cells if row else {}
            yield [
                *(record.student, question.id, points(question.points)),
                *(cells.get("score", ""), cells.get("comment", "")),
                mark.answer if mark else "",
                *(cells.get(head, "") for head in added),
            ]
    # Of those whose submission has not been graded yet.
    for row in left.values():
        yield [row.cells.get(head, "") for head in (*_HEADS, *added)]


def _is_in(path: Path, assignment: Assignment, marks: Marks) -> bool:
    """Return whether all marks in a table are among these."""
    if path.read_bytes() == marks.content:
        return True
    try:
        table = read_table(path, _NEEDED)
    except TableError:
        return False
    given = [(row.cells["score"], row.cells.get("comment", "")) for row in table.rows]
    return not any(score or comment for score, comment in given)


def _given(row: Row, mark: Mark) -> Mark:
    """Return the mark in a row; a comment alone is no mark yet."""
    if not row.cells["score"]:
        return mark
    reason = row.cells.get("comment") or "marked by hand"
    return Mark(_points(row.cells["score"]), reason, mark.answer)


def _student(table: Table, row: Row, names: Mapping[str, str]) -> str:
    """Return the identity of the student of a row."""
    typed = identity(row.cells["student"])
    if typed in names:
        return typed
    # A spreadsheet takes 0042 for a number.
    without_zeros = [name for name in names if name.lstrip("0") == typed.lstrip("0")]
    if typed.isdecimal() and len(without_zeros) == 1:
        return without_zeros[0]
    table.refuse(
        row,
        "student",
        f"nobody in this class is called {row.cells['student']!r}. Correct the name, "
        "or take the row out.",
    )


def _question(table: Table, row: Row, most: Mapping[str, float]) -> str:
    question = row.cells["question"].casefold()
    if question not in most:
        known = ", ".join(most)
        table.refuse(row, "question", f"there is no {question!r}; there are {known}.")
    return question


def _points(score: str) -> float:
    return float(score.replace(",", "."))
