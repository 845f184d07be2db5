"""Generated code is readable, runs as it stands, and agrees with the tape."""

import ast
import contextlib
import math
import re
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.primitives import primitive
from backprop_lab.engine.table import TABLE
from backprop_lab.program.dialect import ARRAYS
from backprop_lab.program.listing import write
from backprop_lab.program.program import code_graph
from backprop_lab.words.formulas import Term, render
from tests.engine.test_primitives import ELEMENTWISE_CASES, MATRIX_CASES, some_operands

ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


def ran(code):
    """Return the variables after a script has run in a namespace of its own."""
    namespace = {"arrays": code.arrays} if code.arrays else {}
    with np.errstate(all="ignore"):
        exec(code.text, namespace)
    return namespace


def assert_script_agrees(output, seed=None, exactly=True):
    """Run the script and compare each value and gradient with the tape's."""
    tape = bp.record(output, seed)
    code = code_graph(tape.graph, seed)
    found = ran(code)
    listing = write(tape.graph, output.value, ARRAYS)
    lines = code.text.splitlines()
    rtol = 0 if exactly else 1e-12
    for step, number in zip(tape.steps, code.lines, strict=True):
        target = lines[number - 1].split(" ")[0]
        if isinstance(step, bp.ForwardStep):
            name, expected = listing.names[step.node], step.value
        else:
            name = listing.gradients[step.operand]
            expected = tape.gradient(step.operand)
        assert target == name
        np.testing.assert_allclose(found[target], expected, rtol=rtol, atol=0)
        assert np.shape(found[target]) == expected.shape


def assert_program_agrees(program, output, exactly=True, **inputs):
    """Call a program and compare with the tape of a graph built from those inputs."""
    value, gradients = program(**inputs)
    tape = bp.record(output)
    rtol = 0 if exactly else 1e-12
    np.testing.assert_allclose(value, output.value, rtol=rtol, atol=0)
    for node in tape.graph.variables:
        expected = tape.gradient(node)
        np.testing.assert_allclose(gradients[node.name], expected, rtol=rtol, atol=0)


def neuron(w, b, x, y):
    z = bp.variable(w, "w") * bp.constant(x, "x") + bp.variable(b, "b")
    y_hat = bp.named(bp.sigmoid(bp.named(z, "z")), "y_hat")
    return bp.named(bp.squared_error(y_hat, bp.constant(y, "y")), "L")


# --------------------------------------------------------------------- whole texts


def test_the_first_graph_of_the_course_as_code():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    assert (
        str(bp.code(z))
        == """\
# Inputs
x = -2.0
y = 5.0
w = -4.0

# Forward pass
v4 = x + y
z = v4 * w

# Backward pass
dz_dz = 1.0
dz_dv4 = dz_dz * w
dz_dw = dz_dz * v4
dz_dx = dz_dv4
dz_dy = dz_dv4"""
    )


def test_a_value_used_twice_is_added_to_as_code():
    x = bp.variable(3.0)
    L = x * x
    assert (
        str(bp.code(L))
        == """\
# Inputs
x = 3.0

# Forward pass
L = x * x

# Backward pass
dL_dL = 1.0
dL_dx = dL_dL * x
dL_dx += dL_dL * x"""
    )


def test_the_single_neuron_as_code():
    w, x, b, y = bp.variable(0.5), bp.constant(1.5), bp.variable(-0.2), bp.constant(1)
    z = w * x + b
    y_hat = bp.sigmoid(z)
    e = y - y_hat
    L = 0.5 * e**2
    assert (
        str(bp.code(L))
        == """\
import math


def sigmoid(x):
    small = math.exp(-abs(x))
    result = (1.0 if x >= 0 else small) / (1 + small)
    return result


# Inputs
w = 0.5
x = 1.5
b = -0.2
y = 1.0

# Forward pass
v5 = w * x
z = v5 + b
y_hat = sigmoid(z)
e = y - y_hat
v10 = e ** 2
L = 0.5 * v10

# Backward pass
dL_dL = 1.0
dL_dv10 = dL_dL * 0.5
dL_de = dL_dv10 * (2 * e)
dL_dy_hat = -dL_de
dL_dz = dL_dy_hat * (y_hat * (1 - y_hat))
dL_dv5 = dL_dz
dL_db = dL_dz
dL_dw = dL_dv5 * x"""
    )


