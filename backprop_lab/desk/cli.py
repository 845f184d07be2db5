"""The command `backprop-lab`, also `python -m backprop_lab`.

    backprop-lab                     JupyterLab on your own copy of the notebooks
    backprop-lab lab FOLDER          the same, with your copy in FOLDER
    backprop-lab lab -- --port=9999  what stands behind -- goes to JupyterLab
    backprop-lab doctor              what is in use, and what to do about problems
    backprop-lab course …            release, check and grade coursework

A mistake that can be foreseen ends in a sentence and a status other than 0, never in a
traceback.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import backprop_lab as bp
from backprop_lab.errors import LabError
from backprop_lab.notebooks import (
    Delivery,
    deliver,
    first_notebook,
    installed_notebooks,
)

# Options of the command itself; any other belongs to `lab`, which may go unsaid.
_ABOUT = ("-h", "--help", "--version")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    Args:
        arguments: What follows the command's name; this process's own if None.
    """
    chosen = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        if chosen.command == "doctor":
            return _doctor()
        if chosen.command == "course":
            return _course(chosen)
        return _lab(chosen.folder, chosen.browser, chosen.jupyter)
    except LabError as mistake:
        print(f"backprop-lab: {mistake}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Who reads along, as in `doctor | head`, has read enough. Python would say so
        # once more when it ends and writes out what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what a command line asks for; end the program where it makes no sense."""
    given = list(arguments)
    # Cut by hand: argparse would take JupyterLab's first option for the folder.
    cut = given.index("--") if "--" in given else len(given)
    ours, jupyter = given[:cut], given[cut + 1 :]
    if not ours or (ours[0].startswith("-") and ours[0] not in _ABOUT):
        ours.insert(0, "lab")
    parser = _parser(course=ours[0] == "course")
    chosen = parser.parse_args(ours)
    if jupyter and chosen.command != "lab":
        parser.error(f"nothing is expected behind -- after {chosen.command}")
    chosen.jupyter = jupyter
    return chosen


def _parser(course: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="backprop-lab", description="See backpropagation in JupyterLab."
    )
    parser.add_argument("--version", action="version", version=bp.__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    lab = commands.add_parser(
        "lab",
        help="open JupyterLab on your own copy of the notebooks; may be left out",
        epilog="What stands behind -- goes to JupyterLab: "
        "backprop-lab lab -- --port=9999",
    )
    lab.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("~/backprop-lab"),
        help="where your copy is, or will be (default: %(default)s)",
    )
    lab.add_argument(
        "--no-browser",
        dest="browser",
        action="store_false",
        help="print the address instead of opening a browser",
    )
    commands.add_parser(
        "doctor", help="say what is in use and what to do about problems"
    )
    if course:
        # Here and not above: only those who grade pay for what it imports.
        from backprop_lab.coursework.command import add_course_command

        add_course_command(commands)
    else:
        commands.add_parser("course", help="release, check and grade coursework")
    return parser


def _doctor() -> int:
    # Here and not above: to lay out a picture it imports most of the package.
    from backprop_lab.desk.doctor import report

    return report()


def _course(chosen: argparse.Namespace) -> int:
    from backprop_lab.coursework.command import run_course

    return run_course(chosen)


def _lab(folder: Path, browser: bool, jupyter: Sequence[str]) -> int:
    folder = folder.expanduser().absolute()
    print(account(folder, deliver(installed_notebooks(), folder)), flush=True)
    from jupyterlab.labapp import main as jupyter_lab

    jupyter_lab([*jupyter_options(folder, browser, _is_root()), *jupyter])
    return 0


def account(folder: Path, delivery: Delivery) -> str:
    """Return what was done to the learner's folder, for the learner to read."""
    said = {
        "new": delivery.new,
        "updated (you had not changed them)": delivery.updated,
        "newer versions, beside the files that you have changed": delivery.beside,
    }
    lines = [f"  {what}: {', '.join(names)}" for what, names in said.items() if names]
    return "\n".join([f"Your notebooks: {folder}", *lines])


def jupyter_options(folder: Path, browser: bool, root: bool) -> list[str]:
    """Return the options with which JupyterLab opens the first notebook of a folder.

    Args:
        folder: The learner's folder.
        browser: Whether a browser is to be opened.
        root: Whether the user is root, as in a container; JupyterLab would refuse.
    """
    first = first_notebook(folder)
    page = f"/lab/tree/{first}" if first else "/lab"
    options = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url={page}"]
    if not browser:
        options.append("--no-browser")
    if root:
        options.append("--allow-root")
    return options


def _is_root() -> bool:
    # Windows has no such user.
    return hasattr(os, "geteuid") and os.geteuid() == 0
