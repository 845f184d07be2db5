"""Marks given by hand survive whatever a spreadsheet does to them."""

import pytest

from backprop_lab.coursework.assignments import load
from backprop_lab.coursework.marks import read_marks, with_marks, write_marks
from backprop_lab.coursework.records import Mark, Record
from backprop_lab.errors import TableError

A1 = load("a1")
CLASS = ["0042", "ada", "José", "=cmd"]
HEAD = "student,question,max,score,comment,answer\n"


def record(student, **marks):
    pending = {"q5": Mark(None, "to be marked", "because")}
    return Record(student, "ok", marks=pending | marks)


RECORDS = [record(student) for student in CLASS]


def marks_in(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "manual.csv"
    path.write_bytes(text.encode(encoding))
    return read_marks(path, A1, CLASS)


def scores(marks, records=RECORDS):
    done = {each.student: each.marks["q5"] for each in with_marks(records, marks)}
    return {student: mark.score for student, mark in done.items() if mark.score}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEAD + 'ada,q5,3,"2,5",well said,because\n', "utf-8"),
        (HEAD.replace(",", ";") + "ada;q5;3;2,5;well said;because\r\n", "cp1252"),
        (HEAD.replace(",", "\t") + "ada\tq5\t3\t2,5\twell said\t\r\n", "utf-16"),
        (HEAD.title() + "ADA,Q5,3,2.5,well said,\n", "utf-8-sig"),
        ("score,student,question,comment\n2.50,ada,q5,well said\n", "utf-8"),
    ],
)
def test_a_mark_counts_however_the_table_was_saved(tmp_path, text, encoding):
    marks = marks_in(tmp_path, text, encoding)
    (done,) = [r for r in with_marks(RECORDS, marks) if r.student == "ada"]
    assert done.marks["q5"] == Mark(2.5, "well said", "because")


def test_an_id_without_its_zeros_is_found_where_only_one_can_be_meant(tmp_path):
    text = HEAD + "42,q5,3,2,,\n"
    assert scores(marks_in(tmp_path, text)) == {"0042": 2}
    path = tmp_path / "manual.csv"
    with pytest.raises(TableError, match="nobody in this class is called '42'"):
        read_marks(path, A1, ["0042", "042"])


def test_a_name_in_another_spelling_is_the_same(tmp_path):
    text = HEAD + "Jose\u0301,q5,3,1,,\n'=cmd,q5,3,2,,\n"
    assert scores(marks_in(tmp_path, text)) == {"José": 1, "=cmd": 2}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ada,q5,3,7,,", r"row 2, column score: '7' is no number between 0 and 3"),
        ("ada,q5,3,02. Mai,,", "column score: '02. Mai' is no number"),
        ("ada,q5,3,#NAME?,,", "column score"),
        ("ada,q5,3,-1,,", "column score"),
        ("adda,q5,3,1,,", r"row 2, column student: nobody .* 'adda'"),
        ("ada,q9,3,1,,", "column question: there is no 'q9'; there are q1"),
        ("ada,q5,3,1,,\nADA,q5,3,2,,", "row 3, column student: row 2 marks the same"),
        ("ada,q5,3,2,5,,\nJosé,q5,3,,,", "row 2 has more cells"),
    ],
)
def test_what_is_in_doubt_is_refused_with_row_and_column(tmp_path, row, said):
    with pytest.raises(TableError, match=said):
        marks_in(tmp_path, HEAD + row + "\n")


def test_a_row_without_a_mark_needs_no_student(tmp_path):
    assert not marks_in(tmp_path, HEAD + "gone,q5,3,,,because\n").rows


def test_the_teachers_word_stands_for_every_question(tmp_path):
    records = [record("ada", q1=Mark(0.0, "no answer"))]
    marks = marks_in(tmp_path, HEAD + "ada,q1,3,2,on paper,\n")
    (done,) = with_marks(records, marks)
    assert done.marks["q1"] == Mark(2.0, "on paper")


def test_nothing_is_lost_when_the_table_is_written_again(tmp_path):
    head = HEAD.strip().replace(",", ";") + ";who marked"
    text = head + "\nada;q5;3;2,5;gut;because;Eva\nJosé;q5;3;;später;because;\n"
    marks = marks_in(tmp_path, text, "cp1252")
    path = tmp_path / "manual.csv"
    write_marks(path, RECORDS[:1], A1, marks)  # The run was interrupted early.
    assert not list(tmp_path.glob("manual.2*"))
    again = read_marks(path, A1, CLASS)
    assert again.table.dialect.delimiter == ";"
    assert {key: row.cells for key, row in again.rows.items()} == {
        key: row.cells for key, row in marks.rows.items()
    }
    assert again.rows["ada", "q5"].cells["who marked"] == "Eva"
    write_marks(path, RECORDS, A1, again)
    assert path.read_bytes().count(b"because") == len(CLASS)


@pytest.mark.parametrize(
    "content", [HEAD + "ada,q5,3,2,,\n", "no table at all", "\0\1"]
)
def test_a_table_with_other_marks_is_kept_beside(tmp_path, content):
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text(HEAD + "ada,q5,3,1,,\n")
    marks = read_marks(elsewhere, A1, CLASS)
    (tmp_path / "manual.csv").write_text(content)
    write_marks(tmp_path / "manual.csv", RECORDS, A1, marks)
    (kept,) = tmp_path.glob("manual.2*.csv")
    assert kept.read_text() == content
    assert scores(read_marks(tmp_path / "manual.csv", A1, CLASS)) == {"ada": 1}
