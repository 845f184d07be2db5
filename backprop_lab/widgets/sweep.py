"""A sweep: every number of a forward and backward pass, for many values of one input.

In comes a recorded tape, one of its variables, a single number, and the values that it
is to take. Out come the steps of the tape, in which each array has one more axis, in
front, for the positions of the input. The numbers come from the rows of `primitives`,
as the tape's do. An elementwise operation of the table computes all positions at once,
so that a slider's 600 cost no more than a few single passes; others go through them one
by one, and so do rows of a learner's own, which may be elementwise in name only.
The browser drags through the numbers that a picture shows without asking again.

    >>> from backprop_lab.engine.functions import total
    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> x = variable(3.0, "x")
    >>> steps = sweep(record(total(x * x * [1.0, 5.0])), x, np.array([1.0, 2.0]))
    >>> steps[3].value  # x * x * [1, 5]
    array([[ 1.,  5.],
           [ 4., 20.]])
    >>> steps[-1].after  # the gradient with respect to x
    array([12., 24.])

In JAX this is `vmap` over one argument.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from backprop_lab.engine.arrays import Array, sum_to_shape
from backprop_lab.engine.node import Node
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.steps import BackwardStep, ForwardStep, Step
from backprop_lab.engine.table import TABLE
from backprop_lab.engine.tape import Tape
from backprop_lab.picture.picture import Field, Picture, Slot
from backprop_lab.words.numbers import fits_grid

# A text that follows the table: slot, which of its changes, text before it, and the
# columns of its numbers: one, or two for a range.
Entry: TypeAlias = tuple[int, int, str, tuple[int, ...]]


def sweep(tape: Tape, node: Node, values: Array) -> tuple[Step, ...]:
    """Return the steps of a tape for many values of one input; `at` takes one out.

    Args:
        tape: The recorded passes.
        node: The input that takes the values.
        values: Shape (n,).

    Returns:
        The steps, in which an array has the shape (n, …), or (1, …) where it is the
        same for all values.
    """
    found = {node: values}
    gradients: dict[Node, Array] = {}
    with np.errstate(all="ignore"):
        return tuple(
            _forward(step, found)
            if isinstance(step, ForwardStep)
            else _backward(step, found, gradients)
            for step in tape.steps
        )


def _forward(step: ForwardStep, found: dict[Node, Array]) -> ForwardStep:
    """Return a forward step for all values; it is entered in what was found."""
    node, row = step.node, step.node.operation
    operands = _operands(node, found)
    if row is not None:
        function = partial(row.forward, **node.settings)
        if _is_elementwise(row):
            found[node] = _at_once(function, operands, node.shape)
        else:
            found[node] = _one_by_one(function, operands)
    value = found.setdefault(node, step.value[np.newaxis])
    return ForwardStep(node, operands, value)


def _backward(
    step: BackwardStep, found: Mapping[Node, Array], gradients: dict[Node, Array]
) -> BackwardStep:
    """Return a backward step for all values; it is entered in the gradients."""
    operand = step.operand
    if step.consumer is None:
        gradients[operand] = seed = step.after[np.newaxis]
        return replace(step, upstream=seed, contribution=seed, after=seed)
    upstream = gradients[step.consumer]
    local, sent = _contribution(step.consumer, step.position, upstream, found)
    if sent.shape[1:] != operand.shape:
        sent = _one_by_one(lambda each: sum_to_shape(each, operand.shape), (sent,))
    before = gradients.get(operand)
    gradients[operand] = after = sent if before is None else before + sent
    return replace(
        step,
        upstream=upstream,
        local=local,
        contribution=sent,
        before=before,
        after=after,
    )


def _contribution(
    consumer: Node, position: int, upstream: Array, found: Mapping[Node, Array]
) -> tuple[Array | None, Array]:
    """Return local derivative and contribution, before it is summed to a shape."""
    row, settings = consumer.operation, dict(consumer.settings)
    assert row is not None
    known = (found[consumer], *_operands(consumer, found))
    if row.elementwise:

        def derivative(z: Array, *xs: Array) -> Any:
            return row.local_derivative(position, z, xs)

        if _is_elementwise(row):
            local = _at_once(derivative, known, consumer.shape)
        else:
            local = _one_by_one(
                lambda *each: np.broadcast_to(derivative(*each), consumer.shape), known
            )
        return local, row.sent(position, upstream, local)
    return None, _one_by_one(
        lambda g, z, *xs: row.contribution(position, g, z, xs, settings),
        (upstream, *known),
    )


def _is_elementwise(row: Primitive) -> bool:
    return row.elementwise and TABLE.get(row.name) is row


def _operands(node: Node, found: Mapping[Node, Array]) -> tuple[Array, ...]:
    # Literals are no nodes of the graph.
    return tuple(
        found[operand] if operand in found else operand.value[np.newaxis]
        for operand in node.operands
    )


def _at_once(
    function: Callable[..., Any], arrays: Sequence[Array], shape: tuple[int, ...]
) -> Array:
    """Return an elementwise function's results of a shape, for all values together."""

    def aligned(array: Array) -> Array:
        # What has fewer axes than the result broadcasts between it and the values.
        count, *own = array.shape
        return array.reshape(count, *(1,) * (len(shape) - len(own)), *own)

    results = np.asarray(function(*map(aligned, arrays)), np.float64)
    return np.broadcast_to(results, (max(map(len, arrays)), *shape))


