"""The law of the house: one street, one direction."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import backprop_lab as bp

# A module imports only from modules to its left. Rooms that are not built yet may
# stand here; a room that stands nowhere may not be built.
STREET = [
    "errors",
    "arrays",
    "numerals",
    "columns",
    "notation",
    "primitives",
    "names",
    "node",
    "graph",
    "functions",
    "steps",
    "wording",
    "tape",
    "check",
    "identifiers",
    "dialect",
    "listing",
    "compaction",
    "program",
    "folding",
    "picture",
    "lettering",
    "layout",
    "svg",
    "drawing",
    "sweep",
    "stepper",
    "explorer",
    "lessons",
    "delivery",
    "coursework",
    "doctor",
    "cli",
    "__main__",
]

# The public names come from here and further left; the rooms after it may use them.
LAST_PUBLIC_ROOM = "explorer"

# What `import backprop_lab` must not load: only those who use it pay for it.
NOT_AT_IMPORT = {"IPython", "ipywidgets", "jupyterlab", "matplotlib", "wasmtime"}

PACKAGE = Path(bp.__file__).parent
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py"
)


def room(path):
    """Return the room that a file of the package belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported(source):
    """Return the rooms that some source imports from, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                dotted = [alias.name for alias in names]
            case ast.ImportFrom(module="backprop_lab", names=names):
                dotted = [f"backprop_lab.{alias.name}" for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                dotted = [module]
            case ast.ImportFrom():
                pytest.fail(f"relative import: {ast.unparse(node)}")
            case _:
                continue
        parts = [name.split(".") for name in dotted]
        found |= {".".join(part[1:2]) for part in parts if part[0] == "backprop_lab"}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_left(path):
    assert room(path) in STREET, f"{room(path)} stands nowhere on the street"
    left = set(STREET[: STREET.index(room(path))])
    if LAST_PUBLIC_ROOM in left:
        left.add("")  # `import backprop_lab as bp`
    own = {room(path)} if path.parent != PACKAGE else set()
    assert rooms_imported(path.read_text(encoding="utf-8")) <= left | own


@pytest.mark.parametrize(
    ("source", "rooms"),
    [
        ("import numpy as np", set()),
        ("from backprop_lab.node import Node", {"node"}),
        ("from backprop_lab import primitives, node", {"primitives", "node"}),
        ("import backprop_lab.tape as t", {"tape"}),
        (
            "def f():\n    from backprop_lab.coursework.marks import mark",
            {"coursework"},
        ),
        ("import backprop_lab", {""}),
    ],
)
def test_imports_are_found_wherever_and_however_they_are_written(source, rooms):
    assert rooms_imported(source) == rooms


def test_the_packages_docstring_shows_the_street():
    street = STREET[: STREET.index(LAST_PUBLIC_ROOM) + 1]
    # Rooms on the left, two spaces, what they are for.
    lines = re.findall(r"(?m)^ {4}([\w, ]+?) {2,}\S", bp.__doc__)
    assert ", ".join(lines).split(", ") == street


def test_every_public_name_is_exported_in_order():
    public = [
        name
        for name, value in vars(bp).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    ]
    assert bp.__all__ == sorted(public)


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
    assert "backprop_lab.check" in loaded
    assert NOT_AT_IMPORT.isdisjoint(loaded)
