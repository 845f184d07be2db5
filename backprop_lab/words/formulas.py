"""Formulas as mathematics: from `z * (1 - z)` to "y_hat·(1 − y_hat)".

A formula comes in as a Python expression over short names (g, z, x, y), together with
what each name stands for in the graph at hand. It goes out as a `Term`: the text, and
how tightly it binds, so that brackets appear exactly where they are needed.

    >>> render("z * (1 - z)", {"z": Term("y_hat")}).text
    'y_hat·(1 − y_hat)'

PyTorch and JAX show the names of their functions (`AddBackward0`, `add_any`) instead.
"""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from backprop_lab.words.numbers import number

# How tightly a text binds; an operand that binds less tightly is bracketed.
# Matrix products stand below others, so that (W x)·b and W (x·b) differ on paper too.
SUM, MATRIX_PRODUCT, PRODUCT, SIGN, POWER, ATOM = range(6)

_SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# Operator: how tightly it binds, the text between its operands.
_INFIX: dict[type[ast.operator], tuple[int, str]] = {
    ast.Add: (SUM, " + "),
    ast.Sub: (SUM, " − "),
    ast.Mult: (PRODUCT, "·"),
    ast.Div: (PRODUCT, " / "),
    ast.MatMult: (MATRIX_PRODUCT, " "),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
_FUNCTION_SIGNS = {"sigmoid": "σ", "maximum": "max", "minimum": "min"}


@dataclass(frozen=True)
class Term:
    """A piece of mathematics as text, and how tightly it binds.

    A literal is worked out where it meets another one: the exponent of 2·x^(2 − 1).
    """

    text: str
    binding: int = ATOM
    literal: float | None = None  # The number that the text is, if it is one.

    def within(self, binding: int) -> str:
        """Return the text for use inside something that binds as tightly as this."""
        return self.text if self.binding >= binding else f"({self.text})"


def one_line(name: str) -> str:
    r"""Return a learner's name on one line, line breaks and the like spelled out.

    Example:
        >>> print(one_line("first\nsecond"))
        first\nsecond
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


def shortened(text: str, longest: int) -> str:
    """Return a text cut to a length, with an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def subscript(index: int) -> str:
    """Return a number as subscript digits.

    Example:
        >>> subscript(12)
        '₁₂'
    """
    return str(index).translate(_SUBSCRIPTS)


def literal_term(value: float) -> Term:
    """Return a plain number of a formula as a term, as short as it was written.

    Example:
        >>> literal_term(0.5).text
        '0.5'
    """
    text = f"{value:.6g}"
    if not math.isfinite(value):
        text = number(value)
    elif "e" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    text = text.replace("-", "−")
    return Term(text, SIGN if text.startswith("−") else ATOM, value)


def number_term(value: float) -> Term:
    """Return a computed number as a term, to be put in for a name."""
    text = number(value)
    return Term(text, SIGN if text.startswith("−") else ATOM)


def render(formula: str, meaning: Mapping[str, Term]) -> Term:
    """Return a formula with every name replaced by what it stands for.

    Args:
        formula: A Python expression of the kind that `primitives` holds.
        meaning: What stands for each name; a missing name stands for itself.

    Raises:
        NotImplementedError: The formula contains what has no notation, such as `%`.

    Example:
        >>> render("x * y", {"x": Term("a + b", SUM), "y": Term("w")}).text
        '(a + b)·w'
    """
    return _render(_parsed(formula), meaning)


@lru_cache(maxsize=512)
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _render(tree: ast.expr, meaning: Mapping[str, Term]) -> Term:
    def part(subtree: ast.expr) -> Term:
        return _render(subtree, meaning)

    match tree:
        case ast.Name(id=name):
            return meaning.get(name, Term(name))
        case ast.Constant(value=value) if isinstance(value, int | float):
            return literal_term(float(value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
            return literal_term(-float(value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            negated = part(operand)
            return Term(f"−{negated.within(_after_a_sign(negated, SIGN))}", SIGN)
        case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
            return _power(part(base), part(exponent))
        case ast.BinOp(left=left, op=ast.Sub(), right=right) if (
            minuend := part(left).literal
        ) is not None and (subtrahend := part(right).literal) is not None:
            return literal_term(minuend - subtrahend)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _INFIX:
            return _infix(part(left), operator, part(right))
        case ast.Compare(left=left, ops=[comparison], comparators=[right]) if (
            type(comparison) in _COMPARISONS
        ):
            sign = _COMPARISONS[type(comparison)]
            # Iverson's bracket: 1 where the condition holds, 0 elsewhere.
            return Term(f"[{part(left).text} {sign} {part(right).text}]")
        case ast.Attribute(value=value, attr="T"):
            return Term(f"{part(value).within(ATOM)}ᵀ")
        case ast.Subscript(value=value, slice=index):
            return Term(f"{part(value).within(ATOM)}[{part(index).text}]")
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            arguments = [part(arg) for arg in args if not isinstance(arg, ast.Starred)]
            arguments += [part(a.value) for a in args if isinstance(a, ast.Starred)]
            settings = [(str(k.arg), part(k.value).text) for k in keywords]
            return _call(name, arguments, settings)
    raise NotImplementedError(f"no notation for {ast.unparse(tree)}")


def _infix(left: Term, operator: ast.operator, right: Term) -> Term:
    binding, sign = _INFIX[type(operator)]
    first = second = binding
    if isinstance(operator, ast.MatMult):
        # (a·b) x needs its brackets, W V x does not.
        first, second = (
            binding if term.binding == binding else SIGN for term in (left, right)
        )
    elif isinstance(operator, ast.Sub | ast.Div):
        # a − (b − c) and a / (b·c) need their brackets, a + (b + c) does not.
        second = binding + 1
    second = _after_a_sign(right, second)
    return Term(f"{left.within(first)}{sign}{right.within(second)}", binding)


def _after_a_sign(term: Term, binding: int) -> int:
    """Return how tightly a term must bind after an operator: a·(−b), not a·−b."""
    return ATOM if term.text.startswith("−") else binding


def _power(base: Term, exponent: Term) -> Term:
    if exponent.literal == 1:
        return base
    text = base.within(ATOM)
    if exponent.text.lstrip("−").isdecimal():
        return Term(text + exponent.text.translate(_SUPERSCRIPTS), POWER)
    return Term(f"{text}^{exponent.within(ATOM)}", POWER)


def _call(name: str, args: list[Term], settings: list[tuple[str, str]]) -> Term:
    match name, args:
        case "abs", [x]:
            return Term(f"|{x.text}|")
        case "times", [x, y]:
            return _infix(x, ast.Mult(), y)
        case "largest", [x]:
            return Term(f"max {x.within(ATOM)}", MATRIX_PRODUCT)
        case "at_largest", [g, _, _]:
            return Term(f"{g.within(PRODUCT)} at the largest, else 0", SUM)
        case "transposed", [x]:
            return Term(f"{x.within(ATOM)}ᵀ")
        case "shaped_like", [g, _]:
            return Term(f"{g.within(PRODUCT)} in the old shape", SUM)
        case "max", [x]:
            along = "".join(f" ({name} {text})" for name, text in settings)
            return Term(f"max{along} {x.within(ATOM)}", MATRIX_PRODUCT)
        case "sqrt", [x]:
            return Term(f"√{x.within(ATOM)}", POWER)
        case "sum", [x]:
            # Kept axes are a matter of shapes.
            along = "".join(
                f" ({name} {text})" for name, text in settings if name != "keepdims"
            )
            # A sum reaches as far as it can: (Σ x)·y is not Σ x·y.
            return Term(f"Σ{along} {x.within(MATRIX_PRODUCT)}", SUM)
        case "outer", [x, y]:
            return Term(f"{x.within(SIGN)} {y.within(ATOM)}ᵀ", MATRIX_PRODUCT)
        case "ones_like", [_]:
            return Term("1")
        case "spread", [g, _, axis]:
            return Term(f"{g.within(PRODUCT)} repeated along axis {axis.text}", SUM)
        case "scatter", [g, _, index]:
            return Term(f"{g.within(PRODUCT)} at [{index.text}], else 0", SUM)
    sign = _FUNCTION_SIGNS.get(name, name)
    listed = [x.text for x in args] + [f"{key} {text}" for key, text in settings]
    return Term(f"{sign}({', '.join(listed)})")
