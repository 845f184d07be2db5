"""Assignment a3: matrix gradients and broadcasting; a batch has one example per row."""

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array


def _layer_case(random: Random) -> Case:
    """Return X, W and the upstream gradient of Z = X W; no two lengths are equal."""
    return random.randn(4, 3), random.randn(3, 2), random.randn(4, 2)


def _layer(X: Array, W: Array, upstream: Array) -> Case:
    return X.T @ upstream, upstream @ W.T


def _scale(X: Array, s: Array, c: Array, upstream: Array) -> Case:
    return (X * upstream).sum(axis=0), upstream.sum(axis=1, keepdims=True)


def _own(random: Random) -> Case:
    """Return two vectors of whole numbers; their outer product is no symmetric one."""
    return tuple(
        random.choice([-4.0, -3.0, -2.0, 2.0, 3.0, 4.0, 5.0], 2, replace=False)
        for _ in range(2)
    )


EXERCISES = (
    Exercise(
        "a3-q1",
        "Write layer_gradients(X, W, upstream): dL/dW and dL/dX of Z = X W, where "
        "upstream is dL/dZ.",
        name="layer_gradients",
        cases=_layer_case,
        reference=_layer,
        parts=("dL/dW", "dL/dX"),
        points=4.0,
        hints=(
            "A gradient has the shape of its value: which product has that shape?",
            "Z_ij = Σ_k X_ik W_kj. Collect everything that W_kj is multiplied by.",
        ),
        mistakes={
            "transpose on the wrong side": (
                "this is the transpose; dL/dW has the shape of W: Xᵀ · dL/dZ.",
                lambda X, W, upstream: (upstream.T @ X, W @ upstream.T),
            ),
            "missing upstream gradient": (
                "this takes dL/dZ for ones; multiply by the upstream gradient.",
                lambda X, W, upstream: _layer(X, W, np.ones_like(upstream)),
            ),
            "mean for sum over the batch": (
                "every example adds its contribution; nothing divides by their number.",
                lambda X, W, upstream: (
                    X.T @ upstream / len(X),
                    upstream @ W.T / len(X),
                ),
            ),
        },
    ),
    Exercise(
        "a3-q2",
        "Write bias_gradient(upstream): dL/db of Z = X W + b for a whole batch.",
        name="bias_gradient",
        cases=lambda random: (random.randn(4, 3),),
        reference=lambda upstream: upstream.sum(axis=0),
        parts=("dL/db",),
        points=2.0,
        hints=("b is added to each row of X W. How often is each entry of b used?",),
        mistakes={
            "mean for sum": (
                "a value used once per example receives one contribution per example; "
                "they are added, not averaged.",
                lambda upstream: upstream.mean(axis=0),
            ),
            "summed over the wrong axis": (
                "sum over the examples, which are the rows: axis 0.",
                lambda upstream: upstream.sum(axis=1),
            ),
            "did not sum over the broadcast axis": (
                "b has one row, dL/dZ has one per example: add them up.",
                lambda upstream: upstream,
            ),
            "kept the broadcast axis": (
                "b is a vector, so its gradient is one too: no keepdims.",
                lambda upstream: upstream.sum(axis=0, keepdims=True),
            ),
            "overwrote instead of accumulating": (
                "this is the last example's contribution alone; add all (+=, not =).",
                lambda upstream: upstream[-1],
            ),
        },
    ),
    Exercise(
        "a3-q3",
        "Write scale_gradients(X, s, c, upstream): dL/ds and dL/dc of Y = X s + c, "
        "where s has one number per column (3,) and c one per row (4, 1).",
        name="scale_gradients",
        cases=lambda random: (
            random.randn(4, 3),
            random.randn(3),
            random.randn(4, 1),
            random.randn(4, 3),
        ),
        reference=_scale,
        parts=("dL/ds", "dL/dc"),
        points=4.0,
        hints=(
            "s is stretched over the rows and c over the columns: sum there.",
            "dL/ds: multiply by X before the sum; dL/dc keeps its shape (4, 1).",
        ),
        mistakes={
            "missing local derivative": (
                "dY/ds = X: multiply entry by entry, then sum.",
                lambda X, s, c, upstream: (
                    upstream.sum(axis=0),
                    upstream.sum(axis=1, keepdims=True) * c,
                ),
            ),
            "mean for sum": (
                "the contributions of all uses are added, not averaged.",
                lambda X, s, c, upstream: (
                    (X * upstream).mean(axis=0),
                    upstream.mean(axis=1, keepdims=True),
                ),
            ),
            "did not sum over the broadcast axis": (
                "the gradient has the shape of the value: sum where it was stretched.",
                lambda X, s, c, upstream: (X * upstream, upstream),
            ),
            "lost an axis of length 1": (
                "c has the shape (4, 1), so its gradient has too: keepdims=True.",
                lambda X, s, c, upstream: (
                    (X * upstream).sum(axis=0, keepdims=True),
                    upstream.sum(axis=1),
                ),
            ),
        },
    ),
    Exercise(
        "a3-q4",
        "With your own numbers: predict dL/dW of z = W x for one example, given dL/dz.",
        name="my_gradient",
        answer="number",
        cases=_own,
        reference=lambda x, delta: np.outer(delta, x),
        parts=("dL/dW",),
        points=2.0,
        hints=(
            "W is 2 × 2. Entry (i, j) of W is multiplied by x_j and goes into z_i.",
        ),
        mistakes={
            "transpose on the wrong side": (
                "row i belongs to z_i: entry (i, j) is delta_i · x_j.",
                lambda x, delta: np.outer(x, delta),
            ),
            "multiplied entry by entry": (
                "every delta meets every x: the outer product, 2 × 2 numbers.",
                lambda x, delta: delta * x,
            ),
            "took the inner product": (
                "the gradient has the shape of W: 2 × 2.",
                lambda x, delta: delta @ x,
            ),
            "missing upstream gradient": (
                "the local derivative of z_i is x_j; multiply it by delta_i.",
                lambda x, delta: np.outer(np.ones(2), x),
            ),
        },
    ),
)
