from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from backprop_lab.engine.arrays import as_array, frozen, sum_to_shape
from backprop_lab.errors import InputError, ShapeError


@pytest.mark.parametrize(
    ("given_value", "shape"),
    [
        (3, ()),
        (True, ()),
        (np.float32(0.5), ()),
        (10**30, ()),
        ([1, 2], (2,)),
        (((1, 2), (3, 4)), (2, 2)),
        (range(4), (4,)),
        (np.zeros((2, 1, 3), dtype=np.int8), (2, 1, 3)),
    ],
)
def test_anything_numeric_becomes_float64(given_value, shape):
    array = as_array(given_value)
    assert array.dtype == np.float64
    assert array.shape == shape
    np.testing.assert_array_equal(array, np.asarray(given_value, dtype=np.float64))


@pytest.mark.parametrize(
    ("exact", "number"),
    [
        (Fraction(1, 3), 1 / 3),
        (Decimal("0.1"), 0.1),
        ([Fraction(1, 2), 2, 0.25], [0.5, 2.0, 0.25]),
        ([[Decimal("1.5")], [Fraction(-3, 4)]], [[1.5], [-0.75]]),
        ([10**30, Fraction(1, 2)], [1e30, 0.5]),
        (Decimal("Infinity"), np.inf),
    ],
)
def test_fractions_and_decimals_are_the_nearest_floats(exact, number):
    np.testing.assert_array_equal(as_array(exact), np.asarray(number))


@given(st.fractions())
def test_a_fraction_is_rounded_as_python_rounds_it(fraction):
    assert as_array(fraction).item() == float(fraction)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1, None], r"w = \[1, None\] holds None at \[1\], which is not a number"),
        ([[1.0, 2.0], [3.0, None]], r"holds None at \[1, 1\]"),
        ([1.0, {}], r"holds \{\} at \[1\]"),
        ([Fraction(1, 2), object], r"at \[1\], which is not a number"),
        (None, r"w = None is of type NoneType, not a number"),
        ({1.0, 2.0}, r"of type set, not a number"),
        ((entry for entry in [1.0]), r"of type generator, not a number"),
    ],
)
def test_what_is_no_number_is_found_where_it_is(value, told):
    with pytest.raises(InputError, match=told):
        as_array(value, "w")


def test_a_fraction_beyond_all_floats_is_refused():
    for large in (Fraction(10**400), [Fraction(10**400)]):
        with pytest.raises(InputError, match="too large"):
            as_array(large)


def test_masked_entries_have_no_number():
    data = np.ma.array([1.0, -999.0], mask=[False, True])
    for masked in (data, [data, data], [[1.0, np.ma.masked]], np.ma.masked):
        with pytest.raises(
            InputError, match=r"masked.*data\.filled\(0\.0\).*data\.comp"
        ):
            as_array(masked)
    assert as_array(data.filled(0.0)).tolist() == [1.0, 0.0]
    assert as_array(data.compressed()).tolist() == [1.0]
    assert as_array(np.ma.array([1.0, 2.0])).tolist() == [1.0, 2.0]


def test_a_value_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        as_array([1.0, 2.0])[0] = 5.0


def test_a_value_is_a_copy_of_what_was_given():
    theirs = np.array([1.0, 2.0])
    ours = as_array(theirs)
    theirs[0] = 99.0
    assert ours.tolist() == [1.0, 2.0]
    assert theirs.flags.writeable


def test_not_finite_numbers_are_values():
    assert np.isnan(as_array(float("nan")))
    assert as_array([float("inf")])[0] == np.inf


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ("3", InputError, "'3' is text, not a number"),
        (b"3", InputError, "is text"),
        (["a", 1.0], InputError, "is text"),
        (None, InputError, "None is of type NoneType"),
        (object(), InputError, "is of type object"),
        ({"a": 1}, InputError, "is of type dict"),
        (np.array([1, None]), InputError, "not a number"),
        (1 + 2j, InputError, "complex.*real part"),
        (np.array([1j]), InputError, "complex"),
        ([[1], [2, 3]], InputError, "rows differ in length"),
        ([], ShapeError, r"empty array of shape \(0,\)"),
        (np.zeros((0, 3)), ShapeError, r"empty array of shape \(0, 3\)"),
        (10**400, InputError, "too large"),
        (np.datetime64("2020-01-01"), InputError, "datetime64"),
    ],
)
def test_what_is_no_array_of_real_numbers_is_refused(bad, error, message):
    with pytest.raises(error, match=message):
        as_array(bad)


def test_a_message_says_what_the_learner_calls_the_value():
    with pytest.raises(InputError, match=r"^w = 'abc' is text"):
        as_array("abc", "w")


def test_a_message_does_not_quote_a_long_value_in_full():
    with pytest.raises(InputError) as caught:
        as_array("a" * 10_000)
    assert len(str(caught.value)) < 300


def test_frozen_copies_a_view_whose_base_can_be_changed():
    base = np.zeros((2, 2))
    view = frozen(base[0])
    base[0, 0] = 5.0
    assert view.tolist() == [0.0, 0.0]
    assert not view.flags.writeable


def test_frozen_does_not_copy_what_is_read_only_already():
    array = as_array([1.0, 2.0])
    assert frozen(array) is array


def broadcast_operands():
    """Strategy: a result shape, and an operand shape that broadcasts to it."""

    def with_operand(shape):
        cut = st.integers(0, len(shape))
        return cut.flatmap(
            lambda n: st.tuples(*(st.sampled_from([1, size]) for size in shape[n:]))
        ).map(lambda operand: (shape, operand))

    return array_shapes(min_dims=0, max_dims=3, max_side=4).flatmap(with_operand)


@given(broadcast_operands(), st.data())
def test_sum_to_shape_is_the_transpose_of_broadcasting(shapes, data):
    result, operand = shapes
    numbers = st.integers(-9, 9).map(float)
    g = data.draw(arrays(np.float64, result, elements=numbers))
    x = data.draw(arrays(np.float64, operand, elements=numbers))
    # <g, broadcast(x)> = <sum_to_shape(g), x>, exactly, for whole numbers.
    summed = sum_to_shape(g, operand)
    assert summed.shape == operand
    assert np.sum(g * np.broadcast_to(x, result)) == np.sum(summed * x)
