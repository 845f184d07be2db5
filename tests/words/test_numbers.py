import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.words.numbers import (
    fits_grid,
    grid,
    inline,
    number,
    shape_text,
    summary,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (7.0, "7"),
        (-12.0, "−12"),
        (999999.0, "999999"),
        (1e6, "1.000e6"),
        (0.5, "0.5000"),
        (-0.62245933, "−0.6225"),
        (9999.5, "9999.5000"),
        (12345.6, "1.235e4"),
        (0.001, "0.0010"),
        (0.000438568, "4.386e−4"),
        (-1e-300, "−1.000e−300"),
        (1e300, "1.000e300"),
        (2.9999999999, "3.0000"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_is_written_like_this(value, text):
    assert number(value) == text


def read(text):
    return float(text.replace("−", "-").replace("∞", "inf").replace("NaN", "nan"))


@given(st.floats(-1e308, 1e308) | st.sampled_from([math.inf, -math.inf]))
def test_a_written_number_reads_as_nearly_the_same_number(value):
    # Half a unit in the fourth decimal, or in the fourth significant digit.
    close = pytest.approx(value, rel=5.01e-4, abs=5.01e-5 if abs(value) >= 1e-3 else 0)
    assert read(number(value)) == close


@given(st.floats(allow_nan=False))
def test_a_number_that_is_not_0_is_never_written_as_0(value):
    assert (read(number(value)) == 0) == (value == 0)


@given(st.floats(allow_nan=False))
def test_a_number_has_at_most_eleven_characters_and_no_ascii_minus(value):
    text = number(value)
    assert len(text) <= 11
    assert "-" not in text


def test_shapes_are_written_with_a_times_sign():
    assert [shape_text(s) for s in [(), (4,), (2, 3), (2, 3, 4)]] == [
        "a number",
        "4",
        "2 × 3",
        "2 × 3 × 4",
    ]


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array(-2.0), "−2"),
        (np.array([1.0, 0.25]), "[1, 0.2500]"),
        (np.array([[1.0, 2.0], [3.0, -4.0]]), "[[1, 2], [3, −4]]"),
        (np.arange(5.0), "[5 numbers: 0 … 4]"),
        (np.arange(12.0).reshape(2, 6), "[2 × 6: 0 … 11]"),
        (np.ones((2, 1, 2)), "[2 × 1 × 2: 1 … 1]"),
        (np.array([math.nan, math.inf]), "[NaN, ∞]"),
        (np.array([math.nan] + [1.0] * 9), "[10 numbers: NaN … NaN]"),
    ],
)
def test_an_array_is_written_on_one_line(array, text):
    assert inline(array) == text


def test_a_grid_has_a_row_of_texts_for_each_row():
    assert grid(np.array(2.0)) == (("2",),)
    assert grid(np.array([1.0, 2.0])) == (("1",), ("2",))
    assert grid(np.array([[1.0, 2.0], [0.5, -3.0]])) == (("1", "2"), ("0.5000", "−3"))


def test_four_rows_and_columns_fit_and_five_do_not():
    assert fits_grid(np.ones(())) and fits_grid(np.ones((4, 4)))
    assert not fits_grid(np.ones((4, 5))) and not fits_grid(np.ones((5,)))
    assert not fits_grid(np.ones((2, 2, 2)))


def test_a_summary_is_a_shape_and_a_range():
    assert summary(np.arange(6.0).reshape(1, 6) - 2) == ("1 × 6", "−2 … 3")
