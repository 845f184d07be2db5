"""Measure how fast the widgets answer in the real JupyterLab.

    python -m benchmarks.browser

Opens a single neuron and a two-layer network written out in single numbers, and drags
the step slider and an input's slider with the mouse. Prints for each the milliseconds
from the slider's `input` event to the frame that shows the change, then until that
frame is painted, median and 95th percentile, and the changed frames a second. All of it
is measured in the page: the event's own time, a MutationObserver for the change of the
picture, a `requestAnimationFrame` for the frame, a task after it for the paint.

The mouse moves 120 times a second, whether or not the page keeps up. As a browser does
with a hand, a move that comes while another one is under way is merged into the next.
"""

import json
import select
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import websocket
from playwright.sync_api import Locator, Page, sync_playwright

from tests import programs
from tests.browser.conftest import FLAGS
from tests.browser.notebook import run_all, wait_until_ready
from tests.browser.server import free_port, running_server
from tests.browser.widget import notebook_of

NEURON = """
import backprop_lab as bp
def neuron(x, w, b, y):
    z = w * x + b
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)
bp.explore(neuron, w=(-3, 3, 0.5), x=(-3, 3, 1.5), b=(-3, 3, 0.0), y=1.0)
"""
NETWORK = """
import backprop_lab as bp
def network(w, x1, x2, y):
    h = []
    for unit in range(3):
        z = w * x1 + bp.variable(0.1 * unit, f"v{unit}") * x2
        h.append(bp.sigmoid(z + bp.variable(0.2, f"b{unit}")))
    z = sum((bp.variable(0.3, f"u{i}") * a for i, a in enumerate(h)), bp.variable(0.1))
    return bp.squared_error(bp.sigmoid(z), y)
bp.explore(network, w=(-3, 3, 0.5), x1=1.0, x2=2.0, y=1.0)
"""
NOTEBOOKS = {"single neuron": NEURON, "two-layer network": NETWORK}

SECONDS = 5.0  # For each drag.
TO_AND_FRO = 3.0  # Seconds.
MOVES = 120  # A second.

# The time of the event is its own: when the browser was told, not when we were.
WATCH = """root => {
  window.measured = { framed: [], painted: [] };
  let waiting = null, changed = false;
  root.addEventListener("input", (event) => { waiting ??= event.timeStamp; }, true);
  new MutationObserver(() => {
    if (waiting === null || changed) return;
    changed = true; // A frame counts once, however often it changes.
    requestAnimationFrame(() => {
      const began = waiting, { framed, painted } = window.measured;
      waiting = null;
      changed = false;
      framed.push(performance.now() - began);
      // After the paint; anything less urgent would wait for later moves as well.
      scheduler.postTask(() => painted.push(performance.now() - began),
        { priority: "user-blocking" });
    });
  }).observe(root.querySelector(".stage"),
    { subtree: true, characterData: true, attributes: true, childList: true });
}"""


class Hand:
    """A mouse over Chromium's own protocol; Playwright's needs more time for a move."""

    def __init__(self, port: int, url: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = [page for page in json.load(answer) if page["url"] == url]
        address = pages[0]["webSocketDebuggerUrl"]
        self.connection = websocket.create_connection(address, suppress_origin=True)
        self.under_way = 0

    def does(self, kind: str, x: float, y: float) -> None:
        """Press, move or release the mouse at a place."""
        while self.under_way and select.select([self.connection.sock], [], [], 0)[0]:
            self.connection.recv()
            self.under_way -= 1
        if self.under_way and kind == "mouseMoved":
            return
        self.under_way += 1
        told = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        method = {"id": 1, "method": "Input.dispatchMouseEvent"}
        self.connection.send(json.dumps({**method, "params": {**told, "buttons": 1}}))


def measure(page: Page, hand: Hand, slider: Locator) -> dict[str, Any]:
    """Return what was measured while a slider was dragged to and fro."""
    box = slider.bounding_box()
    assert box
    middle, reach = box["x"] + box["width"] / 2, 0.45 * (box["width"] - 20)
    y = box["y"] + box["height"] / 2
    hand.does("mousePressed", middle, y)
    page.wait_for_timeout(500)  # A grasped slider may fetch its positions.
    page.evaluate(
        "() => { window.measured.framed = []; window.measured.painted = []; }"
    )
    began, moves = time.perf_counter(), 0
    while (passed := time.perf_counter() - began) < SECONDS:
        moves += 1
        # From the middle to an end, to the other one, and back.
        turn = (passed / TO_AND_FRO + 0.25) % 1
        hand.does("mouseMoved", middle + reach * (1 - 4 * abs(turn - 0.5)), y)
        time.sleep(max(0, began + moves / MOVES - time.perf_counter()))
    found: dict[str, Any] = page.evaluate("() => window.measured")
    hand.does("mouseReleased", middle, y)
    page.wait_for_timeout(300)
    return {**found, "seconds": passed}


def line(name: str, slider: str, found: dict[str, Any]) -> str:
    """Return one line of the table."""
    if len(found["painted"]) < 2:
        return f"{name:28} {slider:8} nothing changed"
    figures = []
    for each in (found["framed"], found["painted"]):
        figures += [statistics.median(each), statistics.quantiles(each, n=20)[-1]]
    rate = len(found["painted"]) / found["seconds"]
    columns = "".join(f"{figure:9.1f}" for figure in figures)
    return f"{name:28} {slider:8}{columns}{rate:10.0f}"


def main() -> None:
    program = programs.find("browser")
    if program is None:
        sys.exit(programs.absence("browser"))
    columns = f"{'frame':>9}{'95 %':>9}{'painted':>9}{'95 %':>9}{'a second':>10}"
    print(f"{'graph':28} {'slider':8}{columns}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        server.configure({})
        port = free_port()
        flags = [*FLAGS, f"--remote-debugging-port={port}"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for name, source in NOTEBOOKS.items():
            path = server.root / f"{name.replace(' ', '_')}.ipynb"
            nbformat.write(notebook_of(source), path)
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(f"{server.url}/lab/tree/{path.name}?token={server.token}&reset")
            wait_until_ready(page)
            run_all(page)
            root = page.locator(".backprop-stepper").first
            root.locator("svg.backprop-picture").wait_for()
            nodes = root.locator(".card").count()
            root.evaluate(WATCH)
            hand = Hand(port, page.url)
            for title, slider in (
                ("step", root.locator(".step-slider")),
                ("input", root.locator(".inputs input").first),
            ):
                # Only after the last step does every number follow the input.
                root.get_by_label("Last step").click()
                print(
                    line(f"{name}, {nodes} nodes", title, measure(page, hand, slider))
                )
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
