"""A sweep has the numbers that a tape has at every position of a slider."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.engine.arrays import frozen
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import apply
from backprop_lab.engine.sentences import word
from backprop_lab.engine.steps import ForwardStep
from backprop_lab.engine.tape import record_graph
from backprop_lab.picture.composing import picture_of
from backprop_lab.widgets import explorer
from backprop_lab.widgets.sweep import at, numbers, plan, sweep
from backprop_lab.words.numbers import number
from tests import graphs

pytestmark = pytest.mark.slow


def neuron(x, w, b, y):
    z = w * x + b
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)


def network(w, v, b, c):
    """Return a two-layer network of single numbers with shared and unused paths."""
    h1, h2 = bp.tanh(w * 0.5 + b), bp.relu(v * w - b)
    y_hat = bp.sigmoid(h1 * c + h2 * v)
    return bp.squared_error(y_hat, 1.0) + 0.01 * (w * w + v * v) + abs(b) / (c * c + 1)


def regression(w, b, x, y):
    return bp.squared_error(w * x + b, y)


def layers(s, x, W1, b1, W2, y):
    """Return a 2-4-1 network for a batch of 4, as columns."""
    h = bp.tanh(W1 @ (x * s) + b1)
    return bp.mean((bp.sigmoid(W2 @ h) - y) ** 2)


def shapes(w, M):
    """Return a sum over every row of the table that is not elementwise."""
    v = bp.stack([w, w * w, w / 2, 1.0])
    u = bp.concatenate([v[1:], v[0:1] ** 3])
    P = bp.matmul(M.T, M * w) + u
    y = P @ v + bp.total(P, axis=0)
    return bp.total(bp.exp(y / 9)) + v @ u + bp.maximum(P, w)[1, 2]


def points(count):
    x = np.linspace(-1, 2, count)
    return {"x": x, "y": 2 * x - 1, "w": (-3, 3, 1), "b": (-1, 1, 0.5)}


def weights(*shape):
    values = np.sin(np.arange(1, 1 + np.prod(shape))).reshape(shape)
    return bp.variable(values, f"W {shape}")


EXPLORED = {
    "neuron": lambda: bp.explore(neuron, x=1.0, w=(-3, 3, 0.5), b=(-3, 3), y=(0, 1)),
    "network": lambda: bp.explore(
        network, w=(-3, 3, 0.5), v=(-2, 2, 0.7), b=(-1, 1, 0.3), c=(-5, 5, 1)
    ),
    "three points": lambda: bp.explore(regression, **points(3)),
    "five points, which a range stands for": lambda: bp.explore(
        regression, **points(5)
    ),
    "matrices": lambda: bp.explore(
        layers,
        s=(-3, 3, 1),
        x=[[1.0, -1, 0, 2], [0.5, 2, -2, 1]],
        W1=weights(4, 2),
        b1=weights(4, 1),
        W2=weights(1, 4),
        y=[[0.0, 1, 1, 0]],
    ),
    "all shapes": lambda: bp.explore(shapes, w=(-2, 2, 1), M=weights(3, 4)),
}


def arrays_of(step):
    """Return all arrays of a step."""
    if isinstance(step, ForwardStep):
        return [step.value, *step.operands]
    found = [step.upstream, step.contribution, step.after, step.local, step.before]
    return [array for array in found if array is not None]


def check_same(tape, steps, index, fresh):
    """Assert that a sweep has a fresh tape's numbers, words and texts at an index."""
    for step, own in zip(steps, fresh.steps, strict=True):
        taken = at(step, index)
        for found, wanted in zip(arrays_of(taken), arrays_of(own), strict=True):
            assert found.shape == wanted.shape
            np.testing.assert_array_equal(found, wanted)
        assert word(tape.graph, taken) == word(fresh.graph, own)
    picture, other = (picture_of(each, frozenset()) for each in (tape, fresh))
    wanted = [list(slot.changes) for slot in other.slots]
    assert filled_in(picture, *plan(steps, picture), index) == wanted


def filled_in(picture, entries, table, row):
    """Return the changes of all texts with a row of the table, as the browser does."""
    changes = [list(slot.changes) for slot in picture.slots]
    for slot, change, prefix, columns in entries:
        text = prefix + " … ".join(number(table[row, column]) for column in columns)
        changes[slot][change] = (changes[slot][change][0], text)
    return changes


def check_swept(lab, slider, every=25):
    """Assert that a slider is swept, and as recorded at its positions."""
    steps, positions = lab._swept(slider), slider.positions()
    for index in range(0, len(positions), every):
        values = {**lab.values, slider.name: float(positions[index])}
        check_same(lab.tape, steps, index, lab._record(values))


@pytest.mark.parametrize("name", EXPLORED)
def test_every_position_of_every_slider_is_as_recorded_there(name):
    lab = EXPLORED[name]()
    for slider in lab._inputs:
        if slider.is_slider:
            check_swept(lab, slider, every=75)


