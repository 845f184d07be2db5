"""The process that learner's code runs in while it is graded.

Started by the runner as `python -m backprop_lab.coursework.kernel CONNECTION_FILE`. It
limits itself, takes the exercises with their references out of reach of an ordinary
import, and becomes an IPython kernel. It knows no expected value.
"""

import sys

MEMORY = 3 * 2**30
FILE = 50 * 2**20


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


def main(connection_file: str) -> None:
    """Become a limited kernel that listens as the connection file says."""
    limit()
    from ipykernel.kernelapp import IPKernelApp

    # None makes Python refuse the import; reading the file is still possible, which is
    # why answers that mention it are flagged.
    sys.modules["backprop_lab.coursework.bank"] = None  # type: ignore[assignment]
    IPKernelApp.launch_instance(
        argv=["-f", connection_file, "--HistoryManager.enabled=False"]
    )


if __name__ == "__main__":
    main(sys.argv[1])
