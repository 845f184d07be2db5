import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.sentences import state
from backprop_lab.lessons import wrong_orders
from backprop_lab.picture.composing import picture_of

ORDERS = (
    wrong_orders.overwriting,
    wrong_orders.naive_recursion,
    wrong_orders.visiting_once,
)
each_order = pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.__name__)


def diamond(a=2.0, b=3.0):
    """Return the graph of karpathy/micrograd#68 and its two inputs."""
    a, b = bp.variable(a, "a"), bp.variable(b, "b")
    c = a + b
    d = a * b
    s = c + d
    p = c * d
    y = s + p
    return y, a, b


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (bp.record, (25, 19)),
        (wrong_orders.overwriting, (1, 1)),
        (wrong_orders.naive_recursion, (29, 22)),
        (wrong_orders.visiting_once, (4, 3)),
    ],
)
def test_each_wrong_order_gives_the_numbers_it_is_known_for(order, expected):
    y, a, b = diamond()
    tape = order(y)
    assert (tape.gradient(a), tape.gradient(b)) == expected


@each_order
def test_a_tree_has_no_wrong_order(order):
    w, x, b = bp.variable(0.5), bp.variable(2.0), bp.variable(-1.0)
    L = bp.squared_error(bp.sigmoid(w * x + b), 1.0)
    right, wrong = bp.record(L), order(L)
    assert all(wrong.gradient(node) == right.gradient(node) for node in (w, x, b))
    assert wrong_orders.parting(wrong) is None


@pytest.mark.parametrize("order", ORDERS[1:], ids=lambda order: order.__name__)
def test_the_popular_examples_expose_no_wrong_order(order):
    a, b = bp.variable(-2.0), bp.variable(3.0)
    for output in (a + a, (a * b) * (a + b), (a + b) * (b + 1)):
        assert wrong_orders.parting(order(output)) is None


@each_order
def test_every_step_of_a_wrong_pass_applies_the_table(order):
    y, *_ = diamond()
    for step in order(y).backward[1:]:
        assert step.contribution == step.upstream * step.local


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_passes_that_never_part_give_the_right_gradients(a, b):
    y, *_ = diamond(a, b)
    right = bp.record(y)
    for order in ORDERS:
        wrong = order(y)
        gradients = [
            (wrong.gradient(node), right.gradient(node)) for node in right.gradients
        ]
        if wrong_orders.parting(wrong) is None:
            assert all(np.isclose(got, want, rtol=1e-6) for got, want in gradients)


def test_a_right_tape_parts_from_itself_nowhere():
    y, *_ = diamond()
    assert wrong_orders.parting(bp.record(y)) is None


@pytest.mark.parametrize(
    ("order", "title", "sentence"),
    [
        (
            wrong_orders.overwriting,
            "s sends to c",
            "s sends 1 to c, which forgets the 6 that it held.",
        ),
        (
            wrong_orders.naive_recursion,
            "c sends to a",
            "c passes on 1 when 1 of 2 contributions are in; with all of them it is 7.",
        ),
        (
            wrong_orders.visiting_once,
            "c sends to a",
            "c passes on 1 when 1 of 2 contributions are in; with all of them it is 7.",
        ),
    ],
)
def test_the_parting_is_the_first_wrong_step_of_the_stepper(order, title, sentence):
    wrong = order(diamond()[0])
    found = wrong_orders.parting(wrong)
    assert found.sentence == sentence
    assert picture_of(wrong).steps[found.step].wording.title == title


def test_an_edge_that_is_walked_twice_is_wrong_even_if_all_it_carries_is_right():
    # d = 0, so p sends c nothing; then c sends its gradient of 1 a second time.
    found = wrong_orders.parting(wrong_orders.naive_recursion(diamond(0.0, 0.0)[0]))
    assert found.sentence == "c sends to a again."


def test_more_contributions_than_edges_are_called_too_many():
    wrong = wrong_orders.naive_recursion(diamond()[0])
    states = [state(step) for step in wrong.backward if step.operand.name == "a"]
    assert states[-1].startswith("too many (")
    assert states[0] == "wrong (1 of 2)"


def test_side_by_side_marks_what_is_wrong():
    y, *_ = diamond()
    text = str(wrong_orders.side_by_side(y))
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines()[2:9]]
    assert rows[-1] == ["∂y/∂a", "25", "1 ✗", "29 ✗", "4 ✗"]
    assert rows[-3] == ["∂y/∂c", "7", "1 ✗", "7", "7"]
    assert rows[0] == ["∂y/∂y", "1", "1", "1", "1"]
    assert "visit once parts at step 11" in text


def test_an_edge_that_is_walked_twice_shows_both_contributions():
    picture = picture_of(wrong_orders.naive_recursion(diamond()[0]))
    a, c = (
        next(i for i, card in enumerate(picture.cards) if card.name == name)
        for name in "ac"
    )
    arrow = next(x for x in picture.arrows if (x.operand, x.consumer) == (a, c))
    assert [text for _, text in arrow.contribution[0][0].changes] == ["", "1", "7"]
    states = [state for _, state in arrow.state.changes]
    assert states == ["idle", "carrying", "done", "carrying", "done"]
    assert picture.cards[a].arrivals.texts[-1] == "4 of 2 in, wrong"


def test_gradients_that_stay_on_all_nodes_more_than_double():
    y, a, b = diamond()
    first = bp.record(y)
    again = wrong_orders.backward_again(first)
    assert (again.gradient(a), again.gradient(b)) == (100, 76)
    assert wrong_orders.parting(again).sentence == (
        "s still holds 1 from an earlier pass."
    )


def test_zeroing_only_the_inputs_is_not_enough():
    y, a, b = diamond()
    again = wrong_orders.backward_again(bp.record(y), zeroed=(a, b))
    assert (again.gradient(a), again.gradient(b)) == (75, 57)


def test_gradients_that_stay_on_the_inputs_alone_double():
    y, a, b = diamond()
    first = bp.record(y)
    computed = [node for node in first.graph.nodes if node.operation]
    again = wrong_orders.backward_again(first, zeroed=computed)
    assert (again.gradient(a), again.gradient(b)) == (50, 38)


def test_zeroing_everything_gives_the_right_gradients_again():
    first = bp.record(diamond()[0])
    again = wrong_orders.backward_again(first, zeroed=first.graph.nodes)
    assert again.gradients == first.gradients


@each_order
def test_beside_a_wrong_pass_no_code_is_shown(order):
    y, *_ = diamond()
    assert bp.Stepper(y).code
    assert not bp.Stepper(order(y)).code


def test_a_wrong_tape_says_what_is_wrong_with_it():
    y, *_ = diamond()
    assert repr(wrong_orders.overwriting(y)).startswith("Tape of y (overwrite): ")
    assert repr(bp.record(y)).startswith("Tape of y: ")


@each_order
def test_a_constant_output_has_no_backward_pass(order):
    assert order(bp.constant(2.0) * 3).backward == ()
