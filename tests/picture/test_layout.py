"""Where everything stands, and that Graphviz is asked and understood correctly."""

import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.picture import layout
from backprop_lab.picture.cards import card_plan, label_plan
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.groups import group_title
from backprop_lab.picture.layout import dot_source, lay_out
from backprop_lab.picture.picture import with_room
from tests import graphs

EXAMPLES = [
    graphs.x_plus_y_times_w,
    graphs.square,
    graphs.fan_out,
    graphs.neuron,
    graphs.layer,
]
SVG_TEXT = "{http://www.w3.org/2000/svg}text"
ENGINES = ["wasm", pytest.param("system", marks=pytest.mark.dot)]


def seen(output):
    return picture_of(bp.record(output))


def overlap(first, second):
    """Return whether two rectangles (left, top, width, height) share any area."""
    left, top, width, height = first
    other_left, other_top, other_width, other_height = second
    return (
        left < other_left + other_width
        and other_left < left + width
        and top < other_top + other_height
        and other_top < top + height
    )


def inside(inner, outer):
    left, top, width, height = inner
    outer_left, outer_top, outer_width, outer_height = outer
    return (
        outer_left <= left
        and outer_top <= top
        and left + width <= outer_left + outer_width
        and top + height <= outer_top + outer_height
    )


def label_places(picture, places):
    """Return the rectangle of every label beside an arrow."""
    found = []
    for arrow, curve in zip(picture.arrows, places.arrows, strict=True):
        if curve.label is not None:
            (x, y), box = curve.label, label_plan(arrow).box
            found.append((x - box.width / 2, y - box.height / 2, box.width, box.height))
    return found


def points_on(curve):
    """Yield points on a curve; its control points may lie beside it."""
    pieces = range(0, len(curve.points) - 1, 3)
    for piece, t in itertools.product(pieces, np.linspace(0, 1, 9)):
        weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
        yield np.array(weights) @ np.array(curve.points[piece : piece + 4])


def check(picture, places):
    """Assert that nothing overlaps and that everything is on the picture."""
    cards = [astuple(place) for place in places.cards]
    labels = label_places(picture, places)
    whole = (0, 0, places.size.width, places.size.height)
    for one, other in itertools.combinations(cards, 2):
        assert not overlap(one, other)
    for label, card in itertools.product(labels, cards):
        assert not overlap(label, card)
    for one, other in itertools.combinations(labels, 2):
        assert not overlap(one, other)
    for place in [*cards, *labels, *(astuple(frame.place) for frame in places.frames)]:
        assert inside(place, whole)
    for curve in places.arrows:
        for x, y in (*points_on(curve), curve.tail, curve.head):
            assert 0 <= x <= places.size.width and 0 <= y <= places.size.height


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_overlaps_and_nothing_is_cut_off(example, direction):
    picture = seen(example())
    check(picture, lay_out(picture, direction=direction))


@given(graphs.losses(), st.sampled_from(["LR", "TB"]))
def test_nothing_overlaps_in_any_graph(output, direction):
    picture = seen(output)
    check(picture, lay_out(picture, direction=direction))


def test_a_group_that_is_left_and_entered_again_loses_no_arrow():
    x = bp.variable(1.0, "x")
    with bp.group("layer"):
        inside = bp.sin(x)
    outside = x + inside
    with bp.group("layer"):
        again = bp.sin(outside)
    picture = seen(bp.sin(again) * x)
    places = lay_out(picture)
    assert len(places.arrows) == len(picture.arrows)
    assert [frame.path for frame in places.frames] == [("layer",)]


def test_a_frame_surrounds_its_cards_and_no_others():
    with bp.group("layer"):
        with bp.group("neuron"):
            w = bp.variable(2.0, "w")
            z = bp.named(w * 3, "z")
        a = bp.named(bp.sin(z), "a")
    picture = seen(bp.named(a + 1, "L"))
    places = lay_out(picture)
    within = {
        frame.path[-1]: {
            card.name
            for card, place in zip(picture.cards, places.cards, strict=True)
            if inside(astuple(place), astuple(frame.place))
        }
        for frame in places.frames
    }
    assert within == {"layer": {"w", "z", "a"}, "neuron": {"w", "z"}}


def test_a_long_name_of_a_group_does_not_widen_the_picture():
    with bp.group("g" * 500):
        output = bp.variable(2.0, "x") * 3
    places = lay_out(seen(output))
    assert group_title(places.frames[0].path) == "g" * 39 + "…"
    assert places.size.width < 500


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_every_card_has_room_for_its_texts(example, engine):
    picture = seen(example())
    for card, place in zip(picture.cards, lay_out(picture, engine).cards, strict=True):
        needed = card_plan(card).box
        # Graphviz rounds to whole points, and inches have four decimals.
        assert needed.width - 0.01 <= place.width <= needed.width + 2
        assert needed.height - 0.01 <= place.height <= needed.height + 2


