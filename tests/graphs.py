"""Graphs that several tests look at, and random ones."""

from contextlib import ExitStack

import numpy as np
from hypothesis import strategies as st

import backprop_lab as bp

# What a learner, or somebody who means harm, may call a node or a group.
HOSTILE_NAMES = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror=alert(1)>",
    "<b>bold</b>",
    "]]>",
    "&lt;&amp;",
    "\"quoted\" 'twice'",
    "back\\slash \\N \\n",
    "x -> y; z [label=oops]",
    "{a|b|<c>}",
    "two\nlines\tand\ra\x00b\x1b[0m",
    "\ufffe \ud800",
    "变量名",
    "🙂🙃",
    "שלום عالم",
    "\u202eedirrevo",
    "a" * 500,
    "%s {0} ${HOME}",
]


def x_plus_y_times_w():
    x, y, w = bp.variable(-2.0, "x"), bp.variable(5.0, "y"), bp.variable(-4.0, "w")
    return bp.named((x + y) * w, "z")


def square():
    x = bp.variable(3.0, "x")
    return bp.named(x * x, "L")


def fan_out():
    a, b = bp.variable(2.0, "a"), bp.variable(3.0, "b")
    c = bp.named(a + b, "c")
    d = bp.named(a * b, "d")
    return bp.named((c + d) + c * d, "y")


def neuron(w=0.5, b=0.0):
    x, y = bp.constant(1.5, "x"), bp.constant(1.0, "y")
    w, b = bp.variable(w, "w"), bp.variable(b, "b")
    z = bp.named(w * x + b, "z")
    return bp.named(bp.squared_error(bp.named(bp.sigmoid(z), "y_hat"), y), "L")


def layer():
    """Return the loss of a layer of two neurons, with matrices and a group."""
    x = bp.constant([1.0, 2.0], "x")
    with bp.group("layer 1"):
        W = bp.variable([[0.1, 0.2], [0.3, 0.4]], "W")
        b = bp.variable([0.5, 0.5], "b")
        a = bp.named(bp.sigmoid(W @ x + b), "a")
    return bp.named(bp.squared_error(a, [1.0, 1.0]), "L")


@st.composite
def losses(draw):
    """Draw the output of a small graph with shared parts, arrays, names and groups."""
    shapes = st.sampled_from([(), (2,), (2, 3), (5, 2)])
    numbers = st.sampled_from([0.0, 1.0, -0.5, 1e-7, -123456.0, np.nan, np.inf])
    names = st.one_of(st.none(), st.sampled_from(["w", "a long name", *HOSTILE_NAMES]))
    inputs = st.sampled_from([bp.variable, bp.variable, bp.constant])
    nodes = [bp.variable(1.0)]
    for _ in range(draw(st.integers(0, 3))):
        value = np.full(draw(shapes), draw(numbers))
        nodes.append(draw(inputs)(value, draw(names)))
    for block in range(draw(st.integers(1, 3))):
        with ExitStack() as stack:
            for depth in range(draw(st.integers(0, 2))):
                stack.enter_context(bp.group(draw(names) or f"group {block} {depth}"))
            for _ in range(draw(st.integers(1, 3))):
                nodes.append(_result(draw, nodes))
                if name := draw(names):
                    nodes[-1] = bp.named(nodes[-1], name)
    return bp.total(nodes[-1] * nodes[0])


def _result(draw, nodes):
    x, y = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
    if x.shape != y.shape:
        return bp.sin(x)
    return draw(st.sampled_from([x + y, x * y, bp.maximum(x, y), bp.sin(x)]))
