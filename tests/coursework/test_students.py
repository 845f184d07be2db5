"""Who is who: every spelling of a name is one person, and every person has a file."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.coursework.exercises import exercise
from backprop_lab.coursework.students import filename, identity, name, safe

FORBIDDEN = set('/\\:*?"<>|') | {chr(code) for code in range(32)}


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_name_is_the_same_person_in_every_normal_form(form: str) -> None:
    typed = unicodedata.normalize(form, "José Ångström")
    assert identity(typed) == identity("josé ångström")
    assert name(typed) == "José Ångström"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada", " Ada\n"),
        ("Ada Lovelace", "Ada\u00a0 Lovelace"),
        ("STRASSE", "straße"),
        ("İ", "i\u0307"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert identity(one) == identity(other)
    assert filename(one) == filename(other)
    assert exercise("a1-q4").numbers(one) == exercise("a1-q4").numbers(other)


def test_a_number_is_a_name_too() -> None:
    assert identity(1815) == "1815"


@given(st.text(st.characters(codec=None)))
def test_an_identity_is_its_own_and_can_be_written(text: str) -> None:
    assert identity(identity(text)) == identity(text)
    assert identity(text).encode().decode() == identity(text)
    assert identity(name(text)) == identity(text)


@given(st.text(), st.text())
def test_two_people_have_two_files(one: str, other: str) -> None:
    same = filename(one).casefold() == filename(other).casefold()
    assert same == (identity(one) == identity(other))


@given(st.text())
def test_a_file_name_is_one_on_every_system(text: str) -> None:
    got = filename(text)
    assert got
    assert not FORBIDDEN & set(got)
    assert got[0] not in ". " and got[-1] not in ". "
    assert len(f"{got}.html".encode()) <= 128
    assert safe(got) == got or "~" in got


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ada", "ada"),
        ("Ada Lovelace_1815", "ada lovelace_1815"),
        ("smith-12345678", "smith-12345678"),
        ("李伟", "李伟"),
        ("falcon.x", "falcon.x"),
    ],
)
def test_an_ordinary_name_is_its_own_file_name(text: str, wanted: str) -> None:
    assert filename(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("../../evil", "a/b", "a\\b", "C:evil", ".hidden", "-rf", "..", "", "ada."),
        *("con", "NUL", "nul.txt", "Com1", "lpt9.a", "x" * 300, "é" * 300, "a\0b"),
    ],
)
def test_a_name_that_is_none_for_some_system_gets_a_mark(text: str) -> None:
    got = safe(text)
    assert got != text
    assert safe(f"{text}!") != got
    assert got.rpartition("~")[0]


def test_nobody_takes_the_marked_name_of_another() -> None:
    marked = filename("../../evil")
    assert filename(marked) != marked
