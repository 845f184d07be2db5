"""Who handed in what: every entry is somebody's, with what is in it or what is not."""

import json
import os
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_lab.coursework.submissions import Found, HandedIn, find, read_roster
from backprop_lab.errors import TableError

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def hand_in(folder: Path, *names: str, content: str = NOTEBOOK) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def found(folder: Path, **roster: str) -> Found:
    return find(folder, "a1", roster, folder.parent / "room")


def by_student(folder: Path, **roster: str) -> dict[str, HandedIn]:
    return {one.student: one for one in found(folder, **roster).handed_in}


def names(one: HandedIn) -> list[str]:
    return [file.name for file in one.files]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada.ipynb", "ada"),
        ("ada_a1.ipynb", "ada"),
        ("a1-ada.ipynb", "ada"),
        ("ada_A1.ipynb", "ada"),
        ("ada_a1 (1).ipynb", "ada"),
        ("ada_a1 (1) (2).ipynb", "ada"),
        ("ada_a1-Copy1.ipynb", "ada"),
        ("ada_a1 - Copy.ipynb", "ada"),
        ("Copy of ada_a1.ipynb", "ada"),
        ("ada_a1.ipynb.txt", "ada"),
        ("ada_a1.IPYNB", "ada"),
        ("ada_a1.html", "ada"),
        ("ada", "ada"),
        ("a1.ipynb", "a1"),
        ("_ada_a1.ipynb", "ada"),
        ("ba1d.ipynb", "ba1d"),
        ("lovelaceada_LATE_123_456_a1-1.ipynb", "lovelaceada"),
        ("Ada Lovelace_99_assignsubmission_file_", "Ada Lovelace"),
        ("Ada Lovelace_99_assignsubmission_file_a1 (1).ipynb", "Ada Lovelace"),
        (unicodedata.normalize("NFD", "josé_a1.ipynb"), "josé"),
    ],
)
def test_students_are_known_by_the_names_of_their_files(
    folder: Path, name: str, student: str
) -> None:
    hand_in(folder, name)
    assert list(by_student(folder)) == [student]


def test_students_are_known_by_the_names_of_their_folders(folder: Path) -> None:
    moodle = "Bob_99_assignsubmission_file_"
    hand_in(folder, "Ada  L (2)/a1.ipynb", f"{moodle}/x.ipynb", "j.smith/a1.ipynb")
    assert list(by_student(folder)) == ["Ada L (2)", "Bob", "j.smith"]


@pytest.mark.parametrize(
    "name", ["a1.ipynb", "a1.IPYNB", "a1.ipynb.txt", "a1.ipynb.json", "a1.json", "a1"]
)
@pytest.mark.parametrize("place", ["", "ada/", "ada/week 1/"])
def test_a_notebook_is_one_under_any_ending(
    name: str, place: str, folder: Path
) -> None:
    hand_in(folder, f"{place}{name}", "bob/a1.ipynb")
    ours = by_student(folder)["ada" if place else "a1"]
    assert (names(ours), ours.others) == ([name], ())


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a1.html", "<html>", "a web page"),
        ("a1.py", "pass", "a script"),
        ("a1.pdf", "%PDF", "printed pages"),
        ("a1.PNG", "PNG", "a picture"),
        ("a1.docx", "PK", "a text document"),
        ("a1.rar", "Rar!", "no zip archive"),
        ("a1.zip", "PK", "an archive that cannot be opened"),
        ("a1.txt", "", "empty"),
        ("a1.json", "[1, 2]", "no notebook"),
        ("a1.csv", "1, 2", "no notebook"),
        ("a1.ipynb.txt", NOTEBOOK[:40], "no notebook"),
    ],
)
def test_what_is_no_notebook_has_a_row_and_a_reason(
    name: str, content: str, what: str, folder: Path
) -> None:
    hand_in(folder, name, f"ada/{name}", content=content)
    for student in ("a1", "ada"):
        one = by_student(folder)[student]
        assert (one.files, one.others) == ((), (f"{name} ({what})",))


def test_a_notebook_that_cannot_be_read_is_one_still(folder: Path) -> None:
    hand_in(folder, "ada/a1.ipynb", "bob.ipynb", content="")
    assert [names(one) for one in found(folder).handed_in] == [
        ["a1.ipynb"],
        ["bob.ipynb"],
    ]


def test_an_empty_folder_is_a_student_who_handed_in_nothing(folder: Path) -> None:
    (folder / "ada").mkdir()
    (folder / "bob" / "a1.ipynb").mkdir(parents=True)
    assert found(folder).handed_in == (HandedIn("ada"), HandedIn("bob"))
    assert found(folder).entries == (
        ("ada", "ada", "nothing"),
        ("bob", "bob", "nothing"),
    )


def test_what_systems_leave_behind_is_nobodys_and_said(folder: Path) -> None:
    hand_in(folder, "ada/a1.ipynb", "ada/.ipynb_checkpoints/a1-checkpoint.ipynb")
    hand_in(folder, "__MACOSX/ada/._a1.ipynb", ".DS_Store", "Thumbs.db", "desktop.ini")
    assert names(by_student(folder)["ada"]) == ["a1.ipynb"]
    assert [entry[0] for entry in found(folder).entries] == ["ada"]
    assert set(found(folder).litter) == {
        *(".DS_Store", "Thumbs.db", "__MACOSX", "desktop.ini"),
        str(Path("ada", ".ipynb_checkpoints")),
    }


