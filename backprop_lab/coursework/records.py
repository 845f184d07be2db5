"""The record of a graded submission: kept in a log, completed by marks given by hand.

Every other file that grading writes is made from these records.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from backprop_lab.coursework.flags import Flag, Kind, Status


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
    """Return the finished records in a log; a line that holds none is passed over."""
    if not log.is_file():
        return []
    records = []
    for line in log.read_bytes().split(b"\n"):
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            plain = json.loads(line)
            marks = {id: Mark(**mark) for id, mark in plain["marks"].items()}
            flags = tuple(Flag(Kind(kind), about) for kind, about in plain["flags"])
            record = Record(**plain | {"marks": marks, "flags": flags})
            if record.status != Status.GRADER_ERROR:
                records.append(record)
    return records


def append_to_log(log: Path, record: Record) -> None:
    """Add a record to a log; what is in it stays, whoever wrote it."""
    line = json.dumps(asdict(record), sort_keys=True)
    with log.open("ab") as file:
        # An interruption may have left half a line: the next one is not its end.
        file.write(f"\n{line}\n".encode())


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


def points(value: float | None) -> str:
    """Return a number of points as text; empty where there is none."""
    return "" if value is None else f"{round(value, 2):g}"
