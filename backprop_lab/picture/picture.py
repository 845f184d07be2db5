"""What there is to see at each step: cards, arrows, texts, states, one sentence.

In comes a tape. Out comes a description without coordinates, colours or HTML: a card
for each node, an arrow for each use of a node, and for every text that changes a
`Slot`: a small timeline that says what stands there from which step on. Step 0 is the
graph before anything was computed; step k is after the k-th step of the tape.

    >>> from backprop_lab.engine.node import variable
    >>> from backprop_lab.engine.tape import record
    >>> x = variable(3.0, "x")
    >>> picture = picture_of(record(x * x))
    >>> [picture.cards[0].state.at(step) for step in range(len(picture.steps))]
    ['waiting', 'computed', 'computed', 'computed', 'receiving', 'complete']

A gradient that has not been reached reads "not yet", never 0.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.graph import Edge, Graph
from backprop_lab.engine.node import Kind, Node
from backprop_lab.engine.sentences import Wording, gradient_name, local_formula, word
from backprop_lab.engine.steps import BackwardStep, ForwardStep
from backprop_lab.engine.tape import Tape
from backprop_lab.errors import InputError
from backprop_lab.picture.groups import OTHERS, Path, closed_at_first, fold, is_drawable
from backprop_lab.words.formulas import one_line
from backprop_lab.words.numbers import fits_grid, grid, number, shape_text, summary

Phase: TypeAlias = Literal["start", "forward", "backward"]
Thing: TypeAlias = Node | Path  # What a card stands for: a node or a closed group.

NOT_YET = "not yet"
_LONGEST_NAME = 28
_LONGEST_FORMULA = 30
_LONGEST_GROUP = 40
_LONGEST_LOCAL = 8
_LONGEST_GRADIENT_NAME = 10
_EDGE_ENTRIES = 4  # A contribution with more entries is shown by its shape.


@dataclass(frozen=True)
class Slot:
    """A text that changes: from each given step on, until the next, it reads so."""

    changes: tuple[tuple[int, str], ...]
    spare: tuple[str, ...] = ()  # Other texts that there must be room for.

    def at(self, step: int) -> str:
        """Return what the slot shows after a number of steps."""
        shown = ""
        for since, text in self.changes:
            if since > step:
                break
            shown = text
        return shown

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything the slot will ever show."""
        return (*(text for _, text in self.changes), *self.spare)


Field: TypeAlias = tuple[tuple[Slot, ...], ...]  # Rows of slots; one for a number.


@dataclass(frozen=True)
class Card:
    """A node as it is drawn.

    Attributes:
        name: What the node is called.
        formula: How it is computed, "" for an input or where it says no more.
        kind: What kind of node it is, or "group" for a closed group.
        group: The groups it belongs to, outermost first.
        gradient_name: What its gradient is called, such as "∂L/∂w", or, where that is
            long, just "gradient".
        value: The value, once computed.
        gradient: The gradient: "not yet", a partial sum, or final.
        arrivals: How many contributions are in, such as "1 of 2 in"; None where there
            is only one to wait for.
        state: "waiting", "computed", "receiving" or "complete".
        received: The steps at which a contribution arrives.
        value_name: What stands before the value.
        opens: The closed group that the card stands for, if it can be opened.
    """

    name: str
    formula: str
    kind: Kind | Literal["group"]
    group: Path
    gradient_name: str
    value: Field
    gradient: Field
    arrivals: Slot | None
    state: Slot
    received: tuple[int, ...]
    value_name: str = "value"
    opens: Path | None = None


@dataclass(frozen=True)
class Arrow:
    """One use of a node as it is drawn.

    Attributes:
        operand: Index of the card it comes from in the forward pass.
        consumer: Index of the card it goes to.
        local: The local derivative, or its formula where it is no single number.
        prefix: What stands before the number in `local`, such as "x = "; None where
            the text holds no number that changes with the inputs.
        contribution: What is sent back over it, once it is.
        state: "idle", "carrying" or "done"; a constant's arrow stays idle.
    """

    operand: int
    consumer: int
    local: Slot
    prefix: str | None
    contribution: Field
    state: Slot


@dataclass(frozen=True)
class Moment:
    """One position of the step slider.

    Attributes:
        phase: Which pass it belongs to.
        position: Where in that pass, such as "Backward 4 of 9".
        wording: The step in words and formulas.
        last_step: How many steps of the tape have been taken by then.
        card: Index of the card that changes, or None.
        arrow: Index of the arrow that carries, or None.
    """

    phase: Phase
    position: str
    wording: Wording
    last_step: int
    card: int | None = None
    arrow: int | None = None


