"""0 · ∞, 0 · NaN and kinks: the right values, and a document of all differences."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine import functions
from backprop_lab.engine.table import TABLE

INF, NAN = np.inf, np.nan
DOCUMENT = Path(__file__).parents[2] / "docs" / "special_values.md"
SPECIAL = [0.0, 1.0, -1.0, 2.0, 0.5, INF, -INF, NAN, 1e-200, 1e200]


def gradients(f, *values):
    """Return the gradients of the tape; compiled code must have the same ones."""
    nodes = [
        bp.variable(value, name) for value, name in zip(values, "xy", strict=False)
    ]
    L = f(*nodes)
    tape = bp.record(L)
    found = [tape.gradient(node).tolist() for node in nodes]
    inputs = {node.name: node.value for node in nodes}
    value, compiled = bp.compiled(L)(**inputs)
    np.testing.assert_array_equal(value, L.value)
    np.testing.assert_array_equal([compiled[node.name] for node in nodes], found)
    # So must code that was compiled at other values.
    elsewhere = bp.compiled(
        f(*(bp.variable(np.full(n.shape, 0.7), n.name) for n in nodes))
    )
    _, compiled = elsewhere(**inputs)
    np.testing.assert_array_equal([compiled[node.name] for node in nodes], found)
    return found


@pytest.mark.parametrize(
    ("f", "values", "expected"),
    [
        (lambda x: x**0, [0.0], [0]),
        (lambda x: x**0, [INF], [0]),
        (lambda x: x**1, [0.0], [1]),
        (lambda x: x**2, [0.0], [0]),
        (lambda x, y: x**y, [0.0, 1.0], [1, 0]),
        (lambda x, y: x**y, [0.0, 2.0], [0, 0]),
        (lambda x, y: x**y, [0.0, 0.0], [0, -INF]),
        (lambda x, y: x**y, [0.0, 0.5], [INF, 0]),
        (lambda x: 0.0**x, [2.0], [0]),
        (lambda x: bp.sqrt(bp.relu(x)), [-1.0], [0]),
        (lambda x: bp.log(bp.relu(x)), [-1.0], [0]),
        (lambda x: 1 / bp.relu(x), [-1.0], [0]),
        (lambda x: bp.sqrt(bp.maximum(x, 0.0)), [-1.0], [0]),
        (lambda x, y: bp.log(bp.maximum(x, y)), [-1.0, 0.0], [0, INF]),
        (lambda x: bp.sqrt(bp.relu(x)), [4.0], [0.25]),
        (lambda x: bp.sqrt(x * x), [0.0], [NAN]),
        (lambda x: x * bp.log(x), [0.0], [NAN]),
    ],
)
def test_zero_wins_where_the_limit_says_so_and_only_there(f, values, expected):
    np.testing.assert_array_equal(gradients(f, *values), expected)


@pytest.mark.parametrize(
    ("scores", "target", "expected", "gradient"),
    [
        ([1, 2, -INF], 0, np.log(1 + np.e), None),
        ([1, 2, -INF], [1.0, 0.0, 0.0], np.log(1 + np.e), None),
        ([1, 2, -INF], 2, INF, None),
        ([1e308, 0, -1e308], 0, 0.0, [0, 0, 0]),
        ([1e308, 1e308, -INF], 0, np.log(2), [-0.5, 0.5, 0]),
        ([-1e308, -1e308, -1e308], 1, np.log(3), [1 / 3, -2 / 3, 1 / 3]),
        ([0, 1e308, 0], 0, 1e308, [-1, 1, 0]),
    ],
)
def test_scores_of_any_size_have_a_cross_entropy(scores, target, expected, gradient):
    scores = np.array(scores, float)

    def loss(x):
        return bp.cross_entropy(x, target)

    assert loss(bp.variable(scores)).value == pytest.approx(expected)
    (found,) = gradients(loss, scores)
    if gradient is None:
        chances = bp.softmax(scores).value
        gradient = chances - (np.eye(3)[target] if np.ndim(target) == 0 else target)
    np.testing.assert_allclose(found, gradient, atol=1e-15)
    batch = bp.variable(np.stack([scores, scores]))
    both = bp.cross_entropy(batch, [target, target])
    np.testing.assert_allclose(bp.record(both).gradient(batch), [gradient] * 2)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e308])
def test_softmax_compiled_at_small_scores_is_right_for_large_ones(size):
    program = bp.compiled(
        bp.softmax(bp.variable([0.0, 1.0, 2.0], "x")), [1.0, 0.0, 0.0]
    )
    value, found = program(x=[size, size, -INF])
    np.testing.assert_array_equal(value, [0.5, 0.5, 0.0])
    np.testing.assert_allclose(found["x"], [0.25, -0.25, 0.0], atol=1e-15)


# ------------------------------------------------------------- beside other libraries


def differs_from_jax(row, operands, g):
    """Return whether the document's table says that JAX differs here."""
    x, y = (*operands, 1.0)[:2]
    match row:
        case "maximum" | "minimum":
            return x == y or np.isinf(g) or np.isnan(x) or np.isnan(y)
        case "absolute":
            return x == 0 or np.isnan(x)
        case "power":
            unusual = x == 0 and y <= 0
            return unusual or np.isinf(x) or np.isnan(x)
        case "divide":
            return abs(y) in (1e-200, 1e200)
        case "tanh":
            return np.isinf(g)
    return False


