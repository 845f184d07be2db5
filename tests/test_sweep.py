"""A sweep has the numbers that a tape has at every position of a slider."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.numerals import number
from backprop_lab.picture import picture_of
from backprop_lab.svg import timelines
from backprop_lab.sweep import AFTER, LOCAL, SENT, can_sweep, column, plan, sweep, words
from backprop_lab.wording import word


def neuron(x, w, b, y):
    z = w * x + b
    y_hat = bp.sigmoid(z)
    return bp.squared_error(y_hat, y)


def network(w, v, b, c):
    """Return a two-layer network of single numbers with shared and unused paths."""
    h1, h2 = bp.tanh(w * 0.5 + b), bp.relu(v * w - b)
    y_hat = bp.sigmoid(h1 * c + h2 * v)
    return bp.squared_error(y_hat, 1.0) + 0.01 * (w * w + v * v) + abs(b) / (c * c + 1)


EXPLORED = {
    "neuron": lambda: bp.explore(neuron, x=1.0, w=(-3, 3, 0.5), b=(-3, 3), y=(0, 1)),
    "network": lambda: bp.explore(
        network, w=(-3, 3, 0.5), v=(-2, 2, 0.7), b=(-1, 1, 0.3), c=(-5, 5, 1)
    ),
}


@pytest.mark.parametrize("name", EXPLORED)
def test_every_position_of_every_slider_has_the_tapes_numbers(name):
    lab = EXPLORED[name]()
    for given in lab._inputs:
        if given.kind != "range":
            continue
        table = lab._swept(given)
        positions = given.positions()
        assert table.shape[0] == len(positions)
        for row in range(0, len(positions), 37):
            tape = lab._record({**lab.values, given.name: float(positions[row])})
            for index, step in enumerate(tape.steps, 1):
                if index <= len(tape.forward):
                    np.testing.assert_array_equal(
                        table[row, column(tape, index)], step.value
                    )
                    continue
                for which, wanted in (
                    (AFTER, step.after),
                    (SENT, step.contribution),
                    (LOCAL, 1.0 if step.local is None else step.local),
                ):
                    found = table[row, column(tape, index, which)]
                    np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=0)


@pytest.mark.parametrize("name", EXPLORED)
def test_the_plan_fills_in_exactly_the_texts_of_the_picture(name):
    lab = EXPLORED[name]()
    given = next(given for given in lab._inputs if given.kind == "range")
    table = lab._swept(given)
    other = lab._record({**lab.values, given.name: float(given.positions()[17])})
    wanted = timelines(picture_of(other)).slots
    for slot, change, where, prefix in plan(lab.tape, picture_of(lab.tape)):
        assert prefix + number(table[17, where]) == wanted[slot].changes[change][1]
    planned = {(slot, change) for slot, change, *_ in plan(lab.tape, lab._picture)}
    for index, slot in enumerate(timelines(picture_of(lab.tape)).slots):
        for change, (_, text) in enumerate(slot.changes):
            if text != wanted[index].changes[change][1]:
                assert (index, change) in planned


@pytest.mark.parametrize("name", EXPLORED)
def test_every_step_is_worded_as_at_the_position_itself(name):
    lab = EXPLORED[name]()
    given = next(given for given in lab._inputs if given.kind == "range")
    table, positions = lab._swept(given), given.positions()
    some = np.linspace(0, len(positions) - 1, 9).astype(int)
    tapes = [
        lab._record({**lab.values, given.name: float(positions[row])}) for row in some
    ]
    for index in range(1, len(lab.tape.steps) + 1):
        wanted = [word(tape.graph, tape.steps[index - 1]) for tape in tapes]
        assert words(lab.tape, index, table[some]) == wanted


def test_positions_are_the_numbers_that_a_slider_shows():
    lab = EXPLORED["neuron"]()
    positions = lab._inputs[1].positions()
    assert [positions[0], positions[351], positions[-1]] == [-3.0, 0.51, 3.0]


def test_arrays_are_not_swept():
    W = bp.variable([[1.0, 2.0]], "W")
    assert not can_sweep(bp.record(bp.total(W @ W.T)))
    lab = bp.explore(lambda w: bp.total(w * np.ones(3)), w=(0, 1))
    assert lab._swept(lab._inputs[0]) is None


def test_a_function_that_takes_another_way_elsewhere_is_not_swept():
    def bent(w):
        return w * w if w.value > 0 else w * 3.0

    lab = bp.explore(bent, w=(-1, 1, 0.5))
    assert lab._swept(lab._inputs[0]) is None


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
    table = sweep(tape, x, np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(table[:, 1], [np.nan, -np.inf, 0.0])


def test_a_sweep_is_answered_with_one_buffer(monkeypatch):
    lab = EXPLORED["neuron"]()
    sent = []
    monkeypatch.setattr(
        lab, "send", lambda message, buffers: sent.append((message, buffers))
    )
    lab._answer(lab, {"sweep": "w", "step": 5}, [])
    lab._answer(lab, {"sweep": "nobody", "step": 5}, [])
    [(message, [buffer])] = sent
    table = np.frombuffer(buffer).reshape(-1, message["columns"])
    np.testing.assert_array_equal(table, lab._swept(lab._inputs[1]))
    assert message["values"] == lab.values
    here = lab.steps[5]
    assert message["step"] == 5
    assert (here["numbers"], here["sentence"]) == message["words"][350]


def test_before_the_first_step_there_are_no_numbers_to_word(monkeypatch):
    lab = EXPLORED["neuron"]()
    sent = []
    monkeypatch.setattr(lab, "send", lambda message, buffers: sent.append(message))
    lab._answer(lab, {"sweep": "w", "step": 0}, [])
    assert sent[0]["words"] == []
