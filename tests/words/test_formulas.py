import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.words.formulas import (
    PRODUCT,
    SUM,
    Term,
    literal_term,
    number_term,
    render,
    subscript,
)

A_SUM = Term("a + b", SUM)
A_PRODUCT = Term("a·b", PRODUCT)
MINUS_3 = number_term(-3.0)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("a - (b - c)", "a − (b − c)"),
        ("a - (b + c)", "a − (b + c)"),
        ("(a - b) - c", "a − b − c"),
        ("a + (b + c)", "a + b + c"),
        ("a + (b - c)", "a + b − c"),
        ("(a + b) * w", "(a + b)·w"),
        ("w * (a + b)", "w·(a + b)"),
        ("a * b + c", "a·b + c"),
        ("a * (b * c)", "a·b·c"),
        ("a / (b * c)", "a / (b·c)"),
        ("a / (b / c)", "a / (b / c)"),
        ("a * b / c", "a·b / c"),
        ("a / b / c", "a / b / c"),
        ("a * (b / c)", "a·b / c"),
        ("-a", "−a"),
        ("-(a + b)", "−(a + b)"),
        ("-a * b", "−a·b"),
        ("a * -b", "a·(−b)"),
        ("a - -b", "a − (−b)"),
        ("a + -b", "a + (−b)"),
        ("-a - b", "−a − b"),
        ("-z / y", "−z / y"),
        ("(-a) ** 2", "(−a)²"),
        ("(a + b) ** 2", "(a + b)²"),
        ("(a * b) ** 2", "(a·b)²"),
        ("(a ** 2) ** 3", "(a²)³"),
        ("a ** 2 * b", "a²·b"),
        ("-(a ** 2)", "−a²"),
        ("a ** b", "a^b"),
        ("a ** (b + 1)", "a^(b + 1)"),
        ("a ** 0.5", "a^0.5"),
        ("a ** (2 - 1)", "a"),
        ("a ** (3 - 1)", "a²"),
        ("a ** (1 - 2)", "a⁻¹"),
        ("a ** 12", "a¹²"),
        ("x @ y", "x y"),
        ("x.T @ g", "xᵀ g"),
        ("g @ y.T", "g yᵀ"),
        ("(a + b).T", "(a + b)ᵀ"),
        ("(a + b) @ y", "(a + b) y"),
        ("outer(g, y)", "g yᵀ"),
        ("outer(a + b, c + d)", "(a + b) (c + d)ᵀ"),
        ("(W @ x) * b", "(W x)·b"),
        ("b * (W @ x)", "b·(W x)"),
        ("W @ (a * b)", "W (a·b)"),
        ("(a * b) @ x", "(a·b) x"),
        ("W @ V @ x", "W V x"),
        ("W @ (V @ x)", "W V x"),
        ("W @ x + b", "W x + b"),
        ("-(W @ x)", "−(W x)"),
        ("(W @ x) / 2", "(W x) / 2"),
        ("sqrt(x)", "√x"),
        ("sqrt(x) ** 2", "(√x)²"),
        ("sqrt(x ** 2)", "√(x²)"),
        ("sqrt(sqrt(x))", "√(√x)"),
        ("sqrt(x).T", "(√x)ᵀ"),
        ("sqrt(a + b)", "√(a + b)"),
        ("sqrt(a * b)", "√(a·b)"),
        ("1 / (2 * sqrt(x))", "1 / (2·√x)"),
        ("abs(a + b)", "|a + b|"),
        ("sum(x)", "Σ x"),
        ("sum(a + b)", "Σ (a + b)"),
        ("sum(a * b)", "Σ a·b"),
        ("sum(W @ x)", "Σ W x"),
        ("sum(x) * y", "(Σ x)·y"),
        ("sum(x) / 3", "(Σ x) / 3"),
        ("c - sum(x)", "c − (Σ x)"),
        ("sum(x) + b", "Σ x + b"),
        ("sum(x, axis=axis)", "Σ (axis axis) x"),
        ("x > 0", "[x > 0]"),
        ("x >= y", "[x ≥ y]"),
        ("x < y", "[x < y]"),
        ("x <= y", "[x ≤ y]"),
        ("g * (x > 0)", "g·[x > 0]"),
        ("sigmoid(a + b)", "σ(a + b)"),
        ("maximum(x, 0)", "max(x, 0)"),
        ("exp(-x)", "exp(−x)"),
        ("x[index]", "x[index]"),
        ("(a + b)[0]", "(a + b)[0]"),
        ("g * ones_like(x)", "g·1"),
        ("spread(g, x, 1)", "g repeated along axis 1"),
        ("scatter(a + b, x, 0)", "(a + b) at [0], else 0"),
        ("0.5 * x", "0.5·x"),
        ("1e-7 * x", "1e−7·x"),
        ("1000000 * x", "1e6·x"),
    ],
)
def test_a_formula_is_written_like_this(formula, text):
    assert render(formula, {}).text == text


