"""The picture as SVG: well-formed, complete, and harmless whatever names say."""

import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.layout import lay_out
from backprop_lab.picture.svg import svg_text
from tests import graphs

SVG = "{http://www.w3.org/2000/svg}"


def seen(output):
    return picture_of(bp.record(output))


def drawn(picture, step=None, live=False):
    """Return the parsed SVG; parsing fails where it is not well-formed."""
    at = picture.check_step(step)
    text = svg_text(picture, lay_out(picture), at, live)
    return ElementTree.fromstring(text)


def texts(root):
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def by_index(root, attribute):
    found = {}
    for part in root.iter():
        if attribute in part.attrib:
            assert part.get(attribute) not in found, "an index stands for one part"
            found[part.get(attribute)] = part
    return {int(index): part for index, part in found.items()}


@given(graphs.losses(), st.data())
def test_every_timeline_has_exactly_one_place_and_shows_its_step(output, data):
    picture = seen(output)
    step = data.draw(st.integers(0, len(picture.steps) - 1))
    root = drawn(picture, step)
    lines = picture
    slots = by_index(root, "data-slot")
    assert sorted(slots) == list(range(len(lines.slots)))
    for index, slot in enumerate(lines.slots):
        assert (slots[index].text or "") == slot.at(step)
    states = by_index(root, "data-stateful")
    assert sorted(states) == list(range(len(lines.states)))
    for index, state in enumerate(lines.states):
        assert states[index].get("data-state") == state.at(step)


@pytest.mark.parametrize(
    ("step", "states", "active"),
    [
        (0, ["waiting", "waiting", "idle", "idle"], []),
        (1, ["computed", "waiting", "idle", "idle"], ["card 0"]),
        (3, ["computed", "complete", "idle", "idle"], ["card 1"]),
        (4, ["receiving", "complete", "carrying", "idle"], ["card 0", "arrow 0"]),
        (5, ["complete", "complete", "done", "carrying"], ["card 0", "arrow 1"]),
    ],
)
def test_states_and_the_active_parts_are_marked(step, states, active):
    root = drawn(seen(graphs.square()), step)
    marked = by_index(root, "data-stateful")
    assert [marked[i].get("data-state") for i in range(4)] == states
    found = [
        f"{part.get('class')} {part.get('data-' + part.get('class'))}"
        for part in root.iter(f"{SVG}g")
        if part.get("data-active") == "yes"
    ]
    assert sorted(found) == sorted(active)


@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
@pytest.mark.parametrize("live", [False, True])
def test_a_hostile_name_is_shown_and_adds_no_markup(name, live):
    def picture_with(name):
        with bp.group(name):
            x = bp.variable(2.0, name)
            return seen(bp.named(x * x, "L"))

    picture, harmless = picture_with(name), picture_with("w")
    root = drawn(picture, live=live)
    expected = drawn(harmless, live=live)
    shapes = Counter((part.tag, *sorted(part.attrib)) for part in root.iter())
    assert shapes == Counter((p.tag, *sorted(p.attrib)) for p in expected.iter())
    assert picture.cards[0].name in texts(root)
    assert not any(key.startswith("on") for part in root.iter() for key in part.attrib)


def test_two_pictures_on_a_page_share_no_ids():
    assert not any("id" in part.attrib for part in drawn(seen(graphs.layer())).iter())


@pytest.mark.parametrize(
    ("value", "shown"), [(np.nan, "NaN"), (np.inf, "∞"), (-np.inf, "−∞")]
)
def test_what_is_not_finite_is_written_as_such(value, shown):
    root = drawn(seen(bp.named(bp.variable(value, "x") * 2, "L")))
    assert texts(root).count(shown) == 2


def test_a_matrix_stands_in_brackets_row_by_row():
    picture = seen(graphs.layer())
    root = drawn(picture)
    index = [card.name for card in picture.cards].index("W")
    card = by_index(root, "data-card")[index]
    values = [text for text in card.iter(f"{SVG}text") if text.get("class") == "value"]
    assert [text.text for text in values] == ["0.1000", "0.2000", "0.3000", "0.4000"]
    rows = [float(text.get("y")) for text in values]
    columns = [float(text.get("x")) for text in values]
    assert rows[0] == rows[1] < rows[2] == rows[3]
    assert columns[0] == columns[2] < columns[1] == columns[3]
    brackets = [path for path in card if path.get("class") == "brackets"]
    assert len(brackets) == 2


def test_a_number_stands_without_brackets():
    root = drawn(seen(graphs.neuron()))
    assert not [path for path in root.iter() if path.get("class") == "brackets"]


def test_every_arrow_has_a_tip_in_either_direction():
    picture = seen(graphs.square())
    for arrow in by_index(drawn(picture), "data-arrow").values():
        tips = [part.get("class") for part in arrow.iter(f"{SVG}polygon")]
        assert tips == ["tip-forward", "tip-backward"]


def test_a_picture_of_its_own_brings_its_style_and_says_what_it_is():
    picture = seen(graphs.square())
    root = drawn(picture, step=2)
    assert ".backprop-picture" in root.find(f"{SVG}style").text
    assert root.find(f"{SVG}title").text == "Computation graph of L"
    assert root.find(f"{SVG}desc").text == "L = x·x = 3 × 3 = 9."
    assert drawn(picture, live=True).find(f"{SVG}style") is None


def test_every_text_is_drawn_inside_the_picture():
    picture = seen(graphs.layer())
    root = drawn(picture)
    _, _, width, height = map(float, root.get("viewBox").split())
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.get("x")) < width
        assert 0 < float(text.get("y")) < height


def test_every_state_has_a_line_of_its_own_in_the_style():
    # Told apart without colour: by dashes and width of the line around a card.
    style = drawn(seen(graphs.square())).find(f"{SVG}style").text
    rules = dict(
        re.findall(r"\.card\[data-state=\"(\w+)\"\] \.card-edge {([^}]*)}", style)
    )
    lines = {
        state: re.sub(r"stroke: #\w+;?", "", rule).strip()
        for state, rule in rules.items()
    }
    assert set(lines) == {"waiting", "computed", "receiving", "complete", "wrong"}
    assert len(set(lines.values())) == 5


def test_only_in_the_widget_a_part_answers_to_keys_and_clicks():
    with bp.group("inner"):
        x = bp.variable(2.0, "x")
        y = x * x
    tape = bp.record(y + 1)
    for closed, kind in (((), "data-frame"), ([("inner",)], "data-opens")):
        picture = picture_of(tape, closed)
        live, still = drawn(picture, live=True), drawn(picture)
        assert by_role(live, "button")[0].get(kind) is not None
        assert by_role(still, "button") == []
        assert not any(part.get("tabindex") for part in still.iter())


def by_role(root, role):
    return [part for part in root.iter() if part.get("role") == role]
