"""Lesson 11: the same ideas in PyTorch and JAX."""

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array


def _draw_batches(random: Random) -> Case:
    gradients = np.round(random.uniform(0.5, 3.0, 2), 1).tolist()
    sizes = random.choice(np.arange(2, 12), 2, replace=False).tolist()
    return gradients[0], sizes[0], gradients[1], sizes[1]


def _draw_layer(random: Random) -> Case:
    """Draw four examples as rows, a layer from three to two, and its upstream."""
    return (
        random.normal(size=(4, 3)),
        random.normal(size=(2, 3)),
        random.normal(size=(4, 2)),
    )


def _linear(X: Array, W: Array, G: Array) -> Case:
    return G @ W, G.T @ X, G.sum(axis=0)


def _pullback(x: float, y: float, g: float) -> Case:
    return g * y + g * np.cos(x), g * x


EXERCISES = (
    Exercise(
        "11-batches",
        "Write whole(g1, n1, g2, n2): the gradient of the mean loss over all n1 + n2 "
        "examples, from the gradients g1, g2 of the mean losses of two batches.",
        name="whole",
        cases=_draw_batches,
        reference=lambda g1, n1, g2, n2: (n1 * g1 + n2 * g2) / (n1 + n2),
        hints=(
            "The mean loss of a batch is its sum divided by n. Go back to the sums.",
            "The sum over the first batch has the gradient n1 g1.",
        ),
        mistakes={
            "added, as backward() does": (
                "two calls of backward() store g1 + g2, which is the gradient of the "
                "sum of the two means.",
                lambda g1, n1, g2, n2: g1 + g2,
            ),
            "the mean of the means": (
                "the larger batch counts more: weigh each gradient with its size.",
                lambda g1, n1, g2, n2: (g1 + g2) / 2,
            ),
            "the sum over all examples": (
                "that is the gradient of the summed loss; divide by n1 + n2.",
                lambda g1, n1, g2, n2: n1 * g1 + n2 * g2,
            ),
            "each gradient with the other's size": (
                "g1 belongs to n1.",
                lambda g1, n1, g2, n2: (n2 * g1 + n1 * g2) / (n1 + n2),
            ),
        },
    ),
    Exercise(
        "11-linear",
        "Write linear_backward(X, W, G) for Z = X @ W.T + b with one example in each "
        "row: return dL/dX, dL/dW, dL/db, where G = dL/dZ.",
        name="linear_backward",
        cases=_draw_layer,
        reference=_linear,
        parts=("dL/dX", "dL/dW", "dL/db"),
        points=2.0,
        hints=(
            "A gradient has the shape of what it belongs to: (4, 3), (2, 3), (2,).",
            "Only one product of G and X has W's shape, only one of G and W has X's.",
        ),
        mistakes={
            "transposed": (
                "dL/dW has the shape of W: (G.T @ X), not (X.T @ G).",
                lambda X, W, G: (G @ W, X.T @ G, G.sum(axis=0)),
            ),
            "the mean over the batch": (
                "the mean, if there is one, is in the loss and so in G already: sum.",
                lambda X, W, G: (G @ W, G.T @ X / len(X), G.mean(axis=0)),
            ),
            "summed the wrong axis": (
                "b has one entry for each neuron; sum over the examples, the rows.",
                lambda X, W, G: (G @ W, G.T @ X, G.sum(axis=1)),
            ),
            "the first example only": (
                "every example uses W and b; add what all of them send.",
                lambda X, W, G: (G @ W, np.outer(G[0], X[0]), G[0]),
            ),
        },
    ),
    Exercise(
        "11-pullback",
        "Write pullback(x, y, g): what jax.vjp returns for z = x y + sin(x), that is, "
        "the contributions to x and y for the upstream gradient g.",
        name="pullback",
        cases=lambda random: tuple(random.uniform(0.3, 1.3, 3).tolist()),
        reference=_pullback,
        parts=("to x", "to y"),
        hints=(
            "x is used twice: in the product and in the sine.",
            "Every contribution is upstream times local derivative.",
        ),
        mistakes={
            "left out the upstream gradient": (
                "a VJP multiplies by g; these are the local derivatives alone.",
                lambda x, y, g: _pullback(x, y, 1.0),
            ),
            "only one use of x": (
                "x also receives from the sine: add g cos(x).",
                lambda x, y, g: (g * y, g * x),
            ),
            "overwrote instead of accumulating": (
                "x receives two contributions: add them.",
                lambda x, y, g: (g * np.cos(x), g * x),
            ),
            "took the derivatives for the values": (
                "the derivative of sin is cos, that of x y by x is y.",
                lambda x, y, g: (g * (x * y + np.sin(x)), g * x * y),
            ),
        },
    ),
)
