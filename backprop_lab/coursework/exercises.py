"""Exercises: one record serves the lesson, the release of an assignment and the grader.

An exercise draws random cases, knows the right answer to each (its reference) and the
mistakes that people make, each with a name, a hint and the wrong answer it leads to. So
whoever gets it wrong is told which mistake gives just these numbers.

    >>> double = Exercise(
    ...     "demo-double",
    ...     "Write d(x, upstream): the gradient of y = x + x with respect to x.",
    ...     cases=lambda random: tuple(random.uniform(1, 2, 2)),
    ...     reference=lambda x, upstream: 2 * upstream,
    ...     mistakes={
    ...         "overwrote instead of accumulating": (
    ...             "x is used twice: add the two contributions.",
    ...             lambda x, upstream: upstream,
    ...         ),
    ...     },
    ... )
    >>> print(double.check(lambda x, upstream: upstream).summary)  # doctest: +ELLIPSIS
    wrong: answer overwrote instead of accumulating: x is used twice: add the two ...

The exercises themselves are in the modules of `backprop_lab.coursework.bank`.
"""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from backprop_lab.coursework.answers import Part, Reply, ask, split
from backprop_lab.coursework.checks import Verdict, all_close, close, compare
from backprop_lab.coursework.students import identity
from backprop_lab.coursework.tables import read_text
from backprop_lab.engine.arrays import Array
from backprop_lab.errors import ExerciseError
from backprop_lab.words.numbers import inline

# NumPy promises that the numbers of RandomState never change from version to version;
# learner and grader must draw the same ones.
Random: TypeAlias = np.random.RandomState
Case: TypeAlias = tuple[Any, ...]
Function: TypeAlias = Callable[..., object]

