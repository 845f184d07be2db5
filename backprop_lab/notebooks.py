"""The learner's own copy of the notebooks, in which no work is ever lost.

In comes the folder in which the notebooks were installed; out comes a folder that
belongs to the learner, and an account of what was done to it. A file that the learner
has changed is left alone: a newer version is put beside it, as `….new.ipynb`. Saved
outputs do not count as a change, for running the notebook brings them back.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     delivery = deliver(Path(__file__).parent / "words", Path(folder))
    >>> delivery.new
    ('columns.py', 'formulas.py', 'numbers.py')

What was delivered is remembered in the learner's folder, as a fingerprint of each file.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from backprop_lab.errors import FolderError

RECORD = ".backprop-lab.json"

# Assignments hold their solutions: a teacher hands them out with
# `backprop-lab course release`.
_NOT_FOR_LEARNERS = "coursework"
_INSTALLED = Path(__file__).parent / "_notebooks"
_IN_THE_REPOSITORY = Path(__file__).parents[1] / "notebooks"

_Outcome: TypeAlias = Literal["new", "updated", "beside", "left"]
_Record: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Delivery:
    """What was done to a learner's folder; files by their path inside it.

    Attributes:
        new: Files that were not there.
        updated: Files the learner had not changed, replaced by a newer version.
        beside: Newer versions, put beside the file that the learner has changed.
    """

    new: tuple[str, ...]
    updated: tuple[str, ...]
    beside: tuple[str, ...]


def installed_notebooks() -> Path:
    """Return the folder of the notebooks that came with this package."""
    return _INSTALLED if _INSTALLED.is_dir() else _IN_THE_REPOSITORY


def first_notebook(folder: Path) -> str | None:
    """Return the name of the notebook to begin with, if there is one."""
    return min((path.name for path in folder.glob("*.ipynb")), default=None)


def deliver(source: Path, folder: Path) -> Delivery:
    """Bring a learner's folder up to date and return what was done.

    Args:
        source: The folder to copy from.
        folder: The learner's folder; made if it is not there.

    Raises:
        FolderError: The folder cannot be made, read or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.samefile(source):
            return Delivery((), (), ())
        record = _read_record(folder)
        outcomes: list[tuple[_Outcome, str]] = [
            _deliver_file(source / name, folder, name, record)
            for name in _names(source)
        ]
        (folder / RECORD).write_text(
            json.dumps(record, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as problem:
        is_file = isinstance(problem, FileExistsError)
        reason = "it is a file" if is_file else problem.strerror
        raise FolderError(
            f"The notebooks cannot be put into {folder}: {reason}. "
            "Name a folder of your own: backprop-lab lab FOLDER"
        ) from None

    def those(wanted: _Outcome) -> tuple[str, ...]:
        return tuple(name for outcome, name in outcomes if outcome == wanted)

    return Delivery(those("new"), those("updated"), those("beside"))


def _deliver_file(
    source: Path, folder: Path, name: str, record: _Record
) -> tuple[_Outcome, str]:
    """Copy one file where nothing is lost by it; return what was done, and to what."""
    target = folder / name
    offered, delivered = fingerprint(source), record.get(name)
    present = fingerprint(target) if target.exists() else None
    record[name] = offered
    if present == offered:
        return "left", name
    if present is None or present == delivered:
        _replace(target, source.read_bytes())
        return ("new" if present is None else "updated"), name
    if offered == delivered:
        return "left", name
    beside = str(Path(name).with_suffix(".new" + Path(name).suffix))
    outcome, beside = _deliver_file(source, folder, beside, record)
    return ("left" if outcome == "left" else "beside"), beside


def fingerprint(path: Path) -> str:
    """Return a text that changes when what people wrote in a file changes.

    Of a notebook these are its cells without their outputs.
    """
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        # What is not a notebook any more counts as it is, byte for byte.
        with suppress(ValueError, KeyError, TypeError):
            content = _written(json.loads(content))
    return hashlib.sha256(content).hexdigest()


def _written(notebook: Any) -> bytes:
    cells = [
        # The source is a text, or a list of its lines: editors differ.
        [cell["cell_type"], "".join(cell["source"]), cell.get("attachments", {})]
        for cell in notebook["cells"]
    ]
    return json.dumps(cells, sort_keys=True).encode()


def _names(source: Path) -> Iterator[str]:
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        hidden = any(part.startswith((".", "__")) for part in parts)
        if path.is_file() and not hidden and parts[0] != _NOT_FOR_LEARNERS:
            yield "/".join(parts)


def _read_record(folder: Path) -> _Record:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        # Without a record every file that differs counts as changed by the learner.
        return {}
    return record if isinstance(record, dict) else {}


def _replace(target: Path, content: bytes) -> None:
    """Write a file at once, so that an interruption leaves the old one whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.partial")
    partial.write_bytes(content)
    partial.replace(target)