def test_a_students_link_is_not_followed_but_said(folder: Path) -> None:
    hand_in(folder, "../secret.ipynb")
    (folder / "ada").mkdir()
    (folder / "ada" / "a1.ipynb").symlink_to(folder.parent / "secret.ipynb")
    (folder / "ada" / "home").symlink_to(folder.parent)
    (folder / "bob.ipynb").symlink_to(folder / "gone.ipynb")
    ada, bob = found(folder).handed_in
    assert (ada.files, ada.others) == ((), ("a1.ipynb (a link)", "home (a link)"))
    assert bob.others == ("bob.ipynb (a link that leads nowhere)",)


def test_a_teachers_link_to_a_students_folder_is_followed(folder: Path) -> None:
    hand_in(folder, "../home/a1.ipynb")
    (folder / "ada").symlink_to(folder.parent / "home")
    assert names(by_student(folder)["ada"]) == ["a1.ipynb"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_no_file_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "ada.ipynb")
    assert by_student(folder)["ada"].others == ("ada.ipynb (no file)",)


def pack(archive: Path, *members: str | Path) -> Path:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as file:
        for member in members:
            if isinstance(member, Path):
                file.write(member, member.name)
            else:
                file.writestr(member, NOTEBOOK)
    return archive


def test_a_students_own_archive_is_opened(folder: Path) -> None:
    pack(folder / "ada_a1.zip", "my work/a1.ipynb", "__MACOSX/my work/._a1.ipynb")
    inner = pack(folder.parent / "inner.zip", "deep/a1.ipynb")
    pack(folder / "bob" / "all.ZIP", inner)
    pack(folder / "eve" / "none.zip")
    ada, bob, eve = found(folder).handed_in
    assert (ada.student, names(ada), ada.flat) == ("ada", ["a1.ipynb"], False)
    assert names(bob) == ["a1.ipynb"]
    assert eve.others == ("none.zip (an empty archive)",)


def test_archives_in_archives_without_end_are_not(folder: Path) -> None:
    inner = pack(folder.parent / "0.zip", "a1.ipynb")
    for number in range(1, 6):
        inner = pack(folder.parent / f"{number}.zip", inner)
    pack(folder / "ada.zip", inner)
    assert by_student(folder)["ada"].files == ()
    assert by_student(folder)["ada"].others == ("3.zip (no notebook)",)


@pytest.mark.parametrize(
    "names_of",
    [
        lambda s: f"{s}/a1.ipynb",
        lambda s: f"{s}_a1.ipynb",
        lambda s: f"{s}_{len(s)}_assignsubmission_file_/a1.ipynb",
        lambda s: f"{s}_{len(s)}_{len(s)}_a1.ipynb",
    ],
)
@pytest.mark.parametrize("around", ["", "all/", "all/of them/"])
def test_a_folder_around_all_is_not_a_student(
    names_of: Callable[[str], str], around: str, folder: Path
) -> None:
    hand_in(folder, *(around + names_of(student) for student in ("ada", "bobby")))
    hand_in(folder, "__MACOSX/x")
    assert list(by_student(folder)) == ["ada", "bobby"]


def test_a_class_of_one_is_not_a_folder_around_it(folder: Path) -> None:
    hand_in(folder, "ada/a1.ipynb", "ada/notes.ipynb", "ada/data/1.csv", "ada/img/2.x")
    assert names(by_student(folder)["ada"])[:1] == ["a1.ipynb"]
    assert list(by_student(folder)) == ["ada"]


def test_a_folder_of_the_assignment_around_a_class_of_one(folder: Path) -> None:
    hand_in(folder, "A1/ada/a1.ipynb")
    assert list(by_student(folder)) == ["ada"]


def test_groups_of_a_platform_are_folders_around_students(folder: Path) -> None:
    moodle = "{}_{}_assignsubmission_file_/a1.ipynb"
    for number, name in enumerate(["Ada", "Bob", "Cyd", "Dan"]):
        hand_in(folder, f"Group {number % 2}/" + moodle.format(name, number))
    assert list(by_student(folder)) == ["Ada", "Bob", "Cyd", "Dan"]


def test_a_roster_tells_a_student_from_a_folder_around_all(folder: Path) -> None:
    hand_in(folder, "ada/one/a1.ipynb", "ada/two/notes.ipynb")
    assert list(by_student(folder, ada="ada")) == ["ada"]
    hand_in(folder, "x.ipynb")
    assert list(by_student(folder, ada="ada", two="bob")) == ["ada", "bob", "x"]


