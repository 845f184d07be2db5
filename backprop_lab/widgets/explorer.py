"""Explore a function: sliders for its inputs, and a live stepper of what it computes.

In comes a function that builds a loss, and what each of its arguments may be. Out comes
a widget: every input that can move has a control, and the picture follows, keeping its
step. What can move is a variable and has a gradient; what is fixed is a constant.

    >>> def neuron(w, b):
    ...     z = w * 2.0 + b
    ...     return z**2
    >>> lab = explore(neuron, w=(-3, 3, 0.5), b=0.0)
    >>> lab.values
    {'w': 0.5}
    >>> float(lab.tape.forward[-1].value)
    1.0

This is `ipywidgets.interact` for graphs; its sliders are part of the picture's widget,
so that a drag needs one message and no new picture.
"""

import inspect
import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import traitlets

from backprop_lab.engine.arrays import Array, frozen
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node, constant, variable
from backprop_lab.engine.sentences import word
from backprop_lab.engine.steps import Step
from backprop_lab.engine.tape import Tape, record_graph
from backprop_lab.errors import GraphError, InputError, LabError
from backprop_lab.picture.layout import Direction, Engine, lay_out
from backprop_lab.picture.picture import picture_of, with_room
from backprop_lab.widgets.stepper import FROM_HAND, PictureWidget
from backprop_lab.widgets.sweep import at, numbers, plan, sweep
from backprop_lab.words.formulas import one_line

_POSITIONS = 100  # A slider has at least so many, on a round step.
_CONFIRMATIONS = 5
_LARGEST_SWEEP = 2_000_000  # Numbers; beyond, each position is asked for on its own.


