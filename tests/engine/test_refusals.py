"""What a node cannot do says what to write instead."""

import math

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.engine.refusals import _OURS


@pytest.mark.parametrize(
    ("cut", "error", "advice"),
    [
        (lambda x: math.exp(x), bp.InputError, r"x is a node.*exp\(x\) instead of"),
        (lambda x: float(x), bp.InputError, r"x\.value"),
        (lambda x: int(x), bp.InputError, r"x\.value"),
        (lambda x: np.array([x, 1.0]), bp.InputError, r"stack\(\[x, y\]\)"),
        (lambda x: np.array(x), bp.InputError, r"x\.value"),
        (lambda x: np.asarray([[x]]), bp.InputError, r"x\.value"),
        (lambda x: np.exp(x), bp.InputError, r"np\.exp .* x is one\. Use exp of"),
        (lambda x: np.negative(x), bp.InputError, r"Use -x of"),
        (lambda x: np.sum(x), bp.InputError, r"np\.sum .*Use total of"),
        (lambda x: np.dot(x, x), bp.InputError, r"Use matmul of"),
        (lambda x: np.add.reduce(x), bp.InputError, r"np\.add\.reduce .*x\.value"),
        (lambda x: np.add(x, 1, out=np.zeros(1)), bp.InputError, r"np\.add"),
        (lambda x: np.linalg.norm(x), bp.InputError, r"Use the functions of"),
        (lambda x: np.array([1.0]) > x, bp.InputError, r"x\.value"),
        (lambda x: np.array([1.0]) == x, bp.InputError, r"x\.value"),
        (lambda x: bool(x), bp.GraphError, r"neither true nor false.*x\.value > 0"),
        (lambda x: 1 if x else 0, bp.GraphError, r"neither true nor false"),
        (lambda x: x > 0, bp.GraphError, r"x\.value > 0.*relu"),
        (lambda x: x >= 0, bp.GraphError, r"cannot be compared"),
        (lambda x: max(x, x + 1), bp.GraphError, r"maximum\(x, y\)"),
        (lambda x: x ^ 2, bp.InputError, r"x \*\* 2, not x \^ 2"),
        (lambda x: 2 ^ x, bp.InputError, r"x \*\* 2"),
        (lambda x: len(x), bp.InputError, r"x is a single number.*no length"),
        (lambda x: list(x), bp.InputError, r"x is a single number.*no entries"),
        (lambda x: x[0], bp.IndexingError, r"x has shape \(\).*no entry at \[0\]"),
        (lambda x: bp.stack(x), bp.InputError, r"x is a single number"),
        (lambda x: bp.variable(x), bp.InputError, r"variable\(x\.value\)"),
        (lambda x: bp.constant([x]), bp.InputError, r"stack"),
    ],
)
def test_what_would_cut_the_graph_says_what_to_write_instead(cut, error, advice):
    with pytest.raises(error, match=advice):
        cut(bp.variable(2.0, "x"))


def test_a_node_neither_counts_nor_is_an_index():
    v, k = bp.variable([1.0, 2.0], "v"), bp.variable(1.0, "k")
    indices = (k, (k,), [k], (slice(None), k), slice(k), slice(0, k), slice(0, 2, k))
    uses = [
        *(lambda index=index: v[index] for index in indices),
        lambda: range(k),
        lambda: [1.0, 2.0][k],
    ]
    for use in uses:
        said = r"k is a node, and to count .* whole number.* range\(3\) or x\[0\]"
        with pytest.raises(bp.InputError, match=said):
            use()


def test_advice_names_only_what_exists():
    assert {ours for ours in _OURS.values() if ours != "-x"} <= set(bp.__all__)
