"""The one comparator: right, wrong or not attempted, and why."""

from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from backprop_lab.coursework.answers import Part
from backprop_lab.coursework.checks import (
    Row,
    Verdict,
    all_close,
    close,
    compare,
    html_table,
)

shapes = arrays.array_shapes(min_dims=0, max_dims=2, max_side=3)
numbers = st.floats(-1e6, 1e6)
some = shapes.flatmap(lambda shape: arrays.arrays(np.float64, shape, elements=numbers))
TWO = np.array(2.0)
TRIPLE = {"three times": ("count again", [np.array(6.0), np.array(3.0)])}
WANTED = [TWO, np.array(1.0)]


def judged(*answers: Part) -> Row:
    return compare("dx", answers, WANTED, TRIPLE, 1e-6)


@given(some)
def test_what_is_equal_is_right_and_what_is_off_is_not(want: np.ndarray) -> None:
    scale = max(1.0, float(np.abs(want).max()))
    assert close(want, want, 0.0)
    near, far = (np.asarray(want + off * scale) for off in (0.9e-6, 1.1e-6))
    assert close(near, want, 1e-6)
    assert not close(far, want, 1e-6)
    assert compare("dx", [near], [want], {}, 1e-6).outcome == "right"
    assert compare("dx", [far], [want], {}, 1e-6).outcome == "wrong"


@given(some)
def test_no_number_is_close_to_none_of_infinity_or_another_shape(
    want: np.ndarray,
) -> None:
    others = [want[None], np.asarray(want * np.nan), np.asarray(want + np.inf)]
    for other in (None, "is text", *others):
        assert not close(other, want, 1e-6)
        assert not all_close([want, other], [want, want], 1e-6)


@pytest.mark.parametrize(
    ("answers", "outcome", "advice"),
    [
        ((TWO, np.array(1.0)), "right", ""),
        ((None, None), "not attempted", ""),
        ((TWO, None), "wrong", "is None for some inputs"),
        ((None, "is text"), "wrong", "is None for some inputs"),
        ((TWO, "is text"), "wrong", "is text"),
        ((np.array(6.0), np.array(3.0)), "wrong", "three times: count again"),
        ((np.array(6.0), np.array(1.0)), "wrong", "other numbers were expected"),
        (
            (np.array(-2.0), np.array(-1.0)),
            "wrong",
            "wrong sign: every number has the opposite sign",
        ),
        ((np.array([2.0]), np.array(1.0)), "wrong", "the shape is 1, but"),
        ((TWO, np.array(np.nan)), "wrong", "contains NaN or infinity"),
    ],
)
def test_a_row_says_what_is_wrong(
    answers: tuple[Part, ...], outcome: str, advice: str
) -> None:
    row = judged(*answers)
    assert row.outcome == outcome
    assert row.advice.startswith(advice)


def test_the_difference_is_the_largest_of_all_cases() -> None:
    assert judged(np.array(2.25), np.array(1.5)).difference == 0.5
    assert judged(np.array([2.0]), np.array(1.0)).difference is None


RIGHT, WRONG = Row("dx", "right"), Row("dy", "wrong", hint="no", mistake="sign")
NONE = Row("dz", "not attempted")


@pytest.mark.parametrize(
    ("rows", "outcome", "score"),
    [
        ((RIGHT, RIGHT), "right", 3.0),
        ((RIGHT, WRONG), "wrong", 1.5),
        ((RIGHT, NONE), "wrong", 1.5),
        ((WRONG, NONE), "wrong", 0.0),
        ((NONE, NONE), "not attempted", 0.0),
    ],
)
def test_each_part_earns_its_share(
    rows: tuple[Row, ...], outcome: str, score: float
) -> None:
    verdict = Verdict("a1-q1", rows, 3.0)
    assert (verdict.outcome, verdict.score) == (outcome, score)


def test_a_verdict_says_each_mistake_once() -> None:
    verdict = Verdict("a1-q1", (WRONG, Row("da", "wrong", mistake="sign", hint="no.")))
    assert verdict.mistakes == ("sign",)
    assert verdict.summary == "wrong: dy, da sign: no"


def test_a_table_leaves_out_what_says_nothing() -> None:
    assert str(Verdict("a1-q1", (RIGHT,), note="for x = 1")).split() == [
        *("a1-q1", "part", "result"),
        *("────", "───────"),
        *("dx", "✓", "right", "for", "x", "=", "1"),
    ]


@given(st.text(), st.lists(st.text(), min_size=2, max_size=2))
def test_a_table_shows_texts_as_they_are(caption: str, cells: list[str]) -> None:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(f"<{tag}>")

    Reader().feed(html_table(caption, cells, [cells]))
    assert seen == [
        *("<table>", "<caption>", "<thead>", "<tr>", "<th>", "<th>"),
        *("<tbody>", "<tr>", "<td>", "<td>"),
    ]
