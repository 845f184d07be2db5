import dataclasses
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp

OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.pow,
]
A, B = np.array([1.5, 2.0]), np.array([0.5, 3.0])
W = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("operate", OPERATORS)
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (bp.variable(A), bp.variable(B)),
        (bp.variable(A), B),
        (A, bp.variable(B)),
        (bp.variable(A), B.tolist()),
        (A.tolist(), bp.variable(B)),
        (bp.variable(A), 3),
        (3, bp.variable(B)),
        (bp.variable(A), np.float64(3.0)),
        (np.float64(3.0), bp.variable(B)),
        (np.int64(3), bp.variable(B)),
        (bp.variable(2.0), B),
        (A, bp.variable(2.0)),
    ],
)
def test_an_operator_computes_what_numpy_computes(operate, left, right):
    numbers = [np.asarray(getattr(side, "value", side)) for side in (left, right)]
    node = operate(left, right)
    assert isinstance(node, bp.Node)
    np.testing.assert_array_equal(node.value, operate(*numbers))
    assert [operand.value.tolist() for operand in node.operands] == [
        number.tolist() for number in numbers
    ]


@pytest.mark.parametrize("right", [W, A])
def test_a_matrix_product_works_from_both_sides(right):
    expected = W @ right
    for product in (bp.variable(W) @ right, W @ bp.variable(right)):
        assert isinstance(product, bp.Node)
        np.testing.assert_array_equal(product.value, expected)


def test_signs_and_absolute_value():
    x = bp.variable(-3.0)
    assert (-x).value == 3.0
    assert abs(x).value == 3.0
    assert +x is x


def test_numpys_words_for_operators_make_nodes():
    x = bp.variable(2.0)
    made = [
        np.add(x, 1),
        np.subtract(1, x),
        np.multiply(x, x),
        np.divide(1, x),
        np.power(x, 3),
        np.matmul(W, bp.variable(A)),
    ]
    assert [node.operation.name for node in made] == [
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "matvec",
    ]


def test_a_value_used_twice_is_two_operands():
    x = bp.variable(2.0)
    assert (x * x).operands == (x, x)


def test_nodes_are_equal_only_to_themselves():
    x, same_number = bp.variable(2.0), bp.variable(2.0)
    assert x == x
    assert x != same_number
    assert len({x, same_number, x}) == 2


def test_operands_are_older_than_their_consumers():
    x = bp.variable(1.0)
    z = bp.softmax(bp.stack([x, 2 * x, x**2]))
    assert all(
        operand.age < node.age
        for node in bp.Graph.of(z).nodes
        for operand in node.operands
    )


def test_a_node_cannot_be_changed():
    x = bp.variable([1.0, 2.0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        x.value = np.zeros(2)
    with pytest.raises(ValueError, match="read-only"):
        x.value[0] = 5.0
    with pytest.raises(ValueError, match="read-only"):
        (x + 1).value[0] = 5.0
    with pytest.raises(TypeError):
        bp.total(x, axis=0).settings["axis"] = 1


def test_an_array_given_to_a_node_may_be_changed_later():
    given_array = np.array([1.0, 2.0])
    x = bp.variable(given_array)
    product = x * given_array
    given_array[:] = 0.0
    assert x.value.tolist() == product.operands[1].value.tolist() == [1.0, 2.0]


def test_an_index_given_to_a_node_may_be_changed_later():
    rows = [0, 1]
    x = bp.variable([1.0, 10.0, 100.0])
    picked = x[rows]
    rows[:] = [2, 2]
    tape = bp.record(picked, seed=[1.0, 1.0])
    assert tape.gradient(x).tolist() == [1.0, 1.0, 0.0]


def test_kinds_say_where_a_node_comes_from():
    x, c = bp.variable(2.0), bp.constant(3.0)
    z = 2 * x + np.array([1.0, 2.0])
    doubled, ones = z.operands
    assert [n.kind for n in (x, c, z, doubled.operands[0], ones)] == [
        "variable",
        "constant",
        "operation",
        "literal",
        "constant",
    ]


def test_what_no_variable_influences_is_constant():
    x, c = bp.variable(2.0), bp.constant(3.0)
    assert not x.is_constant
    assert (c * 2 + bp.exp(c)).is_constant
    assert not (c * x).is_constant


# ------------------------------------------------------------------ entries


@pytest.mark.parametrize(
    "index",
    [0, -1, (1, 0), slice(0, 1), (slice(None), 1), ..., None, [1, 1], np.int64(1)],
)
def test_an_index_selects_what_numpy_selects(index):
    np.testing.assert_array_equal(bp.variable(W)[index].value, W[index])


def test_a_condition_on_the_value_selects_entries():
    v = bp.variable([1.0, -2.0, 3.0], "v")
    positive = v[v.value > 0]
    assert positive.value.tolist() == [1.0, 3.0]
    assert bp.record(bp.total(positive)).gradient(v).tolist() == [1.0, 0.0, 1.0]


def test_iterating_gives_the_entries_as_nodes():
    v = bp.variable([1.0, 2.0, 3.0])
    first, *rest = v
    assert (first.value, [node.value for node in rest]) == (1.0, [2.0, 3.0])
    assert len(v) == 3
    L = sum(node * node for node in v)
    assert bp.record(L).gradient(v).tolist() == [2.0, 4.0, 6.0]


def test_a_matrix_iterates_over_its_rows():
    assert [row.value.tolist() for row in bp.variable(W)] == W.tolist()


# ------------------------------------------------------------------ groups, names


def test_groups_nest_and_end():
    with bp.group("network"):
        with bp.group("layer 1"):
            inside = bp.variable(1.0) * 2
        between = inside + 1
    outside = between + 1
    assert [n.group for n in (inside, between, outside)] == [
        ("network", "layer 1"),
        ("network",),
        (),
    ]
    assert {operand.group for operand in inside.operands} == {("network", "layer 1")}


def test_a_group_ends_when_its_block_fails():
    with pytest.raises(KeyError), bp.group("broken"):
        raise KeyError
    assert bp.variable(1.0).group == ()


def test_a_named_node_is_computed_from_the_same_operands():
    x = bp.variable(3.0, "x")
    square = x * x
    score = bp.named(square, "score")
    assert (score.name, square.name) == ("score", "square")
    assert score.operands == square.operands
    assert bp.record(score + 1).gradient(x) == 6.0


@given(st.floats(), st.floats())
def test_no_numbers_make_an_operator_fail_or_warn(a, b):
    x = bp.variable(a, "x")
    for operate in OPERATORS:
        assert operate(x, b).value.dtype == np.float64
