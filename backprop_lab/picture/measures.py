"""How large a text is, and a field of numbers.

There is no browser to ask where the picture is laid out, so widths come from a small
table of Helvetica's letters, which Arial and Liberation Sans share; every other letter
counts as wide. All lengths are in pixels (SVG user units).

Source of the widths: Adobe Font Metrics of Helvetica, in thousandths of the font size.

    >>> text_width("0.5000", 10) < text_width("0.5000", 12)
    True
"""

import unicodedata
from dataclasses import dataclass

from backprop_lab.picture.picture import Field, Slot

NAME_SIZE = 13.0
TEXT_SIZE = 12.0
SMALL_SIZE = 11.0
LINE = 17.0
COLUMN_GAP = 9.0
_BRACKETS = 12.0  # Room for the brackets of a vector or matrix.
_BOLD = 1.08
_USUAL_NUMBER = "−0.0000"  # Room for a number that an input slider may bring.
_SMALL_NUMBER = "−0.000e−0"  # In brackets, which it would touch, for this one too.
_USUAL_RANGE = f"{_USUAL_NUMBER} … {_USUAL_NUMBER}"  # And for the ends of a range.

_WIDTHS = {
    **dict.fromkeys("ijl'|", 222),
    **dict.fromkeys(" ftI.,:;!/[]\\·", 278),
    **dict.fromkeys("()r`-", 333),
    **dict.fromkeys("*²³¹⁰⁴⁵⁶⁷⁸⁹⁻ᵀ", 389),
    **dict.fromkeys("ckszvxyJ", 500),
    **dict.fromkeys("abdeghnopqu0123456789_$?L∂σ", 556),
    **dict.fromkeys("+<>=~−×≥≤", 584),
    **dict.fromkeys("FTZΣ√", 611),
    **dict.fromkeys("ABEKPSVXY&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778),
    **dict.fromkeys("mM", 833),
    "W": 944,
    "…": 1000,
}
_OTHER = 700
_FULL_WIDTH = 1000


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a line of text is."""
    thousandths = sum(map(_letter_width, text))
    return thousandths * size / 1000 * (_BOLD if bold else 1)


def _letter_width(letter: str) -> int:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.combining(letter):
        return 0
    wide = unicodedata.east_asian_width(letter) in "WF"
    return _FULL_WIDTH if wide or ord(letter) > 0xFFFF else _OTHER


@dataclass(frozen=True)
class Box:
    """A width and a height."""

    width: float
    height: float


def field_columns(field: Field, size: float = TEXT_SIZE) -> tuple[float, ...]:
    """Return the width of each column of a field, for the widest text to come."""

    def widest(slot: Slot) -> str:
        # Without spare texts no slider moves it.
        return _SMALL_NUMBER if slot.spare and is_array(field) else _USUAL_NUMBER

    return tuple(
        max(
            text_width(text, size)
            for slot in column
            for shown in (widest(slot), *slot.texts)
            for text in (shown, _USUAL_RANGE if "…" in shown else "")
        )
        for column in zip(*field, strict=True)
    )


def field_box(field: Field, size: float = TEXT_SIZE) -> Box:
    """Return the room for a field, brackets included where it is an array."""
    if not field:
        return Box(0.0, 0.0)
    columns = field_columns(field, size)
    width = sum(columns) + COLUMN_GAP * (len(columns) - 1)
    if is_array(field):
        width += _BRACKETS
    return Box(width, LINE * len(field))


def is_array(field: Field) -> bool:
    """Return whether a field shows several entries, which stand in brackets."""
    return len(field) > 1 or any(len(row) > 1 for row in field)
