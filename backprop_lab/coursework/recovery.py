"""Which cell is which, and what was written where, whatever an editor made of them.

In come the cells of a submission. They are known again by their names, by what is in
them, by their ids, or by what they define. What nobody knows was written by the learner
and counts for the question that it stands under: so an answer is found in a new cell,
in a copy, in two halves, or below the text of the question. Nothing is executed here.
"""

import ast
import copy
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import chain

from backprop_lab.coursework.assignments import (
    Assignment,
    Cell,
    is_test,
    label,
    mark,
)
from backprop_lab.coursework.flags import Flag, Kind
from backprop_lab.coursework.sources import tree, typed_student


@dataclass(frozen=True)
class Recovered:
    """What was found of an assignment.

    Attributes:
        flags: What was out of order.
        written: By question, what the learner wrote between it and the next. Where a
            program marks the question, the cells that it marks are no part of this.
        is_ours: Whether anything of the assignment was found at all.
    """

    flags: tuple[Flag, ...]
    written: Mapping[str, str]
    is_ours: bool


def recover(cells: list[Cell], assignment: Assignment) -> Recovered:
    """Make cells what they were in the release, but for what the learner wrote.

    A cell that defines what a question asks for is an answer to it, wherever it stands.
    """
    search = _Search(cells, assignment)
    search.find()
    is_ours = search.is_ours()
    written = search.written()
    search.count_own_cells()
    search.restore(written)
    flags = chain.from_iterable(match.flags for match in search.matches)
    return Recovered(tuple(dict.fromkeys(flags)), written, is_ours)


def is_same(one: Cell, other: Cell) -> bool:
    r"""Return whether two cells say the same, however an editor has set it.

    Ends of lines, spaces, tabs and the encoding of letters make no difference; nor, in
    code, does what leaves the program as it is.

    Example:
        >>> ours = {"cell_type": "code", "source": 'f("x")'}
        >>> is_same(ours, {"cell_type": "code", "source": "f( 'x' )  # seen\n"})
        True
    """
    if _reads_same(one, other):
        return True
    if not one["cell_type"] == other["cell_type"] == "code":
        return False
    trees = [tree(cell["source"]) for cell in (one, other)]
    first, second = (parsed and ast.dump(parsed) for parsed in trees)
    return first is not None and first == second


@dataclass(eq=False)
class _Match:
    """A cell of the release, and what became of it.

    Attributes:
        original: The cell.
        question: The question that it belongs to, "" before the first.
        cells: What it is in the submission: several where there are copies.
        flags: What was noticed.
    """

    original: Cell
    question: str
    cells: list[Cell]
    flags: list[Flag] = field(default_factory=list)

    @property
    def has_solution(self) -> bool:
        """Whether the learner is to write into it."""
        return bool(mark(self.original).get("solution"))

    @property
    def is_locked(self) -> bool:
        """Whether it is ours alone."""
        return bool(mark(self.original).get("locked")) and not self.has_solution

    @property
    def is_text(self) -> bool:
        """Whether it is for an answer that a person marks."""
        return self.has_solution and bool(mark(self.original).get("grade"))

    def flag(self, kind: Kind) -> None:
        self.flags.append(Flag(kind, label(self.original) or self.original["id"]))


