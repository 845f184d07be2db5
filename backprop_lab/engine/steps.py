"""The steps of a forward and a backward pass: plain records, nothing hidden.

A forward step computes one node. A backward step sends one contribution over one edge;
the first backward step, the seed, says that dL/dL = 1. Everything that is ever shown
(picture, sentence, table, quiz) reads these records.
"""

from dataclasses import dataclass
from typing import TypeAlias

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.node import Node
from backprop_lab.engine.primitives import Primitive


@dataclass(frozen=True, eq=False)
class ForwardStep:
    """One node receives its value.

    Attributes:
        node: The node that is computed.
        operands: Values of its operands; none for an input.
        value: What comes out.
    """

    node: Node
    operands: tuple[Array, ...]
    value: Array


@dataclass(frozen=True, eq=False)
class BackwardStep:
    """One contribution travels from a consumer to one of its operands.

    Attributes:
        consumer: The node that sends, or None for the seed.
        position: Which operand of the consumer receives, counted from 0.
        operand: The node that receives.
        upstream: The consumer's gradient, complete at this time.
        local: The local derivative of an elementwise operation, else None.
        contribution: What is sent, of the operand's shape.
        before: The operand's gradient so far; None if nothing has arrived, which is
            not the same as 0.
        after: The operand's gradient with this contribution.
        arrived: How many contributions have arrived, this one included.
        expected: How many will arrive in all.
        row: What was applied instead of the consumer's row of the table, in a pass
            that is wrong on purpose.
        lost: What the operand held and has forgotten; None if nothing.
        is_wrong: Whether the operand now holds what it never would in a right pass.
    """

    consumer: Node | None
    position: int
    operand: Node
    upstream: Array
    local: Array | None
    contribution: Array
    before: Array | None
    after: Array
    arrived: int
    expected: int
    row: Primitive | None = None
    lost: Array | None = None
    is_wrong: bool = False

    @classmethod
    def from_seed(cls, output: Node, seed: Array) -> "BackwardStep":
        """Return the first step, in which the output receives the seed."""
        return cls(
            consumer=None,
            position=0,
            operand=output,
            upstream=seed,
            local=None,
            contribution=seed,
            before=None,
            after=seed,
            arrived=1,
            expected=1,
        )

    @property
    def is_seed(self) -> bool:
        """Whether this step is the start of the backward pass, dL/dL = 1."""
        return self.consumer is None

    @property
    def is_complete(self) -> bool:
        """Whether the operand's gradient is final, or still a partial sum.

        What is wrong is never final.
        """
        return self.arrived == self.expected and not self.is_wrong


Step: TypeAlias = ForwardStep | BackwardStep
