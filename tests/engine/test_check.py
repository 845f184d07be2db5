import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.check import GradientCheck, VariableCheck, evaluate
from backprop_lab.engine.primitives import primitive

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


def test_a_number_that_is_checked_is_not_one_that_is_not():
    # Below 0 the square root is not a number, so no central difference exists.
    x = bp.variable(1e-9)
    (row,) = bp.check_gradients(bp.sqrt(x)).variables
    assert not row.agrees
    assert np.isnan(row.relative_error)


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