def two_layers():
    X = bp.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    W1 = bp.variable([[0.1, 0.2], [0.3, 0.4]])
    b1 = bp.variable([0.5, 0.5])
    W2 = bp.variable([[0.7], [0.8]])
    b2 = bp.variable(0.1)
    h = bp.tanh(X @ W1 + b1)
    y_hat = h @ W2 + b2
    L = bp.mean(y_hat * y_hat)
    return L


def test_a_network_of_two_layers_as_code():
    assert (
        str(bp.code(two_layers()))
        == """\
import numpy as np

# Inputs
X = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
W1 = np.array([[0.1, 0.2], [0.3, 0.4]])
b1 = np.array([0.5, 0.5])
W2 = np.array([[0.7], [0.8]])
b2 = 0.1

# Forward pass
v6 = X @ W1
v7 = v6 + b1
h = np.tanh(v7)
v9 = h @ W2
y_hat = v9 + b2
v11 = y_hat * y_hat
v12 = np.sum(v11)
L = v12 / 3

# Backward pass
dL_dL = 1.0
dL_dv12 = dL_dL * (1 / 3)
dL_dv11 = dL_dv12 * np.ones_like(v11)
dL_dy_hat = dL_dv11 * y_hat
dL_dy_hat += dL_dv11 * y_hat
dL_dv9 = dL_dy_hat
dL_db2 = dL_dy_hat.sum()
dL_dh = dL_dv9 @ W2.T
dL_dW2 = h.T @ dL_dv9
dL_dv7 = dL_dh * (1 - h ** 2)
dL_dv6 = dL_dv7
dL_db1 = dL_dv7.sum(axis=0)
dL_dW1 = X.T @ dL_dv6"""
    )


def test_a_program_is_the_same_lines_as_a_function():
    w, x = bp.variable(0.5), bp.constant(2.0)
    L = bp.exp(w * x)
    assert (
        str(bp.compiled(L))
        == """\
import math

def value_and_gradients(w, x=2.0):
    # Forward pass
    v3 = w * x
    L = math.exp(v3)

    # Backward pass
    dL_dL = 1.0
    dL_dv3 = dL_dL * L
    dL_dw = dL_dv3 * x
    return L, {"w": dL_dw}"""
    )


def test_the_text_of_a_program_defines_the_function_that_runs():
    program = bp.compiled(two_layers())
    variables = {node.name: node.value for node in program.graph.variables}
    namespace = {}
    exec(program.text, namespace)
    value, gradients = namespace["value_and_gradients"](**variables)
    again, others = program(**variables)
    assert value == again
    for name, gradient in gradients.items():
        np.testing.assert_array_equal(gradient, others[name])


def test_the_same_graph_has_the_same_text():
    assert str(bp.code(two_layers())) == str(bp.code(two_layers()))
    assert bp.compiled(two_layers()).text == bp.compiled(two_layers()).text


# ------------------------------------------------- row, formula and code agree


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("row", "shapes", "settings"), ELEMENTWISE_CASES + MATRIX_CASES
)
def test_the_code_of_every_row_computes_what_the_tape_computes(
    row, shapes, settings, seed
):
    operands = [
        bp.variable(value, name)
        for name, value in zip("abcd", some_operands(row, shapes, seed), strict=False)
    ]
    result = bp.apply(row, *operands, **settings)
    weights = np.random.default_rng(seed).uniform(0.5, 2.0, result.shape)
    assert_script_agrees(result, weights, exactly=False)


# For people, brackets and keywords are written in another way.
READ_ALIKE = [row for row in TABLE.values() if not row.settings and not row.variadic]


