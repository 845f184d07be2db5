"""The loss landscape: L over two of its variables, seen from above.

In comes a loss and two of its variables with their ranges; out comes a map with contour
lines, on which places, downhill directions and paths can be drawn.

    >>> from backprop_lab.engine.node import variable
    >>> w, b = variable(1.0), variable(0.0)
    >>> L = (w + 2 * b) ** 2
    >>> landscape = landscape_of(L, {w: (-1, 1), b: (0, 1)}, points=3)
    >>> landscape.heights
    array([[1., 0., 1.],
           [0., 1., 4.],
           [1., 4., 9.]])
    >>> axes = draw_landscape(landscape)

All other inputs keep the values that they have in the graph. It is compiled once, and a
graph of single numbers then runs at all places at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.patheffects import withStroke

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.errors import InputError, ShapeError
from backprop_lab.lessons.axes import STYLES, new_axes
from backprop_lab.program.program import compile_graph

Place: TypeAlias = tuple[float, float]
POINTS = 61
_OUTLINE = [withStroke(linewidth=4, foreground="white")]


@dataclass(frozen=True, eq=False)
class Landscape:
    """A loss on a grid of values of two variables; made by `landscape_of`.

    Attributes:
        loss: What the loss is called.
        names: What the two variables are called.
        across: Values of the first variable, (n,).
        upwards: Values of the second variable, (n,).
        heights: The loss, (n, n); row i belongs to `upwards[i]`.
    """

    loss: str
    names: tuple[str, str]
    across: Array
    upwards: Array
    heights: Array


def landscape_of(
    L: Node, ranges: Mapping[Node, tuple[float, float]], points: int = POINTS
) -> Landscape:
    """Return a loss over two of its variables, both of them numbers.

    Args:
        L: The loss, a single number.
        ranges: The two variables, each with its lowest and its highest value; the first
            is drawn to the right, the second upwards.
        points: How many values of each.

    Raises:
        InputError: `ranges` does not hold two nodes, or one of them is computed.
        GraphError: A node of `ranges` is not in this graph.
        ShapeError: One of the three is not a single number.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> w, b = variable(1.0), variable(0.0)
        >>> landscape_of(w * b, {w: (0, 1), b: (0, 1)}).names
        ('w', 'b')
    """
    graph = Graph.of(L)
    if len(ranges) != 2:
        raise InputError(
            f"a landscape has two variables, but {len(ranges)} were given. "
            "Write {w: (-3, 3), b: (-3, 3)}."
        )
    for node in (L, *ranges):
        if graph.term(node) and node.shape:
            raise ShapeError(
                f"{graph.name(node)} has shape {node.shape}; a landscape needs single "
                "numbers. Write the graph with one variable for each number."
            )
    program = compile_graph(graph)
    for node in ranges:
        if node not in program.nodes:
            free = ", ".join(map(graph.name, program.nodes))
            raise InputError(
                f"{graph.name(node)} is computed, so it is not free to change. Give "
                f"two of the inputs, which are: {free}."
            )
    (first, right), (second, up) = ranges.items()
    across, upwards = np.linspace(*right, points), np.linspace(*up, points)
    values = {node: node.value for node in program.nodes}
    values |= {first: across, second: upwards[:, np.newaxis]}
    heights = program.over(**dict(zip(program.inputs, values.values(), strict=True)))
    names = graph.name(first), graph.name(second)
    return Landscape(graph.name(L), names, across, upwards, heights)


def draw_landscape(
    landscape: Landscape,
    axes: Axes | None = None,
    levels: npt.ArrayLike | None = None,
) -> Axes:
    """Return a map of a landscape, with contour lines: darker is lower.

    Args:
        landscape: What to draw.
        axes: Where to draw it; a new figure if None.
        levels: Heights of the contour lines; evenly spread, and labelled, if None.
    """
    if axes is None:
        axes = new_axes(*landscape.names, size=(7.0, 4.5))
    where = landscape.across, landscape.upwards, landscape.heights
    if levels is None:
        filled = axes.contourf(*where, levels=24, cmap="cividis")
    else:
        # One shade for each level, however close together they are.
        shades = BoundaryNorm(np.asarray(levels), ncolors=256, extend="both")
        filled = axes.contourf(
            *where, levels=levels, norm=shades, cmap="cividis", extend="both"
        )
    figure = axes.get_figure()
    assert figure is not None
    figure.colorbar(filled, ax=axes, label=f"loss {landscape.loss}", format="%.2g")
    lines = axes.contour(
        *where,
        levels=8 if levels is None else levels,
        colors="white",
        linewidths=0.7,
        alpha=0.7,
    )
    if levels is None:
        for label in axes.clabel(lines, fontsize=8, colors="black"):
            label.set(
                alpha=1, path_effects=[withStroke(linewidth=2, foreground="white")]
            )
    axes.grid(visible=False)
    return axes


def draw_places(
    axes: Axes,
    places: Mapping[str, Place],
    gradients: Sequence[Place] = (),
    stretch: float = 1.0,
) -> Axes:
    """Return the map with places pointed out, and an arrow downhill from each.

    Args:
        axes: The map.
        places: Values of the two variables, by what to call them.
        gradients: The gradient of the loss at each place; the arrow points against it.
        stretch: How many times its length each gradient is drawn, alike for all.
    """
    for index, (name, place) in enumerate(places.items()):
        color, _, marker = STYLES[index % len(STYLES)]
        axes.plot(
            *place,
            marker=marker,
            markersize=9,
            color=color,
            markeredgecolor="white",
            linestyle="none",
            label=name,
            zorder=4,
        )
    for place, gradient in zip(places.values(), gradients, strict=False):
        tip = np.array(place) - stretch * np.array(gradient)
        axes.annotate(
            "",
            xy=(tip[0], tip[1]),
            xytext=place,
            arrowprops={
                "arrowstyle": "-|>,head_width=0.3,head_length=0.5",
                "color": "black",
                "linewidth": 2,
                "path_effects": _OUTLINE,
                "shrinkA": 0,
                "shrinkB": 0,
            },
            zorder=5,
        )
    axes.legend()
    return axes


def draw_path(axes: Axes, path: npt.ArrayLike, name: str, index: int = 0) -> Axes:
    """Return the map with a path drawn on it, step by step.

    Args:
        axes: The map.
        path: Values of the two variables, one row for each step, (n, 2).
        name: What to call the path.
        index: Which of the line styles to use, from 0.
    """
    color, line, marker = STYLES[index % len(STYLES)]
    across, upwards = np.asarray(path, dtype=np.float64).T
    axes.plot(
        across,
        upwards,
        color=color,
        linestyle=line,
        marker=marker,
        linewidth=1.2,
        markersize=3.5,
        label=name,
        path_effects=[withStroke(linewidth=2.2, foreground="white")],
        zorder=3,
    )
    axes.legend()
    return axes
