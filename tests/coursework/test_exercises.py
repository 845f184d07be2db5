import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.coursework.exercises import (
    Exercise,
    all_exercises,
    exercise,
)
from backprop_lab.errors import ExerciseError

EXERCISES = list(all_exercises().values())
each = pytest.mark.parametrize("entry", EXERCISES, ids=lambda entry: entry.id)
SEEDS = range(10)


def replayed(entry, function, student):
    """Answer an exercise with a function of its arguments, as a learner would."""
    if entry.answer == "function":
        return function
    return function(*entry.numbers(student))


@pytest.mark.slow
@each
def test_the_reference_is_right_for_every_student(entry):
    for seed in SEEDS:
        answer = replayed(entry, entry.reference, f"s{seed}")
        assert entry.check(answer, f"s{seed}").outcome == "right"


@pytest.mark.slow
@each
def test_every_known_mistake_is_wrong_and_named_for_every_student(entry):
    for name, (hint, wrong) in entry.mistakes.items():
        for seed in SEEDS:
            verdict = entry.check(replayed(entry, wrong, f"s{seed}"), f"s{seed}")
            assert verdict.outcome == "wrong"
            assert verdict.score < entry.points
            assert name in verdict.mistakes
            assert hint.rstrip(".") in verdict.summary


def tape_of(function, *values, seed=None):
    inputs = [bp.variable(value) for value in values]
    tape = bp.record(function(*inputs), seed=seed)
    return [tape.gradient(node) for node in inputs]


def neuron(w, b, x, y):
    return bp.squared_error(y, bp.sigmoid(w * x + b))


def network(W1, b1, W2, b2, x, y):
    return bp.squared_error(y, bp.sigmoid(W2 @ bp.sigmoid(W1 @ x + b1) + b2))


def diamond(a, b):
    c, d = a + b, a * b
    return (c + d) + c * d


ENGINE = {
    "a1-q1": lambda x, y, w: tape_of(lambda x, y, w: (x + y) * w, x, y, w),
    "a1-q2": lambda x, u: tape_of(lambda x: bp.sin(x**2), x, seed=u),
    "a1-q3": lambda a, b: tape_of(diamond, a, b),
    "a1-q4": lambda x, y: tape_of(lambda x, y: x**2 * y + x, x, y),
    "a2-q2": lambda x, w, b, y: tape_of(lambda w, b: neuron(w, b, x, y), w, b),
    "a2-q4": lambda x, w, b, y: tape_of(lambda w, b: neuron(w, b, x, y), w, b),
    "a3-q1": lambda X, W, u: tape_of(lambda W, X: X @ W, W, X, seed=u),
    "a3-q2": lambda u: tape_of(lambda b: bp.constant(0 * u) + b, u[0], seed=u),
    "a3-q3": lambda X, s, c, u: tape_of(lambda s, c: s * X + c, s, c, seed=u),
    "a3-q4": lambda x, d: tape_of(lambda W: W @ x, np.eye(2), seed=d),
    "a4-q2": lambda x, y, *ws: tape_of(lambda *ws: network(*ws, x, y), *ws),
    "a4-q5": lambda x, y, v, w: tape_of(
        lambda v: bp.squared_error(y, bp.sigmoid(w * bp.sigmoid(v * x))), v
    ),
}


@pytest.mark.parametrize("id", ENGINE)
def test_the_references_agree_with_the_engine(id):
    entry = exercise(id)
    for case in entry.draw("ada"):
        wanted = entry.reference(*case)
        wanted = (wanted,) if len(entry.parts) == 1 else wanted
        for got, want in zip(ENGINE[id](*case), wanted, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


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


def test_parts_that_are_wrong_in_the_same_way_are_named_together():
    verdict = exercise("a1-q3").check(lambda a, b: (1, 1))
    assert verdict.summary == (
        "wrong: dL/da, dL/db overwrote instead of accumulating: each of a, b, c, d is "
        "used twice: add the contributions (+=, not =)"
    )


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


OWN = """# é
from backprop_lab.coursework import Exercise
EXERCISES = [Exercise("b1-q1", "", lambda r: (1.0,), lambda x: x, {}, name="f")]
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_of_ones_own_is_read_whatever_saved_it(tmp_path, encoding):
    path = tmp_path / "mine.py"
    path.write_bytes(OWN.replace("\n", "\r\n").encode(encoding))
    assert all_exercises(path)["b1-q1"].name == "f"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EXERCISES = (", r"mine.py cannot be run. SyntaxError: .* line 1"),
        ("import nothing_here", "ModuleNotFoundError: No module named 'nothing_here'"),
        ("", r"defines no EXERCISES = \(Exercise"),
        ("EXERCISES = 5", r"defines no EXERCISES = \(Exercise"),
        ("EXERCISES = ['b1-q1']", r"defines no EXERCISES = \(Exercise"),
    ],
)
def test_what_is_wrong_with_a_file_of_ones_own_is_said(tmp_path, text, said):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(ExerciseError, match=said):
        all_exercises(path)
