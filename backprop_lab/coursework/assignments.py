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

from backprop_lab.coursework.exercises import Exercise, all_exercises
from backprop_lab.errors import ExerciseError
from backprop_lab.notebooks import installed_notebooks

Notebook: TypeAlias = dict[str, Any]
Cell: TypeAlias = dict[str, Any]

CODE_STUB = "# YOUR CODE HERE"
TEXT_STUB = "YOUR ANSWER HERE"
_SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION\n.*?^[ \t]*### END SOLUTION[ \t]*$", re.M | re.S
)
_CHECK = re.compile(r"""lab\.check\(["'](\w+)["']\)""")


@dataclass(frozen=True)
class Question:
    """One question: what it is worth, and its exercise, if a program can mark it."""

    id: str
    points: float
    exercise: Exercise | None

    @property
    def by_hand(self) -> bool:
        """Whether the teacher marks it."""
        return self.exercise is None


@dataclass(frozen=True, eq=False)
class Assignment:
    """An assignment, with and without its solutions.

    Attributes:
        id: "a1".
        solved: The notebook with the solutions.
        released: The notebook that learners get.
        questions: In the order of the notebook.
        folder: Where the solved notebook is.
    """

    id: str
    solved: Notebook
    released: Notebook
    questions: tuple[Question, ...]
    folder: Path

    @property
    def exercises(self) -> Mapping[str, Exercise]:
        """The exercise of each question that is not marked by hand."""
        return {q.id: q.exercise for q in self.questions if q.exercise}

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
        ExerciseError: There is no such assignment, or its cells and exercises do not
            fit together.
    """
    ours = installed_notebooks() / "coursework"
    path = Path(name) if name.endswith(".ipynb") else ours / f"{name}.ipynb"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in ours.glob("*.ipynb")))
        raise ExerciseError(
            f"there is no assignment {name}; there are {known}. For one of your own, "
            "give the path of its notebook: course release my/a9.ipynb."
        )
    solved = plain(json.loads(path.read_text(encoding="utf-8")))
    id = assignment_of(solved) or path.stem
    known_exercises = all_exercises(registry)
    questions = tuple(
        _question(cell, id, known_exercises)
        for cell in solved["cells"]
        if mark(cell).get("grade")
    )
    return Assignment(id, solved, without_solutions(solved), questions, path.parent)


def plain(notebook: Notebook) -> Notebook:
    """Return a notebook, whoever wrote it, with no more than what is needed of it."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": _plain_metadata(notebook, "backprop_lab"),
        "cells": [_plain_cell(c, index) for index, c in enumerate(notebook["cells"])],
    }


def assignment_of(notebook: Notebook) -> str | None:
    """Return which assignment a notebook says it is."""
    name = notebook["metadata"].get("backprop_lab", {}).get("assignment")
    return name if isinstance(name, str) else None


def edition_of(notebook: Notebook) -> str:
    """Return the edition of the release that a notebook comes from, "" for none."""
    return str(notebook["metadata"].get("backprop_lab", {}).get("edition", ""))


def mark(cell: Cell) -> Mapping[str, Any]:
    """Return what nbgrader's metadata says of a cell; empty if nothing."""
    data: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return data


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
            cell["execution_count"] = None
    return released


def stub(cell: Cell) -> str:
    r"""Return the source of a cell without the solution in it.

    Example:
        >>> stub({"source": "### BEGIN SOLUTION\ny = 2\n### END SOLUTION\ny",
        ...       "metadata": {"nbgrader": {"solution": True}}})
        '# YOUR CODE HERE\ny'
    """
    if not mark(cell).get("solution"):
        return str(cell["source"])
    if mark(cell).get("grade"):
        return TEXT_STUB
    return _SOLUTION.sub(rf"\1{CODE_STUB}", cell["source"])


def _plain_metadata(owner: Notebook | Cell, ours: str) -> dict[str, Any]:
    """Return the metadata of a notebook or cell; ours is a dictionary or absent."""
    metadata = owner.get("metadata")
    kept = metadata if isinstance(metadata, dict) else {}
    if isinstance(kept.get(ours), dict):
        return kept
    return {name: value for name, value in kept.items() if name != ours}


def _plain_pictures(attached: object) -> dict[str, dict[str, str]]:
    """Return the pictures that are attached to a cell, by name and by kind."""
    entries = attached.items() if isinstance(attached, dict) else ()
    pictures = {
        str(name): {
            str(kind): _plain_text(text)
            for kind, text in kinds.items()
            if isinstance(text, str | list)
        }
        for name, kinds in entries
        if isinstance(kinds, dict)
    }
    return {name: kinds for name, kinds in pictures.items() if kinds}


def _plain_text(source: object) -> str:
    """Return a text, or a list of its lines, with one end of line for all systems."""
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return re.sub(r"\r\n?", "\n", text)


def _plain_cell(cell: Cell, index: int) -> Cell:
    kind = cell.get("cell_type")
    kept = {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "id": str(cell.get("id", f"cell-{index}")),
        "metadata": _plain_metadata(cell, "nbgrader"),
        "source": _plain_text(cell.get("source", "")),
    }
    if pictures := _plain_pictures(cell.get("attachments")):
        kept["attachments"] = pictures
    if kind == "code":
        count = cell.get("execution_count")
        kept |= {
            "outputs": [],
            "execution_count": count if isinstance(count, int) else None,
        }
    return kept


def _question(cell: Cell, assignment: str, known: Mapping[str, Exercise]) -> Question:
    """Return the question that a graded cell belongs to."""
    name, points = mark(cell)["grade_id"], float(mark(cell)["points"])
    if mark(cell).get("solution"):
        return Question(name, points, None)
    match = _CHECK.search(cell["source"])
    if not match:
        raise ExerciseError(f'cell {name} is graded but has no lab.check("…") in it.')
    id = f"{assignment}-{match[1]}"
    if id not in known:
        raise ExerciseError(
            f"question {match[1]} needs the exercise {id!r}, and there is none. "
            "Give the file that has it: --registry my_exercises.py."
        )
    if known[id].points != points or not known[id].name:
        raise ExerciseError(
            f"exercise {id} must say what the learner's function or variable is called "
            f"(name=…), and its points must be the cell's {points:g}."
        )
    return Question(match[1], points, known[id])
