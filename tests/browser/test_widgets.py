"""What a learner does with the stepper and the explorer, in the real JupyterLab."""

from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

import backprop_lab as bp
from tests.browser.conftest import OpenNotebook
from tests.browser.notebook import run_all

NEURON = """
import backprop_lab as bp
x, w, b, y = bp.variable(1.0), bp.variable(0.5), bp.variable(0.0), bp.constant(1.0)
z = w * x + b
y_hat = bp.sigmoid(z)
L = bp.squared_error(y_hat, y)
stepper = bp.Stepper(L)
stepper
"""

EXPLORED = """
import backprop_lab as bp
def neuron(x, w, b, y):
    if b.value > 2.5:
        raise ValueError("b is too large")
    z = w * x + bp.log(b + 2)
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)
lab = bp.explore(neuron, x=1.0, w=(-3, 3, 0.5), b=(-3, 3, 0.0), y=1.0)
lab
"""

HOSTILE = """
import backprop_lab as bp
name = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> "\\\\ ->'
with bp.group('</text><script>window.hacked=1</script>'):
    L = bp.variable(2.0, name) * bp.variable(3.0, '中文 🎈')
bp.Stepper(L)
"""

LAYERS = """
import backprop_lab as bp
a = bp.variable(0.5, "x")
for layer in range(3):
    with bp.group(f"layer {layer + 1}"):
        for _ in range(30):
            a = a * bp.variable(0.9, "w") + 0.1
L = a * 1.0
bp.Stepper(L)
"""

DARK = {"@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Dark"}}


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    cells = [new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def widget(page: Page, index: int = 0) -> Locator:
    found = page.locator(".backprop-stepper").nth(index)
    expect(found.locator("svg.backprop-picture")).to_be_visible()
    return found


def card(root: Locator, name: str) -> Locator:
    title = root.page.locator(f'.card-name:text-is("{name}")')
    return root.locator(".card").filter(has=title)


def shown(root: Locator, name: str, field: str) -> str:
    return card(root, name).locator(f"text.{field}").first.text_content() or ""


def centre(part: Locator) -> tuple[float, float]:
    box = part.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(slider: Locator, share: float) -> None:
    """Drag a slider's thumb to a share of its width, with the mouse."""
    page = slider.page
    box = slider.bounding_box()
    assert box
    page.mouse.move(*centre(slider))
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, centre(slider)[1], steps=12)
    page.mouse.up()


def serious(page: Page) -> list[Any]:
    found = Axe().run(page, context=".backprop-stepper").response["violations"]
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]


def test_a_learner_steps_through_a_neuron(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(NEURON, "stepper"))
    run_all(page)
    root, other = widget(page), widget(page, 1)
    before = root.locator("svg.backprop-picture").bounding_box()

    assert shown(root, "w", "gradient") == "not yet"
    for _ in range(6):
        root.get_by_label("Step forward").click()
    assert shown(root, "z", "value") == "0.5000"
    expect(root.locator(".sentence")).to_have_text("z = w·x + b = 0.5000 + 0 = 0.5000.")
    assert shown(root, "y_hat", "value") == ""

    slider = root.get_by_label("Step", exact=True)
    drag(slider, 0.999)
    expect(root.locator(".position")).to_have_text("Backward 9 of 9")
    assert shown(root, "w", "gradient") == "−0.0887"
    expect(root.locator(".numbers")).to_have_text("∂L/∂x = −0.0887 × 0.5000 = −0.0444")
    # The other view of the same widget has come along, and nothing has jumped.
    expect(other.locator(".position")).to_have_text("Backward 9 of 9")
    assert root.locator("svg.backprop-picture").bounding_box() == before

    cells = page.locator(".jp-Cell").count()
    slider.focus()
    for key in ("ArrowLeft", "ArrowLeft", "d", "d"):
        page.keyboard.press(key)
    expect(root.locator(".position")).to_have_text("Backward 7 of 9")
    assert page.locator(".jp-Cell").count() == cells
    page.keyboard.press("Home")
    expect(root.locator(".position")).to_have_text("Start")
    assert shown(root, "x", "value") == ""
    page.keyboard.press("End")
    expect(root.locator(".position")).to_have_text("Backward 9 of 9")

    card(root, "z").hover()
    expect(root.locator(".tip")).to_contain_text("1 of 1 contributions")
    expect(root.locator(".tip")).to_contain_text("∂L/∂z = −0.3775 × 0.2350 = −0.0887")
    root.get_by_text("The same steps as Python").click()
    expect(root.locator(".code-line[aria-current]")).to_have_text("dL_dx = dL_dv5 * w")

    root.get_by_label("Play").click()
    expect(root.locator(".position")).to_have_text("Forward 2 of 10")
    root.get_by_label("Pause").click()
    assert not serious(page)


