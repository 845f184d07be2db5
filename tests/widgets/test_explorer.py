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


# --------------------------------------------------------------- what an input may be


@pytest.mark.parametrize(
    ("given", "start", "step"),
    [
        ((-3, 3, 0.5), 0.5, 0.01),
        ((0, 1), 0.5, 0.01),
        ((0, 10), 5.0, 0.1),
        ((-1000, 1000, 0), 0.0, 10.0),
        ((np.float64(0), np.int64(2), 1), 1.0, 0.01),
        ((0, 1e-6), 5e-7, 1e-8),
    ],
)
def test_a_range_becomes_a_slider_with_round_steps(given, start, step):
    lab = explore(lambda x: x * x, x=given)
    (slider,) = lab.inputs
    assert lab.values == {"x": start}
    assert (slider["kind"], slider["low"], slider["high"]) == ("range", *given[:2])
    assert slider["step"] == pytest.approx(step)


def test_what_moves_is_a_variable_and_what_is_fixed_a_constant():
    lab = explored()
    kinds = {lab.tape.graph.name(n): n.kind for n in lab.tape.graph.nodes}
    assert (kinds["w"], kinds["x"], kinds["y"]) == ("variable", "constant", "constant")
    assert [control["name"] for control in lab.inputs] == ["w"]


def test_arrays_and_nodes_are_passed_as_they_are():
    W = bp.variable([[0.1, 0.2], [0.3, 0.4]], "W")

    def layer(W, x, scale):
        return bp.total(W @ x * scale)

    lab = explore(layer, W=W, x=np.array([1.0, 2.0]), scale=(0, 2, 1))
    assert value_of(lab, "x").tolist() == [1.0, 2.0]
    assert lab.tape.gradient(W).tolist() == [[1.0, 2.0], [1.0, 2.0]]


@pytest.mark.parametrize(
    ("rates", "labels"),
    [([0.01, 0.1, 1], ["0.01", "0.1", "1"]), ([-3, 3], ["-3", "3"]), ([0.5], ["0.5"])],
)
def test_a_list_of_numbers_is_a_choice_between_variables(rates, labels):
    lab = explore(lambda w, rate: w * rate, w=(-1, 1, 0.5), rate=rates)
    assert lab.inputs[1]["options"] == labels
    for position, rate in enumerate(rates):
        lab.values = {**lab.values, "rate": position}
        assert value_of(lab, "rate") == rate
        [node] = [node for node in lab.tape.graph.variables if node.name == "rate"]
        assert lab.tape.gradient(node) == 0.5


def test_a_choice_of_numbers_moves_nothing_in_the_picture():
    lab = explore(lambda w, rate: w * rate, w=(-1, 1, 0.5), rate=[1, 1e-9, 2])
    svg = lab.svg
    for position in (1, 2):
        lab.values = {**lab.values, "rate": position}
        assert lab.svg == svg


def test_a_list_of_others_is_a_choice_and_rows_of_numbers_are_an_array():
    lab = explore(lambda X, f: bp.total(f(X)), X=[[1, 2]], f=[bp.sin, bp.exp])
    assert [control["options"] for control in lab.inputs] == [["sin", "exp"]]
    assert lab.values == {"f": 0}
    assert value_of(lab, "X").tolist() == [[1.0, 2.0]]


def test_whoever_means_a_vector_is_told_how_to_write_it():
    with pytest.raises(bp.ShapeError) as caught:
        explore(lambda W, x: bp.total(W @ x), W=np.eye(2), x=[1.0, 2.0])
    [note] = caught.value.__notes__
    assert note.startswith("x=[1.0, 2.0] is a choice between numbers.")
    assert "x=np.array([…])" in note


def powered(x, depth):
    for _ in range(depth):
        x = x * x
    return x


def annotated(x, depth: int):
    return x**depth if depth > 1 else x * 1


def sliced(x, depth):
    v = bp.stack([x, x * x, x**3, x**4, x**5, x**6])
    return bp.total(v[:depth] * v[depth - 1]) + v[depth]


def derived(x, depth):
    for _ in range(2 * depth - 1):
        x = x * x
    return x


@pytest.mark.parametrize("function", [powered, annotated, sliced, derived])
@pytest.mark.parametrize(
    ("given", "start", "moves"),
    [
        ((1, 5), 3, [1, 5, 4]),
        ((1, 4), 2, [3]),
        ((1.0, 5.0, 2), 2, [4]),
        (range(1, 6), 3, [1, 5]),
        (range(5, 0, -2), 3, [1, 5]),
        ([1, 2, 3], 0, [2, 1]),
        ([2.0, 1.0], 0, [1]),
        (3, None, []),
        (np.int64(3), None, []),
        (np.array(2.0), None, []),
        (bp.constant(2.0, "n"), None, []),
    ],
)
def test_what_a_function_counts_with_is_a_whole_number(function, given, start, moves):
    lab = explore(function, x=(0, 2, 1.5), depth=given)
    assert lab.values.get("depth") == start
    for position in [start, *moves]:
        if position is not None:
            lab.values = {**lab.values, "depth": position}
        depth = given[position] if isinstance(given, list) else position
        depth = int(depth if depth is not None else getattr(given, "value", given))
        x = bp.variable(1.5, "x")
        wanted = bp.record(function(x, depth))
        assert lab.problem == ""
        assert lab.tape.forward[-1].value == wanted.forward[-1].value
        assert len(lab.steps) == len(wanted.steps) + 1


