"""How large the gradients are in each layer of a deep network.

In comes a tape and its layers' activations; out comes one size for each layer, and a
drawing in powers of ten: a gradient that vanishes falls to the left, towards the input,
and one that explodes rises.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> a1 = variable([1.0, 1.0])
    >>> a2 = 0.5 * a1
    >>> L = a2 @ a2
    >>> gradient_sizes(record(L), [a1, a2])
    [0.5, 1.0]
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import Tape
from backprop_lab.lessons.axes import STYLES, new_axes


def gradient_sizes(tape: Tape, layers: Sequence[Node]) -> list[float]:
    """Return for each layer how large the entries of its gradient are on average.

    Args:
        tape: The recorded passes.
        layers: The layers' activations, from the input to the output.

    Raises:
        GraphError: A layer is not in the tape's graph, or is a constant.
    """
    return [float(np.abs(tape.gradient(layer)).mean()) for layer in layers]


def draw_sizes(networks: Mapping[str, Sequence[float]]) -> Axes:
    """Return a drawing of gradient sizes, layer by layer, in powers of ten.

    Args:
        networks: What each network is called, and its sizes from the input to the
            output, all positive.

    Example:
        >>> axes = draw_sizes({"halved by each layer": [0.25, 0.5, 1.0]})
        >>> axes.get_yscale()
        'log'
    """
    axes = new_axes("layer, from the input to the output", "mean size of ∂L/∂a")
    for (name, sizes), (color, line, marker) in zip(
        networks.items(), STYLES, strict=False
    ):
        axes.semilogy(
            range(1, len(sizes) + 1),
            sizes,
            color=color,
            linestyle=line,
            marker=marker,
            label=name,
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return axes
