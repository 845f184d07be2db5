"""A still picture of one step: shown in a notebook, or saved as a file.

    >>> from backprop_lab.engine.node import variable
    >>> w = variable(3.0, "w")
    >>> still = draw((w - 1) ** 2)
    >>> still.svg.startswith("<svg")
    True

In PyTorch the package torchviz draws graphs, without values and gradients.
"""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import Tape, as_tape
from backprop_lab.errors import ExportError
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.groups import paths_named
from backprop_lab.picture.layout import Direction, Engine, Places, dot_source, lay_out
from backprop_lab.picture.picture import Picture
from backprop_lab.picture.svg import svg_text

_FORMATS = (".svg", ".png", ".pdf")
_PNG_SCALE = 2.0  # Two pixels to a CSS pixel: sharp on paper and on a projector.


@dataclass(frozen=True)
class Still:
    """A picture of one step of a tape; made by `draw`.

    Attributes:
        picture: What is to be seen, at every step.
        places: Where it stands.
        step: The step that is shown.
    """

    picture: Picture
    places: Places
    step: int
    direction: Direction = "LR"

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text that stands on its own."""
        return svg_text(self.picture, self.places, self.step)

    @property
    def source(self) -> str:
        """The graph as DOT text, with values and gradients, for any Graphviz."""
        return dot_source(self.picture, self.step, self.direction)

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file and return its path.

        Args:
            path: A name that ends in .svg, .png or .pdf.

        Raises:
            ExportError: The format is unknown, the folder is missing, or the library
                that converts SVG is not installed.
        """
        target = Path(path)
        if target.suffix.lower() not in _FORMATS:
            raise ExportError(
                f"a picture cannot be saved as {target.name!r}; "
                f"choose a name that ends in {', '.join(_FORMATS)}."
            )
        if not target.parent.is_dir():
            raise ExportError(
                f"the folder {target.parent} does not exist. Make it first, or save to "
                f"{target.name} in the current folder."
            )
        try:
            target.write_bytes(self._encoded(target.suffix.lower()))
        except OSError as problem:
            raise ExportError(f"{target} cannot be written: {problem}.") from problem
        return target

    def _encoded(self, suffix: str) -> bytes:
        if suffix == ".svg":
            return self.svg.encode()
        try:
            import vl_convert
        except ImportError:
            raise ExportError(
                f"saving as {suffix} needs one more library: "
                '`pip install "backprop-lab[export]"`. Saving as .svg needs nothing.'
            ) from None
        if suffix == ".png":
            return bytes(vl_convert.svg_to_png(self.svg, scale=_PNG_SCALE))
        return bytes(vl_convert.svg_to_pdf(self.svg))

    def __repr__(self) -> str:
        moment = self.picture.steps[self.step]
        return f"Picture of {self.picture.title}. {moment.wording.sentence}"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # Unlike SVG it shrinks to the page's width, also where a notebook's outputs are
        # not trusted.
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(repr(self))}" src="data:image/svg+xml;base64,{data}">'
        )


def draw(
    output: Node | Tape,
    step: int | None = None,
    *,
    closed: str | Collection[str] | None = None,
    engine: Engine = "auto",
    direction: Direction = "LR",
) -> Still:
    """Return a still picture of a graph at one step.

    Args:
        output: The node whose graph is drawn, or a tape of it.
        step: How many steps have been taken: 0 before anything is computed, None when
            all is done.
        closed: Name or names of groups that are drawn as one card; None closes all
            groups of a graph that is too large to read, and none of a small one.
        engine: "wasm" for Graphviz inside this process, "system" for the installed
            program `dot`, "auto" for the first that is there.
        direction: "LR" to draw from left to right, "TB" from top to bottom.

    Raises:
        GraphError: `output` is neither a node nor a tape.
        InputError: There is no such step, group, engine or direction.
        LayoutError: Graphviz is missing or failed.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> print(draw(variable(2.0, "x") * 3, step=0))
        Picture of x·3. The graph of x·3: 2 nodes, 1 edge. Nothing is computed yet.
    """
    tape = as_tape(output)
    paths = None if closed is None else paths_named(tape.graph, closed)
    picture = picture_of(tape, paths)
    at = picture.check_step(step)
    return Still(picture, lay_out(picture, engine, direction), at, direction)
