"""The programs that some tests use, and what their absence means.

On a learner's machine a test without its program is skipped, and says so. Under CI,
where `make test` has installed them all, the same absence is a failure: a test that
quietly never runs proves nothing.
"""

import os
import shutil
import sys
from pathlib import Path

PROGRAMS = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "dot": ("dot",),
    "nbgrader": ("nbgrader",),
    "node": ("node", "nodejs"),
}
_HOW = {
    "browser": "sudo apt-get install chromium",
    "dot": "sudo apt-get install graphviz",
    "nbgrader": 'pip install "backprop-lab[nbgrader]"',
    "node": "sudo apt-get install nodejs",
}


def find(marker: str) -> str | None:
    """Return the path of the program that tests with this marker use."""
    # What pip has installed is beside Python, and that need not be on the path.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    found = (shutil.which(name, path=path) for name in PROGRAMS[marker])
    return next(filter(None, found), None)


def absence(marker: str) -> str | None:
    """Return what to say where that program is missing, else None."""
    if find(marker):
        return None
    return f"needs the program {PROGRAMS[marker][0]}: {_HOW[marker]}"


def under_ci() -> bool:
    """Return whether a missing program is a failure."""
    return os.environ.get("CI") == "true"
