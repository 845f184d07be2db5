"""What there is to see at each step, before anything has a place or a colour."""

import numpy as np
import pytest
from hypothesis import given

import backprop_lab as bp
from backprop_lab.picture.composing import NOT_YET, picture_of
from backprop_lab.picture.groups import group_title
from backprop_lab.picture.picture import with_room
from tests import graphs


def seen(output):
    return picture_of(bp.record(output))


def card_named(picture, name):
    return next(card for card in picture.cards if card.name == name)


def arrow_between(picture, operand, consumer):
    names = [card.name for card in picture.cards]
    ends = names.index(operand), names.index(consumer)
    return next(a for a in picture.arrows if (a.operand, a.consumer) == ends)


def over_time(slot, picture):
    return [slot.at(step) for step in range(len(picture.steps))]


def number_of(field):
    """Return the only slot of a field that shows a number."""
    ((slot,),) = field
    return slot


def test_a_state_follows_the_passes():
    picture = seen(graphs.square())
    x, L = picture.cards
    assert over_time(x.state, picture) == [
        *("waiting", "computed", "computed", "computed", "receiving", "complete")
    ]
    assert over_time(L.state, picture) == [
        *("waiting", "waiting", "computed", "complete", "complete", "complete")
    ]


def test_a_gradient_is_not_yet_there_then_partial_then_final():
    picture = seen(graphs.square())
    x = card_named(picture, "x")
    gradient = over_time(number_of(x.gradient), picture)
    assert gradient == [NOT_YET, NOT_YET, NOT_YET, NOT_YET, "3", "6"]
    assert x.arrivals is not None
    assert over_time(x.arrivals, picture) == [
        *("0 of 2 in", "0 of 2 in", "0 of 2 in", "0 of 2 in", "1 of 2 in", "2 of 2 in")
    ]


def test_one_contribution_is_not_counted():
    picture = seen(graphs.x_plus_y_times_w())
    assert [card.arrivals for card in picture.cards] == [None] * 5


def test_every_use_has_an_arrow_of_its_own():
    picture = seen(graphs.square())
    assert [(a.operand, a.consumer) for a in picture.arrows] == [(0, 1), (0, 1)]
    first, second = (over_time(arrow.state, picture) for arrow in picture.arrows)
    assert first == ["idle", "idle", "idle", "idle", "carrying", "done"]
    assert second == ["idle", "idle", "idle", "idle", "idle", "carrying"]


def test_an_arrow_shows_its_local_derivative_and_then_what_it_carries():
    picture = seen(graphs.x_plus_y_times_w())
    arrow = arrow_between(picture, "w", "z")
    assert over_time(arrow.local, picture) == [""] * 5 + ["x + y = 3"] * 6
    sent = over_time(number_of(arrow.contribution), picture)
    assert sent == [""] * 8 + ["3"] * 3


def test_a_local_derivative_that_is_a_number_is_not_said_twice():
    picture = seen(graphs.x_plus_y_times_w())
    assert arrow_between(picture, "x", "x + y").local.at(10) == "1"


def test_the_rule_of_an_array_is_shown_as_a_formula():
    picture = seen(graphs.layer())
    assert arrow_between(picture, "W", "W x").local.texts == ("g xᵀ",)


def test_a_constant_has_no_gradient_and_its_arrow_stays_idle():
    picture = seen(graphs.neuron())
    x = card_named(picture, "x")
    assert (x.kind, x.gradient_name) == ("constant", "no gradient")
    assert set(over_time(number_of(x.gradient), picture)) == {""}
    assert over_time(x.state, picture)[-1] == "computed"
    arrow = arrow_between(picture, "x", "w·x")
    assert arrow.contribution == () and arrow.local.changes == ()
    assert set(over_time(arrow.state, picture)) == {"idle"}


def test_a_graph_of_constants_has_no_backward_pass():
    picture = seen(bp.constant(2.0, "c") * 3)
    assert [moment.phase for moment in picture.steps] == ["start", "forward", "forward"]


def test_a_card_says_how_it_is_computed_unless_its_name_says_so():
    picture = seen(graphs.x_plus_y_times_w())
    assert card_named(picture, "z").formula == "(x + y)·w"
    assert card_named(picture, "x + y").formula == ""
    assert card_named(picture, "x").formula == ""


def test_a_matrix_is_a_grid_and_a_vector_stands_upright():
    picture = seen(graphs.layer())
    W, x = card_named(picture, "W"), card_named(picture, "x")
    last = len(picture.steps)
    assert [[slot.at(last) for slot in row] for row in W.value] == [
        ["0.1000", "0.2000"],
        ["0.3000", "0.4000"],
    ]
    assert [[slot.at(last) for slot in row] for row in x.value] == [["1"], ["2"]]


def test_a_gradient_of_an_array_reads_not_yet_once():
    W = card_named(seen(graphs.layer()), "W")
    assert [[slot.at(0) for slot in row] for row in W.gradient] == [
        [NOT_YET, ""],
        ["", ""],
    ]