@pytest.mark.parametrize("row", READ_ALIKE, ids=lambda row: row.name)
def test_the_code_of_every_row_reads_like_its_formula_and_rules(row):
    cases = [*MATRIX_CASES, *ELEMENTWISE_CASES]
    shapes = next(case.values[1] for case in cases if case.values[0] is row)
    values = [np.full(shape, 2.0) for shape in shapes]
    operands = [bp.variable(*pair) for pair in zip(values, "xy", strict=False)]
    z = bp.named(bp.apply(row, *operands), "z")
    text = re.sub(r"\b(np|math)\.", "", str(bp.code(z, np.ones(z.shape))))
    text = re.sub(r"\bpow(?:er)?\((\w+), ([^)]+)\)", r"\1 ** (\2)", text)
    lines = dict(line.split(" = ") for line in text.splitlines() if " = " in line)
    assert render(lines["z"], {}) == render(row.formula, {})
    for name, rule in zip("xy", row.rules, strict=False):
        line = lines[f"dz_d{name}"]
        if row.name in ("maximum", "minimum", "relu"):
            assert line == f"dz_dz if {rule} else 0.0"
            continue
        product = f"dz_dz * ({rule})" if row.elementwise else rule
        expected = {"1": "dz_dz", "-1": "-dz_dz"}.get(rule, product)
        upstream = {"g": Term("dz_dz")}
        assert render(line, {}) == render(expected, upstream)


# ---------------------------------------------------------- the same as the tape

APPLIED = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "maximum": bp.maximum,
    "relu": lambda x, _: bp.relu(x),
    "sqrt": lambda x, _: bp.sqrt(x),
    "negate": lambda x, _: -x,
    "absolute": lambda x, _: abs(x),
    "literal": lambda x, _: 3 - 0.5 * x,
    "exp": lambda x, _: bp.exp(x),
    "sin": lambda x, _: bp.sin(x),
    "tanh": lambda x, _: bp.tanh(x),
    "sigmoid": lambda x, _: bp.sigmoid(x),
    "square": lambda x, _: x**2,
    "matmul": lambda x, y: (x @ x.T) @ y if x.value.ndim == 2 else x,
    "sum": lambda x, _: bp.total(x, axis=0) if x.shape else x,
    "part": lambda x, y: bp.concatenate([x[0:1], x]) if x.shape else x + y,
    "stack": lambda x, _: bp.stack([x, x]),
}
# What math and NumPy compute to the same last bit, and what only nearly.
EXACT = ["+", "-", "*", "/", "maximum", "relu", "sqrt", "negate", "absolute", "literal"]
SMOOTH = ["+", "-", "*", "exp", "sin", "tanh", "sigmoid", "square", "literal"]
ARRAY = [*EXACT, *SMOOTH, "matmul", "sum", "part", "stack"]


def steps_of(operations, count):
    """Draw what to compute: each step's operation and the nodes it uses."""
    which = st.integers(0, 100)
    step = st.tuples(st.sampled_from(operations), which, which)
    return st.lists(step, min_size=1, max_size=count)


def built(steps, inputs):
    """Compute a number from named inputs; every step may use any earlier result."""
    nodes = [bp.variable(value, name) for name, value in inputs.items()]
    for operation, first, second in steps:
        x, y = nodes[first % len(nodes)], nodes[second % len(nodes)]
        with contextlib.suppress(bp.ShapeError):
            nodes.append(APPLIED[operation](x, y))
    output = bp.total(nodes[-1]) + bp.total(nodes[0]) if nodes[-1].shape else nodes[-1]
    return bp.named(bp.total(output) if output.shape else output, "L")


def chosen(inputs, program):
    return {name: inputs[name] for name in program.inputs}


