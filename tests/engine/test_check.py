from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.check import GradientCheck, VariableCheck, evaluate
from backprop_lab.engine.primitives import primitive
from backprop_lab.engine.table import TABLE
from tests.engine.test_properties import programs, recorded

WRONG = primitive("wrong square", "x ** 2", "x")  # 2 x would be right.


def test_right_gradients_agree():
    w, x = bp.variable([[0.1, 0.2], [0.3, 0.4]]), bp.constant([1.0, 2.0])
    L = bp.squared_error(bp.sigmoid(w @ x), [1.0, 1.0])
    check = bp.check_gradients(L)
    (row,) = check.variables
    assert check.agrees and row.agrees
    assert row.name == "w"
    assert row.relative_error < 1e-8
    np.testing.assert_allclose(row.difference, row.tape, rtol=1e-8)
    np.testing.assert_array_equal(row.tape, bp.record(L).gradient(w))


def test_a_wrong_rule_is_caught_and_only_there():
    a, b = bp.variable(3.0), bp.variable(2.0)
    L = bp.apply(WRONG, a) + b * b
    check = bp.check_gradients(L)
    assert [(row.name, row.agrees) for row in check.variables] == [
        ("a", False),
        ("b", True),
    ]
    assert not check.agrees
    assert "DIFFERS" in str(check)


def test_a_gradient_that_is_wrong_in_one_entry_is_caught():
    wrong_once = primitive("wrong once", "x * x", "2 * x + (x > 2.5)")
    v = bp.variable([1.0, 2.0, 3.0])
    assert not bp.check_gradients(bp.total(bp.apply(wrong_once, v))).agrees


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_a_wrong_rule_is_caught_at_any_scale(scale):
    x = bp.variable(3.0)
    assert not bp.check_gradients(bp.apply(WRONG, x) * scale).agrees
    assert bp.check_gradients(x * x * scale).agrees


def test_the_table_is_printed():
    check = GradientCheck(
        (
            VariableCheck("x", np.array(3.0), np.array(6.0), 0.5, False),
            VariableCheck("bias", np.zeros(2), np.array([0, np.nan]), 0.0, True),
            VariableCheck("w", np.array(27.0), np.array(27 + 3e-10), 1.04e-11, True),
        )
    )
    assert str(check).splitlines() == [
        "variable  tape    central difference  relative error",
        "x         3       6                   5.0e−1          DIFFERS",
        "bias      [0, 0]  [0, NaN]            0               agrees",
        "w         27      27.0000             1.0e−11         agrees",
    ]


def test_a_check_shows_its_table_in_a_notebook():
    x = bp.variable(3.0)
    check, shown = bp.check_gradients(x * 1), []
    check._repr_pretty_(type("Printer", (), {"text": shown.append}), False)
    assert shown == [str(check)]


@pytest.mark.parametrize("function", [bp.relu, bp.absolute])
def test_at_a_kink_the_two_differ_and_beside_it_they_agree(function):
    kink, beside = bp.variable(0.0), bp.variable(0.1)
    (at_the_kink,) = bp.check_gradients(function(kink) * 1.0).variables
    assert at_the_kink.difference == pytest.approx(0.5 if function is bp.relu else 0.0)
    assert at_the_kink.agrees is (function is bp.absolute)
    assert bp.check_gradients(function(beside)).agrees


def test_of_a_large_array_evenly_spread_entries_are_checked():
    v = bp.variable(np.linspace(0.0, 1.0, 1000))
    (row,) = bp.check_gradients(bp.total(v * v), entries=11).variables
    (checked,) = np.nonzero(~np.isnan(row.difference))
    assert (len(checked), checked[0], checked[-1]) == (11, 0, 999)
    assert row.agrees


def slightly_wrong(row):
    rules = [f"({rule}) * 1.00001" for rule in row.rules]
    return primitive(row.name, row.formula, *rules, elementwise=row.elementwise)


def with_wrong_rules(output, name):
    """Return the same graph, with rules of one row wrong by a factor of 1.00001."""
    made = {}

    def again(node):
        if node not in made:
            row = node.operation
            wrong = slightly_wrong(row) if row and row.name == name else row
            operands = tuple(map(again, node.operands))
            made[node] = replace(node, operation=wrong, operands=operands)
        return made[node]

    return again(output), made


@pytest.mark.parametrize("x", [1e-3, 1e-4, 1e-5, 1e-6, 1e-9, 1e-150])
@pytest.mark.parametrize("f", [bp.log, bp.sqrt, lambda x: x**0.3, lambda x: 1 / x])
def test_right_gradients_near_an_edge_agree(f, x):
    L = f(bp.variable(x))
    assert bp.check_gradients(L).agrees


def normalised(x, axis=None):
    centred = x - bp.mean(x, axis=axis)
    return centred / bp.sqrt(bp.mean(centred**2, axis=axis) + 1e-5)


@pytest.mark.parametrize("scale", [1e-200, 1e-9, 1.0, 1e12, 1e200])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: bp.total(bp.softmax(x)) - 1,
        lambda x: bp.total(x - bp.mean(x)),
        lambda x: bp.total(5 * x - bp.mean(5 * x)),
        lambda x: bp.total(normalised(x, axis=0)),
        lambda x: bp.total(normalised(x.T, axis=0)),
        lambda x: bp.total(normalised(x)),
    ],
)
def test_right_gradients_whose_terms_cancel_agree(f, scale):
    x = bp.variable(np.random.default_rng(3).normal(size=(4, 3)))
    assert bp.check_gradients(f(x) * scale).agrees


ELEMENTWISE = [row for row in TABLE.values() if row.elementwise]
SIZES = [-300, -161, -40, -9, -3, -1, 0, 1, 2, 6, 16, 40, 155, 300]


