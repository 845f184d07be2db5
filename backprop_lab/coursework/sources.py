"""What the text of code says, read without running it."""

import ast
import threading
from collections.abc import Iterator, Sequence

from backprop_lab.coursework import students
from backprop_lab.coursework.assignments import Cell

# Before Python 3.13, threads that parse at the same time confuse each other.
parsing = threading.Lock()


def tree(source: str) -> ast.Module | None:
    """Return the tree of code, its magics left out; None where it is no Python."""
    lines = source.split("\n")
    python = ["" if line.lstrip()[:1] in ("%", "!") else line for line in lines]
    try:
        with parsing:
            return ast.parse("\n".join(python))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def nodes(cells: Sequence[Cell]) -> Iterator[ast.AST]:
    """Yield all that is in the code of cells."""
    for cell in cells:
        if cell["cell_type"] == "code" and (parsed := tree(cell["source"])):
            yield from ast.walk(parsed)


def typed_student(cells: Sequence[Cell]) -> str | None:
    """Return the id in `start("a1", student="…")`, read from the text of the cells.

    It is as people are shown it; None if there is no such line.
    """
    for node in nodes(cells):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        values = [k.value for k in node.keywords if k.arg == "student"] or node.args[1:]
        if name == "start" and values and isinstance(values[0], ast.Constant):
            return students.name(values[0].value)
    return None
