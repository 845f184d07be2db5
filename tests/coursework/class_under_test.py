"""A class of students: one for each thing that can go wrong with a submission.

Each case takes a correct submission of assignment a1 and spoils it in its own way; its
row says what the grader must make of it.
"""

import copy
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backprop_lab.coursework import release
from backprop_lab.coursework.assignments import Assignment, Notebook, load

ASSIGNMENT = load("a1")
FULL = "3,2,4,2,"  # q1 to q4, and q5 to be marked
Change = Callable[[Notebook], Any]
SAME = "as the notebook itself"  # the content of a file beside it


@dataclass(frozen=True)
class Case:
    """One student: how the notebook differs, and the row that is expected.

    Attributes:
        name: The student's id.
        change: Changes a correct notebook in place; or returns the file's content.
        status: What the CSV says.
        scores: The columns q1 to q5 of the CSV.
        flags: What the CSV says, besides.
        file: What the file is called; "": there is none.
        reason: What the feedback says, somewhere.
        beside: What else is handed in: the content of files by their names.
        folder: What the platform calls the folder, if not after the student.
    """

    name: str
    change: Change
    status: str = "ok"
    scores: str = FULL
    flags: str = ""
    file: str = "a1.ipynb"
    reason: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    @property
    def is_chosen(self) -> bool:
        """Whether there is one file to look at, good or bad."""
        return not self.words & {"no_notebook", "ambiguous_files"}

    @property
    def words(self) -> set[str]:
        """The flags and the status of the row, without what they are about."""
        texts = filter(None, [self.status, *self.flags.split(";")])
        return {text.partition(":")[0] for text in texts}


def correct(
    student: str, salt: str = "", assignment: Assignment = ASSIGNMENT
) -> Notebook:
    """Return a submission with every answer right, run from top to bottom."""
    notebook = release.for_student(assignment, student, salt, solved=True)
    for entry in notebook["cells"]:
        entry["source"] = "".join(entry["source"])
    number_cells(notebook)
    return notebook


def number_cells(notebook: Notebook) -> None:
    """Let the notebook look as if it had been run from top to bottom."""
    code = [entry for entry in notebook["cells"] if entry["cell_type"] == "code"]
    for count, entry in enumerate(code, start=1):
        entry["execution_count"] = count


def cell(notebook: Notebook, id: str) -> dict[str, Any]:
    """Return the cell of an id."""
    return next(entry for entry in notebook["cells"] if entry["id"] == id)


def answer(id: str, source: str) -> Change:
    """Return a change: this is the answer to a question."""

    def change(notebook: Notebook) -> None:
        cell(notebook, id)["source"] = source

    return change


