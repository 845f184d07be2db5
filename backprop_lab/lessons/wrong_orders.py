"""The classic wrong orders, side by side, and where each leaves the right pass.

In comes an output, or its right tape; out comes a tape that was recorded in a wrong
way. What is done wrong stands in the table of mistakes, and `bp.record(L, mistake=…)`
runs any of its rows; here are words for three of them that take graphs on which they
happen to be right as well.

    >>> from backprop_lab.engine.node import variable
    >>> a, b = variable(2.0, "a"), variable(3.0, "b")
    >>> c = a + b
    >>> d = a * b
    >>> s = c + d
    >>> p = c * d
    >>> y = s + p
    >>> print(side_by_side(y))  # doctest: +ELLIPSIS
    gradient  right  overwrite  naive recursion  visit once
    ────────  ─────  ─────────  ───────────────  ──────────
    ∂y/∂y     1      1          1                1
    ∂y/∂p     1      1          1                1
    ∂y/∂s     1      1          1                1
    ∂y/∂d     6      1 ✗        6                6
    ∂y/∂c     7      1 ✗        7                7
    ∂y/∂b     19     1 ✗        22 ✗             3 ✗
    ∂y/∂a     25     1 ✗        29 ✗             4 ✗
    ...

Source: the graph above is that of karpathy/micrograd#68.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.mistakes import MISTAKES, compared
from backprop_lab.engine.node import Node
from backprop_lab.engine.sentences import gradient_name
from backprop_lab.engine.tape import Tape, as_tape, record_graph
from backprop_lab.engine.walking import Walk, youngest_first
from backprop_lab.words.columns import in_columns
from backprop_lab.words.numbers import inline


def overwriting(output: Node | Tape) -> Tape:
    """Return the pass in the right order that writes `=` where `+=` is meant."""
    return _recorded(output, "overwrite")


def naive_recursion(output: Node | Tape) -> Tape:
    """Return the pass in which a node passes on what it holds at each arrival.

    The number of steps is the number of paths, so keep the graph small.
    """
    return _recorded(output, "naive recursion")


def visiting_once(output: Node | Tape) -> Tape:
    """Return the pass in which a node passes on at the first arrival, and never again.

    What arrives later is added to the node, but goes no further.
    """
    return _recorded(output, "visit once")


def backward_again(tape: Tape, zeroed: Iterable[Node] = ()) -> Tape:
    """Return one more right pass that adds to the gradients of an earlier one.

    This is what happens where gradients are stored on the nodes, as micrograd does it.

    Args:
        tape: The earlier pass, a right one.
        zeroed: The nodes whose gradients were cleared in between.
    """
    if not tape.backward:
        return tape
    cleared = set(zeroed)
    kept = {node: g for node, g in tape.gradients.items() if node not in cleared}
    walk = Walk(tape.graph, tape.backward[0].after)
    walk.gradients = kept | walk.gradients
    with np.errstate(all="ignore"):
        youngest_first(walk)
        steps = tuple(compared(walk.steps, tape.backward))
    gradients = MappingProxyType(walk.gradients)
    return Tape(tape.graph, tape.forward, steps, gradients, "not zeroed")


@dataclass(frozen=True)
class Parting:
    """Where a backward pass leaves the right one for the first time.

    Attributes:
        step: The step, as steppers count it.
        sentence: What goes wrong there.
    """

    step: int
    sentence: str


def parting(wrong: Tape) -> Parting | None:
    """Return where a pass leaves the right one, or None if it never does."""
    for index, step in enumerate(wrong.backward):
        if step.is_wrong:
            return Parting(len(wrong.forward) + index + 1, _problem(wrong, index))
    return None


@dataclass(frozen=True)
class SideBySide:
    """The gradients that the right pass and the wrong ones give; made to be printed.

    Attributes:
        right: The right tape.
        wrong: The wrong tapes.
    """

    right: Tape
    wrong: tuple[Tape, ...]

    def __str__(self) -> str:
        """Return a line for each gradient, and where each wrong pass leaves."""
        graph = self.right.graph
        rows = [("gradient", "right", *(tape.mistake for tape in self.wrong))]
        for node in reversed(graph.nodes):
            if node in self.right.gradients:
                right = self.right.gradient(node)
                found = (tape.gradient(node) for tape in self.wrong)
                compared = (_with_cross(gradient, right) for gradient in found)
                rows.append((gradient_name(graph, node), inline(right), *compared))
        table = in_columns(rows, rules=[1])
        return "\n".join([table, "", *map(_parting_line, self.wrong)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def side_by_side(output: Node | Tape) -> SideBySide:
    """Return the right gradients of an output beside those of the wrong passes."""
    right = as_tape(output)
    orders = overwriting, naive_recursion, visiting_once
    return SideBySide(right, tuple(order(right) for order in orders))


def _recorded(output: Node | Tape, mistake: str) -> Tape:
    right = as_tape(output)
    seed = right.backward[0].after if right.backward else None
    return record_graph(right.graph, seed, MISTAKES[mistake])


def _problem(wrong: Tape, index: int) -> str:
    """Return what goes wrong at a backward step, the first at which anything does."""
    graph, step = wrong.graph, wrong.backward[index]
    if step.consumer is None or step.row is not None:
        return MISTAKES[wrong.mistake].sentence
    consumer, operand = graph.name(step.consumer), graph.name(step.operand)
    right = record_graph(graph, wrong.backward[0].after).gradient(step.consumer)
    sent = {(s.consumer, s.position) for s in wrong.backward[:index]}
    if not _equal(step.upstream, right):
        uses = graph.uses[step.consumer]
        arrived = sum((use.consumer, use.position) in sent for use in uses)
        return (
            f"{consumer} passes on {inline(step.upstream)} when {arrived} of "
            f"{len(uses)} contributions are in; with all of them it is {inline(right)}."
        )
    if step.lost is not None:
        return (
            f"{consumer} sends {inline(step.contribution)} to {operand}, which forgets "
            f"the {inline(step.lost)} that it held."
        )
    if step.arrived == 1 and step.before is not None:
        return f"{operand} still holds {inline(step.before)} from an earlier pass."
    if (step.consumer, step.position) in sent:
        return f"{consumer} sends to {operand} again."
    return MISTAKES[wrong.mistake].sentence


def _equal(first: Array, second: Array) -> bool:
    return np.allclose(first, second, rtol=1e-9, atol=0, equal_nan=True)


def _with_cross(found: Array, right: Array) -> str:
    return inline(found) if _equal(found, right) else f"{inline(found)} ✗"


def _parting_line(wrong: Tape) -> str:
    found = parting(wrong)
    if found is None:
        return f"{wrong.mistake}: right on this graph."
    return f"{wrong.mistake} parts at step {found.step}: {found.sentence}"
