"""What a saved and an exported notebook keeps of the widgets in it."""

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from backprop_lab.widgets import stills
from backprop_lab.widgets.stepper import Stepper
from backprop_lab.widgets.stills import publish
from tests import graphs

pytestmark = pytest.mark.kernel

SETUP = """
import ipywidgets as ipw
from IPython.display import display
import backprop_lab as bp
x = bp.variable(3.0, "x")
def stepper(name):
    L = bp.named(x * x, name)
    return bp.Stepper(L, step=None)
def plot():
    x = ipw.IntSlider(2)
    image = ipw.Image(value=b"\\x89PNG", width="300px")
    return bp.widgets.plot.Plot([x], image, lambda: f"A <plot> at {x.value}.")
import backprop_lab.widgets.plot
first, second = stepper("first"), stepper("second")
"""

# What a cell shows, and the stills that are kept of it.
SHOWN = {
    "first": ["first"],
    "display(first, second)": ["first", "second"],
    "display(first); display(first)": ["first", "first"],
    "ipw.VBox([first, second])": ["first", "second"],
    "display(ipw.HBox([ipw.Button(), first]))": ["first"],
    "ipw.Tab([first, ipw.VBox([second])])": ["first", "second"],
    "ipw.Accordion([first])": ["first"],
    "ipw.TwoByTwoLayout(top_left=first, bottom_right=second)": ["first", "second"],
    "display(first, ipw.VBox([first]))": ["first"],
    "display(ipw.VBox([first, first]), ipw.HBox([first]))": ["first"],
    "box = ipw.VBox(); display(box); box.children = [first]": ["first"],
    "out = ipw.Output()\nwith out: display(first)\nout": ["first"],
    "out = ipw.Output(); display(out)\nwith out: display(first)": ["first"],
    "out = ipw.Output()\nwith out: display(ipw.VBox([first]))\nipw.VBox([out])": [
        "first"
    ],
    "out, inner = ipw.Output(), ipw.Output()\nwith out:\n    display(inner)\n"
    "    with inner: display(first)\nout": ["first"],
    "ipw.interact(lambda n: stepper(f'{n} steps'), n=(1, 5));": ["3 steps"],
    "plot()": ["A <plot> at 2"],
    "moved = plot(); moved.children[0].value = 5; ipw.VBox([moved, first])": [
        "A <plot> at 5",
        "first",
    ],
    "out = ipw.Output()\nwith out: display(first)": [],  # Never shown itself.
    "ipw.VBox([ipw.Button()])": [],
    "(first, 1)": [],  # Python prints a tuple.
    "try: 1 / 0\nfinally: display(ipw.VBox([first]))": ["first"],
}


@pytest.fixture(scope="module")
def executed():
    """A notebook with a cell for each, as a kernel leaves it."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in (SETUP, *SHOWN)]
    environment = {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    NotebookClient(notebook, allow_errors=True, timeout=100).execute(env=environment)
    return notebook


def names_of_stills(outputs):
    """Return what the stills among a cell's outputs are of, in their order."""
    plain = [
        output["data"]["text/plain"]
        for output in outputs
        if "backprop-still" in output.get("data", {}).get("text/html", "")
    ]
    return [text.split(".")[0].removeprefix("Picture of ") for text in plain]


@pytest.mark.parametrize("source", SHOWN)
def test_a_cell_keeps_a_still_of_each_widget_that_it_shows(executed, source):
    cell = executed.cells[1 + list(SHOWN).index(source)]
    assert cell.source == source
    assert names_of_stills(cell.outputs) == SHOWN[source]


def test_a_box_without_pictures_is_shown_as_ever(executed):
    [output] = executed.cells[1 + list(SHOWN).index("ipw.VBox([ipw.Button()])")].outputs
    assert output.output_type == "execute_result"
    assert output.data["text/plain"].startswith("VBox(children=(Button(")
    assert stills._VIEW in output.data


def test_every_still_is_seen_on_an_exported_page(executed):
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert page.count('class="backprop-still"') == sum(map(len, SHOWN.values()))
    assert page.count('alt="Picture of second.') == 4


def test_what_a_box_holds_is_printed_in_a_few_words(executed):
    source = "ipw.Accordion([first])"
    output = executed.cells[1 + list(SHOWN).index(source)].outputs[0]
    assert output.data["text/plain"].startswith("Accordion(children=(Stepper of first.")


@pytest.fixture
def published(monkeypatch):
    """What is published, in a Python without a kernel."""
    found = []
    monkeypatch.setattr(stills, "publish_display_data", found.append)
    return found


def test_a_still_and_a_sentence_are_shown_before_the_widget(published):
    stepper = Stepper(graphs.square(), step=2)
    stepper._ipython_display_()
    still, widget = published
    assert still["image/svg+xml"] == stepper.still.svg
    assert stepper.still._repr_html_() in still["text/html"]
    assert f'data-widget="{stepper.still_id}"' in still["text/html"]
    assert still["text/plain"] == "Picture of L. L = x·x = 3 × 3 = 9."
    # Nothing else, or a page that runs no widgets would show a second picture.
    assert list(widget) == ["application/vnd.jupyter.widget-view+json"]
    assert widget.popitem()[1]["model_id"] == stepper.model_id


def test_without_a_kernel_nothing_is_remembered(published):
    publish(Stepper(graphs.square()))
    assert len(published) == 2
    assert not stills._shown
