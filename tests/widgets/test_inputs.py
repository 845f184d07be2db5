"""What the arguments of an explored function may be."""

import math

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.widgets.explorer import explore
from tests.widgets.test_explorer import explored, value_of


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


def test_a_list_of_nodes_is_a_choice():
    targets = [bp.constant(0.0, "y"), bp.variable([1.0], "y")]
    lab = explore(lambda x, y: bp.total(x * y), x=(0, 1), y=targets)
    lab.values = {**lab.values, "y": 1}
    assert lab.tape.gradient(targets[1]).tolist() == [0.5]


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
@pytest.mark.parametrize("function", [powered, annotated])
def test_a_slider_of_whole_numbers_stops_at_each(function, given, low, high, step):
    lab = explore(function, x=1.0, depth=given)
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
        (math.nan, "but nan is none"),
        (math.inf, "but inf is none"),
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
