"""Lesson 08: counting parameters, and deltas through many layers."""

import itertools
from collections.abc import Callable

import numpy as np

from backprop_lab.arrays import Array
from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.primitives import sigmoid


def _sizes(random: Random) -> Case:
    return ([int(size) for size in random.randint(2, 9, random.randint(4, 6))],)


def _weights(sizes: list[int]) -> int:
    return sum(inputs * neurons for inputs, neurons in itertools.pairwise(sizes))


def _square_layer(random: Random) -> Case:
    """Return W, delta and the activation a of the layer before, three neurons each."""
    z = random.uniform(-1.5, 1.5, (3, 1))
    return random.uniform(-1, 1, (3, 3)), random.uniform(-1, 1, (3, 1)), np.tanh(z)


def _three_layers(random: Random) -> Case:
    """Return W2, W3, a1, a2, y_hat and y, two neurons in each layer."""
    W2, W3 = (random.uniform(-1, 1, (2, 2)) for _ in range(2))
    a1, a2, z3 = (random.uniform(-0.9, 0.9, (2, 1)) for _ in range(3))
    return W2, W3, a1, a2, sigmoid(z3), random.uniform(0, 1, (2, 1))


def _deltas(
    slope: Callable[[Array], Array] = lambda a: 1 - a**2,
    output_slope: Callable[[Array], Array] = lambda y_hat: y_hat * (1 - y_hat),
    *,
    own_weights: bool = False,
) -> Callable[..., Case]:
    """Return the right answer to 08-deltas, for a mistake to be put in."""

    def deltas(
        W2: Array, W3: Array, a1: Array, a2: Array, y_hat: Array, y: Array
    ) -> Case:
        delta3 = (y_hat - y) * output_slope(y_hat)
        delta2 = ((W2 if own_weights else W3).T @ delta3) * slope(a2)
        delta1 = (W2.T @ delta2) * slope(a1)
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
        "08-one-back",
        "Write one_back(W, delta, a): the delta of the layer before. W and delta are "
        "those of a layer, a = tanh(z) is the activation of the layer before.",
        name="one_back",
        cases=_square_layer,
        reference=lambda W, delta, a: (W.T @ delta) * (1 - a**2),
        parts=("delta before",),
        hints=(
            "First back through the weights, then through the activation.",
            "The derivative of tanh at z is 1 − tanh(z)², and tanh(z) is a.",
        ),
        mistakes={
            "forgot the transpose": (
                "back through the weights it is W.T @ delta.",
                lambda W, delta, a: (W @ delta) * (1 - a**2),
            ),
            "forgot the activation's derivative": (
                "this is dL/da; multiply by the derivative of tanh to get dL/dz.",
                lambda W, delta, a: W.T @ delta,
            ),
            "took the sigmoid's derivative": (
                "a (1 − a) belongs to the sigmoid; for tanh it is 1 − a².",
                lambda W, delta, a: (W.T @ delta) * a * (1 - a),
            ),
            "applied tanh once more": (
                "a is tanh(z) already: 1 − a², not 1 − tanh(a)².",
                lambda W, delta, a: (W.T @ delta) * (1 - np.tanh(a) ** 2),
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
