"""What a step does, in words and in formulas.

One place makes every text about a step, so that the picture, the printed table, the
screen reader and the tests can never say different things.

The numbers are read from the recorded step; only the wording is made here.
"""

from dataclasses import dataclass

import numpy as np

from backprop_lab.engine.arrays import Array
from backprop_lab.engine.graph import Graph, meaning
from backprop_lab.engine.node import Node
from backprop_lab.engine.steps import BackwardStep, ForwardStep, Step
from backprop_lab.words.formulas import ATOM, POWER, Term, number_term, render
from backprop_lab.words.numbers import inline, number, shape_text


@dataclass(frozen=True)
class Wording:
    """One step in words.

    Attributes:
        title: What happens, in a few words: "z sends to w".
        symbols: The formula in symbols.
        numbers: The same formula with the numbers put in.
        sentence: All of it as one or two full sentences.
    """

    title: str
    symbols: str
    numbers: str
    sentence: str


def gradient_name(graph: Graph, node: Node) -> str:
    """Return what a node's gradient is called, such as "∂L/∂w"."""
    return f"∂{graph.term(graph.output).within(ATOM)}/∂{graph.term(node).within(ATOM)}"


def local_formula(graph: Graph, step: BackwardStep) -> Term:
    """Return the local derivative that a step applies, in the learner's names.

    For an operation that is not elementwise it is the rule for the whole contribution,
    in which g stands for the consumer's gradient.
    """
    return _rule(graph, step, Term("g"))


def word(graph: Graph, step: Step) -> Wording:
    """Return a step in words and formulas."""
    if isinstance(step, ForwardStep):
        return _word_forward(graph, step)
    return _word_seed(graph, step) if step.is_seed else _word_backward(graph, step)


def state(step: BackwardStep) -> str:
    """Return how final the receiving gradient is, in words."""
    if step.is_complete:
        final = "complete"
    elif step.arrived > step.expected:  # As an edge is walked again.
        final = "too many"
    else:
        final = "wrong" if step.is_wrong else "partial"
    return f"{final} ({step.arrived} of {step.expected}{loss(step)})"


def loss(step: BackwardStep) -> str:
    """Return what the receiving node forgets, such as ", 6 lost"; "" if nothing."""
    return "" if step.lost is None else f", {inline(step.lost)} lost"


def _word_forward(graph: Graph, step: ForwardStep) -> Wording:
    node = step.node
    name, value = graph.name(node), inline(step.value)
    if node.operation is None:
        given = "a constant" if node.kind == "constant" else "an input"
        sentence = f"{name} is {given}: {name} = {value}.{_not_finite(step.value)}"
        return Wording(f"{name} is given", name, f"{name} = {value}", sentence)
    formula = graph.formula(node)
    # An unnamed node is called by its formula; "w·x = w·x" would say nothing.
    symbols = f"{name} = {formula}" if name != formula else formula
    chain = _chain(_with_numbers(graph, step), value)
    sentence = f"{symbols} = {chain}.{_stretched(graph, step)}{_not_finite(step.value)}"
    title = f"{name} is computed"
    if _stretches_both(step):
        title += f", stretched to {shape_text(step.value.shape)}"
    return Wording(title, symbols, f"{name} = {chain}", sentence)


def _word_seed(graph: Graph, step: BackwardStep) -> Wording:
    name = gradient_name(graph, step.operand)
    output = graph.name(step.operand)
    why = (
        f"because {output} changes exactly as much as itself"
        if step.after.size == 1 and step.after.item() == 1
        else "the seed that was given"
    )
    numbers = f"{name} = {inline(step.after)}"
    sentence = f"The backward pass starts at {output}: {numbers}, {why}."
    return Wording(f"start at {output}", name, numbers, sentence)


def _word_backward(graph: Graph, step: BackwardStep) -> Wording:
    assert step.consumer is not None
    consumer, operand = graph.name(step.consumer), graph.name(step.operand)
    upstream_name = gradient_name(graph, step.consumer)
    target = gradient_name(graph, step.operand)
    sum_so_far = "" if step.before is None else f"{inline(step.before)} + "
    sent = inline(step.contribution)
    if step.local is None:
        rule = _rule(graph, step, Term(upstream_name))
        product = rule.text
        product_numbers = sent
        told = f"{product} = {product_numbers}"
    else:
        rule = _rule(graph, step, Term("g"))
        product = f"{upstream_name} × {rule.within(POWER)}"
        product_numbers = _times(step.upstream, step.local)
        told = f"upstream × local = {_chain(product_numbers, sent)}"
    summed = _summed_over(step)
    after = inline(step.after)
    arrival = (
        f"{target} = {after}"
        if step.before is None
        else f"{target} = {sum_so_far}{_bracketed(sent)} = {after}"
    )
    sentence = (
        f"{consumer} sends {operand} its contribution: {told}{summed}. "
        f"{arrival}, {state(step)}.{_not_finite(step.after)}"
    )
    # As in code: the first contribution is taken, every further one is added.
    symbols = f"{target} {'=' if step.before is None else '+='} {product}"
    if step.before is not None:
        product_numbers = (
            product_numbers if step.local is not None else _bracketed(product_numbers)
        )
    numbers = f"{target} = {_chain(sum_so_far + product_numbers, after)}"
    return Wording(f"{consumer} sends to {operand}", symbols, numbers, sentence)


def _rule(graph: Graph, step: BackwardStep, upstream: Term) -> Term:
    assert step.consumer is not None
    row = step.row or step.consumer.operation
    assert row is not None
    names = meaning(step.consumer, graph.terms)
    names |= {
        "z": graph.term(step.consumer),
        "g": upstream,
        "k": Term(str(step.position)),
    }
    return render(row.rule(step.position), names)


def _with_numbers(graph: Graph, step: ForwardStep) -> str:
    """Return a node's formula with numbers for names, where they stay readable."""
    node = step.node
    assert node.operation is not None
    if any(value.ndim for value in step.operands):
        return ""
    terms = (number_term(float(value)) for value in step.operands)
    values = dict(zip(node.operands, terms, strict=True))
    names = meaning(node, {**graph.terms, **values})
    return render(node.operation.formula, names).text.replace("·", " × ")


def _times(upstream: Array, local: Array) -> str:
    if upstream.ndim:
        return f"{inline(upstream)} × {inline(local)}"
    return f"{number(float(upstream))} × {_bracketed(number(float(local)))}"


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


def _chain(computation: str, result: str) -> str:
    """Return "computation = result", or only one where both are the same."""
    return f"{computation} = {result}" if computation not in ("", result) else result


def _stretches_both(step: ForwardStep) -> bool:
    """Return whether broadcasting has made a table of every entry with every entry."""
    row = step.node.operation
    return (
        row is not None
        and row.elementwise
        and all(operand.shape != step.value.shape for operand in step.operands)
    )


def _stretched(graph: Graph, step: ForwardStep) -> str:
    if not _stretches_both(step):
        return ""
    operands = " and ".join(
        f"{graph.name(operand)} from {operand.shape}" for operand in step.node.operands
    )
    return (
        f" Broadcasting stretches {operands} to {step.value.shape}: every entry of "
        "one meets every entry of the other. If entry by entry is meant, give both the "
        "same shape."
    )


def _summed_over(step: BackwardStep) -> str:
    if step.local is None or step.upstream.shape == step.contribution.shape:
        return ""
    return f", summed to its shape ({shape_text(step.contribution.shape)})"


def _not_finite(value: Array) -> str:
    return "" if np.isfinite(value).all() else " This is not finite."
