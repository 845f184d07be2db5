"""Where kernels come from: quickly one after the other, and nothing of them stays."""

import os
import time
from collections.abc import Iterator

import pytest

from backprop_lab.coursework.processes import Starters
from backprop_lab.coursework.runner import Limits, run

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
WHO = "import os; print(os.getpid(), os.getppid(), os.getsid(0), os.getcwd())"
CHILD = """import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)"""
KILL_STARTER = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"


@pytest.fixture
def starters() -> Iterator[Starters]:
    with Starters() as made:
        yield made


def said(source: str, starters: Starters) -> str:
    _, outputs = run([source], [], {}, Limits(), starters).cells[0]
    return "".join(output.get("text", output.get("evalue", "")) for output in outputs)


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_run_has_a_process_a_session_and_a_folder_of_its_own(
    starters: Starters,
) -> None:
    first, second = (said(WHO, starters).split() for _ in range(2))
    assert first[1] == second[1]  # forked by the same starter
    assert first[0] == first[2] != second[0] == second[2]
    assert first[3] != second[3]
    assert not any(map(runs, map(int, (first[0], second[0]))))


def test_what_one_run_changes_the_next_does_not_see(starters: Starters) -> None:
    change = "import os, numpy; numpy.pi = 3; os.environ['MINE'] = '1'; print('done')"
    assert said(change, starters) == "done\n"
    look = "import os, numpy; print(numpy.pi, os.environ.get('MINE'))"
    assert said(look, starters) == "3.141592653589793 None\n"


def test_what_a_run_started_ends_with_it(starters: Starters) -> None:
    child = int(said(CHILD, starters))
    deadline = time.monotonic() + 10
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)  # until the system has cleared it away
    assert not runs(child)


def test_who_kills_the_starter_harms_only_that_run(starters: Starters) -> None:
    before = said(WHO, starters).split()
    run([KILL_STARTER], [], {}, Limits(), starters)
    after = said(WHO, starters).split()
    assert after[1] != before[1]


def test_no_process_stays_when_the_grader_is_done() -> None:
    with Starters() as starters:
        _, starter, *_ = said(WHO, starters).split()
        assert runs(int(starter))
    assert not runs(int(starter))
