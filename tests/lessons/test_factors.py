import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.lessons.factors import factors

numbers = st.floats(-2, 2)


def neuron(w=0.6, b=0.9, x=1.0, y=0.0):
    x, y = bp.constant(x, "x"), bp.constant(y, "y")
    w, b = bp.variable(w, "w"), bp.variable(b, "b")
    z = bp.named(w * x + b, "z")
    y_hat = bp.named(bp.sigmoid(z), "y_hat")
    return bp.squared_error(y_hat, y), w, b, z, y_hat


def test_a_neurons_factors_are_the_three_of_the_textbook():
    L, w, _, z, y_hat = neuron()
    assert str(factors(L, w, through=(y_hat, z))).splitlines() == [
        "∂L/∂w = ∂L/∂y_hat · ∂y_hat/∂z · ∂z/∂w",
        "no.  factor     on the edges                  value   product so far",
        "1    ∂L/∂y_hat  0.5 · (2·(y − y_hat)) · (−1)  0.8176  0.8176",
        "2    ∂y_hat/∂z  y_hat·(1 − y_hat)             0.1491  0.1219",
        "3    ∂z/∂w      1 · x                         1       0.1219",
    ]


@given(numbers, numbers, numbers, numbers)
def test_the_product_of_the_factors_is_the_gradient(w, b, x, y):
    L, weight, bias, z, _ = neuron(w, b, x, y)
    tape = bp.record(L)
    for node in (weight, bias):
        for through in (None, (), (z,)):
            found = factors(tape, node, through).factors
            product = math.prod(factor.value for factor in found)
            assert product == pytest.approx(float(tape.gradient(node)), abs=1e-12)
            assert found[-1].product == float(tape.gradient(node))


def test_without_stops_there_is_a_factor_for_each_edge():
    L, w, _, _, _ = neuron()
    assert len(factors(L, w).factors) == 6


def test_two_paths_are_a_sum_and_not_a_product():
    x = bp.variable(3.0, "x")
    with pytest.raises(bp.GraphError, match="x is used 2 times"):
        factors(x * x, x)


def test_a_stop_beside_the_path_is_named():
    L, w, b, _, _ = neuron()
    with pytest.raises(bp.GraphError, match=r"b is not between .* and w"):
        factors(L, w, through=(b,))


def test_a_constant_has_no_factors():
    x, w = bp.constant(2.0, "x"), bp.variable(3.0, "w")
    with pytest.raises(bp.GraphError, match="x is constant"):
        factors(w * x, x)


def test_arrays_have_no_single_factors():
    v = bp.variable([1.0, 2.0], "v")
    with pytest.raises(bp.ShapeError, match="not a single number"):
        factors(bp.total(v), v)
