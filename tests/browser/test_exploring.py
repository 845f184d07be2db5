"""Dragging inputs in the real JupyterLab: what the picture shows, and who is told.

Most tests of this file share one page; each begins with the inputs where it puts them.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import backprop_lab as bp
from backprop_lab.widgets.explorer import Explorer
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import run_all, use_theme
from tests.browser.widget import (
    button,
    check_shows,
    drag,
    hold,
    notebook_of,
    widget,
)

NEURON = """
import backprop_lab as bp
def neuron(x, w, b, y):
    if b.value > 2.5:
        raise ValueError("b is too large")
    z = w * x + bp.log(b + 2)
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)
"""
WHOLE = """
lab = bp.explore(neuron, x=1.0, w=(-3, 3, 0.5), b=(-3, 2, 0.0), y=1.0)
lab
"""
LAYER = """
import backprop_lab as bp
def layer(w, b, M, x, y):
    z = M @ (w * x) + b
    return bp.squared_error(bp.tanh(z), y)
M = [[0.1, -0.2, 0.3], [0.5, 0.4, -0.1], [1, 0, -1], [0, -0.7, 0.2], [0.3, 0.3, 0]]
x, y = bp.constant([1, -2, 3]), bp.constant([0, 1, 0, 1, 0])
"""
WHOLE_LAYER = """
bp.explore(layer, w=(-3, 3, 0.5), b=(-3, 3, 0.0), M=M, x=x, y=y)
"""
FAILING = "bp.explore(neuron, x=1.0, w=(-3, 3, 0.5), b=(-3, 3, 0.0), y=1.0)"

_HOLD_TIMERS = """() => {
  const timer = window.setTimeout;
  const waiting = [];
  window.setTimeout = (act) => waiting.push(act);
  window.goOn = () => {
    window.setTimeout = timer;
    for (const act of waiting) act();
  };
}"""

_RESTART = (
    "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
)

_SHUT_DOWN = "() => jupyterapp.shell.currentWidget.sessionContext.shutdown()"


def neuron(x: Any, w: Any, b: Any, y: Any) -> Any:
    z = w * x + bp.log(b + 2)
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)


def explored(root: Locator) -> Explorer:
    """Return what Python computes for where the sliders in the page stand."""
    w, b = (float(slider.input_value()) for slider in sliders(root))
    return bp.explore(neuron, x=1.0, w=(-3, 3, w), b=(-3, 2, b), y=1.0)


def layer(w: Any, b: Any, M: Any, x: Any, y: Any) -> Any:
    z = M @ (w * x) + b
    return bp.squared_error(bp.tanh(z), y)


def explored_layer(root: Locator) -> Explorer:
    """Return the same of a layer, some arrays of which are written as ranges."""
    w, b = (float(slider.input_value()) for slider in sliders(root))
    M = [[0.1, -0.2, 0.3], [0.5, 0.4, -0.1], [1, 0, -1], [0, -0.7, 0.2], [0.3, 0.3, 0]]
    x, y = bp.constant([1, -2, 3], "x"), bp.constant([0, 1, 0, 1, 0], "y")
    return bp.explore(layer, w=(-3, 3, w), b=(-3, 3, b), M=M, x=x, y=y)


def sliders(root: Locator) -> list[Locator]:
    return root.locator(".inputs input").all()


@pytest.fixture(scope="module")
def page(open_shared: OpenNotebook) -> Page:
    """Return a page with two views of a neuron, and one that fails for a large b."""
    page = open_shared(notebook_of(NEURON, WHOLE, "lab", FAILING))
    run_all(page)
    return page


def test_a_dragged_input_moves_every_number_and_word(page: Page) -> None:
    root, other = widget(page, 0), widget(page, 1)
    w, b = sliders(root)
    for slider, stops in ((w, [0.2, 0.9]), (b, [0.9, 0.7]), (w, [0.4])):
        before = slider.input_value()
        drag(slider, stops)
        assert slider.input_value() != before
        model = explored(root)
        for view in (root, other):
            check_shows(view, model, len(model.steps) - 1)


def test_numbers_look_in_a_drag_as_they_do_at_rest(page: Page) -> None:
    root = widget(page, 0)
    w, _ = sliders(root)
    move = hold(w)
    move(0.6)
    model = explored(root)
    check_shows(root, model, len(model.steps) - 1)
    page.evaluate(_HOLD_TIMERS)  # As if the hand never came to rest.
    move(0.3)
    overlay, stage = root.locator(".overlay"), root.locator(".stage")
    expect(overlay).to_be_visible()
    dragged = pixels(stage)
    page.evaluate("goOn()")
    expect(overlay).to_have_count(0)
    page.mouse.up()
    # Other pixels at the edges of letters; a letter elsewhere differs more.
    assert np.abs(dragged - pixels(stage)).max() < 0.4


def pixels(part: Locator) -> NDArray[np.float64]:
    """Return how light each pixel of a part of the page is, from 0 to 1."""
    picture = Image.open(io.BytesIO(part.screenshot())).convert("L")
    return np.asarray(picture) / 255


def test_keys_move_an_input_and_leave_the_step_alone(page: Page) -> None:
    root = widget(page, 0)
    w, _ = sliders(root)
    button(root, "Step back").click()
    before = float(w.input_value())
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "PageUp"):
        w.press(key)
    assert before < float(w.input_value())
    model = explored(root)
    check_shows(root, model, len(model.steps) - 2)
    button(root, "Last step").click()


def test_a_value_that_is_not_finite_is_shown_and_told(page: Page) -> None:
    root = widget(page, 0)
    _, b = sliders(root)
    drag(b, [0.05])
    expect(root.locator(".sentence")).to_contain_text("not finite")
    model = explored(root)
    check_shows(root, model, len(model.steps) - 1)
    drag(b, [0.6])
    expect(root.locator(".sentence")).not_to_contain_text("not finite")


def test_an_input_at_which_the_function_fails_is_explained(page: Page) -> None:
    root = widget(page, 2)
    _, b = sliders(root)
    drag(b, [0.97])
    problem = 'ValueError in `raise ValueError("b is too large")`: b is too large'
    expect(root.locator(".problem")).to_have_text(problem)
    drag(b, [0.6])
    expect(root.locator(".problem")).to_have_text("")
    model = explored(root)
    check_shows(root, model, len(model.steps) - 1)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_nobody_is_left_out(page: Page, theme: str) -> None:
    root = widget(page, 0)
    use_theme(page, theme)
    try:
        button(root, "Step back").click()
        assert not serious(page)
        for part in ("The same steps as Python", "All steps"):
            root.get_by_text(part).click()
        assert not serious(page)
    finally:
        use_theme(page, "JupyterLab Light")


def serious(page: Page) -> list[Any]:
    found = Axe().run(page, context=".backprop-stepper").response["violations"]
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(
    ("sources", "explored"),
    [((NEURON, WHOLE), explored), ((LAYER, WHOLE_LAYER), explored_layer)],
    ids=["numbers", "arrays"],
)
def test_a_grasped_slider_needs_no_kernel(
    open_notebook: OpenNotebook,
    sources: tuple[str, str],
    explored: Callable[[Locator], Explorer],
) -> None:
    page = open_notebook(notebook_of(*sources))
    run_all(page)
    root = widget(page)
    w, _ = sliders(root)
    model = explored(root)
    last = len(model.steps) - 1
    # Once a first move is answered, the positions that were asked for are here too.
    move = hold(w)
    move(0.7)
    check_shows(root, explored(root), last)
    page.evaluate(_SHUT_DOWN)
    for share in (0.1, 0.8, 0.35):
        move(share)
        check_shows(root, explored(root), last)
    page.mouse.up()
    expect(root.locator(".problem")).to_contain_text("Python does not answer")
    button(root, "First step").click()
    check_shows(root, model, 0)
    button(root, "Last step").click()
    assert root.locator('.card[data-state="complete"]').count()


def test_a_restarted_kernel_is_told_of_at_once(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(NEURON, WHOLE))
    run_all(page)
    root = widget(page)
    told = root.locator(".problem")
    expect(told).to_be_empty()
    page.evaluate(_RESTART)
    # Sooner than a silent kernel is mentioned.
    expect(told).to_contain_text("Run all cells above, then this one.", timeout=2000)
    page.wait_for_function(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
        " === 'idle'"
    )
    run_all(page)
    check_shows(root, explored(root), len(explored(root).steps) - 1)
    expect(told).to_be_empty()


DEEP = """
import backprop_lab as bp
def deep(w, depth):
    for _ in range(depth):
        w = bp.tanh(w)
    return w * 2.0
bp.explore(deep, w=(-3, 3, 0.5), depth=(1, 5))
"""


def test_a_number_of_layers_moves_in_whole_steps(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(DEEP))
    run_all(page)
    root = widget(page)
    w, depth = sliders(root)
    cards = root.locator("svg.backprop-picture .card")
    for key, layers in (("", 3), ("ArrowRight", 4), ("End", 5), ("Home", 1)):
        if key:
            depth.press(key)
        expect(cards).to_have_count(layers + 2)
        expect(root.locator(".readout").nth(1)).to_have_text(str(layers))
    before = root.locator(".sentence").inner_text()
    drag(w, [0.8])
    expect(root.locator(".sentence")).not_to_have_text(before)
    expect(root.locator(".problem")).to_be_empty()