def q1(body: str) -> Change:
    """Return a change: the function of question 1 has this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return answer("q1", f"def gradients_of_product(x, y, w):\n{lines}")


def without(id: str) -> Change:
    """Return a change: a cell is gone."""

    def change(notebook: Notebook) -> None:
        notebook["cells"].remove(cell(notebook, id))

    return change


def extra(source: str, kind: str = "code") -> Change:
    """Return a change: the learner has added a cell at the end."""

    def change(notebook: Notebook) -> None:
        added = {"cell_type": kind, "id": "own", "metadata": {}, "source": source}
        if kind == "code":
            added |= {"outputs": [], "execution_count": 99}
        notebook["cells"].append(added)

    return change


def first(source: str) -> Change:
    """Return a change: the learner has added a cell at the beginning."""

    def change(notebook: Notebook) -> None:
        extra(source)(notebook)
        notebook["cells"].insert(0, notebook["cells"].pop())
        number_cells(notebook)

    return change


def beside(id: str, offset: int, source: str, kind: str = "markdown") -> Change:
    """Return a change: the learner has put a cell of their own beside another."""

    def change(notebook: Notebook) -> None:
        place = notebook["cells"].index(cell(notebook, id)) + offset
        extra(source, kind)(notebook)
        notebook["cells"].insert(place, notebook["cells"].pop())
        number_cells(notebook)

    return change


def copied(id: str, offset: int, source: str) -> Change:
    """Return a change: a cell was copied, and the copy filled in."""

    def change(notebook: Notebook) -> None:
        ours = cell(notebook, id)
        again = copy.deepcopy(ours) | {"id": "copy", "source": source}
        place = notebook["cells"].index(ours) + offset
        notebook["cells"].insert(place, again)
        number_cells(notebook)

    return change


def typed_below(id: str, source: str) -> Change:
    """Return a change: the learner has gone on in one of our cells."""

    def change(notebook: Notebook) -> None:
        cell(notebook, id)["source"] += source

    return change


def setting(id: str, **values: Any) -> Change:
    """Return a change: a cell has other properties."""

    def change(notebook: Notebook) -> None:
        cell(notebook, id).update(values)

    return change


def attach(kind: str, content: str) -> Change:
    """Return a change: a picture was pasted into the written answer."""
    return setting("q5", attachments={"p.png": {kind: content}})


def nothing(notebook: Notebook) -> None:
    """Change nothing."""


def unrun(notebook: Notebook) -> None:
    for entry in notebook["cells"]:
        if entry["cell_type"] == "code":
            entry["execution_count"] = None


def stubs(notebook: Notebook) -> None:
    released = {c["id"]: c["source"] for c in ASSIGNMENT.released["cells"]}
    for entry in notebook["cells"]:
        if entry["id"] in ("q1", "q2", "q3", "q4", "q5"):
            entry["source"] = released[entry["id"]]


def windows(notebook: Notebook) -> None:
    """Save the notebook as editors of Windows do."""
    for entry in notebook["cells"]:
        entry["source"] = entry["source"].replace("\n", "\r\n")


def lost_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = {}
    for entry in notebook["cells"]:
        entry["metadata"] = {}


def lost_metadata_and_ids(notebook: Notebook) -> None:
    lost_metadata(notebook)
    for number, entry in enumerate(notebook["cells"]):
        entry["id"] = f"new-{number}"


def copied_cell(notebook: Notebook) -> None:
    first = cell(notebook, "q1")
    second = copy.deepcopy(first)
    first["source"] = "def gradients_of_product(x, y, w):\n    return 1, 1, 1"
    notebook["cells"].insert(notebook["cells"].index(first) + 1, second)
    number_cells(notebook)


def other_assignment(notebook: Notebook) -> Notebook:
    return load("a2").released


def foreign(notebook: Notebook) -> Notebook:
    code = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": []}
    return {
        "cells": [code | {"source": "print(1)", "execution_count": 1}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def zipped(notebook: Notebook) -> bytes:
    """Hand in an archive, as one of macOS."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("my work/a1.ipynb", json.dumps(notebook))
        file.writestr("__MACOSX/my work/._a1.ipynb", b"\0")
    return packed.getvalue()


def neighbour(notebook: Notebook) -> Notebook:
    """Hand in what somebody else has handed in."""
    return correct("twin_a")


def copied_numbers(notebook: Notebook) -> None:
    """Hand in what would be right for somebody else's numbers."""
    x, y = ASSIGNMENT.exercises["q4"].numbers("correct")
    cell(notebook, "q4")["source"] = f"my_gradients = ({2 * x * y + 1}, {x**2})"


def typed(student: str) -> Change:
    """Return a change: the learner has typed this id."""
    return setting(
        "start",
        source="from backprop_lab.coursework import start\n"
        f'import numpy as np\nlab = start("a1", student="{student}")',
    )


def elsewhere(notebook: Notebook) -> None:
    """Hand in what another release gave out."""
    notebook["metadata"]["backprop_lab"]["edition"] = "of another year"


def both(*changes: Change) -> Change:
    def change(notebook: Notebook) -> None:
        for one in changes:
            one(notebook)

    return change


SPOOF = """class Same(float):
    def __eq__(self, other):
        return True
    def __sub__(self, other):
        return 0.0
    __rsub__ = __sub__
    def __array__(self, *_, **__):
        raise SystemExit
class Thing:
    __eq__ = lambda self, other: True
return Thing(), Same(7), Same(8)"""
PATCHED = """import builtins, json, numpy
numpy.allclose = numpy.array_equal = lambda *_, **__: True
json.dumps = lambda *_, **__: '{"right": true}'
builtins.print = builtins.repr = lambda *_, **__: True"""
MUTE = """import backprop_lab.coursework.answers as answers
answers.probe = lambda *_: "not a word of this is hexadecimal" """
REMOVE_ASSERTS = """import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(NoAsserts())
def gradients_of_product(x, y, w):
    return 1, 2, 3"""
