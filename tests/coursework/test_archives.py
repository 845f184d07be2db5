"""Zip files of all kinds of tools: everything comes out, and nowhere else."""

import zipfile
from pathlib import Path

import pytest

from backprop_lab.coursework import archives
from backprop_lab.coursework.archives import unpack
from backprop_lab.errors import SubmissionError


def packed(place: Path, *names: str, flag: int | None = None) -> Path:
    archive = place / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for number, name in enumerate(names):
            file.writestr(name, str(number))
    if flag is not None:
        rewrite_flags(archive, flag)
    return archive


def rewrite_flags(archive: Path, flag: int) -> None:
    """Write another alphabet into the heads of all entries."""
    content = bytearray(archive.read_bytes())
    for head, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(head)
        while place >= 0:
            content[place + offset : place + offset + 2] = flag.to_bytes(2, "little")
            place = content.find(head, place + 4)
    archive.write_bytes(bytes(content))


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def unpacked(archive: Path) -> dict[str, str]:
    return files(unpack(archive, archive.parent / "out"))


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    archive = packed(tmp_path, "ada/a1.ipynb", "bob.ipynb", "c/d/.hidden")
    assert unpacked(archive) == {
        "ada/a1.ipynb": "0",
        "bob.ipynb": "1",
        "c/d/.hidden": "2",
    }


def test_an_empty_folder_is_a_student_too(tmp_path: Path) -> None:
    unpacked(packed(tmp_path, "ada/", "bob\\"))
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["ada", "bob"]


def test_a_name_in_utf8_is_read_with_and_without_the_flag(tmp_path: Path) -> None:
    archive = packed(tmp_path, "José/李.ipynb")
    assert unpacked(archive) == {"José/李.ipynb": "0"}
    rewrite_flags(archive, 0)
    assert unpack(archive, tmp_path / "again")
    assert files(tmp_path / "again") == {"José/李.ipynb": "0"}


def test_a_name_in_the_old_alphabet_is_read_as_the_format_has_it(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("Jos_.ipynb", "0")
    archive.write_bytes(archive.read_bytes().replace(b"Jos_", "José".encode("cp437")))
    assert unpacked(archive) == {"José.ipynb": "0"}


def test_windows_may_write_its_own_separator(tmp_path: Path) -> None:
    assert unpacked(packed(tmp_path, "ada\\a1.ipynb")) == {"ada/a1.ipynb": "0"}


@pytest.mark.parametrize(
    "name",
    [
        *("../../evil.ipynb", "/etc/evil.ipynb", "..\\evil", "C:\\evil", "a/../../b"),
        *("con.ipynb", "x" * 300, "é" * 150, "a /b. ", "-rf", "/", ".."),
    ],
)
def test_a_name_that_leads_elsewhere_or_is_none_stays_inside(
    name: str, tmp_path: Path
) -> None:
    got = unpacked(packed(tmp_path, name, "plain"))
    assert len(got) == (1 if name == "/" else 2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.zip", "out"]


def test_entries_of_one_name_are_all_kept(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = packed(tmp_path, "a/a1.ipynb", "a/a1.ipynb", "a/a1.ipynb")
    assert unpacked(archive) == {
        "a/a1.ipynb": "0",
        "a/a1 (2).ipynb": "1",
        "a/a1 (3).ipynb": "2",
    }


def test_of_a_very_large_file_only_the_beginning_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LARGEST_FILE", 3)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("film.mp4", "123456789")
    assert unpacked(archive) == {"film.mp4": "1234"}


@pytest.mark.parametrize("limit", ["_LARGEST_ZIP", "_MOST_ENTRIES"])
def test_an_archive_that_holds_far_too_much_is_refused(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, limit, 1)
    with pytest.raises(SubmissionError, match="unpacks to more than"):
        unpacked(packed(tmp_path, "one", "two"))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "all.zip"
    broken.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(SubmissionError, match=r"all\.zip is no zip file"):
        unpacked(broken)


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="is locked with a password"):
        unpacked(packed(tmp_path, "a1.ipynb", flag=1))


def test_an_archive_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match="a damaged one"):
        unpacked(packed(tmp_path, "a1.ipynb", "a1.ipynb/a1.ipynb"))
