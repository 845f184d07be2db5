"""Lesson 07: the deltas, the gradients and the update of a two-layer network."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import backprop_lab as bp
from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import sigmoid


def _delta_by_hand(w1: float, w2: float, d: float) -> Array:
    """Return delta1 where h = (1/2, 1/2), so that σ′(z1) = 1/4."""
    return np.array([[w1], [w2]]) * d / 4


def _slope(z: Array) -> Array:
    return sigmoid(z) * (1 - sigmoid(z))


def _own_numbers(random: Random) -> Case:
    return tuple(np.round(random.uniform(0.2, 2, 3), 1).tolist())


def _network(random: Random) -> Case:
    """Return x, y, W1, b1, W2, b2 with two inputs and two neurons in each layer."""
    x, b1, b2 = (random.uniform(-1, 1, (2, 1)) for _ in range(3))
    W1, W2 = (random.uniform(-1, 1, (2, 2)) for _ in range(2))
    return x, random.uniform(0, 1, (2, 1)), W1, b1, W2, b2


def _gradients(x: Array, y: Array, *parameters: Array) -> Case:
    """Return the gradients with respect to W1, b1, W2 and b2, from the tape."""
    W1, b1, W2, b2 = nodes = [bp.variable(array) for array in parameters]
    y_hat = bp.sigmoid(W2 @ bp.sigmoid(W1 @ x + b1) + b2)
    tape = bp.record(bp.squared_error(y_hat, y))
    return tuple(tape.gradient(node) for node in nodes)


def _by_hand(
    delta2: Callable[[Array, Array], Array] = lambda y_hat, y: (
        (y_hat - y) * y_hat * (1 - y_hat)
    ),
    back_through: Callable[[Array], Array] = np.transpose,
    hidden_slope: Callable[[Array], Array] = lambda h: h * (1 - h),
    into_output: Callable[[Array, Array], Array] = lambda x, h: h,
) -> Callable[..., Case]:
    """Return the backward pass as it is written by hand, for a mistake to be put in."""

    def gradients(
        x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: Array
    ) -> Case:
        h = sigmoid(W1 @ x + b1)
        d2 = delta2(sigmoid(W2 @ h + b2), y)
        d1 = (back_through(W2) @ d2) * hidden_slope(h)
        return d1 @ x.T, d1, d2 @ into_output(x, h).T, d2

    return gradients


_RIGHT = _by_hand()


def _networks_and_rates(random: Random) -> Case:
    return (*_network(random), float(random.uniform(0.2, 0.8)))


def _step(network: Sequence[Array], alpha: float) -> Case:
    """Return W1 and W2 after a step; the biases stay, as in Mazur's calculation."""
    _, _, W1, _, W2, _ = network
    dW1, _, dW2, _ = _RIGHT(*network)
    return W1 - alpha * dW1, W2 - alpha * dW2


def _step_through_new_weights(*case: Any) -> Case:
    *network, alpha = case
    x, y, W1, b1, W2, b2 = network
    _, new_W2 = _step(network, alpha)
    h = sigmoid(W1 @ x + b1)
    y_hat = sigmoid(W2 @ h + b2)
    delta1 = (new_W2.T @ ((y_hat - y) * y_hat * (1 - y_hat))) * h * (1 - h)
    return W1 - alpha * delta1 @ x.T, new_W2


def _step_through_new_network(*case: Any) -> Case:
    x, y, W1, b1, W2, b2, alpha = case
    _, new_W2 = _step((x, y, W1, b1, W2, b2), alpha)
    new_W1, _ = _step((x, y, W1, b1, new_W2, b2), alpha)
    return new_W1, new_W2