LOOP = "while True:\n    pass"
STUBBORN = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
END_LOOP = "import asyncio\nasyncio.get_event_loop().stop()"
DIE_LATE = "import os, threading\nthreading.Timer(0.1, os._exit, [0]).start()"
FLOOD = """for i in range(20_000):
    print("x" * 79)"""
MARKUP = """<script>document.title = "script"</script>
<img src=x onerror="document.title = 'onerror'">
<img src="http://example.com/seen.png">
<p onclick="document.title = 'onclick'">text</p> [link](javascript:alert(1))"""
SVG = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
    "<script>document.title = 'svg'</script><rect width='9' height='9'/></svg>"
)
HALF = """from IPython.display import display
display({"text/plain": "\\\\ud83d"}, raw=True)"""
SHOWN = f"""from IPython.display import HTML, display
display({{"image/svg+xml": "{SVG}", "text/plain": "a picture",
         "application/vnd.jupyter.widget-view+json": {{"model_id": "0"}}}}, raw=True)
HTML('''<script>document.title = "html"</script><iframe src="http://example.com">''')"""

PHOTO = "On paper: ![p](attachment:p.png)"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
W = "return w, w, x + y"
PRODUCT = f"def gradients_of_product(x, y, w):\n    {W}"
ZERO1 = "0,2,4,2,"

