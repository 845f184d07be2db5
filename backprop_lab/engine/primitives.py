"""What a row of the table is: text that is compiled, and vetted before it is.

`multiply` is the row

    multiply    x * y    dz/dx = y    dz/dy = x

whose names mean the same in every row:

    x, y   the operands (`xs` where their number is free, `k` the position of one)
    z      the result, z = forward(x, y)
    g      the upstream gradient dL/dz, of z's shape

An *elementwise* row gives the local derivative dz/dx; its vector-Jacobian product
(VJP), the contribution sent to x, is `g * dz/dx`. Every other row gives the VJP itself,
because its local derivative would be an array of up to four indices. A contribution
that is larger than a broadcast operand is summed down to its shape once, in the
backward pass.

A rule that is a condition, such as `x > 0`, selects: where it does not hold, nothing is
sent, whatever g is, as 0 · ∞ would be NaN. That is how Iverson's bracket is meant
(Knuth, Two notes on notation, 1992: it is "strongly zero").

In PyTorch such a row is an entry of `derivatives.yaml`; in JAX it is a call of `defvjp`
or `ad.deflinear` for each primitive.
"""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from backprop_lab.engine.arrays import Array
from backprop_lab.errors import InputError
from backprop_lab.words.formulas import render

# ------------------------------------------------------------ words used in the table


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)), without overflow for any x."""
    small = np.exp(-abs(x))
    result: Array = np.where(x >= 0, 1, small) / (1 + small)
    return result


def relu(x: Array) -> Array:
    """Return x where it is positive, else 0."""
    return np.maximum(x, 0)


def times(x: Array, y: Array) -> Array:
    """Return x * y, and 0 where x is 0, even if y is infinite or NaN."""
    result: Array = np.where(x == 0, 0.0, x * y)
    return result


def largest(x: Array) -> Array:
    """Return the largest entry of each row, as a row of its own of length 1."""
    result: Array = np.max(x, axis=-1, keepdims=True)
    return result


def log_softmax(x: Array) -> Array:
    """Return the logarithms of the softmax of each row; no score is too large."""
    low = x - np.max(x, axis=-1, keepdims=True)
    result: Array = low - np.log(np.sum(np.exp(low), axis=-1, keepdims=True))
    return result


def at_largest(g: Array, x: Array, axis: int) -> Array:
    """Return zeros of x's shape with g at the largest entry, or the first of them."""
    result = np.zeros_like(x)
    first = np.expand_dims(np.argmax(x, axis=axis), axis)
    np.put_along_axis(result, first, np.expand_dims(g, axis), axis=axis)
    return result


def shaped_like(g: Array, x: Array) -> Array:
    """Return the entries of g in the shape of x."""
    return np.reshape(g, np.shape(x))


def transposed(x: Array) -> Array:
    """Return each matrix of a stack of matrices, transposed."""
    return np.swapaxes(x, -1, -2)


def spread(g: Array, x: Array, axis: int | tuple[int, ...]) -> Array:
    """Return g repeated along the axes of x that a sum has removed."""
    return np.expand_dims(g, axis) * np.ones_like(x)


def scatter(g: Array, x: Array, index: Any) -> Array:
    """Return zeros of x's shape with g added at an index, repeats included."""
    result = np.zeros_like(x)
    np.add.at(result, index, g)
    return result


WORDS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "at_largest": at_largest,
    "concatenate": np.concatenate,
    "cos": np.cos,
    "exp": np.exp,
    "largest": largest,
    "log": np.log,
    "log_softmax": log_softmax,
    "max": np.max,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "ones_like": np.ones_like,
    "outer": np.outer,
    "relu": relu,
    "reshape": np.reshape,
    "scatter": scatter,
    "shaped_like": shaped_like,
    "sigmoid": sigmoid,
    "sign": np.sign,
    "sin": np.sin,
    "split": np.split,
    "spread": spread,
    "sqrt": np.sqrt,
    "stack": np.stack,
    "sum": np.sum,
    "take": np.take,
    "tanh": np.tanh,
    "times": times,
    "transposed": transposed,
    "where": np.where,
}


# ------------------------------------------------------------------ what a row is


