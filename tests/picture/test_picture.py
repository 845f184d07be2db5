"""The records of a picture: timelines, slots, and which of them are whose."""

import pytest

import backprop_lab as bp
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.picture import Slot, Timeline
from tests import graphs


@pytest.mark.parametrize(
    ("step", "shown"), [(0, "not yet"), (3, "not yet"), (4, "2"), (5, "6"), (99, "6")]
)
def test_a_timeline_shows_the_last_that_has_come(step, shown):
    assert Timeline(((0, "not yet"), (4, "2"), (5, "6"))).at(step) == shown


def test_a_timeline_shows_nothing_before_its_first():
    assert Timeline(((2, "x = 1"),)).at(1) == Timeline(()).at(9) == ""


def test_a_slot_has_room_for_all_that_it_shows_and_for_what_is_to_spare():
    assert Slot(((0, ""), (3, "1")), spare=("−12",)).texts == ("", "1", "−12")


@pytest.mark.parametrize("graph", [graphs.neuron, graphs.layer, graphs.fan_out])
def test_slots_are_numbered_as_they_are_read_cards_first(graph):
    picture = picture_of(bp.record(graph()))
    assert [slot.index for slot in picture.slots] == list(range(len(picture.slots)))
    of_cards = [slot for card in picture.cards for row in card.value for slot in row]
    of_arrows = [arrow.local for arrow in picture.arrows]
    last_of_cards = max(slot.index for slot in of_cards)
    assert all(slot.index > last_of_cards for slot in of_arrows)


def test_the_states_are_those_of_the_cards_then_of_the_arrows():
    picture = picture_of(bp.record(graphs.square()))
    assert picture.states == (
        *(card.state for card in picture.cards),
        *(arrow.state for arrow in picture.arrows),
    )
