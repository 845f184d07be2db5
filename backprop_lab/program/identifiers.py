"""From a node's name to a Python identifier that nothing else in the code has.

In comes a graph, whose names are made for reading ("a₁", "W[0]", "x squared", "w·x");
out comes one identifier for each node. A name that is an identifier stays as it is, in
any script. What a learner typed reaches generated code only through here, and only
after `str.isidentifier` has agreed.

    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x squared")
    >>> list(identifiers(Graph.of(x + 1)).values())
    ['x_squared', 'v3']

JAX prints a jaxpr with letters of its own (a, b, c); PyTorch's FX derives names from
the operations (`add`, `mul_1`).
"""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.words.numbers import inline

# Words that generated code uses, or that a learner would miss if a cell took them. The
# underscore is left out of the built-in names: it is one only in interactive sessions.
RESERVED = (
    frozenset(keyword.kwlist)
    | frozenset(dir(builtins)) - {"_"}
    | {"np", "math", "arrays", "display", "get_ipython"}
)


def identifiers(graph: Graph, reserved: Iterable[str] = ()) -> dict[Node, str]:
    """Return an identifier for every node of a graph, no two of them equal.

    An unnamed result is called v and numbered, as on the picture, an unnamed constant
    array c.

    Args:
        graph: The graph whose nodes are to be named.
        reserved: Identifiers that must stay free, beside those of Python and NumPy.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> λ, W = variable(1.0, "lambda"), variable(2.0, "W[0]")
        >>> list(identifiers(Graph.of(λ * W)).values())
        ['lambda_', 'W_0', 'v3']
    """
    # Numbered as `Graph` does it, literals included, so that v₅ and v5 are one node.
    wanted = {
        node: _identifier(graph, node) or f"{_letter(node)}{number}"
        for number, node in enumerate(graph.terms, start=1)
        if node.kind != "literal"
    }
    taken = {*RESERVED, *reserved}
    chosen: dict[Node, str] = {}
    # A name that is an identifier already never gives way to one that was derived.
    for node in sorted(wanted, key=lambda node: wanted[node] != graph.name(node)):
        chosen[node] = untaken(wanted[node], taken)
        taken.add(chosen[node])
    return {node: chosen[node] for node in graph.nodes}


def untaken(name: str, taken: frozenset[str] | set[str]) -> str:
    """Return a name with as many underscores added as make it free.

    Example:
        >>> untaken("max", {"max", "max_"})
        'max__'
    """
    while name in taken:
        name += "_"
    return name


def _identifier(graph: Graph, node: Node) -> str | None:
    if node.name is None and graph.name(node) == _description(graph, node):
        return None
    # Python reads identifiers in this normal form: a₁ becomes a1.
    name = unicodedata.normalize("NFKC", graph.name(node))
    if name.isidentifier():
        return name
    name = re.sub(r"\W+", "_", name).strip("_")
    if name[:1].isdecimal():
        name = f"v_{name}"
    return name if name.isidentifier() else None


def _description(graph: Graph, node: Node) -> str:
    """Return what a node without a name is called by: what it is."""
    return graph.formula(node) or inline(node.value)


def _letter(node: Node) -> str:
    return "c" if node.kind == "constant" else "v"
