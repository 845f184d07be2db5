import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.sentences import (
    Wording,
    gradient_name,
    local_formula,
    state,
    word,
)


def words_of(tape):
    return [word(tape.graph, step) for step in tape.steps]


def sentences_of(tape):
    return [words.sentence for words in words_of(tape)]


def test_the_sentences_of_a_product():
    w, x, y = bp.variable(3.0), bp.constant(-2.0), bp.variable(1.0)
    L = w * x + y
    assert sentences_of(bp.record(L)) == [
        "w is an input: w = 3.",
        "x is a constant: x = −2.",
        "y is an input: y = 1.",
        "w·x = 3 × (−2) = −6.",
        "L = w·x + y = −6 + 1 = −5.",
        "The backward pass starts at L: ∂L/∂L = 1, because L changes exactly as much "
        "as itself.",
        "L sends w·x its contribution: upstream × local = 1 × 1 = 1. "
        "∂L/∂(w·x) = 1, complete (1 of 1).",
        "L sends y its contribution: upstream × local = 1 × 1 = 1. "
        "∂L/∂y = 1, complete (1 of 1).",
        "w·x sends w its contribution: upstream × local = 1 × (−2) = −2. "
        "∂L/∂w = −2, complete (1 of 1).",
    ]


def test_a_second_contribution_is_added_to_the_first():
    x = bp.variable(-3.0)
    L = x * x
    assert words_of(bp.record(L))[-1] == Wording(
        title="L sends to x",
        symbols="∂L/∂x += ∂L/∂L × x",
        numbers="∂L/∂x = −3 + 1 × (−3) = −6",
        sentence="L sends x its contribution: upstream × local = 1 × (−3) = −3. "
        "∂L/∂x = −3 + (−3) = −6, complete (2 of 2).",
    )


def test_a_matrix_product_is_told_by_its_rule():
    W, x = bp.variable([[1.0, 2.0]]), bp.variable([3.0, 4.0])
    z = W @ x
    *_, to_w, to_x = words_of(bp.record(z))
    assert to_w.symbols == "∂z/∂W = ∂z/∂z xᵀ"
    assert to_w.numbers == "∂z/∂W = [[3, 4]]"
    assert to_x.symbols == "∂z/∂x = Wᵀ ∂z/∂z"


def test_a_contribution_that_is_summed_says_so():
    v, b = bp.variable([1.0, 2.0]), bp.variable(3.0)
    z = bp.record(v + b, seed=[1.0, 1.0])
    assert sentences_of(z)[-1].startswith(
        "v + b sends b its contribution: upstream × local = [1, 1] × [1, 1] = 2, "
        "summed to its shape (a number)."
    )


def test_a_seed_that_was_given_is_not_explained_as_one():
    v = bp.variable([1.0, 2.0])
    tape = bp.record(v, seed=[1.0, 10.0])
    assert sentences_of(tape)[-1] == (
        "The backward pass starts at v: ∂v/∂v = [1, 10], the seed that was given."
    )
    x = bp.variable(3.0)
    assert sentences_of(bp.record(x, seed=2.0))[-1].endswith("the seed that was given.")


@pytest.mark.parametrize(
    ("function", "value"), [(bp.log, 0.0), (bp.log, -1.0), (bp.exp, 1000.0)]
)
def test_a_value_that_is_not_finite_is_said_to_be_so(function, value):
    x = bp.variable(value)
    L = function(x)
    assert sentences_of(bp.record(L))[1].endswith("This is not finite.")


def test_a_finite_value_is_not_said_to_be_infinite():
    x = bp.variable(2.0)
    assert not any("finite" in s for s in sentences_of(bp.record(x * x)))


def test_gradients_and_local_derivatives_have_names():
    w, x = bp.variable(2.0), bp.variable(3.0)
    q = w * x
    L = bp.tanh(q + 1)
    tape = bp.record(L)
    graph = tape.graph
    (inner,) = L.operands
    assert gradient_name(graph, w) == "∂L/∂w"
    assert gradient_name(graph, inner) == "∂L/∂(q + 1)"
    assert local_formula(graph, tape.backward[3]).text == "x"
    assert local_formula(graph, tape.backward[1]).text == "1 − L²"


def test_a_power_of_a_literal_shows_the_exponent_worked_out():
    x = bp.variable(-3.0)
    L = x**3
    tape = bp.record(L)
    assert tape.graph.formula(L) == "x³"
    assert local_formula(tape.graph, tape.backward[1]).text == "3·x²"
    assert words_of(tape)[1].numbers == "L = (−3)³ = −27"


@pytest.mark.parametrize("arrived", [1, 2])
def test_a_state_counts_the_contributions(arrived):
    x = bp.variable(3.0)
    step = bp.record(x + x).backward[arrived]
    kind = {1: "partial", 2: "complete"}[arrived]
    assert state(step) == f"{kind} ({arrived} of 2)"


def test_numbers_are_put_in_only_where_they_stay_readable():
    v = bp.variable(np.arange(10.0))
    s = bp.total(v)
    assert words_of(bp.record(s))[1] == Wording(
        "s is computed", "s = Σ v", "s = 45", "s = Σ v = 45."
    )


def test_every_text_is_on_one_line():
    x = bp.variable([[1.0, 2.0]] * 2, "several\nlines")
    for words in words_of(bp.record(bp.total(x[np.array([0, 1, 0])] @ x.T))):
        assert "\n" not in "".join(vars(words).values())


def forward_words(output):
    """Return the words about the step in which an output is computed."""
    tape = bp.record(output, seed=np.ones(output.shape))
    return word(tape.graph, tape.forward[-1])


def test_a_column_minus_a_row_is_said_to_be_stretched():
    y_hat = bp.variable([[1.0], [2.0], [3.0]], "y_hat")
    y = bp.constant([1.0, 2.0, 3.0], "y")
    d = y_hat - y
    words = forward_words(d)
    assert words.title == "d is computed, stretched to 3 × 3"
    assert "stretches y_hat from (3, 1) and y from (3,) to (3, 3)" in words.sentence
    assert "every entry of one meets every entry of the other" in words.sentence
    assert "give both the same shape" in words.sentence
    assert words.title in str(bp.record(bp.total(d)))


@pytest.mark.parametrize(
    ("first", "second"),
    [((3,), (3,)), ((2, 3), (3,)), ((2, 3), ()), ((2, 1), (2, 3)), ((), ())],
)
def test_ordinary_broadcasting_is_not_pointed_out(first, second):
    d = bp.variable(np.ones(first)) - bp.variable(np.ones(second))
    assert "stretch" not in str(forward_words(d))
