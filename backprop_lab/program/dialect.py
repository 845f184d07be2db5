"""A row of the table as Python that a learner would write, for floats or for NumPy.

A row's text is Python already, over short names (x, y, z, g) and words without a module
(exp, sigmoid). Here it becomes a `Template`: the words get their module, literals are
put in, and what they make pointless goes away, such as the 1 in `g * 1`. No derivative
is written here. `notation` is the twin that turns the same text into mathematics.

    >>> expression("g * (y * x ** (y - 1))", FLOATS, (("y", "2"),)).text
    '$g * (2 * $x)'
    >>> expression("g * cos(x)", ARRAYS).substitute({"g": "dL_dz", "x": "v"})
    'dL_dz * np.cos(v)'

There are three dialects. FLOATS is plain Python with `math`; it is the fastest, but
raises an error where NumPy answers with infinity or NaN. ARRAYS is NumPy. WRAPPED is
NumPy with every plain number wrapped as `np.float64`, which never raises: it computes
what the tape computes, whatever the numbers.
"""

import ast
import inspect
import math
import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from backprop_lab.engine.primitives import WORDS, Primitive


@dataclass(frozen=True)
class Dialect:
    """A way to write the words and numbers of the table.

    Attributes:
        module: Where functions come from: "math" or "np".
        wrapped: Whether plain numbers are written as `np.float64(…)`.
    """

    module: str
    wrapped: bool = False


FLOATS = Dialect("math")
ARRAYS = Dialect("np")
WRAPPED = Dialect("np", wrapped=True)


@dataclass(frozen=True)
class Template:
    """An expression with places such as `$x` for names.

    Attributes:
        text: The Python text.
        is_atom: Whether it needs no brackets before `.sum()`.
        is_new: Whether its value is an array of its own, never another one or a view.
    """

    text: str
    is_atom: bool
    is_new: bool

    def substitute(self, names: Mapping[str, str]) -> str:
        """Return the text with names in its places."""
        return string.Template(self.text).substitute(names)


# ------------------------------------------- words that have no float form in `math`


def maximum(x: float, y: float) -> float:
    """Return the larger of two numbers, or NaN if one of them is NaN."""
    return y if x < y or y != y else x


def minimum(x: float, y: float) -> float:
    """Return the smaller of two numbers, or NaN if one of them is NaN."""
    return y if y < x or y != y else x


def sign(x: float) -> float:
    """Return 1, −1 or, for 0 and NaN, the number itself."""
    return math.copysign(1.0, x) if x < 0 or x > 0 else x


_FLOAT_WORDS = {
    "abs": "abs",
    "cos": "math.cos",
    "exp": "math.exp",
    "log": "math.log",
    "maximum": "maximum",
    "minimum": "minimum",
    "power": "math.pow",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "sign": "sign",
    "sin": "math.sin",
    "sqrt": "math.sqrt",
    "tanh": "math.tanh",
    "times": "times",
}
_FLOAT_HELPERS: dict[str, Callable[..., Any]] = {
    "maximum": maximum,
    "minimum": minimum,
    "sign": sign,
}
_TABLE_HELPERS = {
    word: function
    for word, function in WORDS.items()
    if getattr(np, word, None) is not function
}
HELPERS = frozenset(_FLOAT_HELPERS | _TABLE_HELPERS)

_IMPORTS = {"math": "import math", "np": "import numpy as np"}
_ENTRYWISE = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Call)
_PLAIN_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub)


# ----------------------------------------------------------------------- expressions


def number_in_code(value: float, dialect: Dialect, *, whole: bool = False) -> str:
    """Return a number as Python text that means exactly this number.

    Args:
        value: Any float, infinity and NaN included.
        dialect: How numbers are written.
        whole: Whether a small whole number may be written as 2 instead of 2.0.

    Example:
        >>> number_in_code(2.0, ARRAYS, whole=True), number_in_code(math.inf, ARRAYS)
        ('2', 'np.inf')
    """
    if not math.isfinite(value):
        sign = "-" if value < 0 else ""
        text = f"{sign}{dialect.module}.{'nan' if math.isnan(value) else 'inf'}"
    elif whole and value.is_integer() and 0 < abs(value) < 1e6:
        text = str(int(value))
    else:
        text = repr(float(value))
    return f"np.float64({text})" if dialect.wrapped else text


