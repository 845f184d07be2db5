"""Straight-line code with fewer names: the same operations in half the time.

In comes the body of a function with one operation a line, out comes what a person in a
hurry would write: what is used once stands where it is used. Nothing is computed in
another way, so results are equal to the last bit; Python only stores and loads less.

    >>> body = ast.parse("v = w * x; z = v + b; L = z * z; return L").body
    >>> for statement in compacted(body):
    ...     print(ast.unparse(statement))
    z = w * x + b
    return z * z

A compiler calls these steps copy propagation and forward substitution; XLA, under
`jax.jit`, does them and much more.
"""

import ast
from collections import Counter
from collections.abc import Iterable

# How many lines may become one: Python's own compiler is recursive.
_MOST_LINES = 50


def compacted(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return straight-line code in which only what is used again has a name.

    What `+=` changes keeps its name and its place, and so does whatever reads it. So
    does what stands in a branch, `g if x > 0 else 0.0`: it must be computed, and raise
    its errors, whichever branch is taken.

    Args:
        statements: Assignments of pure expressions to names, each name assigned once
            and then changed by `+=` only; at the end perhaps a `return`.
    """
    statements = list(statements)
    changed = {
        statement.target.id
        for statement in statements
        if isinstance(statement, ast.AugAssign)
        and isinstance(statement.target, ast.Name)
    }
    in_branches = {
        name
        for statement in statements
        for part in ast.walk(statement)
        if isinstance(part, ast.IfExp)
        for name in _names_read(part)
    }
    uses = Counter(name for statement in statements for name in _names_read(statement))
    put_in = _PutIn()
    kept = []
    for statement in statements:
        read = _names_read(statement)
        lines = 1 + sum(put_in.lines.get(name, 0) for name in read)
        match put_in.visit(statement):
            case ast.Assign([ast.Name(name)], value) if (
                changed.isdisjoint({name, *read})
                and name not in in_branches
                and lines <= _MOST_LINES
                and (uses[name] == 1 or isinstance(value, ast.Name | ast.Constant))
            ):
                put_in.values[name] = value
                put_in.lines[name] = lines
            case other:
                kept.append(other)
    return kept


def _names_read(tree: ast.AST) -> list[str]:
    return [
        part.id
        for part in ast.walk(tree)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    ]


class _PutIn(ast.NodeTransformer):
    """Puts values in for names; subclassing is the standard library's way to do it."""

    def __init__(self) -> None:
        self.values: dict[str, ast.expr] = {}
        self.lines: dict[str, int] = {}  # How many lines a value was made of.

    def visit_Name(self, name: ast.Name) -> ast.expr:
        return self.values.get(name.id, name)
