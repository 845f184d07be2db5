"""How wrong a difference is, for nudges of every size: the choice of h.

The error of a difference has two parts. One comes from the curve and shrinks with h:
of order h for a nudge to one side, of order h² for the central difference. The other
comes from rounding, of order ε/h, and grows as h shrinks. Their sum is smallest near
ε^(1/2) and ε^(1/3).

    >>> errors = nudge_errors(np.exp, 1.0, 0.0, [1e-1, 1e-5, 1e-12])
    >>> int(errors.central.argmin())
    1

Reference: Nocedal and Wright, Numerical Optimization (2006), section 8.1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from backprop_lab.engine.arrays import Array, as_array, frozen
from backprop_lab.lessons.axes import BLACK, STYLES, new_axes

EPSILON = float(np.finfo(np.float64).eps)
BEST_ONE_SIDED = EPSILON ** (1 / 2)
BEST_CENTRAL = EPSILON ** (1 / 3)
# Below, no error can be seen: the slope itself is rounded.
_SMALLEST = EPSILON / 2


@dataclass(frozen=True, eq=False)
class NudgeErrors:
    """Errors of differences, relative to the true slope; made by `nudge_errors`.

    Attributes:
        steps: The sizes h of the nudges, (n,).
        one_sided: The error of (f(x + h) − f(x)) / h for each, (n,).
        central: The error of (f(x + h) − f(x − h)) / 2h for each, (n,).
    """

    steps: Array
    one_sided: Array
    central: Array


def nudge_errors(
    f: Callable[[Array], Array], slope: float, x: float, steps: npt.ArrayLike
) -> NudgeErrors:
    """Return the errors of one-sided and central differences for many sizes of h.

    Args:
        f: The function, of an array.
        slope: Its true derivative at x, not 0.
        x: Where it is nudged.
        steps: The sizes h, shape (n,), all positive.
    """
    h = as_array(steps, "steps")
    middle, low, high = f(np.full(h.shape, x)), f(x - h), f(x + h)
    one_sided = (high - middle) / h
    central = (high - low) / (2 * h)
    return NudgeErrors(
        h,
        frozen(np.abs(one_sided / slope - 1)),
        frozen(np.abs(central / slope - 1)),
    )


def draw_nudge_errors(errors: NudgeErrors) -> Axes:
    """Return a drawing of the errors over h, both in powers of ten.

    Dotted lines stand where theory expects the smallest errors.
    """
    axes = new_axes("size h of the nudge", "relative error")
    drawn = (
        (
            "one-sided difference",
            errors.one_sided,
            BEST_ONE_SIDED,
            r"\sqrt{\varepsilon}",
        ),
        ("central difference", errors.central, BEST_CENTRAL, r"\sqrt[3]{\varepsilon}"),
    )
    for (name, sizes, best, formula), style in zip(drawn, STYLES, strict=False):
        color, line, marker = style
        axes.loglog(
            errors.steps,
            np.maximum(sizes, _SMALLEST),
            color=color,
            linestyle=line,
            marker=marker,
            markersize=4,
            label=name,
        )
        axes.axvline(best, color=BLACK, linestyle=":")
        axes.annotate(
            rf" ${formula}$",
            (best, 0.97),
            xycoords=("data", "axes fraction"),
            verticalalignment="top",
        )
    axes.legend(loc="lower left")
    return axes
