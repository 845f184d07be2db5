"""Where every drawing of the lessons starts: one look for all of them.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; beside
its colour each line has a style and a marker of its own, so that it reads in grey as
well. The background is white in every theme.

    >>> axes = new_axes("epoch", "loss L")
    >>> axes.get_xlabel()
    'epoch'

Reference: M. Okabe and K. Ito, "Color Universal Design" (2008).
"""

from typing import Any, Final

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
ORANGE: Final = "#E69F00"
BLACK: Final = "#000000"

# The first, second, … thing in a drawing: colour, line style, marker.
STYLES: Final = (
    (BLUE, "-", "o"),
    (VERMILION, "--", "s"),
    (GREEN, "-.", "^"),
    (PURPLE, ":", "D"),
    (ORANGE, (0, (5, 1)), "v"),
    (BLACK, (0, (1, 1)), "P"),
)


def new_figure(size: tuple[float, float], **settings: Any) -> Figure:
    """Return an empty figure, which is shown once: as the result of its cell.

    Args:
        size: Width and height in inches.
        **settings: More settings of Matplotlib's `figure`, such as its layout.
    """
    figure = plt.figure(figsize=size, **settings)
    # Pyplot shows what is open at the end of a cell; the cell shows it itself.
    plt.close(figure)
    return figure


def new_axes(
    x_label: str, y_label: str, size: tuple[float, float] = (8.0, 4.0)
) -> Axes:
    """Return the empty, labelled axes of a new figure.

    To show the drawing, end the cell with `axes.figure`.

    Args:
        x_label: What is drawn to the right.
        y_label: What is drawn upwards.
        size: Width and height in inches.
    """
    axes: Axes = new_figure(size, layout="constrained").subplots()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    return axes
