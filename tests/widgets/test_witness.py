"""A witness notices whoever looks at its number, and nobody who only computes."""

import numpy as np
import pytest

import backprop_lab as bp
from backprop_lab.widgets.witness import witness

SQUARE = bp.primitive("square of one's own", "x * x", "2 * x")


def grouped(w):
    with bp.group("layer"):
        return bp.named(w * 2.0, "double") + 1


COMPUTING = [
    lambda w: w * 2.0 + w / 3 - w**2,
    lambda w: -abs(+w),
    lambda w: np.array([1.0, 2.0]) * w,
    lambda w: bp.sigmoid(bp.tanh(bp.exp(w))),
    lambda w: bp.squared_error(w, 1.0),
    lambda w: bp.mean(bp.stack([w, w * w]) * [1.0, 2.0]),
    lambda w: bp.total(bp.stack([w, 1.0]) * np.eye(2), axis=0),
    lambda w: bp.concatenate([bp.stack([w]), [1.0]]),
    lambda w: bp.maximum(bp.relu(w), 0.5),
    lambda w: (np.eye(2) * w).T @ bp.stack([w, w]),
    lambda w: bp.stack([w, w * w])[1] * 2,
    lambda w: sum(bp.stack([w, w * w]), start=w),
    lambda w: w * len(bp.stack([w, w])) * w.shape.count(1),
    lambda w: bp.named(w, "another"),
    lambda w: bp.apply(SQUARE, w),
    lambda w: w * float(bp.constant(2.0, "c").value),
    lambda w: w if w.kind == "variable" and w.name == "w" else -w,
    grouped,
    lambda w: bp.softmax(bp.stack([w, 1.0])),
    lambda w: bp.cross_entropy(bp.stack([w, 1.0]), 0),
]


LOOKING = [
    lambda w: w if w.value > 0 else -w,
    lambda w: w * float(w.value),
    lambda w: w * (w * 2.0 + 1).value,
    lambda w: w * w.value.item() ** 0,
    lambda w: bp.named(w * 2.0, f"{w}"),
    lambda w: bp.named(w * 2.0, f"{w:.1f}"),
    lambda w: bp.named(w * 2.0, str(w)),
    lambda w: bp.named(w * 2.0, repr([w])),
    lambda w: bp.named(w, "v").value * w,
    lambda w: grouped(w).operands[0].value * w,
    lambda w: w * bp.record(w * w).gradient(w),
    lambda w: w * bp.compiled(w * w)(w=2.0)[0],
    lambda w: w * len(str(bp.record(w))),
    lambda w: w * bp.check_gradients(w * w).agrees,
    lambda w: w * getattr(w, "val" + "ue"),
    lambda w: w * max([w * 1.0, w * 2.0], key=lambda node: node.value).value,
]


@pytest.mark.parametrize("compute", COMPUTING)
def test_who_only_computes_is_not_noticed(compute):
    plain = bp.variable(1.5, "w")
    stand_in, looks = witness(plain)
    found, wanted = compute(stand_in), compute(plain)
    assert looks == []
    np.testing.assert_array_equal(found.value, wanted.value)
    assert bp.record(bp.total(found)).steps[-1].after == (
        bp.record(bp.total(wanted)).steps[-1].after
    )


@pytest.mark.parametrize("look", LOOKING)
def test_who_looks_is_noticed(look):
    stand_in, looks = witness(bp.variable(1.5, "w"))
    look(stand_in)
    assert looks


def test_what_does_not_depend_on_it_is_not_watched():
    w, looks = witness(bp.variable(1.5, "w"))
    b = bp.variable(0.5, "b")
    z = w * b + (b * 2 if (b * b).value < 1 else b)
    assert looks == [] and z.operands[1].name is None


def test_a_witness_is_like_the_node_it_stands_for():
    w = bp.variable([1.0, 2.0], "w")
    stand_in, _ = witness(w)
    assert isinstance(stand_in, type(w))
    assert (stand_in.name, stand_in.kind, stand_in.age) == ("w", "variable", w.age)
    assert repr(stand_in) == repr(w) and f"{stand_in:.1f}" == f"{w:.1f}"
    with pytest.raises(AttributeError):
        stand_in.kind = "constant"


def test_two_witnesses_do_not_hear_of_each_other():
    (one, seen), (other, unseen) = (witness(bp.variable(1.0, n)) for n in ("a", "b"))
    assert one.value == 1.0 and other.name == "b"
    assert seen and not unseen
