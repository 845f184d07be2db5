"""The record of a graded submission: kept in a log, completed by marks given by hand.

Every other file that grading writes is made from these records.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from backprop_lab.coursework.assignments import Assignment
from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.errors import TableError

_FORMULA = tuple("=+-@\t\r")


@dataclass(frozen=True)
class Mark:
    """The points for one question and the reason; no points yet: to be marked.

    What is to be marked by hand holds the written answer.
    """

    score: float | None
    reason: str
    answer: str = ""


@dataclass(frozen=True)
class Record:
    """One graded submission; what `log.jsonl` keeps."""

    student: str
    status: str = ""
    flags: tuple[Flag, ...] = ()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    file: str = ""
    file_sha256: str = ""
    key: str = ""
    seconds: float = 0.0

    @property
    def is_graded(self) -> bool:
        """Whether the submission could be graded at all."""
        return self.status in (Status.OK, Status.TIMEOUT)

    @property
    def score(self) -> float | None:
        """The points so far; None, not 0, if the submission could not be graded."""
        known = [mark.score or 0.0 for mark in self.marks.values()]
        return sum(known) if self.is_graded else None


def read_log(log: Path) -> list[Record]:
    """Return the finished records in a log; a line that holds none is dropped."""
    if not log.is_file():
        return []
    lines, records = log.read_text(encoding="utf-8").splitlines(), []
    for line in lines:
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            plain = json.loads(line)
            marks = {id: Mark(**mark) for id, mark in plain["marks"].items()}
            flags = tuple(Flag(Kind(kind), about) for kind, about in plain["flags"])
            record = Record(**plain | {"marks": marks, "flags": flags})
            if record.status != Status.GRADER_ERROR:
                records.append(record)
    if len(records) < len(lines):
        good = "".join(json.dumps(asdict(r), sort_keys=True) + "\n" for r in records)
        new = log.with_suffix(".new")  # So that no interruption loses a grade.
        new.write_text(good, encoding="utf-8")
        new.replace(log)
    return records


def read_manual(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return the rows of a table of written answers, by student and question."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {name: _as_typed(cell) for name, cell in row.items() if name}
            for row in csv.DictReader(file)
        ]
    return {
        (row["student"], row["question"]): row
        for row in rows
        if row.get("student") and row.get("question")
    }


def with_manual_marks(
    records: Sequence[Record],
    assignment: Assignment,
    marked: Mapping[tuple[str, str], Mapping[str, str]],
) -> list[Record]:
    """Return the records with the marks that a teacher has filled in.

    Raises:
        TableError: A mark is no number between 0 and the question's points.
    """
    most = {q.id: q.points for q in assignment.questions}
    result = []
    for record in records:
        marks = dict(record.marks)
        for question, mark in record.marks.items():
            row = marked.get((record.student, question), {})
            text = (row.get("score") or "").strip().replace(",", ".")
            if not text or not mark.answer:
                continue
            if not re.fullmatch(r"\d+(\.\d*)?", text) or float(text) > most[question]:
                raise TableError(
                    f"manual marks: {record.student}, {question}: {text!r} is no "
                    f"number between 0 and {most[question]:g}."
                )
            reason = row.get("comment") or "marked by hand"
            marks[question] = Mark(float(text), reason, mark.answer)
        result.append(replace(record, marks=marks))
    return result


def with_twins(records: Sequence[Record]) -> list[Record]:
    """Return the records with a flag where two files are the same, byte for byte."""

    def twins(record: Record) -> tuple[Flag, ...]:
        others = owners[record.file_sha256] if record.file_sha256 else ()
        names = [other for other in others if other != record.student]
        return tuple(Flag(Kind.IDENTICAL_TO, other) for other in names)

    owners: dict[str, list[str]] = defaultdict(list)
    for record in records:
        owners[record.file_sha256].append(record.student)
    return [replace(record, flags=record.flags + twins(record)) for record in records]


def no_formula(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in _FORMULA else cell


def _as_typed(cell: str | None) -> str:
    text = cell or ""
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text
