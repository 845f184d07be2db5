"""What lessons 10 and 11 and the special values say of PyTorch and JAX, run there.

These tests need the libraries, which the `benchmarks` extra brings.
"""

import warnings

import numpy as np
import pytest

import backprop_lab as bp


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def at(torch, *numbers):
    """Return leaf tensors of float64."""
    made = [
        torch.tensor(number, dtype=torch.float64, requires_grad=True)
        for number in numbers
    ]
    return made if len(made) > 1 else made[0]


def test_a_second_backward_pass_over_the_same_graph_raises(torch):
    w = at(torch, 3.0)
    L = w * w
    L.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        L.backward()
    (w * w).backward()  # A fresh forward pass adds.
    assert w.grad == 12


def test_anomaly_detection_lets_the_forward_pass_run_into_nan(torch):
    z = at(torch, [1000.0, 999.0])
    with torch.autograd.set_detect_anomaly(True), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It is told which line it was.
        powers = torch.exp(z)
        q = powers / powers.sum()
        assert q.isnan().all()
        L = -(torch.tensor([1.0, 0.0], dtype=torch.float64) * torch.log(q)).sum()
        with pytest.raises(RuntimeError, match="LogBackward0"):  # Not exp, or ÷.
            L.backward()


def test_a_contribution_can_be_had_from_a_hook(torch):
    w = at(torch, 3.0)
    L = w * 5.0
    seen = []
    L.grad_fn.register_hook(lambda sent, arrived: seen.append(float(sent[0])))
    L.backward()
    assert seen == [5.0]


def test_jax_takes_float32_in_its_check_and_stops_at_the_first_nan():
    jax = pytest.importorskip("jax")
    from jax.test_util import check_grads

    check_grads(jax.numpy.sin, (np.float32(0.5),), order=1)
    jax.config.update("jax_debug_nans", True)
    try:
        with pytest.raises(FloatingPointError, match=r"div|nan"):
            powers = jax.numpy.exp(np.array([1000.0, 999.0]))
            powers / powers.sum()
    finally:
        jax.config.update("jax_debug_nans", False)


@pytest.mark.parametrize(
    ("here", "there", "numbers"),
    [
        (lambda x, y: x**y, lambda t, x, y: x**y, (0.0, 2.0)),
        (lambda x, y: x**y, lambda t, x, y: x**y, (0.0, 1.0)),
        (lambda x, y: x**y, lambda t, x, y: x**y, (2.0, 0.0)),
        (
            lambda x, y: bp.sqrt(bp.relu(x)) * y,
            lambda t, x, y: t.sqrt(t.relu(x)) * y,
            (-1.0, 2.0),
        ),
        (
            lambda x, y: 1 / bp.relu(x) + y,
            lambda t, x, y: 1 / t.relu(x) + y,
            (-1.0, 2.0),
        ),
        (
            lambda x, y: bp.maximum(x, y),
            lambda t, x, y: t.maximum(x, y),
            (np.inf, 2.0),
        ),
    ],
)
def test_special_values_are_those_of_pytorch(torch, here, there, numbers):
    tensors = at(torch, *numbers)
    there(torch, *tensors).backward()
    nodes = [bp.variable(number) for number in numbers]
    tape = bp.record(here(*nodes))
    for node, tensor in zip(nodes, tensors, strict=True):
        np.testing.assert_array_equal(tape.gradient(node), tensor.grad)


@pytest.mark.parametrize(
    ("there", "numbers", "gradients"),
    [
        (lambda t, x, y: x**y, (0.0, 0.0), (0.0, 0.0)),
        (lambda t, x, y: t.maximum(x, y), (1.0, 1.0), (0.5, 0.5)),
        (lambda t, x, y: t.relu(x) + y, (np.nan, 1.0), (1.0, 1.0)),
    ],
)
def test_what_is_said_to_be_otherwise_is(torch, there, numbers, gradients):
    tensors = at(torch, *numbers)
    there(torch, *tensors).backward()
    assert tuple(float(tensor.grad) for tensor in tensors) == gradients


def test_cross_entropy_with_a_score_of_minus_infinity_is_that_of_pytorch(torch):
    scores = [1.0, 2.0, -np.inf]
    x = at(torch, scores)
    L = torch.nn.functional.cross_entropy(x[None], torch.tensor([0]))
    L.backward()
    z = bp.variable(scores)
    ours = bp.cross_entropy(z, 0)
    assert float(ours.value) == pytest.approx(L.item(), rel=1e-12)
    np.testing.assert_allclose(bp.record(ours).gradient(z), x.grad, rtol=1e-12)
