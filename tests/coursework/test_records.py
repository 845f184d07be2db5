"""What is known of a graded submission, and a log from which nothing is ever lost."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.coursework.records import (
    Mark,
    Record,
    append_to_log,
    points,
    read_log,
    with_twins,
)

ADA = Record(
    "ada",
    "ok",
    (Flag(Kind.RENAMED, "a 1.ipynb"), Flag(Kind.NO_STUDENT_ID)),
    {"q1": Mark(1.5, "right"), "q5": Mark(None, "to be marked", "Because.\n")},
    "a1.ipynb",
    "00ff",
    "key of ada",
    1.25,
)
BOB = Record("bob", "no_notebook", key="key of bob")

texts = st.text()
marks = st.builds(Mark, st.none() | st.floats(0, 9), texts, texts)
records = st.builds(
    Record,
    student=texts,
    status=st.sampled_from(["ok", "timeout", "unreadable:empty"]),
    flags=st.lists(st.builds(Flag, st.sampled_from(Kind), texts)).map(tuple),
    marks=st.dictionaries(texts, marks),
    key=texts,
    seconds=st.floats(0, 99),
)


@given(st.lists(records, max_size=4))
def test_a_log_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, written: list[Record]
) -> None:
    log = tmp_path_factory.mktemp("log") / "log.jsonl"
    for record in written:
        append_to_log(log, record)
    assert read_log(log) == written


def test_a_log_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read_log(tmp_path / "log.jsonl") == []


@pytest.mark.parametrize(
    "other",
    [
        b'{"student": "eve", "sta',
        b"\xff\xfe{\x00}\x00",
        b"[1]\n3\nnull\n{}",
        b"a note of mine",
        json.dumps(asdict(ADA) | {"flags": [["of_a_later_version", ""]]}).encode(),
        json.dumps(asdict(ADA) | {"colour": "red"}).encode(),
        b"[" * 99_999,
    ],
)
def test_a_line_that_is_no_record_is_passed_over_and_kept(
    tmp_path: Path, other: bytes
) -> None:
    log = tmp_path / "log.jsonl"
    append_to_log(log, ADA)
    with log.open("ab") as file:
        file.write(other)
    append_to_log(log, BOB)
    assert read_log(log) == [ADA, BOB]
    assert other in log.read_bytes()


def test_a_mistake_of_the_grader_is_no_finished_record(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_to_log(log, replace(ADA, status=Status.GRADER_ERROR))
    assert read_log(log) == []


@pytest.mark.parametrize(
    ("record", "is_graded", "score"),
    [
        (ADA, True, 1.5),
        (replace(ADA, status="timeout"), True, 1.5),
        (replace(ADA, marks={}), True, 0.0),
        (BOB, False, None),
        (replace(ADA, status="unreadable:empty"), False, None),
    ],
)
def test_a_score_is_none_where_there_was_nothing_to_grade(
    record: Record, is_graded: bool, score: float | None
) -> None:
    assert (record.is_graded, record.score) == (is_graded, score)


def test_twins_are_who_handed_in_the_same_bytes() -> None:
    eve = replace(ADA, student="eve", flags=())
    max_ = replace(ADA, student="max", file_sha256="11ee")
    done = with_twins([ADA, BOB, replace(BOB, student="zoe"), eve, max_])
    twins = {r.student: [f.about for f in r.flags[-1:]] for r in done}
    assert twins["ada"] == ["eve"]
    assert twins["eve"] == ["ada"]
    # Who handed in nothing copied from nobody.
    assert done[1:3] == [BOB, replace(BOB, student="zoe")]
    assert done[4] == max_


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (0.0, "0"), (2.0, "2"), (4 / 3, "1.33"), (2.5, "2.5")],
)
def test_points_are_written_as_people_write_them(
    value: float | None, text: str
) -> None:
    assert points(value) == text
