"""Where a computation stops being finite: the first step with infinity or NaN.

Later ones are only its consequences, so the first is the one to look at.

    >>> from backprop_lab.engine.functions import log
    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> first_not_finite(record(2 * log(variable(0.0))))
    2

In PyTorch: `torch.autograd.set_detect_anomaly(True)`; in JAX:
`jax.config.update("jax_debug_nans", True)`.
"""

import numpy as np

from backprop_lab.engine.steps import ForwardStep
from backprop_lab.engine.tape import Tape


def first_not_finite(tape: Tape) -> int | None:
    """Return the first step whose value or gradient is not finite; None if all are.

    Args:
        tape: The recorded passes.

    Returns:
        The step as `draw` and `Stepper` count it, from 1 over both passes.
    """
    for count, step in enumerate(tape.steps, start=1):
        result = step.value if isinstance(step, ForwardStep) else step.after
        if not np.isfinite(result).all():
            return count
    return None