CASES = 6
_REDRAWS = 200
_FUNCTION_TOLERANCE = 1e-6  # room for another order of the same additions
_NUMBER_TOLERANCE = 1e-3  # room for numbers typed with three or four decimals


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise: the question, the right answer and the known wrong ones.

    Attributes:
        id: "02-dw" for an exercise in lesson 02, "a1-q1" for one in assignment a1.
        prompt: What to do, in a sentence.
        cases: Draws one case from a random generator: a tuple of arguments.
        reference: The right answer to a case, as a function of its arguments; it
            returns a number, an array, a `Node`, or a tuple with one of these per part.
        mistakes: For each known mistake, by name: a hint, and the answer it leads to,
            as a function of the same arguments.
        answer: "function" if the learner writes a function, which is then tried on
            several cases; "number" if the learner works out numbers for one case of
            their own, `numbers(student)`.
        parts: What the parts of the answer are called; more than one: a tuple.
        hints: What helps before trying, from gentle to plain.
        points: What the exercise is worth in an assignment.
        name: What the function or the variable is called in an assignment.
        tolerance: The largest difference that counts as equal, relative to the largest
            number wanted (or to 1, if that is larger).
    """

    id: str
    prompt: str
    cases: Callable[[Random], Case]
    reference: Function
    mistakes: Mapping[str, tuple[str, Function]] = field(default_factory=dict)
    answer: Literal["function", "number"] = "function"
    parts: tuple[str, ...] = ("answer",)
    hints: tuple[str, ...] = ()
    points: float = 1.0
    name: str = ""
    tolerance: float | None = None

    def check(self, answer: object, student: str = "", edition: str = "") -> Verdict:
        """Return the verdict on an answer, as a table.

        Args:
            answer: The function itself, not its result; or the number, array or tuple.
            student: Whose numbers to compare with.
            edition: Which edition of the course, if it has one; see `release`.
        """
        cases, count = self.draw(student, edition), len(self.parts)
        replies = [ask(answer, inputs, count) for inputs in self.inputs(cases)]
        return self.judge(cases, replies)

    def hint(self, number: int = 1) -> str:
        """Return one of the hints; the first is the gentlest.

        Example:
            >>> exercise("a1-q1").hint(1).splitlines()[0]
            'Hint 1 of 2 for a1-q1'
        """
        if not 1 <= number <= len(self.hints):
            return f"{self.id} has {len(self.hints)} hints, but no hint {number}."
        title = f"Hint {number} of {len(self.hints)} for {self.id}"
        return f"{title}\n{self.hints[number - 1]}"

    def numbers(self, student: str = "", edition: str = "") -> Case:
        """Return the numbers of a learner's own, the same every time they ask.

        Raises:
            ExerciseError: The exercise is to be answered with a function.
        """
        if self.answer == "function":
            raise ExerciseError(
                f"{self.id} is answered with a function, which is tried on many "
                "inputs; there are no numbers of your own in it."
            )
        return self.draw(student, edition)[0]

    def draw(self, student: str = "", edition: str = "") -> tuple[Case, ...]:
        """Return the cases for a student: always ones that tell all mistakes apart.

        Raises:
            ExerciseError: No such cases turn up, so two of the answers are the same.
        """
        words = f"{edition}|{self.id}|{identity(student)}"
        seed = hashlib.sha256(words.encode()).digest()[:4]
        random = np.random.RandomState(int.from_bytes(seed, "big"))
        count = CASES if self.answer == "function" else 1
        alike = ""
        for _ in range(_REDRAWS):
            cases = tuple(self.cases(random) for _ in range(count))
            alike = self._alike(cases)
            if not alike:
                return cases
        raise ExerciseError(
            f"{self.id}: in {_REDRAWS} draws of {count} cases, {alike} always give the "
            "same answer. Draw cases that tell them apart."
        )

    def inputs(self, cases: Sequence[Case]) -> Sequence[Case | None]:
        """Return what an answer is tried on; None if it is to be a number."""
        return cases if self.answer == "function" else [None] * len(cases)

    def judge(self, cases: Sequence[Case], replies: Sequence[Reply]) -> Verdict:
        """Return the verdict on the replies to some cases."""
        wanted = [self._right(case) for case in cases]
        mistakes = {
            name: (hint, [self._parts(function, case) for case in cases])
            for name, (hint, function) in self.mistakes.items()
        }
        rows = []
        for index, part in enumerate(self.parts):
            given = [reply.parts[index] for reply in replies]
            right = [parts[index] for parts in wanted]
            wrong = {
                name: (hint, [parts[index] for parts in answers])
                for name, (hint, answers) in mistakes.items()
            }
            rows.append(compare(part, given, right, wrong, self._tolerance))
        note = self._example(cases, replies, wanted)
        return Verdict(self.id, tuple(rows), self.points, note)

    def _example(
        self,
        cases: Sequence[Case],
        replies: Sequence[Reply],
        wanted: Sequence[tuple[Array, ...]],
    ) -> str:
        """Return an input for which the function is wrong, and what it returns."""
        if self.answer == "number":
            return ""
        names = inspect.signature(self.reference).parameters
        for case, reply, right in zip(cases, replies, wanted, strict=True):
            for part, got, want in zip(self.parts, reply.parts, right, strict=True):
                if isinstance(got, np.ndarray) and not close(
                    got, want, self._tolerance
                ):
                    given = ", ".join(map(_assignment, names, case))
                    return f"For example {given}: your {part} is {inline(got)}."
        return ""

    def _right(self, case: Case) -> tuple[Array, ...]:
        parts = split(self.reference(*case), len(self.parts))
        arrays = tuple(part for part in parts if isinstance(part, np.ndarray))
        if len(arrays) < len(parts):
            raise ExerciseError(f"{self.id}: the reference gives {parts}.")
        return arrays

    def _parts(self, function: Function, case: Case) -> tuple[Part, ...]:
        """Return what one of our own functions gives, None where it gives nothing."""
        try:
            with np.errstate(all="ignore"):
                return split(function(*case), len(self.parts))
        except (ValueError, ArithmeticError):
            return (None,) * len(self.parts)

    def _alike(self, cases: Sequence[Case]) -> str:
        """Return the names of two answers that these cases cannot tell apart."""
        functions = {name: wrong for name, (_, wrong) in self.mistakes.items()}
        answers = {
            name: [self._parts(function, case) for case in cases]
            for name, function in {"the reference": self.reference, **functions}.items()
        }
        # Ten times the tolerance: what is told apart here is told apart with typed,
        # rounded numbers as well.
        room = 10 * self._tolerance
        for first, second in combinations(answers, 2):
            pairs = zip(answers[first], answers[second], strict=True)
            if all(all_close(parts, others, room) for parts, others in pairs):
                return f"{first} and {second}"
        return ""

    @property
    def _tolerance(self) -> float:
        if self.tolerance is not None:
            return self.tolerance
        return _FUNCTION_TOLERANCE if self.answer == "function" else _NUMBER_TOLERANCE


def exercise(id: str) -> Exercise:
    """Return an exercise by its id.

    Raises:
        ExerciseError: There is no such exercise.

    Example:
        >>> exercise("a1-q1").points
        3.0
    """
    exercises = all_exercises()
    if id not in exercises:
        near = [name for name in exercises if name.split("-")[0] == id.split("-")[0]]
        raise ExerciseError(
            f"there is no exercise {id!r}; there are {', '.join(near or exercises)}."
        )
    return exercises[id]


@cache
def all_exercises(registry: Path | None = None) -> Mapping[str, Exercise]:
    """Return all exercises by id: those of the bank, then those of a private file.

    Args:
        registry: A Python file with a tuple `EXERCISES`; where an id is in the bank
            too, the private exercise takes its place.

    Raises:
        ExerciseError: An id is used twice, or the file cannot be run, or it has no
            `EXERCISES`.
        TableError: There is no such file, or it is no text.
    """
    from backprop_lab.coursework import bank

    names = sorted(module.name for module in pkgutil.iter_modules(bank.__path__))
    modules = [importlib.import_module(f"{bank.__name__}.{name}") for name in names]
    found: dict[str, Exercise] = {}
    for module in modules:
        for entry in module.EXERCISES:
            if entry.id in found:
                raise ExerciseError(f"two exercises have the id {entry.id!r}.")
            found[entry.id] = entry
    if registry:
        found |= {entry.id: entry for entry in _private(registry)}
    return found


def _private(path: Path) -> tuple[Exercise, ...]:
    defined: dict[str, object] = {"__name__": path.stem, "__file__": str(path)}
    text = read_text(path)
    try:
        exec(compile(text, path, "exec"), defined)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise ExerciseError(f"{path} cannot be run. {problem}.") from error
    exercises = defined.get("EXERCISES")
    if not isinstance(exercises, tuple | list) or not all(
        isinstance(entry, Exercise) for entry in exercises
    ):
        raise ExerciseError(f"{path} defines no EXERCISES = (Exercise(…), …).")
    return tuple(exercises)


def _assignment(name: str, value: object) -> str:
    try:
        return f"{name} = {inline(np.asarray(value, dtype=np.float64))}"
    except (TypeError, ValueError):
        return f"{name} = {value!r}"
