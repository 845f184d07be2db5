"""Widgets hear the page in one thread, while a cell runs in another."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

import backprop_lab as bp


def parabola(w, b):
    z = w * w + b
    L = z * z
    return L


@pytest.mark.slow
def test_an_explorer_that_two_threads_move_shows_where_it_is():
    explorer = bp.explore(parabola, w=(-3, 3, 1), b=(-3, 3, 0))

    def move(name):
        for position in np.linspace(-3, 3, 30):
            explorer.values = {**explorer.values, name: float(position)}
            # As the page does when a slider is grasped.
            explorer._answer_in_turn(explorer, {"sweep": name, "step": 1}, [])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(move, "wb"))
    assert explorer.answered == explorer.values
    assert not explorer.problem
    values = explorer.values
    (w, b) = (values["w"], values["b"])
    assert explorer.tape.graph.output.value == pytest.approx((w * w + b) ** 2)
    shown = bp.explore(parabola, w=(-3, 3, w), b=(-3, 3, b))
    assert explorer.slots == shown.slots
    assert explorer.steps == shown.steps


CELL = """
import threading
import backprop_lab as bp

def waves(w):
    L = w * w
    for _ in range(int(3 + w.value)):  # So that the picture is laid out again.
        L = bp.sin(L)
    return L

explorer = bp.explore(waves, w=(-3, 3, 1))
# In which thread the slider is followed.
threads = set()
explorer.observe(lambda _: threads.add(threading.current_thread()), "values")
print(explorer.model_id)
"""
LOOP = """
import itertools, time
until = time.monotonic() + 4
for count in itertools.count():
    x = bp.variable(float(count))
    globals()[f"y_{count}"] = bp.sin(x) * x  # New names, while others are looked up.
    bp.draw(globals()[f"y_{count}"])
    if time.monotonic() > until:
        break
print(count > 20, threading.main_thread() not in threads)
print(explorer.values, len(explorer.tape.forward))
"""


def said(client: BlockingKernelClient, code: str) -> str:
    """Run a cell and return what it printed; an error fails the test."""
    printed = []

    def note(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            printed.append(content["text"])
        assert message["msg_type"] != "error", content

    client.execute_interactive(code, timeout=60, output_hook=note)
    return "".join(printed)


@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore::Warning")  # of ipykernel and its transport
def test_a_slider_is_dragged_while_a_cell_draws():
    manager, client = start_new_kernel()
    with contextlib.ExitStack() as stack:
        stack.callback(manager.shutdown_kernel, now=True)
        stack.callback(client.stop_channels)
        model = said(client, CELL).strip()
        # JupyterLab 4.6 asks for a subshell: a thread of its own for widgets.
        control = client.session.msg("create_subshell_request")
        client.control_channel.send(control)
        subshell = client.get_control_msg(timeout=10)["content"]["subshell_id"]

        def send(kind, content):
            message = client.session.msg(kind, content)
            message["header"]["subshell_id"] = subshell
            client.shell_channel.send(message)

        # From then on the kernel answers this widget's page in that thread.
        send("execute_request", {"code": "explorer.send_state()", "silent": True})
        loop = client.execute(LOOP)
        started = time.monotonic()
        for position in np.tile(np.linspace(-3, 3, 25), 2):
            state = {"values": {"w": float(position)}}
            data = {"method": "update", "state": state, "buffer_paths": []}
            send("comm_msg", {"comm_id": model, "data": data})
            time.sleep(0.05)
        assert time.monotonic() - started < 4, "the drag was to be over by then"
        printed = []
        while True:
            message = client.get_iopub_msg(timeout=60)
            content = message["content"]
            assert message["msg_type"] != "error", content
            mine = message["parent_header"].get("msg_id") == loop
            if mine and message["msg_type"] == "stream":
                printed.append(content["text"])
            if mine and content.get("execution_state") == "idle":
                break
        assert manager.is_alive()
        assert "".join(printed) == "True True\n{'w': 3.0} 8\n"
