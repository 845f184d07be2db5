"""Who handed in what: folders, files and archives as learning platforms give them.

Every entry of the folder is somebody's and is accounted for: with the notebooks that
are in it, under whichever ending, and with what else was found instead. Only what
systems leave behind by themselves (`litter`) is nobody's.

>>> _Owner.of("Ada Lovelace_1815_assignsubmission_file", "a1")
_Owner(name='Ada Lovelace', number='1815', is_told=True)
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Self

from backprop_lab.coursework import students
from backprop_lab.coursework.archives import LARGEST_FILE, unpack
from backprop_lab.coursework.tables import read_table
from backprop_lab.errors import SubmissionError

_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_.*$")
_CANVAS = re.compile(r"^(?P<name>[^_]+)(_LATE)?_(?P<number>\d+)_\d+_.*$", re.I)
_HIDDEN_BY_PLATFORM = {"participant", "anon"}  # in the place of a name: blind marking
# How systems and people number their copies.
_COPY = re.compile(r"^copy of |(\s*\(\d+\)|[ _-]+copy[ _-]?\d*)+$", re.I)
_LITTER = re.compile(
    r"^(\..*|__macosx|__pycache__|thumbs\.db|desktop\.ini|~\$.*|icon\r)$", re.I
)
_SHOWN = 3  # of many names in a line
_DEEPEST = 3  # archives inside archives
# What people hand in instead of a notebook.
_ENDINGS = {
    **dict.fromkeys((".htm", ".html"), "a web page"),
    **dict.fromkeys((".pdf", ".ps"), "printed pages"),
    **dict.fromkeys((".py", ".pyc", ".m", ".r"), "a script"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".heic", ".gif", ".webp"), "a picture"),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf", ".pages"), "a text document"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz", ".xz"), "no zip archive"),
    **dict.fromkeys((".url", ".webloc", ".lnk"), "a link"),
}


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in, as it was found.

    Attributes:
        student: The name that is shown; no other student's has the same identity.
        files: The notebooks.
        others: What else there was: its name, and what it is.
        flat: Whether the one notebook is named after its student; it is not renamed.
        is_known: Whether `student` is the id that gives the numbers. It is not where a
            platform hides the names, or two people have the same.
    """

    student: str
    files: tuple[Path, ...] = ()
    others: tuple[str, ...] = ()
    flat: bool = False
    is_known: bool = True

    def __add__(self, other: "HandedIn") -> "HandedIn":
        """Return what two entries of one student hold together."""
        return HandedIn(
            self.student,
            self.files + other.files,
            self.others + other.others,
            flat=other.flat and not self.files,
            is_known=self.is_known and other.is_known,
        )


@dataclass(frozen=True)
class Found:
    """All that a folder holds.

    Attributes:
        handed_in: What each student handed in; one entry a student, in order.
        entries: For each entry of the folder its name, whose it is, and what it holds.
        litter: What systems left behind.
    """

    handed_in: tuple[HandedIn, ...]
    entries: tuple[tuple[str, str, str], ...]
    litter: tuple[str, ...]


@dataclass(frozen=True)
class _Owner:
    """Whose an entry is, as its name tells.

    Attributes:
        name: The student's.
        number: The platform's for this student, "" if there is none.
        is_told: Whether the entry is named in the manner of a platform.
    """

    name: str
    number: str = ""
    is_told: bool = False

    @classmethod
    def of(cls, text: str, assignment: str) -> Self:
        """Return whose an entry is, from its name without ending.

        Example:
            >>> _Owner.of("lovelaceada_123_456_a1", "a1").name
            'lovelaceada'
            >>> _Owner.of("a1_ada", "a1").name
            'ada'
        """
        for pattern in (_MOODLE, _CANVAS):
            if match := pattern.match(text):
                return cls(students.name(match["name"]), match["number"], True)
        word = rf"(?<![^\W_]){re.escape(assignment)}(?![^\W_])"
        rest = re.sub(word, "", text, flags=re.I)
        return cls(students.name(rest.strip(" _-")) or students.name(text))

    @property
    def full(self) -> str:
        """The name with the platform's number, which tells namesakes apart."""
        return f"{self.name}_{self.number}" if self.number else self.name


def find(folder: Path, assignment: str, roster: Mapping[str, str], room: Path) -> Found:
    """Return who handed in what; whoever is on the roster and did not is there too.

    Args:
        folder: A folder per student; or files named after students; or both, as
            Moodle and Canvas give them; with or without a folder around all.
        assignment: Its name is no part of a student's name.
        roster: The students of names; see `read_roster`.
        room: A folder in which to unpack what students have packed.
    """
    known = {students.identity(name): student for name, student in roster.items()}
    places = list(_entries(folder, assignment, known))
    owners = [_Owner.of(_stem(place), assignment) for place in places]
    roster = _with_zeros(roster, [owner.name for owner in owners])
    known = {students.identity(name): student for name, student in roster.items()}
    numbers = defaultdict(set)
    for owner in owners:
        numbers[students.identity(owner.name)].add(owner.number)

    given = []
    for place, owner in zip(places, owners, strict=True):
        shared = len(numbers[students.identity(owner.name)] - {""}) > 1
        student = _student(_stem(place), owner, shared, known)
        given.append(_with_files(student, place, list(_held(place, room))))

    found = {students.identity(s): HandedIn(students.name(s)) for s in roster.values()}
    identities = [students.identity(one.student) for one in given]
    for who, one in zip(identities, given, strict=True):
        found[who] = found[who] + one if who in found else one
    entries = tuple(
        (
            students.name(place.relative_to(folder)),
            found[who].student,
            _account(one, identities.count(who)),
        )
        for place, who, one in zip(places, identities, given, strict=True)
    )
    handed_in = sorted(found.values(), key=lambda one: one.student)
    return Found(tuple(handed_in), entries, tuple(_litter(folder)))


def _with_zeros(roster: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Return a roster with the zeros that a spreadsheet has taken from its ids.

    Where it says 42 and there is a folder 0042, but none of 42 or 042, that is meant.
    """
    longer: dict[str, set[str]] = defaultdict(set)
    for name in filter(str.isdecimal, names):
        longer[name.lstrip("0")].add(name)
    ids = set(roster.values())

    def whole(text: str) -> str:
        found = longer.get(text, set()) if text.isdecimal() else set()
        others = [id for id in ids if id.lstrip("0") == text]
        return min(found) if len(found) == 1 and others == [text] else text

    return {
        (whole(name) if name == student else name): whole(student)
        for name, student in roster.items()
    }


def listed(names: Sequence[str]) -> str:
    """Return some names in a line, not all if they are many.

    Example:
        >>> listed(["a", "b"]), listed("abcdef"), listed([])
        ('a, b', 'a, b, c and 3 more', 'nothing')
    """
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(names[:_SHOWN]) or "nothing") + more


def _account(one: HandedIn, count: int) -> str:
    """Return in a line what an entry holds, and what is unclear about its student."""
    names = [students.name(file.name) for file in one.files]
    what = listed([*names, *one.others])
    if count > 1:
        what += f"; one of {count} entries of this student"
    return what if one.is_known else f"{what}; a roster would tell whose it is"


def _with_files(
    student: HandedIn, place: Path, held: Sequence[tuple[Path, str]]
) -> HandedIn:
    """Return what a student handed in, with what an entry holds."""
    files = tuple(file for file, what in held if not what)
    others = tuple(
        f"{students.name(file.name)} ({what})" for file, what in held if what
    )
    return replace(student, files=files, others=others, flat=files == (place,))


def _student(
    stem: str, owner: _Owner, shared: bool, known: Mapping[str, str]
) -> HandedIn:
    """Return the student of an entry, whose files are yet to be found."""
    names = [stem, owner.full, owner.full.replace("_", " ")]
    names += [] if shared else [owner.name]
    for name in names:
        if student := known.get(students.identity(name)):
            return HandedIn(students.name(student))
    hidden = students.identity(owner.name) in _HIDDEN_BY_PLATFORM
    if owner.number and (shared or hidden):
        return HandedIn(owner.full, is_known=False)
    return HandedIn(owner.name)


def _entries(folder: Path, assignment: str, known: Mapping[str, str]) -> Iterator[Path]:
    """Yield the entries of a folder; those of a folder around some, in its place."""
    visible = _visible(folder)
    for entry in visible:
        alone = len(visible) == 1
        if entry.is_dir() and _is_around(entry, alone, assignment, known):
            yield from _entries(entry, assignment, known)
        else:
            yield entry


def _is_around(
    folder: Path, alone: bool, assignment: str, known: Mapping[str, str]
) -> bool:
    """Return whether a folder holds the folders or files of several students.

    It does where these are named as platforms name them, or are on the roster. A
    folder that is the only one may also be around folders or files of other names.
    """

    def is_told(entry: Path, owner: _Owner) -> bool:
        return owner.is_told or students.identity(_stem(entry)) in known

    if is_told(folder, _Owner.of(folder.name, assignment)):
        return False
    inside = {e: _Owner.of(_stem(e), assignment) for e in _visible(folder)}
    told = {owner.full for entry, owner in inside.items() if is_told(entry, owner)}
    if len(told) > 1 or not alone:
        return len(told) > 1
    notebooks = [e for e in inside if not e.is_dir() and ".ipynb" in e.name.lower()]
    folders = [entry for entry in inside if entry.is_dir()]
    beside = {inside[e].name for e in notebooks if inside[e].name != _stem(e)}
    is_named = folder.name.casefold() == assignment.casefold()
    in_folders = not notebooks and len(folders) > (0 if is_named else 1)
    again = len(inside) == 1 and any(
        _is_around(inner, True, assignment, known) for inner in folders
    )
    return bool(told) or in_folders or len(beside) > 1 or again


def _held(place: Path, room: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of an entry, each with what it is; "" for a notebook."""
    for file in _files(place) if place.is_dir() else [place]:
        # Who may link may let us read what is not theirs.
        if file.is_symlink() and file != place:
            yield file, "a link"
        else:
            yield from _opened(file, room, _DEEPEST)


def _opened(file: Path, room: Path, depth: int) -> Iterator[tuple[Path, str]]:
    """Yield a file with what it is, or what is in it, if it is an archive."""
    if file.suffix.lower() != ".zip" or not depth or not file.is_file():
        yield file, _what(file)
        return
    try:
        inside = list(_files(unpack(file, Path(mkdtemp(dir=room)))))
    except SubmissionError:
        yield file, "an archive that cannot be opened"
        return
    if not inside:
        yield file, "an empty archive"
    for each in inside:
        yield from _opened(each, room, depth - 1)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and in those inside it."""
    for entry in _visible(folder):
        if entry.is_dir() and not entry.is_symlink():
            yield from _files(entry)
        else:
            yield entry


def _what(file: Path) -> str:
    """Return what a file is, "" for a notebook."""
    if not file.is_file():
        return "a link that leads nowhere" if file.is_symlink() else "no file"
    ending = file.suffix.lower()
    if ending == ".ipynb" or _holds_notebook(file):
        return ""
    if not file.stat().st_size:
        return "empty"
    return _ENDINGS.get(ending, "no notebook")


def _holds_notebook(file: Path) -> bool:
    """Return whether a file is a notebook, whatever it is called."""
    if file.stat().st_size > LARGEST_FILE:
        return False
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "nbformat" in content


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not _is_litter(entry))


def _is_litter(path: Path) -> bool:
    return _LITTER.match(path.name) is not None


def _litter(folder: Path) -> Iterator[str]:
    """Yield what systems left behind in a folder, but not what is inside of that."""
    left = sorted(path for path in folder.rglob("*") if _is_litter(path))
    for path in left:
        if not any(map(_is_litter, path.relative_to(folder).parents)):
            yield students.name(path.relative_to(folder))


def _stem(entry: Path) -> str:
    """Return the name of an entry, of a file without ending and number of a copy."""
    if entry.is_dir():
        return entry.name
    return _COPY.sub("", re.sub(r"\.ipynb$", "", entry.stem, flags=re.I))


def read_roster(path: Path | None) -> dict[str, str]:
    """Return the student of each name in a roster: id, or folder name in the LMS.

    Args:
        path: A table with a column `student` and, if folders are named otherwise, a
            column `folder`; None: there is no roster.

    Raises:
        TableError: There is no such table, it has no column `student`, a row names
            a folder and no student, or a folder has two students.
    """
    if path is None:
        return {}
    table = read_table(path, ["student"])
    folders: dict[str, str] = {}  # by the identity of their names
    roster: dict[str, str] = {}
    for row in table.rows:
        student, folder = row.cells["student"], row.cells.get("folder", "")
        if folder and not student:
            table.refuse(row, "student", f"whose folder is {folder!r}?")
        first = folders.setdefault(students.identity(folder), student)
        if folder and students.identity(first) != students.identity(student):
            problem = (
                f"{folder!r} is the folder of {first!r} already; two people of one "
            )
            problem += "name have a number each in the names of their folders"
            table.refuse(row, "folder", problem)
        roster |= {name: student for name in (folder, student) if name}
    return roster
