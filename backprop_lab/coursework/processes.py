"""Kernel processes: soon there, limited, and ended with all that they started.

Importing what a notebook needs takes longer than to grade one. So a server imports it
once and forks a kernel for each submission, in a session of its own: the "forkserver"
of `multiprocessing`, which ends with the grader. Where there is no fork, or in a
sandbox, each kernel imports for itself.

A kernel has the exercises with their references out of reach of an ordinary import and
knows no expected value. This module runs on both sides: in the grader to start and end
a kernel, in the new process to become one.
"""

import multiprocessing
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock
from types import ModuleType

import numpy as np

import backprop_lab

MEMORY = 3 * 2**30
FILE = 50 * 2**20
_FORKS = hasattr(os, "fork")
_PACKAGE = Path(backprop_lab.__file__).parent
_HOME = Path.home()  # While a kernel starts, the variables name another one.
_NEEDED = [
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "backprop_lab.coursework.processes",
    "ipykernel.kernelapp",
    "tornado.platform.asyncio",
]
# What Python and NumPy read once, when their process starts.
_AT_START = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
_starting = Lock()  # One at a time: what is hidden meanwhile is everybody's.
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ", "VIRTUAL_ENV")
_Process: Callable[..., BaseProcess] = (
    multiprocessing.get_context("forkserver").Process
    if _FORKS
    else multiprocessing.get_context("spawn").Process
)
multiprocessing.set_forkserver_preload(_NEEDED)


def start(
    file: Path, home: Path, environment: Mapping[str, str], cage: Sequence[str] = ()
) -> BaseProcess:
    """Return a new process with a limited kernel.

    Args:
        file: The connection file, which says where to listen.
        home: The folder to live in.
        environment: Variables that the kernel sees besides the usual few.
        cage: The start of a command that runs the kernel; see `bubblewrap`.
    """
    with _starting:
        own = _environment(home)
        seen = {**own, **environment}
        process = _Process(target=_enter, args=(str(file), str(home), seen, cage))
        with _hidden(own):
            process.start()
    return process


@contextmanager
def _hidden(environment: Mapping[str, str]) -> Iterator[None]:
    """Hide what a new process would take over: our script, arguments and variables."""
    main, arguments, ours = sys.modules["__main__"], sys.argv, dict(os.environ)
    sys.modules["__main__"], sys.argv = ModuleType("__main__"), [""]
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.modules["__main__"], sys.argv = main, arguments
        os.environ.clear()
        os.environ.update(ours)


def end(process: BaseProcess) -> None:
    """End a kernel's process with all that it started."""
    if _FORKS and process.pid:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()


def bubblewrap(folder: Path, hidden: Sequence[Path]) -> list[str]:
    """Return the start of a command: read-only disk, no network, little to see."""
    command = ["bwrap", "--die-with-parent", "--unshare-net", "--unshare-ipc"]
    command += ["--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc"]
    command += ["--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", str(_HOME)]
    for place in (sys.prefix, sys.base_prefix, str(_PACKAGE)):
        shown = str(Path(place).resolve())
        command += ["--ro-bind", shown, shown]
    for secret in (Path(__file__).parent / "bank", *hidden):
        if secret.is_dir():
            command += ["--tmpfs", str(secret)]
        elif secret.exists():
            command += ["--ro-bind", os.devnull, str(secret)]
    return [*command, "--bind", str(folder), str(folder)]


def _environment(home: Path) -> dict[str, str]:
    """Return the few variables that a kernel needs, nothing of the grader's."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(_HOME / ".cache")
    return {
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
        **_AT_START,
        "HOME": str(home),
        "IPYTHONDIR": str(home.parent / "ipython"),
        "MPLBACKEND": "agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(_PACKAGE.parent),
        "XDG_CACHE_HOME": cache,  # fonts and compiled layouts, made once
    }


def _enter(
    file: str, home: str, environment: Mapping[str, str], cage: Sequence[str]
) -> None:
    """Leave the grader's surroundings, then become a kernel, if need be in a cage."""
    # Nothing beside the grader may be imported, such as exercises of its own.
    sys.path[:] = [place for place in sys.path if Path(place) != Path.cwd()]
    sys.path.append(str(_PACKAGE.parent))
    os.chdir(home)
    os.environ.clear()
    os.environ.update(environment)
    if _FORKS:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
    if cage:
        os.execvp(cage[0], [*cage, sys.executable, "-P", "-m", __name__, file])
    _become_kernel(file)


def _become_kernel(file: str) -> None:
    """Become a limited kernel that listens as the connection file says."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp
    from ipykernel.zmqshell import ZMQInteractiveShell

    # They would end the kernel a little later, in the middle of another cell.
    ZMQInteractiveShell.ask_exit = _refuse_to_exit  # type: ignore[method-assign]
    IPythonKernel.do_shutdown = _refuse_to_exit  # type: ignore[method-assign]
    warnings.filterwarnings("ignore", "To exit: use")
    # Who forgot a seed gets the same numbers each time.
    random.seed(0)
    np.random.seed(0)
    # None makes Python refuse the import; reading the file is still possible, which is
    # why answers that mention it are flagged. Nobody debugs here.
    sys.modules["backprop_lab.coursework.bank"] = None  # type: ignore[assignment]
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    arguments = ["-f", file, "--HistoryManager.enabled=False"]
    if _FORKS:
        # Nothing must outlive the process that would end it.
        arguments.append(f"--IPKernelApp.parent_handle={os.getppid()}")
    _limit()
    try:
        IPKernelApp.launch_instance(argv=arguments)
    finally:
        os._exit(0)  # At once; an orderly end may take a while.


def _refuse_to_exit(*_: object) -> None:
    """Stand in for `exit()` and its like: an error in their own cell."""
    raise SystemExit("exit() ends all that comes after it; leave it out")


def _limit() -> None:
    """Limit memory, the size of files and core dumps, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: deadlines only; the teacher's page says so.
        return
    # DATA, not AS: WebAssembly reserves address space that it never uses.
    for kind, size in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_FSIZE, FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        size = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(kind, (size, size))


if __name__ == "__main__":
    _become_kernel(sys.argv[1])
