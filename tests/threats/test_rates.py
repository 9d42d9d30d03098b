"""Whether things happen more often than before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.threats.rates import ENOUGH, LEVEL, Change, Period, compared, exact_p, periods

NOW = datetime(2025, 12, 4, tzinfo=UTC)
WEEK = timedelta(days=7)
COUNTS = st.integers(0, 40)


def counted(*counts: int) -> tuple[Period, ...]:
    return tuple(Period(NOW + at * WEEK, NOW + (at + 1) * WEEK, count) for at, count in enumerate(counts))


@pytest.mark.parametrize(
    ("now", "before", "expected"), [(1, 5, 14 / 64), (0, 6, 2 / 64), (6, 0, 2 / 64), (0, 5, 2 / 32), (3, 3, 1.0)]
)
def test_two_counts_over_equal_spans_are_compared_as_by_hand(now: int, before: int, expected: float) -> None:
    assert exact_p(now, WEEK, before, WEEK) == pytest.approx(expected)


def test_spans_of_different_length_are_given_their_share() -> None:
    """Three in one week and none in the three before: all three in a quarter of the time, both sides."""
    assert exact_p(3, WEEK, 0, 3 * WEEK) == pytest.approx(2 * 0.25**3)


@given(COUNTS, COUNTS, st.integers(1, 9), st.integers(1, 9))
def test_it_is_the_same_whichever_span_is_asked_about_first(now: int, before: int, one: int, other: int) -> None:
    p = exact_p(now, one * WEEK, before, other * WEEK)
    assert 0 < p <= 1
    assert p == pytest.approx(exact_p(before, other * WEEK, now, one * WEEK))


@given(st.lists(st.integers(-300, 30), max_size=60), st.integers(2, 12))
def test_each_moment_is_in_one_period_or_outside_of_all(days: list[int], number: int) -> None:
    moments = [NOW + timedelta(days=day) for day in days]
    found = periods(moments, NOW, WEEK, number)
    assert (len(found), found[-1].end) == (number, NOW)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert sum(period.count for period in found) == sum(NOW - number * WEEK <= moment < NOW for moment in moments)


@given(st.lists(COUNTS, min_size=2, max_size=8))
def test_a_change_is_called_one_only_when_chance_seldom_brings_it(counts: list[int]) -> None:
    found = compared(counted(*counts))
    if found.change in (Change.MORE, Change.FEWER):
        assert found.p < LEVEL and sum(counts) >= ENOUGH
        assert (found.change is Change.MORE) == (found.now > found.before / (len(counts) - 1))
    assert (found.change is Change.TOO_FEW) == (sum(counts) < ENOUGH)


def test_more_less_and_neither() -> None:
    assert compared(counted(1, 1, 1, 1, 7)).change is Change.MORE
    assert compared(counted(9, 9, 9, 9, 1)).change is Change.FEWER
    assert compared(counted(2, 3, 2, 3, 3)).change is Change.NO_TELLING
    assert compared(counted(0, 0, 0, 0, 5)).change is Change.TOO_FEW
    assert compared(counted(0, 0, 6)).ratio is None
    assert compared(counted(1, 3, 4)).ratio == pytest.approx(2.0)


@pytest.mark.parametrize(("length", "number"), [(WEEK, 1), (timedelta(0), 4)])
def test_there_must_be_something_to_compare(length: timedelta, number: int) -> None:
    with pytest.raises(ValueError, match="periods"):
        periods([], NOW, length, number)
