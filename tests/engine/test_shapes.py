"""Shapes that do not fit together, and what to do about it."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.shapes import index_text


def message_of(mistake):
    """Return what a learner is told about shapes."""
    with pytest.raises(bp.ShapeError) as caught:
        mistake()
    return str(caught.value)


def test_shapes_that_do_not_broadcast():
    v, w = bp.variable([1.0, 2.0, 3.0], "v"), bp.variable([1.0, 2.0], "w")
    told = message_of(lambda: v * w)
    assert "multiply: the shapes do not fit together" in told
    assert "v has shape (3,), w has shape (2,)" in told
    assert "@ for a matrix product" in told


def test_a_product_with_the_sizes_the_wrong_way_round():
    W, x = bp.variable(np.ones((3, 2)), "W"), bp.variable(np.ones(3), "x")
    told = message_of(lambda: W @ x)
    assert "W has shape (3, 2), x has shape (3,)" in told
    assert "Did you mean the transpose, W.T @ x?" in told


def test_a_product_of_two_batches():
    X, Y = bp.variable(np.ones((5, 2)), "X"), bp.variable(np.ones((3, 2)), "Y")
    told = message_of(lambda: X @ Y)
    assert "Did you mean the transpose, X @ Y.T?" in told


def test_the_advice_of_a_product_works():
    W, x = bp.variable(np.ones((3, 2)), "W"), bp.variable(np.ones(3), "x")
    X, Y = bp.variable(np.ones((5, 2)), "X"), bp.variable(np.ones((3, 2)), "Y")
    assert ((W.T @ x).shape, (X @ Y.T).shape) == ((2,), (5, 3))


def test_an_unnamed_operand_is_described():
    told = message_of(lambda: bp.exp([1.0, 2.0]) + np.ones(3))
    assert "the result of exp has shape (2,)" in told
    assert "the constant [1, 1, 1] has shape (3,)" in told


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (0, "0"),
        ((0, 1), "0, 1"),
        (slice(None), ":"),
        (slice(1, None), "1:"),
        (slice(None, None, -1), "::-1"),
        ((..., 0), "…, 0"),
        ([0, 0, 2], "[0, 0, 2]"),
        (np.array([True, False]), "[True, False]"),
        (np.arange(100), "[100 positions]"),
    ],
)
def test_an_index_is_written_as_between_brackets(index, text):
    assert index_text(index) == text