@dataclass(frozen=True)
class Picture:
    """Everything there is to see of a tape; made by `picture_of`."""

    title: str
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    steps: tuple[Moment, ...]

    def same_structure(self, other: "Picture") -> bool:
        """Return whether the two differ in nothing but numbers."""
        return self._structure() == other._structure()

    def _structure(self) -> object:
        cards = [
            (
                *(card.name, card.formula, card.kind, card.group, card.received),
                *(len(row) for row in (*card.value, *card.gradient)),
            )
            for card in self.cards
        ]
        arrows = [
            (
                *(arrow.operand, arrow.consumer, bool(arrow.local.changes)),
                *(len(row) for row in arrow.contribution),
            )
            for arrow in self.arrows
        ]
        return cards, arrows

    def check_step(self, step: int | None) -> int:
        """Return a valid step; None means the last one.

        Raises:
            InputError: There is no such step.
        """
        last = len(self.steps) - 1
        if step is None:
            return last
        if isinstance(step, bool) or not isinstance(step, int) or not 0 <= step <= last:
            raise InputError(
                f"there is no step {step!r}: the steps of {self.title} go from 0, "
                f"before anything is computed, to {last}, when all is done."
            )
        return step


def with_room(picture: Picture, others: Sequence[Picture]) -> Picture:
    """Return a picture with room for the texts of others of the same structure.

    A layout that is made from it serves all of them, so that nothing moves while the
    inputs do.
    """
    alike = [other for other in others if other.same_structure(picture)]

    def roomy(slot: Slot, same: Iterable[Slot]) -> Slot:
        spare = dict.fromkeys(text for other in same for text in other.texts)
        return replace(slot, spare=tuple(spare))

    def roomy_field(field: Field, same: Sequence[Field]) -> Field:
        return tuple(
            tuple(
                roomy(slot, (other[i][j] for other in same))
                for j, slot in enumerate(row)
            )
            for i, row in enumerate(field)
        )

    cards = tuple(
        replace(
            card,
            value=roomy_field(card.value, [other.cards[i].value for other in alike]),
            gradient=roomy_field(
                card.gradient, [other.cards[i].gradient for other in alike]
            ),
        )
        for i, card in enumerate(picture.cards)
    )
    arrows = tuple(
        replace(
            arrow,
            local=roomy(arrow.local, (other.arrows[i].local for other in alike)),
            contribution=roomy_field(
                arrow.contribution, [other.arrows[i].contribution for other in alike]
            ),
        )
        for i, arrow in enumerate(picture.arrows)
    )
    return replace(picture, cards=cards, arrows=arrows)


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
    history = _history(tape, when)
    arrows, arrow_of = _arrows(graph, card_of, folded, history)
    moments = [_beginning(graph)]
    totals = Counter(run.phase for run in runs)
    taken: Counter[Phase] = Counter()
    for run in runs:
        taken[run.phase] += 1
        phase = run.phase.capitalize()
        position = f"{phase} {taken[run.phase]} of {totals[run.phase]}"
        moments.append(_moment(tape, run, position, things[run.thing], arrow_of))
    members = _members(graph, folded)
    return Picture(
        graph.name(graph.output),
        tuple(
            _closed_card(thing, members[thing], history)
            if isinstance(thing, tuple)
            else _card(graph, thing, history)
            for thing in things
        ),
        arrows,
        tuple(moments),
    )


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


def _closed_card(path: Path, members: Sequence[Node], history: _History) -> Card:
    """Return the card of a closed group, which counts instead of showing numbers."""
    own = () if path == OTHERS else path
    computed = sorted(history.computed[node] for node in members)
    waiting = [node for node in members if not node.is_constant]
    final = sorted(history.received[node][-1][0] for node in waiting
                   if history.received[node])  # fmt: skip
    arrived = sorted({at for node in waiting for at, _ in history.received[node]})
    states = [(0, "waiting"), (computed[-1], "computed")]
    states += [(at, "receiving") for at in arrived[:1]]
    states += [(at, "complete") for at in final[-1:]]
    return Card(
        name=shortened(one_line(path[-1]), _LONGEST_NAME),
        formula=_count(members, "node"),
        kind="group",
        group=path[:-1],
        value_name="computed",
        gradient_name="gradients" if waiting else "no gradient",
        value=_counting(computed, len(members), ""),
        gradient=_counting(final, len(waiting), NOT_YET if waiting else ""),
        arrivals=None,
        state=Slot(tuple(states)),
        received=tuple(arrived),
        # Groups inside a large one stay closed when it is opened.
        opens=path if is_drawable([n for n in members if n.group == own]) else None,
    )


