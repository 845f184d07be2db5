"""What holds for every graph: random expressions, shared parts, broadcast shapes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.tape import record_graph

SHAPES = [(), (3,), (2, 1), (2, 3), (1, 3)]  # Any two of them broadcast.

# A program is a list of (operation, positions of its operands among all values so
# far). It runs on plain arrays as well as on nodes, which makes the oracle independent.
OPERATIONS = {
    "add": (2, lambda lib, x, y: x + y),
    "subtract": (2, lambda lib, x, y: x - y),
    "multiply": (2, lambda lib, x, y: x * y),
    "divide": (2, lambda lib, x, y: x / (y * y + 1.0)),
    "power": (1, lambda lib, x: (x * x + 0.5) ** 1.5),
    "negate": (1, lambda lib, x: -x),
    "sin": (1, lambda lib, x: lib.sin(x)),
    "cos": (1, lambda lib, x: lib.cos(x)),
    "tanh": (1, lambda lib, x: lib.tanh(x)),
    "exp": (1, lambda lib, x: lib.exp(lib.tanh(x))),
    "log": (1, lambda lib, x: lib.log(x * x + 1.0)),
    "sqrt": (1, lambda lib, x: lib.sqrt(x * x + 1.0)),
}


class Numpy:
    """The same words on plain arrays."""

    sin, cos, tanh, exp, log, sqrt = (
        np.sin,
        np.cos,
        np.tanh,
        np.exp,
        np.log,
        np.sqrt,
    )
    total = np.sum


def run(program, inputs, lib):
    """Return the sum of all entries of a program's last value."""
    values = list(inputs)
    for operation, operands in program:
        _, compute = OPERATIONS[operation]
        # tanh keeps long products of large numbers from blowing up.
        values.append(lib.tanh(compute(lib, *(values[place] for place in operands))))
    return lib.total(values[-1] + values[len(inputs) // 2])


@st.composite
def programs(draw):
    """Draw a program and arrays to run it on."""
    numbers = st.floats(-2, 2).map(lambda number: round(number, 3))
    inputs = [
        np.array(draw(st.lists(numbers, min_size=size, max_size=size))).reshape(shape)
        for shape in draw(st.lists(st.sampled_from(SHAPES), min_size=2, max_size=4))
        for size in [int(np.prod(shape))]
    ]
    program = []
    for position in range(draw(st.integers(1, 8))):
        operation = draw(st.sampled_from(sorted(OPERATIONS)))
        places = st.integers(0, len(inputs) + position - 1)
        operands = [draw(places) for _ in range(OPERATIONS[operation][0])]
        program.append((operation, operands))
    return program, inputs


def central_differences(program, inputs, which, h=1e-5):
    slopes = np.zeros(inputs[which].shape)
    for entry in np.ndindex(slopes.shape):
        ends = []
        for nudge in (h, -h):
            nudged = [array.copy() for array in inputs]
            nudged[which][entry] += nudge
            ends.append(run(program, nudged, Numpy))
        slopes[entry] = (ends[0] - ends[1]) / (2 * h)
    return slopes


def recorded(program, inputs):
    nodes = [bp.variable(array) for array in inputs]
    L = run(program, nodes, bp)
    return nodes, L, bp.record(L)


def contents(tape):
    """Return all that a tape says about numbers, to be compared."""
    return [
        (step.operand, step.position, *map(as_list, (step.before, step.after)))
        for step in tape.backward
    ] + [(step.node, as_list(step.value)) for step in tape.forward]


def as_list(array):
    return None if array is None else array.tolist()


@given(programs())
def test_the_value_is_what_plain_numpy_computes(case):
    _, L, _ = recorded(*case)
    np.testing.assert_allclose(L.value, run(*case, Numpy), rtol=1e-12, atol=1e-12)


@given(programs())
def test_the_gradient_agrees_with_central_differences(case):
    nodes, _, tape = recorded(*case)
    for which, node in enumerate(nodes):
        if node in tape.graph.nodes:
            np.testing.assert_allclose(
                tape.gradient(node),
                central_differences(*case, which),
                rtol=1e-6,
                atol=1e-7,
            )


@given(programs())
def test_a_tape_is_whole(case):
    _, L, tape = recorded(*case)
    seed, *steps = tape.backward
    sending = {e for e in tape.graph.edges if not e.operand.is_constant}
    assert seed.operand is L
    assert {bp.Edge(s.consumer, s.position, s.operand) for s in steps} == sending
    assert len(steps) == len(sending)
    for node, gradient in tape.gradients.items():
        assert gradient.shape == node.shape


@given(programs(), programs())
def test_the_gradient_of_a_sum_is_the_sum_of_the_gradients(first, second):
    inputs = first[1]
    nodes = [bp.variable(array) for array in inputs]
    # The second program runs on the first one's inputs, so that they share all.
    wrapped = [
        (operation, [place % len(inputs) for place in operands])
        for operation, operands in second[0]
    ]
    A, B = run(first[0], nodes, bp), run(wrapped, nodes, bp)
    whole, of_a, of_b = bp.record(A + B), bp.record(A), bp.record(B)
    for node in nodes:
        parts = [tape.gradient(node) for tape in (of_a, of_b) if node in tape.gradients]
        if parts:
            np.testing.assert_allclose(
                whole.gradient(node), sum(parts), rtol=1e-10, atol=1e-12
            )


@given(programs())
def test_recording_twice_gives_equal_tapes(case):
    _, L, tape = recorded(*case)
    assert contents(bp.record(L)) == contents(tape)


@given(programs(), st.floats(-3, 3))
def test_the_gradient_is_proportional_to_the_seed(case, seed):
    nodes, L, tape = recorded(*case)
    scaled = bp.record(L, seed=seed)
    for node in nodes:
        if node in tape.gradients:
            np.testing.assert_allclose(
                scaled.gradient(node), seed * tape.gradient(node), atol=1e-12
            )


@given(programs(), st.data())
def test_any_order_with_operands_first_gives_the_same_gradients(case, data):
    _, _, tape = recorded(*case)
    graph = tape.graph
    remaining, order = list(graph.nodes), []
    while remaining:
        ready = [
            node
            for node in remaining
            if not any(operand in remaining for operand in node.operands)
        ]
        chosen = data.draw(st.sampled_from(ready))
        remaining.remove(chosen)
        order.append(chosen)
    other = record_graph(bp.Graph(graph.output, tuple(order), graph.found))
    assert set(other.gradients) == set(tape.gradients)
    for node, gradient in tape.gradients.items():
        np.testing.assert_allclose(
            other.gradient(node), gradient, rtol=1e-12, atol=1e-13
        )
