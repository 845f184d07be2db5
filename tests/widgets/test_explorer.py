"""A function explored: what its inputs may be, and what follows when they move."""

import math

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.widgets.explorer import explore
from backprop_lab.words.formulas import one_line
from tests import graphs


def neuron(x, w, b, y):
    z = w * x + b
    return bp.squared_error(bp.sigmoid(z), y)


def explored(**changes):
    return explore(
        neuron, **{"x": 1.5, "w": (-3, 3, 0.5), "b": 0.0, "y": 1.0, **changes}
    )


def value_of(lab, name):
    graph = lab.tape.graph
    return next(node.value for node in graph.nodes if graph.name(node) == name)


def shown(lab):
    """Return all texts at the current step."""
    return [
        [text for since, text in slot if since <= lab.step][-1:] for slot in lab.slots
    ]


# ------------------------------------------------------------------- what is explored


@pytest.mark.parametrize(
    ("unnamed", "named", "said"),
    [
        ((1.0,), {}, r"explore\(neuron, x=1\.0\)"),
        ((1.0, (-3, 3)), {"y": 1.0}, r"explore\(neuron, x=1\.0, w=\(-3, 3\)\)"),
        ((2.0,), {"x": 1.0}, r"explore\(neuron, w=2\.0\)"),
    ],
)
def test_inputs_are_given_by_name(unnamed, named, said):
    with pytest.raises(
        bp.InputError, match=f"without the name of its argument.*{said}"
    ):
        explore(neuron, *unnamed, **named)


@pytest.mark.parametrize("wrong", [3.0, None, "f"])
def test_only_a_function_can_be_explored(wrong):
    with pytest.raises(bp.InputError, match="explore needs a function"):
        explore(wrong, x=(0, 1))


@pytest.mark.parametrize("result", [3.0, None, "L"])
def test_a_function_must_return_a_node(result):
    with pytest.raises(bp.GraphError, match=r"which is not a node.*return L"):
        explore(lambda x: result, x=(0, 1))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"x": 1.0, "w": (-3, 3)}, "missing a required argument: 'b'"),
        ({"x": 1.0, "w": 1.0, "b": 0.0, "y": 1.0, "v": 2.0}, "argument 'v'"),
    ],
)
def test_inputs_that_do_not_fit_the_function_are_explained(inputs, said):
    with pytest.raises(bp.InputError, match=said):
        explore(neuron, **inputs)


def test_engine_and_direction_go_on_to_the_layout():
    with pytest.raises(bp.InputError, match="no direction"):
        explored(direction="RL")
    lab = explored(direction="TB")
    assert lab.still.places.size.height > lab.still.places.size.width


# ------------------------------------------------------------------- following a move


def test_it_shows_the_function_at_its_values():
    lab = explored()
    assert lab.step == len(lab.steps) - 1
    fresh = bp.record(neuron(1.5, bp.variable(0.5), 0.0, 1.0))
    assert lab.tape.forward[-1].value == fresh.forward[-1].value


def test_numbers_and_sentences_follow_the_values():
    lab = explored()
    before = shown(lab)
    lab.values = {"w": -1.25}
    assert lab.answered == {"w": -1.25}
    assert value_of(lab, "w") == -1.25
    assert ["−1.2500"] in shown(lab) and shown(lab) != before
    assert shown(lab) == shown(explored(w=(-3, 3, -1.25)))
    assert [s["sentence"] for s in lab.steps] == [
        s["sentence"] for s in explored(w=(-3, 3, -1.25)).steps
    ]


def test_a_move_keeps_the_step_and_the_picture():
    lab = explored(b=(-3, 3, 0.0))
    lab.step = 7
    svg, places = lab.svg, lab.still.places
    for w in np.linspace(-3, 3, 13):
        lab.values = {**lab.values, "w": float(w)}
        assert (lab.svg, lab.step, lab.still.places) == (svg, 7, places)


def test_arrays_that_get_wider_move_nothing_either():
    # Widest in the middle of the range, where nobody has measured.
    lab = explore(
        lambda x: bp.total(bp.constant([1.0, -1.0], "c") / (x * x + 1e-9)), x=(-1, 1, 1)
    )
    svg = lab.svg
    lab.values = {"x": 0.01}
    assert lab.svg == svg


def test_another_structure_is_laid_out_anew_and_the_step_stays_in_range():
    def f(x, deep):
        return bp.sin(bp.sin(bp.sin(x))) if deep else bp.sin(x)

    lab = explore(f, x=(0, 1), deep=True)
    deep = lab.svg
    lab.values = {**lab.values, "deep": False}
    assert lab.svg != deep
    assert lab.step == len(lab.steps) - 1 and len(lab.slots) == 6
    lab.values = {**lab.values, "deep": True}
    assert lab.svg == deep


