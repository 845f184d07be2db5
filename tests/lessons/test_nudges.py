import numpy as np
import pytest

from backprop_lab.lessons.nudges import (
    BEST_CENTRAL,
    BEST_ONE_SIDED,
    draw_nudge_errors,
    nudge_errors,
)

STEPS = 10.0 ** np.arange(-14, 0.25, 0.25)


def test_errors_of_a_cube_are_those_of_taylor():
    errors = nudge_errors(lambda x: x**3, 12.0, 2.0, [0.1, 0.01])
    np.testing.assert_allclose(errors.one_sided, [0.61 / 12, 0.0601 / 12], rtol=1e-9)
    np.testing.assert_allclose(errors.central, [0.01 / 12, 0.0001 / 12], rtol=1e-6)


def test_the_errors_are_smallest_near_the_roots_of_epsilon():
    errors = nudge_errors(np.exp, np.e, 1.0, STEPS)
    for sizes, best in (
        (errors.one_sided, BEST_ONE_SIDED),
        (errors.central, BEST_CENTRAL),
    ):
        assert abs(np.log10(STEPS[sizes.argmin()] / best)) < 1.5


def test_two_labelled_curves_are_drawn_and_where_they_should_be_lowest():
    errors = nudge_errors(np.exp, np.e, 1.0, STEPS)
    axes = draw_nudge_errors(errors)
    one_sided, first, central, second = axes.get_lines()
    np.testing.assert_array_equal(central.get_xdata(), STEPS)
    assert one_sided.get_ydata() == pytest.approx(errors.one_sided)
    assert first.get_xdata()[0] == BEST_ONE_SIDED
    assert second.get_xdata()[0] == BEST_CENTRAL
    assert (central.get_ydata() > 0).all()
