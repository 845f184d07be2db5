"""A curve and how steep it is: two secants beside the tangent, the sigmoid's slope.

>>> axes = draw_secants(lambda x: x**3, lambda x: 3 * x**2, 1.0, 0.5)
>>> [line.get_label() for line in axes.get_lines()][-1]
'central difference, slope 3.2500'
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.primitives import sigmoid
from backprop_lab.lessons.axes import BLACK, STYLES, new_axes
from backprop_lab.words.numbers import number

Curve: TypeAlias = Callable[[Array], Array]


def draw_secants(curve: Curve, slope: Curve, x: float, h: float) -> Axes:
    """Return a drawing of a curve with its tangent and two secants.

    Args:
        curve: The function, of a number or an array.
        slope: Its derivative.
        x: Where the slope is wanted.
        h: How far each nudge goes.
    """
    axes = new_axes("x", "f(x)")
    inside = np.linspace(x - 1.6 * h, x + 1.6 * h, 200)
    middle, low, high = (float(curve(np.array(at))) for at in (x, x - h, x + h))
    axes.plot(inside, curve(inside), color=BLACK, linewidth=2, label="f")
    lines = (
        ("tangent", float(slope(np.array(x))), (x, middle), [x]),
        ("one-sided difference", (high - middle) / h, (x, middle), [x, x + h]),
        ("central difference", (high - low) / (2 * h), (x - h, low), [x - h, x + h]),
    )
    for (what, steepness, (x0, y0), told), style in zip(lines, STYLES, strict=False):
        color, line, marker = style
        at = np.array([*inside[[0, -1]], *told])
        at.sort()
        axes.plot(
            at,
            y0 + steepness * (at - x0),
            color=color,
            linestyle=line,
            marker=marker,
            markevery=[int(np.flatnonzero(at == place)[0]) for place in told],
            label=f"{what}, slope {number(steepness)}",
        )
    axes.legend()
    return axes


def draw_sigmoid(
    places: Mapping[str, float], ends: tuple[float, float] = (-6.0, 6.0)
) -> Axes:
    """Return a drawing of the sigmoid and of its slope, with some places pointed out.

    Args:
        places: Values of z to point out, by what to call them.
        ends: From where to where to draw.
    """
    axes = new_axes("z", "value")
    z = np.linspace(*ends, 300)
    axes.plot(z, sigmoid(z), color=BLACK, linewidth=2, label="σ(z)")
    axes.plot(z, _slope(z), color=BLACK, linestyle="--", label="σ′(z), its slope")
    for (name, at), (color, _, marker) in zip(places.items(), STYLES, strict=False):
        height, slope = sigmoid(np.array(at)), _slope(np.array(at))
        axes.plot(
            [at, at],
            [height, slope],
            color=color,
            linestyle=":",
            marker=marker,
            markersize=9,
            label=f"{name}: z = {number(at)}, σ′(z) = {number(float(slope))}",
        )
    axes.legend()
    return axes


def _slope(z: Array) -> Array:
    a = sigmoid(z)
    return a * (1 - a)
