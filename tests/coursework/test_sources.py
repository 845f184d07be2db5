"""What the text of code says: the id, and all that is used, without running it."""

import ast
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from backprop_lab.coursework.assignments import Notebook
from backprop_lab.coursework.sources import nodes, tree, typed_student
from tests.coursework.class_under_test import correct, first


def started(source: str) -> Notebook:
    return first(source)(notebook := correct("ada")) or notebook


@pytest.mark.parametrize(
    ("source", "typed"),
    [
        ('lab = start("a1", student="eve")', "eve"),
        ('lab = start("a1", "eve")', "eve"),
        ('import x\nlab = x.start("a1", student=" Eve ")', "Eve"),
        ('%load_ext a\n!ls\nlab = start("a1", student="eve")', "eve"),
        ('lab = start("a1", student=1815)', "1815"),
        ('lab = start("a1", student="Jose\u0301")', "José"),
        ('lab = start("a1", student="")', ""),
        # Only what is written there can be read, and only of Python.
        ('lab = start("a1", student=me)', "ada"),
        ('lab = start("a1", student="eve"', "ada"),
    ],
)
def test_the_id_is_read_from_the_text(source: str, typed: str) -> None:
    assert typed_student(started(source)["cells"]) == typed


def names(source: str, kind: str = "code") -> set[str]:
    found = nodes([{"cell_type": kind, "source": source}])
    return {node.id for node in found if isinstance(node, ast.Name)}


def test_magics_are_left_out_and_text_is_no_code() -> None:
    assert names("%time a\n!b\nc = d\n  %e") == {"c", "d"}
    assert names("a", "markdown") == set()


@pytest.mark.parametrize(
    "source", ["a = (", "\0", "(" * 9_000, "-" * 99_999 + "1", "def f(:\n  x", "é = 1é"]
)
def test_what_is_no_python_has_no_tree(source: str) -> None:
    assert tree(source) is None
    assert names(source) == set()


def test_threads_that_parse_do_not_confuse_each_other() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            texts = ["x = " + "(" * depth + "1" + ")" * depth for depth in range(80)]
            dumps = {ast.dump(t) for t in pool.map(tree, texts * 4) if t}
    finally:
        sys.setswitchinterval(before)
    assert dumps == {ast.dump(ast.parse("x = 1"))}
