"""The teacher's guide says what is in the notebooks."""

import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
GUIDE = (REPOSITORY / "docs" / "teaching.md").read_text(encoding="utf-8")
LESSONS = sorted((REPOSITORY / "notebooks").glob("[0-9][0-9]_*.ipynb"))
# | 02 | what it is about | 45 | …
MINUTES = dict(re.findall(r"^\| (\d\d) \| [^|]+ \| (\d+) \|", GUIDE, re.MULTILINE))

each = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def prose(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )


def places(number: str) -> set[tuple[str, str]]:
    """Return the sections and exercises that the guide names in a lesson."""
    found = set()
    for lesson, rest in re.findall(r"\b(\d\d),((?:(?!\b\d\d,)[^|;.])+)", GUIDE):
        if lesson == number:
            for kind, digits in re.findall(
                r"(section|exercise)s? ((?:\d+|,? and | to )+)", rest
            ):
                found |= {(kind, digit) for digit in re.findall(r"\d+", digits)}
    return found


def test_the_guide_has_a_line_for_each_lesson_of_the_map() -> None:
    on_the_map = re.findall(r"^\| \[?(\d\d) · ", prose(LESSONS[0]), re.MULTILINE)
    assert list(MINUTES) == ["00", *on_the_map]


@each
def test_a_lesson_takes_the_minutes_that_the_guide_says(path: Path) -> None:
    found = re.search(r"About (\d+) minutes", prose(path))
    assert found
    assert found[1] == MINUTES[path.stem[:2]]


@each
def test_a_place_that_the_guide_names_is_in_the_lesson(path: Path) -> None:
    text = prose(path)
    for kind, digit in places(path.stem[:2]):
        heading = f"## {digit} · " if kind == "section" else f"### Exercise {digit}: "
        assert f"\n{heading}" in f"\n{text}", (kind, digit)


def test_places_are_found_in_the_guide() -> None:
    assert {("section", "4"), ("section", "5"), ("section", "7")} <= places("04")
    assert ("exercise", "3") in places("04")
    assert places("08") == {("exercise", "3")}


def test_each_of_the_ten_confusions_has_a_place() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", GUIDE, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 11))
    assert all(re.match(r"\d\d\b", place) for _, place in rows)


def test_the_pages_that_the_guide_links_to_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        assert (REPOSITORY / "docs" / target).exists(), target


def test_the_code_of_the_guide_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        exec(block, names)
    assert "not yet" in (tmp_path / "to-fill-in.svg").read_text(encoding="utf-8")
    assert "not yet" not in (tmp_path / "filled-in.svg").read_text(encoding="utf-8")
    assert len(list(tmp_path.glob("step-*.svg"))) > 10
