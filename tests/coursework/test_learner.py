"""A learner's own numbers, checks and hints."""

import pytest

from backprop_lab.coursework import start
from backprop_lab.errors import InputError

my_gradients = None


def gradients_of_product(x, y, w):
    return w, w, w


def test_numbers_belong_to_the_learner_however_the_id_is_written():
    lab = start("a1", student="ada")
    assert lab.numbers("q4") == start("a1", student=" Ada ").numbers("q4")
    assert lab.numbers("q4") != start("a1", student="bob").numbers("q4")


def test_a_check_finds_the_function_by_its_name_and_shows_a_table():
    verdict = start("a1", student="ada").check("q1")
    assert str(verdict).splitlines()[:6] == [
        "q1: gradients_of_product",
        *str(verdict).splitlines()[1:3],
        "dz/dx  ✓ right  a number  0",
        "dz/dy  ✓ right  a number  0",
        str(verdict).splitlines()[5],
    ]
    wrong = verdict.rows[2]
    assert wrong.outcome == "wrong"
    assert wrong.mistake == "mixed up the factors of the product"
    assert "For example x = " in verdict.note
    assert verdict._repr_html_().count("<tr>") == 4


def test_what_is_not_there_yet_is_not_attempted():
    lab = start("a1", student="ada")
    assert lab.check("q2").outcome == "not attempted"
    verdict = lab.check("q4")
    assert verdict.outcome == "not attempted"
    assert str(verdict).splitlines()[1].split() == ["part", "result"]


def test_all_checks_at_once():
    outcomes = [verdict.outcome for verdict in start("a1", "ada").check_all()]
    assert outcomes == ["wrong", *["not attempted"] * 3]


def test_a_score_is_a_number_or_an_error_that_says_why():
    lab = start("a1", student="ada")
    assert lab.score("q1") == 2
    with pytest.raises(AssertionError, match="not attempted"):
        lab.score("q4")


def test_hints_go_from_gentle_to_plain(capsys):
    lab = start("a1", student="ada")
    lab.hint("q1")
    lab.hint("q1", 2)
    lab.hint("q1", 3)
    said = capsys.readouterr().out
    assert "Hint 1 of 2" in said
    assert "Hint 2 of 2" in said
    assert "no hint 3" in said


def test_a_learner_without_an_id_is_asked_for_it():
    with pytest.raises(InputError, match=r'lab = start\("a1", student="…"\)'):
        start("a1")
