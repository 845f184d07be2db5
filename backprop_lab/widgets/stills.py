"""The stills that a saved notebook keeps of the widgets it shows.

A notebook that is opened again, exported or printed has no kernel, and without one no
widget. So a still picture is published beside each. That of a widget which is shown by
itself comes first, in the same cell. One that is shown inside something else, a box or
an `Output`, is in the hands of ipywidgets, which publishes the outermost only; there we
note what a cell shows, and publish the stills of all that it holds when the cell has
run, as matplotlib does with its figures. Of a still and a live widget in a cell,
the page shows one.

In comes a widget that can draw its still; out goes display data of the cell that runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from IPython.core.getipython import get_ipython
from IPython.display import publish_display_data
from IPython.utils.dir2 import get_real_method
from ipywidgets import Box, Output, Widget
from ipywidgets.widgets.widget import _instances as live_widgets

_VIEW = "application/vnd.jupyter.widget-view+json"
_HINT = "To move the picture, run all cells above, then this one."
# JupyterLab reports a widget whose kernel is gone in a line of text, without elements.
_ONE_OF_TWO = """
.jp-OutputArea:has(.backprop-stepper, .backprop-plot)
  > .jp-OutputArea-child:has(> .jp-OutputArea-output > .backprop-still),
.jp-OutputArea:has(.backprop-still)
  > .jp-OutputArea-child:has(> .jupyter-widgets):not(:has(> .jupyter-widgets > *)) {
  display: none;
}"""


@runtime_checkable
class Pictured(Protocol):
    """A widget that leaves a still."""

    model_id: str

    def still_data(self) -> dict[str, str]:
        """Return what the widget shows now, by MIME type; as HTML and as text too."""


@dataclass(frozen=True)
class _Shown:
    """A widget that was shown while the kernel worked on a request."""

    request: str
    widget: Any
    within: tuple[Output, ...]


_shown: list[_Shown] = []


def watch_boxes() -> None:
    """Have IPython tell of the boxes that a cell shows, and of its end."""
    shell = get_ipython()
    if shell is None or shell.display_formatter is None:
        return
    for kind in (Box, Output):
        shell.display_formatter.mimebundle_formatter.for_type(kind, _bundle)
    shell.events.register("post_run_cell", _publish_rest)


def publish(widget: Pictured) -> None:
    """Show a widget, and before it a still unless that follows in its place."""
    if not _note(widget).within:
        _publish_still(widget)
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    publish_display_data({_VIEW: view})  # type: ignore[no-untyped-call]


def _publish_still(widget: Pictured) -> None:
    data = widget.still_data()
    html = (
        f'<div class="backprop-still" data-widget="{widget.model_id}">'
        f"{data['text/html']}<p>{_HINT}</p><style>{_ONE_OF_TWO}</style></div>"
    )
    publish_display_data({**data, "text/html": html})  # type: ignore[no-untyped-call]


def _bundle(box: Widget) -> Any:
    """Return what IPython publishes of a box, having noted it."""
    _note(box)
    own = get_real_method(box, "_repr_mimebundle_")
    return own() if own else None


def _publish_rest(_: object) -> None:
    """Publish the stills of what stands inside the boxes that this cell has shown."""
    request = _request()
    cell = [shown for shown in _shown if shown.request == request]
    _shown.clear()
    outermost = [shown.widget for shown in cell if not shown.within]
    # A widget that was shown by itself has its still.
    seen = {id(widget) for widget in outermost if isinstance(widget, Pictured)}
    for box in outermost:
        for widget in _pictured_in(box, cell, seen):
            _publish_still(widget)


def _pictured_in(widget: Any, cell: list[_Shown], seen: set[int]) -> Iterator[Pictured]:
    """Return what leaves a still in a widget, each once."""
    if id(widget) in seen:
        return
    seen.add(id(widget))
    if isinstance(widget, Pictured):
        yield widget
    for part in _parts(widget, cell):
        yield from _pictured_in(part, cell, seen)


def _parts(widget: Any, cell: list[_Shown]) -> list[Any]:
    if not isinstance(widget, Output):
        return list(getattr(widget, "children", ()))
    # What earlier cells wrote into it, as the page has told us, and what this one did.
    views = [output.get("data", {}).get(_VIEW, {}) for output in widget.outputs]
    earlier = [live_widgets.get(view.get("model_id")) for view in views]
    return earlier + [shown.widget for shown in cell if widget in shown.within]


def _note(widget: Any) -> _Shown:
    """Return how a widget is shown; a kernel remembers it until the cell has run."""
    request = _request()
    if not request:
        return _Shown(request, widget, ())
    outputs = (w for w in list(live_widgets.values()) if isinstance(w, Output))
    # `with output:` has the page send there what comes of this request.
    within = tuple(output for output in outputs if output.msg_id == request)
    shown = _Shown(request, widget, within)
    _shown.append(shown)
    return shown


def _request() -> str:
    """Return the id of the request that the kernel works on; "" without a kernel."""
    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    header = kernel.get_parent().get("header", {}) if kernel else {}
    return str(header.get("msg_id", ""))
