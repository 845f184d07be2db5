"""A sweep: every number of a forward and backward pass, for many values of one input.

In comes a graph of single numbers, one of its variables, and the values that it is to
take; out comes a table with a row for each value. All values go through the rows of
`primitives` at once, as one array, so that a slider's 600 positions cost no more than a
few single passes. The browser drags through the table without asking again.

    >>> from backprop_lab.node import variable
    >>> from backprop_lab.tape import record
    >>> x = variable(3.0, "x")
    >>> tape = record(x * x)
    >>> table = sweep(tape, x, np.array([1.0, 2.0]))
    >>> table[:, 1]  # x * x
    array([1., 4.])
    >>> table[:, column(tape, len(tape.steps))]  # its gradient with respect to x
    array([2., 4.])

In JAX this is `vmap` over one argument.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from backprop_lab.arrays import Array
from backprop_lab.node import Node
from backprop_lab.picture import Picture, Slot
from backprop_lab.steps import BackwardStep, ForwardStep, Step
from backprop_lab.svg import timelines
from backprop_lab.tape import Tape
from backprop_lab.wording import Wording, word

# A text that follows the table: slot, which of its changes, column, text before it.
Entry: TypeAlias = tuple[int, int, int, str]

# A backward step has three numbers: the gradient after it, the local derivative, and
# what is sent.
AFTER, LOCAL, SENT = range(3)


def can_sweep(tape: Tape) -> bool:
    """Return whether a graph consists of single numbers and elementwise operations."""
    return all(
        not node.value.ndim and (node.operation is None or node.operation.elementwise)
        for node in tape.graph.nodes
    )


def column(tape: Tape, step: int, which: int = AFTER) -> int:
    """Return where in the table a number of a step stands.

    Args:
        tape: The recorded passes.
        step: The step, counted from 1 over both passes.
        which: `AFTER`, `LOCAL` or `SENT`, for a backward step.
    """
    count = len(tape.forward)
    return step - 1 if step <= count else count + 3 * (step - 1 - count) + which


def sweep(tape: Tape, node: Node, values: Array) -> Array:
    """Return the numbers of all steps for many values of one input.

    Args:
        tape: The recorded passes of a graph for which `can_sweep` holds.
        node: The input that takes the values.
        values: Shape (n,).

    Returns:
        Shape (n, columns): the forward steps' values, then three numbers for each
        backward step; `column` says which stands where.
    """
    found = _forward(tape, node, values)
    columns = [found[step.node] for step in tape.forward]
    gradients: dict[Node, Array] = {}
    with np.errstate(all="ignore"):
        for step in tape.backward:
            if step.consumer is None:
                local, sent = np.ones(()), step.contribution
            else:
                row = step.consumer.operation
                assert row is not None
                operands = tuple(_value(found, node) for node in step.consumer.operands)
                value = found[step.consumer]
                local = row.local_derivative(step.position, value, operands)
                sent = gradients[step.consumer] * local
            before = gradients.get(step.operand)
            gradients[step.operand] = sent if before is None else before + sent
            columns += [gradients[step.operand], local, sent]
    table = np.empty((len(values), len(columns)))
    for index, column in enumerate(columns):
        table[:, index] = column
    return table


def _forward(tape: Tape, node: Node, values: Array) -> dict[Node, Array]:
    found = {node: values}
    with np.errstate(all="ignore"):
        for other in tape.graph.nodes:
            if other is node:
                continue
            if other.operation is None:
                found[other] = other.value
            else:
                operands = (_value(found, operand) for operand in other.operands)
                found[other] = other.operation.forward(*operands, **other.settings)
    return found


def _value(found: dict[Node, Array], node: Node) -> Array:
    # Literals are no nodes of the graph.
    return found.get(node, node.value)


def words(tape: Tape, step: int, table: Array) -> list[Wording]:
    """Return a step in words for each row of a table.

    Args:
        tape: The recorded passes that the table was made from.
        step: The step, counted from 1 over both passes.
        table: What `sweep` returned.
    """
    recorded = tape.steps[step - 1]
    at: Callable[[Array], Step]
    if isinstance(recorded, ForwardStep):
        at = _forward_at(tape, step, recorded)
    else:
        at = _backward_at(tape, step, recorded)
    return [word(tape.graph, at(row)) for row in table]


def _forward_at(
    tape: Tape, step: int, recorded: ForwardStep
) -> Callable[[Array], ForwardStep]:
    """Return what gives a forward step the numbers of a row."""
    where = {each.node: column(tape, i) for i, each in enumerate(tape.forward, 1)}
    operands = [(where.get(node), node.value) for node in recorded.node.operands]
    value = column(tape, step)

    def at(row: Array) -> ForwardStep:
        # Literals are no nodes of the graph.
        found = tuple(own if i is None else row[i] for i, own in operands)
        return replace(recorded, operands=found, value=row[value])

    return at


def _backward_at(
    tape: Tape, step: int, recorded: BackwardStep
) -> Callable[[Array], BackwardStep]:
    """Return what gives a backward step the numbers of a row."""
    after, local, sent = (column(tape, step, each) for each in (AFTER, LOCAL, SENT))
    # The latest sums before this step; that of the consumer is complete by then.
    sums = {
        tape.backward[i].operand: column(tape, len(tape.forward) + i + 1)
        for i in range(step - 1 - len(tape.forward))
    }
    before = sums.get(recorded.operand)

    def at(row: Array) -> BackwardStep:
        if recorded.consumer is None:
            return recorded
        return replace(
            recorded,
            upstream=row[sums[recorded.consumer]],
            local=row[local],
            contribution=row[sent],
            before=None if before is None else row[before],
            after=row[after],
        )

    return at


def plan(tape: Tape, picture: Picture) -> list[Entry]:
    """Return which texts of a picture show which numbers of the table."""
    index = {id(slot): i for i, slot in enumerate(timelines(picture).slots)}
    entries: list[Entry] = []

    def follow(slot: Slot, change: int, which: int = AFTER, prefix: str = "") -> None:
        step = slot.changes[change][0]
        entries.append((index[id(slot)], change, column(tape, step, which), prefix))

    for card in picture.cards:
        # The first change of a field is what stands there before anything is known.
        follow(card.value[0][0], 1)
        for change in range(1, len(card.gradient[0][0].changes)):
            follow(card.gradient[0][0], change)
    for arrow in picture.arrows:
        if not arrow.contribution:
            continue
        follow(arrow.contribution[0][0], 1, SENT)
        if arrow.prefix is not None:
            sent_at = arrow.contribution[0][0].changes[1][0]
            local = column(tape, sent_at, LOCAL)
            entries.append((index[id(arrow.local)], 0, local, arrow.prefix))
    return entries
