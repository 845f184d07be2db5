"""Mistakes that learners make: each is named, and each message says what to write."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.sentences import word

STRANGE_NAMES = [
    "<script>alert(1)</script>",
    '"quoted"',
    "it's",
    "back\\slash",
    "a -> b",
    "line\nbreak",
    "tab\there",
    "权重",
    "🙂",
    "a & b",
    "{record|label}",
    "x" * 200,
]


def message_of(error, mistake):
    """Return what a learner is told about a mistake."""
    with pytest.raises(error) as caught:
        mistake()
    assert isinstance(caught.value, bp.LabError)
    return str(caught.value)


# ------------------------------------------------------------------ values


@pytest.mark.parametrize("make", [bp.variable, bp.constant])
def test_text_for_a_number(make):
    told = message_of(bp.InputError, lambda: make("2.0", "w"))
    assert "w = '2.0' is text, not a number" in told
    assert "Write a number such as 2.0" in told


def test_the_two_arguments_swapped():
    told = message_of(bp.InputError, lambda: bp.variable("w", 2.0))
    assert "the name 2.0 is not text" in told
    assert 'such as "w" between quotes' in told


def test_none_for_a_number():
    told = message_of(bp.InputError, lambda: bp.variable(None, "w"))
    assert "w = None" in told


def test_the_variable_that_is_assigned_to_is_named():
    with pytest.raises(bp.InputError, match=r"^weight = None is"):
        weight = bp.variable(None)  # noqa: F841 (its name is the point)


def test_an_object_array():
    told = message_of(bp.InputError, lambda: bp.variable(np.array([1.0, None]), "w"))
    assert "w = array([1.0, None]" in told
    assert "not a number" in told


def test_a_list_of_text_and_numbers():
    assert "is text" in message_of(bp.InputError, lambda: bp.exp([1.0, "two"]))


def test_complex_numbers():
    told = message_of(bp.InputError, lambda: bp.variable(1 + 2j, "w"))
    assert "w = (1+2j) is complex" in told
    assert "value.real" in told


def test_an_empty_array():
    told = message_of(bp.ShapeError, lambda: bp.variable(np.zeros((0, 3)), "X"))
    assert "X = array([], shape=(0, 3)" in told
    assert "empty array of shape (0, 3)" in told


def test_a_ragged_list():
    told = message_of(bp.InputError, lambda: bp.variable([[1, 2], [3]], "W"))
    assert "W = [[1, 2], [3]]" in told
    assert "Give every row the same number of entries" in told


def test_a_number_that_no_float_can_hold():
    told = message_of(bp.InputError, lambda: bp.variable(10**400, "w"))
    assert "too large" in told
    assert len(told) < 300


def test_whole_numbers_become_floats():
    for value in (2, [1, 2], np.array([1, 2], dtype=np.uint8), True):
        assert bp.variable(value).value.dtype == np.float64


def test_whole_numbers_divide_and_overflow_as_floats():
    small = np.array([200], dtype=np.uint8)
    assert (bp.variable(small) + small).value == 400.0
    assert (bp.variable(7) / 2).value == 3.5
    assert (bp.variable(10) ** -2).value == 0.01


@pytest.mark.parametrize(
    "operate",
    [
        lambda x: x + "2",
        lambda x: "2" * x,
        lambda x: x / None,
        lambda x: object() - x,
        lambda x: x ** [1, "two"],
        lambda x: x + 1j,
        lambda x: x @ "W",
        lambda x: bp.maximum(x, None),
        lambda x: bp.stack([x, "2"]),
        lambda x: bp.squared_error(x, "target"),
        lambda x: bp.cross_entropy(bp.stack([x, x]), "cat"),
    ],
)
def test_no_number_as_an_operand(operate):
    told = message_of(bp.InputError, lambda: operate(bp.variable(2.0, "x")))
    assert "not a number" in told or "complex" in told


# ------------------------------------------------------------------ shapes


@pytest.mark.parametrize("index", [3, -4, (0, 0), "a", 1.5, [0, 7], slice(2, 2), []])
def test_an_entry_that_does_not_exist(index):
    v = bp.variable([1.0, 2.0, 3.0], "v")
    assert "v has shape (3,)" in message_of(bp.IndexingError, lambda: v[index])


# ------------------------------------------------------------------ graphs


def test_a_node_from_another_graph():
    x, other = bp.variable(2.0, "x"), bp.variable(3.0, "other")
    told = message_of(bp.GraphError, lambda: bp.record(x * x).gradient(other))
    assert "other is not part of this graph" in told
    assert "depends on: x" in told


def test_the_gradient_of_a_constant():
    x, y = bp.variable(2.0, "x"), bp.constant(3.0, "y")
    told = message_of(bp.GraphError, lambda: bp.record(x * y).gradient(y))
    assert "y is constant, so it has no gradient" in told
    assert 'y = variable(…, "y")' in told


def test_a_number_instead_of_a_node():
    told = message_of(bp.GraphError, lambda: bp.record(bp.variable(2.0).value))
    assert "array(2.) is not a node" in told


def test_the_gradient_of_an_array():
    a = bp.variable([1.0, 2.0], "a")
    told = message_of(bp.ShapeError, lambda: bp.record(a * 2))
    assert "L = total(…)" in told
    assert bp.record(bp.total(a * 2)).gradient(a).tolist() == [2.0, 2.0]


def test_naming_what_is_no_node():
    told = message_of(bp.InputError, lambda: bp.named(3.0, "x"))
    assert "3.0 is not a node" in told
    assert "named(x * x" in told


def test_a_row_applied_to_too_many_operands():
    cube = bp.primitive("cube", "x ** 3", "3 * x ** 2")
    told = message_of(bp.InputError, lambda: bp.apply(cube, 1.0, 2.0))
    assert "cube: 2 operands were given, but x ** 3 has 1" in told


def test_a_row_applied_to_nothing():
    row = bp.primitive("joined", "stack(xs)", "g[k]", elementwise=False)
    assert "0 operands" in message_of(bp.InputError, lambda: bp.apply(row))


def test_a_row_applied_with_other_settings():
    row = bp.primitive(
        "summed", "sum(x, axis=axis)", "spread(g, x, axis)", settings=("axis",)
    )
    told = message_of(bp.InputError, lambda: bp.apply(row, [1.0, 2.0]))
    assert "summed: the settings (none) were given" in told
    assert "has axis" in told
    assert "axes" in message_of(bp.InputError, lambda: bp.apply(row, [1.0], axes=0))


@pytest.mark.parametrize("text", ["x ^ 2", "x % 2", "x if x else 1", "[x]", "not x"])
def test_a_row_with_what_formulas_do_not_have(text):
    told = message_of(bp.InputError, lambda: bp.primitive("odd", text, "1"))
    assert repr(text) in told
    assert "**" in told


# ------------------------------------------------------------------ names


@pytest.mark.parametrize("bad", ["", "   ", "\n", 3, b"w", ["w"], bp.variable(1.0)])
def test_a_name_that_cannot_be_shown(bad):
    for mistake in (
        lambda: bp.variable(1.0, bad),
        lambda: bp.constant(1.0, name=bad),
        lambda: bp.named(bp.variable(1.0), bad),
        lambda: bp.group(bad).__enter__(),
    ):
        told = message_of(bp.InputError, mistake)
        assert f"the name {bad!r} is not text" in told


def test_none_is_no_name_but_the_absence_of_one():
    w = bp.variable(1.0, None)
    assert w.name == "w"


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_a_strange_name_is_kept_and_told_on_one_line(name):
    x, y = bp.variable(2.0, name), bp.variable([1.0, 2.0], "y")
    L = bp.total(x * y)
    tape = bp.record(L)
    shown = tape.graph.name(x)
    assert x.name == name
    assert shown.isprintable()
    assert shown == name or not name.isprintable()
    assert len(str(tape).splitlines()) == len(tape.steps) + 3
    assert any(shown in word(tape.graph, step).sentence for step in tape.steps)
    assert repr(x).startswith(f"Node {shown} = 2")
    told = message_of(bp.ShapeError, lambda: x @ y)
    assert shown in told and "\n" not in told


def test_names_that_look_alike_when_shown_are_told_apart():
    first, second = bp.variable(1.0, "a\n"), bp.variable(2.0, "a\\n")
    graph = bp.record(first * second).graph
    assert graph.name(first) != graph.name(second)
