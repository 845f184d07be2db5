"""A plot that sliders move, and of which a saved notebook keeps a still.

In come controls, an image that follows them, and what tells of it in words; out comes a
box of them, shown as any other.
"""

import base64
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets

from backprop_lab.widgets.stills import publish, watch_boxes


class Plot(ipywidgets.VBox):  # type: ignore[misc]
    """A plot under its controls.

    Args:
        parts: The widgets above the image.
        image: The plot, in PNG format.
        told: Says what the plot shows now.
    """

    def __init__(
        self,
        parts: Sequence[ipywidgets.Widget],
        image: ipywidgets.Image,
        told: Callable[[], str],
        **settings: Any,
    ) -> None:
        super().__init__([*parts, image], **settings)
        self.add_class("backprop-plot")
        self._image, self._told = image, told
        watch_boxes()

    def still_data(self) -> dict[str, str]:
        """Return the plot as it is now, by MIME type."""
        told, data = self._told(), base64.b64encode(self._image.value).decode()
        width = f' width="{escape(self._image.width)}"' if self._image.width else ""
        html = f'<img alt="{escape(told)}"{width} src="data:image/png;base64,{data}">'
        return {"text/html": html, "image/png": data, "text/plain": told}

    def __repr__(self) -> str:
        return f"Plot. {self._told()}"

    def _ipython_display_(self) -> None:
        publish(self)