def root(x):
    if x.value < 0:
        raise ValueError("no root of a negative number")
    return bp.sqrt(x)


def test_a_function_that_fails_says_so_and_keeps_the_last_picture():
    lab = explore(root, x=(-4, 4, 4))
    before = lab.slots, lab.svg, lab.steps
    lab.values = {"x": -1.0}
    assert lab.problem.startswith("ValueError in `raise ValueError(")
    assert lab.problem.endswith("no root of a negative number")
    assert (lab.slots, lab.svg, lab.steps) == before
    assert lab.answered == {"x": -1.0}


def test_it_recovers_on_the_next_move():
    lab = explore(root, x=(-4, 4, 4))
    lab.values = {"x": -1.0}
    lab.values = {"x": 1.0}
    assert lab.problem == ""
    assert value_of(lab, "x") == 1.0


def test_a_mistake_that_the_lab_explains_is_shown_in_its_words():
    def f(x, wide):
        v = bp.constant([1.0, 2.0, 3.0] if wide else [1.0, 2.0], "v")
        return bp.total(x * v + [1.0, 2.0])

    lab = explore(f, x=(0, 1), wide=False)
    lab.values = {**lab.values, "wide": True}
    assert "the shapes do not fit together" in lab.problem
    assert "ShapeError" not in lab.problem


def test_a_logarithm_below_zero_is_a_number_that_is_none():
    lab = explore(lambda x: bp.log(x), x=(-1, 1, 0.5))
    lab.values = {"x": -0.5}
    assert lab.problem == "" and ["NaN"] in shown(lab)


def test_a_function_that_fails_at_the_start_fails_openly():
    with pytest.raises(ValueError, match="no root"):
        explore(root, x=(-4, 4, -1))


@pytest.mark.parametrize(
    "values",
    [
        {"w": 4.0},
        {"w": "1"},
        {"w": None},
        {"w": math.nan},
        {"w": True},
        {},
    ],
)
def test_a_value_outside_its_control_is_refused(values):
    lab = explored()
    with pytest.raises(bp.InputError, match=r"w cannot be .*from -3\.0 to 3\.0"):
        lab.values = values
    assert lab.values == {"w": 0.5}


@pytest.mark.parametrize("value", [1, np.float64(1.0), np.int64(1), np.float32(1.0)])
def test_any_number_in_the_range_will_do(value):
    lab = explored()
    lab.values = {"w": value}
    assert lab.values == {"w": 1.0} and type(lab.values["w"]) is float


def test_a_value_for_no_control_is_refused():
    with pytest.raises(bp.InputError, match="there is no control for 'x'"):
        explored().values = {"w": 1.0, "x": 2.0}


@pytest.mark.parametrize("value", [2, -1, True, "sin", 0.0])
def test_a_choice_that_is_not_offered_is_refused(value):
    lab = explore(lambda x, f: f(x), x=(0, 1), f=[bp.sin, bp.exp])
    with pytest.raises(bp.InputError, match="a position from 0 to 1"):
        lab.values = {**lab.values, "f": value}


@pytest.mark.parametrize("value", [1, "yes", None])
def test_a_switch_is_on_or_off(value):
    lab = explore(lambda x, on: x * 2, x=(0, 1), on=True)
    with pytest.raises(bp.InputError, match="True or False"):
        lab.values = {**lab.values, "on": value}


@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
def test_a_hostile_choice_or_name_is_only_text(name):
    lab = explore(lambda x, f: x * f, x=(0, 1), f={name: 2.0, "two": 3.0})
    assert lab.inputs[1]["options"] == [one_line(name), "two"]
    assert explore(lambda **xs: next(iter(xs.values())) * 2, **{name: (0, 1)}).svg


def test_a_graph_that_becomes_too_large_to_draw_is_said_and_the_next_is_drawn():
    def steps(n: int):
        x = bp.variable(0.5, "x")
        y = x
        for _ in range(n):
            y = bp.tanh(y * x)
        return y

    explorer = bp.explore(steps, n=range(3, 300))
    explorer._closed = frozenset()  # As if everything had been opened.
    explorer.values = {"n": 290}
    assert "too large to be laid out" in explorer.problem
    explorer.values = {"n": 4}
    assert explorer.problem == ""
    assert len(explorer.steps) == len(explorer.tape.steps) + 1