@given(steps_of(EXACT, 10), st.lists(ANY_FLOAT, min_size=6, max_size=6))
def test_floats_compute_the_tape_to_the_last_bit(steps, numbers):
    recorded = dict(zip("abc", numbers[:3], strict=True))
    later = dict(zip("abc", numbers[3:], strict=True))
    output = built(steps, recorded)
    assert_script_agrees(output)
    program = bp.compiled(output)
    assert program.is_scalar
    for inputs in (recorded, later):
        given_these = chosen(inputs, program)
        assert_program_agrees(program, built(steps, inputs), **given_these)
        value, gradients = program(**given_these)
        assert {type(value), *map(type, gradients.values())} == {float}


@given(steps_of(SMOOTH, 6), st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_floats_compute_smooth_functions_to_twelve_digits(steps, numbers):
    program = bp.compiled(built(steps, dict(zip("ab", numbers[:2], strict=True))))
    later = dict(zip("ab", numbers[2:], strict=True))
    value, gradients = program(**chosen(later, program))
    tape = bp.record(built(steps, later))
    expected = {node.name: tape.gradient(node) for node in tape.graph.variables}
    # A difference of two large numbers has the rounding error of the large ones.
    scale = max(1.0, *(abs(step.value.item()) for step in tape.forward))
    scale *= max(1.0, *(abs(step.after.item()) for step in tape.backward), 1.0)
    near = {"rtol": 1e-12, "atol": 1e-12 * scale}
    np.testing.assert_allclose(value, tape.graph.output.value, **near)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], **near)


@given(
    steps_of(ARRAY, 8),
    st.lists(
        st.sampled_from([(), (3,), (1,), (2, 3), (2, 1), (1, 3)]),
        min_size=3,
        max_size=3,
    ),
    st.integers(0, 2**32 - 1),
)
def test_arrays_compute_the_tape_to_the_last_bit(steps, shapes, seed):
    random = np.random.default_rng(seed)

    def some_inputs():
        numbers = [*np.linspace(-2, 2, 9), np.nan, np.inf]
        return {
            name: random.choice(numbers, size=shape)
            for name, shape in zip("abc", shapes, strict=True)
        }

    recorded, later = some_inputs(), some_inputs()
    output = built(steps, recorded)
    program = bp.compiled(output)
    if program.is_scalar:
        return  # Tested above.
    assert_script_agrees(output)
    for inputs in (recorded, later):
        given_these = chosen(inputs, program)
        assert_program_agrees(program, built(steps, inputs), **given_these)


def test_adding_to_one_gradient_leaves_the_others_alone():
    x, y = bp.variable([1.0, 2.0], "x"), bp.variable([3.0, 4.0], "y")
    # x receives the very array that y receives, and then another contribution.
    L = bp.total((x + y) * 2 + bp.sin(x))
    assert_script_agrees(L)
    assert_program_agrees(bp.compiled(L), L, x=x.value, y=y.value)


@pytest.mark.parametrize("index", [0, (0,), slice(0, 1), [0, 0], ..., None, (..., 0)])
def test_a_view_of_an_array_may_be_used_twice(index):
    x = bp.variable([1.0, 2.0], "x")
    part = x[index]
    assert_script_agrees(bp.total(part * part + part) + bp.total(x.T + x))


def test_an_index_into_a_number_computes_what_the_tape_computes():
    x, y = bp.variable(2.0, "x"), bp.variable(3.0, "y")
    total = x + y
    L = (total[()] * y + x) + x
    assert_script_agrees(L)
    assert_program_agrees(bp.compiled(L), L, x=2.0, y=3.0)


def test_a_number_taken_from_an_array_keeps_its_gradient_to_itself():
    v, y = bp.variable([1.0, 2.0], "v"), bp.variable(3.0, "y")
    number = bp.total(v)
    early = number * 2
    later = number + y
    # What the index sends is an array without axes, to which += would add in place.
    assert_script_agrees(later[()] * 3 + early)


