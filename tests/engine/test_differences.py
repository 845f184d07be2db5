import math

import numpy as np
import pytest

from backprop_lab.engine.differences import Slope, central_difference, slopes, steps
from backprop_lab.engine.rounding import EPSILON


def best(f, x, noise=1e-16, reach=0.0):
    def quietly(number):
        with np.errstate(all="ignore"):
            return float(f(np.float64(number)))

    *_, found = slopes(quietly, x, steps(x, reach), noise)
    return found


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (np.exp, 1.0, math.e),
        (np.log, 1e-300, 1e300),
        (np.sqrt, 1e-9, 0.5e4 * math.sqrt(10)),
        (lambda x: 1 / x, -1e-3, -1e6),
        (np.sin, 1e5, math.cos(1e5)),
        (lambda x: x * x, 0.0, 0.0),
        (lambda x: np.tanh(x * 1e8), 0.0, 1e8),
    ],
)
def test_a_slope_is_found_at_any_scale_with_an_error_that_holds(f, x, slope):
    found = best(f, x)
    assert found.value == pytest.approx(slope, rel=1e-7, abs=1e-12)
    assert abs(found.value - slope) <= found.error


def test_steps_reach_as_far_as_the_function_takes_to_change():
    near, far = (best(lambda x: np.exp(x / 1e8), 1.0, reach=r) for r in (0.0, 1e8))
    assert far.error < 1e-15 < near.error
    assert abs(far.value - 1e-8 * math.exp(1e-8)) <= far.error


@pytest.mark.parametrize(("x", "slope"), [(1e-9, 1.0), (-1e-9, 0.0), (1.0, 1.0)])
def test_steps_across_a_kink_do_not_count(x, slope):
    found = best(lambda x: max(x, 0.0), x)
    assert found.value == pytest.approx(slope, abs=1e-9)


def test_rounding_is_part_of_the_error():
    found = best(lambda x: (x + 1e10) - 1e10, 1.0, noise=1e10 * EPSILON)
    assert 1e-7 < found.error < 1e-3
    assert abs(found.value - 1) <= found.error


def test_where_no_difference_is_finite_there_is_no_slope():
    assert list(slopes(lambda x: math.nan, 1.0, steps(1.0), 1e-16)) == []


def test_a_nudge_that_is_lost_in_x_gives_no_slope():
    lost = central_difference(lambda x: x, 1e20, 1.0, 0.0)
    assert math.isnan(lost.value) and lost.error == math.inf
    assert central_difference(lambda x: 3 * x, 2.0, 0.5, 0.125) == Slope(3.0, 0.25)


@pytest.mark.parametrize("x", [0.0, 1.0, -1e5, 1e-20, 1e300])
def test_steps_shrink_from_the_size_of_x_to_its_last_digits(x):
    sizes = list(steps(x))
    assert sizes[0] == max(1.0, abs(x)) / 8
    np.testing.assert_array_equal(np.divide(sizes[:-1], sizes[1:]), 8)
    assert x == 0 or x + sizes[-1] != x
    assert 32 * np.spacing(abs(x)) >= sizes[-1] or x == 0
