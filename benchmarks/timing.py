"""Timing contenders side by side, in rounds, by the calling thread's processor time.

On a machine that does other things as well, time on the clock says how busy it is.
"""

import gc
import statistics
import time
import timeit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Short samples, many rounds: what interrupts one sample is not in the median.
SAMPLE_SECONDS = 0.002
TABLE_SECONDS = 6.0
FEWEST_ROUNDS, MOST_ROUNDS = 5, 301


@dataclass(frozen=True)
class Measurement:
    """How long one call takes.

    Attributes:
        seconds: The median over all rounds.
        ratio: The median over all rounds of the ratio to the first contender, which
            was measured in the same round.
    """

    seconds: float
    ratio: float


def compare(contenders: Mapping[str, Callable[[], Any]]) -> dict[str, Measurement]:
    """Return how long each contender takes, the first one being what they are held to.

    In every round each contender is called as often as fills a sample. The garbage
    collector works, as it does in any program, but it only sees what the contenders
    make: what was there before is frozen.
    """
    gc.collect()
    gc.freeze()
    timers = {
        name: timeit.Timer(call, setup=gc.enable, timer=time.thread_time)
        for name, call in contenders.items()
    }
    counts = {name: _calls_in_a_sample(timer) for name, timer in timers.items()}
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.perf_counter() + TABLE_SECONDS
    for done in range(MOST_ROUNDS):
        if done >= FEWEST_ROUNDS and time.perf_counter() > end:
            break
        for name, timer in timers.items():
            samples[name].append(timer.timeit(counts[name]) / counts[name])
    gc.unfreeze()
    first = next(iter(samples.values()))
    return {
        name: Measurement(
            statistics.median(times),
            statistics.median(a / b for a, b in zip(times, first, strict=True)),
        )
        for name, times in samples.items()
    }


def duration(seconds: float) -> str:
    """Return a time as people write it.

    Example:
        >>> duration(0.0000123)
        '12.3 µs'
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def table(measured: Mapping[str, Measurement], note: str = "ratio") -> str:
    """Return measurements as a table, a line for each contender."""
    rows = [("", "one call", note)]
    rows += [
        (name, duration(found.seconds), f"{found.ratio:.3g}")
        for name, found in measured.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"  {name:<{widths[0]}}  {time:>{widths[1]}}  {ratio:>{widths[2]}}"
        for name, time, ratio in rows
    )


def _calls_in_a_sample(timer: timeit.Timer) -> int:
    timer.timeit(1)  # The first call may compile.
    calls = 1
    while (seconds := timer.timeit(calls)) < SAMPLE_SECONDS / 2:
        calls *= 2
    return max(1, round(SAMPLE_SECONDS * calls / seconds))
