"""Rows in a dialect: the same mathematics, written for floats or for NumPy."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.engine.primitives import WORDS, primitive
from backprop_lab.engine.table import TABLE
from backprop_lab.program.dialect import (
    ARRAYS,
    FLOATS,
    WRAPPED,
    expression,
    helper,
    is_plain,
    maximum,
    number_in_code,
    prelude,
    sign,
)

TABLE_HELPERS = [
    "at_largest",
    "largest",
    "log_softmax",
    "relu",
    "scatter",
    "shaped_like",
    "sigmoid",
    "spread",
    "times",
    "transposed",
]
PLAIN_ROWS = [row for row in TABLE.values() if is_plain(row)]
ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def run(text, dialect, **values):
    """Evaluate a row's text in a dialect, with the helpers that it may use."""
    code = expression(text, dialect).substitute({name: name for name in values})
    known = {}
    exec("\n".join(prelude([code], dialect)), known)
    return eval(code, known, values)


def same(one, other):
    return one == other or (math.isnan(one) and math.isnan(other))


@pytest.mark.parametrize(
    ("text", "literals", "expected"),
    [
        ("g * (1)", {}, "$g"),
        ("g * (-1)", {}, "-$g"),
        ("g * (y)", {"y": "1"}, "$g"),
        ("g * (y)", {"y": "-1.0"}, "-$g"),
        ("g * (y * x ** (y - 1))", {"y": "2"}, "$g * (2 * $x)"),
        ("g * (y * x ** (y - 1))", {"y": "3"}, "$g * (3 * $x ** 2)"),
        ("g * (y * x ** (y - 1))", {"y": "1"}, "$g * $x ** 0.0"),
        ("g * (1 / y)", {"y": "5"}, "$g * (1 / 5)"),
        ("g * (-z / y)", {}, "$g * (-$z / $y)"),
        ("x @ y", {}, "$x @ $y"),
    ],
)
def test_what_changes_nothing_is_left_out(text, literals, expected):
    assert expression(text, ARRAYS, tuple(literals.items())).text == expected


def test_a_formula_can_be_kept_as_it_is():
    given_one = (("y", "1"),)
    assert expression("x * y", ARRAYS, given_one, simplified=False).text == "$x * 1"


def test_a_negative_literal_keeps_its_brackets():
    assert expression("x ** y", ARRAYS, (("x", "-2"), ("y", "2"))).text == "(-2) ** 2"


@pytest.mark.parametrize("exponent", ["0.5", "-1.5"])
def test_a_power_that_may_be_complex_goes_through_the_library(exponent):
    literals = (("y", exponent),)
    assert expression("x ** y", FLOATS, literals).text == f"math.pow($x, {exponent})"
    assert expression("x ** y", ARRAYS, literals).text == f"np.power($x, {exponent})"


@given(ANY_FLOAT)
def test_a_number_is_written_exactly(value):
    known = {"math": math, "np": np}
    for dialect in (FLOATS, ARRAYS, WRAPPED):
        for whole in (False, True):
            read = eval(number_in_code(value, dialect, whole=whole), known)
            assert same(float(read), value)
            assert math.copysign(1, read) == math.copysign(1, value) or math.isnan(
                value
            )


@given(ANY_FLOAT, ANY_FLOAT)
def test_the_float_words_agree_with_numpy(x, y):
    assert same(maximum(x, y), float(np.maximum(x, y)))
    assert same(sign(x), float(np.sign(x)))


@pytest.mark.parametrize("row", PLAIN_ROWS, ids=lambda row: row.name)
@given(data=st.data())
def test_floats_compute_what_the_row_computes_or_raise(row, data):
    values = {"x": data.draw(ANY_FLOAT), "y": data.draw(ANY_FLOAT)}
    operands = [np.float64(values[name]) for name in "xy"[: len(row.rules)]]
    with np.errstate(all="ignore"):
        z = row.forward(*operands)
        expected = [z, *(rule(None, z, *operands) for rule in row.compiled_rules)]
    for text, result in zip((row.formula, *row.rules), expected, strict=True):
        try:
            found = run(text, FLOATS, **values, z=float(z))
        except (ArithmeticError, ValueError):
            continue  # The caller asks NumPy.
        np.testing.assert_allclose(float(found), float(result), rtol=1e-14, atol=0)


@pytest.mark.parametrize("row", PLAIN_ROWS, ids=lambda row: row.name)
def test_wrapped_numbers_never_raise(row):
    for x in (0.0, -1.0, 1000.0, math.inf, math.nan):
        with np.errstate(all="ignore"):
            operands = {name: np.float64(x) for name in "xyz"}
            for text in (row.formula, *row.rules):
                run(text, WRAPPED, **operands)


@pytest.mark.parametrize("word", TABLE_HELPERS)
def test_a_helper_is_the_function_of_the_table(word):
    text = helper(word, ARRAYS)
    known = {"np": np}
    exec(text, known)
    x, g = np.array([-1.0, 0.0, 3.0]), np.array([2.0, 5.0, 7.0])
    arguments = {
        "at_largest": (np.array(2.0), x, 0),
        "shaped_like": (g, x),
        "scatter": (g, x, [0, 0, 1]),
        "spread": (np.array(2.0), x, 0),
        "times": (x, g),
    }
    arguments["transposed"] = (np.stack([x, g]),)
    given_these = arguments.get(word, (x,))
    np.testing.assert_array_equal(known[word](*given_these), WORDS[word](*given_these))
    assert isinstance(ast.parse(text).body[0], ast.FunctionDef)


def test_only_rows_that_work_entry_by_entry_are_plain():
    names = {row.name for row in PLAIN_ROWS}
    assert {"add", "power", "relu", "sigmoid", "maximum"} <= names
    assert names.isdisjoint({"matmul", "total", "transpose", "index", "stack"})


def test_a_row_that_adds_truth_values_is_not_plain():
    row = primitive("steps", "(x > 0) + (x > 1)", "0 * x")
    assert not is_plain(row)


def test_every_word_of_the_table_has_a_form_in_numpy():
    for word in WORDS:
        line = expression(f"{word}(x, y)", ARRAYS).text
        assert line.startswith("np.") or word in TABLE_HELPERS


@pytest.mark.parametrize(
    ("line", "dialect", "expected"),
    [
        ("z = x + y", FLOATS, []),
        ("z = math.exp(x)", FLOATS, ["import math", ""]),
        ("z = np.maximum(x, y)", ARRAYS, ["import numpy as np", ""]),
        (
            "z = maximum(x, 层np.T)",
            FLOATS,
            helper("maximum", FLOATS).splitlines() + [""] * 2,
        ),
    ],
)
def test_only_what_is_used_is_imported_and_defined(line, dialect, expected):
    assert prelude([line], dialect) == expected
