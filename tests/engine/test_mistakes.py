"""The table of mistakes: known wrong numbers, and passes that never certify them."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.graph import Edge
from backprop_lab.engine.mistakes import MISTAKES
from backprop_lab.engine.sentences import state, word
from backprop_lab.engine.tape import record_graph
from backprop_lab.picture.cards import PADDING, card_plan
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.measures import SMALL_SIZE, text_width

each_mistake = pytest.mark.parametrize("name", MISTAKES)


def diamond(a=2.0, b=3.0):
    """Return the graph of karpathy/micrograd#68 and its two inputs."""
    a, b = bp.variable(a, "a"), bp.variable(b, "b")
    c = a + b
    d = a * b
    s = c + d
    p = c * d
    return s + p, a, b


def batch():
    """Return a loss in which most mistakes have a place."""
    X = bp.constant([[1.0, 2.0], [3.0, 4.0], [5.0, -1.0]], "X")
    W = bp.variable([[0.3, -0.2], [0.5, 0.1]], "W")
    V = bp.variable([[0.7, 0.4], [-0.6, 0.2]], "V")
    b = bp.variable([0.1, 0.2], "b")
    h = bp.tanh(X @ W + b)
    o = bp.sigmoid(h @ V + b) * h
    return bp.mean((bp.sin(o) - 0.5) ** 3) + bp.total(bp.exp(h) * b)


# In karpathy/micrograd#68: 25 and 19 are right; 29 and 22, 1 and 1, 4 and 3 are known.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", (25, 19)),
        ("overwrite", (1, 1)),
        ("naive recursion", (29, 22)),
        ("visit once", (4, 3)),
        ("forgotten seed", (0, 0)),
        ("not zeroed", (100, 76)),
        # d sends 3 and 2, c sends 1: the local derivatives alone.
        ("upstream forgotten", (4, 3)),
    ],
)
def test_each_mistake_gives_the_numbers_it_is_known_for(name, expected):
    y, a, b = diamond()
    tape = bp.record(y, mistake=name)
    assert (tape.gradient(a), tape.gradient(b)) == expected
    assert tape.mistake == name


def test_who_passes_on_by_first_arrival_is_early_where_paths_differ_in_length():
    x = bp.variable(3.0, "x")
    c = x * 2.0
    y = c + bp.exp(c * 0.0) * c  # c is reached at once, and again three edges later.
    tape = bp.record(y, mistake="first arrival")
    assert tape.gradient(c) == 2.0
    assert tape.gradient(x) == 2.0  # Of 4: only the first arrival was passed on.


@pytest.mark.parametrize("weight_first", [True, False])
def test_a_weight_that_is_updated_too_early_is_used_further_down(weight_first):
    x, w = bp.variable(2.0, "x"), bp.variable(3.0, "w")
    h = x * 5.0
    tape = bp.record(w * h if weight_first else h * w, mistake="stale weights")
    assert tape.gradient(w) == 10.0
    assert tape.gradient(h) == 3.0 - 0.5 * 10.0


def test_an_edge_that_is_walked_again_is_wrong_even_if_it_carries_nothing():
    x = bp.variable(1.0, "x")
    c = x * 0.0
    steps = bp.record(bp.exp(c) + c, mistake="naive recursion").backward
    to_x = [step for step in steps if step.operand is x]
    assert [(float(step.after), step.is_wrong) for step in to_x][-1] == (0.0, True)


def slope_of(function, at, mistake):
    x = bp.variable(at, "x")
    return float(bp.record(function(x), mistake=mistake).gradient(x))


@pytest.mark.parametrize(
    ("function", "at", "mistake", "expected"),
    [
        (bp.sin, 0.7, "at the result", math.cos(math.sin(0.7))),
        (bp.cos, 0.7, "sign dropped", math.sin(0.7)),
        (bp.log, 3.0, "at the result", 1 / math.log(3.0)),
        (bp.exp, 0.7, "at the operand", 0.7),
        (bp.sigmoid, 0.7, "at the operand", 0.7 * 0.3),
        (bp.tanh, 0.7, "exponent dropped", 1 - math.tanh(0.7)),
        (bp.sqrt, 9.0, "factor dropped", 1 / 3),
        (lambda x: x**3, 2.0, "factor dropped", 4.0),
        (lambda x: x**3, 2.0, "exponent dropped", 6.0),
        (lambda x: 5.0 / x, 2.0, "sign dropped", 1.25),
        (lambda x: 5.0 * x, 2.0, "operand itself", 2.0),
        (lambda x: 5.0 * x, 2.0, "added", 6.0),
        (lambda x: 5.0 * x, 2.0, "local forgotten", 1.0),
    ],
)
def test_a_mistake_at_an_edge_applies_its_wrong_rule(function, at, mistake, expected):
    assert slope_of(function, at, mistake) == pytest.approx(expected, rel=1e-12)


