"""The mistakes that backward passes make, in one table.

As in THE TABLE of derivatives, a row says what is done, and from it everything else is
made: the wrong pass, its picture, its sentences. A mistake of the *walk* takes another
way through the graph, or other values; the rules stay right. A mistake at an *edge*
goes the right way, and applies a wrong rule: the text of the right one, rewritten.

    >>> from backprop_lab.engine.node import variable
    >>> y = variable(3.0, "x") * variable(5.0, "w")
    >>> wrong = MISTAKES["operand itself"].row(Edge(y, 0, y.operands[0]))
    >>> y.operation.rules, wrong.rules
    (('y', 'x'), ('x', 'x'))

Sources: overwriting is the first version of backward in A. Karpathy's lecture "The
spelled-out intro to neural networks and backpropagation" (2022), the orders are those
of karpathy/micrograd#68, and weights that are updated too early give the error printed
in M. Mazur's "A Step by Step Backpropagation Example" (2015).
"""

import ast
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache

import numpy as np

from backprop_lab.engine import table
from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.primitives import Primitive, primitive
from backprop_lab.engine.steps import BackwardStep
from backprop_lab.engine.walking import Walk, contribution, youngest_first
from backprop_lab.errors import InputError

RATE = 0.5  # Of the step that weights take too early; Mazur's.
_MOST_STEPS = 10_000


@dataclass(frozen=True)
class Mistake:
    """One row of the table of mistakes.

    Attributes:
        name: What it is called.
        sentence: What is done, and what should be.
        needs: What a graph must have for the mistake to show.
        walk: How the pass goes; the right way for a mistake at an edge.
        row: Returns what is applied at an edge instead of the table's row, or None
            where the mistake has no place; None for a mistake of the walk.
    """

    name: str
    sentence: str
    needs: str
    walk: Callable[[Walk], None] = youngest_first
    row: Callable[[Edge], Primitive | None] | None = None


