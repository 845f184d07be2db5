"""The law of the house: one street, one direction."""

import ast
import inspect
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import backprop_lab as bp

# The public names come from here and further up; the rooms after it may use them.
LAST_PUBLIC_ROOM = "widgets"

# What `import backprop_lab` must not load: only those who use it pay for it.
NOT_AT_IMPORT = {"IPython", "ipywidgets", "jupyterlab", "matplotlib", "wasmtime"}

PACKAGE = Path(bp.__file__).parent
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"
)


def order_told(package):
    """Return the names in the list that a package's docstring shows, in its order."""
    source = (package / "__init__.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source), clean=False)
    # An indented name, two spaces, what it is for.
    return re.findall(r"(?m)^ {4}(\w+) {2,}\S", docstring)


def names_in(package):
    """Return what stands in a package: its modules, and its packages."""
    return {
        path.stem
        for path in package.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    } - {"__init__", "__main__"}


HOUSE = order_told(PACKAGE)
ROOMS = {r: order_told(PACKAGE / r) for r in HOUSE if (PACKAGE / r).is_dir()}


def address(path):
    """Return where a file stands, as (room, module) or (room,)."""
    return path.relative_to(PACKAGE).with_suffix("").parts[:2]


def imported(source):
    """Return the addresses that some source imports from, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                dotted = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                # `from backprop_lab.engine import table` imports a module.
                room = module.removeprefix("backprop_lab.")
                inner = module == "backprop_lab" or room in ROOMS
                dotted = [f"{module}.{alias.name}" for alias in names if inner]
                dotted += [] if inner else [module]
            case ast.ImportFrom():
                pytest.fail(f"relative import: {ast.unparse(node)}")
            case _:
                continue
        parts = [tuple(name.split(".")) for name in dotted]
        found |= {part[1:3] for part in parts if part[0] == "backprop_lab"}
    return found


def breaches(path, source):
    """Return the addresses that a file may not import from, but does."""
    room, *module = address(path)
    above = set(HOUSE[: HOUSE.index(room)]) if room in HOUSE else set(HOUSE)
    own = ROOMS.get(room, [])
    if module and module[0] in own:
        own = own[: own.index(module[0])]
    if path.parent.name == "bank":
        own = ["exercises"]
    public = LAST_PUBLIC_ROOM in above
    return {
        there
        for there in imported(source)
        if not (
            (public and there == ())  # `import backprop_lab as bp`
            or (there and there[0] in above)
            or (there[:1] == (room,) and there[1:] and there[1] in own)
        )
    }


def test_every_room_and_every_module_stands_in_its_list():
    assert sorted(HOUSE) == sorted(names_in(PACKAGE))
    for room, order in ROOMS.items():
        assert sorted(order) == sorted(names_in(PACKAGE / room)), room


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_above(path):
    assert not breaches(path, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import numpy as np", set()),
        ("from backprop_lab.engine.node import Node", {("engine", "node")}),
        ("from backprop_lab.engine import table", {("engine", "table")}),
        ("from backprop_lab import errors", {("errors",)}),
        ("from backprop_lab.notebooks import deliver", {("notebooks",)}),
        ("import backprop_lab.engine.tape as t", {("engine", "tape")}),
        (
            "def f():\n    from backprop_lab.coursework.marks import mark",
            {("coursework", "marks")},
        ),
        ("import backprop_lab", {()}),
    ],
)
def test_imports_are_found_wherever_and_however_they_are_written(source, found):
    assert imported(source) == found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("engine/node.py", "from backprop_lab.engine.graph import Graph"),  # Below it.
        ("engine/node.py", "from backprop_lab.picture.svg import svg_text"),
        ("engine/node.py", "from backprop_lab.engine.node import Node"),
        ("engine/node.py", "import backprop_lab as bp"),
        ("lessons/axes.py", "from backprop_lab.lessons import curves"),
        ("errors.py", "from backprop_lab.words import numbers"),
        ("coursework/bank/a1.py", "from backprop_lab.coursework.grading import Grader"),
    ],
)
def test_the_law_can_be_broken(module, source):
    assert breaches(PACKAGE / module, source)


def test_every_public_name_is_exported_in_order():
    public = [
        name
        for name, value in vars(bp).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    ]
    assert bp.__all__ == sorted(public)


# Two files that only hand on: to the command, and to an address of old.
WITHOUT_TEST = {"__main__.py", "primitives.py"}
TESTS = Path(__file__).parent


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_has_a_test_at_its_address(path):
    where = path.relative_to(PACKAGE)
    if where.name == "__init__.py" or where.parts[-2:-1] == ("bank",):
        return  # A room says what is in it; exercises are tested together.
    test = TESTS / where.parent / f"test_{where.name}"
    assert test.is_file() or where.name in WITHOUT_TEST


# Lines of code, without words about it. What makes a room larger has a reason that
# stands in the commit which raises its number.
BUDGET = {
    "words": 230,
    "engine": 2600,  # Of which 425 are the table of mistakes.
    "program": 900,
    "picture": 1350,
    "widgets": 1050,
    "lessons": 1320,
    "coursework": 5800,  # Of which 2,300 are the exercises of the bank.
    "desk": 330,
}


def lines_of_code(source):
    """Return how many lines hold code, and not only words about it."""
    words = set()
    for node in ast.walk(ast.parse(source)):
        documented = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, documented) and ast.get_docstring(node):
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    held = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.string.strip() and token.type != tokenize.COMMENT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(held - words)


def test_lines_of_code_are_counted_without_words_about_them():
    assert lines_of_code('"""What."""\n\n# Why.\nx = (\n    1\n)  # So.\n') == 3


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_stays_within_its_budget(room):
    files = (PACKAGE / room).rglob("*.py")
    assert sum(lines_of_code(p.read_text("utf-8")) for p in files) <= BUDGET[room]


@pytest.mark.parametrize("name", bp.__all__)
def test_every_public_name_is_documented(name):
    documentation = inspect.getdoc(getattr(bp, name)) or ""
    first_sentence = documentation.split("\n\n")[0]
    assert first_sentence.endswith((".", "….", "…")), first_sentence
    # A dataclass without a docstring of its own is given its signature.
    assert not documentation.startswith(f"{name}(")


FUNCTIONS = [name for name in bp.__all__ if inspect.isfunction(getattr(bp, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example_and_types(name):
    function = getattr(bp, name)
    assert ">>> " in inspect.getdoc(function)
    annotated = set(inspect.get_annotations(function))
    assert annotated == {*inspect.signature(function).parameters, "return"}


def test_what_handed_out_notebooks_import_is_still_there():
    from backprop_lab import primitives

    assert primitives.sigmoid(0.0) == 0.5
    assert "multiply" in primitives.TABLE


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_importing_the_package_loads_nothing_heavy():
    listing = "import sys, backprop_lab; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", listing],
        capture_output=True,
        check=True,
        text=True,
        cwd=PACKAGE.parent,
    ).stdout.split()
    assert "backprop_lab.engine.check" in loaded
    assert NOT_AT_IMPORT.isdisjoint(loaded)