class _Search:
    """The cells of a submission, beside those of the release."""

    def __init__(self, cells: list[Cell], assignment: Assignment) -> None:
        named = defaultdict(list)
        for cell in cells:
            named[label(cell)].append(cell)
        originals = assignment.released["cells"]
        self._cells = cells
        self._questions = assignment.questions
        self._exercises = assignment.exercises
        self._released = {_words(line) for o in originals for line in _lines(o)}
        self.matches = [
            _Match(original, question, named[name] if (name := label(original)) else [])
            for original, question in zip(originals, _sections(assignment), strict=True)
        ]

    def find(self) -> None:
        """Find every cell of the release, in one way or another."""
        for match in self.matches:
            if len(match.cells) > 1:
                match.flag(Kind.DUPLICATE_CELL)
            if match.is_locked and len(match.cells) > 1:
                # The others are the learner's own cells, with whatever is in them.
                same = [cell for cell in match.cells if is_same(cell, match.original)]
                match.cells = (same or match.cells)[:1]
            if match.is_locked and match.cells:
                self._split_off(match.cells[0], match.original)
        ways: tuple[Callable[[_Match, Cell], bool], ...] = (
            # Every written answer begins with the same words: these tell nothing.
            lambda match, cell: not match.is_text and _reads_same(cell, match.original),
            lambda match, cell: bool(cell["id"] == match.original["id"]),
            self._is_answer_to,
        )
        for way in ways:
            for match in self.matches:
                if match.cells:
                    continue
                match.cells = [c for c in self._own_cells() if way(match, c)][:1]
                if match.cells and label(match.original):
                    match.flags.append(Flag(Kind.METADATA_RECOVERED))

    def is_ours(self) -> bool:
        """Return whether there is more than a check, which all assignments have."""
        return any(
            match.cells and label(match.original) and not is_test(match.original)
            for match in self.matches
        )

    def written(self) -> dict[str, str]:
        """Return by question what the learner wrote between it and the next."""
        match_of = {id(cell): match for match in self.matches for cell in match.cells}
        sections: dict[str, list[Cell]] = defaultdict(list)
        here = ""
        for cell in self._cells:
            here = match_of[id(cell)].question if id(cell) in match_of else here
            sections[here].append(cell)
        written, before = {}, ""
        for question in self._questions:
            cells = sections.get(question.id)
            if cells is None:  # Nothing of it is left to tell where it began.
                cells = [cell for cell in sections[before] if id(cell) not in match_of]
            else:
                before = question.id
            texts = [
                self._own_text(cell)
                for cell in cells
                if not self._defines(question.id, cell)
            ]
            written[question.id] = "\n\n".join(filter(None, texts))
        return written

    def count_own_cells(self) -> None:
        """Let own cells count as answers, if they define what a question asks for."""
        for match in self.matches:
            own = [c for c in self._own_cells() if self._is_answer_to(match, c)]
            tried = [c for c in match.cells if self._is_tried(match, c)]
            if own and not tried:
                match.flag(Kind.FOUND_BY_PLACE)
            if first := next(iter([*tried, *own]), None):
                # What is as it was released must not have the last word.
                for idle in [c for c in match.cells if not any(c is t for t in tried)]:
                    self._cells.pop(self._index(idle))
                    self._cells.insert(self._index(first), idle)
            match.cells += own

    def restore(self, written: Mapping[str, str]) -> None:
        """Put back what must not be changed, and what is gone."""
        place = 0  # after the last cell of the release that is still there
        for match in self.matches:
            original = match.original
            if match.cells:
                place = self._index(match.cells[0]) + 1
            if match.is_text and written[match.question]:
                if not any(map(self._own_text, match.cells)):
                    match.flag(Kind.FOUND_BY_PLACE)
            elif not match.cells and self._is_missed(original):
                tests = is_test(original)
                match.flag(Kind.LOCKED_CELL_MISSING if tests else Kind.MISSING_CELL)
                if original["cell_type"] == "code" and not match.has_solution:
                    match.cells = [copy.deepcopy(original)]
                    self._cells[place:place] = match.cells
                    place += 1
            for cell in match.cells if label(original) else ():
                _restore(cell, match)
        for cell in self._own_cells():
            cell["metadata"].pop("nbgrader", None)  # It is of nothing that we know.

    def _own_cells(self) -> list[Cell]:
        """Return the cells that are nothing of the release."""
        known = {id(cell) for match in self.matches for cell in match.cells}
        return [cell for cell in self._cells if id(cell) not in known]

    def _split_off(self, cell: Cell, original: Cell) -> None:
        """Give an answer that was typed into a cell of ours a cell of its own."""
        own = _without(cell, {_words(line) for line in _lines(original)})
        split = cell | {"id": f"{cell['id']}-own", "metadata": {}, "source": own}
        if any(self._defines(question, split) for question in self._exercises):
            place = self._index(cell) + 1
            self._cells.insert(place, split)

    def _own_text(self, cell: Cell) -> str:
        """Return the lines of a cell that are not of the release."""
        return _without(cell, self._released)

    def _defines(self, question: str, cell: Cell) -> bool:
        """Return whether a cell holds the function or the number that is asked for."""
        exercise = self._exercises.get(question)
        if exercise is None or cell["cell_type"] != "code":
            return False
        # A number that is still the stub's defines nothing.
        is_number = exercise.answer == "number"
        text = self._own_text(cell) if is_number else cell["source"]
        name = re.escape(exercise.name)
        return re.search(rf"^(def +{name} *\(|{name} *(:.*)?=)", text, re.M) is not None

    def _is_answer_to(self, match: _Match, cell: Cell) -> bool:
        is_asked = label(match.original) == match.question
        return is_asked and self._defines(match.question, cell)

    def _is_tried(self, match: _Match, cell: Cell) -> bool:
        return not is_same(cell, match.original) and self._defines(match.question, cell)

    def _is_missed(self, original: Cell) -> bool:
        """Return whether a cell that is gone was more than the text of a question."""
        if label(original):
            return original["cell_type"] == "code" or bool(
                mark(original).get("solution")
            )
        own, typed = typed_student(self._cells), typed_student([original])
        return typed is not None and own is None

    def _index(self, cell: Cell) -> int:
        """Return where a cell is; others may be equal to it."""
        return next(i for i, each in enumerate(self._cells) if each is cell)


def _sections(assignment: Assignment) -> list[str]:
    """Return for each cell of the release the question that it belongs to.

    A question goes from the end of the one before to the cell that has its points; the
    first begins after the cell in which the learner's id is written.
    """
    questions = iter(assignment.questions)
    sections: list[str] = []
    question, begun = "", 0
    for cell in assignment.released["cells"]:
        begun += 1
        has_points = bool(mark(cell).get("grade"))
        if has_points:
            question = next(questions).id
        if has_points or typed_student([cell]) is not None:
            sections += [question] * begun
            begun = 0
    return sections + [question] * begun


def _restore(cell: Cell, match: _Match) -> None:
    """Put back what must not be changed: the type, and all of a locked cell."""
    original = match.original
    edited = not is_same(cell, original)
    cell["metadata"]["nbgrader"] = mark(original)
    if cell["cell_type"] != original["cell_type"]:
        match.flag(Kind.CELL_TYPE_RESTORED)
        cell |= {
            "cell_type": original["cell_type"],
            "outputs": [],
            "execution_count": None,
        }
    if match.is_locked:
        if edited:
            match.flag(Kind.LOCKED_CELL_EDITED)
        cell["source"] = original["source"]


def _reads_same(one: Cell, other: Cell) -> bool:
    return _words(one["source"]) == _words(other["source"])


def _lines(cell: Cell) -> list[str]:
    return str(cell["source"]).split("\n")


def _without(cell: Cell, ours: Collection[tuple[str, ...]]) -> str:
    """Return the lines of a cell but for those of ours."""
    lines = _lines(cell)
    own = [line for line in lines if not line.strip() or _words(line) not in ours]
    return "\n".join(own).strip("\n").rstrip()


def _words(text: str) -> tuple[str, ...]:
    """Return what is left of a text that any editor may set in its own way."""
    return tuple(unicodedata.normalize("NFC", text).split())
