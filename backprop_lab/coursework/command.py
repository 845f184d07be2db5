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
from pathlib import Path
from typing import Any

from backprop_lab.coursework import release, report
from backprop_lab.coursework.assignments import Assignment, assignment_of, load
from backprop_lab.coursework.checks import table
from backprop_lab.coursework.exercises import ExerciseError
from backprop_lab.coursework.grading import Grader, edition, grade_all
from backprop_lab.coursework.preflight import (
    RejectedError,
    edition_of,
    read,
    typed_student,
)
from backprop_lab.coursework.processes import Starters
from backprop_lab.coursework.records import (
    Record,
    read_log,
    read_manual,
    with_manual_marks,
    with_twins,
)
from backprop_lab.coursework.runner import Limits
from backprop_lab.coursework.submissions import HandedIn, find, read_roster, unpack

_BAR = 20


def add_course_command(subparsers: Any) -> None:
    """Add `course` with its own sub-commands to an argparse command."""
    course = subparsers.add_parser("course", help="release, check and grade coursework")
    actions = course.add_subparsers(dest="action", required=True)
    _release_options(actions.add_parser("release", help="make what learners get"))
    _check_options(actions.add_parser("check", help="what would the grader say?"))
    _grade_options(actions.add_parser("grade", help="grade a folder of submissions"))


def run_course(arguments: argparse.Namespace) -> int:
    """Do what `course` was asked to do; return the exit status."""
    try:
        return int(arguments.run(arguments))
    except (ExerciseError, OSError) as error:
        print(f"backprop-lab course: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ninterrupted; run the same command again to continue", file=sys.stderr)
        return 130


def _release_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_release)
    parser.add_argument("assignment", help="a1, or the path of a notebook")
    parser.add_argument("--out", type=Path, default=Path("release"))
    parser.add_argument("--roster", type=Path, help="CSV with a column `student`")
    parser.add_argument(
        "--nbgrader", type=Path, help="write a course for nbgrader here"
    )
    _common_options(parser)


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_check)
    parser.add_argument("notebook", type=Path)
    _common_options(parser)


def _grade_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=_grade)
    parser.add_argument("assignment", help="a1, or the path of a notebook")
    parser.add_argument("submissions", type=Path, help="a folder, or a zip from an LMS")
    parser.add_argument("--out", type=Path, default=Path("graded"))
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--roster", type=Path, help="CSV: student[, folder]")
    parser.add_argument("--manual", type=Path, help="marks (default: OUT/manual.csv)")
    _common_options(parser)


def _common_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--salt-file", type=Path, help="your secret for this class")
    parser.add_argument("--registry", type=Path, help="Python file of own exercises")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds per cell")
    parser.add_argument("--sandbox", choices=("none", "bwrap"), default="none")


def _release(arguments: argparse.Namespace) -> int:
    assignment = load(arguments.assignment, arguments.registry)
    limits, salt = _limits(arguments, assignment), _salt(arguments)
    release.prove(assignment, limits)
    roster = read_roster(arguments.roster) if arguments.roster else {}
    students = tuple(dict.fromkeys(roster.values()))
    files = release.write(assignment, arguments.out, salt, students)
    if arguments.nbgrader:
        files.append(
            release.write_nbgrader(assignment, arguments.nbgrader, salt, limits)
        )
    print(f"{assignment.id}: all solutions are right, the stubs run and earn nothing")
    print("\n".join(map(str, files)))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    file = arguments.notebook
    try:
        notebook = read(file)
    except RejectedError as rejection:
        raise ExerciseError(f"{file}: {rejection}.") from None
    assignment = load(assignment_of(notebook) or file.stem, arguments.registry)
    student = typed_student(notebook["cells"]) or ""
    # The learner has no salt: the notebook itself says which numbers it was given.
    limits, salt = _limits(arguments, assignment), _salt(arguments)
    with Starters() as starters:
        grader = Grader(assignment, limits, starters, salt, edition_of(notebook))
        record, _ = grader.grade(student, file)
    rows = [("question", "points", "why")]
    for question in assignment.questions:
        if question.id in record.marks:
            mark = record.marks[question.id]
            points = "by hand" if mark.score is None else f"{mark.score:g}"
            rows.append((question.id, f"{points} of {question.points:g}", mark.reason))
    print(table(rows) if record.marks else f"cannot be graded: {record.status}")
    flags = [flag for flag in record.flags if flag != "never_executed"]
    print("\n".join(f"the grader will notice: {flag}" for flag in flags))
    return 0 if record.is_graded and not flags else 3


