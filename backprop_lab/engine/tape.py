"""The tape: a forward and a backward pass, recorded step by step.

In comes the output of a computation; out comes an immutable record of every step:
each node's value, the seed, and one contribution for each use of a node. The gradient
of a node is the sum over its consumers of upstream gradient times local derivative, and
a node passes its gradient on only after every consumer has paid in.

    >>> from backprop_lab.engine.node import variable
    >>> x = variable(3.0, "x")
    >>> L = x * x
    >>> tape = record(L)
    >>> tape.gradient(x)
    array(6.)

The tape of a gradient is not a graph again: second derivatives are out of scope.

In PyTorch `record` is `L.backward()`, except that gradients are stored on the tensors,
where a second call adds to them; here a tape is a result, and a second one is equal.
In JAX it is `jax.vjp`. *Adjoint* is another word for gradient, *Wengert list* for tape.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from backprop_lab.engine import table
from backprop_lab.engine.arrays import Array, as_array, frozen
from backprop_lab.engine.graph import Graph
from backprop_lab.engine.habits import unknown_name
from backprop_lab.engine.mistakes import (
    Mistake,
    mistake_named,
    refuse_unseen,
    wrong_walk,
)
from backprop_lab.engine.node import Node
from backprop_lab.engine.sentences import state, word
from backprop_lab.engine.steps import BackwardStep, ForwardStep, Step
from backprop_lab.engine.walking import Walk, youngest_first
from backprop_lab.engine.written import as_python, describe, written
from backprop_lab.errors import GraphError, InputError, ShapeError
from backprop_lab.words.columns import in_columns

_MOST_ROWS = 200  # That print(tape) shows; the words of 100,000 take minutes.


@dataclass(frozen=True, eq=False)
class Tape:
    """A recorded forward and backward pass; made by `record`.

    Attributes:
        graph: The graph that was walked.
        forward: One step per node, operands before consumers.
        backward: The seed, then one step per edge to a node that has a gradient.
        gradients: The final gradient of every node that has one.
        mistake: What a pass that is wrong on purpose does wrong; "" for a right one.
    """

    graph: Graph
    forward: tuple[ForwardStep, ...]
    backward: tuple[BackwardStep, ...]
    gradients: Mapping[Node, Array]
    mistake: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in the order they are taken."""
        return self.forward + self.backward

    def gradient(self, node: Node) -> Array:
        """Return the gradient of the output with respect to a node.

        Args:
            node: A variable, or any node that depends on one.

        Returns:
            A float64 array of the node's shape.

        Raises:
            GraphError: The node is not in this graph, or is a constant.
        """
        name = self.graph.name(node)
        if node not in self.gradients:
            x = as_python(name, "x")
            raise GraphError(
                f"{name} is constant, so it has no gradient: gradients are taken with "
                f'respect to variables. Make it one: {x} = variable(…, "{x}").'
            )
        _warn_of_steps(node)
        return self.gradients[node]

    def __getitem__(self, key: object) -> NoReturn:
        raise GraphError(
            f"{self!r} has no entries. A gradient is tape.gradient(x), with the node "
            "itself; a step is tape.steps[0]."
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"'Tape' object has no attribute {name!r}")
        advice = "Ask tape.gradient(x), with the node itself."
        raise unknown_name("a tape", name, advice)

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {field.name: getattr(self, field.name) for field in fields(self)}
        return _unpickled, ({**kept, "gradients": dict(self.gradients)},)

    def __str__(self) -> str:
        """Return the steps as a table; of a long tape its beginning and its end."""
        return self.as_text()

    def as_text(self, most: int | None = _MOST_ROWS) -> str:
        """Return the steps as a table, a line for each.

        Args:
            most: How many lines to write at most; of a longer tape, half of them are
                its first steps and half its last. None writes all.

        Example:
            >>> from backprop_lab.engine.node import variable
            >>> x = variable(3.0, "x")
            >>> print(record(x * x).as_text(2).splitlines()[3])
            …     3 more steps: print(tape.as_text(None))
        """
        numbered = list(enumerate(self.steps, start=1))
        left = 0 if most is None else max(0, len(numbered) - most)
        head = (len(numbered) - left + 1) // 2 if left else len(numbered)
        rows = [("step", "what happens", "formula", "with numbers", "state")]
        rows += [self._row(index, step) for index, step in numbered[:head]]
        # The line between the passes stands where the first step backward is shown.
        rules = {1, 1 + len(self.forward)} if len(self.forward) <= head else {1}
        if left:
            rest = f"{left:,} more steps: print(tape.as_text(None))"
            rows.append(("…", rest, "", "", ""))
            if len(self.forward) >= head + left:
                rules.add(2 + len(self.forward) - left)
            rows += [self._row(index, step) for index, step in numbered[head + left :]]
        return in_columns(rows, rules=rules)

    def _row(self, index: int, step: Step) -> tuple[str, str, str, str, str]:
        words = word(self.graph, step)
        if isinstance(step, BackwardStep):
            status = state(step)
        else:
            status = "constant" if step.node.is_constant else ""
        return str(index), words.title, words.symbols, words.numbers, status

    def __repr__(self) -> str:
        return (
            f"Tape of {self.graph.name(self.graph.output)}"
            f"{self.mistake and f' ({self.mistake})'}: "
            f"{len(self.forward)} forward and {len(self.backward)} backward steps"
        )

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


