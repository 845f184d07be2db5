"""What a test reads off a widget in the page, and how it takes hold of it."""

from collections.abc import Callable, Sequence
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from backprop_lab.widgets.stepper import PictureWidget

_TEXTS = """root => {
  const texts = [...root.querySelectorAll("[data-slot]")];
  texts.sort((a, b) => a.dataset.slot - b.dataset.slot);
  return texts.map((text) => text.textContent);
}"""

_STATES = """root => {
  const parts = [...root.querySelectorAll("[data-stateful]")];
  parts.sort((a, b) => a.dataset.stateful - b.dataset.stateful);
  return parts.map((part) => part.dataset.state);
}"""

_PLACES = """root => {
  const within = (outer, parts) => {
    const corner = outer.getBoundingClientRect();
    return [...parts].map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      // Scrolling shifts the last digits.
      return [x - corner.x, y - corner.y, width, height].map(Math.round);
    });
  };
  const picture = root.querySelector("svg.backprop-picture");
  const cards = picture.querySelectorAll(".card");
  return [within(picture, cards), within(root, root.children)];
}"""


# The area under a text is that of its class; axe does not look at texts in an SVG.
_CONTRASTS = """root => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const area = (text) => {
    const card = text.closest(".card");
    if (card) {
      const head = text.matches(".card-name, .card-formula");
      const part = card.querySelector(head ? ".card-head" : ".card-box");
      return getComputedStyle(part).fill;
    }
    const frame = root.querySelector(".frame-box");
    if (frame) return getComputedStyle(frame).fill;
    return getComputedStyle(root).backgroundColor;
  };
  return [...root.querySelectorAll("svg.backprop-picture text")]
    .filter((text) => text.textContent)
    .map((text) => {
      const pair = [luminance(getComputedStyle(text).fill), luminance(area(text))];
      const [dark, light] = pair.sort((a, b) => a - b);
      return [text.textContent, (light + 0.05) / (dark + 0.05)];
    });
}"""


def notebook_of(*sources: str) -> nbformat.NotebookNode:
    """Return a notebook with these code cells."""
    return new_notebook(
        cells=[new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


def widget(page: Page, which: int = 0) -> Locator:
    """Return a stepper or an explorer on the page, once it is drawn."""
    found = page.locator(".backprop-stepper").nth(which)
    expect(found.locator("svg.backprop-picture")).to_be_visible()
    return found


def card(root: Locator, name: str) -> Locator:
    """Return the card of a node."""
    title = root.page.locator("text.card-name", has_text=name)
    return root.locator(".card", has=title).first


def step_slider(root: Locator) -> Locator:
    return root.get_by_role("slider", name="Step", exact=True)


def button(root: Locator, name: str) -> Locator:
    return root.get_by_role("button", name=name, exact=True)


def check_shows(root: Locator, model: PictureWidget, step: int) -> None:
    """Assert that a widget in the page shows what a model in this process has."""
    moment = model.steps[step]
    expect(root.locator(".sentence")).to_have_text(moment["sentence"])
    expect(root.locator(".position")).to_have_text(moment["position"])
    assert root.locator(".symbols").inner_text().strip() == moment["symbols"]
    assert root.locator(".numbers").inner_text().strip() == moment["numbers"]
    assert root.evaluate(_TEXTS) == [_at(slot, step) for slot in model.slots]
    assert root.evaluate(_STATES) == [_at(state, step) for state in model.states]


def places(root: Locator) -> Any:
    """Return where the cards stand on the picture, and the parts on the widget."""
    return root.evaluate(_PLACES)


def drag(slider: Locator, stops: Sequence[float]) -> None:
    """Drag a slider's thumb with the mouse to several shares of its width; let go."""
    move = hold(slider)
    for stop in stops:
        move(stop)
    slider.page.mouse.up()


def hold(slider: Locator) -> Callable[[float], None]:
    """Grasp a slider's thumb with the mouse; return what moves it to a share."""
    slider.scroll_into_view_if_needed()
    low, high, value = (
        float(slider.evaluate(f"slider => slider.{part}"))
        for part in ("min", "max", "value")
    )
    box, mouse = slider.bounding_box(), slider.page.mouse
    assert box
    # The thumb stands a little inside the ends of the track.
    left, width = box["x"] + 8, box["width"] - 16
    y = box["y"] + box["height"] / 2
    mouse.move(left + width * (value - low) / (high - low), y)
    mouse.down()
    return lambda share: mouse.move(left + width * share, y, steps=6)


def contrasts(root: Locator) -> list[tuple[str, float]]:
    """Return each text of the picture with its contrast to what it stands on (WCAG)."""
    return [(text, ratio) for text, ratio in root.evaluate(_CONTRASTS)]


def _at(timeline: list[list[Any]], step: int) -> str:
    return next((text for since, text in reversed(timeline) if since <= step), "")
