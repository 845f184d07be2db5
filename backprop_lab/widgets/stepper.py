"""The stepper: a widget that walks the forward and the backward pass, to and fro.

Python computes every text of every step beforehand; the browser only shows them. So
stepping needs no kernel, and there is no second engine that could disagree. The door
between the two halves is the list of traits below, which `static/door.d.ts` repeats.

    >>> from backprop_lab.engine.node import variable
    >>> w = variable(3.0, "w")
    >>> stepper = Stepper(w * w)
    >>> stepper.step = 2
    >>> stepper.sentence
    'w·w = 3 × 3 = 9.'
"""

import math
import threading
from typing import Any

import anywidget
import traitlets

from backprop_lab.engine.node import Node
from backprop_lab.engine.tape import Tape, as_tape
from backprop_lab.errors import InputError
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.drawing import Still
from backprop_lab.picture.groups import Path, closed_at_first, opened
from backprop_lab.picture.layout import Direction, Engine, Places, lay_out
from backprop_lab.picture.picture import Picture, Timeline
from backprop_lab.picture.svg import svg_text
from backprop_lab.program.program import code_graph
from backprop_lab.widgets.page import module, style
from backprop_lab.widgets.stills import publish, watch_boxes

# What a hand moves in the page. Python does not repeat it to the page, where it would
# come late and pull the hand back.
FROM_HAND = {"sync": True, "echo_update": False}
_MOST_LINES = 300  # Code beyond this is not read beside a picture.


