"""The learner's side of an assignment: own numbers, checks, hints.

    >>> lab = start("a1", student="ada")
    >>> x, y = lab.numbers("q4")
    >>> print(lab.check("q4", (2 * x * y + 1, x**2)).outcome)
    right

While an assignment is graded the same notebook runs in a kernel that has no exercises:
there `numbers` are those that the grader sent along, and `check` only says so.
"""

import os
from dataclasses import dataclass, replace

from backprop_lab.coursework.answers import from_json
from backprop_lab.coursework.checks import Row, Verdict
from backprop_lab.coursework.exercises import (
    Case,
    Exercise,
    all_exercises,
    exercise,
)
from backprop_lab.engine.names import learners_frame
from backprop_lab.errors import InputError

NUMBERS = "BACKPROP_LAB_NUMBERS"  # set by the grader: {"q4": [1.0, 2.0]}


@dataclass(frozen=True)
class Lab:
    """One learner's assignment; made by `start`."""

    assignment: str
    student: str
    edition: str = ""

    def numbers(self, question: str) -> Case:
        """Return the learner's own numbers for a question."""
        if NUMBERS in os.environ:
            return tuple(from_json(os.environ[NUMBERS])[question])
        return self._exercise(question).numbers(self.student, self.edition)

    def check(self, question: str, answer: object = None) -> Verdict:
        """Return the verdict on an answer, as a table.

        Args:
            question: "q1", for example.
            answer: The function or the number; if it is left out, the variable that
                the question asks for.
        """
        return self._check(question, answer)

    def check_all(self) -> tuple[Verdict, ...]:
        """Return the verdicts on all questions that are not marked by hand."""
        prefix = f"{self.assignment}-"
        ids = [id for id in all_exercises() if id.startswith(prefix)]
        return tuple(self._check(id.removeprefix(prefix)) for id in ids)

    def score(self, question: str) -> float:
        """Return the points for a question; nbgrader reads them from the cell.

        Raises:
            AssertionError: There are none, so that nbgrader gives none.
        """
        verdict = self._check(question)
        assert verdict.score > 0, verdict.summary
        return verdict.score

    def hint(self, question: str, number: int = 1) -> None:
        """Print one of the hints to a question; the first is the gentlest."""
        print(self._exercise(question).hint(number))

    def _check(self, question: str, answer: object = None) -> Verdict:
        if NUMBERS in os.environ:
            rows = (Row("answer", "not attempted", hint="the grader checks it later"),)
            return Verdict(question, rows)
        asked = self._exercise(question)
        if answer is None:
            answer = learners_frame().f_globals.get(asked.name)
        verdict = asked.check(answer, self.student, self.edition)
        return replace(verdict, exercise=f"{question}: {asked.name}")

    def _exercise(self, question: str) -> Exercise:
        return exercise(f"{self.assignment}-{question}")


def start(assignment: str, student: str = "", edition: str = "") -> Lab:
    """Return the assignment of one learner.

    Args:
        assignment: "a1", for example.
        student: The learner's id, as the teacher knows it; it gives the numbers.
        edition: Set by the teacher's `release`; leave it as it is.

    Raises:
        InputError: There is no id.
    """
    if NUMBERS not in os.environ and not str(student).strip():
        raise InputError(
            "who are you? Your id decides your numbers. "
            f'Write it between the quotes: lab = start("{assignment}", student="…").'
        )
    return Lab(assignment, str(student).strip(), edition)
