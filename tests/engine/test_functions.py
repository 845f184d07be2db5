import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import backprop_lab as bp

V = np.array([0.5, 2.0, 1.25])
W = np.array([[1.0, -2.0, 0.5], [3.0, 4.0, -1.0]])
scores = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))


@pytest.mark.parametrize(
    ("ours", "numpys"),
    [
        (bp.exp, np.exp),
        (bp.log, np.log),
        (bp.sqrt, np.sqrt),
        (bp.sin, np.sin),
        (bp.cos, np.cos),
        (bp.tanh, np.tanh),
        (bp.absolute, np.abs),
        (bp.transpose, np.transpose),
        (bp.total, np.sum),
        (bp.mean, np.mean),
    ],
)
@pytest.mark.parametrize("x", [0.5, V, np.abs(W)])
def test_a_function_computes_what_numpys_does(ours, numpys, x):
    for argument in (x, bp.variable(x), np.asarray(x).tolist()):
        np.testing.assert_allclose(ours(argument).value, numpys(x), rtol=1e-15)


def test_relu_and_maximum_take_the_larger():
    assert bp.relu([-1.0, 0.0, 2.0]).value.tolist() == [0.0, 0.0, 2.0]
    assert bp.maximum(V, 1.0).value.tolist() == [1.0, 2.0, 1.25]
    assert bp.maximum(1.0, bp.variable(V)).value.tolist() == [1.0, 2.0, 1.25]


@pytest.mark.parametrize("axis", [0, 1, -1, -2, np.int64(1)])
@pytest.mark.parametrize(("ours", "numpys"), [(bp.total, np.sum), (bp.mean, np.mean)])
def test_an_axis_disappears(ours, numpys, axis):
    np.testing.assert_allclose(ours(W, axis=axis).value, numpys(W, axis=axis))


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_the_gradient_of_a_mean_is_one_over_the_number_of_entries(axis):
    w = bp.variable(W, "w")
    average = bp.mean(w, axis)
    tape = bp.record(bp.total(average))
    count = W.size if axis is None else W.shape[axis]
    np.testing.assert_allclose(tape.gradient(w), np.full(W.shape, 1 / count))


def test_products_of_matrices_and_vectors():
    np.testing.assert_array_equal(bp.matmul(W, V).value, W @ V)
    np.testing.assert_array_equal(bp.matmul(W, W.T).value, W @ W.T)
    np.testing.assert_array_equal(bp.matmul(V, V).value, V @ V)


def test_stack_makes_a_vector_or_rows():
    x, y = bp.variable(1.0), bp.variable(2.0)
    assert bp.stack([x, y, 3.0]).value.tolist() == [1.0, 2.0, 3.0]
    assert bp.stack(node for node in (x, y)).value.tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(bp.stack([V, V]).value, [V, V])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_concatenate_joins_along_an_axis_and_sends_each_part_back(axis):
    first, second = bp.variable(W, "first"), bp.variable(2 * W, "second")
    joined = bp.concatenate([first, second], axis=axis)
    expected = np.concatenate([W, 2 * W], axis=axis)
    np.testing.assert_array_equal(joined.value, expected)
    tape = bp.record(joined, seed=expected)
    np.testing.assert_array_equal(tape.gradient(first), W)
    np.testing.assert_array_equal(tape.gradient(second), 2 * W)


def test_parts_of_different_sizes_are_joined():
    a, b = bp.variable([1.0, 2.0], "a"), bp.variable([3.0], "b")
    L = bp.total(bp.concatenate([a, b]) * [10.0, 20.0, 30.0])
    tape = bp.record(L)
    assert tape.gradient(a).tolist() == [10.0, 20.0]
    assert tape.gradient(b).tolist() == [30.0]


# ------------------------------------------------------------------ losses


def test_squared_error_is_half_the_sum_of_squares():
    y_hat, y = bp.variable([1.0, 4.0], "y_hat"), bp.constant([3.0, 1.0], "y")
    L = bp.squared_error(y_hat, y)
    assert L.value == 0.5 * (4.0 + 9.0)
    assert bp.record(L).gradient(y_hat).tolist() == [-2.0, 3.0]


def test_squared_error_of_numbers():
    y_hat = bp.variable(0.25)
    L = bp.squared_error(y_hat, 1.0)
    assert (L.value, bp.record(L).gradient(y_hat)) == (0.28125, -0.75)


