"""Two directions through a graph, and what each costs.

Backwards, one walk from the output yields the gradients with respect to all nodes.
Forwards, one walk from an input yields the derivatives of all nodes with respect to
that input, so each further variable needs a walk of its own. Both take one
multiplication for each edge that carries something.

    >>> from backprop_lab.engine.node import variable
    >>> a, b = variable(2.0, "a"), variable(3.0, "b")
    >>> L = (a * b) ** 2
    >>> print(forwards(L), backwards(L), sep=chr(10))
    2 walks, 4 multiplications
    1 walk, 3 multiplications

In JAX these are `jax.jvp` and `jax.vjp`, also called forward mode and reverse mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import record_graph
from backprop_lab.errors import ShapeError


@dataclass(frozen=True, eq=False)
class Walks:
    """All gradients of an output, and what it took to find them.

    Attributes:
        gradients: The gradient of the output with respect to each variable.
        walks: How many times the graph was walked.
        multiplications: How many times a local derivative was multiplied.
    """

    gradients: Mapping[Node, float]
    walks: int
    multiplications: int

    def __str__(self) -> str:
        """Return the cost in words."""
        plural = "" if self.walks == 1 else "s"
        return f"{self.walks} walk{plural}, {self.multiplications} multiplications"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def forwards(output: Node) -> Walks:
    """Return all gradients of an output, by one forward walk for each variable.

    Args:
        output: A node of a graph of numbers.

    Raises:
        ShapeError: A node is not a single number.
    """
    graph = _graph_of_numbers(Graph.of(output))
    gradients: dict[Node, float] = {}
    multiplications = 0
    for variable in graph.variables:
        gradients[variable], count = _forward_walk(graph, variable)
        multiplications += count
    return Walks(gradients, len(graph.variables), multiplications)


def backwards(output: Node) -> Walks:
    """Return all gradients of an output, by one backward walk: the tape.

    Args:
        output: A node of a graph of numbers.

    Raises:
        ShapeError: A node is not a single number.
    """
    graph = _graph_of_numbers(Graph.of(output))
    tape = record_graph(graph)
    gradients = {node: tape.gradient(node).item() for node in graph.variables}
    multiplications = sum(not step.is_seed for step in tape.backward)
    return Walks(gradients, 1, multiplications)


def _forward_walk(graph: Graph, variable: Node) -> tuple[float, int]:
    """Return the output's derivative with respect to one variable, and the cost."""
    rates = {variable: 1.0}  # Of each node that the variable reaches.
    count = 0
    for edge in graph.edges:
        if edge.operand not in rates:
            continue
        consumer, row = edge.consumer, edge.consumer.operation
        assert row is not None
        operands = tuple(operand.value for operand in consumer.operands)
        with np.errstate(all="ignore"):
            local = row.local_derivative(edge.position, consumer.value, operands)
            sent = rates[edge.operand] * float(local)
        rates[consumer] = rates.get(consumer, 0.0) + sent
        count += 1
    return rates[graph.output], count


def _graph_of_numbers(graph: Graph) -> Graph:
    for node in graph.nodes:
        if node.value.ndim or (node.operation and not node.operation.elementwise):
            raise ShapeError(
                f"{graph.name(node)} is no plain number computed from numbers; here "
                "multiplications of numbers are counted. Write the graph without "
                "arrays."
            )
    return graph
