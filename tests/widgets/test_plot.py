"""A plot that sliders move, and its still."""

import base64

import ipywidgets
import pytest

from backprop_lab.widgets import stills
from backprop_lab.widgets.plot import Plot


@pytest.fixture
def plot():
    """A plot of a slider."""
    slider = ipywidgets.IntSlider(2)
    image = ipywidgets.Image(value=b"\x89PNG", width="300px")
    return Plot([slider], image, lambda: f"<b>{slider.value}</b>")


def test_the_image_stands_below_its_controls(plot):
    kinds = [type(part).__name__ for part in plot.children]
    assert kinds == ["IntSlider", "Image"]


def test_a_still_shows_the_plot_as_it_is_now(plot):
    plot.children[0].value = 7
    data = plot.still_data()
    assert base64.b64decode(data["image/png"]) == b"\x89PNG"
    assert data["text/plain"] == "<b>7</b>"
    encoded = base64.b64encode(b"\x89PNG").decode()
    assert data["text/html"] == (
        '<img alt="&lt;b&gt;7&lt;/b&gt;" width="300px" '
        f'src="data:image/png;base64,{encoded}">'
    )


def test_it_is_shown_after_its_still(plot, monkeypatch):
    shown = []
    monkeypatch.setattr(stills, "publish_display_data", shown.append)
    plot._ipython_display_()
    still, view = shown
    assert "backprop-still" in still["text/html"] and "<img" in still["text/html"]
    assert view[stills._VIEW]["model_id"] == plot.model_id


def test_it_is_printed_in_a_few_words(plot):
    assert repr(plot) == "Plot. <b>2</b>"
