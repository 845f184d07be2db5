"""The picture as SVG: cards, arrows and texts, drawn where Graphviz said.

In comes a picture with its places; out comes SVG text at one step. Every text that
changes carries `data-slot`, the index of its slot, and
everything with a state carries `data-state` and `data-stateful`; so the widget repaints
by replacing texts and states, and nothing else. Names are the learner's data: they are
written by an XML library, never pasted into markup, and there are no ids that two
pictures could share.
"""

from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from backprop_lab.picture.cards import Point, card_plan, label_plan
from backprop_lab.picture.groups import group_title
from backprop_lab.picture.layout import Curve, Frame, Places, Rectangle
from backprop_lab.picture.measures import (
    COLUMN_GAP,
    LINE,
    field_box,
    field_columns,
    is_array,
)
from backprop_lab.picture.picture import Arrow, Card, Field, Picture, Slot, Timeline

_CORNER = 9.0


def svg_text(picture: Picture, places: Places, step: int, live: bool = False) -> str:
    """Return the picture at a step as SVG text.

    Args:
        picture: What is to be seen.
        places: Where it stands.
        step: How many steps have been taken.
        live: Whether it is for the widget, whose parts answer to keys and clicks and
            whose page has the style sheet; a file of its own has it inside.
    """
    return _Drawing(picture, places, step, live).draw()


@lru_cache(maxsize=1)
def picture_css() -> str:
    """Return the style sheet of the picture."""
    return (Path(__file__).parent / "picture.css").read_text(encoding="utf-8")


class _Drawing:
    """One SVG text in the making: the current step, and the running indices."""

    def __init__(self, picture: Picture, places: Places, step: int, live: bool) -> None:
        self.picture = picture
        self.places = places
        self.step = step
        self.live = live

    def draw(self) -> str:
        size = self.places.size
        root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "backprop-picture",
                "viewBox": f"0 0 {_n(size.width)} {_n(size.height)}",
                "width": _n(size.width),
                "height": _n(size.height),
                "role": "group",
                "aria-label": f"Computation graph of {self.picture.title}",
            },
        )
        moment = self.picture.steps[self.step]
        if not self.live:
            SubElement(root, "style").text = picture_css()
            SubElement(
                root, "title"
            ).text = f"Computation graph of {self.picture.title}"
            SubElement(root, "desc").text = moment.wording.sentence
            _rect(root, Rectangle(0, 0, size.width, size.height), "paper")
        for frame in self.places.frames:
            self._frame(root, frame)
        # Arrows first, so that a card is never under a line.
        for index, arrow in enumerate(self.picture.arrows):
            self._arrow(root, index, arrow, self.places.arrows[index])
        for index, card in enumerate(self.picture.cards):
            self._card(root, index, card, self.places.cards[index])
        return tostring(root, encoding="unicode")

    def _frame(self, root: Element, frame: Frame) -> None:
        place = frame.place
        group = SubElement(root, "g", {"class": "frame"})
        _rect(group, place, "frame-box", _CORNER)
        x, y = place.left + 10, place.top + 15
        name = _text(group, x, y, group_title(frame.path), "frame-name")
        if self.live:
            # The name closes the group.
            name.set("data-frame", str(self.places.frames.index(frame)))
            name.set("tabindex", "0")
            name.set("role", "button")
            name.set("aria-label", f"Close {group_title(frame.path)}")

    def _group(self, root: Element, kind: str, index: int, state: Timeline) -> Element:
        cards = len(self.picture.cards)
        active = (
            self.picture.steps[self.step].card
            if kind == "card"
            else self.picture.steps[self.step].arrow
        )
        return SubElement(
            root,
            "g",
            {
                "class": kind,
                f"data-{kind}": str(index),
                "data-stateful": str(index if kind == "card" else cards + index),
                "data-state": state.at(self.step),
                "data-active": "yes" if active == index else "no",
            },
        )

    def _card(self, root: Element, index: int, card: Card, place: Rectangle) -> None:
        group = self._group(root, "card", index, card.state)
        group.set("data-kind", card.kind)
        group.set("role", "img")
        label = f"{card.name} = {card.formula}" if card.formula else card.name
        kind = "" if card.kind == "operation" else f", {card.kind}"
        group.set("aria-label", label + kind)
        if self.live:
            group.set("tabindex", "0")
        if self.live and card.opens:
            group.set("role", "button")
            group.set("data-opens", "yes")
        plan = card_plan(card)

        def at(spot: Point) -> Point:
            return place.left + spot[0], place.top + spot[1]

        _rect(group, place, "card-box", _CORNER)
        head = {"class": "card-head", "d": _header_path(place, plan.header)}
        SubElement(group, "path", head)
        _rect(group, place, "card-edge", _CORNER)
        _text(group, *at(plan.name), card.name, "card-name")
        if card.formula:
            formula = card.formula if card.kind == "group" else f"= {card.formula}"
            _text(group, *at(plan.formula), formula, "card-formula")
        _text(group, *at(plan.value_label), card.value_name, "label")
        self._field(group, card.value, *at(plan.value), "value")
        _text(group, *at(plan.gradient_label), card.gradient_name, "label")
        self._field(group, card.gradient, *at(plan.gradient), "gradient")
        if card.arrivals:
            self._slot(group, card.arrivals, *at(plan.arrivals), "arrivals", "end")

    def _arrow(self, root: Element, index: int, arrow: Arrow, curve: Curve) -> None:
        group = self._group(root, "arrow", index, arrow.state)
        if self.live:
            group.set("data-operand", str(arrow.operand))
            group.set("data-consumer", str(arrow.consumer))
        SubElement(group, "path", {"class": "line", "d": _curve_path(curve)})
        _tip(group, curve.points[-1], curve.head, "tip-forward")
        _tip(group, curve.points[0], curve.tail, "tip-backward")
        if curve.label is None:
            # No room was asked for, and there is nothing to say; the slot still exists.
            self._slot(group, arrow.local, *curve.head, "local", "middle")
            return
        x, y = curve.label
        plan = label_plan(arrow)
        self._slot(group, arrow.local, x, y + plan.local[1], "local", "middle")
        if arrow.contribution:
            right, below = plan.contribution
            self._field(group, arrow.contribution, x + right, y + below, "contribution")

    def _field(
        self, group: Element, field: Field, right: float, y: float, kind: str
    ) -> None:
        """Draw a number, or an array in brackets, ending at the right."""
        columns = field_columns(field)
        edge = right
        if is_array(field):
            box = field_box(field)
            _brackets(group, right - box.width, right, y - 12, box.height)
            edge = right - 6
        centred = kind == "contribution" and not is_array(field)
        start = edge - sum(columns) - COLUMN_GAP * (len(columns) - 1)
        for i, row in enumerate(field):
            x = start
            # In reading order, which screen readers keep.
            for width, slot in zip(columns, row, strict=True):
                x += width
                where = (x - width / 2, "middle") if centred else (x, "end")
                self._slot(group, slot, where[0], y + i * LINE, kind, where[1])
                x += COLUMN_GAP

    def _slot(
        self, group: Element, slot: Slot, x: float, y: float, kind: str, anchor: str
    ) -> None:
        text = _text(group, x, y, slot.at(self.step), kind)
        text.set("text-anchor", anchor)
        text.set("data-slot", str(slot.index))
        text.set("data-field", kind)


