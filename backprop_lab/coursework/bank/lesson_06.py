"""Lesson 06: from scalars to vectors."""

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import sigmoid

_SIZE = 3  # Everything is square, so that a forgotten transpose still has a shape.


def _matrix(random: Random) -> Array:
    return np.array(random.uniform(-2, 2, (_SIZE, _SIZE)))


def _vector(random: Random) -> Array:
    return np.array(random.uniform(-2, 2, _SIZE))


def _sizes(random: Random) -> Case:
    """Draw four sizes that are all different, so that shapes cannot be mixed up."""
    return tuple(int(size) for size in random.permutation(np.arange(2, 9))[:3])


def _delta(W: Array, x: Array, b: Array, y: Array) -> Array:
    a = sigmoid(W @ x + b)
    return np.asarray((a - y) * a * (1 - a))


def _slope_at_a(W: Array, x: Array, b: Array, y: Array) -> Case:
    a = sigmoid(W @ x + b)
    delta = (a - y) * sigmoid(a) * (1 - sigmoid(a))
    return np.outer(delta, x), delta


def _without_slope(W: Array, x: Array, b: Array, y: Array) -> Case:
    delta = sigmoid(W @ x + b) - y
    return np.outer(delta, x), delta


EXERCISES = (
    Exercise(
        "06-shapes",
        "A layer Z = W X + b has n neurons, k inputs and a batch of m examples, one in "
        "each column of X. Give the shapes of the gradients with respect to W, X, b "
        "and Z, each as (rows, columns).",
        name="my_shapes",
        answer="number",
        cases=_sizes,
        reference=lambda n, k, m: ((n, k), (k, m), (n, 1), (n, m)),
        parts=("of W", "of X", "of b", "of Z"),
        tolerance=1e-9,
        hints=(
            "A gradient has one number for each number of the value.",
            "So these are the shapes of W, X, b and Z themselves. W has a row for each "
            "neuron, X a column for each example.",
        ),
        mistakes={
            "mixed up rows and columns": (
                "W has a row for each neuron; X has a column for each example.",
                lambda n, k, m: ((k, n), (m, k), (1, n), (m, n)),
            ),
            "one bias for each example": (
                "all examples share the same n biases; their contributions are summed.",
                lambda n, k, m: ((n, k), (k, m), (n, m), (n, m)),
            ),
        },
    ),
    Exercise(
        "06-sigmoid-layer",
        "Write sigmoid_layer(W, x, b, y): the gradients with respect to W and b, where "
        "a = sigmoid(W x + b) and L is the sum of ½ (y − a)².",
        name="sigmoid_layer",
        cases=lambda random: (
            *(_matrix(random), _vector(random)),
            *(_vector(random), random.uniform(0, 1, _SIZE)),
        ),
        reference=lambda W, x, b, y: (
            np.outer(_delta(W, x, b, y), x),
            _delta(W, x, b, y),
        ),
        parts=("dL/dW", "dL/db"),
        points=2.0,
        hints=(
            "delta = dL/dz has an entry for each neuron: two factors, entry by entry.",
            "delta = (a − y) · a (1 − a); then outer(delta, x) and delta.",
        ),
        mistakes={
            "took the slope of the sigmoid at a instead of z": (
                "σ'(z) = a (1 − a); a has been through the sigmoid already.",
                _slope_at_a,
            ),
            "left out the slope of the sigmoid": (
                "a − y is dL/da; times a (1 − a) it is dL/dz.",
                _without_slope,
            ),
            "swapped the factors of the outer product": (
                "rows of W belong to neurons, so delta comes first: outer(delta, x).",
                lambda W, x, b, y: (
                    np.outer(x, _delta(W, x, b, y)),
                    _delta(W, x, b, y),
                ),
            ),
            "wrong sign of dL/da": (
                "dL/da = a − y: it is negative where a is too small.",
                lambda W, x, b, y: (
                    np.outer(-_delta(W, x, b, y), x),
                    -_delta(W, x, b, y),
                ),
            ),
        },
    ),
    Exercise(
        "06-batch",
        "Write batch_gradients(W, X, Delta): the gradients with respect to W, b (a "
        "column) and X, where Z = W X + b, each column of X is an example, and "
        "dL/dZ = Delta.",
        name="batch_gradients",
        cases=lambda random: (_matrix(random), _matrix(random), _matrix(random)),
        reference=lambda W, X, Delta: (
            Delta @ X.T,
            Delta.sum(axis=1, keepdims=True),
            W.T @ Delta,
        ),
        parts=("dL/dW", "dL/db", "dL/dX"),
        points=2.0,
        hints=(
            "For one example they are outer(δ, x), δ and W.T @ δ. Add the examples up "
            "where they share something.",
            "b is shared by all examples: sum Delta over its columns, and keep it a "
            "column with keepdims=True.",
        ),
        mistakes={
            "took the mean over the examples": (
                "the contributions of all examples are added; a mean puts its 1/m "
                "into Delta.",
                lambda W, X, Delta: (
                    Delta @ X.T / X.shape[1],
                    Delta.mean(axis=1, keepdims=True),
                    W.T @ Delta,
                ),
            ),
            "summed over the neurons": (
                "b has an entry for each neuron; sum over the examples, the columns.",
                lambda W, X, Delta: (
                    Delta @ X.T,
                    Delta.sum(axis=0, keepdims=True).T,
                    W.T @ Delta,
                ),
            ),
            "left out the transposes": (
                "nothing else fits when the sizes differ: Delta @ X.T and W.T @ Delta.",
                lambda W, X, Delta: (
                    Delta @ X,
                    Delta.sum(axis=1, keepdims=True),
                    W @ Delta,
                ),
            ),
            "wrong order of the factors": (
                "the order of a matrix product matters: Delta @ X.T and W.T @ Delta.",
                lambda W, X, Delta: (
                    X.T @ Delta,
                    Delta.sum(axis=1, keepdims=True),
                    Delta @ W.T,
                ),
            ),
        },
    ),
)
