"""Lesson 08: counting parameters, and deltas through many layers."""

import itertools
from collections.abc import Callable

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import sigmoid


def _sizes(random: Random) -> Case:
    return ([int(size) for size in random.randint(2, 9, random.randint(4, 6))],)


def _weights(sizes: list[int]) -> int:
    return sum(inputs * neurons for inputs, neurons in itertools.pairwise(sizes))


def _three_layers(random: Random) -> Case:
    """Return W2, W3, a1, a2, y_hat and y, two neurons in each layer."""
    W2, W3 = (random.uniform(-1, 1, (2, 2)) for _ in range(2))
    a1, a2, z3 = (random.uniform(-0.9, 0.9, (2, 1)) for _ in range(3))
    return W2, W3, a1, a2, sigmoid(z3), random.uniform(0, 1, (2, 1))


def _deltas(
    slope: Callable[[Array], Array] = lambda a: 1 - a**2,
    output_slope: Callable[[Array], Array] = lambda y_hat: y_hat * (1 - y_hat),
    back_through: Callable[[Array], Array] = np.transpose,
    *,
    own_weights: bool = False,
) -> Callable[..., Case]:
    """Return the right answer to 08-deltas, for a mistake to be put in."""

    def deltas(
        W2: Array, W3: Array, a1: Array, a2: Array, y_hat: Array, y: Array
    ) -> Case:
        delta3 = (y_hat - y) * output_slope(y_hat)
        delta2 = (back_through(W2 if own_weights else W3) @ delta3) * slope(a2)
        delta1 = (back_through(W2) @ delta2) * slope(a1)
        return delta1, delta2, delta3

    return deltas


def _mean_gradients(delta: Array, a: Array) -> Case:
    examples = delta.shape[1]
    return delta @ a.T / examples, delta.mean(axis=1, keepdims=True)


EXERCISES = (
    Exercise(
        "08-count",
        "Write count(sizes): how many parameters (weights and biases) a network has, "
        "where sizes lists the numbers of neurons from the inputs to the outputs.",
        name="count",
        cases=_sizes,
        reference=lambda sizes: _weights(sizes) + sum(sizes[1:]),
        parts=("parameters",),
        hints=(
            "A layer of 3 neurons with 2 inputs has 3 · 2 weights and 3 biases.",
            "itertools.pairwise(sizes) gives (inputs, neurons) for each layer.",
        ),
        mistakes={
            "forgot the biases": (
                "every neuron has a bias as well.",
                _weights,
            ),
            "gave the inputs biases": (
                "the inputs are given; only computed layers have biases.",
                lambda sizes: _weights(sizes) + sum(sizes),
            ),
            "one bias for each layer": (
                "each neuron of a layer has its own bias.",
                lambda sizes: _weights(sizes) + len(sizes) - 1,
            ),
            "connected only the first layer": (
                "every layer has weights: one for each pair of neighbours.",
                lambda sizes: sizes[0] * sizes[1] + sum(sizes[1:]),
            ),
        },
    ),
    Exercise(
        "08-deltas",
        "Write three_deltas(W2, W3, a1, a2, y_hat, y): delta1, delta2 and delta3 of a "
        "network with three layers, two of tanh and one of sigmoid.",
        name="three_deltas",
        cases=_three_layers,
        reference=_deltas(),
        parts=("delta1", "delta2", "delta3"),
        points=3.0,
        hints=(
            "Start at the end: delta3 is (ŷ − y) times the sigmoid's derivative.",
            "delta2 is made of W3 and delta3, delta1 of W2 and delta2.",
        ),
        mistakes={
            "used a layer's own weights": (
                "delta2 comes from the layer after it, so through W3.",
                _deltas(own_weights=True),
            ),
            "forgot the transpose": (
                "back through the weights it is W3.T @ delta3, and W2.T @ delta2.",
                _deltas(back_through=lambda W: W),
            ),
            "applied tanh once more": (
                "a is tanh(z) already: 1 − a², not 1 − tanh(a)².",
                _deltas(slope=lambda a: 1 - np.tanh(a) ** 2),
            ),
            "took the sigmoid's derivative": (
                "the hidden layers are tanh: 1 − a².",
                _deltas(slope=lambda a: a * (1 - a)),
            ),
            "took tanh's derivative at the output": (
                "the output is a sigmoid: ŷ (1 − ŷ).",
                _deltas(output_slope=lambda y_hat: 1 - y_hat**2),
            ),
            "forgot the hidden activations' derivative": (
                "multiply W3ᵀ delta3 by 1 − a2², and W2ᵀ delta2 by 1 − a1².",
                _deltas(slope=np.ones_like),
            ),
        },
    ),
    Exercise(
        "08-mean",
        "Each column of delta is the delta of one example with respect to its own "
        "loss, each column of a is what came into the layer. Write mean_gradients("
        "delta, a): dL/dW and dL/db of the layer, where L is the mean of the losses.",
        name="mean_gradients",
        cases=lambda random: (
            random.uniform(-1, 1, (2, 5)),
            random.uniform(-1, 1, (3, 5)),
        ),
        reference=_mean_gradients,
        parts=("dL/dW", "dL/db"),
        points=2.0,
        hints=(
            "For the sum of the losses: delta @ a.T, and the sum of delta's columns.",
            "The mean is the sum divided by n = delta.shape[1]; so are its gradients.",
        ),
        mistakes={
            "the gradients of the sum": (
                "L is a mean: divide both by the number of examples.",
                lambda delta, a: (delta @ a.T, delta.sum(axis=1, keepdims=True)),
            ),
            "divided by the number of neurons": (
                "the mean is over the examples, which are columns.",
                lambda delta, a: (
                    delta @ a.T / len(delta),
                    delta.sum(axis=1, keepdims=True) / len(delta),
                ),
            ),
            "summed over the neurons": (
                "a bias belongs to a neuron, a row: sum along axis 1.",
                lambda delta, a: (
                    _mean_gradients(delta, a)[0],
                    delta.mean(axis=0, keepdims=True),
                ),
            ),
        },
    ),
)
