"""One notebook in one kernel: whatever it does, who did it is said, and nobody else."""

from pathlib import Path
from threading import Event, Thread

import pytest

from backprop_lab.coursework.answers import Reply
from backprop_lab.coursework.runner import Limits, Probe, Run, run

pytestmark = pytest.mark.kernel

F = "def f(x):\n    return 2 * x"
G = "def g(x):\n    return 3 * x"
PROBES = [Probe("q1", "f", [(1.0,), (2.0,)], 1), Probe("q2", "g", [(1.0,)], 1)]
RIGHT = {"q1": ("ok", [2.0, 4.0]), "q2": ("ok", [3.0])}


def graded(*cells: str, **limits: object) -> Run:
    return run(cells, PROBES, {}, Limits(**{"seconds": 10.0, **limits}), Event())


def ends(ran: Run) -> list[str]:
    return [end for end, _ in ran.cells]


def answers(ran: Run) -> dict[str, tuple[str, list[float]]]:
    return {id: (end, list(map(number, rs))) for id, (end, rs) in ran.answers.items()}


def number(reply: Reply) -> float:
    return float(reply.parts[0])


LATER = "import os, threading\nthreading.Timer({}, os._exit, [0]).start()"


@pytest.mark.parametrize("own", ["exit()", "quit", "import sys\nsys.exit()"])
def test_to_leave_is_an_error_of_ones_own_cell(own: str) -> None:
    ran = graded(F, own, G)
    assert ends(ran) == ["ok", "error", "ok"]
    assert ran.cells[1][1][-1]["ename"] == "SystemExit"
    assert answers(ran) == RIGHT


@pytest.mark.parametrize(
    ("own", "pause"),
    [
        ("import os\nos._exit(0)", 0.0),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", 0.0),
        ("import asyncio\nasyncio.get_event_loop().stop()", 0.0),
        (LATER.format(0.2), 0.0),
        (LATER.format(0.2), 0.1),
        (LATER.format(0.2), 0.3),
    ],
)
def test_blame_does_not_depend_on_when_a_kernel_dies(own: str, pause: float) -> None:
    slow = f"import time\ntime.sleep({pause})"
    ran = graded(F, f"print('before')\n{own}", slow, G)
    assert ends(ran) == ["ok", "died", "ok", "ok"]
    assert ran.cells[1][1] == []  # How much of it came through is chance.
    assert answers(ran) == RIGHT


def test_a_kernel_that_is_dying_and_mute_is_dead() -> None:
    # The process lives on, but nobody listens in it any more.
    mute = "import asyncio, time\nloop = asyncio.get_event_loop()\n"
    mute += "loop.call_later(0.05, time.sleep, 60)\n"
    ran = graded(F, LATER.format(0.3), mute, G, seconds=3.0)
    assert ends(ran) == ["ok", "died", "died", "ok"]
    assert answers(ran) == RIGHT


def test_a_question_that_ends_the_kernel_later_is_blamed_for_it() -> None:
    ran = graded(F.replace("return", f"exec({LATER.format(0.1)!r})\n    return"), G)
    assert ends(ran) == ["ok", "ok"]
    assert answers(ran) == {"q1": ("died", []), "q2": RIGHT["q2"]}


def test_what_ends_the_kernel_when_all_is_done_is_found_too() -> None:
    assert ends(graded(F, G, LATER.format(0.1))) == ["ok", "ok", "died"]


def test_who_is_killed_by_a_neighbour_is_graded_as_if_alone(tmp_path: Path) -> None:
    kill_server_once = (
        "import os, pathlib, signal, time\n"
        f"mark = pathlib.Path({str(tmp_path / 'mark')!r})\n"
        "if not mark.exists():\n"
        "    mark.touch()\n"
        "    time.sleep(0.5)\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n"
    )
    neighbour = Thread(target=graded, args=(kill_server_once,))
    neighbour.start()
    ran = graded(F, "import time\ntime.sleep(1.5)", G)
    neighbour.join()
    assert ends(ran) == ["ok", "ok", "ok"]
    assert answers(ran) == RIGHT


@pytest.mark.parametrize(("deaths", "end"), [(1, "ok"), (2, "ok"), (3, "died")])
def test_a_death_that_another_try_survives_was_not_the_cells(
    deaths: int, end: str, tmp_path: Path
) -> None:
    # As if somebody had killed the kernel this many times, always in this cell.
    cell = (
        "import os, pathlib, uuid\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        f"if len(list(folder.iterdir())) < {deaths}:\n"
        "    (folder / uuid.uuid4().hex).touch()\n"
        "    os._exit(0)"
    )
    ran = graded(F, cell, G)
    assert ends(ran) == ["ok", end, "ok"]
    assert answers(ran) == RIGHT


def test_a_loop_is_left_out_and_what_was_defined_before_it_counts() -> None:
    ran = graded(f"{F}\nprint('soon')\nwhile True: pass", G, seconds=1.0)
    assert ends(ran) == ["timeout", "ok"]
    assert ran.cells[0][1] == []
    assert answers(ran) == RIGHT


def test_numbers_without_a_seed_are_the_same_each_time() -> None:
    draw = "import random, numpy\nprint(random.random(), numpy.random.rand())"
    assert graded(draw).cells == graded(draw).cells
