"""Numbers that others have published, through the public names only.

A figure is compared to half a unit in its last printed digit. Where a source prints
none, the comment says what the expected number was computed by.
"""

import math
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

import backprop_lab as bp


def printed(*texts):
    """Return a comparison with numbers as a source prints them."""
    return [
        pytest.approx(float(text), rel=0, abs=float(half_a_unit(text)))
        for text in texts
    ]


def half_a_unit(text):
    _, _, exponent = Decimal(text).as_tuple()
    # A little more: the printed digits themselves are binary fractions here.
    return Decimal(1).scaleb(exponent) / 2 + Decimal("1e-15")


def gradients(output, *nodes):
    tape = bp.record(output)
    return [tape.gradient(node).tolist() for node in nodes]


def value(node):
    return node.value.item()


# ---- The course's source text, section 5: a layer, delta by delta.


def test_the_source_texts_layer_to_the_last_digit():
    x = np.array([1.0, 2.0])
    W1 = np.array([[0.1, 0.2], [0.3, 0.4]])
    b1 = np.array([0.5, 0.5])
    z1 = W1 @ x + b1
    a1 = 1 / (1 + np.exp(-z1))
    sigmoid_prime = a1 * (1 - a1)
    delta = (a1 - 1) * sigmoid_prime
    grad_W1 = np.outer(delta, x)

    W, b = bp.variable(W1, "W1"), bp.variable(b1, "b1")
    hidden = bp.sigmoid(W @ x + b)
    L = bp.squared_error(hidden, [1.0, 1.0])
    tape = bp.record(L)
    np.testing.assert_array_equal(hidden.value, a1)
    np.testing.assert_array_equal(tape.gradient(W), grad_W1)
    np.testing.assert_array_equal(tape.gradient(b), delta)


# ---- Stanford CS231n, course notes "Backpropagation, Intuitions", and lecture slides.


def test_cs231n_a_product():
    x, y = bp.variable(4.0), bp.variable(-3.0)
    f = x * y
    assert (value(f), gradients(f, x, y)) == (-12.0, [-3.0, 4.0])


def test_cs231n_a_sum_times_z():
    x, y, z = bp.variable(-2.0), bp.variable(5.0), bp.variable(-4.0)
    q = x + y
    f = q * z
    assert (value(q), value(f)) == (3.0, -12.0)
    assert gradients(f, z, q, x, y) == [3.0, -4.0, -4.0, -4.0]


def test_cs231n_gates_that_add_multiply_and_take_the_larger():
    x, y, z, w = (bp.variable(number) for number in (3.0, -4.0, 2.0, -1.0))
    f = 2 * (x * y + bp.maximum(z, w))
    assert value(f) == -20.0
    assert gradients(f, x, y, z, w) == [-8.0, 6.0, 2.0, 0.0]


def test_cs231n_a_neuron_gate_by_gate():
    w0, w1, w2 = bp.variable(2.0), bp.variable(-3.0), bp.variable(-3.0)
    x0, x1 = bp.variable(-1.0), bp.variable(-2.0)
    z = w0 * x0 + w1 * x1 + w2
    negative = -z
    power = bp.exp(negative)
    bottom = power + 1
    f = 1 / bottom
    assert value(z) == 1.0
    assert [value(n) for n in (power, bottom, f)] == printed("0.37", "1.37", "0.73")
    assert gradients(f, bottom, power, negative, z) == printed(
        "-0.53", "-0.53", "-0.20", "0.20"
    )
    assert gradients(f, w0, x0, w1, x1, w2) == printed(
        "-0.20", "0.39", "-0.39", "-0.59", "0.20"
    )
    y_hat = bp.sigmoid(z)
    np.testing.assert_allclose(
        gradients(y_hat, w0, x0, w1, x1, w2), gradients(f, w0, x0, w1, x1, w2)
    )


def test_cs231n_the_staged_computation():
    # The notes print no numbers; these are their own lines of backward code.
    x, y = 3.0, -4.0
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    dnum = invden
    dinvden = num
    dden = (-1.0 / (den**2)) * dinvden
    dsigx = (1) * dden
    dxpysqr = (1) * dden
    dxpy = (2 * xpy) * dxpysqr
    dx = (1) * dxpy
    dy = (1) * dxpy
    dx += ((1 - sigx) * sigx) * dsigx
    dx += (1) * dnum
    dy += ((1 - sigy) * sigy) * ((1) * dnum)

    a, b = bp.variable(x), bp.variable(y)
    f = (a + bp.sigmoid(b)) / (bp.sigmoid(a) + (a + b) ** 2)
    assert value(f) == pytest.approx(num * invden, rel=1e-14)
    assert gradients(f, a, b) == pytest.approx([dx, dy], rel=1e-13)