def test_the_transpose_of_a_matrix_product_can_be_forgotten_or_on_the_wrong_side():
    x, W = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[7.0, 11.0], [13.0, 17.0]])
    g = np.array([[1.0, -2.0], [0.5, 4.0]])
    X, V = bp.variable(x, "X"), bp.variable(W, "W")
    missing = bp.record(X @ V, g, mistake="transpose missing")
    assert np.array_equal(missing.gradient(X), g @ W)
    assert np.array_equal(missing.gradient(V), x @ g)
    swapped = bp.record(X @ V, g, mistake="wrong side")
    assert np.array_equal(swapped.gradient(X), W.T @ g)
    assert np.array_equal(swapped.gradient(V), g @ x.T)


def test_the_gradient_of_a_bias_is_averaged_or_that_of_one_example():
    d = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]])
    b = bp.variable([0.5, 0.5], "b")
    L = bp.total((d + b) * d)  # The gradient at each use of b is d.
    assert bp.record(L).gradient(b).tolist() == [9.0, 15.0]
    one = bp.record(L, mistake="broadcast not summed")
    assert one.gradient(b).tolist() == [1.0, 2.0]
    averaged = bp.record((b + d), d, mistake="mean for sum")
    assert averaged.gradient(b).tolist() == [3.0, 5.0]


def test_sum_and_mean_are_taken_for_one_another():
    x = bp.variable([1.0, 2.0, 4.0], "x")
    as_sum = bp.record(bp.mean(x), mistake="sum for mean")
    as_mean = bp.record(bp.total(x), mistake="mean for sum")
    assert as_sum.gradient(x).tolist() == [1.0, 1.0, 1.0]
    assert as_mean.gradient(x) == pytest.approx(1 / 3)


@given(st.floats(-3, 3), st.floats(-3, 3), st.sampled_from(sorted(MISTAKES)))
def test_what_comes_out_wrong_is_never_called_complete(a, b, name):
    y, *_ = diamond(a, b)
    right, wrong = bp.record(y), record_graph(bp.Graph.of(y), None, MISTAKES[name])
    last = {step.operand: step for step in wrong.backward}
    for node, gradient in right.gradients.items():
        if not np.allclose(wrong.gradients[node], gradient, rtol=1e-6, atol=1e-300):
            assert last[node].is_wrong
            assert not last[node].is_complete
            assert "complete" not in state(last[node])


@each_mistake
def test_a_mistake_shows_in_some_graph_and_its_steps_can_be_told(name):
    graphs = [batch(), diamond()[0], -bp.variable(2.0) * bp.log(bp.variable(3.0))]
    x = bp.variable(3.0, "x")
    c = x * 2.0
    graphs += [c + bp.exp(c) * c, bp.variable([[1.0, 2.0], [3.0, 4.0]]).T @ [3.0, 1.0]]
    shown = []
    for output in graphs:
        seed = np.arange(output.value.size).reshape(output.shape) + 1.0
        try:
            shown.append(bp.record(output, seed, mistake=name))
        except bp.InputError as refusal:
            assert name in str(refusal)
    assert shown
    for tape in shown:
        assert all(word(tape.graph, step).sentence for step in tape.steps)
        assert "wrong" in str(tape) or "too many" in str(tape)
        assert "<svg" in bp.draw(tape).svg


def test_errors_that_cancel_do_not_make_a_gradient_right():
    # Added instead of multiplied, 13 + 12 happens to be 25.
    y, a, _ = diamond()
    tape = bp.record(y, mistake="added")
    assert tape.gradient(a) == bp.record(y).gradient(a)
    last = [step for step in tape.backward if step.operand is a][-1]
    assert state(last) == "wrong (2 of 2)"


def test_what_is_lost_is_named_where_it_was():
    y, *_ = diamond()
    tape = bp.record(y, mistake="overwrite")
    lost = [step for step in tape.backward if step.lost is not None]
    assert [(step.operand.name, step.lost) for step in lost[:2]] == [("c", 6), ("d", 5)]
    assert state(lost[0]) == "wrong (2 of 2, 6 lost)"
    picture = picture_of(tape)
    (c,) = (card for card in picture.cards if card.name == "c")
    assert c.arrivals.texts[-1] == "2 of 2 in, 6 lost"
    states = [state for _, state in c.state.changes]
    assert states == ["waiting", "computed", "receiving", "wrong"]
    sent = [a.contribution[0][0].texts[-1] for a in picture.arrows if a.contribution]
    assert "6" in sent  # Every arrival stays on its arrow.


