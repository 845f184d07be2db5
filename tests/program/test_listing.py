"""A graph as lines: one for each operation and one for each contribution."""

import numpy as np
import pytest
from hypothesis import given

import backprop_lab as bp
from backprop_lab.program.dialect import ARRAYS, FLOATS
from backprop_lab.program.listing import LARGEST_WRITTEN, write
from tests import graphs


def listing_of(output, dialect=ARRAYS):
    return write(bp.Graph.of(output), np.ones(output.shape), dialect)


@given(graphs.losses())
def test_there_is_a_line_for_each_operation_and_each_backward_step(output):
    listing, tape = listing_of(output), bp.record(output)
    operations = [node for node in tape.graph.nodes if node.operation]
    assert list(listing.forward) == operations
    assert len(listing.backward) == len(tape.backward)


def test_the_first_contribution_is_stored_and_the_next_are_added():
    x = bp.variable(3.0, "x")
    lines = list(listing_of(x * x * x, FLOATS).backward.values())
    to_x = [line for line in lines if line.split(" ")[0].endswith("_dx")]
    assert [" += " in line for line in to_x] == [False, True, True]


def test_variables_come_before_constants_as_arguments():
    x, w = bp.constant(1.0, "x"), bp.variable(2.0, "w")
    assert list(listing_of(x * w, FLOATS).arguments) == ["w", "x"]


@pytest.mark.parametrize("size", [LARGEST_WRITTEN, LARGEST_WRITTEN + 1])
def test_a_large_array_is_passed_in(size):
    w = bp.variable(np.arange(float(size)), "w")
    listing = listing_of(bp.total(w))
    assert bool(listing.arrays) == (size > LARGEST_WRITTEN)