X_PLUS_Y_TIMES_W = r"""digraph backprop_lab {
	graph [fontname=Helvetica fontsize=11 margin=0 newrank=true nodesep=0.22 rankdir=LR ranksep=0.16]
	node [fixedsize=true fontname=Helvetica fontsize=10 shape=record style=rounded]
	edge [dir=both fontname=Helvetica fontsize=15.0]
	n0 [label="{x|value\ \ −2|∂z/∂x\ \ −4}" height=0.9583 width=1.3889]
	n1 [label="{y|value\ \ 5|∂z/∂y\ \ −4}" height=0.9583 width=1.3889]
	n2 [label="{w|value\ \ −4|∂z/∂w\ \ 3}" height=0.9583 width=1.4306]
	n3 [label="{x\ +\ y|value\ \ 3|gradient\ \ −4}" height=0.9583 width=1.5833]
	n4 [label="{z\ =\ (x\ +\ y)·w|value\ \ −12|∂z/∂z\ \ 1}" height=1.1528 width=1.3889]
	n0 -> n3 [label="1\n−4" id=e0]
	n1 -> n3 [label="1\n−4" id=e1]
	n3 -> n4 [label="w = −4\n−4" id=e2]
	n2 -> n4 [label="x + y = 3\n3" id=e3]
}
"""  # noqa: E501 (as the graphviz package writes it)

SQUARE_AFTER_ONE_CONTRIBUTION = r"""digraph backprop_lab {
	graph [fontname=Helvetica fontsize=11 margin=0 newrank=true nodesep=0.22 rankdir=TB ranksep=0.16]
	node [fixedsize=true fontname=Helvetica fontsize=10 shape=record style=rounded]
	edge [dir=both fontname=Helvetica fontsize=15.0]
	n0 [label="{x|value\ \ 3|∂L/∂x\ \ 3}" height=1.1667 width=1.4028]
	n1 [label="{L\ =\ x·x|value\ \ 9|∂L/∂L\ \ 1}" height=1.1528 width=1.4167]
	n0 -> n1 [label="x = 3\n3" id=e0]
	n0 -> n1 [label="x = 3" id=e1]
}
"""  # noqa: E501 (as the graphviz package writes it)


def test_only_arrows_that_cross_very_many_ranks_are_straight():
    assert "splines" not in dot_source(shared(10))
    picture = shared(74)
    assert "splines=line" in dot_source(picture)
    # With curves this would take minutes, and the test would not end.
    assert len(lay_out(picture).cards) == 149


def shared(steps):
    """Return the picture of an input that so many steps in a row share."""
    x = y = bp.variable(0.5, "x")
    for _ in range(steps):
        y = bp.tanh(y * x)
    return picture_of(bp.record(y), frozenset())


def test_the_text_for_graphviz_shows_values_gradients_and_contributions():
    assert dot_source(seen(graphs.x_plus_y_times_w())) == X_PLUS_Y_TIMES_W


def test_the_text_for_graphviz_shows_the_step_that_was_asked_for():
    source = dot_source(seen(graphs.square()), step=4, direction="TB")
    assert source == SQUARE_AFTER_ONE_CONTRIBUTION


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
def test_a_hostile_name_gets_a_place_like_any_other(name, engine):
    with bp.group(name):
        x = bp.variable(2.0, name)
        output = bp.named(x * x, name)
    picture = seen(output)
    places = lay_out(picture, engine)
    assert (len(places.cards), len(places.arrows), len(places.frames)) == (2, 2, 1)
    check(picture, places)


@pytest.mark.dot
@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
def test_a_hostile_name_is_only_text_for_graphviz(name):
    x = bp.variable(2.0, name)
    source = dot_source(seen(bp.named(x * x, "L")))
    drawn = subprocess.run(
        ["dot", "-Tsvg"], input=source.encode(), capture_output=True, check=True
    )
    assert drawn.stderr == b""
    texts = [text.text for text in ElementTree.fromstring(drawn.stdout).iter(SVG_TEXT)]
    shown = picture_of(bp.record(x * 1)).cards[0].name
    assert shown in {(text or "").replace("\xa0", " ") for text in texts}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_either_engine_draws_the_graph_from_left_to_right(example, engine):
    picture = seen(example())
    places = lay_out(picture, engine)
    for arrow in picture.arrows:
        operand, consumer = places.cards[arrow.operand], places.cards[arrow.consumer]
        assert operand.left + operand.width <= consumer.left


@pytest.mark.parametrize("example", EXAMPLES)
def test_from_top_to_bottom_operands_stand_above_their_consumers(example):
    picture = seen(example())
    places = lay_out(picture, direction="TB")
    for arrow in picture.arrows:
        operand, consumer = places.cards[arrow.operand], places.cards[arrow.consumer]
        assert operand.top + operand.height <= consumer.top


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_arrow_goes_from_card_to_card(example):
    picture = seen(example())
    places = lay_out(picture)
    for arrow, curve in zip(picture.arrows, places.arrows, strict=True):
        ends = (curve.tail, arrow.operand), (curve.head, arrow.consumer)
        for (x, y), card in ends:
            left, top, width, height = astuple(places.cards[card])
            # An arrowhead ends on the line around a card, or a point before it.
            around = (left - 2, top - 2, width + 4, height + 4)
            assert inside((x, y, 0, 0), around)


