"""THE TABLE tests itself: every rule against central differences of its own formula."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.arrays import sum_to_shape
from backprop_lab.engine.primitives import WORDS, primitive
from backprop_lab.engine.table import TABLE
from backprop_lab.words.formulas import Term, render

ROWS = list(TABLE.values())
ELEMENTWISE = [row for row in ROWS if row.elementwise]
POSITIVE_ONLY = {"log", "sqrt", "power"}

# Shapes of the operands and values for the settings. A row without an entry here fails
# `test_every_row_that_is_not_elementwise_has_an_example`.
EXAMPLES = {
    "matmul": [([(2, 3), (3, 4)], {}), ([(1, 2), (2, 1)], {})],
    "matvec": [([(2, 3), (3,)], {}), ([(1, 4), (4,)], {})],
    "vecmat": [([(3,), (3, 2)], {}), ([(1,), (1, 4)], {})],
    "batched matmul": [
        ([(2, 2, 3), (2, 3, 2)], {}),
        ([(2, 2, 3), (3, 2)], {}),
        ([(2, 3), (4, 3, 1)], {}),
        ([(2, 1, 2, 3), (3, 3, 1)], {}),
    ],
    "where": [
        ([(3,), (3,)], {"condition": np.array([True, False, True])}),
        ([(3,), ()], {"condition": np.array([True, False, True])}),
        ([(2, 1), (3,)], {"condition": np.array(False)}),
    ],
    "dot": [([(3,), (3,)], {})],
    "transpose": [([(2, 3)], {}), ([(3,)], {}), ([()], {}), ([(2, 3, 4)], {})],
    "shift": [([(3,)], {}), ([(2, 3)], {}), ([(1,)], {})],
    "total": [([()], {}), ([(3,)], {}), ([(2, 3)], {})],
    "total along an axis": [
        ([(3,)], {"axis": 0}),
        ([(2, 3)], {"axis": 0}),
        ([(2, 3)], {"axis": 1}),
        ([(2, 3)], {"axis": -1}),
        ([(2, 3)], {"axis": -2}),
        ([(2, 3, 4)], {"axis": 1}),
        ([(2, 3, 4)], {"axis": (0, 2)}),
        ([(1, 3)], {"axis": 0}),
    ],
    "total, axes kept": [
        ([(3,)], {"axis": 0}),
        ([(2, 3)], {"axis": 1}),
        ([(2, 3, 4)], {"axis": (0, 2)}),
    ],
    "largest along an axis": [
        ([(3,)], {"axis": 0}),
        ([(2, 3)], {"axis": 0}),
        ([(2, 3)], {"axis": -1}),
        ([(2, 3, 4)], {"axis": 1}),
    ],
    "log_softmax": [([(3,)], {}), ([(2, 3)], {})],
    "reshape": [
        ([(2, 3)], {"shape": (6,)}),
        ([(6,)], {"shape": (3, 2)}),
        ([()], {"shape": (1, 1)}),
    ],
    "index": [
        ([(3,)], {"index": 1}),
        ([(3,)], {"index": -1}),
        ([(3, 2)], {"index": (2, 0)}),
        ([(3, 2)], {"index": slice(0, 2)}),
        ([(3, 2)], {"index": (slice(None), 1)}),
        ([(3, 2)], {"index": (slice(None, None, -1), slice(None))}),
        ([(3, 2)], {"index": ...}),
        ([(3, 2)], {"index": None}),
        ([(3,)], {"index": [0, 2, 0, 0]}),
        ([(3, 2)], {"index": [1, 1]}),
        ([(3, 2)], {"index": ([0, 0, 2], [1, 1, 0])}),
        ([(3,)], {"index": np.array([True, False, True])}),
    ],
    "stack": [([(), ()], {}), ([(3,), (3,), (3,)], {}), ([(2, 2)], {})],
    "concatenate": [
        ([(2,), (3,)], {"axis": 0, "cuts": (2,)}),
        ([(2,), (1,), (3,)], {"axis": 0, "cuts": (2, 3)}),
        ([(2, 3), (1, 3)], {"axis": 0, "cuts": (2,)}),
        ([(2, 3), (2, 1)], {"axis": 1, "cuts": (3,)}),
        ([(2, 3), (2, 1)], {"axis": -1, "cuts": (3,)}),
        ([(2, 3)], {"axis": 0, "cuts": ()}),
    ],
}
MATRIX_CASES = [
    pytest.param(TABLE[name], shapes, settings, id=f"{name}-{shapes}-{settings}")
    for name, examples in EXAMPLES.items()
    for shapes, settings in examples
]
ONE_OPERAND_SHAPES = [[()], [(3,)], [(2, 3)]]
TWO_OPERAND_SHAPES = [
    [(), ()],
    [(3,), (3,)],
    [(2, 3), (3,)],
    [(3,), (2, 3)],
    [(2, 1), (1, 3)],
    [(), (2, 2)],
    [(1,), (3,)],
    [(2, 3), (1, 1)],
]
ELEMENTWISE_CASES = [
    pytest.param(row, shapes, {}, id=f"{row.name}-{shapes}")
    for row in ELEMENTWISE
    for shapes in (ONE_OPERAND_SHAPES if len(row.rules) == 1 else TWO_OPERAND_SHAPES)
]


def some_operands(row, shapes, seed):
    """Return operands within the row's domain and away from its kinks."""
    random = np.random.default_rng(seed)
    # Absolute values of all operands differ by at least the grid's width.
    grid = np.linspace(0.3, 2.7, 40)
    chosen = random.choice(grid, size=sum(map(math.prod, shapes)), replace=False)
    signs = 1 if row.name in POSITIVE_ONLY else random.choice([-1, 1], chosen.shape)
    parts = np.split(chosen * signs, np.cumsum(list(map(math.prod, shapes)))[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def central_difference(row, operands, position, settings, g, h=1e-5):
    """Return d(sum g z)/dx by running the forward formula only."""
    slopes = np.zeros(operands[position].shape)
    for entry in np.ndindex(slopes.shape):
        weighted = []
        for nudge in (h, -h):
            nudged = [operand.copy() for operand in operands]
            nudged[position][entry] += nudge
            weighted.append(np.sum(g * row.forward(*nudged, **settings)))
        slopes[entry] = (weighted[0] - weighted[1]) / (2 * h)
    return slopes


def assert_rules_agree(row, operands, settings, seed):
    z = np.asarray(row.forward(*operands, **settings))
    g = np.random.default_rng(seed).uniform(0.5, 2.0, z.shape)
    for position, operand in enumerate(operands):
        sent = row.contribution(position, g, z, tuple(operands), settings)
        np.testing.assert_allclose(
            sum_to_shape(np.asarray(sent, float), operand.shape),
            central_difference(row, operands, position, settings, g),
            rtol=1e-6,
            atol=1e-8,
        )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("row", "shapes", "settings"), ELEMENTWISE_CASES)
def test_an_elementwise_rule_agrees_with_central_differences(
    row, shapes, settings, seed
):
    assert_rules_agree(row, some_operands(row, shapes, seed), settings, seed)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("row", "shapes", "settings"), MATRIX_CASES)
