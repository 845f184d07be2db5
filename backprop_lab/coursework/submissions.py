"""Who handed in what: folders, files and archives as learning platforms give them.

>>> _student(Path("Ada Lovelace_1815_assignsubmission_file"), "a1")
'Ada Lovelace'
"""

import csv
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from backprop_lab.errors import SubmissionError, TableError

_LARGEST_ZIP = 2 * 2**30
_MOODLE = re.compile(r"^(?P<name>.+?)_\d+_assignsubmission_\w+$")
_CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_\d+_\d+_.*$", re.I)


@dataclass(frozen=True)
class HandedIn:
    """The notebooks of one student, as they were found."""

    student: str
    files: tuple[Path, ...]
    flat: bool = False  # a file named after its student is not a renamed one


def find(folder: Path, assignment: str, roster: Mapping[str, str]) -> list[HandedIn]:
    """Return who handed in what; whoever is on the roster and did not is there too.

    Args:
        folder: A folder per student; or files named after students; or both, as
            Moodle and Canvas give them.
        assignment: Its name is no part of a student's name.
        roster: The students of names; see `read_roster`.
    """
    found: dict[str, list[Path]] = {student: [] for student in roster.values()}
    entries = [e for e in sorted(folder.iterdir()) if not e.name.startswith((".", "_"))]
    names = [_student(entry, assignment) for entry in entries]
    for entry, name in zip(entries, names, strict=True):
        # Two people of one name: only the whole folder name tells them apart.
        shared = entry.is_dir() and names.count(name) > 1
        student = entry.name if shared else name
        student = roster.get(student, student)
        if entry.is_dir():
            files = sorted(filter(Path.is_file, entry.rglob("*.ipynb")))
            own = [file for file in files if ".ipynb_checkpoints" not in file.parts]
            found.setdefault(student, []).extend(own)
        elif entry.suffix == ".ipynb" and entry.is_file():
            found.setdefault(student, []).append(entry)
    return [
        HandedIn(name, tuple(files), all(file.parent == folder for file in files))
        for name, files in sorted(found.items())
    ]


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the zip file of an LMS into a folder, and return the folder.

    Raises:
        SubmissionError: It is no zip file, or holds far too much.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = list(filter(_is_wanted, map(_portable, file.infolist())))
            if sum(member.file_size for member in members) > _LARGEST_ZIP:
                raise SubmissionError(f"{archive} unpacks to more than 2 GB.")
            file.extractall(folder, members)
    except zipfile.BadZipFile:
        raise SubmissionError(f"{archive} is no zip file.") from None
    return folder


def _portable(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    # Some tools of Windows write their own separator.
    member.filename = member.filename.replace("\\", "/")
    return member


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    """Return whether it is a notebook, or a folder: an empty one has a student, too."""
    path = PurePosixPath(member.filename)
    return ".." not in path.parts and (member.is_dir() or path.suffix == ".ipynb")


def read_roster(path: Path | None) -> dict[str, str]:
    """Return the student of each name in a roster: id, or folder name in the LMS.

    Args:
        path: A CSV file with a column `student` and, if folders are named otherwise, a
            column `folder`; None: there is no roster.

    Raises:
        TableError: There is no column `student`.
    """
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or "student" not in rows[0]:
        raise TableError(f"{path} needs a head with a column `student`.")
    return {
        name: row["student"].strip()
        for row in rows
        for name in ((row.get("folder") or "").strip(), row["student"].strip())
        if name
    }


def _student(entry: Path, assignment: str) -> str:
    """Return whose submission a folder or a file is, from its name alone.

    Example:
        >>> _student(Path("lovelaceada_123_456_a1.ipynb"), "a1")
        'lovelaceada'
        >>> _student(Path("a1_ada.ipynb"), "a1")
        'ada'
    """
    name = entry.stem if entry.suffix == ".ipynb" else entry.name
    for pattern in (_MOODLE, _CANVAS):
        if match := pattern.match(name):
            return match["name"].strip()
    rest = re.sub(rf"(?<![^\W_]){re.escape(assignment)}(?![^\W_])", "", name)
    return rest.strip(" _-") or name