def test_a_seed_starts_the_backward_pass():
    x = bp.variable([1.0, 2.0], "x")
    z = bp.exp(x)
    assert_script_agrees(z, [1.0, 10.0])
    _, gradients = bp.compiled(z, seed=[1.0, 10.0])(x=[0.0, 0.0])
    np.testing.assert_array_equal(gradients["x"], [1.0, 10.0])


@pytest.mark.parametrize("build", [bp.code, bp.compiled])
def test_an_array_without_a_seed_is_refused(build):
    with pytest.raises(bp.ShapeError, match="seed"):
        build(bp.variable([1.0, 2.0], "x") * 2)


@pytest.mark.parametrize("build", [bp.code, bp.compiled])
def test_what_is_no_node_is_refused(build):
    with pytest.raises(bp.GraphError, match="not a node"):
        build(3.0)


def test_an_output_without_variables_has_no_gradients():
    L = bp.constant(2.0, "c") * 3
    assert bp.compiled(L)() == (6.0, {})
    assert "Backward" not in str(bp.code(L))
    assert_script_agrees(L)


def test_an_input_is_a_graph_of_its_own():
    assert bp.compiled(bp.variable(2.0, "x"))(x=5.0) == (5.0, {"x": 1.0})


@pytest.mark.parametrize("value", [-0.0, 0.5, 2.0, math.inf, math.nan])
def test_literals_alone_are_computed_as_on_the_tape(value):
    x = bp.variable(1.0, "x")
    assert_script_agrees(x * bp.apply(TABLE["divide"], value, 0.0))
    assert_script_agrees(x / bp.apply(TABLE["power"], 2.0, value))
    assert_script_agrees(value / x + x / value)


# --------------------------------------------------------- where floats would raise


@pytest.mark.parametrize(
    ("function", "wild"),
    [
        (bp.exp, 1000.0),
        (bp.log, 0.0),
        (bp.log, -1.0),
        (lambda x: 1 / x, 0.0),
        (bp.sqrt, 0.0),
        (bp.sqrt, -1.0),
        (bp.sin, math.inf),
        (lambda x: x**2, 1e200),
        (lambda x: x**-1, 0.0),
        (lambda x: x**0.5, -8.0),
        (lambda x: x ** (1 / 3), -8.0),
        (lambda x: 2**x, 5000.0),
        (lambda x: x**x, -1.5),
        (lambda x: bp.maximum(1.0, x), math.nan),
        (bp.relu, math.nan),
    ],
)
def test_floats_give_infinity_and_nan_where_the_tape_does(function, wild):
    program = bp.compiled(bp.named(function(bp.variable(1.0, "x")), "L"))
    output = bp.named(function(bp.variable(wild, "x")), "L")
    assert_program_agrees(program, output, x=wild)
    assert_script_agrees(output)


def test_a_complex_number_never_comes_out_of_a_script_for_arrays():
    x, v = bp.variable(-8.0, "x"), bp.variable([1.0, 2.0], "v")
    assert_script_agrees(bp.total(abs(x**0.5) * v))


def test_a_row_of_ones_own_is_written_like_any_other():
    softplus = primitive("softplus", "log(1 + exp(x))", "1 / (1 + exp(-x))")
    L = bp.apply(softplus, bp.variable(0.5, "x"))
    program = bp.compiled(L)
    assert "L = math.log(1 + math.exp(x))" in program.text
    assert_program_agrees(program, L, False, x=0.5)
    wild = bp.apply(softplus, bp.variable(-1000.0, "x"))
    assert_program_agrees(program, wild, x=-1000.0)


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("formula", ["x > 0", "(x > 0) + (x > 1)"])
def test_a_row_that_compares_is_a_number_in_code_too(shape, formula):
    step = primitive("step", formula, "0 * x")
    x = bp.variable(np.full(shape, 2.0), "x")
    L = bp.total(bp.apply(step, x) + bp.apply(step, x) - x)
    assert_script_agrees(L)
    assert_program_agrees(bp.compiled(L), L, x=x.value)


