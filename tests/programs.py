"""The programs outside Python that some tests use, and what their absence means.

On a learner's machine a test without its program is skipped, and says so. Under CI,
where `.ci/install-tools` has installed them all, the same absence is a failure: a test
that quietly never runs proves nothing.
"""

import os
import shutil

PROGRAMS = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "dot": ("dot",),
}


def find(marker: str) -> str | None:
    """Return the path of the program that tests with this marker use."""
    return next(filter(None, map(shutil.which, PROGRAMS[marker])), None)


def absence(marker: str) -> str | None:
    """Return what to say where that program is missing, else None."""
    if find(marker):
        return None
    name = PROGRAMS[marker][0]
    package = "graphviz" if name == "dot" else name
    return f"needs the program {name}: sudo apt-get install {package}"


def under_ci() -> bool:
    """Return whether a missing program is a failure."""
    return os.environ.get("CI") == "true"
