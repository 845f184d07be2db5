"""From an assignment with its solutions to what learners get.

In comes an assignment; out come its notebook without solutions, for everybody or for
each student of a roster, and on request a course folder for nbgrader. Nothing is
written before two proofs: the solved notebook earns every point, and the released one
runs without an error and earns none.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

from backprop_lab.coursework.assignments import (
    CODE_STUB,
    Assignment,
    Notebook,
    is_test,
)
from backprop_lab.coursework.grading import Grader, edition
from backprop_lab.coursework.records import Record
from backprop_lab.coursework.runner import Limits
from backprop_lab.coursework.students import filename
from backprop_lab.coursework.tables import set_aside
from backprop_lab.errors import ExerciseError

_NBGRADER_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "backprop_lab"
# The stub of the released notebook; its functions return None until they are written.
c.ClearSolutions.code_stub = {{"python": "{stub}"}}
# A learner who deletes a check cell loses nothing.
c.OverwriteCells.add_missing_cells = True
c.ExecutePreprocessor.timeout = {seconds:.0f}
"""


def prove(assignment: Assignment, limits: Limits) -> None:
    """Run the solved and the released notebook, and be satisfied with both.

    Raises:
        ExerciseError: A solution earns less than all points, the released notebook
            earns something, or one of both does not run to its end.
    """
    grader = Grader(assignment, limits)
    solved, released = (
        grader.grade(Record("teacher"), deepcopy(notebook), "teacher")
        for notebook in (assignment.solved, assignment.released)
    )
    for question in assignment.questions:
        mark = solved.marks[question.id]
        if not question.by_hand and mark.score != question.points:
            raise ExerciseError(
                f"{assignment.id}: the solution of {question.id} is not right. "
                f"{mark.reason}"
            )
    if broken := [str(flag) for flag in solved.flags if flag.kind.stops]:
        raise ExerciseError(
            f"{assignment.id}: the notebook with its solutions must run from start to "
            f"end, but: {', '.join(broken)}."
        )
    wrong = [str(flag) for flag in released.flags if flag.kind.stops]
    given = [id for id, mark in released.marks.items() if mark.score != 0]
    if wrong or given:
        raise ExerciseError(
            f"{assignment.id}: the notebook without solutions must run without an "
            f"error and earn nothing, but: {', '.join(wrong + given)}."
        )


def write(
    assignment: Assignment, out: Path, salt: str = "", students: Sequence[str] = ()
) -> list[Path]:
    """Write the released notebook, or one for each student; return the files.

    Raises:
        ExerciseError: A released notebook would take the place of its source.
    """
    places = {student: out / filename(student) for student in students} or {"": out}
    return [
        _save(
            assignment,
            for_student(assignment, student, salt),
            place / f"{assignment.id}.ipynb",
        )
        for student, place in places.items()
    ]


def write_nbgrader(
    assignment: Assignment, out: Path, salt: str, limits: Limits
) -> Path:
    """Write a course folder in which nbgrader generates, grades and exports.

    Settings that the folder has already stay; ours are then put beside them.
    Its check cells end in `lab.score("q1")`: nbgrader takes that number as the points.
    """
    notebook = for_student(assignment, "", salt, solved=True)
    for cell in notebook["cells"]:
        if is_test(cell):
            cell["source"] = cell["source"].replace("lab.check(", "lab.score(")
    config = _NBGRADER_CONFIG.format(stub=CODE_STUB, seconds=limits.seconds)
    out.mkdir(parents=True, exist_ok=True)
    settings = out / "nbgrader_config.py"
    if settings.is_file() and settings.read_bytes() != config.encode():
        settings = settings.with_suffix(".new.py")
    settings.write_bytes(config.encode())
    place = out / "source" / assignment.id / f"{assignment.id}.ipynb"
    # Not beside the source: nbgrader hands out whatever lies there.
    return _save(assignment, notebook, place, aside=out)


def for_student(
    assignment: Assignment, student: str, salt: str, solved: bool = False
) -> Notebook:
    """Return the notebook with a student's id and the edition filled in."""
    notebook = deepcopy(assignment.solved if solved else assignment.released)
    own = notebook["metadata"].setdefault("backprop_lab", {})
    own["assignment"] = assignment.id
    if salt:
        own["edition"] = edition(salt)
    call = f'start("{assignment.id}", student="")'
    filled = f'start("{assignment.id}", student={json.dumps(student)}'
    filled += f', edition="{edition(salt)}")' if salt else ")"
    if not any(call in cell["source"] for cell in notebook["cells"]):
        raise ExerciseError(f"{assignment.id}: no cell has lab = {call}.")
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace(call, filled)
    return notebook


def _save(
    assignment: Assignment, notebook: Notebook, path: Path, aside: Path | None = None
) -> Path:
    """Write a notebook; what somebody has changed there is kept under a dated name."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if path.is_file() and path.read_bytes() != text.encode():
        if path.parent.resolve() == assignment.folder.resolve():
            raise ExerciseError(
                f"{path} may be the notebook with the solutions, and is left as it is. "
                "Give another folder: --out release/."
            )
        set_aside(path, aside or path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path
