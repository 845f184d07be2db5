"""THE TABLE can be read at a glance; that it is right, `test_primitives` shows."""

import ast
import itertools
from pathlib import Path

from backprop_lab.engine import table

SCREEN = 60  # Lines.


def written_rows():
    """Return of each row the line, the variable, and the columns of its texts."""
    tree = ast.parse(Path(table.__file__).read_text(encoding="utf-8"))
    return [
        (texts[0].lineno, variable.id, [text.col_offset for text in texts])
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for variable, texts in [(statement.targets[0], statement.value.args)]
    ]


def test_every_row_is_a_line_of_the_table():
    rows = [getattr(table, variable) for _, variable, _ in written_rows()]
    assert rows == list(table.TABLE.values())


def test_the_elementwise_rows_stand_on_the_first_screen():
    lines = {variable: line for line, variable, _ in written_rows()}
    for variable, line in lines.items():
        assert line <= SCREEN or not getattr(table, variable).elementwise, variable


def test_the_columns_of_neighbouring_rows_line_up():
    for (line, _, columns), (below, row, others) in itertools.pairwise(written_rows()):
        if below == line + 1:
            shared = min(len(columns), len(others))
            assert columns[:shared] == others[:shared], row
