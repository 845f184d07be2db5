"""A notebook as a page that anybody may open: harmless, and whole in one file.

In come cells with their outputs; out comes HTML. What a learner wrote is only ever
shown as text or as a picture: markup is sanitised, nothing runs and nothing is fetched.
A cell that cannot be shown costs nobody a grade: its text is shown, with a flag.
"""

import base64
import hashlib
import logging
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from html import escape
from typing import Any, NamedTuple
from urllib.parse import unquote

from backprop_lab.coursework import students
from backprop_lab.coursework.assignments import Cell, Notebook, label
from backprop_lab.coursework.flags import Flag, Kind
from backprop_lab.coursework.sources import parsing

# What is left of a learner's own markup.
_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "blockquote"),
    *("a", "b", "code", "del", "em", "i", "kbd", "pre", "s", "strong", "sub", "sup"),
    *("ul", "ol", "li", "dl", "dt", "dd", "img"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
# A widget without a kernel is blank; the picture beside it is shown instead. Pictures
# come first, since the HTML around them is for pages where a cell can be run.
_SHOWN = (
    *("image/svg+xml", "text/html", "text/markdown", "text/latex"),
    *("image/png", "image/jpeg", "text/plain"),
)
# The kinds of pictures that every browser shows.
_PICTURES = {f"image/{kind}" for kind in ("gif", "jpeg", "png", "svg+xml", "webp")}
_ATTACHED = re.compile(r"attachment:([^\s()\"'<>\[\]]+)")
# Stands for a picture while markup is sanitised, which takes long for long texts.
_MARK = "data:image/png;attached,"
_MARKED = re.compile(re.escape(_MARK) + "([0-9a-f]{64})")
_MARKUP = ("text/html", "text/markdown")
_LONGEST = 40_000  # characters of one text that is shown as markup or code
_ALL_MARKUP = 200_000  # characters of all of them
_LONGEST_NAME = 100  # characters of a picture's name in a flag
_ROOM = 20 * 2**20  # characters of all pictures on a page
# nbconvert warns of each picture without a text; they are not the teacher's.
_QUIET = logging.Logger("feedback", logging.ERROR)


class Page(NamedTuple):
    """A notebook as HTML, and what could not be shown as it was meant."""

    body: str
    flags: tuple[Flag, ...]


def notebook_page(notebook: Notebook) -> Page:
    """Return a notebook as harmless HTML, its widgets as still pictures."""
    pictures, room, flags = _Pictures(), _Room(), []
    cells, names = [], []
    for number, cell in enumerate(notebook["cells"], start=1):
        names.append(label(cell) or f"cell_{number}")
        is_short = room.holds(cell["source"])
        cells.append(_shown(cell, pictures, room) if is_short else _as_text(cell))
        flags += [Flag(Kind.NOT_SHOWN, names[-1])] * (not is_short)
    try:
        body = _html(cells)
    except Exception:
        # Whatever is in one cell, the others must be shown.
        body = ""
        for name, cell, given in zip(names, cells, notebook["cells"], strict=True):
            try:
                body += _html([cell])
            except Exception as error:
                about = f"{name}:{type(error).__name__}"
                flags.append(Flag(Kind.NOT_SHOWN, about))
                body += f"<pre>{escape(given['source'])}</pre>"
    missing = [students.name(each)[:_LONGEST_NAME] for each in pictures.missing]
    flags += [Flag(Kind.NO_PICTURE, each) for each in missing]
    return Page(pictures.put_into(body), tuple(dict.fromkeys(flags)))


class _Room:
    """How much a page shows as more than plain text, for markup may take long."""

    def __init__(self) -> None:
        self._left = _ALL_MARKUP

    def holds(self, text: str) -> bool:
        """Return whether there is room for a text, and take it."""
        if len(text) > min(_LONGEST, self._left):
            return False
        self._left -= len(text)
        return True


class _Pictures:
    """The attached pictures of a page: a mark for each, and what it stands for."""

    def __init__(self) -> None:
        self.missing: list[str] = []
        self._addresses: dict[str, str] = {}
        self._room = _ROOM

    def marked(self, cell: Cell) -> str:
        """Return the source of a cell with a mark for the address of each picture."""
        attached = cell.get("attachments", {})

        def mark(match: re.Match[str]) -> str:
            names = (match[1], unquote(match[1]))
            found: Mapping[str, str] = next(
                (attached[name] for name in names if name in attached), {}
            )
            address = _address(found)
            if not address or len(address) > self._room:
                self.missing.append(names[1])
                address = _notice(f"The picture {names[1]} cannot be shown.")
            self._room -= len(address)
            key = hashlib.sha256(address.encode()).hexdigest()
            self._addresses[key] = address
            return _MARK + key

        return _ATTACHED.sub(mark, cell["source"])

    def put_into(self, html: str) -> str:
        """Return HTML with the pictures in place of their marks."""
        return _MARKED.sub(lambda match: self._addresses.get(match[1], ""), html)


def _address(attached: Mapping[str, str]) -> str:
    """Return a picture as the address of itself, "" if it is none."""
    for kind, text in attached.items():
        packed = "".join(text.split())
        if kind == "image/svg+xml" and "<" in text:
            packed = base64.b64encode(text.encode(errors="replace")).decode()
        if kind in _PICTURES and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", packed):
            return f"data:{kind};base64,{packed}"
    return ""


def _notice(text: str) -> str:
    """Return the address of a picture of some words."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="40">'
        '<rect width="480" height="40" fill="#eee"/>'
        '<text x="10" y="25" font-family="sans-serif" font-size="14">'
        f"{escape(text)}</text></svg>"
    )
    return _address({"image/svg+xml": svg})


def _shown(cell: Cell, pictures: _Pictures, room: _Room) -> Cell:
    """Return of a cell what is shown; what it says of how to show it may hide it."""
    shown = {"metadata": {}, "cell_type": cell["cell_type"], "source": cell["source"]}
    if cell["cell_type"] != "code":
        return shown | {"source": pictures.marked(cell)}
    outputs = [_shown_output(output, room) for output in cell["outputs"]]
    return shown | {
        "execution_count": cell["execution_count"],
        "outputs": [output for output in outputs if output],
    }


def _as_text(cell: Cell) -> Cell:
    """Return a cell that shows the text of another, and nothing but text."""
    output = {"output_type": "stream", "name": "stdout", "text": cell["source"]}
    shown = {"metadata": {}, "cell_type": "code", "source": "", "outputs": [output]}
    return shown | {"execution_count": None}


def _shown_output(output: Mapping[str, Any], room: _Room) -> Mapping[str, Any]:
    """Return of an output what is shown; nothing, if it is nothing."""
    if "data" not in output:
        return output
    data = output["data"] if isinstance(output["data"], dict) else {}
    texts = {
        kind: data[kind]
        for kind in _SHOWN
        if isinstance(data.get(kind), str)
        and (kind not in _MARKUP or room.holds(data[kind]))
    }
    return {**output, "data": texts, "metadata": {}} if texts else {}


def _html(cells: list[Cell]) -> str:
    """Return cells as HTML; anything may be raised because of what is in them."""
    # Of a version in which nobody minds what cells have for an id.
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    with parsing:
        exporter, from_dict = _nbconvert()
        body, _ = exporter.from_notebook_node(from_dict(notebook))
    return str(body)


@cache
def _nbconvert() -> tuple[Any, Callable[[Notebook], Any]]:
    """Return nbconvert's exporter and how it wants to get its notebooks."""
    # On import, jsonschema would compile a grammar of web addresses for three seconds;
    # it does without where there is none, and a notebook's schema asks for none.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    # Here, because they take a second to import: kernels run meanwhile.
    from nbconvert import HTMLExporter
    from nbformat import from_dict
    from traitlets.config import Config

    settings = Config(
        HTMLExporter={"template_name": "basic", "sanitize_html": True},
        NbConvertBase={"display_data_priority": list(_SHOWN)},
    )
    exporter = HTMLExporter(config=settings, log=_QUIET)  # type: ignore[no-untyped-call]
    exporter.register_filter("clean_html", _clean)  # type: ignore[no-untyped-call]
    return exporter, from_dict


@lru_cache(64)  # The text of the questions is the same in every notebook.
def _clean(markup: str | bytes) -> str:
    """Return markup without what runs, fetches or hides."""
    import bleach  # nbconvert's own cleaner, with a list of tags that fits a page

    text = markup.decode() if isinstance(markup, bytes) else markup
    protocols = {"http", "https", "mailto", "data"}
    return str(
        bleach.clean(
            text, tags=_TAGS, attributes=_is_harmless, protocols=protocols, strip=True
        )
    )


def _is_harmless(tag: str, name: str, value: str) -> bool:
    # Only pictures that are in the page itself: nobody learns who reads it.
    if tag == "img" and name == "src":
        return value.startswith("data:image/")
    if tag == "a" and name == "href":
        return not value.strip().lower().startswith("data:")
    return name in ("alt", "class", "id", "title")