def _one_by_one(function: Callable[..., Any], arrays: Sequence[Array]) -> Array:
    """Return a function's results, for one value after the other."""
    count = max(map(len, arrays))
    each = (np.broadcast_to(array, (count, *array.shape[1:])) for array in arrays)
    results = [function(*taken) for taken in zip(*each, strict=True)]
    return np.array(results, np.float64)


def at(step: Step, index: int) -> Step:
    """Return a step of a sweep for one of the values, as a tape has it.

    Args:
        step: One of those that `sweep` returned.
        index: Which value, counted from 0.
    """

    def taken(array: Array) -> Array:
        return array[index if len(array) > 1 else 0, ...]

    if isinstance(step, ForwardStep):
        operands = tuple(map(taken, step.operands))
        return replace(step, operands=operands, value=taken(step.value))
    return replace(
        step,
        upstream=taken(step.upstream),
        local=None if step.local is None else taken(step.local),
        contribution=taken(step.contribution),
        before=None if step.before is None else taken(step.before),
        after=taken(step.after),
    )


def numbers(steps: Sequence[Step]) -> Array:
    """Return all numbers that the steps compute, one after the other."""
    arrays: list[Array] = []
    for step in steps:
        if isinstance(step, ForwardStep):
            arrays.append(step.value)
        else:
            arrays += [step.contribution, step.after]
            arrays += [] if step.local is None else [step.local]
    return np.concatenate([array.ravel() for array in arrays])


def plan(steps: Sequence[Step], picture: Picture) -> tuple[list[Entry], Array]:
    """Return which texts of a picture follow which columns of a table, and the table.

    Args:
        steps: What `sweep` returned.
        picture: That of the tape, with every step of it.

    Returns:
        An entry for each text that a number stands in, and the numbers, with a row for
        each value.
    """
    entries: list[Entry] = []
    table: list[Array] = []

    def write(
        slot: Slot, change: int, columns: Sequence[Array], prefix: str = ""
    ) -> None:
        where = tuple(range(len(table), len(table) + len(columns)))
        table.extend(columns)
        entries.append((slot.index, change, prefix, where))

    def follow(field: Field, part: str) -> None:
        slots = [slot for row in field for slot in row]
        # The first change is what stands there before anything is known.
        for change, (since, _) in enumerate(slots[0].changes[1:], 1):
            written = _written(getattr(steps[since - 1], part))
            for slot, columns in zip(slots, written, strict=True):
                if columns:
                    write(slot, change, columns)

    for card in picture.cards:
        follow(card.value, "value")
        follow(card.gradient, "after")
    for arrow in picture.arrows:
        if not arrow.contribution:
            continue
        follow(arrow.contribution, "contribution")
        if arrow.prefix is not None:
            sent = steps[arrow.contribution[0][0].changes[1][0] - 1]
            assert isinstance(sent, BackwardStep) and sent.local is not None
            write(arrow.local, 0, [sent.local], arrow.prefix)
    return entries, np.column_stack(np.broadcast_arrays(*table))


def _written(array: Array) -> list[list[Array]]:
    """Return the numbers in each text of a field; see `numerals.grid` and `summary`."""
    entries = array.reshape(len(array), -1)
    if fits_grid(array[0, ...]):
        return [[entry] for entry in entries.T]
    # The first text is the shape, in which no number changes.
    return [[], [entries.min(axis=1), entries.max(axis=1)]]
