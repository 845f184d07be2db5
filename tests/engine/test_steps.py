import dataclasses

import numpy as np
import pytest

from backprop_lab.engine.node import variable
from backprop_lab.engine.steps import BackwardStep, ForwardStep

X = variable(2.0, "x")
ONE = np.array(1.0)


def backward_step(**changes):
    L = X * X
    step = BackwardStep(L, 0, X, ONE, X.value, X.value, None, X.value, 1, 2)
    return dataclasses.replace(step, **changes)


def test_a_step_without_a_consumer_is_the_seed():
    assert backward_step(consumer=None).is_seed
    assert not backward_step().is_seed


@pytest.mark.parametrize(("arrived", "complete"), [(1, False), (2, True)])
def test_a_gradient_is_complete_when_every_contribution_has_arrived(arrived, complete):
    assert backward_step(arrived=arrived).is_complete is complete


@pytest.mark.parametrize("step", [backward_step(), ForwardStep(X, (), X.value)])
def test_a_step_cannot_be_changed(step):
    for field in dataclasses.fields(step):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(step, field.name, None)
