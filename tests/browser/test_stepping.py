"""Stepping in the real JupyterLab, in every way there is and at every step.

The tests of this file share one page; each begins by going to the start.
"""

from collections.abc import Callable

import pytest
from nbformat import from_dict
from playwright.sync_api import Locator, Page, expect

from backprop_lab.engine.node import Node
from backprop_lab.widgets.stepper import Stepper
from tests import graphs
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import cells, reopen, run_all, use_theme
from tests.browser.widget import (
    button,
    card,
    check_shows,
    contrasts,
    drag,
    notebook_of,
    places,
    step_slider,
    widget,
)

SQUARE = """
import backprop_lab as bp
x = bp.variable(3.0)
L = x * x
stepper = bp.Stepper(L)
stepper
"""
NEURON = """
x, y = bp.constant(1.5), bp.constant(1.0)
w, b = bp.variable(0.5), bp.variable(0.0)
z = w * x + b
y_hat = bp.sigmoid(z)
L = bp.squared_error(y_hat, y)
bp.Stepper(L)
"""
LAYER = """
x = bp.constant([1.0, 2.0], "x")
with bp.group("layer 1"):
    W = bp.variable([[0.1, 0.2], [0.3, 0.4]], "W")
    b = bp.variable([0.5, 0.5], "b")
    a = bp.sigmoid(W @ x + b)
L = bp.squared_error(a, [1.0, 1.0])
bp.Stepper(L)
"""

CHAIN = """
x = bp.variable(0.5)
for _ in range(8):
    x = bp.sin(x) * 2
bp.Stepper(x)
"""

HOSTILE = """
name = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> "\\\\ ->'
with bp.group('</text><script>window.hacked=1</script>'):
    L = bp.variable(2.0, name) * bp.variable(3.0, '中文 🎈')
bp.Stepper(L)
"""

LAYERS = """
a = bp.variable(0.5, "x")
for layer in range(3):
    with bp.group(f"layer {layer + 1}"):
        for _ in range(30):
            a = a * bp.variable(0.9, "w") + 0.1
L = a * 1.0
bp.Stepper(L)
"""

WRONG = """
a, b = bp.variable(2.0), bp.variable(3.0)
c = a + b
d = a * b
s = c + d
p = c * d
y = s + p
bp.Stepper(bp.record(y, mistake="overwrite"))
"""
_ACTIVE_CELL = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"
_DASHES = "edge => getComputedStyle(edge).strokeDasharray"
_SCROLL = """async (index) => {
  await window.jupyterapp.shell.currentWidget.content.scrollToItem(index);
}"""
_COUNT_TIMERS = """() => {
  window.timers = [];
  const start = window.setInterval;
  window.setInterval = (act, delay, ...rest) => {
    window.timers.push(delay);
    return start(act, delay, ...rest);
  };
}"""


@pytest.fixture(scope="module")
def page(open_shared: OpenNotebook) -> Page:
    """Return a page with two views of x * x, a neuron, a layer, a chain and more."""
    page = open_shared(
        notebook_of(SQUARE, "stepper", NEURON, LAYER, CHAIN, HOSTILE, LAYERS, WRONG)
    )
    run_all(page)
    return page


@pytest.fixture
def square(page: Page) -> Locator:
    """Return the stepper of x * x at its start."""
    return at_start(widget(page, 0))


def at_start(root: Locator) -> Locator:
    button(root, "First step").click()
    expect(root.locator(".position")).to_have_text("Start")
    return root


@pytest.mark.parametrize(
    ("which", "example"),
    [(2, graphs.neuron), (3, graphs.layer)],
    ids=["neuron", "layer"],
)
def test_every_step_shows_what_python_computed_and_nothing_moves(
    page: Page, which: int, example: Callable[[], Node]
) -> None:
    root, model = at_start(widget(page, which)), Stepper(example())
    stood = places(root)
    for step in range(len(model.steps)):
        check_shows(root, model, step)
        assert places(root) == stood
        button(root, "Step forward").click()


