"""Where kernels come from: quickly one after the other, and nothing of them stays."""

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from backprop_lab.coursework import processes
from backprop_lab.coursework.runner import Limits, run

ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
]
WHO = "import os; print(os.getpid(), os.getppid(), os.getsid(0), os.getcwd())"
CHILD = """import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)"""
LOOK = """import sys
print(open("/proc/self/environ").read(), sys.argv, sys.modules.get("__mp_main__"))"""
KILL_SERVER = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"


def said(source: str) -> str:
    _, outputs = run([source], [], {}, Limits(), Event()).cells[0]
    return "".join(output.get("text", output.get("evalue", "")) for output in outputs)


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_each_run_has_a_process_a_session_and_a_folder_of_its_own() -> None:
    first, second = (said(WHO).split() for _ in range(2))
    assert first[1] == second[1]  # forked by the same server
    assert first[0] == first[2] != second[0] == second[2]
    assert first[3] != second[3]
    assert not any(map(runs, map(int, (first[0], second[0]))))


def test_what_one_run_changes_the_next_does_not_see() -> None:
    change = "import os, numpy; numpy.pi = 3; os.environ['MINE'] = '1'; print('done')"
    assert said(change) == "done\n"
    look = "import os, numpy; print(numpy.pi, os.environ.get('MINE'))"
    assert said(look) == "3.141592653589793 None\n"


def test_what_a_run_started_ends_with_it() -> None:
    child = int(said(CHILD))
    deadline = time.monotonic() + 10
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)  # until the system has cleared it away
    assert not runs(child)


def test_who_kills_the_server_does_not_stop_the_next_run() -> None:
    before = said(WHO).split()
    run([KILL_SERVER], [], {}, Limits(), Event())
    after = said(WHO).split()
    assert after[1] != before[1]


def test_without_fork_each_kernel_imports_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "_FORKS", False)
    spawned = multiprocessing.get_context("spawn").Process
    monkeypatch.setattr(processes, "_Process", spawned)
    kernel, parent, *_ = said(WHO).split()
    assert int(parent) == os.getpid()  # No server is in between.
    assert not runs(int(kernel))


def test_a_kernel_sees_nothing_of_the_grader(tmp_path: Path) -> None:
    # The script has no `if __name__ == "__main__":`, and would run in the kernel again.
    script = tmp_path / "grader.py"
    script.write_text(
        "from threading import Event\n"
        "from backprop_lab.coursework.runner import Limits, run\n"
        "print('once')\n"
        f"ran = run([{LOOK!r}], [], {{}}, Limits(), Event())\n"
        "print(ran.cells[0][1][0]['text'])"
    )
    printed = subprocess.check_output(
        [sys.executable, str(script), "--salt-file", "secret.txt"],
        cwd=ROOT,
        env={**os.environ, "TOKEN": "secret", "PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert printed.count("once") == 1
    assert "PATH=" in printed
    assert "secret" not in printed


def test_no_process_stays_when_the_grader_is_done() -> None:
    grader = (
        "from threading import Event\n"
        "from backprop_lab.coursework.runner import Limits, run\n"
        f"ran = run([{WHO!r}], [], {{}}, Limits(), Event())\n"
        "print(ran.cells[0][1][0]['text'])"
    )
    printed = subprocess.check_output([sys.executable, "-c", grader], cwd=ROOT)
    kernel, server, *_ = map(int, printed.split()[:2])
    assert not runs(kernel)
    gone_by = time.monotonic() + 10
    while runs(server) and time.monotonic() < gone_by:
        time.sleep(0.05)
    assert not runs(server)
