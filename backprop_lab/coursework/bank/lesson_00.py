"""Lesson 00: one small exercise to show how exercises work."""

from backprop_lab.coursework.exercises import Exercise

EXERCISES = (
    Exercise(
        "00-first",
        "What is z = w x + b for w = 2, x = 3, b = 1?",
        answer="number",
        cases=lambda random: (2.0, 3.0, 1.0),
        reference=lambda w, x, b: w * x + b,
        parts=("z",),
        hints=(
            "Which comes first, the product or the sum?",
            "The product: w x is 6. Then b is added.",
        ),
        mistakes={
            "added before multiplying": (
                "w x + b is (w x) + b, not w (x + b).",
                lambda w, x, b: w * (x + b),
            ),
            "forgot the bias": (
                "add b = 1 at the end.",
                lambda w, x, b: w * x,
            ),
        },
    ),
)
