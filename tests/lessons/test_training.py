import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_lab.errors import InputError
from backprop_lab.lessons.training import train


def halve(w):
    """Step down the slope of w² with the rate 1/4."""
    return w / 2, w**2


@given(steps=st.integers(0, 200))
def test_every_state_has_its_loss(steps):
    run = train(1.0, halve, steps)
    assert run.state == 0.5**steps
    assert list(run.losses) == [0.25**taken for taken in range(steps + 1)]
    assert all(state == 0.5**taken for taken, state in run.snapshots)


@given(steps=st.integers(0, 500))
def test_snapshots_are_few_and_hold_the_start_and_the_end(steps):
    run = train(1.0, halve, steps)
    taken = [at for at, _ in run.snapshots]
    assert taken == sorted(set(taken))
    assert (taken[0], taken[-1]) == (0, steps)
    assert len(taken) <= 120


def test_a_training_stops_at_the_first_state_that_reaches_the_goal():
    run = train(1.0, halve, 100, goal=0.25**3)
    assert (run.end, run.steps, run.state) == ("goal", 3, 0.5**3)


def test_a_training_that_is_interrupted_keeps_what_was_learnt():
    def interrupted(w):
        if w < 0.1:
            raise KeyboardInterrupt
        return halve(w)

    run = train(1.0, interrupted, 100)
    assert (run.end, run.steps, run.state) == ("interrupted", 3, 0.125)
    assert run.losses[run.steps] == run.state**2
    assert "interrupted" in str(run)


def test_a_training_that_is_interrupted_at_once_keeps_its_start():
    def interrupted(w):
        raise KeyboardInterrupt

    run = train(1.0, interrupted, 100)
    assert (run.state, run.losses) == (1.0, ())
    assert str(run).startswith("0 of 100 steps: interrupted")


def test_a_watcher_can_be_interrupted_as_well():
    shown = []

    def watch(run):
        shown.append(run)
        if run.end == "running" and run.steps:
            raise KeyboardInterrupt

    run = train(1.0, lambda w: (w, 1.0), 10**9, watch=watch)
    assert run.end == "interrupted"
    assert shown[-1] is run


def test_a_watcher_sees_the_start_and_the_end():
    shown = []
    run = train(1.0, halve, 3, watch=shown.append)
    assert (shown[0].steps, shown[0].losses, shown[0].end) == (0, (1.0,), "running")
    assert shown[-1] is run


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_the_training_and_says_so(loss):
    run = train(1.0, lambda w: (w + 1, loss if w > 2 else 1.0), 100)
    assert (run.end, run.steps) == ("not finite", 2)
    assert "try a smaller rate" in str(run)


@pytest.mark.parametrize("step", [lambda w: None, lambda w: w, lambda w: (w, [1, 2])])
def test_a_step_that_returns_something_else_is_explained(step):
    with pytest.raises(InputError, match="return parameters, L"):
        train(1.0, step, 10)


@pytest.mark.parametrize("steps", [-1, 1.5, "9"])
def test_a_number_of_steps_that_is_none_is_explained(steps):
    with pytest.raises(InputError, match="give a whole number"):
        train(1.0, halve, steps)
