"""What was handed in, put in order before it runs.

In comes a file that may be anything; out comes a notebook whose cells are known again,
with a flag for everything that was out of order, or a `RejectedError` that says why
there is nothing to grade. Nothing is executed here.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from backprop_lab.coursework import students
from backprop_lab.coursework.archives import LARGEST_FILE
from backprop_lab.coursework.assignments import (
    Assignment,
    Cell,
    Notebook,
    assignment_of,
    mark,
    plain,
)
from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.coursework.recovery import Recovered, recover
from backprop_lab.coursework.sources import nodes, typed_student
from backprop_lab.errors import SubmissionError

_FRAMEWORKS = {"autograd", "jax", "micrograd", "tensorflow", "tinygrad", "torch"}
_REFERENCES = {"all_exercises", "bank", "exercise"}
_USES = (ast.alias, ast.Attribute, ast.Constant, ast.ImportFrom, ast.Name)
_ENGINE = {"check_gradients", "record", "record_graph"}


class RejectedError(SubmissionError):
    """There is nothing to grade; the text is the status."""


def choose(files: Sequence[Path], others: str, assignment: str) -> Path:
    """Return which file of a student to grade.

    Args:
        files: The notebooks of the student.
        others: What was handed in besides, in words.
        assignment: The id of the assignment.

    Raises:
        RejectedError: There is none, or several are equally good.
    """
    if not files:
        raise RejectedError(Status.NO_NOTEBOOK.about(others))
    if len(files) == 1:
        return files[0]
    named = [file for file in files if _names(file, assignment)]
    # Copies are one notebook; it is called by the shortest of its names.
    named.sort(key=lambda file: (-len(file.name), file.name))
    named = list({_written(file): file for file in named}.values())
    if len(named) != 1:
        names = ",".join(sorted(students.name(f.name) for f in named or files))
        raise RejectedError(Status.AMBIGUOUS_FILES.about(names))
    return named[0]


def read(file: Path) -> Notebook:
    """Return the notebook in a file, made plain.

    Raises:
        RejectedError: It cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        problem = str(error.strerror)
        raise RejectedError(Status.UNREADABLE.about(problem)) from None
    if len(content) > LARGEST_FILE:
        raise RejectedError(Status.UNREADABLE.about("too_large"))
    if not content.strip():
        raise RejectedError(Status.UNREADABLE.about("empty"))
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        raise RejectedError(Status.UNREADABLE.about("not_json")) from None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise RejectedError(Status.UNREADABLE.about("not_a_notebook"))
    if notebook["nbformat"] != 4:
        version = f"nbformat_{str(notebook['nbformat'])[:10]}"
        raise RejectedError(Status.UNREADABLE.about(version))
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise RejectedError(Status.UNREADABLE.about("no_cells"))
    return plain(notebook)


def renamed(file: Path, assignment: Assignment) -> tuple[Flag, ...]:
    """Return a flag if a file is not called after its assignment."""
    if file.name.casefold() == f"{assignment.id}.ipynb".casefold():
        return ()
    return (Flag(Kind.RENAMED, file.name),)


def put_in_order(notebook: Notebook, assignment: Assignment, student: str) -> Recovered:
    """Let a notebook run, its cells known again; return what was found of it.

    Raises:
        RejectedError: The notebook is of another assignment.
    """
    if assignment_of(notebook) not in (None, assignment.id):
        raise RejectedError(Status.NOT_THIS_ASSIGNMENT)
    cells = notebook["cells"]
    flags = _history(cells)
    found = recover(cells, assignment)
    if not found.is_ours:
        raise RejectedError(Status.NOT_THIS_ASSIGNMENT)
    flags += found.flags
    typed = typed_student(cells)
    if not typed:
        flags.append(Flag(Kind.NO_STUDENT_ID))
    elif students.identity(typed) != students.identity(student):
        flags.append(Flag(Kind.STUDENT_MISMATCH, typed))
    uses = sorted(set(_forbidden(cells)))
    flags += [Flag(Kind.USES_FORBIDDEN, name) for name in uses]
    return replace(found, flags=tuple(flags))


def _names(file: Path, assignment: str) -> bool:
    try:
        return assignment_of(read(file)) == assignment
    except RejectedError:
        return False


def _written(file: Path) -> str:
    """Return what people wrote in a notebook: all but its outputs."""
    return json.dumps([(c["cell_type"], c["source"]) for c in read(file)["cells"]])


def _history(cells: Sequence[Cell]) -> list[Flag]:
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    ran = [count for count in counts if count is not None]
    if not ran:
        return [Flag(Kind.NEVER_EXECUTED)]
    jumped = ran != sorted(ran) or max(Counter(ran).values()) > 1
    return [Flag(Kind.OUT_OF_ORDER)] * jumped


def _forbidden(cells: Sequence[Cell]) -> Iterator[str]:
    """Yield names that call for a human look: references, frameworks, the engine."""
    own = [cell for cell in cells if not mark(cell).get("locked")]
    answers = [cell for cell in cells if mark(cell).get("solution")]
    for node in nodes(own):
        yield from (_FRAMEWORKS | _REFERENCES).intersection(_words(node))
    for node in nodes(answers):
        yield from _ENGINE.intersection(_words(node))


def _words(node: ast.AST) -> list[str]:
    """Return the names that a node uses; `__import__("torch")` uses one as well."""
    if not isinstance(node, _USES):
        return []
    texts = [value for _, value in ast.iter_fields(node) if isinstance(value, str)]
    return [word for t in texts if " " not in t for word in re.split(r"\W+", t)]