def again(graph, node, value):
    """Return the graph as the same operations make it of another value of an input."""
    made = {}

    def made_of(other):
        if other in made:
            return made[other]
        if other is node:
            made[other] = replace(other, value=frozen(value), name="the input")
        elif other.operation is None:
            made[other] = other
        else:
            operands = map(made_of, other.operands)
            new = apply(other.operation, *operands, **other.settings)
            own = {"name": other.name, "group": other.group, "age": other.age}
            made[other] = replace(new, **own)
        return made[other]

    return Graph.of(made_of(graph.output))


@given(graphs.losses(), st.lists(st.floats(), min_size=1, max_size=3), st.data())
def test_a_random_graph_is_swept_as_recorded(output, values, data):
    graph = Graph.of(output)
    single = [node for node in graph.variables if not node.shape]
    node = data.draw(st.sampled_from(single))
    tape = record_graph(again(graph, node, 1.0))
    [moved] = [node for node in tape.graph.variables if node.name == "the input"]
    steps = sweep(tape, moved, np.array(values))
    for index, value in enumerate(values):
        check_same(tape, steps, index, record_graph(again(graph, node, value)))


def test_positions_are_the_numbers_that_a_slider_shows():
    lab = EXPLORED["neuron"]()
    positions = lab._inputs[1].positions()
    assert [positions[0], positions[351], positions[-1]] == [-3.0, 0.51, 3.0]


def test_what_is_the_same_at_all_positions_is_kept_once():
    lab = EXPLORED["three points"]()
    steps = lab._swept(lab._inputs[2])
    sizes = {
        lab.tape.graph.name(step.node): len(step.value)
        for step in steps
        if isinstance(step, ForwardStep)
    }
    assert (sizes["x"], sizes["b"]) == (1, 1)
    assert (sizes["w"], sizes["L"]) == (601, 601)


def test_numbers_beyond_a_bound_are_not_swept(monkeypatch):
    lab = EXPLORED["three points"]()
    slider = lab._inputs[2]
    count = len(slider.positions()) * len(numbers(lab.tape.steps))
    monkeypatch.setattr(explorer, "_LARGEST_SWEEP", count)
    assert lab._swept(slider)
    monkeypatch.setattr(explorer, "_LARGEST_SWEEP", count - 1)
    assert lab._swept(slider) is None


def test_all_numbers_of_a_tape_are_those_of_its_steps():
    x = bp.variable([1.0, 2.0], "x")
    tape = bp.record(bp.total(x * 3.0))
    # x, x·3, L; the seed twice, what it becomes of a sum twice; that and 3 twice.
    wanted = [[1, 2], [3, 6], [9], [1], [1], [1, 1], [1, 1], [3, 3], [3, 3], [3, 3]]
    assert numbers(tape.steps).tolist() == [entry for part in wanted for entry in part]


def test_a_picture_with_a_closed_group_is_not_swept():
    def grouped(w):
        with bp.group("square"):
            v = w * w
        return bp.total(v * [1.0, 2.0])

    lab = bp.explore(grouped, w=(0, 1))
    assert lab._swept(lab._inputs[0])
    lab._answer(lab, {"close": 0}, [])
    assert lab._swept(lab._inputs[0]) is None


