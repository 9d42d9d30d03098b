"""Who is on at any moment of a window, held against going through everybody one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vedette.people.overlap import meeting


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 30))), st.integers(-60, 60), st.integers(1, 40))
def test_an_interval_meets_a_window_when_they_share_a_moment(
    shifts: list[tuple[int, int]], since: int, length: int
) -> None:
    starts = np.array([start for start, _ in shifts], np.int64)
    ends = starts + np.array([lasts for _, lasts in shifts], np.int64)
    window = set(range(since, since + length))
    expected = [bool(window & set(range(start, start + lasts))) for start, lasts in shifts]
    assert meeting(starts, ends, since, since + length).tolist() == expected


def test_more_than_one_block_is_answered_row_by_row() -> None:
    starts = np.arange(100_000)
    assert np.flatnonzero(meeting(starts, starts + 2, 70_000, 70_001)).tolist() == [69_999, 70_000]
