import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.lessons.expansion import expanded


def matrix(seed, *shape):
    return bp.variable(np.random.RandomState(seed).uniform(0.5, 2, shape))


PROGRAMS = {
    "a layer": lambda A, B, v: bp.total(bp.sigmoid(A @ v + v) * v),
    "matrix products": lambda A, B, v: bp.total(A @ B.T @ A),
    "a dot product": lambda A, B, v: v @ (A @ v),
    "broadcasting": lambda A, B, v: bp.total((A + v) / (B * 2.0)),
    "a mean along an axis": lambda A, B, v: bp.total(bp.mean(A * B, axis=0) ** 2),
    "entries picked and joined": lambda A, B, v: bp.total(
        bp.concatenate([A[0], bp.stack([B[0, 1], v[1]])]) ** 2
    ),
    "softmax": lambda A, B, v: bp.cross_entropy(A * B, [0, 2, 1]),
    "log_softmax of rows": lambda A, B, v: bp.total(bp.log_softmax(A * B) * A),
    "the largest along an axis": lambda A, B, v: (
        bp.largest(A, axis=0) @ v + bp.largest(A * B)
    ),
    "sums along axes": lambda A, B, v: bp.total(
        bp.mean(A, axis=(0, 1)) * bp.total(B, axis=1, keepdims=True)
    ),
    "other shapes": lambda A, B, v: bp.total(
        bp.reshape(A, (1, 9)) @ bp.reshape(B, (9, 1)) * v
    ),
    "a choice": lambda A, B, v: bp.total(
        bp.where(np.eye(3) > 0, A, v) * bp.minimum(A, B)
    ),
    "a row vector": lambda A, B, v: bp.total((v @ A) * v),
    "the same entries twice": lambda A, B, v: bp.total(A[[0, 0, 1]] * A.T),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_both_views_have_the_same_value_and_the_same_gradients(program, seed):
    A, B, v = matrix(seed, 3, 3), matrix(seed + 1, 3, 3), matrix(seed + 2, 3)
    L = program(A, B, v)
    arrays, scalars = bp.record(L), expanded(L)
    tape = bp.record(scalars.output)
    assert np.isclose(scalars.output.value, L.value, rtol=1e-12)
    for node in arrays.graph.variables:
        gradient = scalars.gradient(tape, node)
        np.testing.assert_allclose(gradient, arrays.gradient(node), rtol=1e-9)


def layer():
    W, x = bp.variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), bp.variable([1.0, 2.0, 3.0])
    b = bp.variable([0.5, -0.5])
    z = W @ x + b
    L = bp.total(z)
    return W, x, b, z, L


def test_every_number_is_a_node_and_is_called_as_in_python():
    W, x, _, z, L = layer()
    scalars = expanded(L)
    graph = bp.Graph.of(scalars.output)
    assert all(node.shape == () for node in graph.nodes)
    assert scalars.entries[W].shape == (2, 3)
    assert graph.name(scalars.entries[W][1, 2]) == "W[1, 2]"
    assert graph.name(scalars.entries[x][0]) == "x[0]"
    assert graph.name(scalars.entries[z][1]) == "z[1]"
    assert graph.name(scalars.output) == "L"


def test_what_is_computed_has_the_same_gradient_in_both_views():
    *_, z, L = layer()
    scalars = expanded(L)
    gradient = scalars.gradient(bp.record(scalars.output), z)
    np.testing.assert_array_equal(gradient, bp.record(L).gradient(z))


def test_an_entry_that_is_never_picked_has_gradient_0_and_a_constant_has_none():
    v, c = bp.variable([1.0, 2.0], "v"), bp.constant([3.0, 4.0], "c")
    scalars = expanded(bp.total((v * c)[[1, 1]]))
    tape = bp.record(scalars.output)
    np.testing.assert_array_equal(scalars.gradient(tape, v), [0, 8])
    with pytest.raises(bp.GraphError, match=r"c\[0\] is not part of this graph"):
        scalars.gradient(tape, c)


def test_a_weight_is_used_once_and_an_input_once_by_each_neuron():
    W, x, b, _, L = layer()
    scalars = expanded(L)
    uses = bp.Graph.of(scalars.output).uses
    assert [len(uses[entry]) for entry in scalars.entries[W].flat] == [1] * 6
    assert [len(uses[entry]) for entry in scalars.entries[b]] == [1] * 2
    assert [len(uses[entry]) for entry in scalars.entries[x]] == [2] * 3


def test_a_transpose_has_the_same_entries():
    W, *_ = layer()
    turned = W.T
    scalars = expanded(bp.total(turned @ [1.0, 1.0]))
    assert scalars.entries[turned][2, 1] is scalars.entries[W][1, 2]


def test_constants_stay_constants_and_numbers_stay_in_their_formula():
    x, w = bp.constant([1.0, 2.0], "x"), bp.variable([3.0, 4.0], "w")
    scalars = expanded(bp.total(2.0 * x * w))
    graph = bp.Graph.of(scalars.output)
    assert graph.variables == tuple(scalars.entries[w])
    assert "2·x[0]" in [graph.name(node) for node in graph.nodes]


def test_groups_are_kept():
    w = bp.variable([1.0, 2.0], "w")
    with bp.group("square"):
        squares = w * w
    scalars = expanded(bp.total(squares))
    assert all(node.group == ("square",) for node in scalars.entries[squares])


def test_an_array_as_output_is_refused_with_advice():
    *_, z, _ = layer()
    with pytest.raises(bp.ShapeError, match=r"z has shape \(2,\).*L = total\(z\)"):
        expanded(z)


def test_a_graph_with_too_many_numbers_is_refused():
    big = matrix(0, 20, 20)
    with pytest.raises(bp.ShapeError, match="holds 801 numbers"):
        expanded(bp.total(big * 2.0))