def test_steps_need_no_kernel(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(NEURON))
    run_all(page)
    root = widget(page)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    root.get_by_label("Last step").click()
    assert shown(root, "w", "gradient") == "−0.0887"


def test_a_learner_drags_an_input(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(EXPLORED))
    run_all(page)
    root = widget(page)
    w = root.locator(".inputs input").nth(0)
    drag(w, 0.9)
    value = float(w.input_value())
    assert value > 2

    tape = bp.explore(neuron, x=1.0, w=(-3, 3, value), b=(-3, 3, 0.0), y=1.0).tape
    final = bp.Stepper(tape, step=None).still.picture
    wanted = {c.name: c.gradient[0][0].at(10_000) for c in final.cards}
    # What the sweep shows, and what the kernel answers in the end, are the same.
    for name in ("w", "b", "z"):
        assert shown(root, name, "gradient") == wanted[name]
    expect(root.locator(".numbers")).to_contain_text(wanted["w"])
    assert shown(root, "w", "gradient") == wanted["w"]

    # A logarithm of a negative number is shown; an exception is explained.
    b = root.locator(".inputs input").nth(1)
    drag(b, 0.03)
    expect(root.locator(".sentence")).to_contain_text("not finite")
    assert shown(root, "z", "value") == "NaN"
    drag(b, 0.97)
    problem = 'ValueError in `raise ValueError("b is too large")`: b is too large'
    expect(root.locator(".problem")).to_have_text(problem)
    drag(b, 0.6)
    expect(root.locator(".problem")).to_have_text("")
    assert shown(root, "b", "value") != "NaN"


def neuron(x: Any, w: Any, b: Any, y: Any) -> Any:
    z = w * x + bp.log(b + 2)
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)


def test_a_silent_kernel_is_mentioned(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(EXPLORED))
    run_all(page)
    root = widget(page)
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    drag(root.locator(".inputs input").nth(0), 0.7)
    expect(root.locator(".problem")).to_contain_text("Python does not answer")
    root.get_by_label("First step").click()
    expect(root.locator(".position")).to_have_text("Start")


def test_a_hostile_name_runs_nothing(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(HOSTILE))
    run_all(page)
    root = widget(page)
    root.get_by_label("Last step").click()
    assert "<img src=x" in (root.locator(".card-name").first.text_content() or "")
    assert page.evaluate("window.hacked") is None


def test_a_group_opens_and_closes_with_a_click(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of(LAYERS))
    run_all(page)
    root = widget(page)
    expect(root.locator(".card")).to_have_count(5)
    root.locator("[data-opens]").nth(1).click()
    expect(root.locator(".frame-name")).to_have_text("layer 2")
    assert root.locator(".card").count() > 90
    root.locator(".frame-name").click()
    expect(root.locator(".card")).to_have_count(5)


@pytest.mark.parametrize("settings", [{}, DARK], ids=["light", "dark"])
def test_nobody_is_left_out(
    open_notebook: OpenNotebook, settings: dict[str, Any]
) -> None:
    page = open_notebook(notebook_of(EXPLORED), settings=settings)
    run_all(page)
    root = widget(page)
    assert not serious(page)
    root.get_by_label("Step back").click()
    for part in ("The same steps as Python", "All steps"):
        root.get_by_text(part).click()
    assert not serious(page)
