"""The chain rule's factors along a path, numbered.

Between a node and the output there may be one path only. Then the gradient is a product
with one factor for each leg of the path, and here it is written out.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.functions import sigmoid
    >>> w = variable(0.0)
    >>> z = 2 * w
    >>> a = sigmoid(z)
    >>> print(factors(a, w))
    ∂a/∂w = ∂a/∂z · ∂z/∂w
    no.  factor  on the edges  value   product so far
    1    ∂a/∂z   a·(1 − a)     0.2500  0.2500
    2    ∂z/∂w   2             2       0.5000
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.sentences import gradient_name, local_formula
from backprop_lab.engine.steps import BackwardStep
from backprop_lab.engine.tape import Tape, as_tape
from backprop_lab.errors import GraphError, ShapeError
from backprop_lab.words.columns import in_columns
from backprop_lab.words.formulas import ATOM, POWER, Term
from backprop_lab.words.numbers import number


@dataclass(frozen=True)
class Factor:
    """One factor: the derivative of one node with respect to an earlier one.

    Attributes:
        name: What it is called, such as "∂z/∂w".
        formula: The local derivatives on the leg's edges, from the output inwards.
        value: Their product.
        product: The product of all factors so far: a gradient of the output.
    """

    name: str
    formula: str
    value: float
    product: float


@dataclass(frozen=True)
class Factors:
    """A gradient as a product of numbered factors; made by `factors`."""

    gradient: str
    factors: tuple[Factor, ...]

    def __str__(self) -> str:
        """Return the product in symbols, then one line for each factor."""
        rows = [("no.", "factor", "on the edges", "value", "product so far")] + [
            (
                str(index),
                factor.name,
                factor.formula,
                number(factor.value),
                number(factor.product),
            )
            for index, factor in enumerate(self.factors, start=1)
        ]
        symbols = " · ".join(factor.name for factor in self.factors)
        return f"{self.gradient} = {symbols}\n{in_columns(rows)}"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def factors(
    output: Node | Tape, node: Node, through: Sequence[Node] | None = None
) -> Factors:
    """Return the gradient with respect to a node as a product, factor by factor.

    Args:
        output: The node to differentiate, or a tape of it.
        node: With respect to what.
        through: Nodes between the two at which the path is cut into legs, one factor
            for each leg; None for one factor for each edge.

    Raises:
        GraphError: There is more than one path, or `through` is not on it.
        ShapeError: A node on the path is not a single number.
    """
    tape = as_tape(output)
    path = _path(tape, node)
    passed = [step.operand for step in path]
    for stop in through or ():
        if stop not in passed:
            name = tape.graph.name
            raise GraphError(
                f"{name(stop)} is not between {name(tape.graph.output)} and "
                f"{name(node)}. On the path are: {', '.join(map(name, passed))}."
            )
    legs = _legs(path, passed if through is None else [*through, node])
    return Factors(
        gradient_name(tape.graph, node),
        tuple(_factor(tape, leg) for leg in legs),
    )


def _path(tape: Tape, node: Node) -> list[BackwardStep]:
    """Return the backward steps from the output to a node."""
    graph = tape.graph
    tape.gradient(node)  # Explains what is wrong with a constant or a stranger.
    into = {step.operand: step for step in tape.backward}
    path: list[BackwardStep] = []
    while node is not graph.output:
        count = len(graph.uses[node])
        if count > 1:
            raise GraphError(
                f"{graph.name(node)} is used {count} times, so there is more than one "
                "path to it: a sum of products, not one product. Choose a node that "
                "is used once, or print(tape)."
            )
        step = into[node]
        if step.local is None or step.local.ndim:
            raise ShapeError(
                f"the factor at {graph.name(node)} is not a single number. "
                "Factors are listed for graphs of numbers only; use print(tape)."
            )
        assert step.consumer is not None
        path.insert(0, step)
        node = step.consumer
    return path


def _legs(
    path: Sequence[BackwardStep], ends: Sequence[Node]
) -> Iterator[list[BackwardStep]]:
    leg: list[BackwardStep] = []
    for step in path:
        leg.append(step)
        if step.operand in ends:
            yield leg
            leg = []


def _factor(tape: Tape, leg: Sequence[BackwardStep]) -> Factor:
    start, end = leg[0].consumer, leg[-1].operand
    assert start is not None
    above, below = (tape.graph.term(each).within(ATOM) for each in (start, end))
    return Factor(
        f"∂{above}/∂{below}",
        _product_text([_local(tape.graph, step) for step in leg]),
        prod(step.local.item() for step in leg if step.local is not None),
        tape.gradient(end).item(),
    )


def _local(graph: Graph, step: BackwardStep) -> Term:
    assert step.consumer is not None
    return local_formula(graph, step)


def _product_text(terms: Sequence[Term]) -> str:
    if len(terms) == 1:
        return terms[0].text
    return " · ".join(term.within(POWER) for term in terms)