def test_a_row_of_ones_own_that_broadcasts_is_summed_down():
    shift = primitive("shift", "x + y", "g", "g", elementwise=False)
    x, y = bp.variable(np.ones((2, 3))), bp.variable(1.0)
    z = bp.apply(shift, x, y)
    L = bp.total(z)
    assert "dL_dy = dL_dz.sum()" in str(bp.code(L))
    assert_script_agrees(L)


# ------------------------------------------------------------------- broadcasting


@pytest.mark.parametrize(
    ("large", "small", "expected"),
    [
        ((2, 3), (3,), "dL_dz.sum(axis=0)"),
        ((2, 3), (), "dL_dz.sum()"),
        ((2, 3), (2, 1), "dL_dz.sum(axis=1, keepdims=True)"),
        ((2, 3), (1, 1), "dL_dz.sum(axis=(0, 1), keepdims=True)"),
        ((4, 2, 3), (3,), "dL_dz.sum(axis=(0, 1))"),
        ((4, 2, 3), (2, 1), "dL_dz.sum(axis=(0, 2)).reshape((2, 1))"),
        ((1, 1), (1,), "dL_dz.sum(axis=0)"),
        ((2, 3), (2, 3), "dL_dz"),
    ],
)
def test_a_broadcast_operand_is_sent_a_sum(large, small, expected):
    x, b = bp.variable(np.ones(large)), bp.variable(np.ones(small))
    z = x + b
    L = bp.total(z * z)
    assert f"dL_db = {expected}" in str(bp.code(L)).splitlines()
    assert_script_agrees(L)


# --------------------------------------------------------------------- large arrays


@pytest.mark.slow
def test_an_array_of_a_million_entries_is_passed_in():
    X = bp.constant(np.linspace(-1, 1, 1_000_000).reshape(1000, 1000))
    w = bp.variable(np.ones(1000))
    L = bp.total(X @ w)
    code = bp.code(L)
    assert len(code.text) < 12_000
    assert 'X = arrays["X"]  # arrays = bp.code(L).arrays' in code.text
    assert code.arrays["X"] is X.value
    assert_script_agrees(L)
    with pytest.raises(NameError, match="arrays"):
        exec(code.text, {})
    program = bp.compiled(L)
    assert_program_agrees(program, L, w=w.value)
    value, _ = program(w=w.value, X=np.zeros((1000, 1000)))
    assert value == 0


def test_a_large_index_is_passed_in():
    x = bp.variable([1.0, 2.0, 4.0])
    L = bp.total(x[[0, 2] * 100])
    assert_script_agrees(L)
    assert len(str(bp.code(L))) < 1000


def test_a_large_seed_is_passed_in():
    assert_script_agrees(bp.variable(np.ones(1000), "x") * 2, np.arange(1000.0))


# ---------------------------------------------------------------------------- names

# fmt: off
HOSTILE = [
    'x"); import os #', "lambda", "np", "math", "arrays", "max", "__debug__", "层",
    "dL_dx", "dL_dx_", "x", "sigmoid", "relu", "a b", "a_b", "L\n", "$x", "{x}", "ﬁ",
    "fi", "1", "'''", "self", "value_and_gradients", "𝒙", "small", "True", "'", '"',
]
# fmt: on


