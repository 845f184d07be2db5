"""What a learner hands in, as plain arrays, and back from text."""

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import backprop_lab as bp
from backprop_lab.coursework.answers import (
    ask,
    from_json,
    reply_from_json,
    split,
    to_json,
)

numbers = st.floats(allow_nan=True, allow_infinity=True)
arrays = st.lists(numbers, min_size=1, max_size=6).map(np.array)


@given(arrays, st.booleans())
def test_a_reply_comes_back_from_text_to_the_last_digit(array, changed):
    reply = reply_from_json(to_json(((array, "is text", None), changed)), 3)
    np.testing.assert_array_equal(reply.parts[0], array)
    assert reply.parts[1:] == ("is text", None)
    assert reply.changed_inputs is changed


@given(arrays, numbers)
def test_the_inputs_of_a_case_come_back_from_text(array, number):
    first, second, third = from_json(to_json((array.reshape(-1, 1), number, 3)))
    np.testing.assert_array_equal(first, array.reshape(-1, 1))
    np.testing.assert_array_equal(second, number)
    assert third == 3
    assert isinstance(third, int)


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | numbers | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["shape", "numbers"]), inner)
        ),
    ).map(json.dumps)
)
@example('[[{"shape": [Infinity], "numbers": []}], false]')
@example('[[{"shape": [2], "numbers": [[1, 2], [3]]}], false]')
@example('[["said", "too much"], false]')
def test_text_from_anybody_is_a_reply_or_a_value_error(text):
    try:
        reply = reply_from_json(text, 1)
    except ValueError:
        return
    assert len(reply.parts) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "is True, not a number"),
        ("3", "is text"),
        (abs, "is a function"),
        (object(), "is of type object"),
        (1j, "is of type complex"),
        ([1, [2, 3]], "rows differ in length"),
        ([], "empty"),
        ([None], "not a number"),
        (np.zeros(10_001), "10001 numbers"),
    ],
)
def test_what_is_no_array_of_numbers_is_explained(value, said):
    (part,) = split(value, 1)
    assert isinstance(part, str)
    assert said in part


@pytest.mark.parametrize(
    "value", [2, 2.0, np.float32(2), np.array(2), np.array([2.0])[0], bp.variable(2.0)]
)
def test_harmless_kinds_of_number_are_taken(value):
    (part,) = split(value, 1)
    assert part.shape == ()
    assert part == 2


def test_a_function_gets_a_copy_and_is_told_on_if_it_writes_into_it():
    array = np.ones(2)

    def spoils(values):
        values *= 5
        return values.sum()

    reply = ask(spoils, (array,), 1)
    assert reply.changed_inputs
    assert reply.parts[0] == 10
    assert array.tolist() == [1, 1]
    assert not ask(lambda values: values.sum(), (array,), 1).changed_inputs


def test_a_function_that_leaves_python_has_raised_something():
    def leave(x):
        raise SystemExit

    assert ask(leave, (1.0,), 1).parts[0].startswith("raised SystemExit")


@pytest.mark.parametrize("stranger", [[1.0], object(), "text"])
def test_whatever_is_put_into_an_input_has_changed_it(stranger):
    def put(entries):
        entries.append(stranger)
        return 1.0

    assert ask(put, ([1.0, 2.0],), 1).changed_inputs
    assert not ask(lambda text: 1.0, ("abc",), 1).changed_inputs
