"""The processes that learner's code runs in while it is graded.

`python -m backprop_lab.coursework.kernel` imports once what every notebook needs, which
takes longer than to grade one. For each line on its input (a JSON object: file, folder,
environment) it forks a kernel; the line `end` ends that kernel. It takes the exercises
with their references out of reach of an ordinary import and knows no expected value.

Its parent is `backprop_lab.coursework.processes`.
"""

import json
import os
import select
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from io import FileIO

MEMORY = 3 * 2**30
FILE = 50 * 2**20
_GLANCE = 0.05  # seconds between two looks at a kernel
_NEEDED = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "backprop_lab.coursework",
    "ipykernel.kernelapp",
    "tornado.platform.asyncio",
)


def limit() -> None:
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


def become_kernel(file: str, folder: str, environment: Mapping[str, str]) -> None:
    """Become a limited kernel in a folder, listening as the connection file says."""
    from ipykernel.kernelapp import IPKernelApp

    os.chdir(folder)
    os.environ.update(environment)
    arguments = ["-f", file, "--HistoryManager.enabled=False"]
    if hasattr(os, "fork"):
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        # Nothing must outlive the process that would end it.
        arguments.append(f"--IPKernelApp.parent_handle={os.getppid()}")
    limit()
    IPKernelApp.launch_instance(argv=arguments)


def watch(kernel: int, requests: FileIO) -> None:
    """Wait until a kernel ends or a request comes; end it with all it started."""
    ended = False
    while not ended and not select.select([requests], [], [], _GLANCE)[0]:
        ended = os.waitpid(kernel, os.WNOHANG)[0] == kernel
    if not ended:
        os.kill(kernel, signal.SIGKILL)
        os.waitpid(kernel, 0)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(kernel, signal.SIGKILL)


def main() -> None:
    """Fork a kernel for each line of input, one at a time."""
    # None makes Python refuse the import; reading the file is still possible, which is
    # why answers that mention it are flagged. Nobody debugs here.
    sys.modules["backprop_lab.coursework.bank"] = None  # type: ignore[assignment]
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in _NEEDED:
        import_module(name)
    requests = FileIO(0)  # no buffer: what is not read yet can be waited for
    while request := requests.readline():
        if request == b"end\n":
            continue
        kernel = os.fork() if hasattr(os, "fork") else 0
        if not kernel:
            become_kernel(**json.loads(request))
            os._exit(0)
        watch(kernel, requests)
        print("ended", flush=True)


if __name__ == "__main__":
    main()