def at_size(row, exponent, sign, position):
    """Return one row at an x of a size, and the gradient there."""
    x = bp.variable(sign * 1.37 * 10.0**exponent)
    operands = [bp.constant(1.3)] * len(row.rules)
    operands[position] = x
    L = bp.apply(row, *operands)
    return L, bp.record(L).gradient(x)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("exponent", SIZES)
@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_every_row_agrees_at_every_size_and_a_wrong_one_does_not(row, exponent, sign):
    for position in range(len(row.rules)):
        L, gradient = at_size(row, exponent, sign, position)
        if not (np.isfinite(L.value) and np.isfinite(gradient)):
            continue  # Nothing to compare.
        assert bp.check_gradients(L).agrees
        wrong, _ = at_size(slightly_wrong(row), exponent, sign, position)
        # One digit of x turns the sine of 10¹⁶ around; beside the 1 in cos and tanh, a
        # small change is rounded away; a power that underflows is 0.
        x = wrong.operands[position].value
        lost = (
            (row.name in ("sin", "cos") and exponent >= 16)
            or abs(gradient) * max(1, abs(x)) < 1e-8 * abs(L.value)
            or (L.value == 0 and row.name == "power")
        )
        assert bp.check_gradients(wrong).agrees == (lost or gradient == 0)


@pytest.mark.slow
@given(programs())
@settings(max_examples=50)
def test_right_gradients_of_any_graph_agree(case):
    _, L, _ = recorded(*case)
    assert bp.check_gradients(L).agrees


@pytest.mark.slow
@given(programs(), st.data())
@settings(max_examples=100)
def test_a_row_wrong_by_a_hundred_thousandth_is_caught_in_any_graph(case, data):
    _, L, tape = recorded(*case)
    rows = {node.operation for node in tape.graph.nodes if node.operation}
    names = sorted(row.name for row in rows if row.elementwise)
    assume(names)
    wrong, made = with_wrong_rules(L, data.draw(st.sampled_from(names)))
    found = bp.record(wrong)

    def is_wrong(node):
        right = np.abs(tape.gradient(node))
        off = np.abs(found.gradient(made[node]) - tape.gradient(node))
        # All terms here are of size 1: what is not below 1e-6 is above the noise.
        return ((right > 1e-6) & (off > 0.9e-5 * right)).any()

    assume(any(map(is_wrong, tape.graph.variables)))
    assert not bp.check_gradients(wrong).agrees


def test_a_step_of_ones_own_shows_what_it_does():
    x = bp.variable(1e-3)
    (coarse,) = bp.check_gradients(bp.log(x), step=5e-4).variables
    assert coarse.difference == pytest.approx(np.log(3) / 1e-3)
    assert not coarse.agrees
    (fine,) = bp.check_gradients(bp.log(x), step=1e-7).variables
    assert fine.agrees and fine.relative_error > 1e-10


def test_on_the_edge_itself_there_is_no_central_difference():
    (row,) = bp.check_gradients(bp.variable(0.0) ** 1.5).variables
    assert np.isnan(row.difference) and np.isnan(row.relative_error)
    assert not row.agrees


def test_gradients_that_are_not_finite_do_not_agree():
    x = bp.variable(0.0)
    assert not bp.check_gradients(bp.log(x)).agrees


def test_a_saturated_neuron_agrees():
    z = bp.variable(30.0)
    check = bp.check_gradients(bp.sigmoid(z))
    assert check.agrees
    assert bp.record(bp.sigmoid(z)).gradient(z) < 1e-12


def test_a_perfect_fit_agrees():
    w = bp.variable(0.3)
    assert bp.check_gradients(bp.squared_error(w * 7.0, 0.3 * 7.0)).agrees


def test_a_large_entry_is_nudged_by_more():
    x = bp.variable(1e9)
    assert bp.check_gradients(x * x).agrees


def test_an_output_of_shape_1_is_a_single_number():
    v = bp.variable([3.0])
    assert bp.check_gradients(v * v).agrees


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step": 0.0}, "the step h must be positive, but it is 0.0; try 1e-5"),
        ({"step": -1.0}, "the step h must be positive"),
        ({"step": float("nan")}, "the step h must be positive"),
        ({"step": "small"}, "the step h must be positive, but it is 'small'"),
        ({"entries": 0}, "entries must be positive"),
        ({"tolerance": 0.0}, "the tolerance must be positive"),
    ],
)
def test_settings_that_make_no_check_are_refused(arguments, message):
    x = bp.variable(1.0)
    with pytest.raises(bp.InputError, match=message):
        bp.check_gradients(x * x, **arguments)


def test_outputs_that_cannot_be_checked_are_refused():
    v, c = bp.variable([1.0, 2.0]), bp.constant(1.0)
    with pytest.raises(bp.ShapeError, match=r"v has shape \(2,\).*total or mean"):
        bp.check_gradients(v)
    with pytest.raises(bp.GraphError, match="c depends on no variable"):
        bp.check_gradients(c)
    with pytest.raises(bp.GraphError, match=r"3\.0 is not a node"):
        bp.check_gradients(3.0)


def test_evaluate_runs_the_graph_forward_with_other_inputs():
    x, c = bp.variable(2.0), bp.constant(10.0)
    L = bp.total(bp.stack([x, x * c]), axis=0)
    graph = bp.Graph.of(L)
    assert evaluate(graph, {x: np.array(3.0)}) == 33.0
    assert evaluate(graph, {x: np.array(3.0), c: np.array(1.0)}) == 6.0
    assert evaluate(graph, {}) == L.value == 22.0


def test_evaluate_may_start_in_the_middle():
    x = bp.variable(2.0)
    h = x * x
    L = h + 1
    assert evaluate(bp.Graph.of(L), {h: np.array(100.0)}) == 101.0
