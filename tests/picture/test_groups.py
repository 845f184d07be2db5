"""Large graphs are folded into groups, and unfolded on request."""

from contextlib import nullcontext

import pytest

import backprop_lab as bp
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.groups import (
    OTHERS,
    READABLE,
    closed_at_first,
    fold,
    opened,
    ranks_crossed,
)
from backprop_lab.widgets.stepper import Stepper


def layers(count, width):
    """Return the output of layers of products, in groups with groups inside."""
    a = bp.variable(0.5, "x")
    for layer in range(count):
        with bp.group(f"layer {layer}"):
            for unit in range(width):
                with bp.group(f"unit {unit}"):
                    a = a * bp.variable(0.9, "w") + 0.1
    return a * 1.0


def names(picture):
    return [card.name for card in picture.cards]


def test_a_small_graph_is_drawn_open():
    graph = bp.Graph.of(layers(2, 2))
    assert closed_at_first(graph) == frozenset()
    assert fold(graph, closed_at_first(graph)) == {}


def test_a_large_graph_is_drawn_as_its_groups():
    output = layers(2, READABLE)
    picture = picture_of(bp.record(output))
    assert names(picture)[:3] == ["x", "layer 0", "layer 1"]
    assert len(picture.cards) == 4


def test_nodes_without_a_group_share_a_card_when_they_are_too_many():
    a = bp.variable(1.0, "x")
    for _ in range(READABLE + 1):
        a = a * 0.9
    picture = picture_of(bp.record(a))
    assert [card.opens for card in picture.cards] == [OTHERS, None]


@pytest.mark.parametrize("name", [None, "steps"])
def test_nodes_that_take_too_long_to_draw_stay_on_their_card(name):
    x = y = bp.variable(1.0, "x")
    with bp.group(name) if name else nullcontext():
        for _ in range(250):
            y = y * x
    picture = picture_of(bp.record(y * 1.0))
    assert {card.opens for card in picture.cards} == {None}


@pytest.mark.parametrize(
    ("edges", "crossed"),
    [
        ([], 0),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(0, 1), (1, 2), (0, 2)], 4),
        ([(0, 2), (2, 4), (1, 4)], 3),  # The input 1 stands beside 2.
        ([(2, 3), (0, 3), (0, 2)], 4),
    ],
)
def test_an_edge_crosses_the_ranks_between_its_ends(edges, crossed):
    assert ranks_crossed(edges) == crossed


def test_what_happens_in_a_closed_group_is_one_step():
    output = layers(2, 2)
    tape = bp.record(output)
    closed = {("layer 0",), ("layer 1",)}
    picture = picture_of(tape, closed)
    titles = [moment.wording.title for moment in picture.steps]
    assert titles[1:5] == [
        "x is given",
        "6 nodes of layer 0 are computed",
        "6 nodes of layer 1 are computed",
        f"{picture.title} is computed",
    ]
    assert picture.steps[-1].last_step == len(tape.steps)
    assert [m.last_step for m in picture.steps] == sorted(
        {m.last_step for m in picture.steps}
    )


def test_a_closed_group_counts_what_is_computed_and_what_is_final():
    picture = picture_of(bp.record(layers(1, 2)), {("layer 0",)})
    card = picture.cards[names(picture).index("layer 0")]
    steps = range(len(picture.steps))
    states = list(dict.fromkeys(card.state.at(step) for step in steps))
    assert states[0] == "waiting" and states[-1] == "complete"
    assert card.gradient[0][0].at(2) == "not yet"
    assert card.value[0][0].at(len(steps)) == "6 of 6"
    assert card.gradient[0][0].at(len(steps)) == "6 of 6"


def test_uses_between_closed_groups_share_an_arrow():
    x = bp.variable(2.0, "x")
    with bp.group("square"):
        y = x * x
    with bp.group("sum"):
        z = y + x + x
    picture = picture_of(bp.record(z), {("square",), ("sum",)})
    ends = [(arrow.operand, arrow.consumer) for arrow in picture.arrows]
    assert len(ends) == len(set(ends)) == 3
    counts = {arrow.local.at(0) for arrow in picture.arrows}
    assert counts == {"2 edges", ""}


def test_folding_changes_no_final_gradient_that_is_still_drawn():
    output = layers(3, 3)
    tape = bp.record(output)
    whole, folded = picture_of(tape, ()), picture_of(tape, {("layer 1",)})
    kept = {card.name: card for card in folded.cards if card.kind != "group"}
    for card in whole.cards:
        if card.name in kept:
            other = kept[card.name]
            assert other.gradient[0][0].texts[-1] == card.gradient[0][0].texts[-1]
            assert other.state.changes[-1][1] == card.state.changes[-1][1]


def test_a_large_group_opens_with_its_inner_groups_closed():
    graph = bp.Graph.of(layers(2, READABLE))
    closed = opened(graph, closed_at_first(graph), ("layer 0",))
    assert ("layer 0",) not in closed
    assert ("layer 0", "unit 0") in closed
    assert ("layer 1",) in closed


def test_a_click_opens_a_group_and_a_click_on_its_name_closes_it():
    stepper = Stepper(layers(3, 20))
    stepper.step = 2
    before = len(stepper.steps)
    card = stepper.still.picture.cards
    layer = next(index for index, card in enumerate(card) if card.opens)
    stepper._answer(stepper, {"open": layer}, [])
    assert len(stepper.steps) > before
    assert stepper.step > 0
    stepper._answer(stepper, {"close": 0}, [])
    assert len(stepper.steps) == before
    stepper._answer(stepper, {"something": "else"}, [])
    assert len(stepper.steps) == before


def test_groups_are_closed_by_name_in_a_still_picture():
    still = bp.draw(layers(2, 2), closed=["layer 1"])
    assert "layer 1" in names(still.picture)
    with pytest.raises(bp.InputError, match=r"no group named 'layer 7'.*layer 0"):
        bp.draw(layers(2, 2), closed=["layer 7"])


@pytest.mark.slow
def test_ten_thousand_nodes_become_a_few_cards():
    output = layers(10, 333)
    assert len(bp.Graph.of(output).nodes) > 9_000
    assert len(bp.draw(output).picture.cards) == 12
