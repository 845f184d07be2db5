from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.errors import InputError
from backprop_lab.lessons.layers import random_layers


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_a_layer_fits_the_layer_before_it(sizes):
    layers = random_layers(sizes)
    assert len(layers) == len(sizes) - 1
    for (W, b), (inputs, neurons) in zip(layers, pairwise(sizes), strict=True):
        assert W.shape == (neurons, inputs)
        assert b.shape == (neurons, 1)
        assert not b.any()


def test_weights_are_as_large_as_their_sum_allows():
    (W, _), *_ = random_layers((400, 100))
    assert np.std(W) == pytest.approx(1 / 20, rel=0.02)


def test_a_seed_fixes_the_weights():
    (first, _), (second, _), (other, _) = (
        random_layers((2, 3), seed)[0] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("sizes", [(), (2,), (2, 0), (2, -1, 1), (2, 1.5), "23"])
def test_sizes_that_describe_no_network_are_explained(sizes):
    with pytest.raises(InputError, match=r"Give whole numbers above 0.*\(2, 8, 1\)"):
        random_layers(sizes)
