"""What was handed in, put in order: which file, what is in it, whose it says it is."""

import json
from pathlib import Path

import pytest

from backprop_lab.coursework import preflight
from backprop_lab.coursework.assignments import load
from backprop_lab.coursework.flags import Flag, Kind
from backprop_lab.coursework.preflight import (
    RejectedError,
    choose,
    put_in_order,
    read,
    renamed,
)
from tests.coursework.class_under_test import (
    ASSIGNMENT,
    correct,
    without,
)

EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def write(place: Path, name: str, content: object) -> Path:
    file = place / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        file.write_text(json.dumps(content))
    return file


def test_one_notebook_is_chosen_whatever_is_in_it(tmp_path: Path) -> None:
    file = write(tmp_path, "x.ipynb", b"?")
    assert choose([file], "x.pdf (printed pages)", "a1") == file


def test_of_several_that_of_the_assignment_is_chosen(tmp_path: Path) -> None:
    ours = write(tmp_path, "mine.ipynb", ASSIGNMENT.released)
    others = [
        write(tmp_path, "notes.ipynb", EMPTY),
        write(tmp_path, "a2.ipynb", load("a2").released),
        write(tmp_path, "a1.ipynb", b"not even JSON"),
    ]
    assert choose([*others, ours], "", "a1") == ours


def test_copies_are_one_notebook_under_the_shortest_name(tmp_path: Path) -> None:
    names = ["a1 (1).ipynb", "a1.ipynb", "a1-Copy1.ipynb"]
    files = [write(tmp_path, name, ASSIGNMENT.released) for name in names]
    text = json.dumps(ASSIGNMENT.released, indent=1)
    files.append(write(tmp_path, "a1 saved.ipynb", text.replace("\n", "\r\n").encode()))
    assert choose(files, "", "a1").name == "a1.ipynb"


def test_a_copy_that_differs_is_a_second_notebook(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "a1.ipynb", ASSIGNMENT.released),
        write(tmp_path, "a1 (1).ipynb", ASSIGNMENT.solved),
    ]
    with pytest.raises(RejectedError, match=r"ambiguous_files:a1 \(1\).*,a1.ipynb"):
        choose(files, "", "a1")


@pytest.mark.parametrize(
    ("others", "status"),
    [("", "no_notebook"), ("a1.pdf (printed pages)", "no_notebook:a1.pdf")],
)
def test_without_a_notebook_the_status_says_what_there_was(
    others: str, status: str
) -> None:
    with pytest.raises(RejectedError, match=f"^{status}"):
        choose([], others, "a1")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "not_json"),
        (b'{"cells": [', "not_json"),
        (b"\xff\xfe\x00", "not_json"),
        (b"[" * 200_000, "not_json"),
        ([1], "not_a_notebook"),
        ({"cells": []}, "not_a_notebook"),
        ({**EMPTY, "nbformat": 3}, "nbformat_3"),
        ({**EMPTY, "nbformat": "4" * 99}, "nbformat_4444444444"),
        ({**EMPTY, "cells": None}, "no_cells"),
        ({**EMPTY, "cells": [1]}, "no_cells"),
    ],
)
def test_what_cannot_be_read_has_a_reason(
    content: object, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(RejectedError, match=f"^unreadable:{reason}$"):
        read(write(tmp_path, "a1.ipynb", content))


def test_what_is_too_large_is_not_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, "a1.ipynb", EMPTY)
    monkeypatch.setattr(preflight, "LARGEST_FILE", file.stat().st_size - 1)
    with pytest.raises(RejectedError, match=r"^unreadable:too_large$"):
        read(file)


def test_what_may_not_be_read_stops_nobody(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match=r"^unreadable:(Is a dir|Permission)"):
        read(tmp_path)  # A folder may be read by nobody, not even by root.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_notebook_is_read_in_any_encoding_of_json(
    encoding: str, tmp_path: Path
) -> None:
    text = json.dumps({**EMPTY, "metadata": {"name": "é"}}, ensure_ascii=False)
    file = write(tmp_path, "a1.ipynb", text.encode(encoding))
    assert read(file)["metadata"] == {"name": "é"}


@pytest.mark.parametrize(
    ("name", "is_renamed"),
    [
        *(("a1.ipynb", False), ("A1.IPYNB", False)),
        *(("a1.ipynb.txt", True), ("a1 (1).ipynb", True), ("b.ipynb", True)),
    ],
)
def test_a_renamed_file_is_flagged(name: str, is_renamed: bool) -> None:
    wanted = (Flag(Kind.RENAMED, name),) * is_renamed
    assert renamed(Path("folder", name), ASSIGNMENT) == wanted


@pytest.mark.parametrize(
    ("student", "flags"),
    [
        ("ada", []),
        (" ADA ", []),
        ("bob", [Flag(Kind.STUDENT_MISMATCH, "ada")]),
    ],
)
def test_the_id_is_compared_in_any_spelling(student: str, flags: list[Flag]) -> None:
    found = put_in_order(correct("ada"), ASSIGNMENT, student)
    assert list(found.flags) == flags


def test_a_notebook_of_something_else_is_rejected() -> None:
    for other in (load("a2").released, {**EMPTY, "cells": []}):
        with pytest.raises(RejectedError, match=r"^not_this_assignment$"):
            put_in_order(json.loads(json.dumps(other)), ASSIGNMENT, "ada")


def test_a_check_that_is_gone_is_put_back_in_its_place() -> None:
    notebook = correct("ada")
    order = [entry["id"] for entry in notebook["cells"]]
    without("q4-numbers")(notebook)
    found = put_in_order(notebook, ASSIGNMENT, "ada")
    assert found.flags == (Flag(Kind.MISSING_CELL, "q4-numbers"),)
    assert [entry["id"] for entry in notebook["cells"]] == order
