"""Lesson 03: chains of functions, and the direction in which to multiply."""

import math

import numpy as np

from backprop_lab.coursework.exercises import Exercise

EXERCISES = (
    Exercise(
        "03-bell",
        "Write slope_of_bell(x): the derivative of L = exp(−x²) at x.",
        name="slope_of_bell",
        cases=lambda random: (float(random.uniform(0.3, 1.5)),),
        reference=lambda x: -2 * x * math.exp(-(x**2)),
        parts=("dL/dx",),
        hints=(
            "Give each step a name: u = x², v = −u, L = exp(v).",
            "The local derivatives are 2x, −1 and exp(v); exp is taken at v = −x².",
        ),
        mistakes={
            "forgot the inner derivatives": (
                "exp(−x²) is only the outermost factor; multiply by dv/du and du/dx.",
                lambda x: math.exp(-(x**2)),
            ),
            "lost the minus sign": (
                "v = −u has the local derivative −1.",
                lambda x: 2 * x * math.exp(-(x**2)),
            ),
            "took the outer derivative at x": (
                "the derivative of exp is taken at the value that went into it, −x².",
                lambda x: -2 * x * math.exp(x),
            ),
            "forgot the exponent": (
                "the derivative of x² is 2x.",
                lambda x: -x * math.exp(-(x**2)),
            ),
        },
    ),
    Exercise(
        "03-backwards",
        "Write gradients_of_chain(local): from the local derivatives of a chain, the "
        "one at the output first, all gradients of L, in the order of a backward pass.",
        name="gradients_of_chain",
        cases=lambda random: (random.uniform(0.5, 2, 4),),
        reference=lambda local: np.cumprod(local),
        parts=("gradients",),
        hints=(
            "Start with upstream = 1 and multiply by one local derivative at a time.",
            "Append upstream to a list after each multiplication; return the list.",
        ),
        mistakes={
            "multiplied from the input": (
                "these are derivatives with respect to x; start at the output, L.",
                lambda local: np.cumprod(local[::-1]),
            ),
            "returned the local derivatives": (
                "multiply each by the upstream gradient, the product so far.",
                lambda local: local,
            ),
            "added instead of multiplying": (
                "along a path rates multiply.",
                np.cumsum,
            ),
            "left out the last factor": (
                "the seed 1 is dL/dL; the list starts after the first multiplication.",
                lambda local: np.array([1.0, *np.cumprod(local)[:-1]]),
            ),
            "returned the end only": (
                "the products on the way are gradients too; return all of them.",
                lambda local: np.prod(local),
            ),
        },
    ),
    Exercise(
        "03-sweeps",
        "A graph has 50 weights and 3 outputs. How many walks yield the derivatives "
        "of every output with respect to every weight, forwards and backwards?",
        answer="number",
        cases=lambda random: (),
        reference=lambda: (50, 3),
        parts=("forward walks", "backward walks"),
        hints=(
            "What does one walk give, forwards and backwards?",
            "Forwards: one input, all outputs. Backwards: one output, all inputs.",
        ),
        mistakes={
            "swapped the directions": (
                "a forward walk starts at one weight, a backward walk at one output.",
                lambda: (3, 50),
            ),
            "one backward walk for all outputs": (
                "a backward walk starts at one output; there are three.",
                lambda: (50, 1),
            ),
            "one walk for each pair": (
                "a walk serves everything that it reaches, not one pair only.",
                lambda: (150, 150),
            ),
        },
    ),
)
