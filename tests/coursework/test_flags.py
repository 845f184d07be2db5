"""The table of flags: what the documents show of it, and what obeys it."""

import re
from pathlib import Path

import pytest

from backprop_lab.coursework.flags import Flag, Kind, Status

PAGE = Path(__file__).parents[2] / "docs" / "teaching-coursework.md"
WORDS = [*Status, *Kind]


def table(head: str) -> list[tuple[str, ...]]:
    """Return the rows of the table on the teacher's page that begins with a word."""
    text = PAGE.read_text(encoding="utf-8")
    block = text[text.index(f"\n| {head} |") :].partition("\n\n")[0]
    _, _, *rows = block.strip().splitlines()
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


def test_the_teachers_page_shows_every_flag_as_the_code_has_it() -> None:
    assert table("flag") == [(f"`{k.shown}`", k.meaning, k.done) for k in Kind]


def test_the_teachers_page_shows_every_status_as_the_code_has_it() -> None:
    assert table("status") == [(f"`{s.shown}`", s.meaning) for s in Status]


def test_a_word_means_one_thing() -> None:
    assert len({word.value for word in Kind}) == len(Kind)
    assert len({word.shown for word in Status}) == len(Status)
    assert all(re.fullmatch(r"[a-z_]+(:…)?", word.shown) for word in WORDS)


@pytest.mark.parametrize("kind", Kind)
def test_a_flag_is_written_with_what_it_is_about(kind: Kind) -> None:
    assert str(Flag(kind)) == kind.value
    assert str(Flag(kind, "q1")) == f"{kind.value}:q1"


def test_only_code_of_this_table_makes_a_flag() -> None:
    folder = Path(__file__).parents[2] / "backprop_lab" / "coursework"
    words = "|".join({word.value for word in WORDS} - {"ok", "timeout"})
    for path in folder.glob("*.py"):
        if path.name != "flags.py":
            written = re.findall(rf"[\"'](?:{words})\b", path.read_text("utf-8"))
            assert not written, path.name
