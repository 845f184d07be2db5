"""Loss curves: how the loss falls from step to step, one curve for each training.

    >>> from backprop_lab.lessons.training import train
    >>> slow = train(1.0, lambda w: (0.9 * w, w * w), steps=3)
    >>> fast = train(1.0, lambda w: (0.5 * w, w * w), steps=3)
    >>> (axes,) = draw_losses({"slow": slow, "fast": fast}).axes
    >>> [line.get_label() for line in axes.get_lines()]
    ['slow', 'fast']

The axis of the loss is logarithmic: the same factor at each step is a straight line.
"""

from collections.abc import Mapping
from itertools import cycle
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backprop_lab.engine.arrays import Array
from backprop_lab.lessons.axes import STYLES, new_axes
from backprop_lab.lessons.training import Training

X_LABEL: Final = "steps taken"
_FLOOR = 1e-9  # A loss below is as good as 0, which a logarithmic axis has not.
_FEW = 100  # Markers of more losses than these would hide the line.


def draw_losses(runs: Mapping[str, Training[Any]]) -> Figure:
    """Return a figure with the loss curves of some trainings.

    Args:
        runs: The trainings, by what to call them.
    """
    axes = new_axes(X_LABEL, "loss L")
    plot_losses(axes, runs)
    return axes.figure  # type: ignore[return-value]


def plot_losses(axes: Axes, runs: Mapping[str, Training[Any]]) -> None:
    """Draw the loss curves of some trainings on axes that are there already."""
    for (name, run), style in zip(runs.items(), cycle(STYLES), strict=False):
        color, line, marker = style
        axes.plot(
            on_logarithmic_axis(run.losses),
            color=color,
            linestyle=line,
            marker=marker if len(run.losses) <= _FEW else None,
            markersize=4,
            label=name,
        )
    axes.set_yscale("log")
    axes.legend()


def on_logarithmic_axis(losses: tuple[float, ...]) -> Array:
    """Return losses as they can be drawn: no 0, and a gap where one is not finite.

    Example:
        >>> on_logarithmic_axis((4.0, 0.0, float("inf")))
        array([4.e+00, 1.e-09,    nan])
    """
    shown = np.array(losses, dtype=np.float64)
    return np.where(np.isfinite(shown), np.maximum(shown, _FLOOR), np.nan)