def test_cs231n_slides_a_vectorised_example():
    W = bp.variable([[0.1, 0.5], [-0.3, 0.8]])
    x = bp.variable([0.2, 0.4])
    q = W @ x
    f = bp.total(q**2)
    assert q.value.tolist() == printed("0.22", "0.26")
    assert value(f) == printed("0.116")[0]
    dq, dW, dx = gradients(f, q, W, x)
    assert dq == printed("0.44", "0.52")
    assert dW == [printed("0.088", "0.176"), printed("0.104", "0.208")]
    assert dx == printed("-0.112", "0.636")


# ---- C. Olah, "Calculus on Computational Graphs: Backpropagation" (2015-08).


def test_colah_the_graph_of_a_plus_b_times_b_plus_1():
    a, b = bp.variable(2.0), bp.variable(1.0)
    c, d = a + b, b + 1
    e = c * d
    assert value(e) == 6.0
    assert gradients(e, c, d, a, b) == [2.0, 3.0, 2.0, 5.0]


# ---- A. Karpathy: nn-zero-to-hero, lecture 1, and micrograd.


def test_karpathy_cell_9():
    a, b, c, f = (bp.variable(number) for number in (2.0, -3.0, 10.0, -2.0))
    e = a * b
    d = e + c
    L = d * f
    assert value(L) == -8.0
    assert gradients(L, a, b, c, e, d, f) == [6.0, -4.0, -2.0, -2.0, -2.0, 4.0]


def test_karpathy_the_tanh_neuron():
    x1, x2, w1, w2 = (bp.variable(number) for number in (2.0, 0.0, -3.0, 1.0))
    b = bp.variable(6.8813735870195432)
    n = x1 * w1 + x2 * w2 + b
    o = bp.tanh(n)
    assert [value(n)] == printed("0.8814")
    assert [value(o)] == printed("0.7071067811865476")
    assert gradients(o, x1, w1, x2, w2) == pytest.approx([-1.5, 1.0, 0.5, 0.0])


def test_karpathy_the_tanh_neuron_in_powers_of_e():
    x1, x2, w1, w2 = (bp.variable(number) for number in (2.0, 0.0, -3.0, 1.0))
    n = x1 * w1 + x2 * w2 + 6.8813735870195432
    e = bp.exp(2 * n)
    o = (e - 1) / (e + 1)
    assert value(o) == pytest.approx(0.7071067811865476, rel=1e-14)
    assert gradients(o, x1, w1, x2, w2) == pytest.approx([-1.5, 1.0, 0.5, 0.0])


def test_karpathy_a_value_used_twice():
    a = bp.variable(3.0)
    b = a + a
    assert (value(b), gradients(b, a)) == (6.0, [2.0])


def test_karpathy_values_used_twice_on_two_paths():
    a, b = bp.variable(-2.0), bp.variable(3.0)
    d, e = a * b, a + b
    f = d * e
    assert (value(f), gradients(f, a, b)) == (-6.0, [-3.0, -8.0])