def _counting(moments: Sequence[int], count: int, first: str) -> Field:
    """Return a field that counts how many of something there are."""
    so_far = {at: index for index, at in enumerate(moments, 1)}
    changes = ((at, f"{index} of {count}") for at, index in so_far.items())
    return ((Slot(((0, first), *changes)),),)


def _arrows(
    graph: Graph,
    card_of: Mapping[Node, int],
    folded: Mapping[Node, Path],
    history: _History,
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
            arrows.append(_arrow(graph, key, card_of, history))
        else:
            arrows.append(_bundle(edges, card_of, history))
    arrow_of = {e: i for i, edges in enumerate(bundles.values()) for e in edges}
    return tuple(arrows), arrow_of


def _bundle(
    edges: Sequence[Edge], card_of: Mapping[Node, int], history: _History
) -> Arrow:
    """Return the arrow that stands for several uses."""
    ends = card_of[edges[0].operand], card_of[edges[0].consumer]
    label = Slot(((0, _count(edges, "edge")),)) if len(edges) > 1 else Slot(())
    carrying = sorted({at for edge in edges for at, _ in history.sent[edge]})
    return Arrow(*ends, label, None, (), _carrying(carrying))


def _card(graph: Graph, node: Node, history: _History) -> Card:
    computed, received = history.computed[node], history.received[node]
    formula = graph.formula(node)
    name = graph.name(node)
    states = [(0, "waiting"), (computed, "computed")]
    states += [
        (index, "complete" if step.is_complete else "receiving")
        for index, step in received
    ]
    first = "" if node.is_constant else NOT_YET
    gradients = [(index, step.after) for index, step in received]
    expected = max(len(graph.uses[node]), 1)
    arrivals = None
    if expected > 1 and not node.is_constant:
        counts = [(0, f"0 of {expected} in")]
        counts += [
            (index, f"{step.arrived} of {expected} in") for index, step in received
        ]
        arrivals = Slot(tuple(counts))
    return Card(
        name=shortened(name, _LONGEST_NAME),
        formula="" if formula == name else shortened(formula, _LONGEST_FORMULA),
        kind=node.kind,
        group=node.group,
        gradient_name=_gradient_label(graph, node),
        value=_field([(computed, node.value)], ""),
        gradient=_field(gradients, first) if gradients else ((Slot(((0, first),)),),),
        arrivals=arrivals,
        state=Slot(tuple(states)),
        received=tuple(index for index, _ in received),
    )


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
) -> Arrow:
    """Return an arrow; a right pass sends over it once, a wrong one may do so again."""
    ends = card_of[edge.operand], card_of[edge.consumer]
    sent = history.sent[edge]
    if not sent:
        return Arrow(*ends, Slot(()), None, (), _carrying([]))
    index, step = sent[0]
    formula = local_formula(graph, edge.consumer, edge.position)
    prefix = None
    if step.local is None or step.local.ndim:
        local = shortened(formula.text, _LONGEST_FORMULA)
    elif formula.literal is not None:
        local = formula.text
    else:
        short = len(formula.text) <= _LONGEST_LOCAL
        prefix = f"{formula.text} = " if short else ""
        local = prefix + number(float(step.local))
    field = _field([(at, other.contribution) for at, other in sent], "")
    if step.contribution.size > _EDGE_ENTRIES:
        text = f"sends {shape_text(step.contribution.shape)}"
        field = ((Slot(((index, text),)),),)
    computed = Slot(((history.computed[edge.consumer], local),))
    return Arrow(*ends, computed, prefix, field, _carrying([at for at, _ in sent]))


def _carrying(moments: Sequence[int]) -> Slot:
    """Return the states of an arrow that carries something at some steps."""
    states = {0: "idle"}
    for at in moments:
        states |= {at: "carrying", at + 1: "done"}
    return Slot(tuple(sorted(states.items())))


def _field(changes: list[tuple[int, Array]], first: str) -> Field:
    """Return the slots in which an array is shown, as it changes."""
    rows = [(since, _texts(array)) for since, array in changes]
    shape = rows[0][1]
    return tuple(
        tuple(
            Slot(
                (
                    (0, first if (i, j) == (0, 0) else ""),
                    *((since, texts[i][j]) for since, texts in rows),
                )
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


def group_title(path: Path) -> str:
    """Return what stands above an open group: its name, on one line, not too long."""
    return shortened(one_line(path[-1]), _LONGEST_GROUP)


def shortened(text: str, longest: int) -> str:
    """Return a text cut to a length, with an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