def test_a_large_array_is_summarised():
    picture = seen(bp.total(bp.variable(np.arange(50.0).reshape(5, 10), "W") * 2))
    W = card_named(picture, "W")
    last = len(picture.steps)
    assert [[slot.at(last) for slot in row] for row in W.value] == [
        ["5 × 10"],
        ["0 … 49"],
    ]
    product = picture.cards[1].name
    sent = arrow_between(picture, "W", product).contribution
    assert number_of(sent).at(last) == "sends 5 × 10"


def test_not_a_number_and_infinity_are_shown():
    picture = seen(bp.log(bp.variable(-1.0, "x")) + 1 / bp.variable(0.0, "y"))
    shown = [number_of(card.value).texts[-1] for card in picture.cards]
    assert "NaN" in shown and "∞" in shown


def test_the_start_and_each_step_have_a_position_and_a_sentence():
    picture = seen(graphs.square())
    assert [moment.position for moment in picture.steps] == [
        *("Start", "Forward 1 of 2", "Forward 2 of 2"),
        *("Backward 1 of 3", "Backward 2 of 3", "Backward 3 of 3"),
    ]
    assert [moment.card for moment in picture.steps] == [None, 0, 1, 1, 0, 0]
    assert [moment.arrow for moment in picture.steps] == [None, None, None, None, 0, 1]
    start = picture.steps[0].wording.sentence
    assert start == "The graph of L: 2 nodes, 2 edges. Nothing is computed yet."


def test_long_names_and_formulas_are_cut():
    x = bp.variable(1.0, "a_name_that_goes_on_and_on_and_on")
    picture = seen(bp.named(bp.sin(x) + 1, "y"))
    assert picture.cards[0].name == "a_name_that_goes_on_and_on_…"


@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
def test_names_of_nodes_and_groups_are_printable(name):
    with bp.group(name):
        picture = seen(bp.variable(1.0, name) * 2)
    card = picture.cards[0]
    assert card.name.isprintable() and group_title(card.group).isprintable()


@pytest.mark.parametrize("step", [-1, 6, 1.0, True, "2"])
def test_a_step_that_is_not_there_is_explained(step):
    picture = seen(graphs.square())
    with pytest.raises(bp.InputError, match=r"the steps of L go from 0, .* to 5"):
        picture.check_step(step)


def test_the_last_step_is_the_one_without_a_number():
    assert seen(graphs.square()).check_step(None) == 5


def test_numbers_do_not_change_the_structure():
    picture = seen(graphs.neuron())
    assert picture.same_structure(seen(graphs.neuron(w=-200.0, b=np.nan)))


def test_another_operation_name_or_shape_changes_the_structure():
    x = bp.variable([1.0, 2.0], "x")
    picture = seen(bp.total(x * 2))
    assert not picture.same_structure(seen(bp.total(x + 2)))
    assert not picture.same_structure(seen(bp.total(bp.named(x, "y") * 2)))
    longer = bp.variable([1.0, 2.0, 3.0], "x")
    assert not picture.same_structure(seen(bp.total(longer * 2)))
    constant = bp.constant([1.0, 2.0], "x")
    assert not picture.same_structure(seen(bp.total(constant * 2)))


def test_room_is_made_for_the_texts_of_pictures_of_the_same_structure():
    wide = seen(graphs.neuron(w=-1234.5))
    roomy = with_room(seen(graphs.neuron()), [wide, seen(graphs.square())])
    value = number_of(card_named(roomy, "w").value)
    assert "−1234.5000" in value.texts
    assert value.at(100) == "0.5000"
    contribution = number_of(arrow_between(roomy, "w", "w·x").contribution)
    sent = number_of(arrow_between(wide, "w", "w·x").contribution).texts[-1]
    assert sent in contribution.texts
    assert roomy.steps == seen(graphs.neuron()).steps


@given(graphs.losses())
def test_a_gradient_that_is_not_there_yet_is_never_a_number(output):
    picture = seen(output)
    for card in picture.cards:
        first = min(card.received, default=len(picture.steps))
        for step in range(first):
            shown = {slot.at(step) for row in card.gradient for slot in row}
            assert shown <= {NOT_YET, ""}


@given(graphs.losses())
def test_every_arrow_to_a_node_with_a_gradient_carries_exactly_once(output):
    picture = seen(output)
    for arrow in picture.arrows:
        states = over_time(arrow.state, picture)
        has_gradient = bool(picture.cards[arrow.operand].received)
        assert states.count("carrying") == has_gradient
        assert states == sorted(states, key=["idle", "carrying", "done"].index)


@given(graphs.losses())
def test_every_slot_and_state_says_something_from_the_start(output):
    for card in seen(output).cards:
        fields = [slot for row in (*card.value, *card.gradient) for slot in row]
        for slot in [card.state, *fields, *([card.arrivals] if card.arrivals else [])]:
            since = [step for step, _ in slot.changes]
            assert since[0] == 0 and since == sorted(set(since))
