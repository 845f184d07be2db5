"""A plot drawn again and again, quickly enough to follow a slider.

In comes what moves; out come pictures in PNG format, all of one size. Everything that
stays is drawn once: a frame then takes a fraction of the time.

    >>> film = Film((4.0, 3.0))
    >>> (dot,) = film.figure.subplots().plot([0], [0], "o")
    >>> film.keep_all_but([dot])
    >>> film.png([dot])[1:4]
    b'PNG'

Reference: "Faster rendering by using blitting", in Matplotlib's documentation.
"""

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave

_DOTS_PER_INCH = 144  # Sharp on fine screens, and quick to draw.
_PIXELS_PER_INCH = 96  # Those of CSS.


class Film:
    """A figure whose frames differ in a few artists.

    Args:
        size: Width and height of a frame in inches.

    Attributes:
        figure: Where to draw what stays, and what moves.
        shown: Width and height of a frame in CSS pixels.
    """

    def __init__(self, size: tuple[float, float]) -> None:
        self.figure = Figure(figsize=size, dpi=_DOTS_PER_INCH, facecolor="white")
        width, height = size
        self.shown = {
            "width": round(width * _PIXELS_PER_INCH),
            "height": round(height * _PIXELS_PER_INCH),
        }
        self._canvas: Any = FigureCanvasAgg(self.figure)  # Its methods have no types.

    def keep_all_but(self, moving: Iterable[Artist]) -> None:
        """Draw what stays in all frames from here on: everything but these artists."""
        for artist in moving:
            artist.set_animated(True)
        self._canvas.draw()
        self._background = self._canvas.copy_from_bbox(self.figure.bbox)

    def png(self, moving: Iterable[Artist]) -> bytes:
        """Return a frame: what stays, and on it these artists, the uppermost last."""
        self._canvas.restore_region(self._background)
        for artist in moving:
            artist.draw(self._canvas.get_renderer())
        file = io.BytesIO()
        pixels = np.asarray(self._canvas.buffer_rgba())
        imsave(file, pixels, format="png", pil_kwargs={"compress_level": 1})
        return file.getvalue()
