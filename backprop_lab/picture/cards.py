"""What a card is: which text stands where on it, and how much room all take.

The layout asks how large a card and an arrow's label are, the drawing where their texts
stand; both ask here. Lengths are in pixels, places are from the card's top left corner,
and of a text it is its baseline that has a place.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> from backprop_lab.picture.composing import picture_of
    >>> x = variable(3.0, "x")
    >>> (card, _) = picture_of(record(x * 2.0)).cards
    >>> plan = card_plan(card)
    >>> plan.value_label[1] == plan.value[1]  # On one line.
    True
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

from backprop_lab.picture.measures import (
    LINE,
    NAME_SIZE,
    SMALL_SIZE,
    Box,
    field_box,
    is_array,
    text_width,
)
from backprop_lab.picture.picture import Arrow, Card

Point: TypeAlias = tuple[float, float]

PADDING = 9.0
_LEAST_WIDTH = 84.0
_HEADER = 24.0
_FORMULA = 14.0  # What a second line adds to the header.
_NAME_BASELINE, _FORMULA_BASELINE = 17.0, 32.0
_LABEL_GAP = 12.0  # Between a label and its number.
_FIELD_GAP = 5.0  # Keeps the brackets of value and gradient apart.
_ARRIVALS = LINE - 2.0
_BELOW = 11.0


@dataclass(frozen=True)
class CardPlan:
    """Where everything on a card stands.

    Attributes:
        box: The size of the card.
        header: The height of the band with name and formula.
        name: Where the name begins.
        formula: Where the formula begins, if there is one.
        value_label: Where the name of the value begins.
        value: Where the first row of the value ends.
        gradient_label: Where the name of the gradient begins.
        gradient: Where the first row of the gradient ends.
        arrivals: Where the count of contributions ends, if there is one.
    """

    box: Box
    header: float
    name: Point
    formula: Point
    value_label: Point
    value: Point
    gradient_label: Point
    gradient: Point
    arrivals: Point


def card_plan(card: Card) -> CardPlan:
    """Return where everything on a card stands, with room for the widest texts."""
    value, gradient = field_box(card.value), field_box(card.gradient)
    counts = card.arrivals.texts if card.arrivals else ("",)
    inside = max(
        text_width(card.name, NAME_SIZE, bold=True),
        text_width(f"= {card.formula}", SMALL_SIZE),
        text_width(card.value_name, SMALL_SIZE) + _LABEL_GAP + value.width,
        text_width(card.gradient_name, SMALL_SIZE) + _LABEL_GAP + gradient.width,
        *(text_width(count, SMALL_SIZE) + _LABEL_GAP for count in counts),
    )
    # Whole pixels, because Graphviz rounds down as well as up.
    width = math.ceil(max(inside + 2 * PADDING, _LEAST_WIDTH))
    right = width - PADDING
    header = _HEADER + (_FORMULA if card.formula else 0.0)
    gap = _FIELD_GAP if is_array(card.value) else 0.0
    first = header + LINE
    second = first + value.height + gap
    arrivals = _ARRIVALS if card.arrivals else 0.0
    height = header + value.height + gradient.height + _BELOW + gap + arrivals
    return CardPlan(
        box=Box(width, math.ceil(height)),
        header=header,
        name=(PADDING, _NAME_BASELINE),
        formula=(PADDING, _FORMULA_BASELINE),
        value_label=(PADDING, first),
        value=(right, first),
        gradient_label=(PADDING, second),
        gradient=(right, second),
        arrivals=(right, second + gradient.height - 2.0),
    )


@dataclass(frozen=True)
class LabelPlan:
    """Where the texts beside an arrow stand, from the middle of the room they have.

    Attributes:
        box: The room for them.
        local: The middle of the local derivative.
        contribution: Where the first row of the contribution ends.
    """

    box: Box
    local: Point
    contribution: Point


def label_plan(arrow: Arrow) -> LabelPlan:
    """Return where the texts beside an arrow stand, with room for the widest."""
    local = max((text_width(t, SMALL_SIZE) for t in arrow.local.texts), default=0.0)
    field = field_box(arrow.contribution)
    box = Box(max(local, field.width), LINE + field.height) if local else field
    # A little above the middle, so that no bracket touches the line below.
    top = 1 - box.height / 2 + LINE / 2
    return LabelPlan(box, (0.0, top), (field.width / 2, top + LINE))