def differs_from_pytorch(row, operands, g):
    """Return whether the document's table says that PyTorch differs here."""
    x, y = (*operands, 1.0)[:2]
    match row:
        case "maximum" | "minimum":
            return x == y or np.isnan(x) or np.isnan(y)
        case "absolute" | "relu":
            return np.isnan(x)
        case "power":
            return (y == 0 and (x == 0 or np.isinf(g))) or np.isinf(x)
    return False


def in_jax(formula, operands, g):
    """Return value and contributions of a formula in JAX."""
    jax = pytest.importorskip("jax", reason="JAX is not among the project's own tools")
    jax.config.update("jax_enable_x64", True)
    words = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}
    words |= {word: getattr(jax.numpy, word) for word in WORDS}
    z, vjp = jax.vjp(_function(formula, words), *map(jax.numpy.float64, operands))
    return [z, *vjp(jax.numpy.float64(g))]


def in_pytorch(formula, operands, g):
    """Return value and contributions of a formula in PyTorch."""
    torch = pytest.importorskip("torch", reason="PyTorch is not among the own tools")
    words = {"relu": torch.relu, "sigmoid": torch.sigmoid}
    words |= {word: getattr(torch, word) for word in WORDS}
    tensors = [
        torch.tensor(operand, dtype=torch.float64, requires_grad=True)
        for operand in operands
    ]
    z = _function(formula, words)(*tensors)
    sent = torch.autograd.grad(z, tensors, torch.tensor(g, dtype=torch.float64))
    return [each.item() for each in (z, *sent)]


WORDS = ("abs", "cos", "exp", "log", "maximum", "minimum", "sin", "sqrt", "tanh")


def _function(formula, words):
    names = ", ".join(sorted(set(re.findall(r"\b[xy]\b", formula))))
    return eval(f"lambda {names}: {formula}", {"times": lambda x, y: x * y, **words})


@pytest.mark.parametrize(
    ("theirs", "differs"),
    [(in_jax, differs_from_jax), (in_pytorch, differs_from_pytorch)],
)
@pytest.mark.parametrize("row", [row for row in TABLE.values() if row.elementwise])
def test_every_difference_from_others_is_in_the_document(row, theirs, differs):
    for operands in itertools.product(SPECIAL, repeat=len(row.rules)):
        for g in (1.0, INF, 0.0):
            if row.name == "weigh" and not np.isfinite(operands).all():
                continue  # The others have no such operation.
            nodes = [bp.variable(operand) for operand in operands]
            L = bp.apply(row, *nodes)
            tape = bp.record(L, seed=g)
            ours = [L.value, *map(tape.gradient, nodes)]
            elsewhere = theirs(row.formula, operands, g)
            same = np.allclose(ours, elsewhere, 1e-9, 0, equal_nan=True)
            assert same or differs(row.name, operands, g), (operands, g)


def test_the_document_names_every_operation_and_every_function():
    text = DOCUMENT.read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`]+)`", text))
    own = {
        name
        for name, function in vars(functions).items()
        if getattr(function, "__module__", "") == functions.__name__
        and not name.startswith("_")
    }
    assert {*TABLE, *own} <= named
    rows = set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))
    assert rows == {
        "largest",
        "maximum",
        "relu",
        "absolute",
        "power",
        "divide",
        "tanh",
    } | {"cross_entropy"}
