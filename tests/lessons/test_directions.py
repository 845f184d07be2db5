import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.lessons.directions import backwards, forwards

numbers = st.floats(-2, 2)


def narrow(depth):
    v = bp.constant(0.5, "x")
    for k in range(depth):
        v = bp.tanh(bp.variable(1.1, f"w{k}") * v)
    return v


@given(numbers, numbers)
def test_both_directions_find_the_same_gradients(a, b):
    a, b = bp.variable(a, "a"), bp.variable(b, "b")
    c, d = a + b, a * b
    L = bp.sin(c + d) + c * d
    there, back = forwards(L).gradients, backwards(L).gradients
    for node in (a, b):
        assert there[node] == pytest.approx(back[node], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 7, 30])
def test_the_cost_of_a_deep_narrow_network_is_what_the_edges_say(depth):
    # Backwards each of 3 edges a layer is paid once, but for the constant input's;
    # forwards weight k pays 2 edges in each of the layers from k on.
    assert backwards(narrow(depth)).multiplications == 3 * depth - 1
    assert forwards(narrow(depth)).multiplications == depth * (depth + 1)
    assert forwards(narrow(depth)).walks == depth


def test_forwards_costs_the_same_where_there_is_one_variable():
    x = bp.variable(0.3, "x")
    L = bp.exp(bp.sin(2 * x)) ** 2
    assert forwards(L).multiplications == backwards(L).multiplications == 4


def test_arrays_are_refused():
    v = bp.variable([1.0, 2.0], "v")
    for direction in (forwards, backwards):
        with pytest.raises(bp.ShapeError, match="v is no plain number"):
            direction(bp.total(v))
