import numpy as np
import pytest
from matplotlib.figure import Figure

from backprop_lab.errors import InputError, ShapeError
from backprop_lab.lessons.points import Points, two_moons, xor
from backprop_lab.lessons.regions import Regions, draw_regions


def leans_right(X):
    return 1 / (1 + np.exp(-X[:1]))


def boundary(axes):
    """Return the places on the boundary lines of some axes."""
    paths = [path for lines in axes.collections for path in lines.get_paths()]
    return np.concatenate([path.vertices for path in paths])


def test_the_boundary_runs_where_the_prediction_is_one_half():
    figure = draw_regions(two_moons(), {"": leans_right})
    drawn = boundary(figure.axes[0])
    assert np.abs(drawn[:, 0]).max() < 1e-2
    assert np.ptp(drawn[:, 1]) > 3


def test_a_prediction_that_never_crosses_one_half_has_no_boundary():
    figure = draw_regions(xor(), {"": lambda X: np.full((1, X.shape[1]), 0.9)})
    assert not figure.axes[0].collections


def test_every_example_is_drawn_in_its_class():
    points = two_moons(count=40)
    figure = draw_regions(points, {"": leans_right})
    zeros, ones = figure.axes[0].get_lines()
    assert np.array_equal(zeros.get_xydata(), points.X[:, points.Y[0] == 0].T)
    assert np.array_equal(ones.get_xydata(), points.X[:, points.Y[0] == 1].T)
    assert zeros.get_marker() != ones.get_marker()


def test_each_prediction_has_its_panel_and_the_axes_are_labelled():
    figure = draw_regions(xor(), {"a": leans_right, "b": leans_right}, ("h1", "h2"))
    *panels, scale = figure.axes
    assert [panel.get_title() for panel in panels] == ["a", "b"]
    assert (panels[0].get_xlabel(), panels[0].get_ylabel()) == ("h1", "h2")
    assert "prediction" in scale.get_ylabel()


def test_showing_another_prediction_replaces_the_picture():
    axes = Figure().subplots()
    regions = Regions(axes, two_moons())
    regions.show(leans_right)
    before = boundary(axes)
    regions.show(lambda X: leans_right(X - 1))
    assert np.allclose(boundary(axes)[:, 0], 1, atol=1e-2)
    assert len(boundary(axes)) <= len(before) + 2


def test_points_on_a_single_line_still_have_room():
    points = Points(np.array([[0.0, 0.0], [0.0, 2.0]]), np.array([[0.0, 1.0]]))
    figure = draw_regions(points, {"": leans_right})
    left, right = figure.axes[0].get_xlim()
    assert left < 0 < right


def test_a_prediction_of_another_shape_is_explained():
    with pytest.raises(ShapeError, match="one row, with a number for each point"):
        draw_regions(xor(), {"": lambda X: X})


def test_nothing_to_draw_is_explained():
    with pytest.raises(InputError, match="nothing to draw"):
        draw_regions(xor(), {})