def mistake_named(name: str) -> Mistake:
    """Return the row of the table with a name.

    Raises:
        InputError: There is no such mistake.
    """
    if isinstance(name, str) and name in MISTAKES:
        return MISTAKES[name]
    close = get_close_matches(str(name), MISTAKES, n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    raise InputError(
        f"there is no mistake {name!r}.{meant} The table has {', '.join(MISTAKES)}."
    )


def wrong_walk(graph: Graph, seed: Array, mistake: Mistake) -> Walk:
    """Return the pass that makes a mistake wherever there is occasion for it.

    Its steps say what is lost and what is wrong.

    Raises:
        InputError: The pass would take too many steps.
    """
    right = Walk(graph, seed)
    youngest_first(right)
    walk = Walk(graph, seed)
    if mistake.row is None:
        mistake.walk(walk)
    else:
        youngest_first(walk, mistake.row)
    walk.steps = compared(walk.steps, right.steps)
    return walk


def compared(
    steps: Sequence[BackwardStep], right: Sequence[BackwardStep]
) -> list[BackwardStep]:
    """Return the steps of a wrong pass with what is lost, and what is wrong.

    A node holds something wrong from the first contribution on that a right pass would
    not have sent, or that leaves it with another sum than a right pass has once the
    same edges have paid in. It stays wrong, also if errors happen to cancel.
    """
    due = {(step.consumer, step.position): step.contribution for step in right}
    held: dict[Node, Array] = {}
    meant: dict[Node, Array] = {}
    paid: set[tuple[Node | None, int]] = set()
    wrong: set[Node] = set()
    found = []
    for step in steps:
        edge, operand = (step.consumer, step.position), step.operand
        if edge in paid:
            wrong.add(operand)
        else:
            paid.add(edge)
            meant[operand] = (
                frozen(meant[operand] + due[edge]) if operand in meant else due[edge]
            )
        if not (
            _equal(step.contribution, due[edge]) and _equal(step.after, meant[operand])
        ):
            wrong.add(operand)
        lost = held.get(operand) if step.before is None else None
        found.append(replace(step, lost=lost, is_wrong=operand in wrong))
        held[operand] = step.after
    return found


def _equal(first: Array, second: Array) -> bool:
    return np.allclose(first, second, rtol=1e-9, atol=0, equal_nan=True)


def refuse_unseen(
    graph: Graph, mistake: Mistake, steps: Sequence[BackwardStep]
) -> None:
    """Refuse a mistake that leaves everything right.

    Raises:
        InputError: No step is wrong.
    """
    if any(step.is_wrong for step in steps):
        return
    y = graph.name(graph.output)
    places = [step for step in steps if step.row is not None]
    if not places:
        raise InputError(
            f"the mistake {mistake.name!r} does not show on the graph of {y}, which "
            f"has none of what it needs: {mistake.needs}."
        )
    first = places[0]
    assert first.consumer is not None
    raise InputError(
        f"the mistake {mistake.name!r} gives the right numbers on the graph of {y}, "
        f"also where {graph.name(first.consumer)} sends to "
        f"{graph.name(first.operand)}. Take other values, or another graph."
    )


# ------------------------------------------------------------- mistakes of the walk


def _overwrite(walk: Walk) -> None:
    for consumer in reversed(walk.graph.nodes):
        for edge in walk.edges_to_operands(consumer):
            walk.send(edge, accumulate=False)


def _naive_recursion(walk: Walk) -> None:
    paths: dict[Node, int] = defaultdict(int, {walk.graph.output: 1})
    for consumer in reversed(walk.graph.nodes):
        for edge in walk.edges_to_operands(consumer):
            paths[edge.operand] += paths[consumer]
    if sum(paths.values()) > _MOST_STEPS:
        raise InputError(
            "naive recursion walks every path, which takes more than "
            f"{_MOST_STEPS:,} steps on the graph of "
            f"{walk.graph.name(walk.graph.output)}. Take a smaller graph."
        )
    _depth_first(walk, again=True)


def _visit_once(walk: Walk) -> None:
    _depth_first(walk, again=False)


def _depth_first(walk: Walk, again: bool) -> None:
    """Go on from an operand as soon as it has received; perhaps each time it has."""
    visited = {walk.graph.output}
    # By hand: the graph may be deeper than functions may call one another.
    under_way = [iter(walk.edges_to_operands(walk.graph.output))]
    while under_way:
        edge = next(under_way[-1], None)
        if edge is None:
            under_way.pop()
            continue
        walk.send(edge)
        if again or edge.operand not in visited:
            visited.add(edge.operand)
            under_way.append(iter(walk.edges_to_operands(edge.operand)))


def _first_arrival(walk: Walk) -> None:
    reached = {walk.graph.output}
    queue = deque([walk.graph.output])
    while queue:
        for edge in walk.edges_to_operands(queue.popleft()):
            walk.send(edge)
            if edge.operand not in reached:
                reached.add(edge.operand)
                queue.append(edge.operand)


def _forgotten_seed(walk: Walk) -> None:
    nothing = frozen(np.zeros(walk.graph.output.shape))
    walk.steps = [BackwardStep.from_seed(walk.graph.output, nothing)]
    walk.gradients[walk.graph.output] = nothing
    youngest_first(walk)


def _not_zeroed(walk: Walk) -> None:
    first = Walk(walk.graph, walk.gradients[walk.graph.output])
    youngest_first(first)
    walk.gradients |= first.gradients
    youngest_first(walk)


def _updated_too_early(walk: Walk) -> None:
    for consumer in reversed(walk.graph.nodes):
        edges = walk.edges_to_operands(consumer)
        for edge in sorted(edges, key=lambda edge: edge.operand.kind != "variable"):
            step = walk.send(edge)
            if edge.operand.kind == "variable" and step.arrived == step.expected:
                value = edge.operand.value - RATE * step.after
                walk.moved[edge.operand] = frozen(value)


# ------------------------------------------------------------ mistakes at an edge


def _rule_of(edge: Edge) -> tuple[Primitive, str] | None:
    """Return the row at an edge and its rule; of lists of operands there is none."""
    row = edge.consumer.operation
    if row is None or row.variadic or row.settings:
        return None
    return row, row.rule(edge.position)


def _rewriting(
    change: Callable[[ast.AST], ast.AST | None],
    rows: Callable[[Primitive], bool],
) -> Callable[[Edge], Primitive | None]:
    """Return what rewrites the first part of a rule that a change applies to."""

    def row_at(edge: Edge) -> Primitive | None:
        found = _rule_of(edge)
        if found is None or not rows(found[0]):
            return None
        changed = _rewritten(found[1], change)
        if changed is None:
            return None
        return _if_it_fits(edge, _wrong_row(found[0], edge.position, changed, False))

    return row_at


def _meeting(
    text: Callable[[str], str],
) -> Callable[[Edge], Primitive | None]:
    """Return what lets local derivative and upstream gradient meet in another way."""

    def row_at(edge: Edge) -> Primitive | None:
        found = _rule_of(edge)
        if found is None or not found[0].elementwise:
            return None
        return _wrong_row(found[0], edge.position, text(found[1]), True)

    return row_at


def _upstream_forgotten(edge: Edge) -> Primitive | None:
    found = _rule_of(edge)
    if found is None:
        return None
    row, rule = found
    text = _product(rule) if row.elementwise else rule
    without = _renamed(text, {"g": "ones_like(g)"})
    return _wrong_row(row, edge.position, without, row.elementwise)


def _averaged(edge: Edge) -> Primitive | None:
    found = _rule_of(edge)
    if found is None:
        return None
    row, rule = found
    if row is table.TOTAL:
        count = edge.operand.value.size
        return _wrong_row(row, edge.position, f"{rule} / {count}", False)
    if not row.elementwise or not edge.operand.value.size:
        return None
    count = edge.consumer.value.size // edge.operand.value.size
    if count < 2:
        return None
    return _wrong_row(row, edge.position, f"{_product(rule)} / {count}", True)


def _not_averaged(edge: Edge) -> Primitive | None:
    row, operands = edge.consumer.operation, edge.consumer.operands
    totals = table.TOTAL, table.TOTAL_AXIS
    if row is not table.DIVIDE or edge.position or not operands[1].is_constant:
        return None
    if operands[0].operation not in totals:
        return None
    return _wrong_row(row, 0, "1", False)


def _not_summed(edge: Edge) -> Primitive | None:
    found = _rule_of(edge)
    if found is None or not found[0].elementwise:
        return None
    shape, sent = edge.operand.shape, edge.consumer.shape
    missing = len(sent) - len(shape)
    if not missing or sent[missing:] != shape or edge.consumer.value.size == 0:
        return None
    text = f"({_product(found[1])})" + "[0]" * missing
    return _wrong_row(found[0], edge.position, text, True)


def _product(rule: str) -> str:
    return f"g * ({rule})"


@lru_cache(maxsize=1000)
def _wrong_row(row: Primitive, position: int, text: str, whole: bool) -> Primitive:
    """Return a row with a wrong rule: for what is sent as a whole, or as the row is."""
    rules = [_product(rule) if whole else rule for rule in row.rules]
    rules[position] = text
    elementwise = row.elementwise and not whole
    return primitive(row.name, row.formula, *rules, elementwise=elementwise)


def _if_it_fits(edge: Edge, row: Primitive) -> Primitive | None:
    """Return the row, or None where its rule cannot be computed in these shapes."""
    values = tuple(operand.value for operand in edge.consumer.operands)
    try:
        upstream = np.ones(edge.consumer.shape)
        _, sent = contribution(edge.consumer, edge.position, upstream, values, row)
    except ValueError:
        return None
    return row if sent.shape == edge.operand.shape else None


class _First(ast.NodeTransformer):
    """Changes the first part, from the outside in, that a change applies to."""

    def __init__(self, change: Callable[[ast.AST], ast.AST | None]) -> None:
        self._change = change
        self.done = False

    def visit(self, part: ast.AST) -> ast.AST:
        changed = None if self.done else self._change(part)
        if changed is None:
            return super().generic_visit(part)
        self.done = True
        return changed


def _rewritten(rule: str, change: Callable[[ast.AST], ast.AST | None]) -> str | None:
    first = _First(change)
    changed = first.visit(ast.parse(rule, mode="eval"))
    return ast.unparse(changed) if first.done else None


def _renamed(rule: str, names: Mapping[str, str]) -> str:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, part: ast.Name) -> ast.AST:
            new = names.get(part.id, part.id)
            return ast.parse(new, mode="eval").body

    return ast.unparse(Rename().visit(ast.parse(rule, mode="eval")))


