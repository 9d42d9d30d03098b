"""Shifts: who of very many is on at any moment of a window, beside the same comparison as one expression of numpy."""

from __future__ import annotations

import numpy as np

from vedette.bench.result import Result, seconds
from vedette.people.overlap import meeting

#: Shifts for each person that a run is asked for, and the most there are.
EACH, MOST = 100, 20_000_000
_HOUR = 3_600_000_000


def overlap(people: int) -> Result:
    """Shifts of eight hours over ninety days, and a window of twelve hours: the rows of those who are on."""
    n = min(people * EACH, MOST)
    starts = np.random.default_rng(1).integers(0, 90 * 24 * _HOUR, n)
    ends = starts + 8 * _HOUR
    since, until = 45 * 24 * _HOUR, (45 * 24 + 12) * _HOUR

    def ours() -> object:
        return np.flatnonzero(meeting(starts, ends, since, until))

    def bare() -> object:
        return np.flatnonzero((starts < until) & (ends > since))

    took = seconds(ours)
    return Result(
        name="audience.shifts",
        n=n,
        value=n / took,
        unit="shifts/s",
        limit=n / seconds(bare),
        limit_is="the same comparison as one expression of numpy",
        note=f"{took:.4f} s to tell who is on in a window",
    )
