"""Whether things happen more often than before: counts by period and an exact comparison of two rates. Pure.

It counts what happens to a group of people or in an area. It knows no persons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb

#: Fewer in both spans together can differ from nothing: even 0 against 5 is chance once in sixteen times.
ENOUGH = 6
#: How seldom chance alone may bring such a difference for it to be called one.
LEVEL = 0.05


class Change(StrEnum):
    """What the comparison allows to be said; the value is what people read."""

    TOO_FEW = "too few to tell"
    MORE = "more often than before"
    FEWER = "less often than before"
    NO_TELLING = "no change that could be told from chance"


@dataclass(frozen=True)
class Period:
    """A span of time, from its start up to, not including, its end, and how much fell into it."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True)
class Comparison:
    """The last span against those before it."""

    now: int
    now_length: timedelta
    before: int
    before_length: timedelta
    #: How often chance alone would bring a difference as large, if nothing had changed.
    p: float
    change: Change

    @property
    def ratio(self) -> float | None:
        """How many times as often as before; None when there was nothing before."""
        return self.now * self.before_length / (self.before * self.now_length) if self.before else None


def periods(moments: Iterable[datetime], until: datetime, length: timedelta, number: int) -> tuple[Period, ...]:
    """The last `number` periods of `length` before `until`, the earliest first, with what fell into each."""
    if number < 2 or length <= timedelta(0):
        raise ValueError("periods: there must be two or more, of some length")
    found, begin = list(moments), until - number * length
    return tuple(
        Period(start, start + length, sum(start <= moment < start + length for moment in found))
        for start in (begin + at * length for at in range(number))
    )


def compared(counted: tuple[Period, ...]) -> Comparison:
    """The last period against all before it."""
    *earlier, last = counted
    before, length = sum(period.count for period in earlier), earlier[-1].end - earlier[0].start
    p = exact_p(last.count, last.end - last.start, before, length)
    return Comparison(last.count, last.end - last.start, before, length, p, _change(last, before, length, p))


def exact_p(now: int, now_length: timedelta, before: int, before_length: timedelta) -> float:
    """Two Poisson counts compared exactly (Przyborowski and Wilenski 1940), both sides.

    If the rates are equal, then of all that happened each falls into the last span with that span's share of the time.
    """
    whole, share = now + before, now_length / (now_length + before_length)
    chances = [comb(whole, at) * share**at * (1 - share) ** (whole - at) for at in range(whole + 1)]
    return min(1.0, 2 * min(sum(chances[: now + 1]), sum(chances[now:])))


def _change(last: Period, before: int, length: timedelta, p: float) -> Change:
    if last.count + before < ENOUGH:
        return Change.TOO_FEW
    if p >= LEVEL:
        return Change.NO_TELLING
    return Change.MORE if last.count * length > before * (last.end - last.start) else Change.FEWER