@pytest.mark.parametrize(
    ("given", "low", "high", "step"),
    [((1, 5), 1, 5, 1), (range(2, 11, 3), 2, 8, 3), (range(5, 0, -2), 1, 5, 2)],
)
def test_a_slider_of_whole_numbers_stops_at_each(given, low, high, step):
    lab = explore(powered, x=1.0, depth=given)
    slider = lab.inputs[0]
    assert (slider["kind"], slider["low"], slider["high"]) == ("range", low, high)
    assert slider["step"] == step
    for wrong in (low + 0.5, low - 1, "1"):
        with pytest.raises(bp.InputError, match=f"a whole number from {low} to {high}"):
            lab.values = {"depth": wrong}
    lab.values = {"depth": float(high)}
    assert lab.values == {"depth": high} and type(lab.values["depth"]) is int


def test_whole_ends_alone_make_no_whole_numbers():
    lab = explore(powered, x=(-2, 2, 1), depth=2)
    assert lab.inputs[0]["step"] == 0.01
    lab.values = {"x": 0.5}
    assert lab.tape.forward[-1].value == 0.5**4


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((0.5, 3), r"a whole number in this function, but 0\.5 is none.*depth=3"),
        ((1, 5, 2.5), "but 2.5 is none"),
        ([1, 2.5], "but 2.5 is none"),
        (2.5, "but 2.5 is none"),
        (np.array([1.0, 2.0]), r"depth has shape \(2,\).*Write depth=3"),
    ],
)
@pytest.mark.parametrize("function", [powered, annotated])
def test_what_counts_must_be_whole(function, wrong, said):
    with pytest.raises(bp.InputError, match=said):
        explore(function, x=1.0, depth=wrong)


def test_what_counts_only_elsewhere_says_what_to_write():
    def late(x, on, depth):
        return powered(x, depth) if on else x * depth

    lab = explore(late, x=1.0, on=False, depth=(1, 5))
    lab.values = {**lab.values, "on": True}
    assert "depth is a node, and to count" in lab.problem
    assert lab.problem.endswith("def f(depth: int).")


def test_a_node_of_the_functions_own_is_no_input_that_counts():
    with pytest.raises(bp.InputError, match="n is a node, and to count"):
        explore(lambda x: powered(x, bp.variable(2.0, "n")), x=(0, 1))


def test_a_chosen_node_counts_as_little():
    with pytest.raises(bp.InputError, match="n is a node, and to count"):
        explore(powered, x=1.0, depth={"two": bp.constant(2.0, "n")})


def test_a_dictionary_shows_its_keys_and_passes_its_values():
    choices = {"the sine": bp.sin, "the square": lambda x: x * x}
    lab = explore(lambda x, f: f(x), x=(0, 4, 3), f=choices)
    assert lab.inputs[1]["options"] == ["the sine", "the square"]
    lab.values = {**lab.values, "f": 1}
    assert float(lab.tape.forward[-1].value) == 9.0


def test_a_switch_is_passed_as_true_or_false():
    seen = []

    def f(x, doubled):
        seen.append(doubled)
        return x * 2 if doubled else x * 1

    lab = explore(f, x=(0, 4, 3), doubled=True)
    lab.values = {**lab.values, "doubled": False}
    assert lab.inputs[1]["kind"] == "switch"
    assert seen[0] is True and seen[-1] is False


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ((3, -3), bp.InputError, "x: 3.0 is not below -3.0"),
        ((1, 1), bp.InputError, "is not below"),
        ((0, math.inf), bp.InputError, "not finite"),
        ((math.nan, 1), bp.InputError, "not finite"),
        ((0, 1, 2), bp.InputError, "x starts at 2.0, outside its range"),
        ((0, 1, math.nan), bp.InputError, "x starts at nan"),
        ((0,), bp.InputError, "is not a range of numbers"),
        ((0, 1, 2, 3), bp.InputError, "is not a range of numbers"),
        (("a", "b"), bp.InputError, "is not a range of numbers"),
        ({}, bp.InputError, "x offers no choices"),
        ([], bp.InputError, "x offers no choices"),
        (range(0), bp.InputError, r"fewer than two numbers.*x=range\(1, 6\)"),
        ("relu", bp.InputError, "is text, not a number"),
        (1j, bp.InputError, "is complex"),
        (None, bp.InputError, "not a number"),
    ],
)
def test_a_wrong_input_is_explained_before_anything_runs(wrong, error, said):
    def never(x):
        raise AssertionError

    with pytest.raises(error, match=said):
        explore(never, x=wrong)


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
