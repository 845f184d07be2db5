"""A notebook as a page: harmless, with its pictures, never at the cost of a grade."""

import base64
from html.parser import HTMLParser
from typing import Any

import pytest

from backprop_lab.coursework import pages
from backprop_lab.coursework.assignments import plain
from backprop_lab.coursework.flags import Flag, Kind
from backprop_lab.coursework.pages import Page, notebook_page

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and so on").decode()
PHOTO = {"p.png": {"image/png": PNG}}


def page(*cells: dict[str, Any]) -> Page:
    common = {"id": "x", "metadata": {}, "cell_type": "markdown"}
    code = {"outputs": [], "execution_count": None}
    notebook = plain({"metadata": {}, "cells": [common | code | c for c in cells]})
    for cell, given in zip(notebook["cells"], cells, strict=True):
        if cell["cell_type"] == "code":
            cell["outputs"] = given.get("outputs", [])
    return notebook_page(notebook)


def shown(data: Any, **more: Any) -> dict[str, Any]:
    output = {"output_type": "display_data", "data": data, "metadata": {}} | more
    return {"cell_type": "code", "source": "show()", "outputs": [output]}


class Parts(HTMLParser):
    """The tags of a page with all their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def pictures(self) -> list[str]:
        return [str(attrs.get("src")) for tag, attrs in self.tags if tag == "img"]


@pytest.mark.parametrize(
    "source",
    [
        "See ![p](attachment:p.png) here",
        "![p](attachment:p.png 'a title')",
        '<img src="attachment:p.png" width="30">',
        "![p][1]\n\n[1]: attachment:p.png",
        "- in a list ![p](attachment:p.png)",
    ],
)
def test_an_attached_picture_is_shown_however_it_is_named(source: str) -> None:
    body, flags = page({"source": source, "attachments": PHOTO})
    assert Parts(body).pictures == [f"data:image/png;base64,{PNG}"]
    assert flags == ()


def test_a_picture_with_a_space_in_its_name_is_found() -> None:
    source = "![p](attachment:my%20photo.png)"
    attached = {"my photo.png": {"image/jpeg": [PNG[:8] + "\n", PNG[8:]]}}
    body, flags = page({"source": source, "attachments": attached})
    assert Parts(body).pictures == [f"data:image/jpeg;base64,{PNG}"]
    assert flags == ()


@pytest.mark.parametrize(
    "attached",
    [
        None,
        {},
        [],
        {"other.png": {"image/png": PNG}},
        {"p.png": None},
        {"p.png": {}},
        {"p.png": {"text/html": "<script>"}},
        {"p.png": {"image/png": ""}},
        {"p.png": {"image/png": 'x" onerror="alert(1)'}},
        {"p.png": {"image/png": 3}},
        {"p.png": {"image/heic": PNG}},
    ],
)
def test_a_picture_that_is_missing_or_none_costs_nothing(attached: object) -> None:
    source = "Before ![p](attachment:p.png) after"
    body, flags = page({"source": source, "attachments": attached})
    assert flags == (Flag(Kind.NO_PICTURE, "p.png"),)
    (picture,) = Parts(body).pictures
    kind, _, packed = picture.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert "The picture p.png cannot be shown" in base64.b64decode(packed).decode()
    assert "Before" in body
    assert "after" in body


def test_a_flag_names_a_picture_as_anything_can_print_it() -> None:
    source = f"![a](attachment:\ud83d) ![b](attachment:{'b' * 999})"
    _, flags = page({"source": source})
    assert [flag.about for flag in flags] == [r"\ud83d", "b" * 100]


def test_a_picture_in_svg_is_a_picture_whatever_is_in_it() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    attached = {"p.svg": {"image/svg+xml": svg}}
    body, _ = page({"source": "![](attachment:p.svg)", "attachments": attached})
    (picture,) = Parts(body).pictures
    assert base64.b64decode(picture.partition(",")[2]).decode() == svg


def test_pictures_have_room_for_so_much_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "_ROOM", 2000)
    source = "![p](attachment:p.png)\n" * 60
    body, flags = page({"source": source, "attachments": PHOTO})
    pictures = Parts(body).pictures
    assert 0 < pictures.count(f"data:image/png;base64,{PNG}") < 60 == len(pictures)
    assert flags == (Flag(Kind.NO_PICTURE, "p.png"),)


@pytest.mark.parametrize(
    "data",
    [
        *({"image/png": 5}, {"image/png": None}, {"image/svg+xml": ["<svg/>"]}),
        *({"text/html": {"a": 1}}, {"text/latex": 0}, {"text/plain": b"x".hex}, [], 7),
        {"application/x-strange": {"deep": [1]}},
    ],
)
def test_a_strange_output_costs_nothing(data: object) -> None:
    body, flags = page({"source": "# Fine"}, shown(data), {"source": "after"})
    assert "Fine" in body
    assert "after" in body
    assert flags == ()


@pytest.mark.parametrize(
    "data",
    [
        {"image/svg+xml": "<svg><unclosed"},
        {"text/latex": r"$\frac{1}{"},
        {"text/html": "<table><tr><td" * 50},
        {"text/markdown": "[" * 1000 + "![x](attachment:y.png)"},
        {"text/plain": "\ud83d\x00\x1b[31m"},
    ],
)
def test_a_broken_output_leaves_the_rest_of_the_page(data: dict[str, str]) -> None:
    body, _ = page({"source": "# Fine"}, shown(data), {"source": "after"})
    assert "Fine" in body
    assert "after" in body


def test_what_raises_is_shown_as_text_and_flagged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    html = pages._html

    def fail(cells: list[Any]) -> str:
        if any("bad" in cell["source"] for cell in cells):
            raise RecursionError
        return html(cells)

    monkeypatch.setattr(pages, "_html", fail)
    bad = {"source": "bad <b> ![p](attachment:p.png)", "attachments": PHOTO}
    body, flags = page({"source": "# Fine"}, bad, {"source": "*ok*"})
    assert flags == (Flag(Kind.NOT_SHOWN, "cell_2:RecursionError"),)
    assert "<pre>bad &lt;b&gt; ![p](attachment:p.png)</pre>" in body
    assert "<em>ok</em>" in body


@pytest.mark.parametrize("kind", ["markdown", "code", "raw"])
def test_what_would_take_minutes_is_shown_as_text(kind: str) -> None:
    body, flags = page({"source": "[" * 300_000, "cell_type": kind}, {"source": "*ok*"})
    assert flags == (Flag(Kind.NOT_SHOWN, "cell_1"),)
    assert "[" * 300_000 in body
    assert "<em>ok</em>" in body


def test_a_page_has_room_for_so_much_markup_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "_ALL_MARKUP", 1000)
    long = shown({"text/html": "<p>" + "m" * 500, "text/plain": "plain"})
    body, flags = page({"source": "*" + "a" * 600 + "*"}, long, {"source": "<b>" * 200})
    assert "<em>aaa" in body
    assert "plain" in body
    assert "mmm" not in body
    assert "&lt;b&gt;" * 200 in body
    assert flags == (Flag(Kind.NOT_SHOWN, "cell_3"),)


@pytest.mark.parametrize(
    "metadata",
    [
        {"filenames": {"image/png": "http://example.com/seen.png"}},
        {"width": "1 onerror=alert(1)"},
        {"image/png": {"width": "1 onerror=alert(1)"}},
        {"text/html": {"isolated": True}},
    ],
)
def test_what_an_output_says_of_itself_fetches_and_runs_nothing(
    metadata: dict[str, Any],
) -> None:
    for data in ({"image/png": PNG}, {"text/html": "<p>text</p>"}):
        for tag, attributes in Parts(page(shown(data, metadata=metadata)).body).tags:
            assert tag != "iframe"
            assert "onerror" not in attributes
            assert "example.com" not in str(attributes)


def test_what_a_cell_says_of_itself_hides_nothing() -> None:
    metadata = {"transient": {"remove_source": True}, "raw_mimetype": "text/latex"}
    for kind in ("markdown", "raw"):
        assert (
            "mine"
            in page({"source": "mine", "cell_type": kind, "metadata": metadata}).body
        )