@given(scores)
def test_softmax_is_exp_over_the_sum_of_exp(x):
    expected = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(bp.softmax(x).value, expected, rtol=1e-12)
    np.testing.assert_allclose(bp.softmax(x[0]).value, expected[0], rtol=1e-12)


@given(scores, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_cross_entropy_is_minus_log_softmax_of_the_right_class(x, classes):
    log_softmax = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
    expected = -log_softmax[range(3), classes]
    L = bp.cross_entropy(x, classes)
    np.testing.assert_allclose(L.value, expected.sum(), rtol=1e-9, atol=1e-12)
    one = bp.cross_entropy(x[0], classes[0])
    np.testing.assert_allclose(one.value, expected[0], rtol=1e-9, atol=1e-12)


@given(scores, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_the_gradient_of_cross_entropy_is_softmax_minus_target(x, classes):
    # Bishop, Pattern Recognition and Machine Learning (2006), equation 4.109.
    logits = bp.variable(x, "logits")
    tape = bp.record(bp.cross_entropy(logits, classes))
    expected = bp.softmax(x).value - np.eye(4)[classes]
    np.testing.assert_allclose(tape.gradient(logits), expected, atol=1e-12)


def test_a_one_hot_target_and_a_class_are_the_same_target():
    assert bp.cross_entropy(V, 2).value == bp.cross_entropy(V, [0.0, 0.0, 1.0]).value


def test_a_target_may_be_a_node():
    target = bp.constant(2, "target")
    L = bp.cross_entropy(V, target)
    assert L.value == bp.cross_entropy(V, 2).value


def test_soft_targets_weigh_the_surprises():
    mixed = bp.cross_entropy(V, [0.25, 0.75, 0.0])
    parts = 0.25 * bp.cross_entropy(V, 0) + 0.75 * bp.cross_entropy(V, 1)
    np.testing.assert_allclose(mixed.value, parts.value)


@pytest.mark.parametrize("size", [1000.0, -1000.0])
def test_softmax_and_cross_entropy_do_not_overflow(size):
    logits = bp.variable([size, 0.0, -size], "logits")
    largest = 0 if size > 0 else 2
    assert bp.softmax(logits).value.tolist() == np.eye(3)[largest].tolist()
    assert bp.cross_entropy(logits, largest).value == 0.0
    worst = bp.cross_entropy(logits, 2 - largest)
    assert worst.value == 2000.0
    assert (
        bp.record(worst).gradient(logits).tolist()
        == (np.eye(3)[largest] - np.eye(3)[2 - largest]).tolist()
    )


@pytest.mark.parametrize(("z", "a"), [(1000.0, 1.0), (-1000.0, 0.0)])
def test_sigmoid_does_not_overflow(z, a):
    node = bp.variable(z, "z")
    y_hat = bp.sigmoid(node)
    assert (y_hat.value, bp.record(y_hat).gradient(node)) == (a, 0.0)


@given(st.floats(-30, 30))
def test_sigmoid_is_a_shifted_tanh(z):
    a = bp.sigmoid(z).value
    assert a == pytest.approx(0.5 * (1 + math.tanh(z / 2)), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    "loss",
    [
        lambda w: bp.squared_error(bp.tanh(w @ V), [1.0, -1.0]),
        lambda w: bp.cross_entropy(w, [2, 0]),
        lambda w: bp.cross_entropy(w @ V, 1),
        lambda w: bp.total(bp.softmax(w) * W),
        lambda w: bp.total(bp.softmax(w[0]) * V),
        lambda w: bp.mean(bp.mean(bp.sin(w), axis=1) ** 2),
        lambda w: bp.total(bp.concatenate([w, w.T @ w]) ** 2),
        lambda w: bp.total(bp.stack([w[0], w[1] * 2]) @ w.T),
        lambda w: bp.log(bp.total(bp.exp(w))),
        lambda w: bp.sqrt(bp.total(w * w)),
    ],
)
def test_a_composites_gradient_agrees_with_central_differences(loss):
    w = bp.variable(W, "w")
    L = loss(w)
    assert bp.check_gradients(L).agrees


# ------------------------------------------------------------------ shapes

W_NODE, V_NODE = bp.variable(W, "W"), bp.variable(V, "v")


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: W_NODE @ W_NODE, bp.ShapeError, r"3 and 2.*Did you mean .*W\.T @ W"),
        (lambda: W_NODE.T @ V_NODE, bp.ShapeError, r"2 and 3"),
        (lambda: V_NODE @ W_NODE, bp.ShapeError, r"3 and 2.*transpose, .* @ .*\.T"),
        (lambda: bp.matmul(2.0, V_NODE), bp.ShapeError, r"For numbers, use \*"),
        (lambda: bp.matmul(np.ones((2, 2, 2)), V), bp.ShapeError, r"\(2, 2, 2\)"),
        (
            lambda: bp.matmul(np.ones((2, 2, 3)), np.ones((2, 2, 3))),
            bp.ShapeError,
            r"3 and 2\..*last size but one",
        ),
        (
            lambda: bp.matmul(np.ones((2, 2, 3)), np.ones((4, 3, 1))),
            bp.ShapeError,
            r"\(4, 3, 1\)",
        ),
        (lambda: bp.where(V_NODE, 1.0, 2.0), bp.InputError, r"\.value > 0"),
        (lambda: bp.where([True, False], V, 2.0), bp.ShapeError, r"where: the shapes"),
        (lambda: W_NODE + V_NODE[0:2], bp.ShapeError, r"W has shape \(2, 3\).*\(2,\)"),
        (lambda: bp.maximum(V, [1.0, 2.0]), bp.ShapeError, r"^maximum: the shapes"),
        (lambda: bp.total(V_NODE, axis=1), bp.ShapeError, r"axis 1 .*\(3,\).*are: 0\."),
        (lambda: bp.mean(2.0, axis=0), bp.ShapeError, r"none, it is a single number"),
        (lambda: bp.total(W, axis=(0, 2)), bp.ShapeError, r"axis 2 .*0, 1"),
        (
            lambda: bp.total(W, axis=(0, -2)),
            bp.ShapeError,
            r"\(0, -2\) names one twice",
        ),
        (lambda: bp.largest(W, axis=2), bp.ShapeError, r"largest: axis 2"),
        (lambda: bp.log_softmax(1.0), bp.ShapeError, r"log_softmax: .*shape \(\)"),
        (lambda: bp.total(W, axis=True), bp.ShapeError, r"axis True"),
        (lambda: bp.total(W, axis="rows"), bp.ShapeError, r"axis rows"),
        (lambda: bp.stack([]), bp.ShapeError, r"stack: the list is empty"),
        (lambda: bp.stack([V, 2.0]), bp.ShapeError, r"stack: .*\(3,\).*\(\)"),
        (lambda: bp.concatenate([]), bp.ShapeError, r"concatenate: the list is empty"),
        (lambda: bp.concatenate([V, W]), bp.ShapeError, r"concatenate: .*\(2, 3\)"),
        (lambda: bp.concatenate([2.0]), bp.ShapeError, r"concatenate: axis 0"),
        (lambda: bp.squared_error(W_NODE, V), bp.ShapeError, r"W has shape \(2, 3\)"),
        (lambda: bp.squared_error(2.0, [2.0]), bp.ShapeError, r"the same shape"),
        (lambda: bp.softmax(1.0), bp.ShapeError, r"softmax: .*shape \(\)"),
        (lambda: bp.softmax(np.ones((1, 1, 1))), bp.ShapeError, r"softmax"),
        (lambda: bp.cross_entropy(V, [1, 2]), bp.ShapeError, r"target.*\(2,\)"),
        (lambda: bp.cross_entropy(V, 3), bp.InputError, r"from 0 to 2.* 3"),
        (lambda: bp.cross_entropy(V, -1), bp.InputError, r"whole numbers"),
        (lambda: bp.cross_entropy(V, 0.5), bp.InputError, r"whole numbers"),
        (lambda: bp.cross_entropy(V, float("nan")), bp.InputError, r"whole numbers"),
    ],
)
def test_shapes_that_do_not_fit_are_explained(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), (2, 0), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_and_means_are_those_of_numpy_along_any_axes(axis, keepdims):
    x = bp.variable(np.arange(24.0).reshape(2, 3, 4))
    options = {"axis": axis, "keepdims": keepdims}
    for ours, theirs in ((bp.total, np.sum), (bp.mean, np.mean)):
        result = ours(x, **options)
        np.testing.assert_allclose(result.value, theirs(x.value, **options))
        assert bp.check_gradients(bp.total(result * result)).agrees


