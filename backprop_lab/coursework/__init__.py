"""Coursework: in come answers, out come checks with reasons, grades and feedback.

    answers      what a learner hands in, as plain arrays
    checks       the one comparator, and the table it gives
    students     who is who: what is compared, what is shown, a name for a file
    tables       what a person has saved: texts and tables, whatever wrote them
    bank         the exercises: a module for each lesson and each assignment
    exercises    the record of an exercise, and where to find them
    learner      a learner's own numbers, checks and hints
    assignments  notebooks in the nbgrader cell format
    archives     zip files, unpacked
    flags        what the grader says in a word: one table
    sources      what the text of code says, without running it
    recovery     which cell is which, and what was written where
    preflight    what was handed in, put in order before it runs
    processes    the processes that learner's code runs in
    runner       one notebook in one kernel
    submissions  who handed in what
    records      what is known of a graded submission
    marks        the marks given by hand
    pages        a notebook as a page that anybody may open
    report       the table of grades, and a page of feedback each
    grading      a folder of submissions becomes all these
    release      what learners get
    command      `backprop-lab course …`

In a lesson, with the learner's own function or number:

    >>> from backprop_lab.coursework import exercise
    >>> print(exercise("a1-q1").check(lambda x, y, w: (w, w, x * y)).outcome)
    wrong
"""

from backprop_lab.coursework.checks import Verdict
from backprop_lab.coursework.exercises import Exercise, exercise
from backprop_lab.coursework.learner import Lab, start

__all__ = ["Exercise", "Lab", "Verdict", "exercise", "start"]
