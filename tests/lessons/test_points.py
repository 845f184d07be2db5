import numpy as np
import pytest

from backprop_lab.errors import InputError
from backprop_lab.lessons.points import two_moons, two_spirals, xor

drawn = pytest.mark.parametrize("draw", [two_moons, two_spirals])


def test_xor_is_one_where_exactly_one_input_is():
    points = xor()
    assert np.array_equal(points.Y[0], points.X.sum(axis=0) == 1)


@drawn
def test_points_are_columns_and_half_of_them_of_each_class(draw):
    points = draw(count=60)
    assert points.X.shape == (2, 60)
    assert points.Y.shape == (1, 60)
    assert sorted(points.Y[0]) == [0] * 30 + [1] * 30


@drawn
def test_a_seed_fixes_the_points(draw):
    assert np.array_equal(draw(seed=3).X, draw(seed=3).X)
    assert not np.array_equal(draw(seed=3).X, draw(seed=4).X)


@drawn
def test_points_cannot_be_changed(draw):
    with pytest.raises(ValueError, match="read-only"):
        draw().X[0, 0] = 1


def test_moons_without_noise_lie_on_two_circles():
    points = two_moons(noise=0)
    zeros, ones = (points.X[:, points.Y[0] == kind] for kind in (0, 1))
    assert np.allclose(np.hypot(*zeros), 1)
    assert np.allclose(np.hypot(ones[0] - 1, ones[1] - 0.5), 1)


def test_spiral_arms_without_noise_are_opposite_and_never_meet():
    points = two_spirals(noise=0)
    zeros, ones = (points.X[:, points.Y[0] == kind] for kind in (0, 1))
    assert np.allclose(zeros, -ones)
    apart = np.linalg.norm(zeros[:, :, None] - ones[:, None, :], axis=0)
    assert apart.min() > 0.5


@drawn
@pytest.mark.parametrize("count", [0, 1, 7, -2])
def test_a_number_of_points_that_has_no_half_is_explained(draw, count):
    with pytest.raises(InputError, match="Give an even number"):
        draw(count=count)


@drawn
def test_negative_noise_is_explained(draw):
    with pytest.raises(InputError, match="give 0 or more"):
        draw(noise=-0.1)