def test_a_card_has_room_for_what_is_lost():
    tape = bp.record(diamond(2.12345, 3.45678)[0], mistake="overwrite")
    for card in picture_of(tape).cards:
        room = card_plan(card).box.width - 2 * PADDING
        texts = card.arrivals.texts if card.arrivals else []
        assert all(text_width(text, SMALL_SIZE) <= room for text in texts)


def test_a_card_with_one_consumer_says_in_words_that_it_is_wrong():
    x = bp.variable(2.0, "x")
    picture = picture_of(bp.record(x * 5.0, mistake="operand itself"))
    card = picture.cards[0]
    assert card.arrivals.texts == ("0 of 1 in", "1 of 1 in, wrong")
    assert picture_of(bp.record(x * 5.0)).cards[0].arrivals is None


def test_a_closed_group_does_not_count_what_is_wrong_among_its_gradients():
    with bp.group("inner"):
        x = bp.variable(2.0, "x")
        y = x * x
    tape = bp.record(y * 1.0, mistake="overwrite")
    (card,) = (c for c in picture_of(tape, [("inner",)]).cards if c.kind == "group")
    assert card.state.changes[-1][1] == "wrong"
    assert card.gradient[0][0].texts[-1] == "1 of 2"


def test_the_wrong_rule_is_what_the_step_and_the_arrow_show():
    x, w = bp.variable(2.0, "x"), bp.variable(5.0, "w")
    tape = bp.record(x * w, mistake="operand itself")
    words = word(tape.graph, tape.backward[1])
    assert words.numbers == "∂(x·w)/∂x = 1 × 2 = 2"
    added = bp.record(x * w, mistake="added")
    assert word(added.graph, added.backward[1]).symbols == (
        "∂(x·w)/∂x = ∂(x·w)/∂(x·w) + w"
    )


@pytest.mark.parametrize(
    ("output", "mistake", "words"),
    [
        (lambda x: x + 1.0, "overwrite", "used more than once"),
        (lambda x: x * x, "visit once", "a computed value"),
        (lambda x: x * 5.0, "transpose missing", "square matrix"),
        (lambda x: x + 1.0, "local forgotten", "gives the right numbers"),
        (lambda x: x**2, "exponent dropped", "Take other values"),
        (lambda x: bp.constant(2.0) * 3.0, "forgotten seed", "does not show"),
        (lambda x: x * x, "overwriting", "Did you mean 'overwrite'?"),
        (lambda x: x * x, "bogus", "The table has overwrite"),
        (lambda x: x * x, 3, "The table has overwrite"),
    ],
)
def test_what_cannot_show_is_refused_with_the_reason(output, mistake, words):
    with pytest.raises(bp.InputError, match="mistake") as refusal:
        bp.record(output(bp.variable(3.0, "x")), mistake=mistake)
    assert words in str(refusal.value)


def test_naive_recursion_stops_before_it_explodes():
    y = bp.variable(1.0, "x")
    for _ in range(40):
        y = y + y
    with pytest.raises(bp.InputError, match="every path"):
        bp.record(y, mistake="naive recursion")


def test_a_deep_graph_can_be_walked_wrongly():
    x = bp.variable(1.0, "x")
    c = x * 2.0
    y = c * c
    for _ in range(2000):
        y = y + 1.0
    assert bp.record(y, mistake="visit once").gradient(x) == 4.0


def test_a_wrong_tape_survives_pickling():
    y, *_ = diamond()
    tape = pickle.loads(pickle.dumps(bp.record(y, mistake="added")))
    assert tape.mistake == "added"
    assert any(step.is_wrong for step in tape.backward)


def test_a_row_is_wrong_in_one_rule_only():
    y = bp.variable(3.0, "x") / bp.variable(2.0, "y")
    wrong = MISTAKES["sign dropped"].row(Edge(y, 1, y.operands[1]))
    assert wrong.rules[0] == y.operation.rules[0]
    assert wrong.rules[1] != y.operation.rules[1]


def test_the_table_names_and_tells_each_mistake_once():
    assert len({m.sentence for m in MISTAKES.values()}) == len(MISTAKES)
    assert all(m.sentence.endswith(".") for m in MISTAKES.values())
    assert not any(m.needs.endswith(".") for m in MISTAKES.values())