@dataclass(frozen=True)
class Primitive:
    """One operation: how its value is computed and what each operand is sent.

    Attributes:
        name: The learner's word, such as "multiply".
        formula: z as an expression in the operands, such as "x * y".
        rules: One expression per operand: dz/dx for an elementwise operation, else the
            contribution to x as an expression in g. A variadic operation (`*xs`) has
            one rule for all positions k.
        settings: Names of settings that are not operands, such as "axis".
        elementwise: Whether the rules are local derivatives.
        forward: The formula, compiled: operands and settings to value.
        compiled_rules: The rules, compiled.
    """

    name: str
    formula: str
    rules: tuple[str, ...]
    settings: tuple[str, ...] = ()
    elementwise: bool = True
    forward: Callable[..., Any] = field(init=False, repr=False, compare=False)
    compiled_rules: tuple[Callable[..., Any], ...] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Compile the row's texts.

        Raises:
            InputError: A text is no expression or uses an unknown word, or there is
                no rule.
        """
        for text in (self.name, self.formula, *self.rules, *self.settings):
            if not isinstance(text, str):
                raise InputError(
                    f"{self.name}: {text!r} is not text. A row is written, so that it "
                    "can be shown and checked as well as run: "
                    'primitive("square", "x ** 2", "2 * x").'
                )
        if not self.rules:
            raise InputError(
                f"{self.name}: there must be one rule for each operand of "
                f"{self.formula!r}. For x ** 2, say, it is '2 * x'."
            )
        operands = "*xs" if self.variadic else ", ".join("xy"[: len(self.rules)])
        settings = ", ".join(self.settings)
        given = f"{operands}, {settings}" if settings else operands
        position = "k, " if self.variadic else ""

        def compiled(arguments: str, text: str) -> Callable[..., Any]:
            _check_expression(self.name, text, arguments)
            words = {**_numpy_functions(text), **WORDS}
            function = eval(f"lambda {arguments}: {text}", words)
            return function  # type: ignore[no-any-return]

        object.__setattr__(self, "forward", compiled(given, self.formula))
        object.__setattr__(
            self,
            "compiled_rules",
            tuple(compiled(f"{position}g, z, {given}", rule) for rule in self.rules),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled functions cannot be pickled, but compiled again.
        texts = self.name, self.formula, self.rules, self.settings, self.elementwise
        return Primitive, texts

    @property
    def variadic(self) -> bool:
        """Whether the operation takes any number of operands."""
        return "xs" in self.formula

    def rule(self, position: int) -> str:
        """Return the rule for the operand at a position."""
        return self.rules[0 if self.variadic else position]

    def selects(self, position: int) -> bool:
        """Return whether the rule at a position is a condition, such as `x > 0`."""
        return self.elementwise and _is_condition(self.rule(position))

    def vjp(self, position: int) -> str:
        """Return the contribution to a position as an expression in g.

        Example:
            >>> primitive("square", "x * x", "2 * x").vjp(0)
            'g * (2 * x)'
            >>> primitive("relu", "maximum(x, 0)", "x > 0").vjp(0)
            'where(x > 0, g, 0)'
        """
        rule = self.rule(position)
        if not self.elementwise:
            return rule
        return f"where({rule}, g, 0)" if self.selects(position) else f"g * ({rule})"

    def sent(self, position: int, g: Array, local: Any) -> Array:
        """Return the contribution that a local derivative makes of a gradient.

        Args:
            position: Which operand it goes to.
            g: Upstream gradient, of z's shape.
            local: The local derivative of an elementwise operation.
        """
        if self.selects(position):
            return np.where(local, g, 0.0)
        product: Array = g * local
        return product

    def local_derivative(
        self, position: int, z: Array, operands: tuple[Array, ...]
    ) -> Any:
        """Return dz/dx of an elementwise operation for the operand at a position."""
        return self.compiled_rules[position](None, z, *operands)

    def contribution(
        self,
        position: int,
        g: Array,
        z: Array,
        operands: tuple[Array, ...],
        settings: dict[str, Any],
    ) -> Any:
        """Return what the operand at a position is sent: the VJP.

        Args:
            position: Which operand, counted from 0.
            g: Upstream gradient, of z's shape.
            z: The operation's value.
            operands: Values of all operands.
            settings: Values for the row's settings.
        """
        if self.elementwise:
            return self.sent(position, g, self.local_derivative(position, z, operands))
        if self.variadic:
            return self.compiled_rules[0](position, g, z, *operands, **settings)
        return self.compiled_rules[position](g, z, *operands, **settings)


@lru_cache(maxsize=512)
def _is_condition(rule: str) -> bool:
    return isinstance(ast.parse(rule, mode="eval").body, ast.Compare)


def _names(text: str) -> set[str]:
    tree = ast.parse(text, mode="eval")
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def _numpy_functions(text: str) -> dict[str, Callable[..., Any]]:
    """Return what NumPy calls by the names in a text, such as arctan."""
    found = {name: getattr(np, name, None) for name in _names(text)}
    return {
        name: function
        for name, function in found.items()
        if callable(function) and not isinstance(function, type)
    }


def _check_expression(name: str, text: str, arguments: str) -> None:
    try:
        used = _names(text)
    except SyntaxError:
        raise InputError(
            f"{name}: {text!r} is not an expression. Write one such as 'x ** 2'."
        ) from None
    try:
        render(text, {})
    except NotImplementedError as problem:
        raise InputError(
            f"{name}: {text!r} cannot be shown: {problem}. Use + - * / ** @, "
            "comparisons, .T, [index] and functions of NumPy, such as arctan(x)."
        ) from None
    known = {*WORDS, *_numpy_functions(text), *re.findall(r"\w+", arguments)}
    if unknown := used - known:
        raise InputError(
            f"{name}: {text!r} uses {', '.join(sorted(unknown))}, which means nothing "
            f"here. It may use {arguments}; the words {', '.join(WORDS)}; and any "
            "other function of NumPy by its name, such as arctan. "
            "Each operand has one rule."
        )


def primitive(
    name: str,
    formula: str,
    *rules: str,
    settings: str | tuple[str, ...] = (),
    elementwise: bool = True,
) -> Primitive:
    """Return a row of the table; see `Primitive` for the columns.

    Settings may also be named in one text, as "axis cuts".

    Raises:
        InputError: A text is no expression or uses an unknown word, or there is no
            rule.

    Example:
        >>> softplus = primitive("softplus", "log(1 + exp(x))", "1 / (1 + exp(-x))")
        >>> float(softplus.forward(0.0)), float(softplus.local_derivative(0, 0, (0.0,)))
        (0.6931471805599453, 0.5)
    """
    names = tuple(settings.split()) if isinstance(settings, str) else settings
    return Primitive(name, formula, rules, names, elementwise)


def vjp_row(name: str, formula: str, *rules: str, settings: str = "") -> Primitive:
    """Return a row that is not elementwise.

    Example:
        >>> outer = vjp_row("outer", "outer(x, y)", "g @ y", "x @ g")
        >>> outer.elementwise
        False
    """
    return primitive(name, formula, *rules, settings=settings, elementwise=False)
