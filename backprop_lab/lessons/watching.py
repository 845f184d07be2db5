"""Watch a training: live while it runs, and afterwards to and fro.

In come the examples and a function that predicts from parameters; out comes a picture
with the loss curve on the left and the regions of the prediction on the right. `Live`
redraws it in place, so that nothing jumps; `replay` gives a finished training a slider.

    >>> from backprop_lab.lessons.points import xor
    >>> from backprop_lab.lessons.training import train
    >>> def predict(w, X):
    ...     return w * X[:1]
    >>> run = train(0.0, lambda w: (w + 0.1, 1 - w), steps=5)
    >>> View(xor(), predict).png(run)[1:4]
    b'PNG'

In PyTorch and JAX people use TensorBoard or Weights & Biases for this.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

import ipywidgets
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from matplotlib.artist import Artist

from backprop_lab.engine.arrays import Array
from backprop_lab.lessons.axes import BLUE, VERMILION
from backprop_lab.lessons.film import Film
from backprop_lab.lessons.losses import X_LABEL

# Where handed-out copies of lesson 08 look for it.
from backprop_lab.lessons.losses import draw_losses as draw_losses
from backprop_lab.lessons.points import Points
from backprop_lab.lessons.regions import Regions
from backprop_lab.lessons.training import Training
from backprop_lab.widgets.plot import Plot
from backprop_lab.words.numbers import number

State = TypeVar("State")
PredictFrom: TypeAlias = Callable[[State, Array], Array]

_SIZE = 8.0, 3.4  # Inches; every frame has the same size.


class View(Generic[State]):
    """The picture of a training, drawn again and again.

    Args:
        points: The examples.
        predict: What the network predicts: parameters and (2, n) points in, (1, n)
            numbers out.
    """

    def __init__(self, points: Points, predict: PredictFrom[State]) -> None:
        self._predict = predict
        # Fixed margins: a layout that adapts to its texts would jump.
        margins = {"left": 0.08, "right": 0.96, "bottom": 0.16, "top": 0.9}
        self._film = Film(_SIZE)
        self.shown = self._film.shown
        figure = self._film.figure
        self._losses, plane = figure.subplots(1, 2, gridspec_kw=margins)
        self._losses.set(xlabel=X_LABEL, ylabel="loss L")
        self._losses.grid(color="0.9")
        (self._curve,) = self._losses.plot([], [], color=BLUE)
        (self._now,) = self._losses.plot([], [], "o", color=VERMILION, markersize=8)
        self._title = plane.set_title(" ", fontsize=10)
        self._regions = Regions(plane, points)
        figure.colorbar(self._regions.image, ax=plane, label=r"prediction $\hat{y}$")
        self._limits = (0, 0.0)

    def png(self, run: Training[State], snapshot: int = -1) -> bytes:
        """Return a training at one of its snapshots as a picture in PNG format."""
        steps, state = run.snapshots[snapshot]
        self._regions.show(lambda X: self._predict(state, X))
        self._curve.set_data(range(len(run.losses)), run.losses)
        reached = run.losses[steps : steps + 1]
        self._now.set_data([steps] * len(reached), reached)
        self._title.set_text(_moment(run, snapshot))
        self._set_limits(run)
        return self._film.png(self._moving)

    def _set_limits(self, run: Training[State]) -> None:
        """Make room for the loss curve; draw what stays again where that changes."""
        end = run.planned if run.end == "running" else run.steps
        limits = max(1, end), 1.1 * max(filter(math.isfinite, run.losses), default=1.0)
        if limits != self._limits:
            self._limits = limits
            self._losses.set(xlim=(0, limits[0]), ylim=(0, limits[1] or 1.0))
            self._film.keep_all_but(self._moving)

    @property
    def _moving(self) -> list[Artist]:
        """What differs from frame to frame, from the lowest to the uppermost."""
        return [*self._regions.artists, self._curve, self._now, self._title]


def _moment(run: Training[Any], snapshot: int) -> str:
    steps, _ = run.snapshots[snapshot]
    loss = "".join(f": L = {number(loss)}" for loss in run.losses[steps : steps + 1])
    return f"after {steps} steps{loss}"


class Live(Generic[State]):
    """Shows a training in the output of its cell; give it to `train` as `watch`.

    A bar tells how far the training is. Outside of a notebook nothing is shown.

    Args:
        points: The examples.
        predict: What the network predicts: parameters and (2, n) points in, (1, n)
            numbers out.

    Example:
        >>> from backprop_lab.lessons.points import xor
        >>> from backprop_lab.lessons.training import train
        >>> live = Live(xor(), lambda w, X: w * X[:1])
        >>> train(0.0, lambda w: (w + 0.1, 1 - w), steps=5, watch=live).steps
        5
    """

    def __init__(self, points: Points, predict: PredictFrom[State]) -> None:
        self._view = View(points, predict)
        self._outputs: tuple[_Output, _Output] | None = None

    def __call__(self, run: Training[State]) -> None:
        """Show how far a training is; its start begins a new output."""
        if not InteractiveShell.initialized():
            return
        if self._outputs is None or not run.steps:
            self._outputs = _Output(), _Output()
        bar, picture = self._outputs
        bar.show({"text/html": _bar(run), "text/plain": str(run)})
        picture.show(
            {"image/png": self._view.png(run), "text/plain": str(run)},
            metadata={"image/png": self._view.shown},
        )


class _Output:
    """One output of the running cell, which can be replaced."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, data: dict[str, Any], **settings: Any) -> None:
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True, **settings)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True, **settings)


def _bar(run: Training[Any]) -> str:
    return (
        f'<progress value="{run.steps}" max="{run.planned}" '
        f'aria-label="steps taken"></progress> {run}'
    )


def replay(run: Training[State], points: Points, predict: PredictFrom[State]) -> Plot:
    """Return a widget with a slider (and a play button) over a training's snapshots.

    Args:
        run: The training.
        points: The examples.
        predict: What the network predicts: parameters and (2, n) points in, (1, n)
            numbers out.
    """
    view = View(points, predict)
    frame = cache(lambda snapshot: view.png(run, snapshot))
    last = len(run.snapshots) - 1
    slider = ipywidgets.IntSlider(
        description="moment", max=last, readout=False, layout={"width": "520px"}
    )
    play = ipywidgets.Play(max=last, interval=200)
    ipywidgets.link((play, "value"), (slider, "value"))
    picture = ipywidgets.Image(value=frame(0), format="png", **view.shown)

    def show(change: dict[str, Any]) -> None:
        picture.value = frame(change["new"])

    slider.observe(show, "value")
    controls = ipywidgets.HBox([play, slider])
    return Plot(
        [controls], picture, lambda: f"A training {_moment(run, slider.value)}."
    )
