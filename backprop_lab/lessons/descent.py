"""Descents: how the loss falls from step to step, and the way down the landscape.

In come trainings of two parameters and the landscape on which they walk; out come
drawings of their losses and paths, and a widget that moves along a path and recomputes
it when a slider, such as that of the learning rate, is dragged.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.lessons.landscape import landscape_of
    >>> from backprop_lab.lessons.training import train
    >>> w, b = variable(1.0), variable(0.0)
    >>> L = w**2 + b**2
    >>> landscape = landscape_of(L, {w: (-1, 1), b: (-1, 1)}, points=9)
    >>> run = train((1.0, 0.0), lambda p: ((0.8 * p[0], 0.0), p[0] ** 2), steps=3)
    >>> curves, plane, _ = draw_descents(landscape, {"rate 0.1": run}).axes
    >>> curves.get_ylabel(), plane.get_xlabel(), plane.get_ylabel()
    ('loss L', 'w', 'b')

The state of a training is a tuple that starts with the two parameters.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import ipywidgets
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backprop_lab.engine.arrays import Array
from backprop_lab.lessons.axes import BLUE, VERMILION, new_figure
from backprop_lab.lessons.film import Film
from backprop_lab.lessons.landscape import Landscape, draw_landscape, draw_path
from backprop_lab.lessons.losses import X_LABEL, on_logarithmic_axis, plot_losses

# Where handed-out copies of lesson 05 look for it.
from backprop_lab.lessons.losses import draw_losses as draw_losses
from backprop_lab.lessons.training import Training
from backprop_lab.widgets.plot import Plot
from backprop_lab.words.numbers import number

Descent: TypeAlias = Training[tuple[float, ...]]
Range: TypeAlias = tuple[float, float, float]  # The lowest, the highest, the first.

_SIZE = 8.0, 3.6  # Inches.
_MARGINS = {"left": 0.09, "right": 0.94, "bottom": 0.15, "top": 0.96, "wspace": 0.26}
_WIDE = {"width": "420px"}
_LOWEST = 1e-6  # Where the loss axis of the widget ends.


def path_of(run: Descent, steps: int | None = None) -> Array:
    """Return where a descent went: the two parameters at each snapshot, (n, 2).

    Args:
        run: The descent; up to about a hundred steps each has a snapshot.
        steps: How many steps to follow it; all of them if None.

    Example:
        >>> from backprop_lab.lessons.training import train
        >>> path_of(train((1.0, 5.0), lambda p: ((p[0] - 1, p[1]), p[0]), steps=1))
        array([[1., 5.],
               [0., 5.]])
    """
    end = run.steps if steps is None else steps
    return np.array([state[:2] for taken, state in run.snapshots if taken <= end])


def draw_descents(landscape: Landscape, runs: Mapping[str, Descent]) -> Figure:
    """Return the loss curves of some descents beside their paths on the landscape.

    Args:
        landscape: The loss over the two parameters.
        runs: The descents, by what to call them.
    """
    figure = new_figure(_SIZE)
    curves, plane = _panels(figure, landscape)
    plot_losses(curves, runs)
    limits = plane.get_xlim(), plane.get_ylim()
    for index, (name, run) in enumerate(runs.items()):
        draw_path(plane, path_of(run), name, index)
    plane.get_legend().remove()  # type: ignore[union-attr]
    plane.set(xlim=limits[0], ylim=limits[1])
    return figure


def slide_descent(
    landscape: Landscape, run: Callable[..., Descent], **ranges: Range
) -> Plot:
    """Return a widget with sliders for a descent's settings and for its steps.

    Args:
        landscape: The loss over the two parameters.
        run: Returns the descent for given settings, such as `run(rate=0.1)`.
        **ranges: The lowest, the highest and the first value of each setting.
    """
    settings = {name: _slider(name, *ends) for name, ends in ranges.items()}

    def computed() -> Descent:
        return run(**{name: slider.value for name, slider in settings.items()})

    descent = computed()
    view = _View(landscape, descent)
    last = descent.planned
    step = ipywidgets.IntSlider(value=last, max=last, description="steps", layout=_WIDE)
    play = ipywidgets.Play(value=last, max=last, interval=250)
    ipywidgets.link((play, "value"), (step, "value"))
    picture = ipywidgets.Image(format="png", width=view.width)
    told = ipywidgets.Label()

    def show(_: object = None) -> None:
        picture.value = view.png(descent, step.value)
        told.value = _told(landscape, descent, step.value)

    def compute(_: object) -> None:
        nonlocal descent
        descent = computed()
        show()

    for slider in settings.values():
        slider.observe(compute, "value")
    step.observe(show, "value")
    show()
    controls = [*settings.values(), ipywidgets.HBox([step, play])]
    return Plot([*controls, told], picture, lambda: str(told.value))


class _View:
    """The picture of a descent, drawn again and again: only two lines change."""

    def __init__(self, landscape: Landscape, first: Descent) -> None:
        self._film = Film(_SIZE)
        self.width = self._film.shown["width"]
        curves, plane = _panels(self._film.figure, landscape)
        top = 10 * max(first.losses[0], landscape.heights.max())
        curves.set(yscale="log", xlim=(-0.5, first.planned + 0.5), ylim=(_LOWEST, top))
        style: dict[str, Any] = {"color": BLUE, "marker": "o", "markersize": 4}
        (self._curve,) = curves.plot([], [], **style)
        (self._path,) = plane.plot([], [], **style)
        here = style | {"color": VERMILION, "marker": "s", "markersize": 8}
        (self._loss_now,) = curves.plot([], [], **here)
        (self._place_now,) = plane.plot([], [], **here)
        self._moving: list[Artist] = [
            self._curve, self._path, self._loss_now, self._place_now
        ]  # fmt: skip
        self._film.keep_all_but(self._moving)

    def png(self, run: Descent, steps: int) -> bytes:
        """Return a descent after some steps as a picture in PNG format."""
        losses, path = on_logarithmic_axis(run.losses[: steps + 1]), path_of(run, steps)
        self._curve.set_data(range(len(losses)), losses)
        self._loss_now.set_data([len(losses) - 1], losses[-1:])
        self._path.set_data(*path.T)
        self._place_now.set_data(*path[-1:].T)
        return self._film.png(self._moving)


def _panels(figure: Figure, landscape: Landscape) -> tuple[Axes, Axes]:
    """Return axes for losses and, beside them, a map of the landscape."""
    # Fixed margins are drawn in half the time of those that adapt to their texts.
    curves, plane = figure.subplots(1, 2, width_ratios=(4, 5), gridspec_kw=_MARGINS)
    curves.set(xlabel=X_LABEL, ylabel=f"loss {landscape.loss}")
    curves.grid(color="0.9")
    plane.set(xlabel=landscape.names[0], ylabel=landscape.names[1])
    draw_landscape(landscape, plane, levels=_levels(landscape))
    # So that right angles look it: a descent crosses the contour lines at one.
    plane.set_aspect("equal")
    return curves, plane


def _levels(landscape: Landscape) -> Array:
    """Return heights for contour lines that are close together near the bottom."""
    top = landscape.heights.max()
    return np.geomspace(max(landscape.heights.min(), 1e-3 * top), top, 10)


def _slider(name: str, low: float, high: float, start: float) -> Any:
    return ipywidgets.FloatSlider(
        value=start,
        min=low,
        max=high,
        step=10.0 ** math.floor(math.log10((high - low) / 20)),
        description=name,
        layout=_WIDE,
    )


def _told(landscape: Landscape, run: Descent, steps: int) -> str:
    taken = min(steps, run.steps)
    place = path_of(run, steps)[-1]
    where = ", ".join(
        f"{name} = {number(float(value))}"
        for name, value in zip(landscape.names, place, strict=True)
    )
    loss = f"{landscape.loss} = {number(run.losses[taken])}"
    count = "1 step" if taken == 1 else f"{taken} steps"
    return f"After {count}: {where}, {loss}."
