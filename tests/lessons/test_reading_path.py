"""Lesson 09 leads through the real engine: what it names exists, and is short."""

import ast
import json
import re
from pathlib import Path

import backprop_lab as bp

ENGINE = Path(bp.__file__).parent / "engine"
LESSON = Path(__file__).parents[2] / "notebooks" / "09_from_closures_to_a_table.ipynb"
MOST_LINES = 220  # Of code besides the table, which grows with every operation.


def reading_path():
    """Return the lesson's stations: a file, and the names to read in it, or none."""
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    (cell,) = (cell for cell in cells if cell["id"] == "reading-path")
    rows = re.findall(
        r"(?m)^\| `engine/(\w+\.py)` \| ([^|]*) \|", "".join(cell["source"])
    )
    return [(file, re.findall(r"`([\w.]+)`", names)) for file, names in rows]


def definitions(body, prefix=""):
    """Yield the classes and functions in some code with their dotted names."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield prefix + node.name, node
            yield from definitions(node.body, f"{prefix}{node.name}.")


def lines_of_code(source, names):
    """Return the numbers of the lines that hold code of what is named, or of all."""
    tree = ast.parse(source)
    known = dict(definitions(tree.body))
    parts = [known[name] for name in names] or tree.body
    wanted = {
        line for part in parts for line in range(part.lineno, part.end_lineno + 1)
    }
    for holder in (tree, *known.values()):
        if ast.get_docstring(holder):
            text = holder.body[0]
            wanted -= set(range(text.lineno, text.end_lineno + 1))
    lines = source.splitlines()
    return {line for line in wanted if re.match(r"\s*[^\s#]", lines[line - 1])}


PATH = reading_path()


def test_the_path_begins_at_the_table_and_ends_at_the_backward_pass():
    assert [file for file, _ in PATH] == [
        "table.py",
        "node.py",
        "graph.py",
        "walking.py",
    ]


def test_the_path_is_short():
    sources = [(ENGINE / file).read_text(encoding="utf-8") for file, _ in PATH]
    counts = {
        file: len(lines_of_code(source, names))
        for (file, names), source in zip(PATH, sources, strict=True)
    }
    assert sum(counts.values()) - counts["table.py"] <= MOST_LINES, counts


def test_lines_of_code_are_counted_without_words_about_them():
    source = (
        '"""What."""\n\n# Why.\nx = 1\n\n\ndef f():\n    """What."""\n    return x\n'
    )
    assert lines_of_code(source, []) == {4, 7, 9}
    assert lines_of_code(source, ["f"]) == {7, 9}
