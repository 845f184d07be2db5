"""The still picture: shown, and saved in every format."""

import base64
import sys
from xml.etree import ElementTree

import pytest

import backprop_lab as bp
from tests import graphs


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("graph.svg", b"<svg"),
        ("graph.png", b"\x89PNG"),
        ("graph.pdf", b"%PDF"),
        ("GRAPH.SVG", b"<svg"),
    ],
)
def test_the_ending_says_the_format(tmp_path, name, start):
    saved = bp.draw(graphs.neuron()).save(tmp_path / name)
    assert saved == tmp_path / name
    assert saved.read_bytes().startswith(start)


def test_a_path_may_be_text(tmp_path):
    path = str(tmp_path / "graph.svg")
    assert str(bp.draw(graphs.square()).save(path)) == path


def test_a_png_has_two_pixels_for_each_of_the_picture(tmp_path):
    still = bp.draw(graphs.square())
    header = still.save(tmp_path / "graph.png").read_bytes()[16:24]
    width, height = int.from_bytes(header[:4]), int.from_bytes(header[4:])
    size = still.places.size
    assert (width, height) == pytest.approx((2 * size.width, 2 * size.height), abs=2)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
@pytest.mark.parametrize("name", graphs.HOSTILE_NAMES)
def test_a_hostile_name_is_saved_like_any_other(tmp_path, name, suffix):
    with bp.group(name):
        output = bp.variable(2.0, name) * 2
    assert bp.draw(output).save(tmp_path / f"graph{suffix}").stat().st_size > 500


@pytest.mark.parametrize("name", ["graph.gif", "graph", "svg", "graph.svg.bak"])
def test_an_unknown_format_is_explained(tmp_path, name):
    with pytest.raises(bp.ExportError, match=r"ends in \.svg, \.png, \.pdf"):
        bp.draw(graphs.square()).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_explained(tmp_path):
    with pytest.raises(bp.ExportError, match=r"does not exist\. Make it first"):
        bp.draw(graphs.square()).save(tmp_path / "missing" / "graph.svg")


def test_a_file_that_cannot_be_written_is_explained(tmp_path):
    (tmp_path / "graph.svg").mkdir()
    with pytest.raises(bp.ExportError, match=r"graph\.svg cannot be written"):
        bp.draw(graphs.square()).save(tmp_path / "graph.svg")


@pytest.mark.parametrize("name", ["graph.png", "graph.pdf"])
def test_a_missing_library_is_named_and_nothing_is_written(tmp_path, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(bp.ExportError, match=r'pip install "backprop-lab\[export\]"'):
        bp.draw(graphs.square()).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    assert bp.draw(graphs.square()).save(tmp_path / "graph.svg").exists()


def test_a_notebook_shows_the_svg():
    still = bp.draw(graphs.square())
    assert still._repr_svg_() == still.svg
    image = ElementTree.fromstring(still._repr_html_().replace(">", "/>"))
    assert image.get("alt") == repr(still)
    data = image.get("src").removeprefix("data:image/svg+xml;base64,")
    assert base64.b64decode(data).decode() == still.svg
    ElementTree.fromstring(still.svg)


def test_printed_it_says_what_is_seen():
    said = repr(bp.draw(graphs.square(), step=2))
    assert said == "Picture of L. L = x·x = 3 × 3 = 9."


def test_a_node_and_its_tape_give_the_same_picture():
    L = graphs.neuron()
    assert bp.draw(L).svg == bp.draw(bp.record(L)).svg


def test_drawing_again_gives_the_same_text():
    L = graphs.layer()
    assert bp.draw(L).svg == bp.draw(L).svg


def test_the_last_step_is_shown_unless_another_is_asked_for():
    still = bp.draw(graphs.square())
    assert still.step == 5
    assert bp.draw(graphs.square(), step=0).svg != still.svg


def test_steps_differ_in_texts_and_states_but_not_in_places():
    L = graphs.neuron()
    first, last = bp.draw(L, step=0), bp.draw(L)
    assert first.places == last.places


def test_the_source_is_dot_text_at_the_step_and_in_the_direction():
    still = bp.draw(graphs.square(), step=0, direction="TB")
    assert still.source.startswith("digraph backprop_lab {")
    assert "rankdir=TB" in still.source and r"value\ \ 9" not in still.source
    assert r"value\ \ 9" in bp.draw(graphs.square()).source


def test_names_come_from_the_variables_of_whoever_draws():
    first, second = bp.variable(1.0), bp.variable(2.0)
    product = first * second
    shown = [card.name for card in bp.draw(product).picture.cards]
    assert shown == ["first", "second", "product"]


@pytest.mark.parametrize("wrong", [3.0, "z", None, [1.0]])
def test_only_nodes_and_tapes_can_be_drawn(wrong):
    with pytest.raises(bp.GraphError, match="not a node"):
        bp.draw(wrong)


def test_an_array_needs_a_tape_with_a_seed():
    v = bp.variable([1.0, 2.0], "v") * 2
    with pytest.raises(bp.ShapeError, match="give a seed"):
        bp.draw(v)
    assert bp.draw(bp.record(v, seed=[1.0, 0.0])).svg
