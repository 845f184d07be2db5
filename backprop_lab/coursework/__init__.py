"""Coursework: exercises with feedback, assignments, grading.

    answers      what a learner hands in, as plain arrays
    checks       the one comparator, and the table it gives
    exercises    the record of an exercise, and where to find them
    bank/        the exercises

In a lesson, with the learner's own function or number:

    >>> from backprop_lab.coursework import exercise
    >>> print(exercise("a1-q1").check(lambda x, y, w: (w, w, x * y)).outcome)
    wrong
"""

from backprop_lab.coursework.checks import Verdict
from backprop_lab.coursework.exercises import Exercise, exercise

__all__ = ["Exercise", "Verdict", "exercise"]
