"""Every notebook is clean in git, follows the rules of the course, and runs."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.kernel

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
ALL = sorted(NOTEBOOKS.rglob("*.ipynb"))
SECONDS = 60
LINES = 15

lessons = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
every = pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def code(path: Path) -> list[str]:
    cells = [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in cells]


def test_there_are_lessons() -> None:
    assert LESSONS


@every
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    notebook = read(path)
    assert "widgets" not in notebook["metadata"]
    for cell in notebook["cells"]:
        assert not cell.get("outputs"), cell["id"]
        assert cell.get("execution_count") is None, cell["id"]


@every
def test_cells_have_ids_of_their_own_that_stay(path: Path) -> None:
    ids = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(ids)) == len(ids)
    # An id that an editor has drawn at random would be new with each conversion.
    drawn = [id for id in ids if len(id) == 8 and set(id) <= set("0123456789abcdef")]
    assert not drawn


@every
def test_a_notebook_is_valid(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=4))


@lessons
def test_code_cells_are_a_few_lines(path: Path) -> None:
    too_long = [cell for cell in code(path) if len(cell.splitlines()) > LINES]
    assert not too_long


@lessons
def test_a_lesson_starts_with_a_title_and_needs_no_installation(path: Path) -> None:
    assert "".join(read(path)["cells"][0]["source"]).startswith("# ")
    for cell in code(path):
        assert not cell.lstrip().startswith(("%", "!")), cell


def output_errors(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the errors that were caught by `Output` widgets, which nobody raises."""
    widgets = notebook.metadata.get("widgets", {})
    states = widgets.get("application/vnd.jupyter.widget-state+json", {})
    return [
        f"{output['ename']}: {output['evalue']}"
        for model in states.get("state", {}).values()
        if model["model_name"] == "OutputModel"
        for output in model["state"].get("outputs", [])
        if output["output_type"] == "error"
    ]


def run(
    source: str | Path | nbformat.NotebookNode, folder: Path
) -> nbformat.NotebookNode:
    """Run a notebook from a fresh kernel, in a folder of its own."""
    notebook = source
    if isinstance(source, Path):
        notebook = nbformat.read(source, as_version=4)
    elif not isinstance(source, nbformat.NotebookNode):
        cells = [nbformat.v4.new_code_cell(source)]
        notebook = nbformat.v4.new_notebook(cells=cells)
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources=resources
    )
    return client.execute()


def said_by(cell: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """Return what a cell shows: the kind of each output, and its text."""
    said: list[tuple[str, str]] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            shown = {output.name: output.text}
        else:
            shown = {kind: str(output.data[kind]) for kind in sorted(output.data)}
        for kind, text in shown.items():
            # Where an object lies in memory is no result, nor is a widget's number.
            text = re.sub(r"0x[0-9a-f]+|[0-9a-f]{32}", "…", text)
            # The kernel cuts a stream where it likes.
            if said and said[-1][0] == kind == "stdout":
                text = said.pop()[1] + text
            said.append((kind, text))
    return said


@lessons
@pytest.mark.filterwarnings("ignore::Warning")  # of ipykernel and its transport
def test_a_lesson_runs_from_a_fresh_kernel_and_each_cell_again(
    path: Path, tmp_path: Path
) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    # A learner goes back to a cell after the last one has run: no name may by then
    # mean something else. Backwards, because each may count on those before it.
    again = [deepcopy(cell) for cell in reversed(cells)]
    for cell in again:
        cell.id += "-again"
    notebook.cells += again
    notebook = run(notebook, tmp_path)
    assert not output_errors(notebook)
    for cell, repeated in zip(cells, reversed(again), strict=True):
        assert said_by(repeated) == said_by(cell), cell.id
    said = [
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]
    assert not said


@pytest.mark.filterwarnings("ignore::Warning")
def test_an_error_inside_an_output_widget_is_found(tmp_path: Path) -> None:
    source = "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    1 / 0\nout"
    assert output_errors(run(source, tmp_path)) == [
        "ZeroDivisionError: division by zero"
    ]