def _grade(arguments: argparse.Namespace) -> int:
    assignment = load(arguments.assignment, arguments.registry)
    out = arguments.out
    with tempfile.TemporaryDirectory() as folder:
        submissions = arguments.submissions
        if submissions.is_file():
            unpack(submissions, Path(folder))
            submissions = Path(folder)
        if not submissions.is_dir():
            raise ExerciseError(f"there is no folder and no zip file {submissions}.")
        handed_in = _named(find(submissions, assignment.id), arguments.roster)
        students = tuple(entry.student for entry in handed_in)
        out.mkdir(parents=True, exist_ok=True)
        limits, salt = _limits(arguments, assignment), _salt(arguments)
        word, jobs = edition(salt), max(1, arguments.jobs)
        try:
            with Starters() as starters:
                grader = Grader(assignment, limits, starters, salt, word, students)
                records = grade_all(grader, handed_in, out, jobs, _progress)
        except KeyboardInterrupt:
            done = sorted(read_log(out / "log.jsonl"), key=lambda r: r.student)
            _write_tables(done, assignment, out, arguments.manual)
            raise
    records = _write_tables(records, assignment, out, arguments.manual)
    _print_summary(records, assignment, out)
    return 3 if any(not r.is_graded or r.flags for r in records) else 0


def _limits(arguments: argparse.Namespace, assignment: Assignment) -> Limits:
    if arguments.sandbox == "bwrap" and not shutil.which("bwrap"):
        raise ExerciseError(
            "--sandbox bwrap needs the program bwrap, which is not installed. On "
            "Debian or Ubuntu: apt install bubblewrap. It exists for Linux only."
        )
    places = [assignment.folder, getattr(arguments, "submissions", None)]
    places += [getattr(arguments, "out", None)]
    hidden = tuple(place.resolve() for place in places if place and place.is_dir())
    seconds = float(arguments.timeout)
    return Limits(seconds, 10 * seconds, arguments.sandbox, hidden)


def _salt(arguments: argparse.Namespace) -> str:
    if not arguments.salt_file:
        return ""
    salt = arguments.salt_file.read_text(encoding="utf-8").strip()
    if not salt:
        raise ExerciseError(
            f"{arguments.salt_file} is empty; write any secret into it."
        )
    return str(salt)


def _named(found: list[HandedIn], roster: Path | None) -> list[HandedIn]:
    """Give students the ids of the roster; who handed in nothing is listed too."""
    if not roster:
        return found
    names = read_roster(roster)
    named = [
        HandedIn(names.get(entry.student, entry.student), entry.files, entry.flat)
        for entry in found
    ]
    present = {entry.student for entry in named}
    absent = sorted(set(names.values()) - present)
    return sorted(
        [*named, *(HandedIn(student, ()) for student in absent)],
        key=lambda entry: entry.student,
    )


def _write_tables(
    records: list[Record], assignment: Assignment, out: Path, manual: Path | None
) -> list[Record]:
    """Write grades.csv, manual.csv and the marks given by hand; return all records."""
    marked = read_manual(manual or out / "manual.csv")
    records = with_twins(with_manual_marks(records, assignment, marked))
    grades = report.grades_csv(records, assignment)
    (out / "grades.csv").write_text(grades, encoding="utf-8", newline="")
    rows = report.manual_csv(records, assignment, marked)
    (out / "manual.csv").write_text(rows, encoding="utf-8", newline="")
    for record in records:
        page = out / "feedback" / f"{record.student}.html"
        report.write_feedback(page, record, assignment, None)
    return records


def _progress(record: Record, done: int, count: int) -> None:
    filled = _BAR * done // count
    bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{count}"
    end = "\n" if done == count or not sys.stderr.isatty() else ""
    line = f"{bar} {record.student}: {record.status} {record.seconds:.1f} s"
    print(f"\r{line:<78}" if not end else f"\r{line}", end=end, file=sys.stderr)


def _print_summary(records: list[Record], assignment: Assignment, out: Path) -> None:
    rows = [("student", "status", "score", "flags")]
    for record in records:
        known = [mark.score or 0.0 for mark in record.marks.values()]
        score = f"{round(sum(known), 2):g}" if record.is_graded else ""
        rows.append((record.student, record.status, score, " ".join(record.flags)))
    print(table(rows))
    print(f"of {assignment.maximum:g} points; written to {out}")


def main(arguments: list[str] | None = None) -> int:
    """Run `python -m backprop_lab.coursework …`, which is `backprop-lab course …`."""
    parser = argparse.ArgumentParser(prog="backprop-lab")
    add_course_command(parser.add_subparsers(required=True))
    given = sys.argv[1:] if arguments is None else arguments
    return run_course(parser.parse_args(["course", *given]))
