"""An assignment: a notebook in the nbgrader cell format, with its solutions inside.

In comes a notebook; out come its questions and the version without solutions. The
format is nbgrader's: a cell whose metadata says `solution` holds the answer between
`### BEGIN SOLUTION` and `### END SOLUTION`; a locked cell with `grade` checks it with
`lab.check("q1")`; a cell with both is marked by hand. The exercise of question q1 in
assignment a1 is `exercise("a1-q1")`.
"""

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import backprop_lab
from backprop_lab.coursework.exercises import (
    Exercise,
    ExerciseError,
    all_exercises,
)

Notebook: TypeAlias = dict[str, Any]
Cell: TypeAlias = dict[str, Any]

CODE_STUB = "# YOUR CODE HERE"
TEXT_STUB = "YOUR ANSWER HERE"
_SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.M | re.S
)
_CHECK = re.compile(r"""lab\.check\(["'](\w+)["']\)""")


class AssignmentError(ExerciseError):
    """An assignment that cannot be released or graded as it is."""


@dataclass(frozen=True)
class Question:
    """One question: what its cells are called and what it is worth."""

    id: str
    points: float
    by_hand: bool


@dataclass(frozen=True, eq=False)
class Assignment:
    """An assignment, with and without its solutions.

    Attributes:
        id: "a1".
        solved: The notebook with the solutions.
        released: The notebook that learners get.
        questions: In the order of the notebook.
        exercises: The exercise of each question that is not marked by hand.
        folder: Where the solved notebook is.
    """

    id: str
    solved: Notebook
    released: Notebook
    questions: tuple[Question, ...]
    exercises: Mapping[str, Exercise]
    folder: Path

    @property
    def maximum(self) -> float:
        """The points of all questions together."""
        return sum(question.points for question in self.questions)


def load(name: str, registry: Path | None = None) -> Assignment:
    """Return an assignment.

    Args:
        name: "a1" for one that comes with the package, or the path of a notebook.
        registry: A file with private exercises.

    Raises:
        AssignmentError: There is no such assignment, or its cells and exercises do not
            fit together.
    """
    path = Path(name) if name.endswith(".ipynb") else _folder() / f"{name}.ipynb"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in _folder().glob("*.ipynb")))
        raise AssignmentError(
            f"there is no assignment {name}; there are {known}. For one of your own, "
            "give the path of its notebook: course release my/a9.ipynb."
        )
    solved = json.loads(path.read_text(encoding="utf-8"))
    id = assignment_of(solved) or path.stem
    questions = tuple(
        question for cell in solved["cells"] for question in _questions(cell)
    )
    known_exercises = all_exercises(registry)
    exercises = {}
    for question in questions:
        if not question.by_hand:
            exercises[question.id] = _matching(id, question, known_exercises)
    released = without_solutions(solved)
    return Assignment(id, solved, released, questions, exercises, path.parent)


def assignment_of(notebook: Notebook) -> str | None:
    """Return which assignment a notebook says it is."""
    own = notebook.get("metadata", {}).get("backprop_lab")
    name = own.get("assignment") if isinstance(own, dict) else None
    return name if isinstance(name, str) else None


def mark(cell: Cell) -> Mapping[str, Any]:
    """Return what nbgrader's metadata says of a cell; empty if nothing."""
    metadata = cell.get("metadata", {}).get("nbgrader")
    return metadata if isinstance(metadata, dict) else {}


def label(cell: Cell) -> str | None:
    """Return the name by which a cell is known across copies, or None."""
    name = mark(cell).get("grade_id")
    return name if isinstance(name, str) else None


def is_test(cell: Cell) -> bool:
    """Return whether a cell only checks an answer; the grader does not run these."""
    return bool(mark(cell).get("grade")) and not mark(cell).get("solution")


def without_solutions(notebook: Notebook) -> Notebook:
    """Return a copy of a notebook in which stubs stand for the solutions."""
    released = copy.deepcopy(notebook)
    for cell in released["cells"]:
        cell["source"] = stub(cell)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return released


def stub(cell: Cell) -> str:
    r"""Return the source of a cell without the solution in it.

    Example:
        >>> stub({"source": "### BEGIN SOLUTION\ny = 2\n### END SOLUTION\ny",
        ...       "metadata": {"nbgrader": {"solution": True}}})
        '# YOUR CODE HERE\ny'
    """
    source = text_of(cell)
    if not mark(cell).get("solution"):
        return source
    if mark(cell).get("grade"):
        return TEXT_STUB
    return _SOLUTION.sub(rf"\1{CODE_STUB}", source)


def text_of(cell: Cell) -> str:
    """Return the source of a cell, which a file may hold as a list of lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _folder() -> Path:
    package = Path(backprop_lab.__file__).parent
    installed = package / "_notebooks" / "coursework"
    return installed if installed.is_dir() else package.parent / "notebooks/coursework"


def _questions(cell: Cell) -> list[Question]:
    data = mark(cell)
    if not data.get("grade"):
        return []
    if data.get("solution"):
        return [Question(data["grade_id"], float(data["points"]), by_hand=True)]
    match = _CHECK.search(text_of(cell))
    if not match:
        raise AssignmentError(
            f'cell {data["grade_id"]} is graded but has no lab.check("…") in it.'
        )
    return [Question(match[1], float(data["points"]), by_hand=False)]


def _matching(
    assignment: str, question: Question, known: Mapping[str, Exercise]
) -> Exercise:
    id = f"{assignment}-{question.id}"
    if id not in known:
        raise AssignmentError(
            f"question {question.id} needs the exercise {id!r}, and there is none. "
            "Give the file that has it: --registry my_exercises.py."
        )
    if known[id].points != question.points or not known[id].name:
        raise AssignmentError(
            f"exercise {id} must say what the learner's function or variable is called "
            f"(name=…), and its points must be the cell's {question.points:g}."
        )
    return known[id]