@lru_cache(maxsize=4096)
def expression(
    text: str,
    dialect: Dialect,
    literals: tuple[tuple[str, str], ...] = (),
    *,
    simplified: bool = True,
) -> Template:
    """Return a row's text in a dialect, with a place for every name.

    Args:
        text: A formula or a rule of the table.
        dialect: How words are written.
        literals: Names that stand for numbers, and the numbers' text.
        simplified: Whether `g * 1` becomes `g`, and so on; never changes the result.

    Example:
        >>> expression("g * (1)", ARRAYS)
        Template(text='$g', is_atom=True, is_new=False)
        >>> expression("z * (1 - z)", ARRAYS).text
        '$z * (1 - $z)'
    """
    values = {name: _parsed(value) for name, value in literals}
    tree = _Speller(dialect, values, simplified).visit(_parsed(text))
    return Template(
        ast.unparse(tree),
        is_atom=isinstance(tree, ast.Name | ast.Call | ast.Attribute | ast.Subscript),
        is_new=isinstance(tree, ast.BinOp | ast.UnaryOp)
        or (isinstance(tree, ast.Call) and "split" not in ast.unparse(tree.func)),
    )


@lru_cache(maxsize=256)
def is_plain(row: Primitive) -> bool:
    """Return whether a row works entry by entry and can be written for floats.

    A comparison may only be a whole rule: NumPy and Python add truth values
    differently.
    """
    return row.elementwise and all(
        _is_plain(tree.left) and _is_plain(tree.comparators[0])
        if isinstance(tree, ast.Compare) and text != row.formula
        else _is_plain(tree)
        for text in (row.formula, *row.rules)
        for tree in [_parsed(text)]
    )


def _is_plain(tree: ast.expr) -> bool:
    return all(
        node.id in {*_FLOAT_WORDS, *"xyz"}
        if isinstance(node, ast.Name)
        else isinstance(node, (*_ENTRYWISE, *_PLAIN_OPERATORS, ast.Load))
        for node in ast.walk(tree)
    )


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Speller(ast.NodeTransformer):
    """Rewrites one expression; the standard library's way to visit a syntax tree."""

    def __init__(
        self, dialect: Dialect, values: Mapping[str, ast.expr], simplified: bool
    ) -> None:
        self.dialect = dialect
        self.values = values
        self.simplified = simplified

    def visit_Name(self, name: ast.Name) -> ast.expr:
        return self.values.get(name.id, ast.Name(f"${name.id}"))

    def visit_Subscript(self, tree: ast.Subscript) -> ast.expr:
        # An index is written differently between brackets: x[0:2], but np.s_[0:2].
        index = self.visit(tree.slice)
        if isinstance(index, ast.Name):
            index = ast.Name(f"{index.id}_inside")
        return ast.Subscript(self.visit(tree.value), index)

    def visit_Call(self, call: ast.Call) -> ast.expr:
        # The table's rows say exp, the helpers of the table say np.exp.
        function = call.func
        assert isinstance(function, ast.Name | ast.Attribute)
        word = function.id if isinstance(function, ast.Name) else function.attr
        args = [self.visit(arg) for arg in call.args]
        keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in call.keywords]
        return self.called(word, args, keywords)

    def called(
        self, word: str, args: list[ast.expr], keywords: list[ast.keyword]
    ) -> ast.expr:
        if word == "times" and self.simplified and _literal(args[0]) is not None:
            # A number that is known now is no 0 later.
            product = ast.BinOp(args[0], ast.Mult(), args[1])
            return self.simpler(product) if _literal(args[0]) else args[0]
        name = word if word in _TABLE_HELPERS else f"np.{word}"
        if self.dialect.module == "math":
            args = [_as_float(arg) for arg in args]
            if word == "where":
                return ast.IfExp(*args)
            # Python's max is right where its second argument is no NaN.
            is_max = word == "maximum" and _literal(args[1]) is not None
            name = "max" if is_max else _FLOAT_WORDS[word]
        return ast.Call(_parsed(name), args, keywords)

    def visit_UnaryOp(self, tree: ast.UnaryOp) -> ast.expr:
        return ast.UnaryOp(tree.op, self.visit(tree.operand))

    def visit_BinOp(self, tree: ast.BinOp) -> ast.expr:
        left, right = self.visit(tree.left), self.visit(tree.right)
        plain = ast.BinOp(left, tree.op, right)
        simple = self.simpler(plain) if self.simplified else plain
        match simple:
            # A power of a negative number is real only if the exponent is whole.
            case ast.BinOp(left, ast.Pow(), right) if not _is_whole(right):
                return self.called("power", [left, right], [])
        return simple

    def simpler(self, tree: ast.BinOp) -> ast.expr:
        match tree.op, _literal(tree.left), _literal(tree.right):
            case ast.Sub(), float(x), float(y):
                return _parsed(number_in_code(x - y, self.dialect, whole=True))
            case (ast.Mult() | ast.Pow(), _, 1.0):
                return tree.left
            case ast.Mult(), 1.0, _:
                return tree.right
            case ast.Mult(), _, -1.0:
                return ast.UnaryOp(ast.USub(), tree.left)
        return tree


