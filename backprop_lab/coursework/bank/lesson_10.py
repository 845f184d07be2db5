"""Lesson 10: when gradients fail."""

import numpy as np
import numpy.typing as npt

import backprop_lab as bp
from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import sigmoid


def _draw_logit(random: Random) -> Case:
    """Draw a moderate z, or one whose exponential overflows in one direction."""
    size = random.uniform(0.5, 3) if random.rand() < 0.5 else random.uniform(720, 900)
    return float(random.choice([-1, 1]) * size), float(random.randint(2))


def _loss(z: float, y: float) -> Case:
    """Return log(1 + exp(z)) − y z and σ(z) − y."""
    value = max(z, 0) + np.log1p(np.exp(-abs(z))) - y * z
    return value, _sigma(z) - y


def _sigma(z: float) -> float:
    return float(sigmoid(np.array(z)))


def _clipped(z: float, y: float) -> Case:
    """Return loss and gradient where the probability is kept off 0 and 1."""
    y_hat = float(np.clip(_sigma(z), 1e-7, 1 - 1e-7))
    return -y * np.log(y_hat) - (1 - y) * np.log(1 - y_hat), y_hat - y


def _without_small_part(z: float, y: float) -> Case:
    return max(z, 0) - y * z, _sigma(z) - y


def _squared(z: float, y: float) -> Case:
    node = bp.variable(z)
    L = bp.squared_error(bp.sigmoid(node), y)
    return L, bp.record(L).gradient(node)


def _draw_layer(random: Random) -> Case:
    """Draw a layer of three neurons and five examples; some neurons are dead."""
    W, b = random.normal(size=(3, 2)), 1.5 * random.normal(size=(3, 1))
    X = random.normal(size=(2, 5))
    return np.round(W, 1), np.round(b, 1), np.round(X, 1)


def _inactive(W: Array, b: Array, X: Array) -> npt.NDArray[np.bool_]:
    return W @ X + b <= 0


def _draw_rounding(random: Random) -> Case:
    # As on a calculator with two or three digits, so that the best h is no tiny number.
    epsilon, size, bend = random.uniform((0.002, 0.5, 0.5), (0.02, 4.0, 4.0)).tolist()
    return epsilon, size, bend


EXERCISES = (
    Exercise(
        "10-loss",
        "Write loss(z, y): L = log(1 + exp(z)) − y z and dL/dz, right for every z, "
        "large ones too.",
        name="loss",
        cases=_draw_logit,
        reference=_loss,
        parts=("L", "dL/dz"),
        points=2.0,
        hints=(
            "Take the larger part out of the logarithm: "
            "log(1 + exp(z)) = z + log(1 + exp(−z)).",
            "With max(z, 0) and abs(z) one line serves both signs. dL/dz = σ(z) − y.",
        ),
        mistakes={
            "kept the probability off 0 and 1": (
                "clipping avoids infinity, but beyond the clip the loss is wrong; "
                "compute L from z.",
                _clipped,
            ),
            "left out the small exponential": (
                "max(z, 0) is only the large part; add log(1 + exp(−|z|)).",
                _without_small_part,
            ),
            "took the squared error": (
                "this loss is log(1 + exp(z)) − y z; its dL/dz is σ(z) − y.",
                _squared,
            ),
            "left out the target": (
                "−y z is a part of L, and −y of its derivative.",
                lambda z, y: _loss(z, 0.0),
            ),
            "wrong sign of the target": (
                "the loss has −y z, so the derivative has −y.",
                lambda z, y: _loss(z, -y),
            ),
        },
    ),
    Exercise(
        "10-dead",
        "Write dead(W, b, X): for each neuron of a layer relu(W X + b) 1 if it is "
        "dead on these examples (the columns of X), else 0.",
        name="dead",
        cases=_draw_layer,
        reference=lambda W, b, X: _inactive(W, b, X).all(axis=1) * 1.0,
        parts=("dead",),
        hints=(
            "Z = W X + b has one row for each neuron and one column for each example.",
            "Dead means: not positive for all examples. np.all takes an axis.",
        ),
        mistakes={
            "any example instead of all": (
                "one inactive example is normal; dead means inactive for all of them.",
                lambda W, b, X: _inactive(W, b, X).any(axis=1) * 1.0,
            ),
            "looked at one example only": (
                "another example may still wake the neuron up; look at all columns.",
                lambda W, b, X: _inactive(W, b, X)[:, 0] * 1.0,
            ),
            "marked the living": (
                "1 is for the dead ones.",
                lambda W, b, X: 1.0 - _inactive(W, b, X).all(axis=1),
            ),
            "looked at the bias only": (
                "z is W x + b; a large weight can outweigh a negative bias.",
                lambda W, b, X: (b[:, 0] <= 0) * 1.0,
            ),
            "left out the bias": (
                "z is W x + b, and it is the bias that kills.",
                lambda W, b, X: _inactive(W, 0 * b, X).all(axis=1) * 1.0,
            ),
        },
    ),
    Exercise(
        "10-best-h",
        "Write best_h(epsilon, F, M): the h > 0 for which M h² / 6 + epsilon F / h, "
        "the error of a central difference, is smallest.",
        name="best_h",
        cases=_draw_rounding,
        reference=lambda epsilon, F, M: (3 * epsilon * F / M) ** (1 / 3),
        hints=(
            "At the smallest place the derivative with respect to h is 0.",
            "M h / 3 − epsilon F / h² = 0. Solve for h.",
        ),
        mistakes={
            "forgot the 3": (
                "the derivative of M h² / 6 is M h / 3.",
                lambda epsilon, F, M: (epsilon * F / M) ** (1 / 3),
            ),
            "square root instead of cube root": (
                "h · h² is h³: take the cube root.",
                lambda epsilon, F, M: (3 * epsilon * F / M) ** (1 / 2),
            ),
            "set the two parts equal": (
                "the sum is smallest where its derivative is 0, "
                "not where its two parts are equal.",
                lambda epsilon, F, M: (6 * epsilon * F / M) ** (1 / 3),
            ),
            "upside down": (
                "a stronger curve (M) wants a smaller h.",
                lambda epsilon, F, M: (3 * epsilon * M / F) ** (1 / 3),
            ),
        },
    ),
)