class PictureWidget(anywidget.AnyWidget):
    """A live picture: the part that `Stepper` and `Explorer` share.

    Attributes:
        svg: The picture before the first step.
        slots: For each `data-slot`, [step, text] pairs: what it shows since when.
        states: For each `data-stateful`, [step, state] pairs.
        steps: For each step, its texts, its phase, and its card and arrow.
        received: For each card, the steps at which a contribution arrives.
        code: The passes as Python, or "" where there is too much of it to read, or
            where the tape is wrong on purpose (see `engine.mistakes`).
        lines: For each step, its line in the code; 0 for the start.
        still_id: What the stills in the page that the live widget hides are called.
        step: How many steps have been taken.
        playing: Whether the steps follow one another by themselves.
        speed: Steps a second while playing.
    """

    _esm = module()
    _css = style()

    svg = traitlets.Unicode().tag(sync=True)
    slots: traitlets.List[Any] = traitlets.List().tag(sync=True)
    states: traitlets.List[Any] = traitlets.List().tag(sync=True)
    steps: traitlets.List[Any] = traitlets.List().tag(sync=True)
    received: traitlets.List[Any] = traitlets.List().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    lines: traitlets.List[Any] = traitlets.List().tag(sync=True)
    still_id = traitlets.Unicode().tag(sync=True)
    step = traitlets.Int(0).tag(**FROM_HAND)
    playing = traitlets.Bool(False).tag(**FROM_HAND)
    speed = traitlets.Float(1.0).tag(**FROM_HAND)

    _tape: Tape
    _picture: Picture
    _places: Places
    _closed: frozenset[Path] | None = None  # None: as the graph's size suggests.

    def __init__(self, engine: Engine, direction: Direction) -> None:
        super().__init__()
        self.still_id = self.model_id
        self._layout = engine, direction
        # The page's messages may come in a thread of their own, while a cell that runs
        # changes the widget in the main one.
        self._turn = threading.RLock()
        self.on_msg(self._answer_in_turn)
        watch_boxes()

    def show(self, tape: Tape, picture: Picture, places: Places) -> None:
        """Draw a picture and show a tape in it."""
        with self._turn, self.hold_sync():
            self._places = places
            self.svg = svg_text(picture, places, 0, live=True)
            self.show_numbers(tape, picture)

    def show_numbers(self, tape: Tape, picture: Picture) -> None:
        """Show a tape in the picture that is drawn, of which nothing moves."""
        last = len(picture.steps) - 1
        with self._turn, self.hold_sync():
            self._tape, self._picture = tape, picture
            self.slots = [_pairs(slot) for slot in picture.slots]
            self.states = [_pairs(slot) for slot in picture.states]
            self.steps = [_moment_data(picture, index) for index in range(last + 1)]
            self.received = [list(card.received) for card in picture.cards]
            self.code, self.lines = _code(tape, picture)
            if self.step > last:
                self.step = last

    @property
    def still(self) -> Still:
        """The picture at the current step, for saving or for paper."""
        with self._turn:
            return Still(self._picture, self._places, self.step)

    def still_data(self) -> dict[str, str]:
        """Return the picture at the current step, by MIME type."""
        still = self.still
        return {
            "text/html": still._repr_html_(),
            "image/svg+xml": still.svg,
            "text/plain": repr(still),
        }

    @property
    def sentence(self) -> str:
        """The current step as a sentence."""
        with self._turn:
            return self._picture.steps[self.step].wording.sentence

    @traitlets.validate("step")
    def _check_step(self, proposal: dict[str, Any]) -> int:
        # The first picture has not been shown while the widget is being made.
        if not hasattr(self, "_picture"):
            return int(proposal["value"])
        return self._picture.check_step(proposal["value"])

    @traitlets.validate("speed")
    def _check_speed(self, proposal: dict[str, Any]) -> float:
        speed = float(proposal["value"])
        if not 0 < speed < math.inf:
            raise InputError(
                f"the speed cannot be {speed}: it is in steps a second and above 0, "
                "such as 0.5 or 2."
            )
        return speed

    def _answer_in_turn(
        self, widget: object, message: dict[str, Any], buffers: object
    ) -> None:
        with self._turn:
            self._answer(widget, message, buffers)

    def _answer(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        """Open or close the group that was clicked."""
        graph = self._tape.graph
        closed = closed_at_first(graph) if self._closed is None else self._closed
        card, frame = message.get("open"), message.get("close")
        if isinstance(card, int):
            path = self._picture.cards[card].opens
            self._closed = opened(graph, closed, path) if path else closed
        elif isinstance(frame, int):
            self._closed = closed | {self._places.frames[frame].path}
        else:
            return
        taken = self._picture.steps[self.step].last_step
        picture = picture_of(self._tape, self._closed)
        with self.hold_sync():
            self.step = 0
            self.show(self._tape, picture, lay_out(picture, *self._layout))
            reached = (m.last_step >= taken for m in picture.steps)
            self.step = list(reached).index(True)

    def __repr__(self) -> str:
        # By hand: a generated one would print every text of every step.
        return f"{type(self).__name__} of {self._picture.title}. {self.sentence}"

    def _ipython_display_(self) -> None:
        publish(self)


class Stepper(PictureWidget):
    """A widget that walks a tape forward and backward, one contribution at a time.

    Args:
        output: A tape, or the node whose passes are to be recorded.
        step: The step to start at, from 0; None for the last one.
        engine: "wasm" for Graphviz inside this process, "system" for the installed
            program `dot`, "auto" for the first that is there.
        direction: "LR" to draw from left to right, "TB" from top to bottom.

    Raises:
        GraphError: `output` is neither a node nor a tape.
        InputError: There is no such step, engine or direction.
        LayoutError: Graphviz is missing or failed.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> Stepper(variable(2.0, "x") ** 2).step
        0
    """

    def __init__(
        self,
        output: Node | Tape,
        step: int | None = 0,
        *,
        engine: Engine = "auto",
        direction: Direction = "LR",
    ) -> None:
        tape = as_tape(output)
        super().__init__(engine, direction)
        picture = picture_of(tape)
        self.show(tape, picture, lay_out(picture, engine, direction))
        self.step = picture.check_step(step)


def _code(tape: Tape, picture: Picture) -> tuple[str, list[int]]:
    # The code is that of the right pass; beside a wrong one it would not be true.
    if tape.mistake or not tape.backward or len(tape.steps) > _MOST_LINES:
        return "", []
    code = code_graph(tape.graph, tape.backward[0].contribution)
    lines = (0, *code.lines)
    return code.text, [lines[moment.last_step] for moment in picture.steps]


def _pairs(slot: Timeline) -> list[list[int | str]]:
    return [[since, text] for since, text in slot.changes]


def _moment_data(picture: Picture, index: int) -> dict[str, Any]:
    """Return a step as the browser's half reads it."""
    moment = picture.steps[index]
    return {
        "phase": moment.phase,
        "position": moment.position,
        "title": moment.wording.title,
        "symbols": moment.wording.symbols,
        "numbers": moment.wording.numbers,
        "sentence": moment.wording.sentence,
        "card": moment.card,
        "arrow": moment.arrow,
    }
