import warnings

import numpy as np
import pytest

from backprop_lab.lessons import descent, watching
from backprop_lab.lessons.losses import draw_losses
from backprop_lab.lessons.training import train


def decaying(rate, steps=5):
    return train(1.0, lambda w: (w - rate * w, w * w), steps)


def lines_of(runs):
    (axes,) = draw_losses(runs).axes
    return axes.get_lines()


def test_each_training_has_its_curve_on_a_logarithmic_scale():
    runs = {f"rate {rate}": decaying(rate) for rate in (0.1, 0.2, 0.3)}
    (axes,) = draw_losses(runs).axes
    for line, (name, run) in zip(axes.get_lines(), runs.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), run.losses)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("steps taken", "loss L")
    assert axes.get_yscale() == "log"


def test_curves_are_told_apart_without_colour():
    lines = lines_of({f"rate {k}": decaying(k / 10) for k in range(6)})
    assert len({str(line.get_linestyle()) for line in lines}) > 3
    assert len({line.get_marker() for line in lines}) == 6


def test_a_curve_of_many_losses_is_a_line_without_markers():
    few, many = lines_of({"few": decaying(0.1), "many": decaying(0.01, 300)})
    assert few.get_marker() == "o"
    assert many.get_marker() == "None"


def test_there_is_a_curve_for_each_of_more_trainings_than_styles():
    assert len(lines_of({f"run {k}": decaying(0.1) for k in range(9)})) == 9


def test_a_loss_that_is_0_or_not_finite_has_a_place_on_a_logarithmic_axis():
    losses = iter([4.0, 0.0, np.inf])
    run = train(0.0, lambda state: (state, next(losses)), 2, goal=-1.0)
    (line,) = lines_of({"odd": run})
    drawn = line.get_ydata()
    assert drawn[0] == 4
    assert drawn[1] > 0
    assert np.isnan(drawn[2])


@pytest.mark.parametrize("old", [descent, watching])
def test_copies_of_the_lessons_that_were_handed_out_show_the_figure(old):
    """Lesson 05 ended its cell with `axes.figure`, lesson 08 with the drawing."""
    drawn = old.draw_losses({"run": decaying(0.1)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert drawn.figure is drawn
