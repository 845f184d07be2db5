import numpy as np
import pytest
from matplotlib.image import imread

import backprop_lab as bp
from backprop_lab.lessons.descent import draw_descents, path_of, slide_descent
from backprop_lab.lessons.landscape import landscape_of
from backprop_lab.lessons.training import train

pytestmark = pytest.mark.slow


def bowl():
    """Return the landscape of L = w² + 2 b²."""
    w, b = bp.variable(1.0), bp.variable(0.0)
    L = w**2 + 2 * b**2
    return landscape_of(L, {w: (-2, 2), b: (-2, 2)}, points=9)


def descent(rate, steps=5, rest=()):
    """Walk down the same bowl, with a gradient worked out by hand."""

    def step(state):
        w, b, *more = state
        return (w - rate * 2 * w, b - rate * 4 * b, *more), w * w + 2 * b * b

    return train((1.5, 1.0, *rest), step, steps)


def test_a_path_has_a_place_before_the_first_step_and_after_each():
    path = path_of(descent(0.25, steps=3))
    expected = [(1.5, 1), (0.75, 0), (0.375, 0), (0.1875, 0)]
    np.testing.assert_array_equal(path, expected)


def test_a_path_leaves_out_what_else_is_in_the_state():
    path = path_of(descent(0.1, rest=(7.0, 8.0)))
    np.testing.assert_array_equal(path, path_of(descent(0.1)))


def test_a_path_that_runs_away_does_not_move_the_map():
    landscape = bowl()
    figure = draw_descents(landscape, {"calm": descent(0.1), "wild": descent(2.0)})
    plane = figure.axes[1]
    assert plane.get_xlim() == plane.get_ylim() == (-2, 2)
    assert (plane.get_xlabel(), plane.get_ylabel()) == landscape.names
    assert [line.get_label() for line in plane.get_lines()] == ["calm", "wild"]


@pytest.fixture
def slides():
    box = slide_descent(bowl(), descent, rate=(0.0, 0.5, 0.25))
    rate, steps, told, picture = box.children
    return rate, steps.children[0], told, picture


def test_the_sliders_start_at_the_first_value_and_the_last_step(slides):
    rate, step, told, _ = slides
    assert (rate.value, step.value) == (0.25, 5)
    assert told.value == "After 5 steps: w = 0.0469, b = 0, L = 0.0022."


def test_moving_the_steps_goes_back_on_the_same_path(slides, tmp_path):
    _, step, told, picture = slides
    last = picture.value
    step.value = 1
    assert told.value == "After 1 step: w = 0.7500, b = 0, L = 0.5625."
    assert picture.value != last
    step.value = 5
    assert picture.value == last
    (tmp_path / "frame.png").write_bytes(last)
    assert imread(tmp_path / "frame.png").shape[:2] == (518, 1152)


def test_moving_a_setting_computes_another_descent(slides):
    rate, step, told, picture = slides
    before = picture.value
    rate.value = 0.0
    assert step.value == 5
    assert told.value == "After 5 steps: w = 1.5000, b = 1, L = 4.2500."
    assert picture.value != before


def test_a_descent_that_stops_early_shows_its_last_place():
    run = descent(1e9, steps=400)
    assert run.end == "not finite"
    box = slide_descent(bowl(), lambda rate: run, rate=(0.0, 1e9, 1e9))
    assert box.children[2].value.startswith(f"After {run.steps} steps: ")
