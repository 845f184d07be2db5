"""The start page's map shows every lesson as it is."""

import json
import re
from pathlib import Path

from tests.lessons.test_running import LESSONS

START, *OTHERS = LESSONS
ROW = re.compile(r"^\| \[(.+)\]\((.+\.ipynb)\) \| .+ \| (\d+) \|$", re.MULTILINE)


def text(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
    )


def test_the_map_names_every_lesson_in_order_with_its_title_and_its_minutes() -> None:
    lessons = []
    for path in OTHERS:
        title = re.match(r"# (.+)", text(path))
        minutes = re.search(r"^About (\d+) minutes", text(path), re.MULTILINE)
        assert title and minutes, path.name
        lessons.append((title[1], path.name, minutes[1]))
    assert ROW.findall(text(START)) == lessons


def test_the_map_says_how_long_all_of_it_takes() -> None:
    minutes = sum(int(minutes) for _, _, minutes in ROW.findall(text(START)))
    said = re.search(r"All together they take some (\w+) hours", text(START))
    assert said
    words = (
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    )
    assert words[round(minutes / 60)] == said[1]


def test_links_between_notebooks_lead_somewhere() -> None:
    for path in LESSONS:
        for link in re.findall(r"\]\(([^):]+\.ipynb)\)", text(path)):
            assert (path.parent / link).is_file(), f"{path.name} links to {link}"
