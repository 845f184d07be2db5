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
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from backprop_lab.engine.graph import Graph
from backprop_lab.engine.node import Node
from backprop_lab.engine.refusals import CountingError
from backprop_lab.engine.sentences import word
from backprop_lab.engine.steps import Step
from backprop_lab.engine.tape import Tape, record_graph
from backprop_lab.errors import GraphError, InputError, LabError
from backprop_lab.picture.composing import picture_of
from backprop_lab.picture.layout import Direction, Engine, lay_out
from backprop_lab.picture.picture import with_room
from backprop_lab.widgets.inputs import Input, input_of, offers_numbers
from backprop_lab.widgets.stepper import FROM_HAND, PictureWidget
from backprop_lab.widgets.sweep import at, numbers, plan, sweep
from backprop_lab.widgets.witness import witness

_LARGEST_SWEEP = 2_000_000  # Numbers; beyond, each position is asked for on its own.


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
        start = self._begin()
        self.inputs = [given.control() for given in self._movable]
        self._start_picture(start)
        self.values = self.answered = start
        self.step = len(self.steps) - 1
        self.observe(self._follow, "values")

    @property
    def tape(self) -> Tape:
        """The recorded passes at the current values."""
        return self._tape

    @property
    def _movable(self) -> list[Input]:
        return [given for given in self._inputs if given.kind != "fixed"]

    @traitlets.validate("values")
    def _check_values(self, proposal: dict[str, Any]) -> dict[str, Any]:
        values = dict(proposal["value"])
        movable = {given.name: given for given in self._movable}
        if unknown := values.keys() - movable.keys():
            raise InputError(
                f"there is no control for {min(unknown)!r}; the controls are: "
                f"{', '.join(movable) or 'none'}."
            )
        return {
            name: given.checked(values.get(name)) for name, given in movable.items()
        }

    def _begin(self) -> dict[str, Any]:
        """Record at the start, with whole numbers where the function counts."""
        while True:
            start = {given.name: given.start for given in self._movable}
            arguments = self._arguments(start)
            try:
                self._tape = self._recorded(arguments)
            except CountingError as found:
                assert isinstance(found.node, Node)
                if not self._count_with(found.node, arguments):
                    raise
            except Exception as mistake:
                for given in filter(offers_numbers, self._inputs):
                    mistake.add_note(
                        f"{given.name}={list(given.options)} is a choice between "
                        f"numbers. A vector is {given.name}=np.array([…]), a slider "
                        f"{given.name}=(low, high)."
                    )
                raise
            else:
                return start

    def _count_with(self, node: Node, arguments: Mapping[str, Any]) -> bool:
        """Make the inputs whole that a node depends on; return whether any was not."""
        nodes = set(map(id, Graph.of(node).nodes))
        before = self._inputs
        self._inputs = tuple(
            given.counted() if id(arguments[given.name]) in nodes else given
            for given in before
        )
        return any(
            a.whole and not b.whole for a, b in zip(self._inputs, before, strict=True)
        )

    def _arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            given.name: given.argument(values.get(given.name)) for given in self._inputs
        }

    def _record(self, values: Mapping[str, Any]) -> Tape:
        return self._recorded(self._arguments(values))

    def _recorded(self, arguments: Mapping[str, Any]) -> Tape:
        return _tape(self._output(arguments), arguments)

    def _output(self, arguments: Mapping[str, Any]) -> Node:
        output = self._function(**arguments)
        if not isinstance(output, Node):
            name = getattr(self._function, "__name__", "the function")
            raise GraphError(
                f"{name} returned {output!r}, which is not a node. Return what it "
                "computes from its arguments: end it with `return L`."
            )
        return output

    def _start_picture(self, values: Mapping[str, Any]) -> None:
        """Lay out with room for the texts at the ends of every slider."""
        picture = picture_of(self._tape, self._closed)
        pictures = []
        for given in self._movable:
            for end in given.ends():
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
                return
            try:
                self._start_picture(values)
            except LabError as mistake:
                self.problem = str(mistake)  # It may have become too large to draw.

    def _answer(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        """Send the numbers for all positions of a slider that was grasped."""
        name = message.get("sweep")
        if name is None:
            super()._answer(widget, message, buffers)
            self._roomy = self._picture
            return
        sliders = {given.name: given for given in self._inputs if given.is_slider}
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
        positions = given.positions()
        size = len(positions) * len(numbers(self._tape.steps))
        if self.problem or not whole or size > _LARGEST_SWEEP:
            return None
        node = self._free_node(given)
        if node is None:
            return None
        try:
            return sweep(self._tape, node, positions)
        except Exception:
            # A learner's own row of the table may fail at other values.
            return None

    def _free_node(self, given: Input) -> Node | None:
        """Return an input's node, if the graph is the same wherever the input stands.

        So it is when the function does not look at a number that depends on the input
        (a witness in its place would have noticed), and gives the same graph when it is
        called again (chance or a counter would give another).
        """
        arguments = self._arguments(self.answered)
        stand_in, looks = witness(arguments[given.name])
        arguments[given.name] = stand_in
        try:
            output = self._output(arguments)
        except Exception:
            return None
        if looks:
            return None
        again = _tape(output, arguments)
        if _structure(again.graph) != _structure(self._tape.graph):
            return None
        if not np.array_equal(
            numbers(again.steps), numbers(self._tape.steps), equal_nan=True
        ):
            return None
        pairs = zip(again.graph.nodes, self._tape.graph.nodes, strict=True)
        return next((node for other, node in pairs if other is stand_in), None)


def explore(
    function: Callable[..., object],
    /,
    *unnamed: object,
    engine: Engine = "auto",
    direction: Direction = "LR",
    **inputs: Any,
) -> Explorer:
    """Return a widget with a control for each input of a function, and a live stepper.

    A slider that is grasped gets the numbers of all its positions at once, so that a
    drag does not wait for Python. Where that cannot be, each position is asked for on
    its own: in a picture with a closed group, with arrays so large that the numbers
    would be millions, and for a function that looks at a number that depends on the
    input (`if w.value > 0`).

    What moves is a variable; what is fixed is a constant. A function that counts with
    an input, as `for _ in range(depth)` does, is given whole numbers for it instead;
    `depth: int` in its signature says the same.

    Args:
        function: Builds a loss from its arguments and returns it.
        unnamed: Nothing; whoever forgets a name is told so.
        engine: "wasm" for Graphviz inside this process, "system" for the installed
            program `dot`, "auto" for the first that is there.
        direction: "LR" to draw from left to right, "TB" from top to bottom.
        **inputs: What each argument may be. A slider is `(low, high)`,
            `(low, high, start)`, or `range(1, 6)` for the whole numbers 1 to 5. A list,
            such as `[0.01, 0.1, 1]`, is a choice, and so is a dictionary, whose keys
            are shown and whose values are passed as they are. True or False is a
            switch. A number, an array or a node is fixed; a vector is
            `np.array([1, 2])`.

    Raises:
        InputError: An input is none of these, a range is the wrong way round, or the
            inputs are not the function's arguments.
        GraphError: The function does not return a node.

    Example:
        >>> explore(lambda x: x * x, x=(-2, 2, 1)).values
        {'x': 1.0}
        >>> def power(x, depth):
        ...     for _ in range(depth):
        ...         x = x * x
        ...     return x
        >>> explore(power, x=(-2, 2, 1), depth=(1, 5)).values
        {'x': 1.0, 'depth': 3}
    """
    if not callable(function):
        raise InputError(
            f"explore needs a function, but {function!r} was given. Write the "
            "computation as `def f(w): return w * w` and pass f."
        )
    parameters = _checked_parameters(function, unnamed, inputs)
    given = []
    for name, value in inputs.items():
        each = input_of(name, value)
        counts = name in parameters and parameters[name].annotation in (int, "int")
        given.append(each.counted() if counts else each)
    return Explorer(function, tuple(given), engine, direction)


def _checked_parameters(
    function: Callable[..., object],
    unnamed: Sequence[object],
    inputs: Mapping[str, Any],
) -> Mapping[str, inspect.Parameter]:
    """Return the function's parameters, if the inputs fit them."""
    name = getattr(function, "__name__", "the function")
    try:
        signature = inspect.signature(function)
    except ValueError:
        # Some functions written in C do not say what they take.
        signature = None
    parameters = signature.parameters if signature else {}
    if unnamed:
        free = [each for each in parameters if each not in inputs] or ["x"]
        named = ", ".join(map("{}={!r}".format, free, unnamed))
        raise InputError(
            f"{unnamed[0]!r} was given without the name of its argument. Write "
            f"explore({name}, {named})."
        )
    try:
        if signature:
            signature.bind(**inputs)
    except TypeError as problem:
        raise InputError(
            f"the inputs do not fit {name}: {problem}. Give one input for each "
            f"argument, such as explore({name}, x=1.0, w=(-3, 3))."
        ) from None
    return parameters


def _tape(output: Node, arguments: Mapping[str, Any]) -> Tape:
    """Return the recorded passes of what a function made of its arguments."""
    names = {id(node): name for name, node in arguments.items()}
    # `return squared_error(…)` leaves the output without a name; a loss is an L.
    names.setdefault(id(output), "L")
    return record_graph(Graph.of(output, names))


def _structure(graph: Graph) -> list[object]:
    """Return all of a graph but its numbers; its names are unique."""
    return [
        (graph.name(node), graph.formula(node), node.kind, node.group, node.shape)
        for node in graph.nodes
    ]


def _explained(mistake: Exception) -> str:
    """Return a learner's mistake in one or two lines, with the line it comes from."""
    if isinstance(mistake, CountingError):
        return f"{mistake} An input that counts says so: def f(depth: int)."
    if isinstance(mistake, LabError):
        return str(mistake)
    where = traceback.extract_tb(mistake.__traceback__)[-1]
    line = f" in `{where.line}`" if where.line else ""
    return f"{type(mistake).__name__}{line}: {mistake}"