def test_the_same_graph_is_laid_out_the_same_way_again():
    assert lay_out(seen(graphs.layer())) == lay_out(seen(graphs.layer()))


def test_room_for_other_numbers_moves_nothing_afterwards():
    first, wide = seen(graphs.neuron()), seen(graphs.neuron(w=-1234.5, b=1e300))
    roomy = with_room(first, [wide])
    assert lay_out(roomy) == lay_out(with_room(wide, [roomy]))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"engine": "neato"},
            'no engine \'neato\'; choose one of "auto", "wasm", "system"',
        ),
        ({"direction": "RL"}, 'no direction \'RL\'; choose one of "LR", "TB"'),
        ({"engine": None}, "no engine None"),
    ],
)
def test_a_choice_that_is_none_is_explained(settings, said):
    with pytest.raises(bp.InputError, match=said):
        lay_out(seen(graphs.square()), **settings)


def test_without_the_program_dot_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(bp.LayoutError, match=r"`dot` was not found\. Install it"):
        lay_out(seen(graphs.square()), "system")


def test_without_wasmtime_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(layout, "has_wasm", lambda: False)
    with pytest.raises(bp.LayoutError, match="pip install"):
        lay_out(seen(graphs.square()), "wasm")


@pytest.mark.dot
def test_without_wasmtime_the_program_dot_is_used(monkeypatch):
    monkeypatch.setattr(layout, "has_wasm", lambda: False)
    picture = seen(graphs.square())
    assert lay_out(picture) == lay_out(picture, "system")


@pytest.mark.parametrize("engine", ENGINES)
def test_what_graphviz_refuses_is_reported_and_the_next_graph_is_laid_out(engine):
    with pytest.raises(bp.LayoutError, match="could not lay out this graph"):
        layout._run("digraph { -> }", engine)
    assert lay_out(seen(graphs.square()), engine).cards


def run_python(code, **environment):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **environment},
        cwd=Path(bp.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
    )


# In a process of its own, because an instance that two threads share takes it along.
DRAW_IN_THREADS = """
from concurrent.futures import ThreadPoolExecutor
import backprop_lab as bp

def drawn(size):
    x = bp.variable(2.0, "x")
    y = x
    for _ in range(size):
        y = bp.tanh(y * x + 1)
    return bp.draw(y).svg

sizes = [1, 2, 3, 5, 8, 13] * 10
alone = {size: drawn(size) for size in set(sizes)}
with ThreadPoolExecutor(6) as pool:
    together = list(pool.map(drawn, sizes))
print(together == [alone[size] for size in sizes])
"""


@pytest.mark.slow
def test_threads_draw_the_same_pictures_at_once():
    run = run_python(DRAW_IN_THREADS)
    assert (run.stdout, run.stderr, run.returncode) == ("True\n", "", 0)


def test_an_interrupt_leaves_no_broken_layout_behind(monkeypatch):
    backend = layout._wasm_backend()

    def interrupted(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(backend, "render", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lay_out(seen(graphs.square()), "wasm")
    assert lay_out(seen(graphs.square()), "wasm").cards


DRAW = "import backprop_lab as bp; print(bp.draw(bp.variable(1.0, 'x') * 2).places)"


@pytest.mark.slow
def test_first_starts_at_the_same_time_do_not_disturb_each_other(tmp_path):
    cache = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: run_python(DRAW, **cache), range(4)))
    assert [run.stderr for run in runs] == [""] * 4
    assert len({run.stdout for run in runs}) == 1
    assert any(tmp_path.rglob("*wasmtime*")), "the compiled module is kept for later"


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.write_text("not a folder")
    run = run_python(DRAW, HOME=str(nowhere), XDG_CACHE_HOME=str(nowhere))
    assert run.stderr == "" and run.stdout.startswith("Places(")


@pytest.mark.slow
def test_a_broken_cache_is_not_trusted(tmp_path):
    cache = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    good = run_python(DRAW, **cache)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path.stat().st_size > 100_000:
            path.write_bytes(path.read_bytes()[:1000])
    again = run_python(DRAW, **cache)
    assert (again.stdout, again.stderr) == (good.stdout, "")


def shared_by_many(count):
    x = bp.variable(0.5, "x")
    y = x
    for _ in range(count):
        y = bp.tanh(y * x)
    return y


def side_by_side(count):
    return bp.total(bp.stack([bp.variable(0.5, f"x{i}") for i in range(count)]))


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (lambda: shared_by_many(250), "its arrows pass by .* other cards"),
        (lambda: side_by_side(2500), "it has 2,502 cards"),
    ],
)
def test_what_would_take_minutes_is_refused_with_the_reason(graph, reason):
    output = graph()
    with pytest.raises(bp.LayoutError, match=reason) as refused:
        bp.draw(output, closed=())
    assert "with group(" in str(refused.value)
    assert bp.draw(output).places.cards  # Closed, as it is drawn by itself.