def test_a_rule_for_whole_arrays_agrees_with_central_differences(
    row, shapes, settings, seed
):
    assert_rules_agree(row, some_operands(row, shapes, seed), settings, seed)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
@given(data=st.data())
def test_an_elementwise_rule_holds_at_any_point(row, data):
    sizes = st.floats(0.1, 3.0)
    points = sizes if row.name in POSITIVE_ONLY else sizes | sizes.map(lambda x: -x)
    operands = [np.array(data.draw(points)) for _ in row.rules]
    if row.name in ("maximum", "minimum") and abs(operands[0] - operands[1]) < 1e-3:
        operands[0] = np.asarray(operands[0] + 0.5)  # Away from the kink.
    assert_rules_agree(row, operands, {}, seed=0)


def test_every_row_that_is_not_elementwise_has_an_example():
    assert set(EXAMPLES) == {row.name for row in ROWS if not row.elementwise}


def test_rows_have_different_names():
    from backprop_lab.engine import table

    rows = [row for row in vars(table).values() if hasattr(row, "rules")]
    assert len({row.name for row in rows}) == len(rows) == len(TABLE)


def known_names(row):
    operands = {"xs"} if row.variadic else set("xy"[: len(row.rules)])
    return {*operands, *row.settings, *WORDS}


def names_used(text):
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_formula_uses_only_operands_settings_and_words(row):
    assert names_used(row.formula) <= known_names(row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rule_uses_only_what_rules_are_given(row):
    extra = {"z"} if row.elementwise else {"z", "g", "k"}
    for rule in row.rules:
        assert names_used(rule) <= known_names(row) | extra


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_text_of_a_row_can_be_written_as_mathematics(row):
    for text in (row.formula, *row.rules):
        assert render(text, {"x": Term("w")}).text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_operand_of_a_row_has_a_rule(row):
    positions = 5 if row.variadic else len(row.rules)
    assert [row.rule(position) for position in range(positions)] == (
        list(row.rules) * 5 if row.variadic else list(row.rules)
    )


@pytest.mark.parametrize("size", [1000.0, -1000.0, 40.0, 0.0])
def test_sigmoid_neither_overflows_nor_warns(size):
    with np.errstate(all="raise", under="ignore"):
        value = WORDS["sigmoid"](np.array(size))
    assert value == pytest.approx(0.5 * (1 + math.tanh(size / 2)), abs=1e-16)


def test_sigmoid_keeps_its_digits_where_it_is_tiny():
    assert WORDS["sigmoid"](np.array(-700.0)) == pytest.approx(math.exp(-700), rel=1e-9)


def test_relu_and_absolute_are_flat_at_their_kink():
    kink = (np.array(0.0),)
    assert TABLE["relu"].local_derivative(0, kink[0], kink) == 0
    assert TABLE["absolute"].local_derivative(0, kink[0], kink) == 0


def test_the_first_operand_of_maximum_wins_a_tie():
    tie = (np.array(2.0), np.array(2.0))
    row = TABLE["maximum"]
    assert [row.local_derivative(k, tie[0], tie) for k in range(2)] == [True, False]


def test_a_row_of_ones_own_is_applied_and_differentiated():
    softplus = primitive("softplus", "log(1 + exp(x))", "1 / (1 + exp(-x))")
    x = bp.variable([-1.0, 2.0], "x")
    L = bp.total(bp.apply(softplus, x))
    np.testing.assert_allclose(bp.record(L).gradient(x), 1 / (1 + np.exp(-x.value)))
    assert bp.check_gradients(L).agrees


def test_a_row_of_ones_own_may_have_two_operands_and_a_setting():
    hypotenuse = primitive("hypotenuse", "sqrt(x * x + y * y)", "x / z", "y / z")
    scaled = primitive(
        "scaled", "x * factor", "g * factor", settings=("factor",), elementwise=False
    )
    a, b = bp.variable(3.0, "a"), bp.variable(4.0, "b")
    L = bp.apply(scaled, bp.apply(hypotenuse, a, b), factor=10.0)
    tape = bp.record(L)
    assert (tape.gradient(a), tape.gradient(b)) == (6.0, 8.0)


def test_a_row_is_equal_to_one_with_the_same_texts():
    assert primitive("cube", "x ** 3", "3 * x ** 2") == primitive(
        "cube", "x ** 3", "3 * x ** 2"
    )


def test_a_row_with_an_unknown_word_is_refused_with_the_known_ones():
    with pytest.raises(
        bp.InputError, match=r"uses erf.*may use x; .* exp, .*log"
    ) as caught:
        primitive("erf", "erf(x)", "exp(-x * x)")
    assert "'erf(x)'" in str(caught.value)


def test_a_row_whose_text_is_no_expression_is_refused():
    with pytest.raises(bp.InputError, match=r"cube.*'x \*\*\*'.*x \*\* 2"):
        primitive("cube", "x ***", "3")


def test_a_row_with_a_rule_too_few_is_refused():
    with pytest.raises(bp.InputError, match=r"product: 'x \* y' uses y, .*one rule"):
        primitive("product", "x * y", "y")


def test_a_row_without_any_rule_is_refused():
    with pytest.raises(bp.InputError, match=r"nothing.*one rule for each operand"):
        primitive("nothing", "x")