def test_buttons_stop_at_the_ends(square: Locator) -> None:
    model = Stepper(graphs.square())
    for name, step in (
        ("Step back", 0),
        ("Last step", 5),
        ("Step forward", 5),
        ("Step back", 4),
        ("First step", 0),
    ):
        button(square, name).click()
        check_shows(square, model, step)


def test_a_dragged_slider_ends_where_the_hand_lets_go(page: Page) -> None:
    root, model = at_start(widget(page, 2)), Stepper(graphs.neuron())
    last = len(model.steps) - 1
    drag(step_slider(root), [0.8, 0.2, 0.5])
    stopped = int(step_slider(root).input_value())
    assert 0 < stopped < last
    check_shows(root, model, stopped)
    drag(step_slider(root), [0.2, 1.0])
    check_shows(root, model, last)


@pytest.mark.parametrize("place", ["slider", "card", "button"])
def test_keys_step_and_do_not_reach_the_notebook(square: Locator, place: str) -> None:
    page, model = square.page, Stepper(graphs.square())
    focused = {
        "slider": step_slider(square),
        "card": card(square, "x"),
        "button": button(square, "Zoom in"),
    }[place]
    count = len(cells(page))
    focused.focus()
    active = page.evaluate(_ACTIVE_CELL)
    for key, step in (
        ("ArrowRight", 1),
        ("ArrowUp", 2),
        ("ArrowDown", 1),
        ("ArrowLeft", 0),
        ("End", 5),
        ("ArrowRight", 5),
        ("PageUp", 0),
        ("PageDown", 5),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        check_shows(square, model, step)
    page.keyboard.type("ddbxa")
    assert len(cells(page)) == count, "no letter is a command of the notebook"
    assert page.evaluate(_ACTIVE_CELL) == active
    expect(focused).to_be_focused()


def test_the_space_bar_plays_and_pauses(square: Locator) -> None:
    step_slider(square).focus()
    square.page.keyboard.press("Space")
    expect(square.locator(".position")).to_have_text("Forward 1 of 2")
    square.page.keyboard.press("Space")
    expect(button(square, "Play")).to_be_visible()
    step = int(step_slider(square).input_value())
    check_shows(square, Stepper(graphs.square()), step)


def test_a_hand_on_the_slider_stops_the_play(page: Page) -> None:
    root = at_start(widget(page, 2))
    button(root, "Play").click()
    drag(step_slider(root), [0.6, 0.3])
    # By itself the play would go on for longer than this waits.
    expect(button(root, "Play")).to_be_visible()


def test_two_views_keep_in_step_and_play_at_single_speed(square: Locator) -> None:
    page, model = square.page, Stepper(graphs.square())
    views = (square, widget(page, 1))
    button(views[1], "Step forward").click()
    for view in views:
        check_shows(view, model, 1)
    for speed in (1, 2, 4):
        button(square, f"Speed: {speed} steps a second").click()
    page.evaluate(_COUNT_TIMERS)
    button(views[1], "Play").click()
    for view in views:
        check_shows(view, model, 5)
        expect(button(view, "Play")).to_be_visible()
    timers = page.evaluate("() => window.timers")
    assert timers.count(1000 / 8) == 1, "one timer for both views"


def test_hover_and_focus_show_the_sum_over_consumers(square: Locator) -> None:
    page, model = square.page, Stepper(graphs.square())
    tip = square.get_by_role("tooltip")
    button(square, "Last step").click()
    card(square, "x").hover()
    expect(tip).to_contain_text("2 of 2 contributions have arrived.")
    lines = [f"L sends to x: {model.steps[step]['numbers']}" for step in (4, 5)]
    assert tip.locator("li").all_text_contents() == lines
    square.locator(".stage").hover(position={"x": 3, "y": 3})
    expect(tip).to_be_hidden()
    card(square, "x").focus()
    expect(tip).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(tip).to_contain_text("1 of 2 contributions have arrived.")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_a_row_of_the_table_leads_to_its_step(square: Locator) -> None:
    model = Stepper(graphs.square())
    for title in ("All steps", "The same steps as Python"):
        square.get_by_text(title).click()
    row = square.locator("tr[aria-current]")
    line = square.locator(".code-line[aria-current]")
    button(square, "Last step").click()
    expect(row).to_contain_text(model.steps[5]["symbols"])
    expect(line).to_have_text(model.code.splitlines()[model.lines[5] - 1])
    square.locator("tbody tr").nth(2).click()
    check_shows(square, model, 2)
    expect(row).to_contain_text("L is computed")


def test_the_card_that_changes_is_scrolled_into_view(page: Page) -> None:
    root = at_start(widget(page, 4))
    active = root.locator(".card[data-active=yes]")
    for name, wanted in (("Step forward", "x₁"), ("Last step", "x₁")):
        button(root, name).click()
        expect(active.locator(".card-name")).to_have_text(wanted)
        expect(active).to_be_in_viewport(ratio=1)
    for _ in range(16):
        button(root, "Step back").click()
        expect(active).to_be_in_viewport(ratio=1)
    expect(active.locator(".card-name")).to_have_text("x₉")
    top = root.bounding_box()
    button(root, "Step forward").click()
    assert root.bounding_box() == top, "the page itself does not scroll"


def test_a_hostile_name_runs_nothing(page: Page) -> None:
    root = at_start(widget(page, 5))
    button(root, "Last step").click()
    assert "<img src=x" in (root.locator(".card-name").first.text_content() or "")
    assert page.evaluate("window.hacked") is None


def test_a_group_opens_and_closes_with_a_click(page: Page) -> None:
    root = at_start(widget(page, 6))
    expect(root.locator(".card")).to_have_count(5)
    root.locator("[data-opens]").nth(1).click()
    expect(root.locator(".frame-name")).to_have_text("layer 2")
    assert root.locator(".card").count() > 90
    root.locator(".frame-name").click()
    expect(root.locator(".card")).to_have_count(5)


def test_zoom_enlarges_the_picture_and_fit_takes_it_back(square: Locator) -> None:
    picture = square.locator("svg.backprop-picture")

    def width() -> float:
        box = picture.bounding_box()
        assert box
        return box["width"]

    button(square, "Fit the picture to the width").click()
    fitting = width()
    button(square, "Zoom in").click()
    assert width() == pytest.approx(fitting * 1.25)
    button(square, "Zoom out").click()
    button(square, "Zoom out").click()
    assert width() == pytest.approx(fitting / 1.25)
    button(square, "Fit the picture to the width").click()
    assert width() == pytest.approx(fitting)


def test_zoom_outlasts_a_new_picture(page: Page) -> None:
    root = at_start(widget(page, 3))
    picture = root.locator("svg.backprop-picture")

    def scale() -> float:
        return float(
            picture.evaluate(
                "s => s.getBoundingClientRect().width / s.viewBox.baseVal.width"
            )
        )

    for _ in range(3):
        button(root, "Zoom in").click()
    zoomed = scale()
    button(root, "Close layer 1").click()
    expect(root.locator(".frame-name")).to_have_count(0)
    assert scale() == pytest.approx(zoomed, rel=1e-3)
    root.locator("[data-opens]").click()
    expect(root.locator(".frame-name")).to_have_text("layer 1")
    assert scale() == pytest.approx(zoomed, rel=1e-3)
    button(root, "Fit the picture to the width").click()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize(
    "which", [0, 2, 3, 7], ids=["square", "neuron", "layer", "wrong"]
)
def test_every_text_of_the_picture_has_contrast(
    page: Page, which: int, theme: str
) -> None:
    root = at_start(widget(page, which))
    use_theme(page, theme)
    try:
        for _ in range(int(step_slider(root).get_attribute("max") or 0) + 1):
            poor = {text: ratio for text, ratio in contrasts(root) if ratio < 4.5}
            assert poor == {}
            button(root, "Step forward").click()
    finally:
        use_theme(page, "JupyterLab Light")


def test_a_wrong_gradient_never_looks_complete(page: Page) -> None:
    root = at_start(widget(page, 7))
    step_slider(root).press("End")
    wrong = root.locator('.card[data-state="wrong"]')
    assert wrong.count() == 4
    expect(wrong.locator("text.arrivals").first).to_contain_text("lost")
    dashes = {
        wrong.nth(index).locator(".card-edge").evaluate(_DASHES) for index in range(4)
    }
    complete = root.locator('.card[data-state="complete"] .card-edge').first
    assert complete.evaluate(_DASHES) not in dashes


def test_a_widget_that_was_scrolled_away_comes_back_alive(
    open_notebook: OpenNotebook,
) -> None:
    filling = [f"# {number}\n" * 30 for number in range(25)]
    page = open_notebook(
        notebook_of(SQUARE, *filling),
        settings={"@jupyterlab/notebook-extension:tracker": {"windowingMode": "full"}},
    )
    run_all(page)
    page.evaluate(_SCROLL, 0)
    model = Stepper(graphs.square())
    button(widget(page), "Step forward").click()
    page.evaluate(_SCROLL, len(filling))
    expect(page.locator(".backprop-stepper")).not_to_be_in_viewport()
    page.evaluate(_SCROLL, 0)
    check_shows(widget(page), model, 1)
    button(widget(page), "Step forward").click()
    check_shows(widget(page), model, 2)


def test_it_steps_in_notebook_7(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(SQUARE), app="notebook")
    run_all(page)
    root, model = widget(page), Stepper(graphs.square())
    button(root, "Step forward").click()
    check_shows(root, model, 1)
    step_slider(root).focus()
    page.keyboard.press("End")
    check_shows(root, model, 5)
    page.keyboard.type("dd")
    assert len(cells(page)) == 1


def test_a_notebook_that_is_opened_again_shows_its_pictures(
    open_notebook: OpenNotebook,
) -> None:
    page = open_notebook(notebook_of(SQUARE))
    run_all(page)
    still = page.locator(".backprop-still")
    expect(widget(page)).to_be_visible()
    expect(still).to_be_hidden()
    reopen(page)
    expect(still.locator("img")).to_be_visible()
    without_kernel = page.get_by_text("model not found")
    expect(without_kernel).to_have_count(1)
    expect(without_kernel).to_be_hidden()
    run_all(page)
    expect(widget(page)).to_be_visible()
    expect(still).to_be_hidden()

    downloaded = notebook_of(SQUARE)
    downloaded.cells[0].outputs = from_dict(cells(page)[0]["outputs"])
    page = open_notebook(downloaded)  # Not saved by this server: not trusted.
    expect(page.locator(".backprop-still img")).to_be_visible()
    expect(page.locator(".backprop-stepper")).to_have_count(0)


BOXES = """
import ipywidgets as ipw
from IPython.display import display
tab, out = ipw.Tab([bp.Stepper(L), bp.Stepper(L, step=3)]), ipw.Output()
display(tab, out)
with out:
    display(bp.Stepper(L, step=None))
"""
PLOT = """
import io
from matplotlib.image import imsave
from backprop_lab.widgets.plot import Plot
file = io.BytesIO()
imsave(file, [[0.0, 1.0]], format="png")
image = ipw.Image(value=file.getvalue(), width="200px")
Plot([ipw.IntSlider(3)], image, lambda: "Two.")
"""


def test_pictures_in_boxes_and_plots_are_kept_as_well(
    open_notebook: OpenNotebook,
) -> None:
    page = open_notebook(notebook_of(SQUARE, BOXES, PLOT))
    run_all(page)
    for which in (0, 1, 3):  # The second tab is behind the first.
        assert widget(page, which)
    expect(page.locator(".backprop-plot img")).to_be_visible()
    # A page that is loaded again also opens the notebooks of other tests, behind this.
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    stills = notebook.locator(".backprop-still")
    expect(stills).to_have_count(5)
    for still in stills.all():
        expect(still).to_be_hidden()
    reopen(page)
    expect(stills).to_have_count(5)
    for still in stills.all():
        expect(still.locator("img")).to_be_visible()
    without_kernel = notebook.get_by_text("model not found")
    expect(without_kernel).to_have_count(4)
    for line in without_kernel.all():
        expect(line).to_be_hidden()
