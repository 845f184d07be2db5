"""Whether there is room for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.picture.cards import PADDING, card_plan, label_plan
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.measures import (
    LINE,
    NAME_SIZE,
    SMALL_SIZE,
    TEXT_SIZE,
    field_box,
    field_columns,
    is_array,
    text_width,
)
from backprop_lab.picture.picture import Slot
from tests import graphs

ROUNDING = 1e-9


def seen(output):
    return picture_of(bp.record(output))


def field_of(*rows):
    return tuple(tuple(Slot(((0, text),)) for text in row) for row in rows)


@pytest.mark.parametrize(
    ("text", "size", "width"),
    [
        ("0.5000", 10, 5 * 5.56 + 2.78),
        ("W", 10, 9.44),
        ("il", 10, 4.44),
        ("", 10, 0),
    ],
)
def test_the_width_is_that_of_helvetica(text, size, width):
    assert text_width(text, size) == pytest.approx(width)


def test_a_chinese_letter_or_an_emoji_is_as_wide_as_high():
    assert text_width("变", 12) == text_width("🙂", 12) == 12


def test_an_accent_over_a_letter_takes_no_room_of_its_own():
    assert text_width("e\u0301", 12) == text_width("e", 12)


@given(st.text(), st.text())
def test_the_width_of_a_line_is_the_sum_of_its_letters(first, second):
    together = text_width(first + second, 12)
    assert together == pytest.approx(text_width(first, 12) + text_width(second, 12))


def test_there_is_always_room_for_a_usual_number():
    assert field_columns(field_of(["1"])) == field_columns(field_of(["−0.0000"]))


def test_an_entry_that_a_slider_moves_has_room_to_come_near_zero():
    def moved(text):
        return (Slot(((0, text),), spare=("1",)),)

    small = text_width("−0.000e−0", 12)
    assert field_columns((moved("2"), moved("3"))) == (small,)
    assert field_columns((moved("2"),))[0] < small  # A single number has more room.


def test_there_is_always_room_for_a_range_of_usual_numbers():
    usual = text_width("−0.0000 … −0.0000", 12)
    assert field_columns(field_of(["5 numbers"], ["0 … 1"])) == (usual,)


def test_a_column_is_as_wide_as_the_widest_text_that_will_ever_be_there():
    slot = Slot(((0, "1"), (4, "not yet")), spare=("−1234567.0000",))
    assert field_columns(((slot,),)) == (text_width("−1234567.0000", 12),)


def test_only_several_entries_stand_in_brackets():
    number, vector = field_of(["1"]), field_of(["1"], ["2"])
    assert not is_array(number)
    assert is_array(vector) and is_array(field_of(["1", "2"]))
    assert field_box(vector).width > field_box(number).width
    assert field_box(vector).height == 2 * LINE


def test_an_arrow_without_texts_needs_no_room():
    picture = seen(graphs.neuron())
    idle = next(arrow for arrow in picture.arrows if not arrow.contribution)
    assert label_plan(idle).box.width == label_plan(idle).box.height == 0


@given(graphs.losses())
def test_a_card_has_room_for_every_text_that_it_will_show(output):
    picture = seen(output)
    for card in picture.cards:
        inside = card_plan(card).box.width - 2 * PADDING + ROUNDING
        assert text_width(card.name, NAME_SIZE, bold=True) <= inside
        assert text_width(f"= {card.formula}", SMALL_SIZE) <= inside
        labelled = (("value", card.value), (card.gradient_name, card.gradient))
        for label, field in labelled:
            for step in range(len(picture.steps)):
                rows = [[slot.at(step) for slot in row] for row in field]
                widest = max(sum(text_width(t, TEXT_SIZE) for t in row) for row in rows)
                assert text_width(label, SMALL_SIZE) + widest <= inside
