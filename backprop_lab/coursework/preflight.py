"""What was handed in, put in order before it runs.

In comes a file that may be anything; out comes a notebook whose cells are known again,
with a flag for everything that was out of order, or a `RejectedError` that says why
there is nothing to grade. Nothing is executed here.
"""

import ast
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from backprop_lab.coursework import students
from backprop_lab.coursework.archives import LARGEST_FILE
from backprop_lab.coursework.assignments import (
    Assignment,
    Cell,
    Notebook,
    assignment_of,
    is_test,
    label,
    mark,
    plain,
)
from backprop_lab.coursework.flags import Flag, Kind, Status
from backprop_lab.errors import SubmissionError

# Before Python 3.13, threads that parse at the same time confuse each other.
parsing = threading.Lock()
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


def put_in_order(
    notebook: Notebook, assignment: Assignment, student: str
) -> list[Flag]:
    """Let a notebook run: its cells known again, copies told apart; return the flags.

    Raises:
        RejectedError: The notebook is of another assignment.
    """
    if assignment_of(notebook) not in (None, assignment.id):
        raise RejectedError(Status.NOT_THIS_ASSIGNMENT)
    cells = notebook["cells"]
    flags = _history(cells) + _restore_all(cells, assignment)
    typed = typed_student(cells)
    if not typed:
        flags.append(Flag(Kind.NO_STUDENT_ID))
    elif students.identity(typed) != students.identity(student):
        flags.append(Flag(Kind.STUDENT_MISMATCH, typed))
    uses = sorted(set(_forbidden(cells)))
    flags += [Flag(Kind.USES_FORBIDDEN, name) for name in uses]
    return flags


def _names(file: Path, assignment: str) -> bool:
    try:
        return assignment_of(read(file)) == assignment
    except RejectedError:
        return False


def _written(file: Path) -> str:
    """Return what people wrote in a notebook: all but its outputs."""
    return json.dumps([(c["cell_type"], c["source"]) for c in read(file)["cells"]])


def _restore_all(cells: list[Cell], assignment: Assignment) -> list[Flag]:
    """Make cells what they were in the release but for the answers; return the flags.

    Raises:
        RejectedError: The notebook has nothing of this assignment.
    """
    flags = []
    is_ours = False
    place = 0  # after the last cell of the release that is still there
    for original in assignment.released["cells"]:
        name = label(original)
        found = [i for i, cell in enumerate(cells) if name and label(cell) == name]
        if name and not found:
            alike = [_looks_like(cell, original, assignment) for cell in cells]
            found = [alike.index(True)] if any(alike) else []
            flags += [Flag(Kind.METADATA_RECOVERED)] * len(found)
        if found:
            is_ours = True
            place = found[0] + 1
            flags += _restore(cells[found[0]], original)
            for copy in found[1:]:  # It still runs, as an ordinary cell.
                del cells[copy]["metadata"]["nbgrader"]
                flags.append(Flag(Kind.DUPLICATE_CELL, str(name)))
        elif _is_missed(original, cells):
            gone = Kind.LOCKED_CELL_MISSING if is_test(original) else Kind.MISSING_CELL
            flags.append(Flag(gone, name or original["id"]))
            if original["cell_type"] == "code" and not mark(original).get("solution"):
                cells.insert(place, dict(original))
                place += 1
    if not is_ours:
        raise RejectedError(Status.NOT_THIS_ASSIGNMENT)
    return list(dict.fromkeys(flags))


def _looks_like(cell: Cell, original: Cell, assignment: Assignment) -> bool:
    """Return whether a cell without a name has the id or defines what was asked for."""
    if label(cell):
        return False
    if cell["id"] == original["id"]:
        return True
    exercise = assignment.exercises.get(str(label(original)))
    if exercise is None or cell["cell_type"] != "code":
        return False
    pattern = rf"^(def {re.escape(exercise.name)}\(|{re.escape(exercise.name)} *=)"
    return re.search(pattern, cell["source"], re.M) is not None


def _restore(cell: Cell, original: Cell) -> Iterator[Flag]:
    """Put back what must not be changed: the type, and all of a locked cell."""
    data, kind = mark(original), original["cell_type"]
    cell["metadata"]["nbgrader"] = data
    if cell["cell_type"] != kind:
        yield Flag(Kind.CELL_TYPE_RESTORED, data["grade_id"])
        cell |= {"cell_type": kind, "outputs": [], "execution_count": None}
    if data.get("locked") and not data.get("solution"):
        if cell["source"].strip() != original["source"].strip():
            yield Flag(Kind.LOCKED_CELL_EDITED, data["grade_id"])
        cell["source"] = original["source"]


def _is_missed(original: Cell, cells: Sequence[Cell]) -> bool:
    """Return whether a cell that is gone was more than the text of a question."""
    if label(original):
        return original["cell_type"] == "code" or bool(mark(original).get("solution"))
    return typed_student([original]) is not None and typed_student(cells) is None


def _history(cells: Sequence[Cell]) -> list[Flag]:
    counts = [cell["execution_count"] for cell in cells if cell["cell_type"] == "code"]
    ran = [count for count in counts if count is not None]
    if not ran:
        return [Flag(Kind.NEVER_EXECUTED)]
    jumped = ran != sorted(ran) or max(Counter(ran).values()) > 1
    return [Flag(Kind.OUT_OF_ORDER)] * jumped


def typed_student(cells: Sequence[Cell]) -> str | None:
    """Return the id in `start("a1", student="…")`, read from the text of the cells.

    It is as people are shown it; None if there is no such line.
    """
    for node in _nodes(cells):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        values = [k.value for k in node.keywords if k.arg == "student"] or node.args[1:]
        if name == "start" and values and isinstance(values[0], ast.Constant):
            return students.name(values[0].value)
    return None


def _forbidden(cells: Sequence[Cell]) -> Iterator[str]:
    """Yield names that call for a human look: references, frameworks, the engine."""
    own = [cell for cell in cells if not mark(cell).get("locked")]
    answers = [cell for cell in cells if mark(cell).get("solution")]
    for node in _nodes(own):
        yield from (_FRAMEWORKS | _REFERENCES).intersection(_words(node))
    for node in _nodes(answers):
        yield from _ENGINE.intersection(_words(node))


def _words(node: ast.AST) -> list[str]:
    """Return the names that a node uses; `__import__("torch")` uses one as well."""
    if not isinstance(node, _USES):
        return []
    texts = [value for _, value in ast.iter_fields(node) if isinstance(value, str)]
    return [word for t in texts if " " not in t for word in re.split(r"\W+", t)]


def _nodes(cells: Sequence[Cell]) -> Iterator[ast.AST]:
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        lines = [
            "" if line.lstrip()[:1] in "%!" else line
            for line in cell["source"].splitlines()
        ]
        with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            with parsing:
                tree = ast.parse("\n".join(lines))
            yield from ast.walk(tree)
