"""An assignment is a notebook in nbgrader's format, with and without its solutions."""

import json

import pytest

from backprop_lab.coursework.assignments import (
    CODE_STUB,
    TEXT_STUB,
    is_test,
    load,
    plain,
    stub,
)
from backprop_lab.errors import ExerciseError


@pytest.mark.parametrize("name", ["a1", "a2", "a3", "a4"])
def test_what_is_released_is_what_is_solved_without_its_solutions(name):
    assignment = load(name)
    pairs = zip(assignment.solved["cells"], assignment.released["cells"], strict=True)
    for solved, released in pairs:
        assert "BEGIN SOLUTION" not in released["source"]
        assert (solved["source"] == released["source"]) == (
            stub(solved) == solved["source"]
        )
    assert assignment.maximum == sum(q.points for q in assignment.questions)


def test_a_stub_keeps_what_stands_around_the_solution():
    by_program, by_hand = {"solution": True}, {"solution": True, "grade": True}
    source = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\nf"
    cell = {"source": source, "metadata": {"nbgrader": by_program}}
    assert stub(cell) == f"def f(x):\n    {CODE_STUB}\nf"
    written = {
        "source": "Because.",
        "metadata": {"nbgrader": by_hand},
    }
    assert stub(written) == TEXT_STUB
    assert not is_test(written)


def test_an_assignment_that_is_not_there_is_missed_by_name():
    with pytest.raises(ExerciseError, match="there is no assignment a9; there are a1"):
        load("a9")


def test_a_graded_cell_needs_a_check_and_an_exercise(tmp_path):
    def assignment_with(source):
        marks = {"grade": True, "points": 1, "grade_id": "q1", "locked": True}
        cell = {"cell_type": "code", "id": "c", "source": source}
        cell["metadata"] = {"nbgrader": marks}
        path = tmp_path / "own.ipynb"
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4}
        path.write_text(json.dumps(notebook))
        return str(path)

    with pytest.raises(ExerciseError, match=r'has no lab.check\("…"\) in it'):
        load(assignment_with("1 + 1"))
    with pytest.raises(ExerciseError, match="needs the exercise 'own-q1'"):
        load(assignment_with('lab.check("q1")'))


def test_a_notebook_is_made_plain_whatever_it_holds():
    odd = {
        "metadata": None,
        "cells": [{"cell_type": "strange", "source": ["a\n", "b"], "metadata": 3}],
    }
    (cell,) = plain(odd)["cells"]
    assert (cell["cell_type"], cell["source"], cell["metadata"]) == ("raw", "a\nb", {})
