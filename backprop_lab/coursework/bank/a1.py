"""Assignment a1: the chain rule and fan-out, by hand."""

import math

import numpy as np

from backprop_lab.coursework.exercises import Case, Exercise, Random


def _diamond(a: float, b: float) -> Case:
    """Backwards through L = (c + d) + c d, which exposes any wrong order."""
    c, d = a + b, a * b
    dc, dd = 1 + d, 1 + c
    return dc + dd * b, dc + dd * a


def _naive_recursion(a: float, b: float) -> Case:
    """Each visit passes on all that has arrived so far, not what is new."""
    c, d = a + b, a * b
    da = db = dc = dd = 0.0
    for to_c, to_d in ((1.0, 1.0), (d, c)):
        dc += to_c
        dd += to_d
        da += dc + dd * b
        db += dc + dd * a
    return da, db


def _own_two(random: Random) -> Case:
    return tuple(np.round(random.uniform(1.2, 4.0, 2), 1).tolist())


EXERCISES = (
    Exercise(
        "a1-q1",
        "Write gradients_of_product(x, y, w): the gradients of z = (x + y) w with "
        "respect to x, y and w.",
        name="gradients_of_product",
        cases=lambda random: tuple(random.uniform(-3, 3, 3).tolist()),
        reference=lambda x, y, w: (w, w, x + y),
        parts=("dz/dx", "dz/dy", "dz/dw"),
        points=3.0,
        hints=(
            "Write q = x + y. First find dz/dq and dz/dw, then dq/dx and dq/dy.",
            "z = q w, so dz/dq = w and dz/dw = q; an addition passes dz/dq on.",
        ),
        mistakes={
            "missing upstream gradient": (
                "dq/dx = 1 is only the local derivative; multiply it by dz/dq.",
                lambda x, y, w: (1.0, 1.0, x + y),
            ),
            "mixed up the factors of the product": (
                "the derivative of q w with respect to w is the other factor, q.",
                lambda x, y, w: (x + y, x + y, w),
            ),
            "treated the sum as a product": (
                "x and y are added: each receives the upstream gradient unchanged.",
                lambda x, y, w: (y * w, x * w, x * y),
            ),
        },
    ),
    Exercise(
        "a1-q2",
        "Write gradient_of_chain(x, upstream): the gradient of L with respect to x "
        "where y = sin(x²) and dL/dy = upstream.",
        name="gradient_of_chain",
        cases=lambda random: tuple(random.uniform(0.4, 2, 2).tolist()),
        reference=lambda x, upstream: upstream * math.cos(x * x) * 2 * x,
        parts=("dL/dx",),
        points=2.0,
        hints=(
            "Write u = x². What are dL/dy, dy/du and du/dx?",
            "dy/du = cos(u), taken at u = x²; multiply all three.",
        ),
        mistakes={
            "missing upstream gradient": (
                "this is dy/dx; dL/dx = dL/dy · dy/dx.",
                lambda x, upstream: math.cos(x * x) * 2 * x,
            ),
            "forgot the inner derivative": (
                "multiply by du/dx = 2x as well.",
                lambda x, upstream: upstream * math.cos(x * x),
            ),
            "took the outer derivative at x": (
                "dy/du = cos(u) is taken at u = x², the value that went into sin.",
                lambda x, upstream: upstream * math.cos(x) * 2 * x,
            ),
            "did not differentiate the outer function": (
                "the derivative of sin is cos.",
                lambda x, upstream: upstream * math.sin(x * x) * 2 * x,
            ),
        },
    ),
    Exercise(
        "a1-q3",
        "Write gradients_of_diamond(a, b): the gradients of L = (c + d) + c d, where "
        "c = a + b and d = a b.",
        name="gradients_of_diamond",
        cases=lambda random: tuple(random.uniform(0.5, 3, 2).tolist()),
        reference=_diamond,
        parts=("dL/da", "dL/db"),
        points=4.0,
        hints=(
            "c and d are each used twice. Finish dL/dc and dL/dd before going on.",
            "dL/dc = 1 + d and dL/dd = 1 + c; a receives one contribution from each.",
        ),
        mistakes={
            "overwrote instead of accumulating": (
                "each of a, b, c, d is used twice: add the contributions (+=, not =).",
                lambda a, b: (1.0, 1.0),
            ),
            "passed on partial sums": (
                "a gradient is passed on once, when all its contributions are in.",
                _naive_recursion,
            ),
            "visited each node only once, too early": (
                "c and d had not received the contribution through c d yet.",
                lambda a, b: (1 + b, 1 + a),
            ),
            "left out the path through c + d": (
                "L depends on c and d through the sum as well as through the product.",
                lambda a, b: (a * b + (a + b) * b, a * b + (a + b) * a),
            ),
        },
    ),
    Exercise(
        "a1-q4",
        "With your own numbers x, y: predict the gradients of L = x² y + x, by hand.",
        name="my_gradients",
        answer="number",
        cases=_own_two,
        reference=lambda x, y: (2 * x * y + 1, x**2),
        parts=("dL/dx", "dL/dy"),
        points=2.0,
        hints=(
            "x is used in two places, so two contributions arrive at x.",
            "One contribution to x is 2 x y, the other is 1.",
        ),
        mistakes={
            "overwrote instead of accumulating": (
                "x receives a contribution from x² y and one from x: add them.",
                lambda x, y: (1.0, x**2),
            ),
            "missed one of two uses": (
                "x is also added at the end, with local derivative 1.",
                lambda x, y: (2 * x * y, x**2),
            ),
            "forgot the exponent": (
                "the derivative of x² is 2 x.",
                lambda x, y: (x * y + 1, x**2),
            ),
            "missing upstream gradient": (
                "2 x is the local derivative of x²; y is its upstream gradient.",
                lambda x, y: (2 * x + 1, x**2),
            ),
        },
    ),
)