def test_all_spellings_of_a_name_are_one_student(folder: Path) -> None:
    for form in ("NFC", "NFD"):
        hand_in(folder, unicodedata.normalize(form, "José") + f"/{form}.ipynb")
    hand_in(folder, "JOSÉ_a1.ipynb")
    (jose,) = found(folder).handed_in
    assert sorted(names(jose)) == ["JOSÉ_a1.ipynb", "NFC.ipynb", "NFD.ipynb"]
    assert found(folder).entries[0][2] == (
        "JOSÉ_a1.ipynb; one of 3 entries of this student"
    )
    (jose,) = found(folder, **{unicodedata.normalize("NFD", "josé"): "j1"}).handed_in
    assert (jose.student, len(jose.files)) == ("j1", 3)


@pytest.mark.skipif(os.name != "posix", reason="needs names of any bytes")
def test_a_name_in_an_unknown_alphabet_is_spelled_out(folder: Path) -> None:
    name = os.fsdecode(b"jos\xe9")
    hand_in(folder, f"{name}_a1.ipynb", f"ada/{name}.pdf", f"ada/.{name}")
    ada, jose = found(folder).handed_in
    assert (jose.student, len(jose.files)) == (r"jos\udce9", 1)
    for text in (*ada.others, *found(folder).litter, *sum(found(folder).entries, ())):
        assert text.encode()


def test_two_people_of_one_name_are_told_apart_by_the_platforms_number(
    folder: Path,
) -> None:
    moodle = "Li Wei_{}_assignsubmission_{}/a1.{}"
    hand_in(folder, moodle.format(17, "file", "ipynb"))
    hand_in(folder, moodle.format(18, "file", "ipynb"))
    hand_in(folder, moodle.format(18, "onlinetext", "html"), content="<p>")
    one, other = found(folder).handed_in
    assert (one.student, other.student) == ("Li Wei_17", "Li Wei_18")
    assert not one.is_known and not other.is_known
    assert (names(other), other.others) == (["a1.ipynb"], ("a1.html (a web page)",))
    assert "a roster would tell whose it is" in found(folder).entries[0][2]


def test_two_files_of_one_name_on_canvas_are_told_apart_too(folder: Path) -> None:
    hand_in(folder, "liwei_17_1_a1.ipynb", "liwei_18_2_a1.ipynb")
    assert list(by_student(folder)) == ["liwei_17", "liwei_18"]


def test_a_roster_tells_two_people_of_one_name_apart(folder: Path) -> None:
    moodle = "Li Wei_{}_assignsubmission_file/a1.ipynb"
    hand_in(folder, moodle.format(17), moodle.format(18))
    got = by_student(folder, **{"Li Wei_17": "lw1", "li wei 18": "lw2"})
    assert [(one.student, one.is_known) for one in got.values()] == [
        ("lw1", True),
        ("lw2", True),
    ]
    # A name that two people have is not enough: nobody gets the other's work.
    got = by_student(folder, **{"Li Wei": "lw1"})
    assert list(got) == ["Li Wei_17", "Li Wei_18", "lw1"]
    assert got["lw1"].files == ()


def test_blind_marking_hides_who_it_is_but_a_roster_knows(folder: Path) -> None:
    hand_in(folder, "Participant_501_assignsubmission_file_/a1.ipynb")
    (one,) = found(folder).handed_in
    assert (one.student, one.is_known) == ("Participant_501", False)
    (one,) = found(folder, **{"Participant 501": "ada"}).handed_in
    assert (one.student, one.is_known) == ("ada", True)


def test_whoever_is_on_the_roster_is_there(folder: Path) -> None:
    hand_in(folder, "ada_a1.ipynb")
    got = by_student(folder, ada="Ada", gone="gone")
    assert names(got["Ada"]) == ["ada_a1.ipynb"]
    assert got["Ada"].flat
    assert got["gone"] == HandedIn("gone")
    assert found(folder, ada="Ada").entries == (
        ("ada_a1.ipynb", "Ada", "ada_a1.ipynb"),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"student,folder\nada,Ada L\n0042,\n",
        "Student;Folder\r\nada;Ada L\r\n0042;\r\n".encode("utf-16"),
        "\ufefffolder\tSTUDENT\nAda L\tada\n\t0042\n".encode(),
    ],
)
def test_a_roster_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    roster = read_roster(tmp_path / "roster.csv")
    assert roster == {"Ada L": "ada", "ada": "ada", "0042": "0042"}


def test_a_roster_that_cannot_be_understood_says_where(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    with pytest.raises(TableError, match="there is no file"):
        read_roster(roster)
    roster.write_text("student,folder\n,Ada L\n")
    with pytest.raises(TableError, match="row 2, column student: whose folder"):
        read_roster(roster)


def test_a_roster_may_not_give_one_folder_to_two_people(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("student,folder\nlw1,Li Wei\nlw1,LI WEI\nlw2,Li  Wei\n")
    said = r"row 4, column folder: 'Li +Wei' is the folder of 'lw1' already"
    with pytest.raises(TableError, match=said):
        read_roster(roster)


def test_zeros_that_a_roster_has_lost_come_back_where_one_can_be_meant(
    folder: Path,
) -> None:
    hand_in(folder, "0042.ipynb", "07.ipynb", "007.ipynb")
    roster = {"42": "42", "7": "7"}
    assert [one.student for one in found(folder, **roster).handed_in] == [
        *("0042", "007", "07", "7")
    ]
