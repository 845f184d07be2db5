"""Where a layered network starts: random weights, biases of zero.

In come the sizes, from the inputs to the outputs; out comes a pair (W, b) for each
layer. W has a row for each neuron of its layer and a column for each neuron of the
layer before; b is a column.

    >>> [(W.shape, b.shape) for W, b in random_layers((2, 3, 1))]
    [((3, 2), (3, 1)), ((1, 3), (1, 1))]

In PyTorch a layer is `torch.nn.Linear(2, 3)`, in JAX a pair like ours.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.errors import InputError

Layers: TypeAlias = tuple[tuple[Array, Array], ...]


def random_layers(sizes: Sequence[int], seed: int = 0) -> Layers:
    """Return a start for a network: one pair (W, b) for each layer.

    The weights must differ from neuron to neuron, or the neurons of a layer would all
    learn the same. Dividing by the root of the number of inputs keeps a neuron's z of
    the same size however many inputs it sums.

    Args:
        sizes: Numbers of neurons from the inputs to the outputs, such as (2, 8, 1).
        seed: Another seed gives another start.

    Raises:
        InputError: There are fewer than two sizes, or one is no whole number above 0.

    Reference: LeCun et al., Efficient BackProp (1998), section 4.6.

    Example:
        >>> W, b = random_layers((2, 1))[0]
        >>> b
        array([[0.]])
    """
    whole = all(isinstance(size, int | np.integer) and size > 0 for size in sizes)
    if len(sizes) < 2 or not whole:
        raise InputError(
            f"the sizes {sizes!r} describe no network. Give whole numbers above 0, "
            "from the inputs to the outputs: (2, 8, 1)."
        )
    # NumPy promises that the numbers of RandomState never change.
    random = np.random.RandomState(seed)
    return tuple(
        (
            frozen(random.normal(size=(neurons, inputs)) / np.sqrt(inputs)),
            frozen(np.zeros((neurons, 1))),
        )
        for inputs, neurons in pairwise(sizes)
    )
