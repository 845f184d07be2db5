import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.rounding import EPSILON, scatter


@pytest.mark.parametrize("size", [1.0, 1e6, 1e12])
def test_rounding_is_that_of_the_terms_and_not_of_their_sum(size):
    x = bp.variable(0.5)
    of_the_loss, _ = scatter(bp.record(x + size - size))
    assert size * EPSILON / 10 < of_the_loss < size * EPSILON * 10


def test_a_sum_rounds_within():
    x = bp.variable([1e16, 1.0, -1e16])
    of_the_loss, _ = scatter(bp.record(bp.total(x)))
    assert of_the_loss > 0.5


def test_gradients_whose_terms_cancel_scatter():
    x = bp.variable([0.3, -1.0, 2.0])
    _, gradients = scatter(bp.record(bp.total(bp.softmax(x))))
    assert (gradients[x] > EPSILON / 100).all()
    assert (gradients[x] < EPSILON * 100).all()


def test_what_is_exact_does_not_scatter():
    x = bp.variable(0.0)
    of_the_loss, gradients = scatter(bp.record(bp.relu(x) * 3.0))
    assert of_the_loss < 1e-300
    assert gradients[x] == 0


def test_what_is_not_finite_says_nothing_of_rounding():
    x = bp.variable(0.0)
    of_the_loss, gradients = scatter(bp.record(bp.log(x) * 0.0))
    assert np.isfinite(of_the_loss) and np.isfinite(gradients[x])


def test_the_same_tape_scatters_the_same():
    L = bp.sigmoid(bp.variable(0.3) * 2.0)
    first, second = scatter(bp.record(L)), scatter(bp.record(L))
    assert first[0] == second[0]
    assert list(first[1].values()) == list(second[1].values())
