"""Training: the same step over and over, watched, and stopped without loss.

In come the parameters to start from and one step of the learner's own: a function from
parameters to (new parameters, loss of the old ones). Out comes a record of the whole
run. A step never changes parameters in place, so that whatever happens, the record
holds parameters that belong together.

    >>> run = train(8.0, lambda w: (w - 0.5 * w, w**2), steps=3)
    >>> run.state, run.losses
    (1.0, (64.0, 16.0, 4.0, 1.0))

In PyTorch and JAX the loop is written by hand, too; `torch.optim` and `optax` hold the
update rules.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Generic, Literal, TypeAlias, TypeVar

import numpy as np

from backprop_lab.errors import InputError
from backprop_lab.words.numbers import number

State = TypeVar("State")
End: TypeAlias = Literal["running", "done", "goal", "interrupted", "not finite"]

_SNAPSHOTS = 60  # About so many moments are kept, however long the training.
_SECONDS = 0.15  # Between two looks of a watcher, or twice as long as it looked.
_ENDS: dict[End, str] = {
    "running": "running",
    "done": "all steps are done",
    "goal": "stopped at the goal",
    "interrupted": "interrupted; what was learnt so far is kept",
    "not finite": "stopped, because the loss is no finite number: try a smaller rate",
}


@dataclass(frozen=True, eq=False)
class Training(Generic[State]):
    """A training, finished or under way; made by `train`.

    Attributes:
        state: The parameters after the last step.
        losses: The loss after 0, 1, 2, … steps.
        snapshots: (steps taken, parameters) at some moments, the first and the last
            among them.
        planned: How many steps were asked for.
        end: Why the training stopped.
    """

    state: State
    losses: tuple[float, ...]
    snapshots: tuple[tuple[int, State], ...]
    planned: int
    end: End

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return self.snapshots[-1][0]

    def __str__(self) -> str:
        """Return how far it went, in one line."""
        progress = f"{self.steps} of {self.planned} steps"
        if not self.losses:
            return f"{progress}: {_ENDS[self.end]}."
        change = f"L went from {number(self.losses[0])} to {number(self.losses[-1])}"
        return f"{progress}: {change}; {_ENDS[self.end]}."

    __repr__ = __str__


def train(
    start: State,
    step: Callable[[State], tuple[State, float]],
    steps: int,
    *,
    goal: float = 0.0,
    watch: Callable[[Training[State]], None] | None = None,
) -> Training[State]:
    """Return the training that repeats a step.

    Interrupting the kernel (the ■ button) ends it early; what was learnt so far is
    returned.

    Args:
        start: The parameters to start from.
        step: Returns the updated parameters, and the loss of the given ones.
        steps: How many steps to take at most.
        goal: Stop when the loss is this small.
        watch: Is shown the training at its start, a few times a second, and at its end.

    Raises:
        InputError: `steps` is not a whole number from 0.

    Example:
        >>> train(8.0, lambda w: (w - 0.5 * w, w**2), steps=9, goal=1.0)
        3 of 9 steps: L went from 64 to 1; stopped at the goal.
    """
    if not isinstance(steps, int) or steps < 0:
        raise InputError(f"steps={steps!r}: give a whole number, such as steps=1000.")
    losses: list[float] = []
    kept: list[tuple[int, State]] = []
    end: End = "running"
    latest, due = (0, start), 0.0
    spacing = max(1, steps // _SNAPSHOTS)
    try:
        for taken, state, loss in _repeated(step, start):
            latest = taken, state
            losses.append(loss)
            if taken % spacing == 0:
                kept.append(latest)
            if (end := _end(taken, loss, steps, goal)) != "running":
                break
            if watch and (now := monotonic()) >= due:
                watch(_training(latest, losses, kept, steps, end))
                due = monotonic() + max(_SECONDS, 2 * (monotonic() - now))
    except KeyboardInterrupt:
        end = "interrupted"
    run = _training(latest, losses, kept, steps, end)
    if watch:
        watch(run)
    return run


def _repeated(
    step: Callable[[State], tuple[State, float]], state: State
) -> Iterator[tuple[int, State, float]]:
    """Yield how many steps have been taken, the parameters and their loss."""
    for taken in itertools.count():
        result = step(state)
        if not isinstance(result, tuple) or len(result) != 2 or np.size(result[1]) != 1:
            raise InputError(
                f"the step returned {result!r}. It must return two things, the new "
                "parameters and the loss as one number: return parameters, L."
            )
        updated, loss = result
        yield taken, state, np.asarray(loss, np.float64).item()
        state = updated


def _end(taken: int, loss: float, steps: int, goal: float) -> End:
    if not math.isfinite(loss):
        return "not finite"
    if loss <= goal:
        return "goal"
    return "done" if taken == steps else "running"


def _training(
    latest: tuple[int, State],
    losses: Sequence[float],
    kept: Sequence[tuple[int, State]],
    planned: int,
    end: End,
) -> Training[State]:
    steps, state = latest
    earlier = tuple(moment for moment in kept if moment[0] < steps)
    return Training(state, tuple(losses), (*earlier, latest), planned, end)
