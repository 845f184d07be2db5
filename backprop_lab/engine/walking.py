"""How a backward pass walks a graph, one contribution at a time.

The gradient of a node is the sum over its consumers of upstream gradient times local
derivative, and a node passes its gradient on only after every consumer has paid in:
that is `youngest_first`. A `Walk` itself takes any order, for there are wrong ones.

    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x")
    >>> walk = Walk(Graph.of(x * x), np.array(1.0))
    >>> youngest_first(walk)
    >>> [float(step.after) for step in walk.steps]
    [1.0, 3.0, 6.0]
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from backprop_lab.engine.arrays import Array, frozen, sum_to_shape
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.primitives import Primitive
from backprop_lab.engine.steps import BackwardStep


class Walk:
    """A backward pass in the making: contributions are sent in any order.

    Attributes:
        graph: The graph that is walked.
        steps: The seed, and what has been sent so far.
        gradients: What each node holds so far.
        moved: Values other than the nodes' own, to take local derivatives at.
    """

    def __init__(self, graph: Graph, seed: Array) -> None:
        self.graph = graph
        self.steps = [BackwardStep.from_seed(graph.output, seed)]
        self.gradients = {graph.output: seed}
        self.moved: dict[Node, Array] = {}
        self._arrived: dict[Node, int] = defaultdict(int)

    def edges_to_operands(self, consumer: Node) -> list[Edge]:
        """Return the edges over which a node sends: none to constants."""
        return [
            Edge(consumer, position, operand)
            for position, operand in enumerate(consumer.operands)
            if not operand.is_constant
        ]

    def send(
        self, edge: Edge, row: Primitive | None = None, accumulate: bool = True
    ) -> BackwardStep:
        """Send over an edge what its consumer holds at this time.

        Args:
            edge: From whom to whom.
            row: What is applied instead of the consumer's row of the table.
            accumulate: Whether the operand adds it to what it holds.
        """
        consumer, position, operand = edge.consumer, edge.position, edge.operand
        upstream = self.gradients[consumer]
        values = tuple(self.moved.get(node, node.value) for node in consumer.operands)
        local, sent = contribution(consumer, position, upstream, values, row)
        before = self.gradients.get(operand) if accumulate else None
        after = sent if before is None else frozen(before + sent)
        self.gradients[operand] = after
        self._arrived[operand] += 1
        step = BackwardStep(
            consumer=consumer,
            position=position,
            operand=operand,
            upstream=upstream,
            local=local,
            contribution=sent,
            before=before,
            after=after,
            arrived=self._arrived[operand],
            expected=len(self.graph.uses[operand]),
            row=row,
        )
        self.steps.append(step)
        return step


def youngest_first(
    walk: Walk, row_at: Callable[[Edge], Primitive | None] = lambda edge: None
) -> None:
    """Walk every edge once, in the right order.

    Every consumer comes before its operands, which are older, so a node's gradient is
    complete when its turn comes.

    Args:
        walk: A pass that has only begun.
        row_at: Returns what is applied at an edge instead of the table's row, if
            anything.
    """
    for consumer in reversed(walk.graph.nodes):
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge, row_at(edge))


def contribution(
    consumer: Node,
    position: int,
    upstream: Array,
    operands: tuple[Array, ...],
    row: Primitive | None = None,
) -> tuple[Array | None, Array]:
    """Return the local derivative, where there is one, and what is sent over an edge.

    Args:
        consumer: A node that an operation computed.
        position: Which of its operands receives, counted from 0.
        upstream: The consumer's gradient, or what is taken for it.
        operands: Values of all operands of the consumer.
        row: What is applied instead of the consumer's row of the table.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> y = variable(3.0, "x") * 5.0
        >>> contribution(y, 0, np.array(2.0), (np.array(3.0), np.array(5.0)))
        (array(5.), array(10.))
    """
    row = row or consumer.operation
    assert row is not None
    local = None
    if row.elementwise:
        local = row.local_derivative(position, consumer.value, operands)
        if np.shape(local) != consumer.value.shape:
            local = np.broadcast_to(local, consumer.value.shape)
        local = frozen(local)
        sent = row.sent(position, upstream, local)
    else:
        sent = row.contribution(
            position, upstream, consumer.value, operands, dict(consumer.settings)
        )
    shape = consumer.operands[position].shape
    return local, frozen(sum_to_shape(np.asarray(sent, np.float64), shape))
