"""Names that learners bring from elsewhere lead to a line that runs here."""

import ast
import builtins
import inspect

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine import functions
from backprop_lab.engine.habits import LINES, line_for

ADVICE = sorted({line for _, line in LINES.values()})


def inputs(value):
    """Return what the lines of the table speak of."""
    x, y = bp.variable(value, "x"), bp.variable(value, "y")
    L = bp.total(x * y)
    words = {name: getattr(bp, name) for name in bp.__all__}
    return {**words, "x": x, "y": y, "L": L, "tape": bp.record(L)}


@pytest.mark.parametrize("line", ADVICE)
def test_every_line_is_python_that_runs(line):
    for value in (0.5, [0.25, 0.75]):  # float(x.value) needs a number, x @ y a vector.
        try:
            exec(line, inputs(value))
        except (bp.LabError, TypeError):
            continue
        return
    pytest.fail(f"{line} runs neither with numbers nor with vectors")


@pytest.mark.parametrize("line", ADVICE)
def test_a_line_uses_only_words_that_learners_have(line):
    used = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}
    assert used <= {*bp.__all__, *dir(builtins), "x", "y", "L", "tape"}


ONE = (
    *("absolute", "average", "cos", "exp", "exp2", "expm1", "log", "log10", "log1p"),
    *("log2", "mean", "negative", "reciprocal", "sin", "sinh", "cosh", "size", "sqrt"),
    *("square", "std", "sum", "tan", "tanh", "var", "ndim", "argmax"),
)
TWO = (
    *("dot", "maximum", "minimum", "multiply", "outer", "power", "subtract"),
    "true_divide",
)
ELEMENTWISE_HERE = ("max", "min")


def test_the_functions_of_numpy_that_are_lines_here_compute_the_same():
    x, y = np.array([0.3, 1.2, 2.0]), np.array([0.5, 0.7, 3.0])
    nodes = {**inputs(1.0), "x": bp.variable(x), "y": bp.variable(y)}
    for habit in ONE + TWO + ELEMENTWISE_HERE:
        function = getattr(np, habit)
        if habit in ELEMENTWISE_HERE:  # Of two nodes; there, of one array.
            function = getattr(np, f"{habit}imum")
        arguments = (x,) if habit in ONE else (x, y)
        expected = function(*arguments)
        found = eval(LINES[habit][1], nodes)
        np.testing.assert_allclose(getattr(found, "value", found), expected, rtol=1e-12)


def test_a_function_of_the_same_name_is_found_under_it():
    own = {
        name
        for name, function in vars(functions).items()
        if inspect.isfunction(function)
        and function.__module__ == functions.__name__
        and not name.startswith("_")
    }
    assert own <= LINES.keys()


@pytest.mark.parametrize("habit", sorted(LINES))
def test_whoever_is_asked_tells_the_line(habit):
    x, line = bp.variable(2.0, "scores"), line_for(habit, "scores")
    assert line.endswith(".") and "Write " in line
    with pytest.raises(AttributeError) as caught:
        getattr(x, habit)
    assert isinstance(caught.value, bp.LabError)
    assert str(caught.value) == f"scores is a node and has no {habit}. {line}"


def test_a_node_that_is_called_y_is_no_other_y():
    assert line_for("append", "y") == "Write concatenate([y, x])."


def test_the_package_tells_the_line_too():
    for habit in (
        "sum",
        "dot",
        "mse",
        "amin",
        "grad",
        "Tensor",
        "backward",
        "zeros",
    ):
        with pytest.raises(AttributeError) as caught:
            getattr(bp, habit)
        told = f"backprop_lab has no {habit}. {line_for(habit)}"
        assert isinstance(caught.value, bp.LabError) and str(caught.value) == told


def test_a_slip_of_the_pen_is_told_what_was_meant():
    with pytest.raises(AttributeError, match=r"no sigmiod\. Did you mean sigmoid\?"):
        bp.sigmiod  # noqa: B018
    with pytest.raises(AttributeError, match=r"no zzz\. Its names: dir"):
        bp.zzz  # noqa: B018


def test_the_methods_of_a_tensor_lead_to_lines():
    v = bp.variable([1.0, 2.0], "v")
    for use, told in {
        "v.sum()": "Write total(v).",
        "v.backward()": "every tape starts anew. Write tape = record(L).",
        "v.grad": "belong to a tape, not to nodes, .* Write record(L).gradient(v).",
        "v.item()": "Write float(v.value).",
        "v.detach()": "Write constant(v.value).",
        "v.reshape(2, 1)": "Write reshape(v, (2, -1)).",
        "v.ndim": "Write v.value.ndim.",
        "v.zero_grad()": "every tape starts anew",
        "v.colour": "Its number is v.value, its shape v.shape.",
    }.items():
        pattern = told.replace("(", r"\(").replace(")", r"\)").replace("[", r"\[")
        with pytest.raises(AttributeError, match=pattern):
            eval(use, {"v": v})


def test_what_python_and_notebooks_ask_is_answered_as_ever():
    x, tape = bp.variable(2.0), bp.record(bp.variable(2.0) * 2)
    for name in ("__array_interface__", "_repr_html_", "_ipython_display_", "__len2__"):
        assert (
            not hasattr(x, name) and not hasattr(tape, name) and not hasattr(bp, name)
        )
    assert not hasattr(x, "grad") and getattr(x, "grad", None) is None
