"""Lesson 01: nodes and edges, local derivatives, central differences."""

import backprop_lab as bp
from backprop_lab.coursework.exercises import Case, Exercise


def _counts() -> Case:
    """Return how many nodes and edges L = (a + b)(b + c) has."""
    a, b, c = (bp.variable(1.0, name) for name in "abc")
    graph = bp.Graph.of((a + b) * (b + c))
    return len(graph.nodes), len(graph.edges)


EXERCISES = (
    Exercise(
        "01-count",
        "How many nodes and how many edges has the graph of L = (a + b)(b + c)?",
        answer="number",
        cases=lambda random: (),
        reference=_counts,
        parts=("nodes", "edges"),
        hints=(
            "Write down the inputs first, then one node for each operation.",
            "Every operation here has two operands, so two edges end at each of them.",
        ),
        mistakes={
            "counted the operations only": (
                "the inputs a, b and c are nodes too, and edges start at them.",
                lambda: (3, 2),
            ),
            "drew b twice": (
                "b is one value, so it is one node, however often it is used.",
                lambda: (7, 6),
            ),
            "one edge for a value used twice": (
                "each use is an edge of its own: b has two consumers.",
                lambda: (6, 5),
            ),
            "counted numbers instead of uses": (
                "an edge is one use of one node by one operation.",
                lambda: (6, 3),
            ),
        },
    ),
    Exercise(
        "01-local",
        "Write local_derivatives(q, w): the local derivatives of z = q / w on the edge "
        "from q and on the edge from w.",
        name="local_derivatives",
        cases=lambda random: tuple(random.uniform(1.2, 3, 2).tolist()),
        reference=lambda q, w: (1 / w, -q / w**2),
        parts=("dz/dq", "dz/dw"),
        hints=(
            "For dz/dq hold w fixed: then z is q times the number 1/w.",
            "For dz/dw hold q fixed and write z = q · w to the power −1.",
        ),
        mistakes={
            "wrong sign": (
                "a larger w makes z smaller, so dz/dw is negative.",
                lambda q, w: (1 / w, q / w**2),
            ),
            "treated the quotient as a product": (
                "this is for q w; here z = q / w.",
                lambda q, w: (w, q),
            ),
            "swapped the two": (
                "the first is on the edge from q, the second on the edge from w.",
                lambda q, w: (-q / w**2, 1 / w),
            ),
            "forgot the square": (
                "the derivative of 1/w is −1/w².",
                lambda q, w: (1 / w, -q / w),
            ),
        },
    ),
    Exercise(
        "01-central",
        "Write slope(x, h): the central difference of f(x) = x³ at x, with nudges of "
        "size h.",
        name="slope",
        cases=lambda random: (
            float(random.uniform(-2, 2)),
            float(random.uniform(0.2, 0.6)),
        ),
        reference=lambda x, h: ((x + h) ** 3 - (x - h) ** 3) / (2 * h),
        parts=("slope",),
        hints=(
            "Nudge up by h and down by h; subtract the two values of f.",
            "From x − h to x + h the input has moved by 2 h.",
        ),
        mistakes={
            "one-sided difference": (
                "nudge to both sides: f(x + h) − f(x − h).",
                lambda x, h: ((x + h) ** 3 - x**3) / h,
            ),
            "divided by h": (
                "the two points are 2 h apart.",
                lambda x, h: ((x + h) ** 3 - (x - h) ** 3) / h,
            ),
            "forgot to divide": (
                "a rate is the change of f divided by the change of x.",
                lambda x, h: (x + h) ** 3 - (x - h) ** 3,
            ),
            "gave the exact derivative": (
                "3 x² is what the central difference comes close to as h shrinks.",
                lambda x, h: 3 * x**2,
            ),
            "brackets missing around 2 h": (
                "a / 2 * h is (a / 2) · h; write a / (2 * h).",
                lambda x, h: ((x + h) ** 3 - (x - h) ** 3) / 2 * h,
            ),
        },
    ),
)
