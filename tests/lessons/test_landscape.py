import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.check import evaluate
from backprop_lab.engine.graph import Graph
from backprop_lab.lessons.landscape import (
    draw_landscape,
    draw_path,
    draw_places,
    landscape_of,
)


def neuron(w, b):
    return bp.squared_error(bp.sigmoid(w * 1.5 + b), 0.25)


@pytest.fixture
def landscape():
    w, b = bp.variable(0.5, "w"), bp.variable(-0.5, "b")
    return landscape_of(neuron(w, b), {w: (-2, 2), b: (-1, 3)}, points=5)


def test_each_height_is_the_loss_at_its_place(landscape):
    for i, b in enumerate(landscape.upwards):
        for j, w in enumerate(landscape.across):
            assert landscape.heights[i, j] == pytest.approx(neuron(w, b).value)


def test_each_height_is_what_the_graph_gives_when_it_is_run_again():
    """In a graph with arrays, constants and names that are no Python."""
    w, b = bp.variable(0.5, "weight w"), bp.constant(-0.5, "b′")
    x, rest = bp.constant([1.0, 2.0, 4.0], "x"), bp.variable([1.0, 0.0, 2.0], "class")
    L = bp.mean((w * x + b - rest) ** 2) + bp.log(w)
    landscape = landscape_of(L, {b: (-1, 3), w: (-1, 2)}, points=7)
    graph = Graph.of(L)
    for place in np.ndindex(landscape.heights.shape):
        new = {w: landscape.upwards[place[0]], b: landscape.across[place[1]]}
        again = evaluate(graph, {node: np.float64(new[node]) for node in new})
        np.testing.assert_array_equal(landscape.heights[place], again)
    assert not np.isfinite(landscape.heights).all()


def test_the_map_is_labelled_with_the_learners_names(landscape):
    axes = draw_landscape(landscape)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("w", "b")
    assert axes.get_xlim() == (-2, 2)
    assert axes.get_ylim() == (-1, 3)


def test_an_arrow_points_against_the_gradient(landscape):
    axes = draw_landscape(landscape)
    draw_places(axes, {"start": (1.0, 2.0)}, [(0.25, -0.5)], stretch=2)
    (arrow,) = axes.texts[-1:]
    assert arrow.xyann == (1.0, 2.0)
    assert arrow.xy == (0.5, 3.0)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["start"]


def test_two_places_and_a_path_look_different_without_colour(landscape):
    axes = draw_landscape(landscape)
    draw_places(axes, {"first": (0, 0), "second": (1, 1)})
    draw_path(axes, [(0, 0), (1, 2)], "path", index=2)
    first, second, path = axes.get_lines()
    assert len({line.get_marker() for line in (first, second, path)}) == 3
    assert path.get_linestyle() != "-"
    np.testing.assert_array_equal(path.get_xydata(), [(0, 0), (1, 2)])


def test_a_landscape_needs_two_variables():
    w = bp.variable(1.0, "w")
    with pytest.raises(bp.InputError, match="two variables, but 1"):
        landscape_of(w * w, {w: (0, 1)})


def test_a_landscape_needs_numbers():
    w, b = bp.variable([1.0, 2.0], "w"), bp.variable(1.0, "b")
    with pytest.raises(bp.ShapeError, match=r"w has shape \(2,\)"):
        landscape_of(bp.total(w * b), {w: (0, 1), b: (0, 1)})


def test_a_node_of_another_graph_is_named():
    w, b, other = bp.variable(1.0, "w"), bp.variable(1.0, "b"), bp.variable(1.0, "c")
    with pytest.raises(bp.GraphError, match="c is not part of this graph"):
        landscape_of(w * b, {w: (0, 1), other: (0, 1)})


def test_what_is_computed_is_no_direction_to_walk_in():
    w, b = bp.variable(1.0, "w"), bp.variable(1.0, "b")
    z = bp.named(w * b, "z")
    for ranges in ({w: (0, 1), z: (0, 1)}, {z: (0, 1), w: (0, 1)}):
        with pytest.raises(bp.InputError, match=r"z is computed.* w, b\."):
            landscape_of(z + w, ranges)
