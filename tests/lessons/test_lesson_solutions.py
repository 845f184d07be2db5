"""Each folded solution of a lesson, put in place of the stub, passes its check."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.lessons.test_running import lessons, run

pytestmark = pytest.mark.kernel

SOLUTION = re.compile(r"<summary>Solution</summary>(.*?)</details>", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
CHECK = re.compile(r'exercise\("([^"]+)"\)\.check\(')


def solved(path: Path) -> nbformat.NotebookNode:
    """Return a lesson with each solution's code in front of the check before it."""
    notebook = nbformat.read(path, as_version=4)
    cells: list[nbformat.NotebookNode] = []
    check = None
    for cell in notebook.cells:
        if cell.cell_type == "code" and CHECK.search(cell.source):
            check = cell
        elif check is not None and (found := SOLUTION.search(cell.source)):
            code = "\n".join(PYTHON.findall(found[1]))
            assert code, f"the solution in {cell['id']} has no code"
            cells.insert(cells.index(check), new_code_cell(code))
            check = None
        cells.append(cell)
    notebook.cells = cells
    return notebook


@lessons
@pytest.mark.filterwarnings("ignore::Warning")  # of ipykernel and its transport
def test_the_folded_solutions_pass_their_checks(path: Path, tmp_path: Path) -> None:
    verdicts = {
        CHECK.search(cell.source)[1]: cell.outputs[-1]["data"]["text/plain"]
        for cell in run(solved(path), tmp_path).cells
        if cell.cell_type == "code" and CHECK.search(cell.source)
    }
    if not path.stem.startswith("00"):  # whose only answer is wrong on purpose
        assert len(verdicts) >= 3
        for verdict in verdicts.values():
            assert "✓ right" in verdict
            assert "wrong" not in verdict
            assert "not attempted" not in verdict
