"""The README's pictures are what the project draws today."""

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = runpy.run_path(str(DOCS / "pictures.py"))["PICTURES"]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_readme_is_up_to_date(name):
    drawn = PICTURES[name]().svg
    committed = (DOCS / name).read_text(encoding="utf-8")
    assert committed == drawn, "draw it again: python docs/pictures.py"
