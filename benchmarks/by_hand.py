"""The same formulas, written by hand: what generated code is held to."""

import math

import numpy as np


def sigmoid(x):
    """Return 1 / (1 + exp(-x)) without overflow, as the table has it."""
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1 + small)


def neuron(w, b, x, y):
    z = w * x + b
    y_hat = sigmoid(z)
    e = y - y_hat
    L = 0.5 * e**2
    dL_dy_hat = -e
    dL_dz = dL_dy_hat * (y_hat * (1 - y_hat))
    return L, {"w": dL_dz * x, "b": dL_dz}


def neuron_in_short(w, b, x, y):
    """The shortest way; it overflows at z = -1000."""
    y_hat = 1 / (1 + math.exp(-(w * x + b)))
    e = y_hat - y
    dL_dz = e * y_hat * (1 - y_hat)
    return 0.5 * e * e, {"w": dL_dz * x, "b": dL_dz}


def small_network(
    u1, u2, u3, u4, u5, u6, u7, u8,
    v1, v2, v3, v4, v5, v6, v7, v8,
    b1, b2, b3, b4, b5, b6, b7, b8,
    c1, c2, c3, c4, c5, c6, c7, c8,
    d, x1, x2, y,
):  # fmt: skip
    """A 2-8-1 network, unit by unit."""
    h1 = math.tanh(u1 * x1 + v1 * x2 + b1)
    h2 = math.tanh(u2 * x1 + v2 * x2 + b2)
    h3 = math.tanh(u3 * x1 + v3 * x2 + b3)
    h4 = math.tanh(u4 * x1 + v4 * x2 + b4)
    h5 = math.tanh(u5 * x1 + v5 * x2 + b5)
    h6 = math.tanh(u6 * x1 + v6 * x2 + b6)
    h7 = math.tanh(u7 * x1 + v7 * x2 + b7)
    h8 = math.tanh(u8 * x1 + v8 * x2 + b8)
    y_hat = (
        c1 * h1
        + c2 * h2
        + c3 * h3
        + c4 * h4
        + c5 * h5
        + c6 * h6
        + c7 * h7
        + c8 * h8
        + d
    )
    e = y - y_hat
    L = 0.5 * e**2
    g = -e
    g1 = g * c1 * (1 - h1**2)
    g2 = g * c2 * (1 - h2**2)
    g3 = g * c3 * (1 - h3**2)
    g4 = g * c4 * (1 - h4**2)
    g5 = g * c5 * (1 - h5**2)
    g6 = g * c6 * (1 - h6**2)
    g7 = g * c7 * (1 - h7**2)
    g8 = g * c8 * (1 - h8**2)
    return L, {
        "u1": g1 * x1, "v1": g1 * x2, "b1": g1, "c1": g * h1,
        "u2": g2 * x1, "v2": g2 * x2, "b2": g2, "c2": g * h2,
        "u3": g3 * x1, "v3": g3 * x2, "b3": g3, "c3": g * h3,
        "u4": g4 * x1, "v4": g4 * x2, "b4": g4, "c4": g * h4,
        "u5": g5 * x1, "v5": g5 * x2, "b5": g5, "c5": g * h5,
        "u6": g6 * x1, "v6": g6 * x2, "b6": g6, "c6": g * h6,
        "u7": g7 * x1, "v7": g7 * x2, "b7": g7, "c7": g * h7,
        "u8": g8 * x1, "v8": g8 * x2, "b8": g8, "c8": g * h8,
        "d": g,
    }  # fmt: skip


def small_network_in_loops(U, V, B, C, d, x1, x2, y):
    """The same 2-8-1 network with a list for each kind of parameter."""
    H = [math.tanh(u * x1 + v * x2 + b) for u, v, b in zip(U, V, B, strict=True)]
    y_hat = sum(c * h for c, h in zip(C, H, strict=True)) + d
    e = y - y_hat
    g = -e
    G = [g * c * (1 - h**2) for c, h in zip(C, H, strict=True)]
    gradients = {
        "U": [each * x1 for each in G],
        "V": [each * x2 for each in G],
        "B": G,
        "C": [g * h for h in H],
        "d": g,
    }
    return 0.5 * e**2, gradients


def large_network(W1, b1, W2, b2, X, T):
    """A 784-128-10 network with softmax and cross entropy, for a batch."""
    h = np.tanh(X @ W1 + b1)
    s = h @ W2 + b2
    shifted = s - s.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    L = (T * (np.log(sums) - shifted)).sum() / len(X)
    dL_ds = (powers / sums - T) / len(X)
    dL_dz = (dL_ds @ W2.T) * (1 - h**2)
    return L, {
        "W1": X.T @ dL_dz,
        "b1": dL_dz.sum(axis=0),
        "W2": h.T @ dL_ds,
        "b2": dL_ds.sum(axis=0),
    }