def test_micrograds_readme():
    a, b = bp.variable(-4.0), bp.variable(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + bp.relu(b + a)
    d += 3 * d + bp.relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert [value(g), *gradients(g, a, b)] == printed("24.7041", "138.8338", "645.5773")


def test_micrograds_own_test_of_a_reused_value():
    # micrograd/test/test_engine.py, test_sanity_check: PyTorch gives -20 and 46.
    x = bp.variable(-4.0)
    z = 2 * x + 2 + x
    q = bp.relu(z) + z * x
    h = bp.relu(z * z)
    y = h + q + q * x
    assert (value(y), gradients(y, x)) == (-20.0, [46.0])


def test_micrograd_68_and_learners_confusion_1_the_order_matters():
    # The naive recursion gives 29 and 22; overwriting 1 and 1; each once 4 and 3.
    a, b = bp.variable(2.0), bp.variable(3.0)
    c, d = a + b, a * b
    y = (c + d) + (c * d)
    assert value(y) == 41.0
    assert gradients(y, a, b) == [25.0, 19.0]
    assert gradients(y, c, d) == [7.0, 6.0]


# ---- M. Nielsen, "Neural Networks and Deep Learning", chapter 3.


@pytest.mark.parametrize(
    ("w", "b", "output", "gradient"),
    # The outputs are printed; the gradients are computed and were checked.
    [(0.6, 0.9, "0.82", "0.1219383"), (2.0, 2.0, "0.98", "0.0173450")],
)
def test_nielsen_a_saturated_neuron_learns_slowly(w, b, output, gradient):
    weight, bias = bp.variable(w), bp.variable(b)
    a = bp.sigmoid(weight * 1.0 + bias)
    L = bp.squared_error(a, 0.0)
    assert [value(a)] == printed(output)
    assert gradients(L, weight, bias) == printed(gradient, gradient)
    assert bp.check_gradients(L).agrees


# ---- D. Bachman, BackpropBuilder, documentation.


def test_backpropbuilder_a_step_of_gradient_descent():
    def loss(w, b):
        y_hat = w * 2.0 + b
        return y_hat, (y_hat - 9.0) ** 2

    w, b = bp.variable(3.0), bp.variable(1.0)
    y_hat, L = loss(w, b)
    assert (value(y_hat), value(L), gradients(L, w, b)) == (7.0, 4.0, [-8.0, -4.0])
    dw, db = gradients(L, w, b)
    w, b = bp.variable(w.value - 0.05 * dw), bp.variable(b.value - 0.05 * db)
    y_hat, L = loss(w, b)
    assert [value(w), value(b)] == printed("3.4", "1.2")
    assert [value(y_hat), value(L)] == printed("8", "1")


# ---- xnought, backprop-explainer, Article.js.


def test_backprop_explainer_a_step_of_gradient_descent():
    def loss(w, b):
        return (w * 2.1 + b - 4.0) ** 2

    w, b = bp.variable(1.0), bp.variable(0.0)
    L = loss(w, b)
    assert [value(L), *gradients(L, w, b)] == printed("3.61", "-7.98", "-3.8")
    dw, db = gradients(L, w, b)
    w, b = bp.variable(w.value - 0.01 * dw), bp.variable(b.value - 0.01 * db)
    assert [value(w), value(b), value(loss(w, b))] == printed("1.0798", ".038", "2.87")


# ---- J. Grus, autograd, part 3: broadcasting.


@pytest.mark.parametrize("shape", [(3,), (1, 3)])
def test_grus_broadcasting(shape):
    t1 = bp.variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    t2 = bp.variable(np.reshape([7.0, 8.0, 9.0], shape))
    added = bp.record(t1 + t2, seed=np.ones((2, 3)))
    assert added.gradient(t1).tolist() == [[1.0, 1.0, 1.0]] * 2
    assert added.gradient(t2).tolist() == np.reshape([2.0, 2.0, 2.0], shape).tolist()
    multiplied = bp.record(t1 * t2, seed=np.ones((2, 3)))
    assert multiplied.gradient(t1).tolist() == [[7.0, 8.0, 9.0]] * 2
    assert multiplied.gradient(t2).tolist() == (
        np.reshape([5.0, 7.0, 9.0], shape).tolist()
    )


# ---- M. Mazur, "A Step by Step Backpropagation Example" (2015).

MAZUR_WEIGHTS = (0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55)


def mazurs_network(weights):
    w1, w2, w3, w4, w5, w6, w7, w8 = weights
    i1, i2 = 0.05, 0.10
    h1 = bp.sigmoid(w1 * i1 + w2 * i2 + 0.35)
    h2 = bp.sigmoid(w3 * i1 + w4 * i2 + 0.35)
    o1 = bp.sigmoid(w5 * h1 + w6 * h2 + 0.60)
    o2 = bp.sigmoid(w7 * h1 + w8 * h2 + 0.60)
    E = bp.squared_error(o1, 0.01) + bp.squared_error(o2, 0.99)
    return h1, h2, o1, o2, E


def mazurs_step(numbers):
    weights = [bp.variable(number) for number in numbers]
    *_, E = mazurs_network(weights)
    slopes = gradients(E, *weights)
    return [w - 0.5 * slope for w, slope in zip(numbers, slopes, strict=True)]


def test_mazur_forward_and_backward():
    weights = [bp.variable(number) for number in MAZUR_WEIGHTS]
    h1, h2, o1, o2, E = mazurs_network(weights)
    assert [value(n) for n in (h1, h2, o1, o2, E)] == printed(
        "0.593269992", "0.596884378", "0.75136507", "0.772928465", "0.298371109"
    )
    assert gradients(E, weights[4], h1, weights[0]) == printed(
        "0.082167041", "0.036350306", "0.000438568"
    )


def test_mazur_the_weights_after_one_step():
    assert mazurs_step(MAZUR_WEIGHTS) == printed(
        ".149780716",
        ".19956143",
        ".24975114",
        ".29950229",
        ".35891648",
        ".408666186",
        ".511301270",
        ".561370121",
    )


def test_mazur_the_error_after_one_step_is_not_the_printed_one():
    # He prints 0.291027924, which comes from output weights updated too early.
    *_, E = mazurs_network([bp.variable(w) for w in mazurs_step(MAZUR_WEIGHTS)])
    assert value(E) == pytest.approx(0.29102777369359933, rel=1e-14)
    assert [value(E)] != printed("0.291027924")


def test_mazurs_printed_error_is_that_of_weights_that_were_updated_too_early():
    weights = [bp.variable(number) for number in MAZUR_WEIGHTS]
    *_, E = mazurs_network(weights)
    tape = bp.record(E, mistake="stale weights")
    moved = [bp.variable(w.value - 0.5 * tape.gradient(w)) for w in weights]
    *_, after = mazurs_network(moved)
    assert [value(after)] == printed("0.291027924")


def test_mazurs_network_as_two_layers_of_matrices():
    W1 = bp.variable([[0.15, 0.20], [0.25, 0.30]])
    W2 = bp.variable([[0.40, 0.45], [0.50, 0.55]])
    h = bp.sigmoid(W1 @ [0.05, 0.10] + 0.35)
    E = bp.squared_error(bp.sigmoid(W2 @ h + 0.60), [0.01, 0.99])
    scalar = [bp.variable(number) for number in MAZUR_WEIGHTS]
    expected = gradients(mazurs_network(scalar)[-1], *scalar)
    np.testing.assert_allclose(
        np.concatenate([np.ravel(g) for g in gradients(E, W1, W2)]), expected
    )


# ---- A. Baydin et al., "Automatic Differentiation in Machine Learning: a Survey"
# (2018), tables 2 and 3.


def test_baydin_the_surveys_example():
    x1, x2 = bp.variable(2.0), bp.variable(5.0)
    y = bp.log(x1) + x1 * x2 - bp.sin(x2)
    assert [value(y), *gradients(y, x1, x2)] == printed("11.652", "5.5", "1.716")


# ---- Manuals of other libraries.


def test_pytorchs_tutorial_a_mean_of_squares():
    # "Autograd: automatic differentiation": out = 27, d(out)/dx = 4.5.
    x = bp.variable(np.ones((2, 2)))
    y = x + 2
    out = bp.mean(y * y * 3)
    assert (value(out), gradients(out, x)) == (27.0, [[[4.5, 4.5], [4.5, 4.5]]])


def test_pytorchs_tutorial_a_vector_valued_output():
    # "A gentle introduction to torch.autograd": Q = 3a³ - b², 9a² and -2b.
    a, b = bp.variable([2.0, 3.0]), bp.variable([6.0, 4.0])
    Q = 3 * a**3 - b**2
    tape = bp.record(Q, seed=[1.0, 1.0])
    assert tape.gradient(a).tolist() == [36.0, 81.0]
    assert tape.gradient(b).tolist() == [-12.0, -8.0]


def test_dive_into_deep_learning_automatic_differentiation():
    # Section 2.5: y = 2 xᵀx at x = 0, 1, 2, 3 is 28 with gradient 4x.
    x = bp.variable(np.arange(4.0))
    y = 2 * (x @ x)
    assert (value(y), gradients(y, x)) == (28.0, [[0.0, 4.0, 8.0, 12.0]])
    assert gradients(bp.total(x), x) == [[1.0, 1.0, 1.0, 1.0]]
    assert gradients(bp.total(x * x), x) == [[0.0, 2.0, 4.0, 6.0]]


def test_dive_into_deep_learning_detaching():
    # Section 2.5.3: with u = x·x taken as a constant, the gradient of u·x is u.
    x = bp.variable(np.arange(4.0))
    u = bp.constant((x * x).value)
    assert gradients(bp.total(u * x), x) == [[0.0, 1.0, 4.0, 9.0]]


def test_jaxs_cookbook_and_autograds_readme_tanh():
    # "The Autodiff Cookbook": 0.070650816 at 2; HIPS/autograd: 0.4199743416 at 1.
    two, one = bp.variable(2.0), bp.variable(1.0)
    (at_two,) = gradients(bp.tanh(two), two)
    (at_one,) = gradients(bp.tanh(one), one)
    # JAX computed in float32, of which 7 digits are right.
    assert [at_two, at_one] == printed("0.0706508", "0.4199743416")


# ---- An MLP of the size of Karpathy's, by central differences.


def test_an_mlp_agrees_with_central_differences():
    random = np.random.default_rng(1)
    sizes = [3, 4, 4, 1]
    weights = [
        bp.variable(random.uniform(-1, 1, (m, n)), f"W{layer}")
        for layer, (n, m) in enumerate(pairwise(sizes), start=1)
    ]
    biases = [bp.variable(random.uniform(-1, 1, m), "b") for m in sizes[1:]]
    inputs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    losses = []
    for row, target in zip(inputs, [1.0, -1.0, -1.0, 1.0], strict=True):
        a = bp.constant(row, "x")
        for W, b in zip(weights, biases, strict=True):
            a = bp.tanh(W @ a + b)
        losses.append(bp.squared_error(a, [target]))
    check = bp.check_gradients(sum(losses))
    assert len(check.variables) == 6
    assert check.agrees
