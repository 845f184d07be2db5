"""Examples to learn from: points in the plane, each of one of two classes.

Out come examples as *columns*, so that the formulas for one example hold for many of
them: `W @ X + b` is the pre-activation of every example at once. The numbers come from
a fixed seed and are the same on every machine.

    >>> points = two_moons(count=100)
    >>> points.X.shape, points.Y.shape
    ((2, 100), (1, 100))

In PyTorch and JAX examples are the rows of a batch instead: `X @ W.T + b`.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.errors import InputError


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane with their classes.

    Attributes:
        X: The points, one in each column: (2, n) float64.
        Y: Their classes, 0 or 1: (1, n) float64.
    """

    X: Array
    Y: Array


def xor() -> Points:
    """Return the four inputs of "one or the other, but not both", with the answer.

    Example:
        >>> xor().X, xor().Y
        (array([[0., 0., 1., 1.],
               [0., 1., 0., 1.]]), array([[0., 1., 1., 0.]]))
    """
    return Points(frozen([[0, 0, 1, 1], [0, 1, 0, 1]]), frozen([[0, 1, 1, 0]]))


def two_moons(count: int = 200, noise: float = 0.2, seed: int = 0) -> Points:
    """Return two half circles that reach into each other.

    Args:
        count: How many points; half of them of each class.
        noise: The standard deviation of the noise on each coordinate.
        seed: Another seed gives other noise.

    Raises:
        InputError: `count` is odd or below 2, or `noise` is negative.

    Example:
        >>> float(two_moons().Y.mean())
        0.5
    """
    angle = np.linspace(0, np.pi, _half(count))
    upper = np.stack([np.cos(angle), np.sin(angle)])
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    return _two_classes(upper, lower, noise, seed)


def two_spirals(
    count: int = 200, noise: float = 0.05, seed: int = 0, turns: float = 1.5
) -> Points:
    """Return two arms of a spiral, wound around each other.

    Args:
        count: How many points; half of them of each class.
        noise: The standard deviation of the noise on each coordinate.
        seed: Another seed gives other noise.
        turns: How often an arm goes around.

    Raises:
        InputError: `count` is odd or below 2, or `noise` is negative.

    Example:
        >>> two_spirals(count=50).X.shape
        (2, 50)
    """
    distance = np.linspace(0.5, 2, _half(count))
    angle = distance / 2 * turns * 2 * np.pi
    arm = distance * np.stack([np.cos(angle), np.sin(angle)])
    return _two_classes(arm, -arm, noise, seed)


def _half(count: int) -> int:
    if count < 2 or count % 2:
        raise InputError(
            f"{count} points cannot be two classes of equal size. "
            "Give an even number, such as count=200."
        )
    return count // 2


def _two_classes(first: Array, second: Array, noise: float, seed: int) -> Points:
    if noise < 0:
        raise InputError(f"the noise is {noise}; give 0 or more, such as noise=0.1.")
    exact = np.concatenate([first, second], axis=1)
    # NumPy promises that the numbers of RandomState never change.
    moved = exact + noise * np.random.RandomState(seed).normal(size=exact.shape)
    classes = np.repeat([[0.0, 1.0]], first.shape[1], axis=1)
    return Points(frozen(moved), frozen(classes))
