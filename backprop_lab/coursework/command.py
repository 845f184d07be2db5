"""`backprop-lab course …`: release an assignment, check it, grade it.

    course release a1 --out release/ [--roster students.csv] [--salt-file salt.txt]
    course check a1.ipynb
    course grade a1 submissions/ --out graded/

Exit status: 0 all is well, 2 the command cannot work as it was given, 3 a submission
needs a look, 130 interrupted.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backprop_lab.coursework import preflight, release, report, submissions
from backprop_lab.coursework.archives import unpack
from backprop_lab.coursework.assignments import (
    Assignment,
    assignment_of,
    edition_of,
    load,
)
from backprop_lab.coursework.flags import Kind
from backprop_lab.coursework.grading import (
    Grader,
    edition,
    grade_all,
    grade_and_show,
    look_through,
    page_of,
    with_feedback,
)
from backprop_lab.coursework.marks import Marks, read_marks, with_marks, write_marks
from backprop_lab.coursework.records import Record, points, with_twins
from backprop_lab.coursework.runner import Limits
from backprop_lab.coursework.sources import typed_student
from backprop_lab.coursework.tables import read_text, write_table
from backprop_lab.errors import (
    EditionError,
    KernelError,
    LabError,
    SubmissionError,
    TableError,
)
from backprop_lab.words.columns import in_columns

_BAR = 20  # Letters of the progress bar.


def add_course_command(subparsers: Any) -> None:
    """Add `course` with its own sub-commands to an argparse command."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--salt-file", type=Path, help="your secret for this class")
    common.add_argument("--registry", type=Path, help="Python file of own exercises")
    common.add_argument("--timeout", type=float, default=20.0, help="seconds per cell")
    common.add_argument("--sandbox", choices=("none", "bwrap"), default="none")
    course = subparsers.add_parser("course", help="release, check and grade coursework")
    actions = course.add_subparsers(dest="action", required=True)

    to_release = actions.add_parser(
        "release", help="make what learners get", parents=[common]
    )
    to_release.set_defaults(run=_release)
    to_release.add_argument("assignment", help="a1, or the path of a notebook")
    to_release.add_argument("--out", type=Path, default=Path("release"))
    to_release.add_argument("--roster", type=Path, help="CSV with a column `student`")
    to_release.add_argument("--nbgrader", type=Path, help="write a course for nbgrader")

    to_check = actions.add_parser(
        "check", help="what would the grader say?", parents=[common]
    )
    to_check.set_defaults(run=_check)
    to_check.add_argument("notebook", type=Path)

    to_grade = actions.add_parser(
        "grade", help="grade a folder of submissions", parents=[common]
    )
    to_grade.set_defaults(run=_grade)
    to_grade.add_argument("assignment", help="a1, or the path of a notebook")
    to_grade.add_argument(
        "submissions", type=Path, help="a folder, or a zip from an LMS"
    )
    to_grade.add_argument("--out", type=Path, default=Path("graded"))
    to_grade.add_argument("--jobs", type=int, default=2, help="how many at a time")
    to_grade.add_argument("--roster", type=Path, help="CSV: student[, folder]")
    to_grade.add_argument("--manual", type=Path, help="marks (default: OUT/manual.csv)")


def run_course(arguments: argparse.Namespace) -> int:
    """Do what `course` was asked to do; return the exit status."""
    try:
        return int(arguments.run(arguments))
    except (LabError, OSError) as error:
        print(f"backprop-lab course: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to continue", file=sys.stderr)
        return 130


def _release(arguments: argparse.Namespace) -> int:
    assignment = load(arguments.assignment, arguments.registry)
    limits, salt = _limits(arguments, assignment), _salt(arguments)
    release.prove(assignment, limits)
    students = dict.fromkeys(submissions.read_roster(arguments.roster).values())
    files = release.write(assignment, arguments.out, salt, list(students))
    if school := arguments.nbgrader:
        files.append(release.write_nbgrader(assignment, school, salt, limits))
    print(f"{assignment.id}: all solutions are right, the stubs run and earn nothing")
    print("\n".join(map(str, files)))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    file = arguments.notebook
    try:
        notebook = preflight.read(file)
    except preflight.RejectedError as rejection:
        raise SubmissionError(f"{file}: {rejection}.") from None
    assignment = load(assignment_of(notebook) or file.stem, arguments.registry)
    student = typed_student(notebook["cells"]) or ""
    # The learner has no salt: the notebook itself says which numbers it was given.
    limits, salt = _limits(arguments, assignment), _salt(arguments)
    grader = Grader(assignment, limits, salt, edition_of(notebook))
    first = Record(student, flags=preflight.renamed(file, assignment))
    record, _ = grade_and_show(grader, first, notebook, student)
    print(in_columns(report.mark_rows(record, assignment), rules=[1]))
    flags = [flag for flag in record.flags if flag.kind != Kind.NEVER_EXECUTED]
    for flag in flags:
        print(f"the grader will notice: {flag}")
    return 3 if flags else 0


