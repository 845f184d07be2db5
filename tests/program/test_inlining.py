"""Code with fewer names computes the same."""

import ast

import pytest

from backprop_lab.program.inlining import compacted


def shortened(text):
    return "; ".join(map(ast.unparse, compacted(ast.parse(text).body)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = x * y; b = a + x; return b", "return x * y + x"),
        ("a = x + y; b = a * a; return b", "a = x + y; return a * a"),
        ("a = x; b = a * a; return b, a", "return (x * x, x)"),
        ("a = 1.0; b = a * x + a; return b", "return 1.0 * x + 1.0"),
        ("a = x - y; b = z - a; return b", "return z - (x - y)"),
        ("a = x * y; b = a; return b, b", "b = x * y; return (b, b)"),
        ("a = f(x); b = a.T; return b[0]", "return f(x).T[0]"),
    ],
)
def test_what_is_used_once_stands_where_it_is_used(text, expected):
    assert shortened(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # What += changes may be read neither earlier nor later than it is.
        "g = x * y; g += x; h = g * x; return h",
        "g = x; g += y; return g",
        "g = x + y; h = g * x; g += x; return (h, g)",
        "g = x + y; h = g; g += h; return (h, g)",
    ],
)
def test_what_is_added_to_stays_where_it_is(text):
    assert shortened(text) == text


def test_a_long_sum_becomes_several_lines():
    text = "; ".join(f"v{step + 1} = v{step} + x" for step in range(1000))
    lines = compacted(ast.parse(f"{text}; L = v1000 * v1000; L += x").body)
    assert 10 < len(lines) < 100
    namespace = {"v0": 1.0, "x": 2.0}
    exec(compile(ast.Module(lines, []), "test", "exec"), namespace)
    assert namespace["L"] == 2001.0**2 + 2.0