def test_an_array_that_is_another_elsewhere_is_not_swept():
    def shifted(w):
        # The loss does not depend on the second entry.
        return (w * bp.constant([1.0, float(w.value)], "c"))[0]

    lab = bp.explore(shifted, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


@pytest.mark.parametrize("size", [1.0, 1e3, 1e308])
def test_softmax_and_cross_entropy_are_swept_for_scores_of_any_size(size):
    def loss(w):
        scores = bp.stack([w, -w, size * w])
        return bp.cross_entropy(scores, 0) + bp.softmax(scores)[2]

    lab = bp.explore(loss, w=(-1, 1, 0.5))
    steps = lab._swept(lab._inputs[0])
    for position, w in enumerate(lab._inputs[0].positions()):
        tape = bp.record(loss(bp.variable(w)))
        np.testing.assert_array_equal(
            at(steps[-1], position).after, tape.backward[-1].after
        )
        assert np.isfinite(tape.backward[-1].after)


def test_a_node_that_is_called_otherwise_elsewhere_is_not_swept():
    def called(w):
        return bp.named(w * 2.0, "up" if w.value > 0 else "down") * [1.0] @ [1.0]

    lab = bp.explore(called, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


@pytest.mark.parametrize(
    "row",
    [
        bp.primitive("softmax of all", "exp(x) / sum(exp(x))", "z * (1 - z)"),
        bp.primitive("transpose of all", "x.T", "1"),
        bp.primitive("first", "x[2] + x", "1"),
    ],
)
def test_a_row_that_is_elementwise_in_name_only_is_swept_one_by_one(row):
    lab = bp.explore(lambda w: bp.total(bp.apply(row, w * np.eye(3))), w=(-1, 1, 0.5))
    check_swept(lab, lab._inputs[0])


def test_a_row_that_fails_elsewhere_is_not_swept():
    row = bp.primitive("the positive ones", "x[x > 0]", "1")
    lab = bp.explore(
        lambda w: bp.total(bp.apply(row, bp.stack([w, 1.0]))), w=(-1, 1, 0.5)
    )
    assert lab._swept(lab._inputs[0]) is None


def test_a_function_that_takes_another_way_elsewhere_is_not_swept():
    def bent(w):
        return w * w if w.value > 0 else w * 3.0

    lab = bp.explore(bent, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


@pytest.mark.parametrize("low", [0.2, 0.201, -2.999, 0.5])
def test_a_branch_is_noticed_however_narrow_it_is(low):
    def bumped(w):
        return w * 0 + 1.0 if low < w.value < low + 0.01 else w * w

    lab = bp.explore(bumped, w=(-3, 3, 0.5))
    assert lab._swept(lab._inputs[0]) is None
    lab.values = {"w": 0.205}
    here = 0.2 <= low <= 0.201
    assert lab.tape.forward[-1].value == (1.0 if here else 0.205**2)


@given(st.sampled_from(["w", "b", "w + b"]), st.floats(-1, 1), st.floats(0, 1))
def test_a_branch_on_what_depends_on_the_input_is_noticed(asked, low, width):
    def branched(w, b):
        nodes = {"w": w, "b": b, "w + b": w + b}
        return w * b if low <= nodes[asked].value <= low + width else w + b

    lab = bp.explore(branched, w=(-1, 1, 0.3), b=(-1, 1, -0.3))
    for slider in lab._inputs:
        if slider.name in asked:
            assert lab._swept(slider) is None
        else:
            check_swept(lab, slider, every=100)


def test_another_input_may_be_looked_at():
    def bent(w, b):
        return w * b if b.value > 0 else w + b

    lab = bp.explore(bent, w=(-1, 1, 0.5), b=(-1, 1, 0.5))
    check_swept(lab, lab._inputs[0])
    assert lab._swept(lab._inputs[1]) is None
    lab.values = {"w": 0.5, "b": -0.5}
    check_swept(lab, lab._inputs[0])


@pytest.mark.parametrize("by_chance", ["value", "structure", "name"])
def test_a_function_that_gives_another_graph_each_time_is_not_swept(by_chance):
    calls = []

    def counting(w):
        calls.append(w)
        match by_chance:
            case "value":
                return w * float(len(calls))
            case "structure":
                return w * 2.0 if len(calls) % 2 else w + 2.0
            case "name":
                return bp.named(w * 2.0, f"call {len(calls)}") * 1.0

    lab = bp.explore(counting, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


def test_a_node_of_the_same_name_is_not_taken_for_the_input():
    def shadowed(w):
        return bp.variable(2.0, "w") * w

    lab = bp.explore(shadowed, w=(-1, 1, 0.5))
    check_swept(lab, lab._inputs[0])
    unused = bp.explore(lambda w: bp.variable(2.0, "w") * 3, w=(-1, 1, 0.5))
    assert unused._swept(unused._inputs[0]) is None


def test_a_function_that_looks_at_values_is_not_swept():
    lab = bp.explore(lambda w: w * float(w.value), w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


def test_a_function_that_fails_elsewhere_is_not_swept():
    def picky(w):
        if w.value < 0:
            raise ValueError("negative")
        return w * w

    lab = bp.explore(picky, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


def test_not_a_number_and_infinity_are_swept_as_they_are():
    x = bp.variable(1.0, "x")
    tape = bp.record(bp.log(x))
    steps = sweep(tape, x, np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(steps[1].value, [np.nan, -np.inf, 0.0])


def answers(lab, *messages):
    """Return what a lab sends to the browser."""
    sent = []
    lab.send = lambda message, buffers: sent.append((message, *buffers))
    for message in messages:
        lab._answer(lab, message, [])
    return sent


@pytest.mark.parametrize("name", EXPLORED)
def test_a_sweep_is_answered_with_one_buffer(name):
    lab = EXPLORED[name]()
    slider = next(slider for slider in lab._inputs if slider.kind == "range")
    asked = {"sweep": slider.name, "step": 5}
    [(message, buffer)] = answers(lab, asked, {"sweep": "nobody", "step": 5})
    entries, table = plan(lab._swept(slider), lab._picture)
    assert message["plan"] == entries
    np.testing.assert_array_equal(
        np.frombuffer(buffer).reshape(-1, message["columns"]), table
    )
    assert message["values"] == lab.values
    here = lab.steps[5]
    where = list(slider.positions()).index(lab.values[slider.name])
    assert message["step"] == 5 and len(message["words"]) == len(table)
    assert (here["numbers"], here["sentence"]) == message["words"][where]


def test_before_the_first_step_there_are_no_numbers_to_word():
    [(message, _)] = answers(EXPLORED["neuron"](), {"sweep": "w", "step": 0})
    assert message["words"] == []


def test_a_slider_that_cannot_be_swept_is_not_answered():
    lab = bp.explore(lambda w: bp.total(w * [float(w.value), 1.0]), w=(-1, 1, 0.5))
    assert not answers(lab, {"sweep": "w", "step": 0})
