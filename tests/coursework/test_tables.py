"""Tables and texts as spreadsheets and editors save them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backprop_lab.coursework.tables import (
    Dialect,
    no_formula,
    read_table,
    read_text,
    write_table,
)
from backprop_lab.errors import TableError

HEADS = ["student", "score"]
CELLS = {"student": "José", "score": "2,5"}


def read(tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    return read_table(path, HEADS)


@pytest.mark.parametrize(
    "content",
    [
        'student,score\nJosé,"2,5"\n'.encode(),
        "student;score\r\nJosé;2,5\r\n".encode("cp1252"),
        "student;score\nJosé;2,5".encode("utf-8-sig"),
        "student\tscore\r\nJosé\t2,5\r\n".encode("utf-16"),
        "student\tscore\r\nJosé\t2,5\r\n".encode("utf-16-le"),
        "student\tscore\rJosé\t2,5\r".encode(),  # A Mac of old.
        "sep=;\nstudent;score\nJosé;2,5\n".encode(),
        " Student ; SCORE ;;\n\nJosé ; 2,5 ;;\n;;;\n".encode(),
        "comment;Score;Student\n;2,5;José\n".encode(),
        "student;score\nJosé;2,5;\n".encode(),  # A delimiter at every row's end.
    ],
)
def test_what_is_meant_is_the_same_however_it_was_saved(tmp_path, content):
    (row,) = read(tmp_path, content).rows
    assert {head: row.cells[head] for head in HEADS} == CELLS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"student,score\nada,2,5\n", "row 2 has more cells than the head"),
        (b"name,score\nada,2\n", "needs a head with the columns student, score"),
        (b"student,score,Score\nada,2,3\n", "two columns 'score'"),
        (b"", "needs a head"),
        (b"\xff\xfe\x00", "no text that can be read"),
        (b"student,score\nada,2,\nbob,2\n", "row 2 has more cells than the head"),
    ],
)
def test_what_cannot_be_understood_is_refused(tmp_path, content, said):
    with pytest.raises(TableError, match=said):
        read(tmp_path, content)


def test_a_row_has_the_number_that_a_spreadsheet_shows(tmp_path):
    content = b'student,score\n\n"a\nb",1\nada,2\n'
    assert [row.number for row in read(tmp_path, content).rows] == [3, 4]


def test_a_file_that_is_not_there_is_missed_by_name(tmp_path):
    with pytest.raises(TableError, match=r"there is no file .*marks\.csv"):
        read_table(tmp_path / "marks.csv", HEADS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_same_text_is_read_in_every_encoding(tmp_path, encoding):
    path = tmp_path / "salt.txt"
    path.write_bytes("between us ∂\r\n".encode(encoding))
    assert read_text(path).strip().removeprefix("\ufeff") == "between us ∂"


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=9
)


@given(
    rows=st.lists(st.tuples(cells, cells), max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    delimiter=st.sampled_from(",;\t"),
)
@example(rows=[("", "\t"), ("", "\t0")], encoding="utf-8", delimiter=",")
def test_what_is_written_is_read_again(tmp_path_factory, rows, encoding, delimiter):
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    dialect = Dialect(encoding, delimiter)
    write_table(path, [HEADS, *rows], dialect)
    table = read_table(path, HEADS)
    held = [tuple(map(str.strip, row)) for row in rows if any(map(str.strip, row))]
    read_again = [tuple(row.cells[head] for head in HEADS) for row in table.rows]
    assert len(read_again) == len(held)
    for got, given_cells in zip(read_again, held, strict=True):
        for one, other in zip(got, given_cells, strict=True):
            assert one in (other, other.removeprefix("'"))
    if rows:
        assert table.dialect == dialect


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_is_a_formula(cell):
    assert no_formula(cell) == f"'{cell}"
    assert no_formula("ada") == "ada"
