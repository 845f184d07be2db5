"""The learner's path: open a released assignment, answer it, read what a check says."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from backprop_lab.coursework import release
from backprop_lab.coursework.assignments import load
from tests.browser.conftest import OpenNotebook

ASSIGNMENT = load("a1")
PLACES = [cell["id"] for cell in ASSIGNMENT.released["cells"]]
START = """import numpy as np
from backprop_lab.coursework import start
lab = start("a1", student="ada")"""
# JupyterLab indents the second line by itself.
ANSWER = "def gradients_of_product(x, y, w):\nreturn w, w, {}"


def cell(page: Page, id: str) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell").nth(PLACES.index(id))


def write(page: Page, id: str, source: str) -> None:
    """Type over what is in a cell, and run it."""
    cell(page, id).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(source)
    page.keyboard.press("Control+Enter")


def check(page: Page, id: str) -> Locator:
    """Run the cell below an answer; return the rows of its table."""
    checking = cell(page, f"{id}-check")
    checking.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    return checking.locator("tbody tr")


def test_a_learner_answers_and_reads_which_mistake_it_was(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    (file,) = release.write(ASSIGNMENT, tmp_path)
    page = open_notebook(file)
    write(page, "start", START)
    rows = check(page, "q1")
    expect(rows).to_contain_text(["○ not attempted"] * 3)
    write(page, "q1", ANSWER.format("w"))
    rows = check(page, "q1")
    expect(rows).to_contain_text(["✓ right", "✓ right", "✗ wrong"])
    expect(rows.last).to_contain_text("mixed up the factors of the product")
    write(page, "q1", ANSWER.format("x + y"))
    expect(check(page, "q1")).to_contain_text(["✓ right"] * 3)