def _grade(arguments: argparse.Namespace) -> int:
    assignment = load(arguments.assignment, arguments.registry)
    with tempfile.TemporaryDirectory() as folder:
        place, room = arguments.submissions, Path(folder)
        if place.is_file():
            place = unpack(place, room / "submissions")
        if not place.is_dir():
            raise SubmissionError(f"there is no folder and no zip file {place}.")
        roster = submissions.read_roster(arguments.roster)
        found = submissions.find(place, assignment.id, roster, room)
        _print_account(found)
        handed_in = found.handed_in
        students = tuple(entry.student for entry in handed_in)
        # Before anything is graded: nobody waits for an hour to be told of a comma.
        marks = _marks(arguments, assignment, students)
        arguments.out.mkdir(parents=True, exist_ok=True)  # a sandbox hides it
        limits, salt = _limits(arguments, assignment, room), _salt(arguments)
        grader = Grader(assignment, limits, salt, edition(salt), students)
        records, left = look_through(grader, handed_in, arguments.out)
        try:
            for record in grade_all(grader, left, arguments.out, arguments.jobs):
                records.append(record)
                _progress(record, len(records), len(handed_in))
        finally:  # An interrupted run shows what it has, to the last line of the log.
            logged, _ = look_through(grader, handed_in, arguments.out)
            by_key = {record.key: record for record in (*logged, *records)}
            try:  # The teacher may have gone on marking meanwhile.
                marks = _marks(arguments, assignment, students)
            except TableError as problem:
                print(f"the marks of before are used: {problem}", file=sys.stderr)
            known = list(by_key.values())
            records = _write_tables(known, assignment, arguments.out, marks)
    _print_summary(records, assignment, arguments.out)
    return 3 if any(not r.is_graded or r.flags for r in records) else 0


def _limits(
    arguments: argparse.Namespace, assignment: Assignment, *unpacked: Path
) -> Limits:
    if arguments.sandbox == "bwrap" and not shutil.which("bwrap"):
        raise KernelError(
            "--sandbox bwrap needs the program bwrap, which is not installed. On "
            "Debian or Ubuntu: apt install bubblewrap. It exists for Linux only."
        )
    # Whatever the command line names is no learner's business.
    named = [place for place in vars(arguments).values() if isinstance(place, Path)]
    hidden = tuple(
        p.resolve() for p in (assignment.folder, *named, *unpacked) if p.exists()
    )
    return Limits(arguments.timeout, arguments.sandbox, hidden)


def _salt(arguments: argparse.Namespace) -> str:
    if not arguments.salt_file:
        return ""
    salt = read_text(arguments.salt_file).strip()
    if not salt:
        raise EditionError(f"{arguments.salt_file} is empty; write a secret into it.")
    return salt


def _marks(
    arguments: argparse.Namespace, assignment: Assignment, students: Sequence[str]
) -> Marks:
    """Return the marks given by hand so far."""
    ours = arguments.out / "manual.csv"
    if arguments.manual is None and not ours.exists():
        return Marks()
    return read_marks(arguments.manual or ours, assignment, students)


def _write_tables(
    records: list[Record], assignment: Assignment, out: Path, marks: Marks
) -> list[Record]:
    """Write grades.csv, manual.csv and the marks given by hand; return all records."""
    records = sorted(records, key=lambda record: record.student)
    records = with_twins(with_marks(records, marks))
    records = [with_feedback(page_of(r, out), r, assignment) for r in records]
    write_table(out / "grades.csv", report.grade_rows(records, assignment))
    write_marks(out / "manual.csv", records, assignment, marks)
    return records


def _print_account(found: submissions.Found) -> None:
    """Say what became of each entry before anything is graded."""
    rows = [("entry", "student", "what it holds"), *found.entries]
    print(f"entries: {len(found.entries)}, students: {len(found.handed_in)}")
    print(in_columns(rows, rules=[1]))
    if found.litter:
        print(f"left out, as systems make them: {submissions.listed(found.litter)}")
    print()


def _progress(record: Record, done: int, count: int) -> None:
    """Show how far the class is: in a terminal a line that grows, in a file lines."""
    filled = _BAR * done // count
    bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{count}"
    line = f"{bar} {record.student}: {record.status} {record.seconds:.1f} s"
    if sys.stderr.isatty():
        end = "\n" if done == count else ""
        print(f"\r{line:<78}", end=end, file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr)


def _print_summary(records: list[Record], assignment: Assignment, out: Path) -> None:
    rows = [("student", "status", "score", "flags")]
    for record in records:
        score = points(record.score)
        rows.append(
            (record.student, record.status, score, " ".join(map(str, record.flags)))
        )
    print(in_columns(rows, rules=[1]))
    print(f"of {assignment.maximum:g} points; written to {out}")