CASES = (
    Case("correct", nothing),
    # What was handed in.
    Case("empty_folder", nothing, "no_notebook", ",,,,", file=""),
    Case("text_file", nothing, flags="renamed:a1.ipynb.txt", file="a1.ipynb.txt"),
    Case("json_file", nothing, flags="renamed:a1.ipynb.json", file="a1.ipynb.json"),
    Case("no_ending", nothing, flags="renamed:a1", file="a1"),
    Case("capitals", nothing, file="A1.IPYNB"),
    Case("semicolon", nothing, flags="renamed:a1, b.ipynb", file="a1; b.ipynb"),
    Case("zipped", zipped, file="a1.zip"),
    Case(
        "web_page",
        lambda n: "<!DOCTYPE html>",
        "no_notebook:a1.html (a web page), a1.pdf (printed pages), "
        "a1.py (a script) and 1 more",
        ",,,,",
        file="a1.html",
        beside={"a1.pdf": "%PDF", "a1.py": "pass", "notes": "none", ".a1.swp": ""},
    ),
    Case(
        "not_a_zip",
        lambda n: "PK",
        "no_notebook:a1.zip (an archive that cannot be opened)",
        ",,,,",
        file="a1.zip",
    ),
    Case("empty_file", lambda n: "", "unreadable:empty", ",,,,"),
    Case("copies", nothing, beside={"a1 (1).ipynb": SAME}),
    Case(
        "two_of_them",
        nothing,
        "ambiguous_files:a1.ipynb,again.ipynb",
        ",,,,",
        beside={"again.ipynb": json.dumps(ASSIGNMENT.released)},
    ),
    Case("renamed", nothing, flags="renamed:final (1).ipynb", file="final (1).ipynb"),
    Case("other_assignment", other_assignment, "not_this_assignment", ",,,,"),
    Case("foreign", foreign, "not_this_assignment", ",,,,"),
    Case("not_json", lambda n: "This is no notebook.", "unreadable:not_json", ",,,,"),
    Case("truncated", lambda n: json.dumps(n)[:900], "unreadable:not_json", ",,,,"),
    Case("not_a_notebook", lambda n: [1], "unreadable:not_a_notebook", ",,,,"),
    Case("old", lambda n: n | {"nbformat": 3}, "unreadable:nbformat_3", ",,,,"),
    Case("no_cells", lambda n: n | {"cells": 3}, "unreadable:no_cells", ",,,,"),
    Case("large", lambda n: " " * (21 << 20), "unreadable:too_large", ",,,,"),
    # What became of the cells.
    Case("lost_metadata", lost_metadata, flags="metadata_recovered"),
    Case(
        "lost_ids",
        lost_metadata_and_ids,
        flags="metadata_recovered;found_by_place:q5",
    ),
    Case(
        "deleted_answer",
        without("q1"),
        scores=ZERO1,
        flags="missing_cell:q1",
        reason="there is no gradients_of_product",
    ),
    Case(
        "edited_test",
        both(setting("q1-check", source="assert True"), q1("return 1, 1, 1")),
        scores=ZERO1,
        flags="locked_cell_edited:q1-check",
        reason="other numbers were expected",
    ),
    Case(
        "deleted_test",
        without("q1-check"),
        flags="locked_cell_missing:q1-check",
    ),
    Case(
        "edited_numbers",
        setting("q4-numbers", source="x, y = 1, 1"),
        flags="locked_cell_edited:q4-numbers",
    ),
    Case(
        "as_markdown",
        setting("q1", cell_type="markdown"),
        flags="cell_type_restored:q1",
    ),
    Case("as_raw", setting("q2", cell_type="raw"), flags="cell_type_restored:q2"),
    Case("copied_cell", copied_cell, flags="duplicate_cell:q1"),
    Case(
        "text_below",
        both(stubs, beside("q5", 1, "Because.")),
        scores="0,0,0,0,",
        flags="found_by_place:q5",
        reason="to be marked",
    ),
    Case(
        "text_remade",
        both(without("q5"), beside("q5-task", 1, "Because.")),
        flags="found_by_place:q5",
    ),
    Case(
        "text_split",
        copied("q5", 1, "And because."),
        flags="duplicate_cell:q5",
    ),
    Case(
        "text_in_question",
        both(setting("q5", source="YOUR ANSWER HERE"), typed_below("q5-task", "\nSo.")),
        flags="locked_cell_edited:q5-task;found_by_place:q5",
    ),
    Case(
        "code_above",
        both(stubs, beside("q1", 0, PRODUCT, "code")),
        scores="3,0,0,0,0",
        flags="found_by_place:q1",
    ),
    Case(
        "code_copied_above",
        both(stubs, copied("q1", 0, PRODUCT)),
        scores="3,0,0,0,0",
        flags="duplicate_cell:q1",
    ),
    Case(
        "code_of_another_name",
        answer("q1", PRODUCT.replace("gradients", "gradient")),
        scores=",2,4,2,",
        flags="unclear:q1",
        reason="to be marked: written, but not as gradients_of_product",
    ),
    Case(
        "number_in_words",
        both(stubs, beside("q4", 1, "dx is 3 and dy is 4")),
        scores="0,0,0,,0",
        flags="unclear:q4",
    ),
    Case("from_windows", windows),
    Case("photo", both(answer("q5", PHOTO), attach("image/png", PIXEL))),
    Case(
        "photo_missing",
        answer("q5", PHOTO),
        flags="no_picture:p.png",
        reason="data:image/svg+xml;base64,",
    ),
    Case(
        "photo_of_another_kind",
        both(answer("q5", PHOTO), attach("text/html", "<script>1</script>")),
        flags="no_picture:p.png",
    ),
    Case(
        "writes_a_book",
        extra("word " * 9000, "markdown"),
        flags="not_shown:cell_18",
        reason="word word",
    ),
    Case("never_ran", unrun, flags="never_executed"),
    Case("jumped", setting("q3", execution_count=1), flags="out_of_order"),
    # What the code does.
    Case("stub", stubs, scores="0,0,0,0,0", reason="not attempted"),
    Case(
        "syntax_error",
        answer("q1", "def gradients_of_product(x, y, w)\n    return 1"),
        scores=ZERO1,
        flags="cell_error:q1:SyntaxError",
        reason="Its cell raised SyntaxError: expected &#x27;:&#x27;",
    ),
    Case(
        "raises",
        both(q1("return w / 0"), extra("1 / 0")),
        scores=ZERO1,
        flags="cell_error:code_cell_7:ZeroDivisionError",
        reason="raised ZeroDivisionError",
    ),
    Case(
        "asks",
        answer("q1", f"name = input()\ndef gradients_of_product(x, y, w):\n    {W}"),
        scores=ZERO1,
        flags="cell_error:q1:StdinNotImplementedError",
        reason="frontend does not support input requests",
    ),
    Case(
        "missing_import",
        q1("return math.prod([w]), w, x + y"),
        scores=ZERO1,
        reason="name &#x27;math&#x27; is not defined",
    ),
    Case("loop", q1(LOOP), "timeout", ZERO1, "timeout:q1", reason="never ends"),
    Case("stubborn", q1(STUBBORN), "timeout", ZERO1, "timeout:q1"),
    Case("loop_in_cell", extra(LOOP), "timeout", FULL, "timeout:code_cell_7"),
    Case(
        "dies",
        answer("q2", "import os\ndef gradient_of_chain(x, u):\n    os._exit(0)"),
        scores="3,0,4,2,",
        flags="kernel_died:q2",
        reason="it ended the Python process",
    ),
    Case(
        "dies_in_cell", extra("import os\nos.abort()"), flags="kernel_died:code_cell_7"
    ),
    Case(
        "exits",
        both(q1("import sys\nsys.exit(0)")),
        scores=ZERO1,
        reason="raised SystemExit",
    ),
    # Each of these ends the kernel a little later, in whatever runs then.
    Case("exit_first", first("exit()"), flags="cell_error:code_cell_1:SystemExit"),
    Case("quit_first", first("quit"), flags="cell_error:code_cell_1:SystemExit"),
    Case("exit_last", extra("exit()"), flags="cell_error:code_cell_7:SystemExit"),
    Case("ends_loop", first(END_LOOP), flags="kernel_died:code_cell_1"),
    Case("dies_late_first", first(DIE_LATE), flags="kernel_died:code_cell_1"),
    Case("dies_late_last", extra(DIE_LATE), flags="kernel_died:code_cell_7"),
    Case(
        "dies_late_in_answer",
        q1(f"{DIE_LATE}\n{W}"),
        scores=ZERO1,
        flags="kernel_died:q1",
        reason="it ended the Python process",
    ),
    Case(
        "memory",
        q1(f"block = bytearray(8 << 30)\n{W}"),
        scores=ZERO1,
        reason="raised MemoryError",
    ),
    Case(
        "disk",
        q1(f"open('big', 'wb').write(bytes(60 << 20))\n{W}"),
        scores=ZERO1,
        reason="File too large",
    ),
    Case("floods", both(extra(FLOOD), q1(f"print('called')\n{W}"))),
    # What comes back.
    Case(
        "shape", q1("return [w], w, x + y"), scores="2,2,4,2,", reason="the shape is 1"
    ),
    Case("nan", q1("return float('nan'), w, x + y"), scores="2,2,4,2,", reason="NaN"),
    Case("text", q1("return str(w), w, x + y"), scores="2,2,4,2,", reason="is text"),
    Case("bool", q1("return w > 0, w, x + y"), scores="2,2,4,2,", reason="write 1.0"),
    Case("none", q1("q = x + y"), scores=ZERO1, reason="is a `return` missing?"),
    Case("extra", q1("return w, w, x + y, 1"), scores=ZERO1, reason="is 4 values"),
    Case(
        "arity",
        answer("q1", "def gradients_of_product(x, y):\n    return 1, 1, 1"),
        scores=ZERO1,
        reason="takes 2 positional arguments but 3 were given",
    ),
    Case(
        "other_kinds",
        both(
            q1("return [np.array(w), np.float64(w), np.array(x + y)]"),
            answer("q4", "my_gradients = np.array([2 * x * y + 1, x**2])"),
        ),
    ),
    Case(
        "function_for_numbers",
        answer("q4", "def my_gradients(x, y):\n    return 2 * x * y + 1, x**2"),
        scores="3,2,4,0,",
        reason="is a function, not a number; call it",
    ),
    Case(
        "numbers_for_function",
        answer("q1", "gradients_of_product = 1, 2, 3"),
        scores=ZERO1,
        reason="hand in the function itself, without calling it",
    ),
    Case(
        "known_mistake",
        answer("q3", "def gradients_of_diamond(a, b):\n    return 1, 1"),
        scores="3,2,0,2,",
        reason="overwrote instead of accumulating",
    ),
    # What tries to win without an answer.
    Case("spoof", q1(SPOOF), scores=ZERO1, reason="is of type Thing, not a number"),
    Case(
        "patched",
        both(extra(PATCHED), q1("return 1, 1, 1")),
        "timeout",
        ZERO1,
        "timeout:code_cell_7",  # its kernel could not say a word any more
    ),
    Case(
        "mute",
        extra(MUTE),
        scores="0,0,0,0,",
        flags="no_answer:q1;no_answer:q2;no_answer:q3;no_answer:q4",
        reason="was something of Python itself replaced?",
    ),
    Case("no_asserts", answer("q1", REMOVE_ASSERTS), scores=ZERO1),
    Case(
        "asks_reference",
        answer(
            "q1",
            "from backprop_lab.coursework import exercise\n"
            "gradients_of_product = exercise('a1-q1').reference",
        ),
        scores=ZERO1,
        flags="uses_forbidden:exercise;cell_error:q1:ModuleNotFoundError",
    ),
    Case(
        "asks_engine",
        q1(
            "import backprop_lab as bp\n"
            "x, y, w = bp.variable(x), bp.variable(y), bp.variable(w)\n"
            "tape = bp.record((x + y) * w)\n"
            "return tape.gradient(x), tape.gradient(y), tape.gradient(w)"
        ),
        flags="uses_forbidden:record",
    ),
    Case(
        "asks_torch",
        extra("try:\n    import torch\nexcept ImportError:\n    pass"),
        flags="uses_forbidden:torch",
    ),
    # Who handed it in.
    Case("no_start", without("start"), flags="missing_cell:start;no_student_id"),
    Case(
        "somebody",
        typed("nobody"),
        flags="student_mismatch:nobody",
    ),
    Case(
        "no_id",
        typed(""),
        flags="no_student_id",
    ),
    Case("José Ångström", nothing),
    Case(
        "Participant_501",
        typed("ada"),
        flags="id_as_typed",
        folder="Participant_501_assignsubmission_file_",
    ),
    Case(
        "Li Wei_17",
        typed("li wei"),
        flags="id_as_typed;identical_to:Li Wei_18",
        folder="Li Wei_17_assignsubmission_file_",
    ),
    Case(
        "Li Wei_18",
        typed("li wei"),
        flags="id_as_typed;identical_to:Li Wei_17",
        folder="Li Wei_18_assignsubmission_file_",
    ),
    Case("elsewhere", elsewhere, flags="other_edition"),
    Case("twin_a", nothing, flags="identical_to:twin_b"),
    Case("twin_b", neighbour, flags="student_mismatch:twin_a;identical_to:twin_a"),
    Case(
        "copier",
        copied_numbers,
        scores="3,2,4,0,",
        flags="numbers_of:correct",
    ),
    # What is written down.
    Case(
        "half_a_letter",
        both(
            typed("\\ud83d"),
            both(answer("q5", "half a letter: \ud83d"), extra(HALF)),
        ),
        flags=r"student_mismatch:\ud83d",
    ),
    Case("markup", both(answer("q5", MARKUP), extra(SHOWN))),
)

# Only a function of arrays can write into what it is given; a1 has none.
WRITES_INTO_INPUTS = Case(
    "writes_into_inputs",
    answer(
        "q2",
        "def bias_gradient(upstream):\n    total = upstream.sum(axis=0)\n"
        "    upstream *= 0\n    return total",
    ),
    scores="4,2,4,2,",
    flags="changes_inputs:q2",
    file="a3.ipynb",
)


def write_class(folder: Path) -> None:
    """Write a folder of submissions, one student each, as macOS writes names."""
    for case in CASES:
        notebook = correct(case.name)
        changed = case.change(notebook)
        content = as_bytes(notebook if changed is None else changed)
        place = folder / unicodedata.normalize("NFD", case.folder or case.name)
        place.mkdir(parents=True)
        if case.file:
            (place / case.file).write_bytes(content)
        for name, text in case.beside.items():
            other = content if text is SAME else text.encode()
            (place / name).write_bytes(other)


def as_bytes(content: Any) -> bytes:
    """Return the content of a file, of a notebook as it is saved."""
    if isinstance(content, bytes):
        return content
    text = content if isinstance(content, str) else json.dumps(content)
    return text.encode()
