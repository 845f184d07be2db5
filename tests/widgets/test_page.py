"""The files of the browser's half, joined; and its door, which both halves know."""

import re
import subprocess
from pathlib import Path

import pytest
import traitlets

from backprop_lab.widgets import page
from backprop_lab.widgets.explorer import Explorer, explore
from backprop_lab.widgets.page import joined, module, style
from backprop_lab.widgets.stepper import PictureWidget, Stepper
from tests import graphs, programs

STATIC = Path(page.__file__).parent / "static"
FILES = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}


@pytest.fixture
def folder(tmp_path):
    """A module of three files; two of them import the third."""
    files = {
        "entry.js": 'import { twice } from "./twice.js";\n'
        'import {\n  half,\n  one,\n} from "./one.js";\n\nexport default twice(one);\n',
        "twice.js": "// @ts-check\n// About twice.\n"
        'import { one } from "./one.js";\n\n'
        "/** Two.\n * @param {number} x */\n"
        "export function twice(x) {\n  // So.\n  return x + one; // Here.\n}\n",
        "one.js": 'export const one = 1;\nexport const half = "/* ½ // */";\n',
    }
    for name, source in files.items():
        (tmp_path / name).write_text(source, encoding="utf-8")
    return tmp_path


def test_a_file_stands_behind_all_that_it_imports_and_once(folder):
    assert joined(folder / "entry.js").splitlines() == [
        "const one = 1;",
        'const half = "/* ½ // */";',
        "function twice(x) {",
        "  return x + one; // Here.",
        "}",
        "export default twice(one);",
    ]


@pytest.mark.node
@pytest.mark.parametrize("which", ["folder", "widget"])
def test_node_reads_the_joined_files_as_one_module(folder, tmp_path, which):
    # Also: no name is used twice, and none is missing while the module loads.
    source = joined(folder / "entry.js") if which == "folder" else module()
    (tmp_path / "joined.mjs").write_text(source, encoding="utf-8")
    show = (
        'import * as all from "./joined.mjs";'
        "console.log(Object.keys(all).join(), Object(all.default).render?.name,"
        " Object(all.default).initialize?.name ?? all.default);"
    )
    (tmp_path / "show.mjs").write_text(show, encoding="utf-8")
    answer = subprocess.run(
        [str(programs.find("node")), tmp_path / "show.mjs"],
        capture_output=True,
        text=True,
    )
    assert answer.stderr == ""
    wanted = "undefined 2" if which == "folder" else "render initialize"
    assert answer.stdout == f"default {wanted}\n"


def top_level_names(source):
    """Return the names that a file declares outside of everything."""
    declared = r"(?m)^(?:export )?(?:function|class|const|let) (\w+)"
    return re.findall(declared, source)


def test_every_file_is_part_of_the_module():
    names = [name for source in FILES.values() for name in top_level_names(source)]
    assert len(names) > 40
    assert sorted(names) == sorted(top_level_names(module()))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", FILES)
def test_what_is_exported_is_imported_somewhere(name):
    tests = (Path(__file__).parents[1] / "js").glob("*.mjs")
    users = [source for other, source in FILES.items() if other != name]
    users += [path.read_text(encoding="utf-8") for path in tests]
    wanted = set()
    for source in users:
        for names, origin in re.findall(
            r'(?s)import \{([^}]*)\} from "[^"]*?([\w.]+)"', source
        ):
            wanted |= set(re.findall(r"\w+", names)) if origin == name else set()
    exported = set(re.findall(r"(?m)^export (?!default)\w+ (\w+)", FILES[name]))
    assert exported == wanted


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_type_checked_and_says_what_it_is_for(name):
    first, second, *_ = FILES[name].splitlines()
    assert first == "// @ts-check"
    assert re.match(r"// [A-Z]", second)


def door(interface):
    """Return the traits that the browser's half knows, in its order."""
    text = (STATIC / "door.d.ts").read_text(encoding="utf-8")
    [body] = re.findall(rf"(?s)interface {interface} \{{\n(.*?)\n\}}", text)
    return re.findall(r"(?m)^  (\w+)\??:", body)


@pytest.mark.parametrize(
    ("interface", "widget"),
    [("PictureTraits", PictureWidget), ("ExplorerTraits", Explorer)],
)
def test_both_halves_know_the_same_traits(interface, widget):
    synced = [
        name
        for name, trait in vars(widget).items()
        if isinstance(trait, traitlets.TraitType) and trait.metadata.get("sync")
    ]
    assert door(interface) == synced


def test_a_step_and_an_input_have_the_parts_that_the_door_names():
    lab = explore(lambda x: x * 2, x=(0, 1))
    assert door("Moment") == list(lab.steps[0])
    assert door("Input") == list(lab.inputs[0])


def test_module_and_style_travel_with_every_widget():
    stepper = Stepper(graphs.square())
    assert stepper._esm == module()
    assert stepper._css == style()
    assert ".backprop-picture" in style() and ".backprop-stepper" in style()