@pytest.mark.parametrize("shape", [(), (2,)])
def test_hostile_names_change_nothing(shape):
    values = np.linspace(0.1, 1, len(HOSTILE))
    nodes = [
        bp.variable(np.full(shape, value), name)
        for value, name in zip(values, HOSTILE, strict=True)
    ]
    product = nodes[0]
    for node in nodes[1:]:
        product = bp.relu(product * node + bp.sigmoid(node))
    L = bp.named(bp.total(product) if shape else product, "L")
    assert_script_agrees(L, exactly=False)
    program = bp.compiled(L)
    given_these = {
        name: node.value for name, node in zip(program.inputs, nodes, strict=True)
    }
    value, gradients = program(**given_these)
    tape = bp.record(L)
    np.testing.assert_allclose(value, L.value, rtol=1e-12)
    for name, node in zip(program.inputs, nodes, strict=True):
        np.testing.assert_allclose(gradients[name], tape.gradient(node), rtol=1e-12)


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4))
def test_code_holds_nothing_that_a_learner_typed_but_identifiers(names):
    nodes = [bp.variable(float(age), name) for age, name in enumerate(names)]
    L = bp.named(sum(nodes, bp.variable(1.0)) * 2, "L")
    code = bp.code(L)
    tree = ast.parse(code.text)
    assert len(tree.body) == len(code.lines)
    assert {type(statement) for statement in tree.body} <= {ast.Assign, ast.AugAssign}
    for part in ast.walk(tree):
        assert not isinstance(part, ast.Call | ast.Attribute | ast.Subscript)
        if isinstance(part, ast.Constant):
            assert isinstance(part.value, float | int)
    assert_script_agrees(L)


def test_names_of_other_scripts_are_kept():
    权重, 输入 = bp.variable(2.0), bp.constant(3.0)
    损失 = 权重 * 输入
    assert "d损失_d权重 = d损失_d损失 * 输入" in str(bp.code(损失))


# ------------------------------------------------------------------- calls that fail


def test_a_constant_keeps_its_value_unless_another_is_given():
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    assert program.inputs == ("w", "b", "x", "y")
    at = {"w": 0.3, "b": 0.2}
    assert_program_agrees(program, neuron(0.3, 0.2, 2.0, 1.0), False, **at)
    other = neuron(0.3, 0.2, -1.0, 0.5)
    assert_program_agrees(program, other, False, **at, x=-1, y=0.5)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"w": 1.0}, "its input b is missing"),
        ({}, "its inputs w, b are missing"),
        ({"w": 1.0, "b": 1.0, "q": 2.0}, "it has no input q"),
        ({"w": 1.0, "v": 2.0}, "it has no input v and its input b is missing"),
    ],
)
def test_a_wrong_name_is_explained(inputs, said):
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    for call in (program, program.over):
        with pytest.raises(bp.InputError) as caught:
            call(**inputs)
        assert said in str(caught.value)
        assert "Its inputs are: w, b, x, y" in str(caught.value)
        assert "program(w=…, b=…, x=…, y=…)" in str(caught.value)


@pytest.mark.parametrize("shape", [(), (2,), (3, 2), (2, 3, 1)])
def test_an_input_of_another_shape_is_explained(shape):
    W, x = bp.variable(np.ones((2, 3))), bp.variable(np.ones(3))
    program = bp.compiled(bp.total(W @ x))
    for call in (program, program.over):
        with pytest.raises(bp.ShapeError) as caught:
            call(W=np.ones(shape), x=np.ones(3))
        assert f"W has shape {shape}" in str(caught.value)
        assert "of shape (2, 3)" in str(caught.value)


def test_a_number_that_becomes_an_array_is_explained():
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    with pytest.raises(bp.ShapeError, match=r"w has shape \(2,\), but .* shape \(\)"):
        program(w=[1.0, 2.0], b=0.0)


@pytest.mark.parametrize("value", ["1", None, 1j, object()])
def test_an_input_that_is_no_number_is_explained(value):
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    with pytest.raises(bp.InputError, match="w ="):
        program(w=value, b=0.0)


@pytest.mark.parametrize("value", [2, True, np.float64(2), np.float32(2), np.array(2)])
def test_any_kind_of_number_is_taken(value):
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    result, gradients = program(w=value, b=0)
    assert (result, gradients) == program(w=float(value), b=0.0)
    assert type(result) is float


def test_results_are_read_only_and_inputs_stay_writable():
    program = bp.compiled(two_layers())
    variables = {node.name: node.value.copy() for node in program.graph.variables}
    _, gradients = program(**variables)
    with pytest.raises(ValueError, match="read-only"):
        gradients["W1"][0, 0] = 5.0
    x = np.ones(3)
    handed_through, _ = bp.compiled(bp.variable(np.ones(3), "x"), seed=np.ones(3))(x=x)
    x[0] = 7.0
    with pytest.raises(ValueError, match="read-only"):
        handed_through[0] = 5.0


