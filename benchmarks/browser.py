"""Measure how fast the widgets answer in the real JupyterLab.

    python -m benchmarks.browser

Opens a single neuron and a two-layer network written out in single numbers, and drags
the step slider and an input's slider with the mouse. Prints for each the milliseconds
from the slider's `input` event to the painted change, and the changes a second. All of
it is measured in the page: `performance.now()` at the event, a MutationObserver for the
change of the picture, a `requestAnimationFrame` and a message after it for the paint.

The mouse moves 60 times a second, whether or not the page keeps up: a browser hands on
one move for each frame. Playwright's own mouse waits for the page after each move,
which a hand does not.
"""

import json
import socket
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import websocket
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, sync_playwright

from tests import programs
from tests.browser.conftest import FLAGS
from tests.browser.notebook import run_all, wait_until_ready
from tests.browser.server import running_server

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
MOVES = 60  # A second.

# The time of the event is its own: when the browser was told, not when we were.
WATCH = """root => {
  window.measured = { latencies: [], changes: 0, began: performance.now() };
  const m = window.measured;
  let waiting = null, changed = false;
  root.addEventListener("input", (event) => { waiting ??= event.timeStamp; }, true);
  new MutationObserver(() => {
    if (waiting === null || changed) return;
    changed = true; // A frame counts once, however often it changes.
    requestAnimationFrame(() => {
      const began = waiting;
      waiting = null;
      changed = false;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        m.latencies.push(performance.now() - began);
        m.changes += 1;
      };
      port2.postMessage(null);
    });
  }).observe(root.querySelector(".stage"),
    { subtree: true, characterData: true, attributes: true, childList: true });
}"""


class Hand:
    """A mouse that does not wait for the page, over Chromium's own protocol."""

    def __init__(self, port: int, url: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            pages = [page for page in json.load(answer) if page["url"] == url]
        address = pages[0]["webSocketDebuggerUrl"]
        self.connection = websocket.create_connection(address, suppress_origin=True)
        self.sent = 0

    def does(self, kind: str, x: float, y: float) -> None:
        """Press, move or release the mouse at a place."""
        self.sent += 1
        told = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}
        method = {"id": self.sent, "method": "Input.dispatchMouseEvent"}
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
        "() => { window.measured.latencies = []; window.measured.changes = 0; }"
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
    latencies = sorted(found["latencies"])
    if not latencies:
        return f"{name:28} {slider:12} nothing changed"
    high = latencies[min(len(latencies) - 1, int(0.95 * len(latencies)))]
    rate = found["changes"] / found["seconds"]
    middle = statistics.median(latencies)
    return f"{name:28} {slider:12} {middle:8.1f} {high:8.1f} {rate:10.0f}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    program = programs.find("browser")
    if program is None:
        sys.exit(programs.absence("browser"))
    print(f"{'graph':28} {'slider':12} {'median':>8} {'95 %':>8} {'a second':>10}")
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
            kernel = {"name": "python3", "display_name": "Python 3"}
            notebook = new_notebook(
                cells=[new_code_cell(source)], metadata={"kernelspec": kernel}
            )
            nbformat.write(notebook, path)
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
