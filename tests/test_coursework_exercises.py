import numpy as np
import pytest

from backprop_lab.coursework.exercises import (
    Exercise,
    ExerciseError,
    all_exercises,
    exercise,
)

EXERCISES = list(all_exercises().values())
each = pytest.mark.parametrize("entry", EXERCISES, ids=lambda entry: entry.id)
SEEDS = range(25)


def replayed(entry, function, student):
    """Answer an exercise with a function of its arguments, as a learner would."""
    if entry.answer == "function":
        return function
    return function(*entry.numbers(student))


@each
def test_the_reference_is_right_for_every_student(entry):
    for seed in SEEDS:
        answer = replayed(entry, entry.reference, f"s{seed}")
        assert entry.check(answer, f"s{seed}").outcome == "right"


@each
def test_every_known_mistake_is_wrong_and_named_for_every_student(entry):
    for name, (hint, wrong) in entry.mistakes.items():
        for seed in SEEDS:
            verdict = entry.check(replayed(entry, wrong, f"s{seed}"), f"s{seed}")
            assert verdict.outcome == "wrong"
            assert verdict.score < entry.points
            assert name in verdict.mistakes
            assert hint in verdict.summary


@each
def test_an_untouched_stub_is_not_attempted_and_earns_nothing(entry):
    def stub(*arguments):
        """Do nothing."""

    for answer in (None, ..., stub if entry.answer == "function" else None):
        verdict = entry.check(answer)
        assert verdict.outcome == "not attempted"
        assert verdict.score == 0


@each
def test_an_exercise_has_a_hint_and_a_known_mistake(entry):
    assert entry.mistakes
    assert entry.hint(1).startswith("Hint 1 of")


def test_numbers_are_the_same_for_one_student_and_differ_for_another():
    entry = square()
    assert entry.numbers("ada") == entry.numbers("ada")
    assert entry.numbers("ada") != entry.numbers("bob")
    assert entry.numbers("ada") != entry.numbers("ada", edition="2027")


def square(**changes):
    settings = {
        "cases": lambda random: (float(random.uniform(1, 2)),),
        "reference": lambda x: 2 * x,
        "mistakes": {"forgot the 2": ("the exponent", lambda x: x)},
        "answer": "number",
    } | changes
    return Exercise("t-square", "The derivative of x².", **settings)


def test_mistakes_that_no_case_tells_apart_are_refused():
    twin = {"first": ("", lambda x: x), "second": ("", lambda x: 1 * x)}
    with pytest.raises(ExerciseError, match="first and second always give the same"):
        square(mistakes=twin).draw("ada")


def test_a_mistake_in_one_part_is_named_and_the_other_part_earns_its_share():
    entry = exercise("a1-q1")
    verdict = entry.check(lambda x, y, w: (w, w, w))
    assert [row.outcome for row in verdict.rows] == ["right", "right", "wrong"]
    assert verdict.mistakes == ("mixed up the factors of the product",)
    assert verdict.score == pytest.approx(entry.points * 2 / 3)


def test_a_result_where_a_function_was_asked_for_is_explained():
    verdict = exercise("a1-q1").check(3.0)
    assert "without calling it" in verdict.summary


def test_an_unknown_exercise_names_its_neighbours():
    with pytest.raises(ExerciseError, match=r"no exercise 'a1-q99'; .*a1-q1"):
        exercise("a1-q99")


def test_a_private_file_adds_exercises_and_replaces_them(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from backprop_lab.coursework import Exercise\n"
        "EXERCISES = (Exercise('a1-q1', 'mine', lambda r: (r.rand(),), lambda x: x),)\n"
    )
    assert all_exercises(file)["a1-q1"].prompt == "mine"
    assert exercise("a1-q1").prompt != "mine"


def test_typed_numbers_may_be_rounded_to_three_decimals():
    entry = square()
    (x,) = entry.numbers("ada")
    assert entry.check(round(2 * x, 3), "ada").outcome == "right"
    assert entry.check(2 * x + 0.02, "ada").outcome == "wrong"
    assert np.ndim(x) == 0
