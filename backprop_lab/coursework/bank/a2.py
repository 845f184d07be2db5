"""Assignment a2: the single neuron, ŷ = σ(w x + b) and L = ½ (y − ŷ)²."""

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random


def _sigmoid(z: float) -> float:
    return float(1 / (1 + np.exp(-z)))


def _slope(z: float) -> float:
    """Return σ'(z)."""
    return _sigmoid(z) * (1 - _sigmoid(z))


def _delta(x: float, w: float, b: float, y: float) -> float:
    """Return dL/dz."""
    z = w * x + b
    return (_sigmoid(z) - y) * _slope(z)


def _gradients(x: float, w: float, b: float, y: float) -> Case:
    delta = _delta(x, w, b, y)
    return delta * x, delta


def _update(x: float, w: float, b: float, y: float, rate: float) -> Case:
    dw, db = _gradients(x, w, b, y)
    return w - rate * dw, b - rate * db


def _update_in_turn(x: float, w: float, b: float, y: float, rate: float) -> Case:
    """Updates w first and takes the gradient of b at the new w."""
    new_w = w - rate * _gradients(x, w, b, y)[0]
    return new_w, b - rate * _gradients(x, new_w, b, y)[1]


def _case(random: Random) -> Case:
    """Return x, w, b and y; the neuron is off its target and not saturated."""
    x, w, b = random.uniform((0.8, 0.3, -0.8), (2.2, 1.2, 0.8)).tolist()
    return x, w, b, float(random.choice([0.0, 1.0]))


def _own(random: Random) -> Case:
    x, w, b, y = _case(random)
    return round(x, 1), round(w, 1), round(b, 1), y


def _slope_at_output(x: float, w: float, b: float, y: float) -> Case:
    z = w * x + b
    delta = (_sigmoid(z) - y) * _slope(_sigmoid(z))
    return delta * x, delta


def _no_slope(x: float, w: float, b: float, y: float) -> Case:
    error = _sigmoid(w * x + b) - y
    return error * x, error


_MISTAKES = {
    "wrong sign of dL/dŷ": (
        "L = ½ (y − ŷ)² gives dL/dŷ = −(y − ŷ) = ŷ − y.",
        lambda x, w, b, y: (-_delta(x, w, b, y) * x, -_delta(x, w, b, y)),
    ),
    "sigmoid' of ŷ, not of z": (
        "σ'(z) = σ(z) (1 − σ(z)) = ŷ (1 − ŷ): do not put ŷ into σ again.",
        _slope_at_output,
    ),
    "missing upstream gradient": (
        "σ'(z) is the local derivative only; multiply it by dL/dŷ.",
        lambda x, w, b, y: (_slope(w * x + b) * x, _slope(w * x + b)),
    ),
    "left out the sigmoid": (
        "between ŷ and z there is σ: its local derivative is a factor too.",
        _no_slope,
    ),
    "forgot the ½ in the loss": (
        "the 2 of the square and the ½ cancel.",
        lambda x, w, b, y: (2 * _delta(x, w, b, y) * x, 2 * _delta(x, w, b, y)),
    ),
    "mixed up w and x": (
        "dz/dw is x: the derivative of a product is the other factor.",
        lambda x, w, b, y: (_delta(x, w, b, y) * w, _delta(x, w, b, y)),
    ),
    "took the bias for a factor": (
        "dz/db = 1, whatever the value of b.",
        lambda x, w, b, y: (_delta(x, w, b, y) * x, _delta(x, w, b, y) * b),
    ),
}

EXERCISES = (
    Exercise(
        "a2-q1",
        "Write forward(x, w, b, y): z, ŷ and L of the neuron.",
        name="forward",
        cases=_case,
        reference=lambda x, w, b, y: (
            w * x + b,
            _sigmoid(w * x + b),
            0.5 * (y - _sigmoid(w * x + b)) ** 2,
        ),
        parts=("z", "ŷ", "L"),
        points=3.0,
        hints=("z = w x + b, then ŷ = 1 / (1 + exp(−z)), then L = ½ (y − ŷ)².",),
        mistakes={
            "forgot the bias": (
                "z = w x + b.",
                lambda x, w, b, y: (
                    w * x,
                    _sigmoid(w * x),
                    0.5 * (y - _sigmoid(w * x)) ** 2,
                ),
            ),
            "forgot the ½ in the loss": (
                "L = ½ (y − ŷ)².",
                lambda x, w, b, y: (
                    w * x + b,
                    _sigmoid(w * x + b),
                    (y - _sigmoid(w * x + b)) ** 2,
                ),
            ),
            "exp(z) in the place of exp(−z)": (
                "σ(z) = 1 / (1 + exp(−z)) grows with z.",
                lambda x, w, b, y: (
                    w * x + b,
                    _sigmoid(-w * x - b),
                    0.5 * (y - _sigmoid(-w * x - b)) ** 2,
                ),
            ),
        },
    ),
    Exercise(
        "a2-q2",
        "Write gradients(x, w, b, y): dL/dw and dL/db.",
        name="gradients",
        cases=_case,
        reference=_gradients,
        parts=("dL/dw", "dL/db"),
        points=4.0,
        hints=(
            "dL/dw = dL/dŷ · dŷ/dz · dz/dw. Write down the three factors.",
            "dL/dŷ = ŷ − y, dŷ/dz = ŷ (1 − ŷ), dz/dw = x and dz/db = 1.",
        ),
        mistakes=_MISTAKES,
    ),
    Exercise(
        "a2-q3",
        "Write update(x, w, b, y, rate): w and b after one step of gradient descent.",
        name="update",
        cases=lambda random: (*_case(random), float(random.uniform(0.5, 2))),
        reference=_update,
        parts=("w", "b"),
        points=3.0,
        hints=("Compute both gradients first, then change both parameters.",),
        mistakes={
            "climbed instead of descending": (
                "the gradient points uphill: w − rate · dL/dw.",
                lambda x, w, b, y, rate: _update(x, w, b, y, -rate),
            ),
            "forgot the learning rate": (
                "the step is rate · dL/dw.",
                lambda x, w, b, y, rate: _update(x, w, b, y, 1.0),
            ),
            "used the already updated w": (
                "both gradients belong to the old w and b; compute them first.",
                _update_in_turn,
            ),
            "returned the step, not the new parameter": (
                "add the step to the old value.",
                lambda x, w, b, y, rate: tuple(
                    -rate * gradient for gradient in _gradients(x, w, b, y)
                ),
            ),
        },
    ),
    Exercise(
        "a2-q4",
        "With your own numbers: predict dL/dw and dL/db, by hand.",
        name="my_gradients",
        answer="number",
        cases=_own,
        reference=_gradients,
        parts=("dL/dw", "dL/db"),
        points=2.0,
        hints=("z first, then ŷ; then the three factors, with your numbers.",),
        mistakes=_MISTAKES,
        # Three decimals of numbers near 0.1.
        tolerance=6e-4,
    ),
)
