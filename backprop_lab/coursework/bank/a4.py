"""Assignment a4: a two-layer network, trained.

One example at a time, in columns: h = σ(W1 x + b1), ŷ = σ(W2 h + b2), and the loss
L = ½ Σ (ŷ − y)².
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _slope(z: Array) -> Array:
    return _sigmoid(z) * (1 - _sigmoid(z))


def _forward(x: Array, W1: Array, b1: Array, W2: Array, b2: Array) -> Case:
    h = _sigmoid(W1 @ x + b1)
    return h, _sigmoid(W2 @ h + b2)


def _backward(
    x: Array,
    y: Array,
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    *,
    sign: float = 1.0,
    slope: Callable[[Array, Array], Array] = lambda z, a: _slope(z),
    hidden_slope: bool = True,
    back: Array | None = None,
) -> tuple[Array, ...]:
    """Return dL/dW1, dL/db1, dL/dW2 and dL/db2; the settings are for mistakes."""
    z1 = W1 @ x + b1
    h = _sigmoid(z1)
    z2 = W2 @ h + b2
    delta2 = sign * (_sigmoid(z2) - y) * slope(z2, _sigmoid(z2))
    delta1 = (W2.T if back is None else back) @ delta2
    if hidden_slope:
        delta1 = delta1 * slope(z1, h)
    return np.outer(delta1, x), delta1, np.outer(delta2, h), delta2


def _step(*arguments: Any) -> Case:
    *case, rate = arguments
    gradients = _backward(*case)
    return tuple(
        value - rate * gradient
        for value, gradient in zip(case[2:], gradients, strict=True)
    )


def _step_with_new_weights(*arguments: Any) -> Case:
    """Takes the hidden deltas from output weights that have been updated already."""
    x, y, W1, b1, W2, b2, rate = arguments
    _, _, dW2, db2 = _backward(x, y, W1, b1, W2, b2)
    new_W2, new_b2 = W2 - rate * dW2, b2 - rate * db2
    dW1, db1, _, _ = _backward(x, y, W1, b1, W2, b2, back=new_W2.T)
    return W1 - rate * dW1, b1 - rate * db1, new_W2, new_b2


def _train(
    X: Array,
    Y: Array,
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    rate: float,
    steps: float,
    *,
    how: str = "",
) -> float:
    """Return the loss of all examples after some steps of gradient descent."""
    weights = [W1, b1, W2, b2]
    total = [np.zeros_like(value) for value in weights]
    for _ in range(int(steps)):
        if how != "keeps":
            total = [np.zeros_like(value) for value in weights]
        for x, y in zip(X, Y, strict=True):
            gradients = _backward(x, y, *weights)
            if how == "each":
                weights = [
                    w - rate * g for w, g in zip(weights, gradients, strict=True)
                ]
            elif how == "last":
                total = list(gradients)
            else:
                total = [t + g for t, g in zip(total, gradients, strict=True)]
        share = len(X) if how == "mean" else -1 if how == "uphill" else 1
        if how != "each":
            weights = [
                w - rate / share * t for w, t in zip(weights, total, strict=True)
            ]
    return sum(
        0.5 * float(np.sum((_forward(x, *weights)[1] - y) ** 2))
        for x, y in zip(X, Y, strict=True)
    )


def _network(random: Random) -> Case:
    """Return W1, b1, W2, b2: three inputs, two hidden values, two outputs."""
    return random.randn(2, 3), random.randn(2), random.randn(2, 2), random.randn(2)


def _example(random: Random) -> Case:
    return random.randn(3), random.choice([0.0, 1.0], 2), *_network(random)


def _training(random: Random) -> Case:
    examples = random.randn(3, 3), random.choice([0.0, 1.0], (3, 2))
    return *examples, *_network(random), round(float(random.uniform(0.5, 1.5)), 2), 3


def _chain(x: float, y: float, w1: float, w2: float, **changes: Any) -> float:
    """Return dL/dw1 of ŷ = σ(w2 σ(w1 x)), a network of one neuron per layer."""
    one = [np.array([[w1]]), np.zeros(1), np.array([[w2]]), np.zeros(1)]
    gradients = _backward(np.array([x]), np.array([y]), *one, **changes)
    return float(gradients[0][0, 0])


def _own(random: Random) -> Case:
    x, w1, w2 = random.uniform((1.0, 0.4, 2.0), (3.0, 1.0, 4.0)).round(1).tolist()
    return x, 0.0, w1, w2


_BACKWARD = {
    "wrong sign of dL/dŷ": (
        "dL/dŷ = ŷ − y.",
        lambda *case: _backward(*case, sign=-1.0),
    ),
    "sigmoid' of a, not of z": (
        "σ'(z) = a (1 − a), where a = σ(z) already: do not take σ again.",
        lambda *case: _backward(*case, slope=lambda z, a: _slope(a)),
    ),
    "left out the hidden sigmoid": (
        "delta1 = (W2ᵀ delta2) · σ'(z1): the hidden layer has a sigmoid too.",
        lambda *case: _backward(*case, hidden_slope=False),
    ),
    "forgot to transpose W2": (
        "W2 takes h forwards; W2ᵀ takes delta2 back.",
        lambda *case: _backward(*case, back=case[4]),
    ),
    "missing upstream gradient": (
        "σ'(z1) is only the local derivative; multiply it by W2ᵀ delta2.",
        lambda *case: _backward(*case, back=np.ones((2, 2))),
    ),
}

EXERCISES = (
    Exercise(
        "a4-q1",
        "Write forward(x, W1, b1, W2, b2): the hidden values h and the output ŷ.",
        name="forward",
        cases=lambda random: (random.randn(3), *_network(random)),
        reference=_forward,
        parts=("h", "ŷ"),
        points=2.0,
        hints=("Each layer is a matrix times a column, plus a bias, through σ.",),
        mistakes={
            "forgot the biases": (
                "z1 = W1 x + b1 and z2 = W2 h + b2.",
                lambda x, W1, b1, W2, b2: _forward(x, W1, 0 * b1, W2, 0 * b2),
            ),
            "left out the hidden sigmoid": (
                "h = σ(z1); without it two layers are no more than one.",
                lambda x, W1, b1, W2, b2: (
                    W1 @ x + b1,
                    _sigmoid(W2 @ (W1 @ x + b1) + b2),
                ),
            ),
            "left out the output sigmoid": (
                "ŷ = σ(z2).",
                lambda x, W1, b1, W2, b2: (
                    _sigmoid(W1 @ x + b1),
                    W2 @ _sigmoid(W1 @ x + b1) + b2,
                ),
            ),
        },
    ),
    Exercise(
        "a4-q2",
        "Write backward(x, y, W1, b1, W2, b2): the gradients of the loss.",
        name="backward",
        cases=_example,
        reference=_backward,
        parts=("dL/dW1", "dL/db1", "dL/dW2", "dL/db2"),
        points=4.0,
        hints=(
            "Start at the end: delta2 = dL/dz2, then dL/dW2 and dL/db2 from it.",
            "delta1 = (W2ᵀ delta2) · σ'(z1); dL/dW1 is the outer product with x.",
        ),
        mistakes=_BACKWARD,
    ),
    Exercise(
        "a4-q3",
        "Write training_step(x, y, W1, b1, W2, b2, rate): all four, after one step.",
        name="training_step",
        cases=lambda random: (*_example(random), float(random.uniform(0.5, 2))),
        reference=_step,
        parts=("W1", "b1", "W2", "b2"),
        points=4.0,
        hints=("First all gradients, from the old weights; then all updates.",),
        mistakes={
            "used already updated weights": (
                "delta1 belongs to the old W2: compute all gradients before updating.",
                _step_with_new_weights,
            ),
            "climbed instead of descending": (
                "subtract rate · gradient.",
                lambda *case: _step(*case[:-1], -case[-1]),
            ),
            "forgot the learning rate": (
                "the step is rate · gradient.",
                lambda *case: _step(*case[:-1], 1.0),
            ),
        },
    ),
    Exercise(
        "a4-q4",
        "Write train(X, Y, W1, b1, W2, b2, rate, steps): the loss after some steps.",
        name="train",
        cases=_training,
        reference=_train,
        parts=("loss",),
        points=4.0,
        hints=(
            "In each step add up the gradients of all rows of X and Y, then update.",
            "Start each step's sum at zero. At the end add up the losses of all rows.",
        ),
        mistakes={
            "forgot zeroing the gradients": (
                "the sum of a step starts at zero; the last step's is used up.",
                lambda *case: _train(*case, how="keeps"),
            ),
            "overwrote instead of accumulating": (
                "add the gradients of all examples (+=, not =).",
                lambda *case: _train(*case, how="last"),
            ),
            "mean for sum": (
                "the loss is a sum over the examples, and so is its gradient.",
                lambda *case: _train(*case, how="mean"),
            ),
            "updated after each example": (
                "one step is one update, with the gradients of all examples.",
                lambda *case: _train(*case, how="each"),
            ),
            "climbed instead of descending": (
                "subtract rate · gradient.",
                lambda *case: _train(*case, how="uphill"),
            ),
        },
    ),
    Exercise(
        "a4-q5",
        "With your own numbers: predict dL/dw1 of ŷ = σ(w2 σ(w1 x)), by hand.",
        name="my_gradient",
        answer="number",
        cases=_own,
        reference=_chain,
        parts=("dL/dw1",),
        points=2.0,
        # Three significant digits of a number near 0.05.
        tolerance=2e-4,
        hints=("Five factors: one for the loss, two for σ, one for w2 and one for x.",),
        mistakes={
            "wrong sign of dL/dŷ": (
                "dL/dŷ = ŷ − y.",
                lambda *case: _chain(*case, sign=-1.0),
            ),
            "left out the hidden sigmoid": (
                "h (1 − h) is a factor too.",
                lambda *case: _chain(*case, hidden_slope=False),
            ),
            "sigmoid' of a, not of z": (
                "σ'(z) = a (1 − a), where a = σ(z) already.",
                lambda *case: _chain(*case, slope=lambda z, a: _slope(a)),
            ),
            "missing upstream gradient": (
                "on the way back from z2 to h there is the factor w2.",
                lambda *case: _chain(*case, back=np.ones((1, 1))),
            ),
        },
    ),
)