EXERCISES = (
    Exercise(
        "07-by-hand",
        "With your own numbers w1, w2 and d: W2 = [[w1, w2]], delta2 = [[d]] and both "
        "hidden neurons have h = 1/2. Work out delta1, a column.",
        name="my_delta1",
        answer="number",
        cases=_own_numbers,
        reference=_delta_by_hand,
        parts=("delta1",),
        hints=(
            "First send delta2 back through the weights: W2ᵀ delta2 is a column.",
            "Then multiply by σ′(z1) = h (1 − h), which is 1/4 for both.",
        ),
        mistakes={
            "forgot σ′(z1)": (
                "this is dL/dh; multiply by σ′(z1) to get dL/dz1.",
                lambda w1, w2, d: 4 * _delta_by_hand(w1, w2, d),
            ),
            "multiplied by h instead of σ′(z1)": (
                "σ′(z1) = h (1 − h) = 1/4, not 1/2.",
                lambda w1, w2, d: 2 * _delta_by_hand(w1, w2, d),
            ),
            "gave both neurons the same": (
                "each hidden neuron has its own weight into the output.",
                lambda w1, w2, d: np.full((2, 1), (w1 + w2) * d / 4),
            ),
        },
    ),
    Exercise(
        "07-gradients",
        "Write four_gradients(x, y, W1, b1, W2, b2): the gradients of "
        "L = ½ Σ (y − ŷ)² with respect to W1, b1, W2 and b2.",
        name="four_gradients",
        cases=_network,
        reference=_gradients,
        parts=("dL/dW1", "dL/db1", "dL/dW2", "dL/db2"),
        points=4.0,
        hints=(
            "Forward first: z1, h, z2, y_hat. Then delta2, then delta1.",
            "A layer's dL/dW is delta @ (what came in).T, and its dL/db is delta.",
        ),
        mistakes={
            "the wrong sign of dL/dŷ": (
                "L = ½ (y − ŷ)² has the derivative ŷ − y with respect to ŷ.",
                _by_hand(delta2=lambda y_hat, y: (y - y_hat) * y_hat * (1 - y_hat)),
            ),
            "forgot σ′(z2)": (
                "delta2 is dL/dz2: multiply ŷ − y by ŷ (1 − ŷ).",
                _by_hand(delta2=lambda y_hat, y: y_hat - y),
            ),
            "forgot σ′(z1)": (
                "delta1 is dL/dz1: multiply W2ᵀ delta2 by h (1 − h).",
                _by_hand(hidden_slope=np.ones_like),
            ),
            "took σ′ at h instead of z1": (
                "h = σ(z1) already; σ′(z1) = h (1 − h), without another sigmoid.",
                _by_hand(hidden_slope=_slope),
            ),
            "forgot the transpose": (
                "the blame goes back from outputs to hidden neurons: W2.T @ delta2.",
                _by_hand(back_through=lambda W2: W2),
            ),
            "used x where h came in": (
                "what came into the output layer is h: dL/dW2 = delta2 @ h.T.",
                _by_hand(into_output=lambda x, h: x),
            ),
        },
    ),
    Exercise(
        "07-step",
        "Write step(x, y, W1, b1, W2, b2, alpha): W1 and W2 after one step of gradient "
        "descent with the learning rate alpha. The biases stay as they are.",
        name="step",
        cases=_networks_and_rates,
        reference=lambda x, y, W1, b1, W2, b2, alpha: _step(
            (x, y, W1, b1, W2, b2), alpha
        ),
        parts=("new W1", "new W2"),
        points=2.0,
        hints=(
            "Work out both gradients before you change any weight.",
            "W ← W − alpha · delta hᵀ, and for the first layer x stands for h.",
        ),
        mistakes={
            "used the updated W2 for delta1": (
                "all gradients are taken at the old weights; update them afterwards.",
                _step_through_new_weights,
            ),
            "ran forward again with the updated W2": (
                "one forward pass, one backward pass, then all updates at once.",
                _step_through_new_network,
            ),
            "went uphill": (
                "the gradient points to a larger loss: subtract it.",
                lambda *case: _step(case[:-1], -case[-1]),
            ),
            "forgot the learning rate": (
                "multiply the gradient by alpha.",
                lambda *case: _step(case[:-1], 1.0),
            ),
        },
    ),
)
