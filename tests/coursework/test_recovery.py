"""An answer is found wherever it stands; what an editor does is no edit."""

import copy
import unicodedata
from collections.abc import Callable

import pytest

from backprop_lab.coursework.assignments import Cell, Notebook, load, plain
from backprop_lab.coursework.flags import Flag, Kind
from backprop_lab.coursework.recovery import Recovered, is_same, recover
from tests.coursework.class_under_test import (
    ASSIGNMENT,
    Change,
    beside,
    both,
    cell,
    copied,
    correct,
    lost_metadata,
    lost_metadata_and_ids,
    setting,
    stubs,
    typed_below,
    windows,
    without,
)

TEXT = "Because both\n\ncontributions count."
QUESTION = cell(ASSIGNMENT.released, "q5-task")["source"]
DUPLICATE = Flag(Kind.DUPLICATE_CELL, "q5")
BY_PLACE = Flag(Kind.FOUND_BY_PLACE, "q5")


def recovered(*changes: Change) -> tuple[Recovered, list[Cell]]:
    notebook = correct("ada")
    both(*changes)(notebook)
    cells = plain(notebook)["cells"]
    return recover(cells, ASSIGNMENT), cells


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ([setting("q5", source=TEXT)], []),
        ([setting("q5", source=f"YOUR ANSWER HERE\n{TEXT}")], []),
        ([stubs, beside("q5", 1, TEXT)], [BY_PLACE]),
        ([stubs, beside("q5", 0, TEXT)], [BY_PLACE]),
        ([stubs, beside("q5", 1, TEXT, "code")], [BY_PLACE]),
        ([stubs, beside("q5", 1, TEXT, "raw")], [BY_PLACE]),
        ([without("q5"), beside("q5-task", 1, TEXT)], [BY_PLACE]),
        ([setting("q5", source=TEXT, cell_type="code")], ["restored"]),
        (
            [setting("q5", source=TEXT), lost_metadata_and_ids],
            [Flag(Kind.METADATA_RECOVERED), BY_PLACE],
        ),
        (
            [
                setting("q5-task", source=f"{QUESTION}\n\nYOUR ANSWER HERE\n\n{TEXT}"),
                without("q5"),
            ],
            [Flag(Kind.LOCKED_CELL_EDITED, "q5-task"), BY_PLACE],
        ),
        ([setting("q5", source=f"{QUESTION}\n\n{TEXT}"), without("q5-task")], []),
        ([stubs, copied("q5", 1, TEXT)], [DUPLICATE]),
        ([stubs, copied("q5", 0, TEXT)], [DUPLICATE]),
        (
            [
                setting("q5", source="Because both"),
                copied("q5", 1, "contributions count."),
            ],
            [DUPLICATE],
        ),
        (
            [stubs, typed_below("q5-task", f"\n\n{TEXT}")],
            [Flag(Kind.LOCKED_CELL_EDITED, "q5-task"), BY_PLACE],
        ),
        (
            [without("q5"), without("q5-task"), beside("q4-check", 1, TEXT)],
            [BY_PLACE],
        ),
    ],
)
def test_a_written_answer_is_found_wherever_it_stands(
    changes: list[Change], flags: list[Flag | str]
) -> None:
    found, _ = recovered(*changes)
    assert found.written["q5"] == TEXT
    restored = Flag(Kind.CELL_TYPE_RESTORED, "q5")
    assert list(found.flags) == [restored if f == "restored" else f for f in flags]


@pytest.mark.parametrize(
    "changes",
    [
        [stubs],
        [stubs, lost_metadata],
        [stubs, lost_metadata_and_ids],
        [without("q5")],
        [without("q5"), without("q5-task")],
        [setting("q5", source=" \n")],
        [setting("q5", source=f"{QUESTION}\n\nYOUR ANSWER HERE"), without("q5-task")],
        [stubs, beside("q5", 1, "\n")],
        [stubs, copied("q5", 1, "YOUR ANSWER HERE")],
        [stubs, beside("q4-check", 1, "That was question 4.")],
    ],
)
def test_what_nobody_wrote_is_no_answer(changes: list[Change]) -> None:
    assert recovered(*changes)[0].written["q5"] == ""


def test_all_that_was_written_for_a_question_is_one_answer() -> None:
    found, _ = recovered(
        beside("q5-task", 1, "First."),
        setting("q5", source="Second."),
        beside("q5", 1, "![p](attachment:p.png)"),
    )
    assert found.written["q5"] == "First.\n\nSecond.\n\n![p](attachment:p.png)"


def test_text_belongs_to_the_question_above_it() -> None:
    found, _ = recovered(
        beside("intro", 1, "My name is Ada."), beside("q2-check", 1, "Easy.")
    )
    assert {q: t for q, t in found.written.items() if t and q != "q5"} == {
        "q2": "Easy."
    }