def record(
    output: Node, seed: npt.ArrayLike | None = None, *, mistake: str = ""
) -> Tape:
    """Return the recorded forward and backward pass of an output.

    Args:
        output: The node to differentiate, usually a loss L: a single number.
        seed: The gradient to start from, of the output's shape; 1 if None.
        mistake: What the backward pass does wrong, wherever there is occasion: a name
            in the table of mistakes, such as "overwrite"; "" for a right pass.

    Raises:
        GraphError: `output` is not a node.
        InputError: The seed is a node or text: gradients are asked of the tape. Or
            there is no such mistake, or it does not show on this graph.
        ShapeError: `output` is an array and there is no seed of its shape.

    Example:
        >>> from backprop_lab.engine.node import variable
        >>> a, b = variable(2.0, "a"), variable(1.0, "b")
        >>> tape = record((a + b) * (b + 1))
        >>> float(tape.gradient(a)), float(tape.gradient(b))
        (2.0, 5.0)

        What is wrong with `=` where `+=` is meant?

        >>> x = variable(3.0, "x")
        >>> record(x * x, mistake="overwrite").gradient(x)
        array(3.)
    """
    graph = Graph.of(output)
    if not mistake:
        return record_graph(graph, seed)
    row = mistake_named(mistake)
    tape = record_graph(graph, seed, row)
    refuse_unseen(graph, row, tape.backward)
    return tape


def record_graph(
    graph: Graph, seed: npt.ArrayLike | None = None, mistake: Mistake | None = None
) -> Tape:
    """Return the recorded forward and backward pass over a graph.

    Args:
        graph: The graph to walk.
        seed: The gradient to start from, of the output's shape; 1 if None.
        mistake: What the backward pass does wrong, even where it does not show.

    Raises:
        InputError: The wrong pass would take too many steps.
        ShapeError: The output is an array and there is no seed of its shape.
    """
    forward = tuple(
        ForwardStep(node, tuple(operand.value for operand in node.operands), node.value)
        for node in graph.nodes
    )
    start = seed_gradient(graph, seed)
    if graph.output.is_constant:
        return Tape(graph, forward, (), MappingProxyType({}))
    # Infinity and NaN are results to look at, not reasons to warn.
    with np.errstate(all="ignore"):
        walk = wrong_walk(graph, start, mistake) if mistake else Walk(graph, start)
        if not mistake:
            youngest_first(walk)
    gradients = MappingProxyType(walk.gradients)
    name = mistake.name if mistake else ""
    return Tape(graph, forward, tuple(walk.steps), gradients, name)


def as_tape(output: Node | Tape) -> Tape:
    """Return a tape as it is, and the recorded passes of a node.

    Raises:
        GraphError: `output` is neither.
        ShapeError: The node is an array, which needs a tape with a seed.
    """
    if isinstance(output, Tape):
        return output
    return record_graph(Graph.of(output))


def _unpickled(kept: dict[str, Any]) -> Tape:
    return Tape(**{**kept, "gradients": MappingProxyType(kept["gradients"])})


def _asks_for_nodes(seed: object) -> bool:
    parts = seed if isinstance(seed, list | tuple) else (seed,)
    return any(isinstance(part, Node | str) for part in parts)


def _warn_of_steps(node: Node) -> None:
    """Warn if a node seems to be a parameter after some steps of training."""
    before = _before_step(node)
    if before is None or before.name != node.name or _before_step(before) is None:
        return
    x = written(node)
    warnings.warn(
        f"{describe(node)} was computed from another node and numbers, and that node "
        "likewise. If these are steps of training, the graph holds them all and grows "
        "with each one, for a step is no part of the function. Make a new variable of "
        f"numbers: {x} = variable({x}.value - 0.1 * tape.gradient({x})).",
        stacklevel=3,
    )


def _before_step(node: Node) -> Node | None:
    """Return what a node was before a constant was added or subtracted."""
    if node.operation not in (table.ADD, table.SUBTRACT):
        return None
    before, step = node.operands
    return before if step.is_constant and not before.is_constant else None


def seed_gradient(graph: Graph, seed: npt.ArrayLike | None) -> Array:
    """Return the gradient that a backward pass over a graph starts from.

    Raises:
        ShapeError: The output is an array and there is no seed of its shape.
    """
    output = graph.output
    if seed is None:
        if output.value.size > 1:
            name, x = _called(graph)
            raise ShapeError(
                f"{name} has shape {output.shape}, but a gradient is that of a single "
                f"number. Reduce it first, L = total({x}) or L = mean({x}), or give a "
                f"seed of its shape: record({x}, seed=…)."
            )
        return frozen(np.ones(output.shape))
    if _asks_for_nodes(seed):
        _, x = _called(graph)
        raise InputError(
            f"{seed!r} cannot be the seed, which is the gradient to start from. One "
            f"tape holds the gradients of everything: tape = record({x}), then "
            "tape.gradient(x) for each x."
        )
    start = as_array(seed, "seed")
    if start.shape != output.shape:
        name, _ = _called(graph)
        raise ShapeError(
            f"the seed has shape {start.shape}, but {name} has shape {output.shape}. "
            "The seed is the gradient with respect to the output and has its shape."
        )
    return start


def _called(graph: Graph) -> tuple[str, str]:
    """Return the output's name, and how it is written in advice."""
    name = graph.name(graph.output)
    return name, as_python(name, "…")
