"""The single neuron with the peers: how each of them computes value and gradients.

Each function returns a call without arguments. Where a peer is not installed it raises
`ImportError`, and the peer is left out with a word.
"""

from collections.abc import Callable

Result = tuple[float, dict[str, float]]
Call = Callable[[], Result]


def autograd(w: float, b: float, x: float, y: float) -> Call:
    import autograd.numpy as np
    from autograd import value_and_grad

    def loss(parameters):
        w, b = parameters
        y_hat = 1 / (1 + np.exp(-(w * x + b)))
        return 0.5 * (y - y_hat) ** 2

    run = value_and_grad(loss)

    def call():
        value, (dL_dw, dL_db) = run((w, b))
        return value, {"w": dL_dw, "b": dL_db}

    return call


def mygrad(w: float, b: float, x: float, y: float) -> Call:
    import mygrad
    from mygrad.nnet.activations import sigmoid

    weight, bias = mygrad.tensor(w), mygrad.tensor(b)

    def call():
        L = 0.5 * (y - sigmoid(weight * x + bias)) ** 2
        L.backward()
        return L.data, {"w": weight.grad, "b": bias.grad}

    return call


def pytorch(w: float, b: float, x: float, y: float) -> Call:
    import torch

    torch.set_num_threads(1)
    weight, bias = (
        torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (w, b)
    )

    def call():
        L = 0.5 * (y - torch.sigmoid(weight * x + bias)) ** 2
        dL_dw, dL_db = torch.autograd.grad(L, (weight, bias))
        return L, {"w": dL_dw, "b": dL_db}

    return call


def jax(w: float, b: float, x: float, y: float) -> Call:
    import jax

    jax.config.update("jax_enable_x64", True)

    def loss(w, b, x, y):
        return 0.5 * (y - jax.nn.sigmoid(w * x + b)) ** 2

    run = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
    # Numbers that are on the device already: the fastest way to call it.
    inputs = [jax.device_put(value) for value in (w, b, x, y)]

    def call():
        L, (dL_dw, dL_db) = jax.block_until_ready(run(*inputs))
        return L, {"w": dL_dw, "b": dL_db}

    return call


NEURONS = {
    "autograd": autograd,
    "MyGrad": mygrad,
    "PyTorch, eager": pytorch,
    "JAX, jitted": jax,
}
