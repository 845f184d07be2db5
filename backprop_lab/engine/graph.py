"""A computation graph: the nodes an output depends on, in the order they were computed.

In comes one node, the output; out comes everything it was computed from, each node with
a name that no other node in this graph has.

    >>> from backprop_lab.engine.node import variable
    >>> x, y, w = variable(-2.0, "x"), variable(5.0, "y"), variable(-4.0, "w")
    >>> z = (x + y) * w
    >>> graph = Graph.of(z)
    >>> [graph.name(node) for node in graph.nodes]
    ['x', 'y', 'w', 'x + y', 'z']
    >>> len(graph.edges)
    4

A plain number inside an expression (the 2 in `2 * x`) is part of the operation, not a
node of the graph. There is no recursion here: a chain of 100,000 nodes is fine.

In PyTorch the graph is found by following `grad_fn.next_functions`; in JAX it is a
jaxpr.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backprop_lab.engine.names import names_in_sight
from backprop_lab.engine.node import Node
from backprop_lab.engine.refusals import refuse_output
from backprop_lab.engine.shapes import index_text
from backprop_lab.engine.written import describe
from backprop_lab.errors import GraphError
from backprop_lab.words.formulas import (
    Term,
    literal_term,
    number_term,
    one_line,
    render,
    subscript,
)
from backprop_lab.words.numbers import inline

_LONGEST_EXPRESSION = 14  # An unnamed node is called by its expression up to this.


@dataclass(frozen=True)
class Edge:
    """One use of an operand: `x * x` has two edges from x."""

    consumer: Node
    position: int  # Which operand of the consumer, counted from 0.
    operand: Node


@dataclass(frozen=True, eq=False)
class Graph:
    """The nodes an output depends on; made by `Graph.of`.

    Attributes:
        output: The node that was asked about.
        nodes: All nodes, operands before their consumers; literals are left out.
        found: The names of the learner's variables when the graph was asked for.
    """

    output: Node
    nodes: tuple[Node, ...]
    found: Mapping[Node, str]

    @classmethod
    def of(cls, output: Node, names: Mapping[int, str] | None = None) -> "Graph":
        """Return the graph of an output.

        Args:
            output: Any node.
            names: Names for nodes that have none of their own, by the node's `id`;
                None for those of the learner's variables.

        Raises:
            GraphError: `output` is not a node.
        """
        if not isinstance(output, Node):
            raise refuse_output(output)
        sight = names_in_sight() if names is None else names
        nodes = tuple(node for node in _reachable(output) if node.kind != "literal")
        found = {node: sight[id(node)] for node in nodes if id(node) in sight}
        return cls(output, nodes, found)

    @cached_property
    def terms(self) -> Mapping[Node, Term]:
        """What to call each node, literals included; no two names are equal.

        Only when somebody asks: a loop that trains shows nothing.
        """
        return _named(_reachable(self.output), self.found)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All uses of nodes, in the order the forward pass meets them."""
        return tuple(
            Edge(consumer, position, operand)
            for consumer in self.nodes
            for position, operand in enumerate(consumer.operands)
            if operand.kind != "literal"
        )

    @cached_property
    def uses(self) -> Mapping[Node, tuple[Edge, ...]]:
        """The edges over which each node is used; the output may have none."""
        uses: dict[Node, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            uses[edge.operand].append(edge)
        return {node: tuple(uses[node]) for node in self.nodes}

    @property
    def variables(self) -> tuple[Node, ...]:
        """The inputs that have a gradient."""
        return tuple(node for node in self.nodes if node.kind == "variable")

    def name(self, node: Node) -> str:
        """Return what a node of this graph is called.

        Raises:
            GraphError: The node is not part of this graph.
        """
        return self.term(node).text

    def term(self, node: Node) -> Term:
        """Return a node's name as a term, for use inside a formula.

        Raises:
            GraphError: The node is not part of this graph.
        """
        if not isinstance(node, Node) or node not in self.terms:
            known = ", ".join(self.terms[other].text for other in self.variables[:8])
            raise GraphError(
                f"{self._strange(node)} {self.terms[self.output].text} depends on: "
                f"{known or 'no variable'}."
            )
        return self.terms[node]

    def _strange(self, node: object) -> str:
        """Return why something is not part of this graph."""
        if not isinstance(node, Node):
            return (
                f"{node!r} is not part of this graph: it is not a node. Ask with the "
                "node itself, not with its name or its number: tape.gradient(x)."
            )
        output = self.terms[self.output].text
        if any(node.name and node.name == other.name for other in self.nodes):
            return (
                f"this {describe(node)} is not part of this graph: {output} was "
                f"computed from another node of that name, perhaps an earlier one. "
                "Compute the output again and record that."
            )
        return f"{describe(node)} is not part of this graph."

    def formula(self, node: Node) -> str:
        """Return how a node is computed, such as "w·x + b", or "" for an input."""
        return formula_of(node, self.terms).text if node.operation else ""


def formula_of(node: Node, terms: Mapping[Node, Term]) -> Term:
    """Return an operation node's formula with its operands' names put in."""
    if node.operation is None:
        raise GraphError(f"{describe(node)} is an input; it has no formula.")
    return render(node.operation.formula, meaning(node, terms))


def meaning(node: Node, terms: Mapping[Node, Term]) -> dict[str, Term]:
    """Return what x, y, xs and the settings in a row's formulas stand for."""
    operands = [terms[operand] for operand in node.operands]
    result = dict(zip("xy", operands, strict=False))
    result["xs"] = Term(", ".join(operand.text for operand in operands))
    for setting, value in node.settings.items():
        result[setting] = Term(index_text(value))
    return result


def _reachable(output: Node) -> list[Node]:
    seen = {output}
    waiting = [output]
    while waiting:
        for operand in waiting.pop().operands:
            if operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    # An operand is older than its consumers, so this is a topological order, and it is
    # the order in which the learner's lines really ran.
    return sorted(seen, key=lambda node: node.age)


def _named(nodes: Sequence[Node], found: Mapping[Node, str]) -> dict[Node, Term]:
    """Return a term for every node; equal names are told apart as a₁, a₂, …."""
    own = {node: one_line(node.name or found.get(node, "")) for node in nodes}
    shared: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        if name := own[node]:
            shared[name].append(node)
    taken = {name for name, holders in shared.items() if len(holders) == 1}
    versions: dict[str, int] = defaultdict(int)
    terms: dict[Node, Term] = {}
    for position, node in enumerate(nodes):
        if node.kind == "literal":
            terms[node] = literal_term(node.value.item())
            continue
        if name := own[node]:
            if len(shared[name]) > 1:
                # Versions of one variable, as in `a = sigmoid(W @ a)` in a loop.
                versions[name] += 1
                name = _untaken(name, versions[name], taken)
            terms[node] = Term(name)
            taken.add(name)
            continue
        term = formula_of(node, terms) if node.operation else _value_term(node)
        if len(term.text) > _LONGEST_EXPRESSION or term.text in taken:
            letter = "v" if node.operation else "c"
            term = Term(_untaken(letter, position + 1, taken))
        taken.add(term.text)
        terms[node] = term
    return terms


def _value_term(node: Node) -> Term:
    if node.value.ndim:
        return Term(inline(node.value))
    return number_term(node.value.item())


def _untaken(name: str, index: int, taken: set[str]) -> str:
    while (candidate := name + subscript(index)) in taken:
        index += 1
    return candidate
