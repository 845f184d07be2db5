"""Texts in columns."""

from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.words.columns import in_columns

words = st.text("abc", min_size=1)


@given(st.lists(st.tuples(words, words, words), min_size=1))
def test_every_cell_of_a_column_begins_at_the_same_place(rows):
    lines = in_columns(rows).split("\n")
    starts = [0]
    for column in (0, 1):
        starts.append(starts[-1] + max(len(row[column]) for row in rows) + 2)
    for line, row in zip(lines, rows, strict=True):
        for start, cell in zip(starts, row, strict=True):
            assert line[start:].startswith(cell)


def test_a_rule_stands_before_the_rows_that_are_named():
    rows = [("a", "b"), ("1", "20"), ("", "3")]
    assert in_columns(rows, rules=[1, 2]) == "a  b\n─  ──\n1  20\n─  ──\n   3"


def test_no_line_ends_in_spaces():
    assert in_columns([("a", "long"), ("b", "")]) == "a  long\nb"