def test_the_first_of_several_largest_entries_gets_the_gradient():
    x = bp.variable([[3.0, 1.0, 3.0], [2.0, 2.0, 0.0]])
    rows = bp.total(bp.largest(x, axis=1))
    assert bp.record(rows).gradient(x).tolist() == [[1, 0, 0], [1, 0, 0]]
    assert bp.record(bp.largest(x)).gradient(x).tolist() == [[1, 0, 0], [0, 0, 0]]


@given(arrays(float, (3, 4), elements=st.floats(-50, 50)))
def test_the_largest_entries_are_those_of_numpy(x):
    assert bp.largest(x).value == x.max()
    np.testing.assert_array_equal(bp.largest(x, axis=0).value, x.max(axis=0))


@given(arrays(float, (3, 4), elements=st.floats(-50, 50)))
def test_log_softmax_is_the_logarithm_of_softmax(x):
    logits = bp.variable(x)
    z = bp.log_softmax(logits)
    np.testing.assert_allclose(z.value, np.log(bp.softmax(x).value), atol=1e-12)
    L = -bp.total(z[[0, 1, 2], [3, 0, 1]])
    by_loss = bp.record(bp.cross_entropy(logits, [3, 0, 1])).gradient(logits)
    np.testing.assert_allclose(bp.record(L).gradient(logits), by_loss, atol=1e-12)