@pytest.mark.parametrize(
    ("formula", "meaning", "text"),
    [
        ("x ** y", {"x": MINUS_3, "y": literal_term(2)}, "(−3)²"),
        ("x * y", {"x": MINUS_3, "y": MINUS_3}, "−3·(−3)"),
        ("x - y", {"x": MINUS_3, "y": MINUS_3}, "−3 − (−3)"),
        ("-x", {"x": MINUS_3}, "−(−3)"),
        ("x * y", {"x": A_SUM, "y": Term("w")}, "(a + b)·w"),
        ("x - y", {"x": Term("c"), "y": A_SUM}, "c − (a + b)"),
        ("x / y", {"x": Term("c"), "y": A_PRODUCT}, "c / (a·b)"),
        ("x.T", {"x": A_PRODUCT}, "(a·b)ᵀ"),
        ("exp(x)", {"x": A_SUM}, "exp(a + b)"),
        ("x[index]", {"x": Term("v"), "index": Term("0:2, 1")}, "v[0:2, 1]"),
        ("y * x ** (y - 1)", {"x": Term("w"), "y": literal_term(2)}, "2·w"),
        ("y * x ** (y - 1)", {"x": Term("w"), "y": literal_term(3)}, "3·w²"),
        ("y * x ** (y - 1)", {"x": Term("w"), "y": Term("n")}, "n·w^(n − 1)"),
        ("y * x ** (y - 1)", {"x": Term("w"), "y": literal_term(-1)}, "−1·w⁻²"),
        ("stack(xs)", {"xs": Term("a, b")}, "stack(a, b)"),
    ],
)
def test_names_are_replaced_by_what_they_stand_for(formula, meaning, text):
    assert render(formula, meaning).text == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (-0.5, "−0.5"),
        (0.1, "0.1"),
        (1e-7, "1e−7"),
        (1e6, "1e6"),
        (-1.25e9, "−1.25e9"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "NaN"),
    ],
)
def test_a_literal_is_as_short_as_it_was_written(value, text):
    assert literal_term(value).text == text


def test_subscripts_have_all_their_digits():
    assert subscript(1234567890) == "₁₂₃₄₅₆₇₈₉₀"


def test_a_formula_without_notation_is_a_mistake_in_the_table():
    with pytest.raises(NotImplementedError, match="lambda"):
        render("lambda: 0", {})


# ---- What is written means what was computed: read it back and compare the numbers.


def formulas():
    leaves = st.sampled_from(["x", "y", "2", "3", "0.5"])
    return st.recursive(
        leaves,
        lambda parts: (
            st.tuples(parts, st.sampled_from("+-*/"), parts).map(
                lambda t: f"({t[0]} {t[1]} {t[2]})"
            )
            | parts.map(lambda part: f"(-{part})")
            | parts.map(lambda part: f"({part}) ** 2")
            | parts.map(lambda part: f"sqrt({part})")
        ),
        max_leaves=8,
    )


def as_python(text):
    """Translate our notation back, by the rules that a reader of it uses."""
    rooted = re.sub(r"√([\w.]+²?)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    signs = {"·": "*", "−": "-", "²": "**2"}
    return "".join(signs.get(character, character) for character in rooted)


@given(formulas())
def test_brackets_are_where_the_meaning_needs_them(formula):
    # Numbers of NumPy, which are divided by 0 without an error.
    values = {"x": np.float64(1.7), "y": np.float64(0.3), "sqrt": np.emath.sqrt}
    text = as_python(render(formula, {}).text)
    with np.errstate(all="ignore"):
        expected, read_back = eval(formula, values), eval(text, values)
    np.testing.assert_allclose(read_back, expected, rtol=1e-9)
