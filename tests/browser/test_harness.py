"""The harness itself, on a notebook with one ipywidgets slider."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, expect

from tests.browser.conftest import App, OpenNotebook
from tests.browser.notebook import collect_errors, run_all

SLIDER = """
import ipywidgets
slider = ipywidgets.IntSlider(value=3, max=10, description="x")
square = ipywidgets.Label()
def show(change):
    square.value = f"x² = {slider.value ** 2}"
slider.observe(show, "value")
show(None)
ipywidgets.VBox([slider, square])
"""


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    return new_notebook(
        cells=[new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_dragged_slider_reaches_the_kernel_and_back(
    open_notebook: OpenNotebook, app: App
) -> None:
    page = open_notebook(notebook_of(SLIDER), app=app)
    run_all(page)
    expect(page.get_by_text("x² = 9", exact=True)).to_be_visible()
    track = page.locator(".noUi-base").bounding_box()
    handle = page.locator(".noUi-handle").bounding_box()
    assert track and handle
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"], y, steps=8)
    page.mouse.up()
    expect(page.get_by_text("x² = 100", exact=True)).to_be_visible()


def test_an_exception_in_a_cell_fails_the_test(open_notebook: OpenNotebook) -> None:
    page = open_notebook(notebook_of("1 / 0"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run_all(page)


def test_an_error_on_the_console_is_collected(browser: Browser) -> None:
    page = browser.new_page()
    errors = collect_errors(page)
    page.evaluate("console.error('a mistake'); console.warn('no mistake')")
    page.evaluate("setTimeout(() => { throw new Error('another'); })")
    page.wait_for_function("true")
    page.close()
    assert [error.split(" (")[0] for error in errors] == ["a mistake", "another"]
