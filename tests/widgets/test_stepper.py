"""The stepper's Python half: what it sends to the browser, and what it accepts."""

import json

import pytest

import backprop_lab as bp
from backprop_lab.lessons.wrong_orders import (
    naive_recursion,
    overwriting,
    visiting_once,
)
from backprop_lab.picture.composing import picture_of
from backprop_lab.widgets.stepper import Stepper
from tests import graphs


def test_the_traits_say_what_stands_where_at_each_step():
    stepper = Stepper(graphs.square())
    assert stepper.slots == [
        [[0, ""], [1, "3"]],  # x: value
        [[0, "not yet"], [4, "3"], [5, "6"]],  # x: gradient
        [[0, "0 of 2 in"], [4, "1 of 2 in"], [5, "2 of 2 in"]],
        [[0, ""], [2, "9"]],  # L: value
        [[0, "not yet"], [3, "1"]],  # L: gradient
        [[2, "x = 3"]],  # first arrow: local derivative
        [[0, ""], [4, "3"]],  # first arrow: contribution
        [[2, "x = 3"]],
        [[0, ""], [5, "3"]],
    ]
    assert stepper.states == [
        [[0, "waiting"], [1, "computed"], [4, "receiving"], [5, "complete"]],
        [[0, "waiting"], [2, "computed"], [3, "complete"]],
        [[0, "idle"], [4, "carrying"], [5, "done"]],
        [[0, "idle"], [5, "carrying"], [6, "done"]],
    ]
    assert stepper.received == [[4, 5], [3]]


def test_a_step_brings_its_texts_its_card_and_its_arrow():
    assert Stepper(graphs.square()).steps[5] == {
        "phase": "backward",
        "position": "Backward 3 of 3",
        "title": "L sends to x",
        "symbols": "∂L/∂x += ∂L/∂L × x",
        "numbers": "∂L/∂x = 3 + 1 × 3 = 6",
        "sentence": "L sends x its contribution: upstream × local = 1 × 3 = 3. "
        "∂L/∂x = 3 + 3 = 6, complete (2 of 2).",
        "card": 0,
        "arrow": 1,
    }


def test_the_line_of_code_belongs_to_the_step():
    stepper = Stepper(graphs.square())
    code = stepper.code.splitlines()
    assert len(stepper.lines) == len(stepper.steps)
    assert code[stepper.lines[2] - 1].strip().startswith("L = x * x")


def test_everything_that_is_sent_is_plain_json():
    stepper = Stepper(graphs.layer())
    state = {name: getattr(stepper, name) for name in stepper.keys if name[0] != "_"}
    del state["layout"], state["tabbable"], state["tooltip"]
    assert json.loads(json.dumps(state)) == state


def test_numbers_that_are_not_finite_are_sent_as_text():
    stepper = Stepper(bp.log(bp.variable(-1.0, "x")))
    sent = json.dumps([stepper.slots, stepper.steps], allow_nan=False)
    assert "NaN" in sent


def test_the_picture_it_sends_has_no_style_of_its_own_and_shows_the_start():
    svg = Stepper(graphs.square(), step=5).svg
    assert svg.startswith("<svg") and "<style" not in svg
    assert "not yet" in svg and ">6<" not in svg


@pytest.mark.parametrize(("asked", "step"), [(0, 0), (3, 3), (None, 5)])
def test_it_starts_at_the_step_that_is_asked_for(asked, step):
    assert Stepper(graphs.square(), step=asked).step == step


@pytest.mark.parametrize("step", [-1, 6])
def test_a_step_that_is_not_there_is_refused(step):
    with pytest.raises(bp.InputError, match=r"from 0, .* to 5"):
        Stepper(graphs.square(), step=step)
    stepper = Stepper(graphs.square(), step=2)
    with pytest.raises(bp.InputError, match=r"from 0, .* to 5"):
        stepper.step = step
    assert stepper.step == 2


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_that_is_no_speed_is_refused(speed):
    with pytest.raises(bp.InputError, match="in steps a second and above 0"):
        Stepper(graphs.square()).speed = speed


def test_the_sentence_and_the_still_follow_the_step():
    stepper = Stepper(graphs.square())
    stepper.step = 2
    assert stepper.sentence == "L = x·x = 3 × 3 = 9."
    assert stepper.still.svg == bp.draw(graphs.square(), step=2).svg


def test_it_is_printed_in_a_few_words():
    assert repr(Stepper(graphs.square(), step=2)) == (
        "Stepper of L. L = x·x = 3 × 3 = 9."
    )


def test_a_tape_with_a_seed_is_walked_like_any_other():
    v = bp.named(bp.variable([1.0, 2.0], "x") * 2, "v")
    stepper = Stepper(bp.record(v, seed=[1.0, 10.0]), step=None)
    assert stepper.sentence.endswith("= [2, 20], complete (1 of 1).")


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"engine": "neato"}, "no engine"), ({"direction": "RL"}, "no direction")],
)
def test_a_choice_that_is_none_is_explained(settings, said):
    with pytest.raises(bp.InputError, match=said):
        Stepper(graphs.square(), **settings)


@pytest.mark.parametrize("wrong", [3.0, None, "L"])
def test_only_nodes_and_tapes_can_be_stepped(wrong):
    with pytest.raises(bp.GraphError, match="not a node"):
        Stepper(wrong)


def test_names_come_from_the_variables_of_whoever_makes_it():
    first = bp.variable(2.0)
    product = first * first
    assert bp.Stepper(product).steps[-1]["title"] == "product sends to first"


def test_several_steppers_of_one_tape_do_not_share_their_step():
    tape = bp.record(graphs.square())
    one, other = Stepper(tape), Stepper(tape)
    one.step = 4
    assert other.step == 0 and one.svg == other.svg


def test_it_shows_what_the_picture_says():
    L = graphs.layer()
    stepper, picture = Stepper(L), picture_of(bp.record(L))
    assert [step["position"] for step in stepper.steps] == [
        moment.position for moment in picture.steps
    ]


@pytest.mark.parametrize("run", [naive_recursion, overwriting, visiting_once])
def test_a_wrong_pass_is_not_shown_with_the_code_of_the_right_one(run):
    a, b = bp.variable(2.0), bp.variable(3.0)
    c, d = a + b, a * b
    tape = bp.record((c + d) + (c * d))
    assert Stepper(tape).code
    stepper = Stepper(run(tape))
    assert (stepper.code, stepper.lines) == ("", [])