FUNCTION = "def gradients_of_product(x, y, w):\n    return w, w, x + y"


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ([beside("q1", 1, FUNCTION, "code")], [Flag(Kind.FOUND_BY_PLACE, "q1")]),
        ([beside("q1", 0, FUNCTION, "code")], [Flag(Kind.FOUND_BY_PLACE, "q1")]),
        ([beside("intro", 1, FUNCTION, "code")], [Flag(Kind.FOUND_BY_PLACE, "q1")]),
        ([copied("q1", 0, FUNCTION)], [Flag(Kind.DUPLICATE_CELL, "q1")]),
        ([copied("q1", 1, FUNCTION)], [Flag(Kind.DUPLICATE_CELL, "q1")]),
        (
            [copied("q1-check", 1, FUNCTION)],
            [Flag(Kind.DUPLICATE_CELL, "q1-check"), Flag(Kind.FOUND_BY_PLACE, "q1")],
        ),
        (
            [setting("q1-check", source=f'{FUNCTION}\n\nlab.check("q1")')],
            [
                Flag(Kind.LOCKED_CELL_EDITED, "q1-check"),
                Flag(Kind.FOUND_BY_PLACE, "q1"),
            ],
        ),
        (
            [without("q1"), beside("q1-task", 1, FUNCTION, "code")],
            [Flag(Kind.METADATA_RECOVERED)],
        ),
    ],
)
def test_a_function_counts_in_any_cell_and_no_stub_after_it(
    changes: list[Change], flags: list[Flag]
) -> None:
    found, cells = recovered(stubs, *changes)
    assert sorted(found.flags) == sorted(flags)
    named = [c for c in cells if "def gradients_of_product(" in c["source"]]
    assert named[-1]["source"] == FUNCTION
    assert named[-1]["metadata"]["nbgrader"]["grade_id"] == "q1"
    assert found.written["q1"] == ""


def test_a_number_counts_in_any_cell_and_no_stub_after_it() -> None:
    found, cells = recovered(stubs, beside("q4", 0, "my_gradients = 1, 2", "code"))
    assert found.flags == (Flag(Kind.FOUND_BY_PLACE, "q4"),)
    named = [c["source"] for c in cells if c["source"].startswith("my_gradients")]
    assert named[-1] == "my_gradients = 1, 2"


def test_a_number_typed_below_the_inputs_counts() -> None:
    found, cells = recovered(stubs, typed_below("q4-numbers", "\nmy_gradients = 2 * x"))
    assert found.flags == (
        Flag(Kind.LOCKED_CELL_EDITED, "q4-numbers"),
        Flag(Kind.FOUND_BY_PLACE, "q4"),
    )
    sources = [c["source"] for c in cells]
    numbers = sources.index(cell(ASSIGNMENT.released, "q4-numbers")["source"])
    assert sources[numbers + 1].startswith("my_gradients = None")
    assert sources[numbers + 2] == "my_gradients = 2 * x"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ([beside("q4", 1, "dx = 3, dy = 4")], "dx = 3, dy = 4"),
        ([beside("q4", 1, "gradients = 3, 4", "code")], "gradients = 3, 4"),
        ([typed_below("q4", "\n(3, 4)")], "(3, 4)"),
        ([typed_below("q4-task", "\n(3, 4)")], "(3, 4)"),
        ([setting("q4", source="mine = (3, 4)")], "mine = (3, 4)"),
    ],
)
def test_what_is_under_another_name_is_kept_for_a_person(
    changes: list[Change], text: str
) -> None:
    assert recovered(stubs, *changes)[0].written["q4"] == text


def windows_lines(notebook: Notebook) -> None:
    windows(notebook)
    for entry in notebook["cells"]:
        entry["source"] = entry["source"].splitlines(keepends=True)


def each(change: Callable[[str], str]) -> Change:
    def apply(notebook: Notebook) -> None:
        for entry in notebook["cells"]:
            entry["source"] = change(entry["source"])

    return apply


def decorated(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 2
    for number, entry in enumerate(notebook["cells"]):
        entry["id"] = f"{number:08x}"
        entry["metadata"] |= {"collapsed": True, "tags": [], "vscode": {"a": "b"}}
        entry["metadata"].get("nbgrader", {})["checksum"] = "0"


@pytest.mark.parametrize(
    "change",
    [
        windows,
        windows_lines,
        each(lambda s: s.replace("\n", "\r")),
        each(lambda s: s + "\n"),
        each(lambda s: s.replace("\n", " \n") + "  \n\n"),
        each(lambda s: s.rstrip("\n")),
        each(lambda s: s.replace("    ", "\t")),
        each(lambda s: unicodedata.normalize("NFD", s)),
        lambda n: setting("q5-task", source=cell(n, "q5-task")["source"] + "\xa0")(n),
        setting("q1-check", source="lab.check( 'q1' )  "),
        setting(
            "q4-numbers", source="x, y = lab.numbers('q4')\nprint(f'x = {x}, y = {y}')"
        ),
        decorated,
    ],
)
def test_what_an_editor_does_by_itself_is_no_edit(change: Change) -> None:
    found, cells = recovered(change)
    assert found.flags == ()
    fresh, wanted = recovered()
    assert [c["cell_type"] for c in cells] == [c["cell_type"] for c in wanted]
    assert found.written["q5"].split() == fresh.written["q5"].split()


@pytest.mark.parametrize("name", ["a1", "a2", "a3", "a4"])
def test_no_released_notebook_is_out_of_order(name: str) -> None:
    assignment = load(name)
    for notebook in (assignment.released, assignment.solved):
        cells = copy.deepcopy(notebook["cells"])
        found = recover(cells, assignment)
        assert found.flags == ()
        by_hand = {q.id for q in assignment.questions if q.by_hand}
        is_solved = notebook is assignment.solved
        assert {q for q, text in found.written.items() if text} == (
            by_hand if is_solved else set()
        )


def test_another_program_is_another_cell() -> None:
    ours = {"cell_type": "code", "source": 'lab.check("q1")'}
    for source in ('lab.check("q2")', "lab.check('q1'", "assert True", ""):
        assert not is_same(ours, {"cell_type": "code", "source": source})
    assert not is_same(ours, {"cell_type": "markdown", "source": "lab.check('q1')"})


def test_a_cell_with_a_name_of_something_else_is_the_learners_own() -> None:
    found, cells = recovered(beside("q1", 1, "print(1)", "code"))
    named = next(c for c in cells if c["id"] == "own")
    assert "nbgrader" not in named["metadata"]
    assert found.flags == ()
