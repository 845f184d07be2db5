"""Folding: which nodes share one card, because there are too many to read.

A group (`with group("layer 1"):`) can be drawn open, as a frame around its nodes, or
closed, as a single card. A graph that a person can take in is drawn open; in a larger
one all groups are closed until they are asked for, and nodes without a group that are
too many share a card as well.

    >>> from backprop_lab.engine.node import group, variable
    >>> x = variable(2.0, "x")
    >>> with group("square"):
    ...     L = x * x
    >>> fold(Graph.of(L), {("square",)})[L]
    ('square',)
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.errors import InputError
from backprop_lab.words.formulas import one_line, shortened

Path: TypeAlias = tuple[str, ...]  # Names of groups, outermost first.

READABLE = 150  # Nodes that can be taken in; a larger graph is folded.
# Nodes that one closed card may be opened into.
_MOST_NODES = 1000
# Cards that Graphviz lays out in seconds, and the ranks that their arrows may cross.
MOST_CARDS, MOST_CROSSED = 2000, 12_000
OTHERS: Path = ("other nodes",)
_LONGEST_TITLE = 40


def closed_at_first(graph: Graph) -> frozenset[Path]:
    """Return the groups that are closed when a graph is first drawn."""
    if len(graph.nodes) <= READABLE:
        return frozenset()
    sizes = Counter(node.group[:1] for node in graph.nodes)
    closed = {path for path in sizes if path}
    if sizes[()] > READABLE:
        closed.add(OTHERS)
    return frozenset(closed)


def paths_named(graph: Graph, names: str | Collection[str]) -> frozenset[Path]:
    """Return the groups with this name, or with one of these names.

    Raises:
        InputError: The graph has no group of that name, or it is no name.
    """
    if isinstance(names, str):
        names = {names}
    if not isinstance(names, Collection):
        raise InputError(
            f"closed={names!r}: give the names of groups, such as closed=['layer 1']."
        )
    paths = {
        node.group[:depth]
        for node in graph.nodes
        for depth in range(1, len(node.group) + 1)
    }
    if unknown := set(names) - {path[-1] for path in paths}:
        known = ", ".join(sorted({path[-1] for path in paths})) or "none"
        raise InputError(
            f"there is no group named {min(unknown)!r}; the groups are: {known}. "
            'Nodes get into one by being made inside `with group("layer 1"):`.'
        )
    return frozenset(path for path in paths if path[-1] in names)


def is_drawable(nodes: Sequence[Node]) -> bool:
    """Return whether Graphviz can draw these nodes within a few seconds.

    Args:
        nodes: Operands before consumers; their operands from elsewhere count as well.
    """
    place = {node: index for index, node in enumerate(nodes)}
    # An operand from elsewhere needs any number that is not a place.
    edges = [
        (place.get(operand, -id(operand)), index)
        for node, index in place.items()
        for operand in node.operands
    ]
    return len(nodes) <= _MOST_NODES and ranks_crossed(edges) <= MOST_CROSSED


def ranks_crossed(edges: Iterable[tuple[int, int]]) -> int:
    """Return how many ranks all edges cross together when a graph is laid out.

    Graphviz cuts an edge into a piece for each of them, so this is its work. A network
    of 39 nodes has 47; 50 steps y = tanh(y · x) in a row, which share x, have 2,600.

    Args:
        edges: Pairs of operand and consumer, numbered from operands to consumers.
    """
    edges = sorted(edges, key=lambda edge: edge[1])
    ranks: dict[int, int] = {}
    for operand, consumer in edges:
        after = ranks.get(operand, 0) + 1
        ranks[consumer] = max(ranks.get(consumer, 0), after)
    # An input stands just before the first of its consumers.
    first: dict[int, int] = {}
    for operand, consumer in edges:
        first[operand] = min(ranks[consumer], first.get(operand, ranks[consumer]))
    starts = {operand: rank - 1 for operand, rank in first.items()} | ranks
    return sum(ranks[consumer] - starts[operand] for operand, consumer in edges)


def fold(graph: Graph, closed: Collection[Path]) -> dict[Node, Path]:
    """Return the closed group that stands for each node that is not drawn itself."""
    folded: dict[Node, Path] = {}
    for node in graph.nodes:
        path = node.group
        prefixes = (path[:depth] for depth in range(1, len(path) + 1))
        found = next((prefix for prefix in prefixes if prefix in closed), None)
        if found is not None:
            folded[node] = found
        elif not path and OTHERS in closed and node is not graph.output:
            folded[node] = OTHERS
    return folded


def opened(graph: Graph, closed: Collection[Path], path: Path) -> frozenset[Path]:
    """Return what is closed after a group is opened: it, but not large groups in it."""
    inside = [node.group for node in graph.nodes if node.group[: len(path)] == path]
    inner: set[Path] = set()
    if len(inside) > READABLE:
        inner = {group[: len(path) + 1] for group in inside if len(group) > len(path)}
    return (frozenset(closed) - {path}) | inner


def group_title(path: Path) -> str:
    """Return what stands above an open group: its name, on one line, not too long."""
    return shortened(one_line(path[-1]), _LONGEST_TITLE)
