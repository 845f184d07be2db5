"""Where every drawing of the lessons starts."""

import matplotlib.pyplot as plt

from backprop_lab.lessons.axes import STYLES, new_axes, new_figure


def test_axes_are_labelled_and_nothing_stays_open():
    before = plt.get_fignums()
    axes = new_axes("steps", "L", size=(5.0, 3.0))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("steps", "L")
    assert tuple(axes.figure.get_size_inches()) == (5.0, 3.0)
    assert plt.get_fignums() == before


def test_things_in_a_drawing_differ_in_more_than_colour():
    for part in zip(*STYLES, strict=True):
        assert len(set(part)) == len(STYLES)


def test_a_new_figure_is_empty_and_does_not_stay_open():
    before = plt.get_fignums()
    figure = new_figure((5.0, 3.0), layout="constrained")
    assert not figure.axes
    assert tuple(figure.get_size_inches()) == (5.0, 3.0)
    assert plt.get_fignums() == before
