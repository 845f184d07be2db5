"""What is measured is the same everywhere; no test asserts a time."""

import itertools
import math

import numpy as np
import pytest

import backprop_lab as bp
from benchmarks import __main__ as benchmarks
from benchmarks import by_hand, timing

pytestmark = pytest.mark.slow


@pytest.fixture
def hasty(monkeypatch):
    """Let each contender run a few times only."""
    monkeypatch.setattr(timing, "SAMPLE_SECONDS", 1e-6)
    monkeypatch.setattr(timing, "TABLE_SECONDS", 0.0)


def test_the_neuron_by_hand_is_the_neuron_of_the_graph():
    program = bp.compiled(benchmarks.neuron())
    for by_hand_ in (by_hand.neuron, by_hand.neuron_in_short):
        found = by_hand_(*benchmarks.NEURON.values())
        assert benchmarks.same(found, program(**benchmarks.NEURON))


def test_the_networks_by_hand_are_those_of_the_graphs(hasty, capsys):
    # Each of these stops the run where a contender computes something else.
    benchmarks.measure_small_network()
    benchmarks.measure_large_network()
    assert capsys.readouterr().out.count("by hand") > 2


def test_micrograds_network_has_the_size_that_was_asked_for():
    names = (f"p{position}" for position in itertools.count())
    inputs, L = benchmarks.layers(
        lambda value: bp.variable(value, next(names)), bp.relu
    )
    tape = bp.record(L)
    assert 2_300 < len(tape.graph.nodes) < 2_500
    assert set(inputs) == set(tape.graph.variables)


def test_a_chain_has_as_many_nodes_as_it_says():
    for size in (10, 100):
        assert len(bp.record(benchmarks.chain(size)).graph.nodes) == size


def test_what_is_drawn_has_as_many_nodes_as_it_says():
    for (layers, units), size in (((1, 3), 10), ((3, 11), 100), ((9, 37), 1_000)):
        assert len(bp.record(benchmarks.layered(layers, units)).graph.nodes) == size
    assert len(bp.record(benchmarks.layered(10, 333)).graph.nodes) == 9_991


def test_a_contender_that_computes_something_else_stops_the_run(hasty):
    contenders = {
        "right": lambda: (1.0, {"w": 2.0}),
        "wrong": lambda: (1.0, {"w": 2.1}),
    }
    with pytest.raises(SystemExit, match="wrong computes something else"):
        benchmarks.measure("title", contenders, "nothing")


def test_ratios_are_to_the_first_contender(hasty):
    measured = timing.compare({"one": lambda: sum(range(100)), "two": lambda: None})
    assert measured["one"].ratio == 1
    assert 0 < measured["two"].seconds < math.inf
    assert "one" in timing.table(measured)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(2.5, "2.5 s"), (0.0123, "12.3 ms"), (4e-6, "4 µs"), (5.5e-8, "55 ns")],
)
def test_a_time_is_written_with_its_unit(seconds, text):
    assert timing.duration(seconds) == text


def test_a_landscape_is_one_call(hasty, capsys):
    benchmarks.measure_landscape()
    assert "program.over" in capsys.readouterr().out


def test_hand_written_gradients_are_those_of_central_differences():
    w, b, x, y = 0.5, -0.2, 1.5, 1.0
    value, gradients = by_hand.neuron(w, b, x, y)
    slope = (by_hand.neuron(w + 1e-6, b, x, y)[0] - value) / 1e-6
    np.testing.assert_allclose(gradients["w"], slope, rtol=1e-4)
