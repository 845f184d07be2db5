"""The classic wrong backward passes, on the learner's graph and from the same table.

In comes an output, or its right tape; out comes a tape that was recorded in a wrong
way. So whatever shows a tape (a stepper, a still, `print`) shows a wrong one as well,
and nothing is wrong in it but what its name says: every local derivative comes from the
table of primitives.

    >>> from backprop_lab.engine.node import variable
    >>> a, b = variable(2.0, "a"), variable(3.0, "b")
    >>> c = a + b
    >>> d = a * b
    >>> s = c + d
    >>> p = c * d
    >>> y = s + p
    >>> print(side_by_side(y))  # doctest: +ELLIPSIS
    gradient  right  overwriting  naive recursion  visiting once
    ────────  ─────  ───────────  ───────────────  ─────────────
    ∂y/∂y     1      1            1                1
    ∂y/∂p     1      1            1                1
    ∂y/∂s     1      1            1                1
    ∂y/∂d     6      1 ✗          6                6
    ∂y/∂c     7      1 ✗          7                7
    ∂y/∂b     19     1 ✗          22 ✗             3 ✗
    ∂y/∂a     25     1 ✗          29 ✗             4 ✗
    ...

Sources: overwriting is the first version of backward in A. Karpathy's lecture "The
spelled-out intro to neural networks and backpropagation" (2022); the graph above is
that of karpathy/micrograd#68.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.sentences import gradient_name
from backprop_lab.engine.steps import BackwardStep
from backprop_lab.engine.tape import Tape, as_tape, contribution, record_graph
from backprop_lab.words.columns import in_columns
from backprop_lab.words.numbers import inline


def overwriting(output: Node | Tape) -> Tape:
    """Return the pass in the right order that writes `=` where `+=` is meant.

    A node keeps only the contribution that arrived last.
    """
    walk = _Walk("overwriting", as_tape(output))
    for consumer in reversed(walk.graph.nodes):
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge, accumulate=False)
    return walk.tape()


def naive_recursion(output: Node | Tape) -> Tape:
    """Return the pass in which a node passes on what it holds at each arrival.

    What arrived first is passed on again with every later contribution. The number of
    steps is the number of paths, so keep the graph small.
    """
    walk = _Walk("naive recursion", as_tape(output))

    def visit(consumer: Node) -> None:
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge)
            visit(edge.operand)

    visit(walk.graph.output)
    return walk.tape()


def visiting_once(output: Node | Tape) -> Tape:
    """Return the pass in which a node passes on at the first arrival, and never again.

    What arrives later is added to the node, but goes no further.
    """
    walk = _Walk("visiting once", as_tape(output))
    visited: set[Node] = set()

    def visit(consumer: Node) -> None:
        visited.add(consumer)
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge)
            if edge.operand not in visited:
                visit(edge.operand)

    visit(walk.graph.output)
    return walk.tape()


def backward_again(tape: Tape, zeroed: Iterable[Node] = ()) -> Tape:
    """Return one more right pass that adds to the gradients of an earlier one.

    This is what happens where gradients are stored on the nodes, as micrograd does it.

    Args:
        tape: The earlier pass.
        zeroed: The nodes whose gradients were cleared in between.
    """
    kept = {node: g for node, g in tape.gradients.items() if node not in set(zeroed)}
    walk = _Walk("backward again", tape, kept)
    for consumer in reversed(walk.graph.nodes):
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge)
    return walk.tape()


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
    graph = wrong.graph
    right = record_graph(graph).gradients
    held: dict[Node, Array] = {}
    sent: set[tuple[Node | None, int]] = set()
    for number, step in enumerate(wrong.backward, start=len(wrong.forward) + 1):
        problem = (
            _early(graph, step, right, sent)
            or _miscounted(graph, step, held.get(step.operand))
            or _repeated(graph, step, sent)
        )
        if problem:
            return Parting(number, problem)
        held[step.operand] = step.after
        sent.add((step.consumer, step.position))
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


class _Walk:
    """A backward pass in the making: contributions are sent in any order."""

    def __init__(
        self, mistake: str, tape: Tape, kept: Mapping[Node, Array] | None = None
    ) -> None:
        self._mistake = mistake
        self.graph = tape.graph
        self._forward = tape.forward
        self._steps = list(tape.backward[:1])  # The seed, unless all is constant.
        self._gradients = {**(kept or {})}
        self._gradients |= {seed.operand: seed.after for seed in self._steps}
        self._arrived = {seed.operand: 1 for seed in self._steps}

    def edges_to_operands(self, consumer: Node) -> list[Edge]:
        """Return the edges over which a node sends."""
        if consumer not in self._gradients:
            return []
        return [
            Edge(consumer, position, operand)
            for position, operand in enumerate(consumer.operands)
            if not operand.is_constant
        ]

    def send(self, edge: Edge, accumulate: bool = True) -> None:
        """Send over an edge what its consumer holds at this time."""
        upstream = self._gradients[edge.consumer]
        values = tuple(operand.value for operand in edge.consumer.operands)
        with np.errstate(all="ignore"):
            local, sent = contribution(edge.consumer, edge.position, upstream, values)
            before = self._gradients.get(edge.operand) if accumulate else None
            after = sent if before is None else frozen(before + sent)
        self._gradients[edge.operand] = after
        arrived = self._arrived.get(edge.operand, 0) + 1
        self._arrived[edge.operand] = arrived
        self._steps.append(
            BackwardStep(
                consumer=edge.consumer,
                position=edge.position,
                operand=edge.operand,
                upstream=upstream,
                local=local,
                contribution=sent,
                before=before,
                after=after,
                arrived=arrived,
                expected=len(self.graph.uses[edge.operand]),
            )
        )

    def tape(self) -> Tape:
        """Return the record of the pass."""
        gradients = MappingProxyType(self._gradients)
        steps = tuple(self._steps)
        return Tape(self.graph, self._forward, steps, gradients, self._mistake)


def _early(
    graph: Graph,
    step: BackwardStep,
    right: Mapping[Node, Array],
    sent: Set[tuple[Node | None, int]],
) -> str:
    """Return what is wrong if a consumer passes on a partial sum."""
    consumer = step.consumer
    if consumer is None or _equal(step.upstream, right[consumer]):
        return ""
    uses = graph.uses[consumer]
    arrived = sum((use.consumer, use.position) in sent for use in uses)
    return (
        f"{graph.name(consumer)} passes on {inline(step.upstream)} when {arrived} of "
        f"{len(uses)} contributions are in; with all of them it is "
        f"{inline(right[consumer])}."
    )


def _miscounted(graph: Graph, step: BackwardStep, held: Array | None) -> str:
    """Return what is wrong if the sum does not go on from what the operand holds."""
    name = graph.name(step.operand)
    if held is None and step.before is not None:
        return f"{name} still holds {inline(step.before)} from an earlier pass."
    if held is not None and step.before is None and step.consumer is not None:
        return (
            f"{graph.name(step.consumer)} sends {inline(step.contribution)} to {name}, "
            f"which forgets the {inline(held)} that it held."
        )
    return ""


def _repeated(
    graph: Graph, step: BackwardStep, sent: Set[tuple[Node | None, int]]
) -> str:
    """Return what is wrong if an edge is walked a second time."""
    if step.consumer is None or (step.consumer, step.position) not in sent:
        return ""
    return f"{graph.name(step.consumer)} sends to {graph.name(step.operand)} again."


def _equal(first: Array, second: Array) -> bool:
    return np.allclose(first, second, rtol=1e-9, atol=0, equal_nan=True)


def _with_cross(found: Array, right: Array) -> str:
    return inline(found) if _equal(found, right) else f"{inline(found)} ✗"


def _parting_line(wrong: Tape) -> str:
    found = parting(wrong)
    if found is None:
        return f"{wrong.mistake}: right on this graph."
    return f"{wrong.mistake} parts at step {found.step}: {found.sentence}"
