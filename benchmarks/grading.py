"""How long it takes to grade a class: python benchmarks/grading.py [students] [jobs].

Hands in as many correct submissions of assignment a1 as there are students, grades them
with the real command in a process of its own, and prints the time and the largest
memory that the grader itself took.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backprop_lab.coursework import release
from backprop_lab.coursework.assignments import load


def hand_in(folder: Path, students: int) -> None:
    """Write the submissions."""
    assignment = load("a1")
    for number in range(students):
        student = f"s{number:03}"
        notebook = release.for_student(assignment, student, "", solved=True)
        file = folder / student / "a1.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook), encoding="utf-8")


def main(students: int = 20, jobs: int = 2) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder / "submissions", students)
        command = [sys.executable, "-m", "backprop_lab.coursework", "grade", "a1"]
        command += [str(folder / "submissions"), "--out", str(folder / "graded")]
        began = time.perf_counter()
        done = subprocess.run(
            [*command, "--jobs", str(jobs)], capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - began
        grades = (folder / "graded" / "grades.csv").read_text(encoding="utf-8")
    right = sum(",ok,11,14," in line for line in grades.splitlines())
    assert right == students, done.stderr
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{students} submissions, {jobs} jobs: {seconds:.1f} s, "
        f"{seconds / students:.2f} s each, {memory:.0f} MB at most in one process"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