def _without_sign(part: ast.AST) -> ast.AST | None:
    negative = isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub)
    return part.operand if negative else None  # type: ignore[attr-defined]


def _without_factor(part: ast.AST) -> ast.AST | None:
    if isinstance(part, ast.Call) and ast.unparse(part.func) == "times":
        return part.args[1]
    product = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)
    return part.right if product else None  # type: ignore[attr-defined]


def _without_exponent(part: ast.AST) -> ast.AST | None:
    power = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow)
    return part.left if power else None  # type: ignore[attr-defined]


def _without_transpose(part: ast.AST) -> ast.AST | None:
    return part.value if isinstance(part, ast.Attribute) else None


def _sides_swapped(part: ast.AST) -> ast.AST | None:
    if isinstance(part, ast.BinOp) and isinstance(part.op, ast.MatMult):
        return ast.BinOp(part.right, part.op, part.left)
    if isinstance(part, ast.Call) and ast.unparse(part.func) == "outer":
        return ast.Call(part.func, part.args[::-1], [])
    return None


def _name_for(names: Mapping[str, str]) -> Callable[[ast.AST], ast.AST | None]:
    """Return the change of a whole rule that puts other names into it."""

    def change(part: ast.AST) -> ast.AST | None:
        if not isinstance(part, ast.Expression):
            return None
        before = ast.unparse(part)
        after = _renamed(before, names)
        return ast.parse(after, mode="eval") if after != before else None

    return change


def _elementwise(row: Primitive) -> bool:
    return row.elementwise


def _function(row: Primitive) -> bool:
    return row.elementwise and len(row.rules) == 1


