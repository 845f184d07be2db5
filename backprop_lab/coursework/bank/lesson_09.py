"""Lesson 09: rules of operations, as closures and as rows of a table."""

import math

from backprop_lab.coursework.exercises import Exercise


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _swish_slope(x: float) -> float:
    s = _sigmoid(x)
    return s + x * s * (1 - s)


EXERCISES = (
    Exercise(
        "09-closure",
        "Write tanh(x) for the class Value of the lesson; it is tried in "
        "L = tanh(x)·c + x.",
        name="gradient_through_tanh",
        cases=lambda random: (
            float(random.uniform(0.4, 1.5)),
            float(random.uniform(1.5, 3)),
        ),
        reference=lambda x, c: c * (1 - math.tanh(x) ** 2) + 1,
        parts=("dL/dx",),
        points=2.0,
        hints=(
            "Make the result first, with (x,) as its operands; then its send.",
            "send adds result.gradient · (1 − result.data²) to x.gradient.",
        ),
        mistakes={
            "overwrote instead of accumulating": (
                "x is used twice in L: send must add with +=.",
                lambda x, c: c * (1 - math.tanh(x) ** 2),
            ),
            "missing upstream gradient": (
                "multiply the local derivative by result.gradient.",
                lambda x, c: 1 - math.tanh(x) ** 2 + 1,
            ),
            "took the derivative at the result": (
                "the local derivative is 1 − tanh(x)², and result.data is tanh(x).",
                lambda x, c: c * (1 - math.tanh(math.tanh(x)) ** 2) + 1,
            ),
            "took the derivative at x": (
                "it is 1 − tanh(x)², not 1 − x²: use result.data.",
                lambda x, c: c * (1 - x**2) + 1,
            ),
            "sent nothing": (
                "the result needs its send: result.send = send.",
                lambda x, c: 1.0,
            ),
        },
    ),
    Exercise(
        "09-swish",
        "Write swish(x) = x·σ(x) as a row of the table, applied to x.",
        name="slope_of_swish",
        cases=lambda random: (float(random.uniform(0.5, 2.5)),),
        reference=_swish_slope,
        parts=("dz/dx",),
        points=2.0,
        hints=(
            "x·σ(x) is a product of two things that depend on x: the product rule.",
            "σ(x) + x·σ(x)·(1 − σ(x)), and x·σ(x) is z.",
        ),
        mistakes={
            "held σ(x) fixed": (
                "σ(x) changes with x as well: the product rule has two terms.",
                _sigmoid,
            ),
            "held the factor x fixed": (
                "the factor x changes as well: the product rule has two terms.",
                lambda x: _swish_slope(x) - _sigmoid(x),
            ),
            "multiplied the two derivatives": (
                "(u v)′ is u′ v + u v′, not u′ v′.",
                lambda x: _sigmoid(x) * (1 - _sigmoid(x)),
            ),
            "took z (1 − z)": (
                "z (1 − z) is the rule where z = σ(x); here z = x·σ(x).",
                lambda x: x * _sigmoid(x) * (1 - x * _sigmoid(x)),
            ),
        },
    ),
    Exercise(
        "09-length",
        "Write length(x, y) = √(x² + y²) as a row of the table, applied to x and y.",
        name="slopes_of_length",
        cases=lambda random: tuple(random.uniform(0.5, 3, 2).tolist()),
        reference=lambda x, y: (x / math.hypot(x, y), y / math.hypot(x, y)),
        parts=("dz/dx", "dz/dy"),
        points=2.0,
        hints=(
            "The derivative of √u is 1 / (2 √u); here u = x² + y².",
            "Two factors 2 cancel: dz/dx = x / z.",
        ),
        mistakes={
            "forgot the inner derivative": (
                "u = x² + y² depends on x: multiply by du/dx = 2 x.",
                lambda x, y: (1 / (2 * math.hypot(x, y)),) * 2,
            ),
            "kept one of the factors 2": (
                "2 x from the square and 1/2 from the root make x.",
                lambda x, y: (2 * x / math.hypot(x, y), 2 * y / math.hypot(x, y)),
            ),
            "swapped the two": (
                "the first rule belongs to x, the second to y.",
                lambda x, y: (y / math.hypot(x, y), x / math.hypot(x, y)),
            ),
            "divided by z²": (
                "√u has the derivative 1 / (2 √u), so there is z below, not z².",
                lambda x, y: (x / (x * x + y * y), y / (x * x + y * y)),
            ),
        },
    ),
)
