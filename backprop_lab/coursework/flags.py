"""What the grader says of a submission in a word: one table of flags, one of statuses.

A *status* says whether there was something to grade. A *flag* says what was noticed,
and the table says what the grader did about it. In code a flag is a word of the table
and what it is about; in `grades.csv` both are joined by a colon:

    >>> str(Flag(Kind.RENAMED, "final (1).ipynb"))
    'renamed:final (1).ipynb'

The teacher's page, `docs/teaching-coursework.md`, shows both tables; a test compares.
"""

from enum import StrEnum
from typing import NamedTuple, Self


class _Word(StrEnum):
    """A word with its meaning; written "word:…" where it is about something."""

    shown: str
    meaning: str
    done: str

    def __new__(cls, shown: str, meaning: str = "", done: str = "") -> Self:
        text = shown.removesuffix(":…")
        word = str.__new__(cls, text)
        word._value_ = text
        word.shown, word.meaning, word.done = shown, meaning, done
        return word


class Status(_Word):
    """Whether there was something to grade: the word, and what it means."""

    OK = "ok", "graded"
    TIMEOUT = "timeout", "something did not end in time; all else was graded"
    NO_NOTEBOOK = "no_notebook:…", "there is no notebook; what there is instead"
    AMBIGUOUS_FILES = "ambiguous_files:…", "several notebooks, equally good"
    NOT_THIS_ASSIGNMENT = "not_this_assignment", "a notebook of something else"
    UNREADABLE = "unreadable:…", "a notebook that cannot be read, and why"
    GRADER_ERROR = "grader_error", "a mistake in the grader; the next run tries again"

    def about(self, what: str) -> str:
        """Return the status as it is written, with what it is about."""
        return f"{self}:{what}" if what else str(self)


class Kind(_Word):
    """The kinds of flags: the word, what happened, and what the grader did."""

    RENAMED = "renamed:…", "another file name", "graded"
    METADATA_RECOVERED = (
        "metadata_recovered",
        "another editor dropped the cells' metadata",
        "found the cells again by what is in them",
    )
    MISSING_CELL = (
        "missing_cell:…",
        "a cell was deleted",
        "put it back, if it is not an answer",
    )
    LOCKED_CELL_MISSING = "locked_cell_missing:…", "a check was deleted", "used ours"
    LOCKED_CELL_EDITED = (
        "locked_cell_edited:…",
        "a cell of ours was changed",
        "used ours",
    )
    CELL_TYPE_RESTORED = (
        "cell_type_restored:…",
        "an answer had become text, or text an answer",
        "made it what it was",
    )
    DUPLICATE_CELL = (
        "duplicate_cell:…",
        "a cell was copied, or split in two",
        "ran all, the last definition counts; of text, all counts",
    )
    FOUND_BY_PLACE = (
        "found_by_place:…",
        "an answer is not in the cell for it",
        "took what was written between this question and the next",
    )
    UNCLEAR = (
        "unclear:…",
        "something was written, but not under the name that was asked for",
        "left it to you, in `manual.csv`",
    )
    NEVER_EXECUTED = (
        "never_executed",
        "no cell was ever run, says the file",
        "graded; everything runs afresh anyway",
    )
    OUT_OF_ORDER = (
        "out_of_order",
        "cells were run in another order, says the file",
        "graded; everything runs afresh anyway",
    )
    CELL_ERROR = "cell_error:…", "a cell raised an error", "went on"
    TIMEOUT = (
        "timeout:…",
        "a cell or a question did not end in time",
        "stopped it, and went on without it",
    )
    KERNEL_DIED = (
        "kernel_died:…",
        "a cell or a question ended the Python process",
        "ran all again without it",
    )
    NO_ANSWER = (
        "no_answer:…",
        "no answer to a question came back; was something of Python replaced?",
        "no points for the question",
    )
    CHANGES_INPUTS = (
        "changes_inputs:…",
        "a function wrote into its arguments",
        "graded; each case gets a copy",
    )
    NO_STUDENT_ID = "no_student_id", "no id in the file", "graded with the folder's id"
    STUDENT_MISMATCH = (
        "student_mismatch:…",
        "another id in the file",
        "graded with the folder's id",
    )
    ID_AS_TYPED = (
        "id_as_typed",
        "the platform hides this student's name, or another has the same",
        "graded with the id in the file; a roster tells who it is",
    )
    NUMBERS_OF = (
        "numbers_of:…",
        "a wrong answer would fit a classmate's numbers",
        "no points; look at both",
    )
    IDENTICAL_TO = "identical_to:…", "the same file, byte for byte", "graded both"
    USES_FORBIDDEN = (
        "uses_forbidden:…",
        "the answer mentions the exercises, the engine or another framework",
        "graded; look at it",
    )
    OTHER_EDITION = (
        "other_edition",
        "the file is from another release",
        "graded with this one's numbers",
    )
    NO_PICTURE = (
        "no_picture:…",
        "a picture is not in the file, or is none that a browser shows",
        "graded; the feedback says so in its place",
    )
    NOT_SHOWN = (
        "not_shown:…",
        "a cell is too long for a page, or cannot be shown",
        "graded; the feedback has its text",
    )
    NO_FEEDBACK = (
        "no_feedback:…",
        "the page could not be written",
        "graded; the next run writes it",
    )
    GRADER_RAISED = (
        "grader_raised:…",
        "the mistake behind a `grader_error`",
        "wrote it down for a report",
    )

    @property
    def stops(self) -> bool:
        """Whether something of the notebook did not run to its end."""
        return self in (
            Kind.CELL_ERROR,
            Kind.TIMEOUT,
            Kind.KERNEL_DIED,
            Kind.NO_ANSWER,
        )

    @property
    def names_classmates(self) -> bool:
        """Whether it is for the teacher only."""
        return self in (Kind.NUMBERS_OF, Kind.IDENTICAL_TO)


class Flag(NamedTuple):
    """One thing that the grader noticed: a word of the table, and what it is about."""

    kind: Kind
    about: str = ""

    def __str__(self) -> str:
        """Return the flag as it is written."""
        return f"{self.kind}:{self.about}" if self.about else str(self.kind)
