"""How a node is written: on a line, in a message, in a line of advice."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.written import as_python, written


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (bp.variable(2.0, "x"), "Node x = 2 (variable)"),
        (bp.constant([1.0, 0.25], "t"), "Node t = [1, 0.2500] (constant)"),
        (bp.named(bp.variable(3.0, "x") * 2, "z"), "Node z = 6 (multiply)"),
        (bp.variable(1.0, "a\nb"), r"Node a\nb = 1 (variable)"),
        (bp.variable(np.arange(10.0), "v"), "Node v = [10 numbers: 0 … 9] (variable)"),
    ],
)
def test_a_node_is_shown_on_one_line(node, text):
    assert repr(node) == str(node) == f"{node}" == text


def test_an_unnamed_node_is_shown_without_a_name():
    assert repr(bp.variable(1.0, "x") + 1) == "Node 2 (add)"


def test_the_repr_of_a_long_history_is_short():
    x = bp.variable(1.0, "x")
    for _ in range(1000):
        x = x + x * 0
    assert len(repr(x)) < 80


def test_a_format_specification_formats_the_number():
    x = bp.variable(2.5, "x")
    assert f"{x:.3f} {x:>6}" == "2.500    2.5"


def test_a_format_specification_formats_every_entry():
    assert f"{bp.variable([1.0, 2.5]):.1f}" == "[1.0, 2.5]"


@pytest.mark.parametrize("name", ["w", "W1", "y_hat", "_", "权重", "θ"])
def test_a_name_that_is_python_stands_in_advice(name):
    assert as_python(name, "x") == written(bp.variable(1.0, name)) == name


@pytest.mark.parametrize("name", ["w·x", "a₁", "x²", "class", "2x", "W v", "ws[0]", ""])
def test_another_name_does_not(name):
    assert as_python(name, "x") == "x"
