"""The slope of a function from its values alone, and how far off it may be.

The central difference D(h) = (f(x + h) − f(x − h)) / 2h has two errors. The curve's
shrinks with h², rounding's grows with 1/h, and which h is best depends on the function.
So h goes down from large to small, each time to an eighth. Two neighbours, D(h) and
D(h / 8), show the error of the curve, and extrapolating both to h = 0 removes most of
it: that is Ridders' tableau. A large h that reaches across a kink or a pole can look
exact and be wrong; then the smaller ones contradict it, and it does not count.

    >>> import math
    >>> *_, best = slopes(math.sin, 1e5, steps(1e5), 1e-16)
    >>> abs(best.value - math.cos(1e5)) <= best.error < 1e-12
    True

References: Press et al., Numerical Recipes (2007), section 5.7; Ridders, Accurate
computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4 (1982); and,
for the choice among step sizes, Lepski's principle: the largest step that agrees with
all smaller ones within their errors.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.rounding import EPSILON, SMALLEST_NUDGE

_RATIO = 8.0  # A power of 2, so that dividing by it rounds nothing.
_HIGHEST_ORDER = 5  # Of extrapolation; higher ones gain nothing.


@dataclass(frozen=True)
class Slope:
    """An estimate of a derivative.

    Attributes:
        value: The estimate; NaN where no difference is finite.
        error: How far from the true derivative it is thought to be.
    """

    value: float
    error: float


UNKNOWN = Slope(math.nan, math.inf)


def central_difference(
    f: Callable[[float], float], x: float, h: float, noise: float
) -> Slope:
    """Return (f(x + h) − f(x − h)) / 2h, and what rounding may have done to it.

    Args:
        f: The function.
        x: Where its slope is wanted.
        h: The nudge.
        noise: How far f(x) is off by rounding.
    """
    higher, lower = x + h, x - h
    # What was really added, after rounding.
    width = higher - lower
    above, below = f(higher), f(lower)
    noise = max(noise, EPSILON * abs(above), EPSILON * abs(below))
    return Slope((above - below) / width, 2 * noise / width) if width else UNKNOWN


def steps(x: float, reach: float = 0.0) -> Iterator[float]:
    """Return sizes h to try at x, from large to small.

    Args:
        x: Where the slope is wanted.
        reach: A distance over which the function is thought to change, if it is
            larger than both 1 and |x|.
    """
    h = max(1.0, abs(x), reach) / _RATIO
    smallest = SMALLEST_NUDGE * np.spacing(abs(x)) if x else h * EPSILON
    while h >= smallest:
        yield h
        h /= _RATIO


def slopes(
    f: Callable[[float], float], x: float, sizes: Iterator[float], noise: float
) -> Iterator[Slope]:
    """Return the best estimate of a slope after each size of h, from large to small.

    Args:
        f: The function; NaN or infinite where it is not defined.
        x: Where its slope is wanted.
        sizes: The sizes of h, each an eighth of the one before.
        noise: How far f(x) is off by rounding.
    """
    candidates: list[Slope] = []
    row: list[float] = []
    for h in sizes:
        difference = central_difference(f, x, h, noise)
        if not math.isfinite(difference.value):
            row = []  # Outside of where f is finite; nothing to extrapolate from.
            continue
        row, above = [difference.value], row[:_HIGHEST_ORDER]
        errors = [abs(difference.value - above[0]) if above else math.inf]
        for order, coarser in enumerate(above, start=1):
            weight = _RATIO ** (2 * order)
            finer = row[-1]
            row.append(finer + (finer - coarser) / (weight - 1))
            errors.append(max(abs(row[-1] - finer), abs(row[-1] - coarser)))
        doubt = errors[0] + difference.error
        candidates = [
            slope
            for slope in candidates
            if abs(slope.value - difference.value) <= slope.error + doubt
        ] + [
            Slope(value, error + difference.error)
            for value, error in zip(row, errors, strict=True)
        ]
        yield min(candidates, key=lambda slope: slope.error)
