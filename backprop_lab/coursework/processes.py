"""Kernel processes: soon there, limited, and ended with all that they started.

A starter (`kernel`) has imported what every notebook needs and forks one kernel after
the other, each for one submission and in a session of its own. It serves one kernel at
a time, so nobody's code can disturb another's through it. In a sandbox, and where there
is no fork, a starter serves one kernel only.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import backprop_lab
from backprop_lab.coursework import bank

_FORKS = hasattr(os, "fork")
_END_SECONDS = 5.0  # for a starter to end its kernel
_PACKAGE = Path(backprop_lab.__file__).parent


class Starter:
    """A process that starts kernels, one at a time."""

    def __init__(self, sandbox: Sequence[str] = ()) -> None:
        self._serves_many = _FORKS and not sandbox
        self._has_kernel = False
        self._process = subprocess.Popen(
            [*sandbox, sys.executable, "-P", "-m", "backprop_lab.coursework.kernel"],
            bufsize=0,
            cwd=tempfile.gettempdir(),
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def start(self, file: Path, home: Path, environment: Mapping[str, str]) -> None:
        """Start a kernel that lives in a folder and listens as a file says."""
        own = {"HOME": str(home), "IPYTHONDIR": str(home.parent / "ipython")}
        request = {"environment": {**own, **environment}}
        self._say(json.dumps(request | {"file": str(file), "folder": str(home)}))
        self._has_kernel = True

    def is_running(self) -> bool:
        """Return whether the kernel runs."""
        return self._has_kernel and self._process.poll() is None and not self._hears(0)

    def end(self) -> bool:
        """End the kernel; return whether another one can be started."""
        if self._has_kernel:
            self._say("end")
            said = self._hears(_END_SECONDS) and self._answers.read(100)
            self._serves_many &= said == b"ended\n"
            self._has_kernel = False
        return self._serves_many

    def close(self) -> None:
        """End the process itself."""
        with self._process as process:
            process.kill()

    def _say(self, line: str) -> None:
        with suppress(OSError):  # It is gone, as `is_running` tells.
            self._requests.write(f"{line}\n".encode())

    def _hears(self, seconds: float) -> bool:
        # Windows cannot wait for a pipe; there the process is the kernel.
        return _FORKS and bool(select.select([self._answers], [], [], seconds)[0])


class Starters:
    """The starters of one run of the grader, for any number of threads.

    Attributes:
        stop: Set to end all runs early.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._idle: SimpleQueue[Starter] = SimpleQueue()

    def __enter__(self) -> "Starters":
        return self

    def __exit__(self, *_: object) -> None:
        while not self._idle.empty():
            self._idle.get().close()

    def take(self, sandbox: Sequence[str]) -> Starter:
        """Return a starter that is idle, or a new one."""
        with suppress(Empty):
            if not sandbox:
                return self._idle.get_nowait()
        return Starter(sandbox)

    def give_back(self, starter: Starter) -> None:
        """End a starter's kernel, and keep the starter if it can serve again."""
        if starter.end():
            self._idle.put(starter)
        else:
            starter.close()


def bubblewrap(folder: Path, hidden: Sequence[Path]) -> list[str]:
    """Return the start of a command: read-only disk, no network, little to see."""
    command = ["bwrap", "--die-with-parent", "--unshare-net", "--unshare-ipc"]
    command += ["--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc"]
    command += ["--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", str(Path.home())]
    for place in (sys.prefix, sys.base_prefix, str(_PACKAGE)):
        shown = str(Path(place).resolve())
        command += ["--ro-bind", shown, shown]
    for secret in [*map(Path, bank.__path__), *hidden]:
        if secret.is_dir():
            command += ["--tmpfs", str(secret)]
        elif secret.exists():
            command += ["--ro-bind", os.devnull, str(secret)]
    return [*command, "--bind", str(folder), str(folder)]


def _environment() -> dict[str, str]:
    """Return the few variables that a kernel needs, nothing of the grader's."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ", "VIRTUAL_ENV")
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "MPLBACKEND": "agg",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(_PACKAGE.parent),
        "XDG_CACHE_HOME": cache,  # fonts and compiled layouts, made once
    }
