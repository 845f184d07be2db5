"""What a network predicts, all over the plane, with the points it learns from.

In come points and a function that predicts; out comes a figure: dark where y_hat is
near 0, light where it is near 1, and a line where it is 1/2: the decision boundary.

    >>> from backprop_lab.lessons.points import xor
    >>> figure = draw_regions(xor(), {"only x₁ counts": lambda X: X[:1]})
    >>> figure.axes[0].get_title()
    'only x₁ counts'
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure

from backprop_lab.engine.arrays import Array
from backprop_lab.errors import InputError, ShapeError
from backprop_lab.lessons.axes import BLUE, ORANGE, new_figure
from backprop_lab.lessons.points import Points
from backprop_lab.words.numbers import shape_text

Predict: TypeAlias = Callable[[Array], Array]

_GRID = 81  # Points along each side at which the network is asked.
_FEW = 20  # So few points are drawn large.
_MARGIN = 0.25  # Around the points, as a share of their extent.


class Regions:
    """The regions of a prediction, which can be redrawn for another one.

    Args:
        axes: Where to draw.
        points: The examples, drawn on top: circles for 0, triangles for 1.
        names: What the two coordinates are called.
    """

    def __init__(
        self, axes: Axes, points: Points, names: tuple[str, str] = ("$x_1$", "$x_2$")
    ) -> None:
        low, high = points.X.min(axis=1), points.X.max(axis=1)
        margin = _MARGIN * (high - low).max()
        (left, bottom), (right, top) = low - margin, high + margin
        self._sides = np.linspace(left, right, _GRID), np.linspace(bottom, top, _GRID)
        self._axes = axes
        self._boundary: QuadContourSet | None = None
        self.image = axes.imshow(
            np.full((_GRID, _GRID), 0.5),
            extent=(left, right, bottom, top),
            origin="lower",
            cmap="cividis",
            vmin=0,
            vmax=1,
            alpha=0.65,
            interpolation="bilinear",
        )
        self._marks: list[Artist] = []
        size = 8 if points.X.shape[1] <= _FEW else 4
        for kind, marker, color in ((0, "o", BLUE), (1, "^", ORANGE)):
            self._marks += axes.plot(
                *points.X[:, points.Y[0] == kind],
                marker,
                color=color,
                markersize=size,
                markeredgecolor="black",
                markeredgewidth=0.6,
                label=f"target {kind}",
            )
        axes.set(xlabel=names[0], ylabel=names[1], aspect="equal")

    @property
    def artists(self) -> list[Artist]:
        """What is drawn, from the lowest to the uppermost."""
        boundary = [self._boundary] if self._boundary else []
        return [self.image, *boundary, *self._marks]

    def show(self, predict: Predict) -> None:
        """Draw what `predict` gives: (2, n) points in, (1, n) numbers out.

        Raises:
            ShapeError: The prediction has another shape.
        """
        grid = np.stack([side.ravel() for side in np.meshgrid(*self._sides)])
        y_hat = np.asarray(predict(grid))
        if y_hat.shape != (1, grid.shape[1]):
            raise ShapeError(
                f"the prediction for {grid.shape[1]} points is "
                f"{shape_text(y_hat.shape)}, but {shape_text((1, grid.shape[1]))} was "
                "expected: one row, with a number for each point."
            )
        heights = y_hat.reshape(_GRID, _GRID)
        self.image.set_data(heights)
        if self._boundary:
            self._boundary.remove()
            self._boundary = None
        if heights.min() < 0.5 < heights.max():
            self._boundary = self._axes.contour(
                *self._sides, heights, levels=[0.5], colors="black", linewidths=2
            )


def draw_regions(
    points: Points,
    predictions: Mapping[str, Predict],
    names: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Figure:
    """Return a figure with the regions of each prediction, side by side.

    Args:
        points: The examples.
        predictions: By title: a function from (2, n) points to (1, n) numbers.
        names: What the two coordinates are called.

    Raises:
        InputError: There is no prediction.
        ShapeError: A prediction has another shape.
    """
    if not predictions:
        raise InputError('there is nothing to draw: give {"title": predict}.')
    columns = len(predictions)
    width = min(8.0, 1.5 + 3.5 * columns)
    size = width, max(2.5, 4.5 - 0.5 * columns)
    figure = new_figure(size, layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False)
    for place, (title, predict) in zip(axes[0], predictions.items(), strict=True):
        regions = Regions(place, points, names)
        regions.show(predict)
        place.set_title(title, fontsize=10)
        place.label_outer()
    figure.colorbar(regions.image, ax=axes, label=r"prediction $\hat{y}$", shrink=0.75)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure
