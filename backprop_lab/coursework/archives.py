"""Zip files, from learning platforms and from learners: unpacked, and nothing lost.

Every entry becomes a file under a name that is one on this system, inside the folder
it is meant for and nowhere else. Of a very large file only the beginning is taken, as
much as shows that it is too large.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path

from backprop_lab.coursework.students import safe
from backprop_lab.errors import SubmissionError

LARGEST_FILE = 20 * 2**20
_LARGEST_ZIP = 2 * 2**30
_MOST_ENTRIES = 100_000
_UTF8 = 0x800  # the flag that says in which alphabet a name is written
_LONGEST_NAME = 200  # bytes
_ENDING = re.compile(r"(?<=.)\.\w{1,10}$")


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip file into a folder, and return the folder.

    Raises:
        SubmissionError: It cannot be opened, or holds far too much.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as file:
            _check_size(archive, file.infolist())
            for member in file.infolist():
                _take(file, member, folder)
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise SubmissionError(
            f"{archive} is no zip file, or a damaged one: {error}."
        ) from None
    except (RuntimeError, NotImplementedError):
        raise SubmissionError(
            f"{archive} is locked with a password, or packed in an unusual way."
        ) from None
    return folder


def _check_size(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    size = sum(min(member.file_size, LARGEST_FILE) for member in members)
    if size > _LARGEST_ZIP or len(members) > _MOST_ENTRIES:
        raise SubmissionError(
            f"{archive} unpacks to more than {_LARGEST_ZIP // 2**30} GB, or "
            f"{_MOST_ENTRIES} files. Unpack what you need of it, and give the folder."
        )


def _take(file: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    """Unpack one entry, under a name that no other entry has."""
    name = _name(member)
    place = folder.joinpath(*_safe_parts(name))
    if name.endswith("/"):
        place.mkdir(parents=True, exist_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with file.open(member) as packed:
        content = packed.read(LARGEST_FILE + 1)
    numbered = (f"{place.stem} ({number}){place.suffix}" for number in count(2))
    names = chain([place.name], numbered)
    free = next(n for n in names if not place.with_name(n).exists())
    place.with_name(free).write_bytes(content)


def _name(member: zipfile.ZipInfo) -> str:
    """Return the path of an entry, whichever tool has written it."""
    name = member.filename
    if not member.flag_bits & _UTF8:
        # As the format has it, this is an alphabet of 1981; most tools write UTF-8.
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.replace("\\", "/")  # Some tools of Windows write their own.


def _safe_parts(name: str) -> Iterator[str]:
    r"""Yield the parts of a path as names that lead nowhere else.

    Example:
        >>> list(_safe_parts("../nul.ipynb")), list(_safe_parts("a/.DS_Store"))
        (['__~5ec1f7e7', '_nul~99e62427.ipynb'], ['a', '.DS_Store'])
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    for part in parts or ["_"]:
        hidden = "." if part[0] == "." != part[1:2] else ""
        ending = "".join(_ENDING.findall(part.removeprefix(hidden)))
        stem = part.removeprefix(hidden).removesuffix(ending)
        yield f"{hidden}{safe(stem, _LONGEST_NAME)}{ending}"