# --------------------------------------------------------------------------- helpers


def prelude(lines: Iterable[str], dialect: Dialect) -> list[str]:
    """Return the imports and helpers that lines of code need, and blank lines.

    Example:
        >>> prelude(["z = np.exp(x)"], ARRAYS)
        ['import numpy as np', '']
    """
    text = "\n".join(lines)
    words = sorted(word for word in HELPERS if _mentions(text, f"{word}("))
    helpers = [helper(word, dialect) for word in words]
    text = "\n".join([text, *helpers])
    imports = [
        statement
        for module, statement in _IMPORTS.items()
        if _mentions(text, f"{module}.")
    ]
    if not helpers:
        return [*imports, ""] if imports else []
    blocks = [imports, *map(str.splitlines, helpers)]
    return [line for block in blocks if block for line in (*block, "", "")]


def _mentions(text: str, start: str) -> bool:
    """Return whether text holds a call or a module, not as the end of another word."""
    # The plain search is far faster, and says no for most of them.
    return start in text and bool(re.search(rf"(?<![.\w]){re.escape(start)}", text))


@lru_cache(maxsize=64)
def helper(word: str, dialect: Dialect) -> str:
    """Return the definition of a word that neither `math` nor NumPy has.

    It is the source of the function in `primitives`, without its docstring and types,
    and rewritten for floats where that is the dialect.

    Example:
        >>> print(helper("relu", ARRAYS))
        def relu(x):
            return np.maximum(x, 0)
        >>> print(helper("relu", FLOATS))
        def relu(x):
            return max(x, 0.0)
    """
    is_float_word = dialect.module == "math" and word in _FLOAT_HELPERS
    function = (_FLOAT_HELPERS if is_float_word else _TABLE_HELPERS)[word]
    tree = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    statements = [_untyped(statement) for statement in tree.body[1:]]
    if dialect.module == "math" and not is_float_word:
        speller = _Speller(dialect, {}, simplified=False)
        statements = [speller.visit(statement) for statement in statements]
    parameters = ", ".join(argument.arg for argument in tree.args.args)
    body = "\n".join(f"    {ast.unparse(statement)}" for statement in statements)
    # A helper's names are its own: no places to fill.
    return f"def {word}({parameters}):\n{body}".replace("$", "")


def _untyped(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ast.Assign([statement.target], statement.value, lineno=0)
    return statement


def _literal(tree: ast.expr) -> float | None:
    match tree:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int() | float() as value)):
            return -float(value)
    return None


def _is_whole(tree: ast.expr) -> bool:
    value = _literal(tree)
    return value is not None and value.is_integer()


def _as_float(tree: ast.expr) -> ast.expr:
    value = _literal(tree)
    return tree if value is None else _parsed(repr(value))
