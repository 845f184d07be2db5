"""How long it takes to grade a class: python -m benchmarks.grading [students …].

Hands in as many correct submissions of assignment a1 as there are students, grades them
with the real command and two jobs in a process of its own, and prints the time and the
largest memory that the grader, and any process that it started, took. With several
numbers (20 200) it shows whether memory grows with the class.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backprop_lab.coursework import release
from backprop_lab.coursework.assignments import load

JOBS = 2
GRADE = """
import resource, sys
from multiprocessing.forkserver import _forkserver
from backprop_lab.desk.cli import main
main(sys.argv[1:])
_forkserver._stop()  # and wait for it: only then its kernels are in the account
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    used = resource.getrusage(who)
    print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime)
"""


def hand_in(folder: Path, students: int) -> None:
    """Write the submissions."""
    assignment = load("a1")
    for number in range(students):
        student = f"s{number:03}"
        notebook = release.for_student(assignment, student, "", solved=True)
        file = folder / student / "a1.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook), encoding="utf-8")


def measure(students: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        submissions, out = Path(place, "submissions"), Path(place, "graded")
        hand_in(submissions, students)
        command = [sys.executable, "-c", GRADE, "course", "grade", "a1"]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, str(submissions), "--out", str(out), "--jobs", str(JOBS)],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - began
        grades = (out / "grades.csv").read_text(encoding="utf-8")
    right = sum(",ok,11,14," in line for line in grades.splitlines())
    assert right == students, done.stderr
    own, theirs = (line.split() for line in done.stdout.splitlines()[-2:])
    print(
        f"{students} submissions, {JOBS} jobs: {seconds:.1f} s, "
        f"{seconds / students:.2f} s each; processor {float(own[1]):.1f} s in the "
        f"grader, {float(theirs[1]):.1f} s in all kernels; memory at most "
        f"{float(own[0]):.0f} MB in the grader, {float(theirs[0]):.0f} MB in a kernel",
        flush=True,
    )


def main(*students: int) -> None:
    print("load before:", *(f"{load:.1f}" for load in os.getloadavg()))
    for number in students:
        measure(number)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or ["20"]))