@dataclass(frozen=True)
class Input:
    """What an argument of an explored function may be.

    Attributes:
        name: The argument's name.
        kind: "range" for a slider, "choice" for a list, "switch" for true or false,
            "fixed" for a value without a control.
        start: The value at the beginning; for a choice its position in the list.
        low: The slider's left end.
        high: The slider's right end.
        step: The slider's step.
        options: What a choice offers.
        fixed: The value without a control.
    """

    name: str
    kind: Literal["range", "choice", "switch", "fixed"]
    start: float | int | bool = 0
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    options: tuple[Any, ...] = ()
    fixed: Any = None

    def argument(self, value: Any) -> Any:
        """Return what the function is called with at a value of the control."""
        if self.kind == "range":
            return variable(value, self.name)
        if self.kind == "choice":
            option = self.options[value]
            return option.value if isinstance(option, _Labelled) else option
        return value if self.kind == "switch" else self.fixed

    def positions(self) -> Array:
        """Return all values that the slider can take."""
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        # 0.51, as the browser has it, and not 0.5099999999999998.
        return frozen(np.round(self.low + self.step * np.arange(count + 1), 12))

    def control(self) -> dict[str, Any]:
        """Return the control as the browser's half reads it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "step": self.step,
            "options": [_label(option) for option in self.options],
        }


class Explorer(PictureWidget):
    """A function's inputs as controls above a live stepper; made by `explore`.

    Attributes:
        values: The controls' values by name. Setting it moves the controls and the
            picture: `lab.values = {**lab.values, "w": 2.0}`.
        answered: The values that the picture shows.
        problem: Why the function fails at these values, or "". The picture then keeps
            the last values that worked.
        inputs: The controls, as the browser's half reads them.
    """

    answered: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(sync=True)
    inputs: traitlets.List[Any] = traitlets.List().tag(sync=True)
    values: "traitlets.Dict[str, Any]" = traitlets.Dict().tag(**FROM_HAND)
    problem = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        function: Callable[..., object],
        inputs: tuple[Input, ...],
        engine: Engine,
        direction: Direction,
    ) -> None:
        super().__init__(engine, direction)
        self._function = function
        self._inputs = inputs
        movable = [given for given in inputs if given.kind != "fixed"]
        self.inputs = [given.control() for given in movable]
        start = {given.name: given.start for given in movable}
        self._tape = self._record(start)
        self._start_picture(start)
        self.values = self.answered = start
        self.step = len(self.steps) - 1
        self.observe(self._follow, "values")

    @property
    def tape(self) -> Tape:
        """The recorded passes at the current values."""
        return self._tape

    @traitlets.validate("values")
    def _check_values(self, proposal: dict[str, Any]) -> dict[str, Any]:
        values = dict(proposal["value"])
        movable = {given.name: given for given in self._inputs if given.kind != "fixed"}
        if unknown := values.keys() - movable.keys():
            raise InputError(
                f"there is no control for {min(unknown)!r}; the controls are: "
                f"{', '.join(movable) or 'none'}."
            )
        return {
            name: _checked_value(given, values.get(name))
            for name, given in movable.items()
        }

    def _record(self, values: Mapping[str, Any]) -> Tape:
        arguments = {
            given.name: given.argument(values.get(given.name)) for given in self._inputs
        }
        output = self._function(**arguments)
        if not isinstance(output, Node):
            name = getattr(self._function, "__name__", "the function")
            raise GraphError(
                f"{name} returned {output!r}, which is not a node. Return what it "
                "computes from its arguments: end it with `return L`."
            )
        names = {id(node): name for name, node in arguments.items()}
        # `return squared_error(…)` leaves the output without a name; a loss is an L.
        names.setdefault(id(output), "L")
        return record_graph(Graph.of(output, names))

    def _start_picture(self, values: Mapping[str, Any]) -> None:
        """Lay out with room for the texts at the ends of every slider."""
        picture = picture_of(self._tape, self._closed)
        pictures = []
        for given in self._inputs:
            if given.kind == "range":
                for end in (given.low, given.high):
                    try:
                        tape = self._record({**values, given.name: end})
                    except Exception:
                        # The function may fail there; a visitor will be told then.
                        continue
                    pictures.append(picture_of(tape, self._closed))
        roomy = with_room(picture, pictures)
        self.show(self._tape, roomy, lay_out(roomy, *self._layout))
        self._roomy = roomy

    def _follow(self, change: dict[str, Any]) -> None:
        """Show the function at the new values, or say why that is not possible."""
        with self._turn, self.hold_sync():
            # Those of now: another thread may have moved on while this one waited.
            values = self.answered = self.values
            try:
                self._tape = self._record(values)
            except Exception as mistake:
                # A learner's function may raise anything; nothing of it may be lost.
                self.problem = _explained(mistake)
                return
            self.problem = ""
            picture = with_room(picture_of(self._tape, self._closed), [self._roomy])
            if picture.same_structure(self._roomy):
                self.show_numbers(self._tape, picture)
            else:
                self._start_picture(values)

    def _answer(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        """Send the numbers for all positions of a slider that was grasped."""
        name = message.get("sweep")
        if name is None:
            super()._answer(widget, message, buffers)
            self._roomy = self._picture
            return
        sliders = {given.name: given for given in self._inputs if given.kind == "range"}
        steps = self._swept(sliders[name]) if name in sliders else None
        if steps is None:
            return
        entries, table = plan(steps, self._picture)
        step = self._picture.check_step(message.get("step"))
        told = [
            word(self._tape.graph, at(steps[step - 1], index))
            for index in range(len(table) if step else 0)
        ]
        self.send(
            {
                "name": name,
                "values": self.answered,
                "columns": table.shape[1],
                "plan": entries,
                "step": step,
                "words": [(wording.numbers, wording.sentence) for wording in told],
            },
            buffers=[table.tobytes()],
        )

    def _swept(self, given: Input) -> tuple[Step, ...] | None:
        """Return the steps at all positions of a slider, or None."""
        whole = len(self._picture.steps) == len(self._tape.steps) + 1
        if self.problem or not whole:
            return None
        variables = self._tape.graph.variables
        nodes = [node for node in variables if node.name == given.name]
        positions = given.positions()
        size = len(positions) * len(numbers(self._tape.steps))
        if not nodes or size > _LARGEST_SWEEP:
            return None
        try:
            steps = sweep(self._tape, nodes[0], positions)
        except (IndexError, ValueError):
            # A learner's own row of the table may be elementwise in name only.
            return None
        return steps if self._confirmed(given, positions, steps) else None

    def _confirmed(self, given: Input, positions: Array, steps: Sequence[Step]) -> bool:
        """Return whether the function itself gives the same numbers here and there.

        A function may take another way at other values (`if w.value > 0`), and then its
        graph is not the same for all positions.
        """
        for index in np.linspace(0, len(positions) - 1, _CONFIRMATIONS).astype(int):
            values = {**self.answered, given.name: float(positions[index])}
            try:
                tape = self._record(values)
            except Exception:
                return False
            if _structure(tape.graph) != _structure(self._tape.graph):
                return False
            found = numbers([at(step, index) for step in steps])
            if not np.array_equal(found, numbers(tape.steps), equal_nan=True):
                return False
        return True


def explore(
    function: Callable[..., object],
    *,
    engine: Engine = "auto",
    direction: Direction = "LR",
    **inputs: Any,
) -> Explorer:
    """Return a widget with a control for each input of a function, and a live stepper.

    A slider that is grasped gets the numbers of all its positions at once, so that a
    drag does not wait for Python. Where that cannot be, each position is asked for on
    its own: in a picture with a closed group, with arrays so large that the numbers
    would be millions, and for a function that reads values (`w.value`), as `softmax`
    and `cross_entropy` do to find the largest score.

    Args:
        function: Builds a loss from its arguments and returns it.
        engine: "wasm" for Graphviz inside this process, "system" for the installed
            program `dot`, "auto" for the first that is there.
        direction: "LR" to draw from left to right, "TB" from top to bottom.
        **inputs: What each argument may be: `(low, high)` or `(low, high, start)` for a
            slider, a list or dictionary of choices, True or False for a switch, and a
            number, an array or a node for a fixed value.

    Raises:
        InputError: An input is none of these, a range is the wrong way round, or the
            inputs are not the function's arguments.
        GraphError: The function does not return a node.

    Example:
        >>> explore(lambda x: x * x, x=(-2, 2, 1)).values
        {'x': 1.0}
    """
    if not callable(function):
        raise InputError(
            f"explore needs a function, but {function!r} was given. Write the "
            "computation as `def f(w): return w * w` and pass f."
        )
    _check_arguments(function, inputs)
    given = tuple(_input(name, value) for name, value in inputs.items())
    return Explorer(function, given, engine, direction)


def _check_arguments(
    function: Callable[..., object], inputs: Mapping[str, Any]
) -> None:
    try:
        signature = inspect.signature(function)
    except ValueError:
        # Some functions written in C do not say what they take.
        return
    try:
        signature.bind(**inputs)
    except TypeError as problem:
        name = getattr(function, "__name__", "the function")
        raise InputError(
            f"the inputs do not fit {name}: {problem}. Give one input for each "
            f"argument, such as explore({name}, x=1.0, w=(-3, 3))."
        ) from None


def _input(name: str, value: Any) -> Input:
    if isinstance(value, bool):
        return Input(name, "switch", start=value)
    if isinstance(value, tuple):
        return _range(name, value)
    if isinstance(value, Mapping):
        # Keys are shown, values are passed.
        return _choice(name, tuple(map(_Labelled, value.keys(), value.values())))
    if isinstance(value, list) and value and not _is_numeric(value):
        return _choice(name, tuple(value))
    if isinstance(value, Node) or callable(value):
        return Input(name, "fixed", fixed=value)
    return Input(name, "fixed", fixed=constant(value, name))


@dataclass(frozen=True)
class _Labelled:
    """A choice with a text of its own."""

    label: str
    value: Any


def _choice(name: str, options: tuple[Any, ...]) -> Input:
    if not options:
        raise InputError(f"{name} offers no choices; give at least one.")
    return Input(name, "choice", options=options)


def _range(name: str, ends: Sequence[Any]) -> Input:
    advice = (
        f"Write {name}=(low, high) or {name}=(low, high, start), such as (-3, 3, 1)."
    )
    numbers = [end for end in ends if isinstance(end, int | float | np.number)]
    if len(ends) not in (2, 3) or len(numbers) != len(ends):
        raise InputError(f"{name}={ends!r} is not a range of numbers. {advice}")
    low, high, *rest = map(float, numbers)
    start = rest[0] if rest else (low + high) / 2
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"{name}: {low} is not below {high}, or not finite. {advice}")
    if not low <= start <= high:
        raise InputError(
            f"{name} starts at {start}, outside its range {low} to {high}. {advice}"
        )
    step = 10.0 ** math.floor(math.log10((high - low) / _POSITIONS) + 1e-9)
    return Input(name, "range", start=start, low=low, high=high, step=step)


def _is_numeric(values: list[Any]) -> bool:
    try:
        return np.asarray(values).dtype.kind in "biuf"
    except ValueError:
        return False


def _structure(graph: Graph) -> list[object]:
    """Return all of a graph but its numbers; its names are unique."""
    return [
        (graph.name(node), graph.formula(node), node.kind, node.group, node.shape)
        for node in graph.nodes
    ]


def _checked_value(given: Input, value: Any) -> float | int | bool:
    if given.kind == "switch":
        allowed, fits = "True or False", isinstance(value, bool)
    elif given.kind == "choice":
        last = len(given.options) - 1
        allowed = f"a position from 0 to {last}"
        fits = type(value) is int and 0 <= value <= last
    else:
        allowed = f"a number from {given.low} to {given.high}"
        fits = _is_number(value) and given.low <= value <= given.high
    if not fits:
        raise InputError(f"{given.name} cannot be {value!r}; it may be {allowed}.")
    return float(value) if given.kind == "range" else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _explained(mistake: Exception) -> str:
    """Return a learner's mistake in one or two lines, with the line it comes from."""
    if isinstance(mistake, LabError):
        return str(mistake)
    where = traceback.extract_tb(mistake.__traceback__)[-1]
    line = f" in `{where.line}`" if where.line else ""
    return f"{type(mistake).__name__}{line}: {mistake}"


def _label(option: Any) -> str:
    if isinstance(option, _Labelled):
        return one_line(str(option.label))
    return one_line(getattr(option, "__name__", None) or str(option))
