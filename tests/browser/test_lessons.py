"""The lessons in the real JupyterLab: every widget is drawn and follows the learner."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import backprop_lab as bp
from backprop_lab.words.numbers import number
from tests.browser.conftest import App, OpenNotebook
from tests.browser.notebook import cells, run_all
from tests.browser.widget import drag, step_slider
from tests.lessons.test_running import lessons

NEURON = "02_the_single_neuron.ipynb"


def field(widget: Locator, name: str, kind: str) -> Locator:
    """Return the text on a node's card: its "value" or its "gradient"."""
    card = widget.locator(f'.card[aria-label^="{name},"], [aria-label^="{name} ="]')
    return card.locator(f'[data-field="{kind}"]')


def stills(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return the stills of a notebook: SVG of pictures, PNG of plots."""
    return [
        output
        for cell in cells(page)
        for output in cell.get("outputs", [])
        if "backprop-still" in output.get("data", {}).get("text/html", "")
        and f"image/{kind}" in output["data"]
    ]


def gradient_of_w(w: float) -> str:
    """Return what lesson 02's neuron shows as ∂L/∂w, from the tape."""
    weight, bias = bp.variable(w), bp.variable(0.9)
    L = bp.squared_error(bp.sigmoid(weight * 1.0 + bias), 0.0)
    return number(float(bp.record(L).gradient(weight)))


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_learner_steps_and_drags_the_single_neuron(
    open_notebook: OpenNotebook, app: App
) -> None:
    page = open_notebook(NEURON, app=app)
    run_all(page)
    stepper, explorer = page.locator(".backprop-stepper").all()
    slider = step_slider(stepper)
    expect(field(stepper, "L", "gradient")).to_have_text("not yet")
    slider.press("ArrowRight")
    expect(field(stepper, "L", "gradient")).to_have_text("1")
    expect(field(stepper, "w", "gradient")).to_have_text("not yet")
    drag(slider, [0.0, 1.0])
    expect(field(stepper, "w", "gradient")).to_have_text(gradient_of_w(0.6))
    slider.press("Home")
    expect(field(stepper, "w", "gradient")).to_have_text("not yet")
    expect(field(stepper, "w", "value")).to_have_text("")

    expect(field(explorer, "w", "gradient")).to_have_text(gradient_of_w(0.6))
    drag(explorer.locator(".inputs .input", has_text="w").locator("input"), [1.0])
    expect(field(explorer, "w", "value")).to_have_text("3")
    expect(field(explorer, "z", "value")).to_have_text("3.9000")
    expect(field(explorer, "w", "gradient")).to_have_text(gradient_of_w(3.0))


@lessons
def test_every_widget_of_a_lesson_is_drawn_and_moves(
    open_notebook: OpenNotebook, path: Path
) -> None:
    page = open_notebook(path)
    run_all(page)
    widgets = page.locator(".backprop-stepper")
    expect(widgets).to_have_count(len(stills(page, "svg+xml")))
    expect(page.locator(".backprop-plot")).to_have_count(len(stills(page, "png")))
    expect(page.locator(".backprop-still:visible")).to_have_count(0)
    for widget in widgets.all():
        slider = step_slider(widget)
        slider.press("Home")
        expect(widget.locator(".position")).to_have_text("Start")
        expect(widget.locator(".card-name").first).to_be_visible()
        slider.press("End")
        expect(widget.locator(".position")).to_have_text(
            re.compile(r"(Forward|Backward) (\d+) of \2")
        )
        assert widget.locator('.card[data-state="complete"]').count()
