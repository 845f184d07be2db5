import numpy as np
import pytest

from backprop_lab.lessons.curves import draw_secants, draw_sigmoid


def steepness(line):
    (x0, y0), (x1, y1) = line.get_xydata()[[0, -1]]
    return (y1 - y0) / (x1 - x0)


def test_the_lines_are_as_steep_as_they_say():
    axes = draw_secants(lambda x: x**3, lambda x: 3 * x**2, 2.0, 0.5)
    _, *lines = axes.get_lines()
    assert [line.get_label() for line in lines] == [
        "tangent, slope 12",
        "one-sided difference, slope 15.2500",
        "central difference, slope 12.2500",
    ]
    assert [steepness(line) for line in lines] == pytest.approx([12, 15.25, 12.25])


def test_each_secant_marks_its_two_points_on_the_curve():
    axes = draw_secants(lambda x: x**3, lambda x: 3 * x**2, 2.0, 0.5)
    for line, xs in zip(axes.get_lines()[2:], [(2.0, 2.5), (1.5, 2.5)], strict=True):
        told = line.get_xydata()[line.get_markevery()]
        np.testing.assert_allclose(told, [(x, x**3) for x in xs])


def test_places_on_the_sigmoid_stand_on_the_curve_and_on_its_slope():
    axes = draw_sigmoid({"start": 0.0})
    place = axes.get_lines()[-1]
    np.testing.assert_allclose(place.get_xydata(), [(0, 0.5), (0, 0.25)])
    assert place.get_label() == "start: z = 0, σ′(z) = 0.2500"
