import numpy as np

import backprop_lab as bp
from backprop_lab.lessons.depth import draw_sizes, gradient_sizes


def test_a_size_is_the_mean_of_the_absolute_entries():
    a = bp.variable([1.0, -3.0])
    L = bp.total(a * a)
    assert gradient_sizes(bp.record(L), [a, L]) == [4.0, 1.0]


def test_each_network_is_a_line_over_its_layers():
    axes = draw_sizes({"deep": [1.0, 2.0, 4.0], "shallow": [3.0]})
    deep, shallow = axes.get_lines()
    np.testing.assert_array_equal(deep.get_xydata(), [(1, 1), (2, 2), (3, 4)])
    assert shallow.get_label() == "shallow"
    assert deep.get_linestyle() != shallow.get_linestyle()
