"""What there is to see at each step: the records of a picture.

A picture is a description without coordinates, colours or HTML: a card for each node,
an arrow for each use of a node, and for everything that changes a `Timeline`, which
says what stands there from which step on. Step 0 is the graph before anything was
computed. `composing` makes a picture of a tape; layout, drawing and widgets read it.

    >>> gradient = Slot(((0, "not yet"), (4, "2"), (5, "6")))
    >>> [gradient.at(step) for step in (0, 3, 4, 5, 9)]
    ['not yet', 'not yet', '2', '6', '6']
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal, TypeAlias

from backprop_lab.engine.node import Kind
from backprop_lab.engine.sentences import Wording
from backprop_lab.errors import InputError
from backprop_lab.picture.groups import Path

Phase: TypeAlias = Literal["start", "forward", "backward"]


@dataclass(frozen=True)
class Timeline:
    """A text or a state that changes: from each given step on, until the next."""

    changes: tuple[tuple[int, str], ...]

    def at(self, step: int) -> str:
        """Return what is shown after a number of steps."""
        shown = ""
        for since, text in self.changes:
            if since > step:
                break
            shown = text
        return shown


@dataclass(frozen=True)
class Slot(Timeline):
    """A place for a text that changes.

    Attributes:
        index: Its number among the slots of its picture.
        spare: Other texts that there must be room for.
    """

    index: int = 0
    spare: tuple[str, ...] = ()

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
        state: "waiting", "computed", "receiving", "complete", or "wrong" where the
            pass is wrong on purpose.
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
    state: Timeline
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
    state: Timeline


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
    """Everything there is to see of a tape; `composing.picture_of` makes it."""

    title: str
    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    steps: tuple[Moment, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All places for texts, in the order of their indices."""
        of_cards = chain.from_iterable(map(_slots_of_card, self.cards))
        of_arrows = chain.from_iterable(map(_slots_of_arrow, self.arrows))
        return tuple(sorted(chain(of_cards, of_arrows), key=lambda slot: slot.index))

    @property
    def states(self) -> tuple[Timeline, ...]:
        """The states of all cards, then of all arrows."""
        of_cards = (card.state for card in self.cards)
        return (*of_cards, *(arrow.state for arrow in self.arrows))

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


def _slots_of_card(card: Card) -> Iterator[Slot]:
    yield from chain(*card.value, *card.gradient)
    if card.arrivals:
        yield card.arrivals


def _slots_of_arrow(arrow: Arrow) -> Iterator[Slot]:
    yield arrow.local
    yield from chain(*arrow.contribution)
