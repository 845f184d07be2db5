"""The table of grades, and the top of a page of feedback."""

from pathlib import Path

import pytest

from backprop_lab.coursework.assignments import load
from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.coursework.records import Mark, Record
from backprop_lab.coursework.report import (
    grade_rows,
    mark_rows,
    summary_html,
    write_feedback,
)

A1 = load("a1")
MARKS = {
    "q1": Mark(3.0, "right"),
    "q2": Mark(4 / 3, "wrong: <dx> & dy"),
    "q5": Mark(None, "to be marked", "Because."),
}
ADA = Record("ada", "ok", (Flag(Kind.RENAMED, "b.ipynb"),), MARKS, "b.ipynb", "00ff")
BOB = Record("bob", Status.NO_NOTEBOOK.about("a1.pdf"))


def test_a_row_says_what_was_earned_and_what_is_left_to_mark() -> None:
    head, ada, bob = grade_rows([ADA, BOB], A1)
    row = dict(zip(head, ada, strict=True))
    assert (row["score"], row["max"]) == ("4.33", "14")
    assert [row[q.id] for q in A1.questions] == ["3", "1.33", "", "", ""]
    assert (row["manual_pending"], row["flags"]) == ("1", "renamed:b.ipynb")
    assert (row["file"], row["file_sha256"]) == ("b.ipynb", "00ff")
    row = dict(zip(head, bob, strict=True))
    assert (row["status"], row["score"]) == ("no_notebook:a1.pdf", "")
    assert {row[q.id] for q in A1.questions} == {row["manual_pending"]} == {""}


def test_the_marks_say_why() -> None:
    assert mark_rows(ADA, A1) == [
        ("question", "points", "why"),
        ("q1", "3 of 3", "right"),
        ("q2", "1.33 of 2", "wrong: <dx> & dy"),
        ("q5", "? of 3", "to be marked"),
    ]


def test_what_is_shown_is_text() -> None:
    eve = Record("<script>", "ok", (Flag(Kind.RENAMED, "<b>"),), MARKS)
    page = summary_html(eve, A1)
    assert "<b>" not in page
    assert "<script>" not in page
    assert "wrong: &lt;dx&gt; &amp; dy" in page
    assert "renamed:&lt;b&gt;" in page


def test_what_concerns_classmates_is_for_the_teacher() -> None:
    flags = [Flag(kind, "bob") for kind in Kind if kind.names_classmates]
    assert len(flags) == 2
    assert "bob" not in summary_html(Record("ada", "ok", tuple(flags), MARKS), A1)


def test_who_handed_in_nothing_reads_why() -> None:
    assert "Could not be graded: no_notebook:a1.pdf" in summary_html(BOB, A1)


@pytest.mark.parametrize("body", ["<p>mine</p>", "", "</body></html>\n", "\ud83d"])
def test_the_top_is_renewed_and_the_rest_stays(tmp_path: Path, body: str) -> None:
    page = tmp_path / "ada.html"
    write_feedback(page, ADA, A1, body)
    first = page.read_bytes()
    marked = Record("ada", "ok", (), MARKS | {"q5": Mark(2.0, "well said")})
    write_feedback(page, marked, A1)
    assert b"well said" in page.read_bytes()
    write_feedback(page, ADA, A1)
    assert page.read_bytes() == first


def test_a_page_forbids_all_that_runs_or_fetches(tmp_path: Path) -> None:
    write_feedback(tmp_path / "ada.html", ADA, A1, "")
    page = (tmp_path / "ada.html").read_text(encoding="utf-8")
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