def _n(value: float) -> str:
    """Return a coordinate without needless digits."""
    return f"{value:.1f}".removesuffix(".0")


def _rect(root: Element, place: Rectangle, kind: str, corner: float = 0.0) -> None:
    SubElement(
        root,
        "rect",
        {
            "class": kind,
            "x": _n(place.left),
            "y": _n(place.top),
            "width": _n(place.width),
            "height": _n(place.height),
            "rx": _n(corner),
        },
    )


def _text(root: Element, x: float, y: float, text: str, kind: str) -> Element:
    element = SubElement(root, "text", {"class": kind, "x": _n(x), "y": _n(y)})
    element.text = text
    return element


def _header_path(place: Rectangle, height: float) -> str:
    left, top = place.left, place.top
    right, corner = left + place.width, _CORNER
    return (
        f"M{_n(left)},{_n(top + height)} V{_n(top + corner)} "
        f"Q{_n(left)},{_n(top)} {_n(left + corner)},{_n(top)} H{_n(right - corner)} "
        f"Q{_n(right)},{_n(top)} {_n(right)},{_n(top + corner)} V{_n(top + height)} Z"
    )


def _curve_path(curve: Curve) -> str:
    """Return the line from tip to tip; one of the two arrowheads covers its end."""
    first, *rest = (f"{_n(x)},{_n(y)}" for x, y in curve.points)
    tail, head = (f"{_n(x)},{_n(y)}" for x, y in (curve.tail, curve.head))
    return f"M{tail} L{first} C{' '.join(rest)} L{head}"


def _tip(root: Element, base: Point, point: Point, kind: str) -> None:
    """Draw an arrowhead from the end of a line to the point it touches."""
    (x, y), (tip_x, tip_y) = base, point
    dx, dy = tip_x - x, tip_y - y
    across_x, across_y = -dy * 0.4, dx * 0.4
    corners = [
        (tip_x, tip_y),
        (x + across_x, y + across_y),
        (x - across_x, y - across_y),
    ]
    points = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
    SubElement(root, "polygon", {"class": kind, "points": points})


def _brackets(
    root: Element, left: float, right: float, top: float, height: float
) -> None:
    bottom = top + height
    path = (
        f"M{_n(left + 3)},{_n(top)} H{_n(left)} V{_n(bottom)} H{_n(left + 3)} "
        f"M{_n(right - 3)},{_n(top)} H{_n(right)} V{_n(bottom)} H{_n(right - 3)}"
    )
    SubElement(root, "path", {"class": "brackets", "d": path})