# ----------------------------------------------------------------------------- grids


@given(
    steps_of(EXACT, 6),
    st.lists(ANY_FLOAT, min_size=2, max_size=4),
    st.lists(ANY_FLOAT, min_size=1, max_size=3),
)
def test_a_grid_holds_the_value_at_every_point(steps, rows, columns):
    program = bp.compiled(built(steps, {"a": 1.0, "b": 2.0}))
    axes = chosen({"a": np.array(rows)[:, None], "b": np.array(columns)}, program)
    table = program.over(**axes)
    for place in np.ndindex(table.shape):
        value, _ = program(
            **{
                name: np.broadcast_to(axis, table.shape)[place].item()
                for name, axis in axes.items()
            }
        )
        np.testing.assert_array_equal(table[place], value)


def test_a_grid_over_a_graph_of_arrays_is_evaluated_point_by_point():
    x = bp.constant([1.0, 2.0, 3.0])
    w, b = bp.variable(1.0), bp.variable(0.0)
    L = bp.mean((w * x + b) ** 2)
    ws, bs = np.array([[0.0], [2.0]]), np.array([0.0, 1.0, -1.0])
    table = bp.compiled(L).over(w=ws, b=bs)
    lines = ws[..., None] * x.value + bs[:, None]
    np.testing.assert_allclose(table, np.mean(lines**2, axis=-1), rtol=1e-15)


def test_a_grid_of_array_outputs_has_their_shape_at_its_end():
    w, x = bp.variable(1.0), bp.constant([1.0, 2.0, 3.0])
    z = w * x
    table = bp.compiled(z, seed=np.ones(3)).over(w=[0.0, 2.0])
    np.testing.assert_array_equal(table, [[0, 0, 0], [2, 4, 6]])


def test_a_grid_larger_than_a_part_has_no_seams(monkeypatch):
    monkeypatch.setattr("backprop_lab.program.program._NUMBERS_AT_ONCE", 8)
    w = bp.variable(1.0)
    L = w * w + 1
    points = np.arange(11.0)
    np.testing.assert_array_equal(bp.compiled(L).over(w=points), points**2 + 1)


def test_a_grid_of_one_point_is_a_number():
    assert bp.compiled(neuron(0.5, 0.1, 2.0, 1.0)).over(w=0.0, b=0.0).shape == ()


def test_inputs_that_make_no_grid_are_explained():
    program = bp.compiled(neuron(0.5, 0.1, 2.0, 1.0))
    with pytest.raises(bp.ShapeError, match=r"no grid: w \(3,\), b \(2,\)"):
        program.over(w=np.ones(3), b=np.ones(2))


# -------------------------------------------------------------------------- the looks


def test_each_step_knows_its_line():
    x, y, w = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    z = (x + y) * w
    code = bp.code(z)
    lines = code.text.splitlines()
    assert [lines[number - 1] for number in code.lines] == [
        line for line in lines if " = " in line
    ]
    assert len(code.lines) == len(bp.record(z).steps)


def test_a_notebook_shows_colours_and_escapes_signs():
    html = bp.code(bp.relu(bp.variable(2.0, "x")))._repr_html_()
    assert "style=" in html
    assert "&gt;" in html
    assert "x > 0" not in html


def test_without_pygments_a_notebook_shows_plain_text(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygments", None)
    assert bp.code(bp.variable(2.0, "x"))._repr_html_() is None


@pytest.mark.slow
def test_a_graph_of_ten_thousand_nodes_is_written_and_run():
    x = bp.variable(0.5, "x")
    L = x
    for _ in range(5_000):
        L = L * 0.999 + x
    assert_program_agrees(bp.compiled(L), L, x=0.5)
