"""Names become identifiers: unchanged where they can, safe and different where not."""

import keyword
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.graph import Graph
from backprop_lab.program.identifiers import RESERVED, identifiers


def named(*names):
    """Return the identifiers of variables with these names, and of their sum."""
    nodes = [bp.variable(1.0, name) for name in names]
    found = identifiers(Graph.of(sum(nodes[1:], nodes[0])))
    return [found[node] for node in nodes]


@pytest.mark.parametrize("name", ["w", "y_hat", "权重", "λ", "W1", "_hidden"])
def test_a_name_that_is_an_identifier_stays(name):
    assert named(name) == [name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x squared", "x_squared"),
        ("W[0]", "W_0"),
        ("a₁", "a1"),
        ("2nd", "v_2nd"),
        ("lambda", "lambda_"),
        ("np", "np_"),
        ("max", "max_"),
        ("print", "print_"),
        ("__debug__", "__debug___"),
        ("$x", "x"),
        ("); import os #", "import_os"),
        ("→", "v1"),
        ("ﬁ", "fi"),
    ],
)
def test_any_other_name_becomes_a_safe_one(name, expected):
    assert named(name) == [expected]


def test_names_that_python_reads_as_one_are_told_apart():
    assert named("ﬁ", "fi", "x y", "x_y") == ["fi_", "fi", "x_y_", "x_y"]


def test_an_unnamed_result_has_the_number_it_has_on_the_picture():
    x = bp.variable(2.0, "x")
    graph = Graph.of(bp.exp(bp.sin(x * x * x + x * x * x) + 2) + 1)
    numbered = {
        node: unicodedata.normalize("NFKC", graph.name(node))
        for node in graph.nodes
        if re.fullmatch("v[₀-₉]+", graph.name(node))
    }
    assert numbered
    found = identifiers(graph)
    assert {node: found[node] for node in numbered} == numbered


def test_an_unnamed_array_is_a_numbered_constant():
    x = bp.variable([1.0, 2.0], "x")
    assert "c2" in identifiers(Graph.of(x * [3.0, 4.0])).values()


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_identifiers_are_valid_different_and_free(names):
    found = named(*names)
    assert len(set(found)) == len(found)
    for name in found:
        assert name.isidentifier()
        assert not keyword.iskeyword(name)
        assert name not in RESERVED
