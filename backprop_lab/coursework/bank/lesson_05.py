"""Lesson 05: how a gradient becomes learning."""

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random
from backprop_lab.engine.arrays import Array

# For L = ½ (y_hat − y)² with y_hat = w x + b, summed over the examples.


def _gradients(w: float, b: float, x: float, y: float) -> tuple[float, float]:
    delta = w * x + b - y
    return delta * x, delta


def _one_example(random: Random) -> Case:
    w, b, x, y = random.uniform(-2, 2, 4).tolist()
    return w, b, x + np.copysign(0.5, x), y, float(random.uniform(0.05, 0.3))


def _step(w: float, b: float, x: float, y: float, alpha: float) -> tuple[float, float]:
    dw, db = _gradients(w, b, x, y)
    return w - alpha * dw, b - alpha * db


def _uphill(
    w: float, b: float, x: float, y: float, alpha: float
) -> tuple[float, float]:
    return _step(w, b, x, y, -alpha)


def _one_after_the_other(
    w: float, b: float, x: float, y: float, alpha: float
) -> tuple[float, float]:
    w -= alpha * _gradients(w, b, x, y)[0]
    return w, b - alpha * _gradients(w, b, x, y)[1]


def _examples(random: Random) -> Case:
    xs, ys = random.uniform(-1, 2, 4), random.uniform(-1, 2, 4)
    return xs, ys, float(random.uniform(0.03, 0.08)), int(random.randint(3, 7))


def _trained(
    xs: Array,
    ys: Array,
    alpha: float,
    steps: int,
    *,
    zeroed: bool = True,
    fresh: bool = True,
    together: bool = True,
) -> tuple[float, float]:
    """Return w and b after some steps from 0, or what a wrong loop makes of them."""
    w = b = 0.0
    stored = np.zeros(2)
    for taken in range(steps):
        if fresh or taken == 0:
            stored = stored * (not zeroed)
            stored = stored + _summed(w, b, xs, ys)
        w -= alpha * stored[0]
        if not together:
            stored = _summed(w, b, xs, ys)
        b -= alpha * stored[1]
    return w, b


def _summed(w: float, b: float, xs: Array, ys: Array) -> Array:
    delta = w * xs + b - ys
    return np.array([delta @ xs, delta.sum()])


def _example_by_example(
    xs: Array, ys: Array, alpha: float, steps: int
) -> tuple[float, float]:
    w = b = 0.0
    for _ in range(steps):
        for x, y in zip(xs, ys, strict=True):
            w, b = _step(w, b, x, y, alpha)
    return w, b


EXERCISES = (
    Exercise(
        "05-step",
        "Write one_step(w, b, x, y, alpha): the new w and b after one step of gradient "
        "descent on L = ½ (y − y_hat)², where y_hat = w x + b.",
        name="one_step",
        cases=_one_example,
        reference=_step,
        parts=("new w", "new b"),
        hints=(
            "Backward: dL/dy_hat = y_hat − y; times x for w, times 1 for b.",
            "Update: minus alpha times the gradient, with the old w in both.",
        ),
        mistakes={
            "went uphill": (
                "the step goes against the gradient: w − alpha · dL/dw.",
                _uphill,
            ),
            "updated w before the gradient of b was computed": (
                "compute both gradients first, then update both.",
                _one_after_the_other,
            ),
            "left out the learning rate": (
                "the gradient is multiplied by alpha before it is subtracted.",
                lambda w, b, x, y, alpha: _step(w, b, x, y, 1.0),
            ),
            "left out the input x": (
                "dL/dw = (y_hat − y) · x; only the bias has the local derivative 1.",
                lambda w, b, x, y, alpha: (
                    w - alpha * (w * x + b - y),
                    b - alpha * (w * x + b - y),
                ),
            ),
        },
    ),
    Exercise(
        "05-rate",
        "For L = ½ (y − y_hat)² with y_hat = w x + b and your own x: at which rate is "
        "the error gone after one step, and above which rate does L grow?",
        name="my_rates",
        answer="number",
        cases=lambda random: (float(np.round(random.uniform(1.2, 3.5), 1)),),
        reference=lambda x: (1 / (x**2 + 1), 2 / (x**2 + 1)),
        parts=("error gone", "L grows above"),
        hints=(
            "Write the new error with the new w and b: e − α · (…) · e.",
            "The error is multiplied by 1 − α (x² + 1) in each step.",
        ),
        mistakes={
            "took the loss without the ½": (
                "with the ½, dL/dy_hat is the error itself, not twice the error.",
                lambda x: (1 / (2 * (x**2 + 1)), 1 / (x**2 + 1)),
            ),
            "forgot that b moves as well": (
                "the new error contains the change of w times x and that of b.",
                lambda x: (1 / x**2, 2 / x**2),
            ),
            "used x instead of x²": (
                "x comes in twice: in dL/dw, and again when w is multiplied by x.",
                lambda x: (1 / (x + 1), 2 / (x + 1)),
            ),
        },
    ),
    Exercise(
        "05-train",
        "Write fit(xs, ys, alpha, steps): w and b after so many steps from w = b = 0, "
        "where L is the sum of ½ (y − y_hat)² over all examples.",
        name="fit",
        cases=_examples,
        reference=_trained,
        parts=("w", "b"),
        points=2.0,
        hints=(
            "Two loops: over the steps and, inside, over the examples.",
            "Set both sums of gradients to 0 at the start of each step, add every "
            "example's contribution, and update after the inner loop.",
        ),
        mistakes={
            "forgot to zero the gradients": (
                "set the sums to 0 at the start of each step.",
                lambda xs, ys, alpha, steps: _trained(
                    xs, ys, alpha, steps, zeroed=False
                ),
            ),
            "kept the gradient of the first step": (
                "a gradient belongs to the w and b that it was computed for.",
                lambda xs, ys, alpha, steps: _trained(
                    xs, ys, alpha, steps, fresh=False
                ),
            ),
            "updated w before the gradient of b was computed": (
                "compute both gradients first, then update both.",
                lambda xs, ys, alpha, steps: _trained(
                    xs, ys, alpha, steps, together=False
                ),
            ),
            "updated after each example": (
                "one update for all examples: add up their gradients first.",
                _example_by_example,
            ),
            "took the mean instead of the sum": (
                "L is a sum here, so its gradient is the sum over the examples.",
                lambda xs, ys, alpha, steps: _trained(xs, ys, alpha / len(xs), steps),
            ),
        },
    ),
)
