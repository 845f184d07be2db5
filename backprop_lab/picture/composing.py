"""From a tape to a picture: what there is to see at each step.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> x = variable(3.0, "x")
    >>> picture = picture_of(record(x * x))
    >>> [picture.cards[0].state.at(step) for step in range(len(picture.steps))]
    ['waiting', 'computed', 'computed', 'computed', 'receiving', 'complete']

A gradient that has not been reached reads "not yet", never 0. Step k of the picture is
after the k-th step of the tape, or after the k-th run of steps inside a closed group.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import TypeAlias

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.sentences import (
    Wording,
    gradient_name,
    local_formula,
    loss,
    word,
)
from backprop_lab.engine.steps import BackwardStep, ForwardStep
from backprop_lab.engine.tape import Tape
from backprop_lab.picture.groups import (
    OTHERS,
    Path,
    closed_at_first,
    fold,
    group_title,
    is_drawable,
)
from backprop_lab.picture.picture import (
    Arrow,
    Card,
    Field,
    Moment,
    Phase,
    Picture,
    Slot,
    Timeline,
)
from backprop_lab.words.formulas import one_line, shortened
from backprop_lab.words.numbers import fits_grid, grid, number, shape_text, summary

Thing: TypeAlias = Node | Path  # What a card stands for: a node or a closed group.

NOT_YET = "not yet"
_LONGEST_NAME = 28
_LONGEST_FORMULA = 30
_LONGEST_LOCAL = 8
_LONGEST_GRADIENT_NAME = 10
_EDGE_ENTRIES = 4  # A contribution with more entries is shown by its shape.


def picture_of(tape: Tape, closed: Collection[Path] | None = None) -> Picture:
    """Return what there is to see of a tape, at every step.

    Args:
        tape: A recorded forward and backward pass.
        closed: The groups that are drawn as one card; None leaves it to the graph's
            size. Consecutive steps inside one such card are one step of the picture.
    """
    graph = tape.graph
    folded = fold(graph, closed_at_first(graph) if closed is None else closed)
    runs = _runs(tape, folded)
    when = {index: moment for moment, run in enumerate(runs, 1) for index in run.steps}
    things: dict[Thing, int] = {}
    for node in graph.nodes:
        things.setdefault(folded.get(node, node), len(things))
    card_of = {node: things[folded.get(node, node)] for node in graph.nodes}
    history, slots = _history(tape, when), _Slots()
    members = _members(graph, folded)
    cards = tuple(
        _closed_card(thing, members[thing], history, slots)
        if isinstance(thing, tuple)
        else _card(graph, thing, history, slots)
        for thing in things
    )
    arrows, arrow_of = _arrows(graph, card_of, folded, history, slots)
    moments = [_beginning(graph)]
    totals = Counter(run.phase for run in runs)
    taken: Counter[Phase] = Counter()
    for run in runs:
        taken[run.phase] += 1
        phase = run.phase.capitalize()
        position = f"{phase} {taken[run.phase]} of {totals[run.phase]}"
        moments.append(_moment(tape, run, position, things[run.thing], arrow_of))
    return Picture(graph.name(graph.output), cards, arrows, tuple(moments))


class _Slots:
    """Makes the slots of one picture, numbered in the order in which they are made."""

    def __init__(self) -> None:
        self._indices = itertools.count()

    def new(self, *changes: tuple[int, str]) -> Slot:
        return Slot(changes, next(self._indices))

    def single(self, *changes: tuple[int, str]) -> Field:
        """Return a field with one slot."""
        return ((self.new(*changes),),)


@dataclass(frozen=True)
class _Run:
    """Steps of the tape that are one step of the picture; counted from 1."""

    thing: "Thing"
    phase: Phase
    steps: list[int]


@dataclass(frozen=True)
class _History:
    """When what happens, in steps of the picture."""

    computed: dict[Node, int]
    received: dict[Node, list[tuple[int, BackwardStep]]]
    sent: dict[Edge, list[tuple[int, BackwardStep]]]


def _runs(tape: Tape, folded: Mapping[Node, Path]) -> list[_Run]:
    runs: list[_Run] = []
    for index, step in enumerate(tape.steps, 1):
        phase: Phase
        if isinstance(step, ForwardStep):
            phase, thing = "forward", folded.get(step.node, step.node)
        else:
            phase, thing = "backward", folded.get(step.operand, step.operand)
            # What a closed group sends, inside and to others, is one step of its own.
            if step.consumer is not None:
                thing = folded.get(step.consumer, thing)
        last = runs[-1] if runs else None
        same = last is not None and (last.thing, last.phase) == (thing, phase)
        if last and same and isinstance(thing, tuple):
            last.steps.append(index)
        else:
            runs.append(_Run(thing, phase, [index]))
    return runs


def _history(tape: Tape, when: Mapping[int, int]) -> _History:
    history = _History({}, defaultdict(list), defaultdict(list))
    for index, step in enumerate(tape.steps, 1):
        if isinstance(step, ForwardStep):
            history.computed[step.node] = when[index]
            continue
        history.received[step.operand].append((when[index], step))
        if step.consumer is not None:
            edge = Edge(step.consumer, step.position, step.operand)
            history.sent[edge].append((when[index], step))
    return history


def _members(graph: Graph, folded: Mapping[Node, Path]) -> dict["Thing", list[Node]]:
    members: dict[Thing, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        members[folded.get(node, node)].append(node)
    return members


def _beginning(graph: Graph) -> Moment:
    name = graph.name(graph.output)
    size = f"{_count(graph.nodes, 'node')}, {_count(graph.edges, 'edge')}"
    sentence = f"The graph of {name}: {size}. Nothing is computed yet."
    words = Wording(f"the graph of {name}", "", "", sentence)
    return Moment("start", "Start", words, last_step=0)


def _count(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}" + ("" if len(things) == 1 else "s")


def _moment(
    tape: Tape,
    run: _Run,
    position: str,
    card: int,
    arrow_of: Mapping[Edge, int],
) -> Moment:
    last = run.steps[-1]
    step = tape.steps[last - 1]
    if isinstance(run.thing, tuple):
        words = _closed_wording(run)
    else:
        words = word(tape.graph, step)
    arrow = None
    if isinstance(step, BackwardStep) and step.consumer is not None:
        arrow = arrow_of.get(Edge(step.consumer, step.position, step.operand))
    return Moment(run.phase, position, words, last, card, arrow)


def _closed_wording(run: _Run) -> Wording:
    assert isinstance(run.thing, tuple)
    name = group_title(run.thing)
    if run.phase == "forward":
        did = f"{_count(run.steps, 'node')} of {name} "
        did += "is computed" if len(run.steps) == 1 else "are computed"
    else:
        did = f"{_count(run.steps, 'contribution')} in {name}"
    return Wording(did, "", "", f"{did}. Open {name} to see each step.")


def _closed_card(
    path: Path, members: Sequence[Node], history: _History, slots: _Slots
) -> Card:
    """Return the card of a closed group, which counts instead of showing numbers."""
    own = () if path == OTHERS else path
    computed = sorted(history.computed[node] for node in members)
    waiting = [node for node in members if not node.is_constant]
    last = (history.received[node][-1] for node in waiting if history.received[node])
    final = sorted(at for at, step in last if not step.is_wrong)
    received = [moment for node in waiting for moment in history.received[node]]
    arrived = sorted({at for at, _ in received})
    wrong = sorted(at for at, step in received if step.is_wrong)
    states = [(0, "waiting"), (computed[-1], "computed")]
    states += [(at, "receiving") for at in arrived[:1]]
    states += [(at, "wrong") for at in wrong[:1]]
    states += [(at, "complete") for at in final[-1:] if not wrong]
    opens = is_drawable([n for n in members if n.group == own])
    return Card(
        name=shortened(one_line(path[-1]), _LONGEST_NAME),
        formula=_count(members, "node") + ("" if opens else ", too many to open"),
        kind="group",
        group=path[:-1],
        value_name="computed",
        gradient_name="gradients" if waiting else "no gradient",
        value=_counting(computed, len(members), "", slots),
        gradient=_counting(final, len(waiting), NOT_YET if waiting else "", slots),
        arrivals=None,
        state=Timeline(tuple(states)),
        received=tuple(arrived),
        # Groups inside a large one stay closed when it is opened.
        opens=path if opens else None,
    )


def _counting(moments: Sequence[int], count: int, first: str, slots: _Slots) -> Field:
    """Return a field that counts how many of something there are."""
    so_far = {at: index for index, at in enumerate(moments, 1)}
    changes = ((at, f"{index} of {count}") for at, index in so_far.items())
    return slots.single((0, first), *changes)


def _arrows(
    graph: Graph,
    card_of: Mapping[Node, int],
    folded: Mapping[Node, Path],
    history: _History,
    slots: _Slots,
) -> tuple[tuple[Arrow, ...], dict[Edge, int]]:
    """Return an arrow for each use; uses by or in a closed group share one."""
    bundles: dict[object, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        ends = card_of[edge.operand], card_of[edge.consumer]
        if ends[0] != ends[1]:
            shares = edge.operand in folded or edge.consumer in folded
            bundles[ends if shares else edge].append(edge)
    arrows = []
    for key, edges in bundles.items():
        if isinstance(key, Edge):
            arrows.append(_arrow(graph, key, card_of, history, slots))
        else:
            arrows.append(_bundle(edges, card_of, history, slots))
    arrow_of = {e: i for i, edges in enumerate(bundles.values()) for e in edges}
    return tuple(arrows), arrow_of


def _bundle(
    edges: Sequence[Edge],
    card_of: Mapping[Node, int],
    history: _History,
    slots: _Slots,
) -> Arrow:
    """Return the arrow that stands for several uses."""
    ends = card_of[edges[0].operand], card_of[edges[0].consumer]
    label = [(0, _count(edges, "edge"))] if len(edges) > 1 else []
    carrying = sorted({at for edge in edges for at, _ in history.sent[edge]})
    return Arrow(*ends, slots.new(*label), None, (), _carrying(carrying))


def _card(graph: Graph, node: Node, history: _History, slots: _Slots) -> Card:
    computed, received = history.computed[node], history.received[node]
    formula = graph.formula(node)
    name = graph.name(node)
    states = [(0, "waiting"), (computed, "computed")]
    states += [(index, _card_state(step)) for index, step in received]
    first = "" if node.is_constant else NOT_YET
    value = _field([(computed, node.value)], "", slots)
    if received:
        after = [(index, step.after) for index, step in received]
        gradient = _field(after, first, slots)
    else:
        gradient = slots.single((0, first))
    expected = max(len(graph.uses[node]), 1)
    arrivals = None
    goes_wrong = any(step.is_wrong for _, step in received)
    if (expected > 1 or goes_wrong) and not node.is_constant:
        arrivals = slots.new(
            (0, f"0 of {expected} in"),
            *((index, _arrivals_text(step)) for index, step in received),
        )
    return Card(
        name=shortened(name, _LONGEST_NAME),
        formula="" if formula == name else shortened(formula, _LONGEST_FORMULA),
        kind=node.kind,
        group=node.group,
        gradient_name=_gradient_label(graph, node),
        value=value,
        gradient=gradient,
        arrivals=arrivals,
        state=Timeline(tuple(states)),
        received=tuple(index for index, _ in received),
    )


def _card_state(step: BackwardStep) -> str:
    if step.is_wrong:
        return "wrong"
    return "complete" if step.is_complete else "receiving"


def _arrivals_text(step: BackwardStep) -> str:
    problem = loss(step) or (", wrong" if step.is_wrong else "")
    return f"{step.arrived} of {step.expected} in{problem}"


def _gradient_label(graph: Graph, node: Node) -> str:
    if node.is_constant:
        return "no gradient"
    name = gradient_name(graph, node)
    return name if len(name) <= _LONGEST_GRADIENT_NAME else "gradient"


def _arrow(
    graph: Graph,
    edge: Edge,
    card_of: Mapping[Node, int],
    history: _History,
    slots: _Slots,
) -> Arrow:
    """Return an arrow; a right pass sends over it once, a wrong one may do so again."""
    ends = card_of[edge.operand], card_of[edge.consumer]
    sent = history.sent[edge]
    if not sent:
        return Arrow(*ends, slots.new(), None, (), _carrying([]))
    index, step = sent[0]
    formula = local_formula(graph, step)
    prefix = None
    if step.local is None or step.local.ndim:
        local = shortened(formula.text, _LONGEST_FORMULA)
    elif formula.literal is not None:
        local = formula.text
    else:
        short = len(formula.text) <= _LONGEST_LOCAL
        prefix = f"{formula.text} = " if short else ""
        local = prefix + number(float(step.local))
    computed = slots.new((history.computed[edge.consumer], local))
    if step.contribution.size > _EDGE_ENTRIES:
        field = slots.single((index, f"sends {shape_text(step.contribution.shape)}"))
    else:
        field = _field([(at, other.contribution) for at, other in sent], "", slots)
    return Arrow(*ends, computed, prefix, field, _carrying([at for at, _ in sent]))


def _carrying(moments: Sequence[int]) -> Timeline:
    """Return the states of an arrow that carries something at some steps."""
    states = {0: "idle"}
    for at in moments:
        states |= {at: "carrying", at + 1: "done"}
    return Timeline(tuple(sorted(states.items())))


def _field(changes: list[tuple[int, Array]], first: str, slots: _Slots) -> Field:
    """Return the slots in which an array is shown, as it changes."""
    rows = [(since, _texts(array)) for since, array in changes]
    shape = rows[0][1]
    return tuple(
        tuple(
            slots.new(
                (0, first if (i, j) == (0, 0) else ""),
                *((since, texts[i][j]) for since, texts in rows),
            )
            for j in range(len(shape[i]))
        )
        for i in range(len(shape))
    )


def _texts(array: Array) -> tuple[tuple[str, ...], ...]:
    if fits_grid(array):
        return grid(array)
    shape, extent = summary(array)
    return (shape,), (extent,)