def _any_product(row: Primitive) -> bool:
    return row in (table.MULTIPLY, table.DOT)


def _matrices(row: Primitive) -> bool:
    return row in (table.MATMUL, table.MATVEC, table.TRANSPOSE)


# ------------------------------------------------------------------------ the table

_WALKS = (
    Mistake(
        "overwrite",
        "A node keeps only what arrived last: = is written where += is meant.",
        "a value that is used more than once",
        _overwrite,
    ),
    Mistake(
        "naive recursion",
        "A node passes on what it holds at each arrival, so what came first is passed "
        "on again; it should wait until all is in, and pass on once.",
        "a computed value that is used more than once",
        _naive_recursion,
    ),
    Mistake(
        "visit once",
        "A node passes on when it is first visited, and never again; what arrives "
        "later is added to it but goes no further.",
        "a computed value that is used more than once",
        _visit_once,
    ),
    Mistake(
        "first arrival",
        "Nodes pass on in the order in which something first arrived; a node should "
        "wait until all its consumers have paid in.",
        "a computed value that is used more than once, near the output and far from it",
        _first_arrival,
    ),
    Mistake(
        "forgotten seed",
        "The gradient of the output starts at 0, so nothing is ever passed on; with "
        "respect to itself it is 1.",
        "an output that is not constant",
        _forgotten_seed,
    ),
    Mistake(
        "not zeroed",
        "A second pass adds to the gradients that the first one left behind.",
        "something to differentiate with respect to",
        _not_zeroed,
    ),
    Mistake(
        "stale weights",
        f"Each variable is moved by −{RATE} times its gradient as soon as that is in, "
        "and what is sent further uses the new value; all gradients should be taken at "
        "the old ones.",
        "a product of a variable and a computed value",
        _updated_too_early,
    ),
)

_EDGES = (
    Mistake(
        "upstream forgotten",
        "The local derivative is sent alone; multiply it by the upstream gradient.",
        "an upstream gradient other than 1",
        row=_upstream_forgotten,
    ),
    Mistake(
        "local forgotten",
        "The upstream gradient is passed on as it is; multiply it by the local "
        "derivative.",
        "a local derivative other than 1",
        row=_meeting(lambda rule: "g"),
    ),
    Mistake(
        "added",
        "Upstream gradient and local derivative are added; along a path, multiply.",
        "an elementwise operation",
        row=_meeting(lambda rule: f"g + ({rule})"),
    ),
    Mistake(
        "sign dropped",
        "The minus of the local derivative is left out.",
        "a difference, a quotient, a minus or a cosine",
        row=_rewriting(_without_sign, _elementwise),
    ),
    Mistake(
        "factor dropped",
        "A factor of the local derivative is left out.",
        "a power, a root or a sigmoid",
        row=_rewriting(_without_factor, _elementwise),
    ),
    Mistake(
        "exponent dropped",
        "An exponent in the local derivative is left out.",
        "a power or a tanh",
        row=_rewriting(_without_exponent, _elementwise),
    ),
    Mistake(
        "operand itself",
        "The local derivative of a product is taken to be the operand itself; it is "
        "the other one.",
        "a product of two numbers, or of two vectors",
        row=_rewriting(_name_for({"x": "y", "y": "x"}), _any_product),
    ),
    Mistake(
        "at the result",
        "The derivative is taken at the result of a function; its place is the "
        "operand.",
        "a sine, a cosine, a logarithm or an absolute value",
        row=_rewriting(_name_for({"x": "z"}), _function),
    ),
    Mistake(
        "at the operand",
        "A derivative that is written in the result of a function gets its operand.",
        "an exponential, a root, a tanh or a sigmoid",
        row=_rewriting(_name_for({"z": "x"}), _function),
    ),
    Mistake(
        "transpose missing",
        "A matrix is not transposed on the way back.",
        "a square matrix in a product or a transpose",
        row=_rewriting(_without_transpose, _matrices),
    ),
    Mistake(
        "wrong side",
        "The two factors of a matrix product stand in the wrong order on the way back.",
        "a product with a square matrix",
        row=_rewriting(_sides_swapped, _matrices),
    ),
    Mistake(
        "mean for sum",
        "A sum is treated as a mean: what is sent is divided by how many there are.",
        "a total, or a value that broadcasting repeats",
        row=_averaged,
    ),
    Mistake(
        "sum for mean",
        "A mean is treated as a sum: the division by how many there are is left out.",
        "a mean",
        row=_not_averaged,
    ),
    Mistake(
        "broadcast not summed",
        "Of a value that broadcasting repeats, only the first use pays in; the "
        "contributions of all uses should be summed.",
        "a value that broadcasting repeats",
        row=_not_summed,
    ),
)

MISTAKES: dict[str, Mistake] = {row.name: row for row in _WALKS + _EDGES}