@given(st.sampled_from([(24,), -1, (4, 6), (4, -1), (1, 24), (2, 3, 4)]))
def test_reshape_is_that_of_numpy_and_sends_each_entry_back(shape):
    x = bp.variable(np.arange(24.0).reshape(2, 3, 4))
    y = bp.reshape(x, shape)
    np.testing.assert_array_equal(y.value, x.value.reshape(shape))
    L = bp.total(y * y)
    np.testing.assert_array_equal(bp.record(L).gradient(x), 2 * x.value)


@pytest.mark.parametrize("shape", [(5, 5), (7, -1), "flat", (2.5,), (-1, -1)])
def test_a_shape_of_other_size_is_refused(shape):
    with pytest.raises(bp.ShapeError, match=r"reshape: 6 entries of shape \(2, 3\)"):
        bp.reshape(np.ones((2, 3)), shape)


def test_minimum_and_maximum_are_the_two_parts_of_a_sum():
    x, y = bp.variable([1.0, 2.0, -3.0]), bp.variable([2.0, 2.0, -5.0])
    parts = bp.total(bp.minimum(x, y) + bp.maximum(x, y))
    assert bp.minimum(x, y).value.tolist() == [1.0, 2.0, -5.0]
    # Where both are equal, the first one is both.
    assert bp.record(parts).gradient(x).tolist() == [1, 2, 1]
    assert bp.record(parts).gradient(y).tolist() == [1, 0, 1]


def test_a_row_of_ones_own_may_use_any_function_of_numpy():
    row = bp.primitive("arctan", "arctan(x)", "1 / (1 + x ** 2)")
    x = bp.variable([0.3, -2.0], "x")
    L = bp.total(bp.apply(row, x))
    assert bp.check_gradients(L).agrees
    value, gradients = bp.compiled(L)(x=[1.0, 0.0])
    assert value == pytest.approx(np.pi / 4)
    assert gradients["x"].tolist() == [0.5, 1.0]
    number = bp.compiled(bp.apply(row, bp.variable(1.0, "w")))
    assert number(w=0.0) == (0.0, {"w": 1.0})


@pytest.mark.parametrize(
    ("left", "right"),
    [((3,), (3, 2)), ((2, 4, 3), (2, 3, 5)), ((4, 3), (2, 3, 5)), ((2, 4, 3), (3, 5))],
)
def test_every_product_is_that_of_numpy_and_its_gradient_agrees(left, right):
    random = np.random.default_rng(0)
    x, y = bp.variable(random.normal(size=left)), bp.variable(random.normal(size=right))
    z = x @ y
    np.testing.assert_allclose(z.value, x.value @ y.value)
    L = bp.total(z * z)
    assert bp.check_gradients(L).agrees
    _, gradients = bp.compiled(L)(x=x.value, y=y.value)
    np.testing.assert_allclose(gradients["x"], bp.record(L).gradient(x))
    np.testing.assert_allclose(gradients["y"], bp.record(L).gradient(y))


def test_where_sends_each_gradient_to_the_operand_that_was_taken():
    x, y = bp.variable([1.0, -2.0, 3.0]), bp.variable(10.0)
    L = bp.total(bp.where(x.value > 0, x * x, y))
    assert L.value == 20.0
    tape = bp.record(L)
    assert tape.gradient(x).tolist() == [2, 0, 6]
    assert tape.gradient(y) == 1
    assert bp.compiled(L)(x=x.value, y=0.0)[1]["y"] == 1
