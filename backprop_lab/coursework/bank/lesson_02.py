"""Lesson 02: the gradients of a single neuron, by hand and as code."""

import numpy as np

import backprop_lab as bp
from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.primitives import sigmoid


def _slope(z: float) -> float:
    """Return σ′(z)."""
    a = float(sigmoid(np.array(z)))
    return a * (1 - a)


def _neuron(x: float, w: float, b: float) -> tuple[float, float]:
    """Return z and y_hat."""
    z = w * x + b
    return z, float(sigmoid(np.array(z)))


def _gradients(x: float, w: float, b: float, y: float) -> Case:
    """Return dL/dw and dL/db of the sigmoid neuron, from the tape."""
    weight, bias = bp.variable(w), bp.variable(b)
    tape = bp.record(bp.squared_error(bp.sigmoid(weight * x + bias), y))
    return tape.gradient(weight), tape.gradient(bias)


def _tanh_gradients(x: float, w: float, b: float, y: float) -> Case:
    """Return dL/dw and dL/db of the tanh neuron, from the tape."""
    weight, bias = bp.variable(w), bp.variable(b)
    tape = bp.record(bp.squared_error(bp.tanh(weight * x + bias), y))
    return tape.gradient(weight), tape.gradient(bias)


def _given(delta: float, x: float) -> Case:
    """Return dL/dw and dL/db from dL/dz."""
    return delta * x, delta


def _at_the_activation(x: float, w: float, b: float, y: float) -> Case:
    _, y_hat = _neuron(x, w, b)
    return _given((y_hat - y) * _slope(y_hat), x)


def _without_slope(x: float, w: float, b: float, y: float) -> Case:
    _, y_hat = _neuron(x, w, b)
    return _given(y_hat - y, x)


def _wrong_sign(x: float, w: float, b: float, y: float) -> Case:
    z, y_hat = _neuron(x, w, b)
    return _given((y - y_hat) * _slope(z), x)


def _without_error(x: float, w: float, b: float, y: float) -> Case:
    z, _ = _neuron(x, w, b)
    return _given(_slope(z), x)


def _without_input(x: float, w: float, b: float, y: float) -> Case:
    z, y_hat = _neuron(x, w, b)
    return _given((y_hat - y) * _slope(z), 1.0)


def _weight_for_input(x: float, w: float, b: float, y: float) -> Case:
    z, y_hat = _neuron(x, w, b)
    return _given((y_hat - y) * _slope(z), w)


def _bias_times_gradient(x: float, w: float, b: float, y: float) -> Case:
    z, y_hat = _neuron(x, w, b)
    delta = (y_hat - y) * _slope(z)
    return delta * x, delta * b


def _own_neuron(random: Random) -> Case:
    """Return x, w, b, y with a gradient that is large enough to be typed."""
    x = round(float(random.uniform(1.5, 3)), 1)
    w = round(float(random.choice([-1, 1]) * random.uniform(0.2, 0.5)), 1)
    b = round(float(random.choice([-1, 1]) * random.uniform(0.2, 0.6)), 1)
    return x, w, b, float(w < 0)


_MISTAKES = {
    "wrong sign of dL/dy_hat": (
        "dL/dy_hat is y_hat − y: the inner derivative of y − y_hat is −1.",
        _wrong_sign,
    ),
    "sigmoid' at the activation": (
        "σ′ is taken at z, the value that went into σ: it is y_hat (1 − y_hat).",
        _at_the_activation,
    ),
    "forgot sigmoid'": (
        "between y_hat and z stands the factor dy_hat/dz = σ′(z).",
        _without_slope,
    ),
    "missing upstream gradient": (
        "this is dy_hat/dw; multiply it by dL/dy_hat.",
        _without_error,
    ),
    "forgot the input": (
        "dz/dw = x; only for the bias is the last factor 1.",
        _without_input,
    ),
    "took w for x": (
        "in z = w x + b the factor beside w is x, so dz/dw = x.",
        _weight_for_input,
    ),
    "mixed up value and gradient of b": (
        "dz/db = 1, whatever the value of b is.",
        _bias_times_gradient,
    ),
}

EXERCISES = (
    Exercise(
        "02-by-hand",
        "With your own numbers x, w, b, y: dL/dw and dL/db of the sigmoid neuron, with "
        "a pocket calculator.",
        answer="number",
        cases=_own_neuron,
        reference=_gradients,
        parts=("dL/dw", "dL/db"),
        hints=(
            "Forward first: z, then y_hat = 1 / (1 + e^(−z)).",
            "Then the factors y_hat − y, y_hat (1 − y_hat), and x for w or 1 for b.",
        ),
        mistakes=_MISTAKES,
        tolerance=6e-4,
    ),
    Exercise(
        "02-neuron",
        "Write neuron_gradients(x, w, b, y): dL/dw and dL/db of the sigmoid neuron.",
        name="neuron_gradients",
        cases=lambda random: (
            *random.uniform(0.5, 2, 1).tolist(),
            *random.uniform(-1.5, 1.5, 2).tolist(),
            float(random.randint(2)),
        ),
        reference=_gradients,
        parts=("dL/dw", "dL/db"),
        hints=(
            "Start with the forward pass: z, then y_hat.",
            "With delta = dL/dy_hat · dy_hat/dz: dL/dw = delta · x and dL/db = delta.",
        ),
        mistakes=_MISTAKES,
    ),
    Exercise(
        "02-tanh",
        "Write tanh_gradients(x, w, b, y): dL/dw and dL/db of y_hat = tanh(w x + b).",
        name="tanh_gradients",
        cases=lambda random: (
            *random.uniform(0.5, 2, 1).tolist(),
            *random.uniform(-1.2, 1.2, 2).tolist(),
            float(random.randint(2)),
        ),
        reference=_tanh_gradients,
        parts=("dL/dw", "dL/db"),
        hints=(
            "Only one of the three factors changes. Which one?",
            "The derivative of tanh(z) is 1 − tanh(z)², and tanh(z) is y_hat.",
        ),
        mistakes={
            "kept sigmoid'": (
                "y_hat (1 − y_hat) is σ′; the derivative of tanh is 1 − y_hat².",
                lambda x, w, b, y: _given(
                    (np.tanh(w * x + b) - y)
                    * np.tanh(w * x + b)
                    * (1 - np.tanh(w * x + b)),
                    x,
                ),
            ),
            "took tanh' at the activation": (
                "tanh′ is taken at z: it is 1 − y_hat², not 1 − tanh(y_hat)².",
                lambda x, w, b, y: _given(
                    (np.tanh(w * x + b) - y) * (1 - np.tanh(np.tanh(w * x + b)) ** 2),
                    x,
                ),
            ),
            "wrong sign of dL/dy_hat": (
                "dL/dy_hat is y_hat − y: the inner derivative of y − y_hat is −1.",
                lambda x, w, b, y: _given(
                    (y - np.tanh(w * x + b)) * (1 - np.tanh(w * x + b) ** 2), x
                ),
            ),
        },
    ),
)
