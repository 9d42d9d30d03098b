"""Days, months and stretches of local time, as readings of what a text names. Values only; no text is parsed here.

Local wall-clock times are naive on purpose: the zone is put on once, in `times.py`.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
MIDNIGHT = time(0)
#: A bare day or month this many days back is not what a text that looks ahead means.
FAR = 60


@dataclass(frozen=True, slots=True)
class Anchor:
    """What relative expressions count from, and which way a bare weekday or month leans."""

    #: The publication day; None where it is not known, so that nothing relative resolves.
    day: date | None
    #: The publication instant as local time, where the hour is known.
    instant: datetime | None
    #: True ahead, False back, None either.
    ahead: bool | None
    #: The last full date named before in the text, for "a month before".
    named: date | None = None
    #: The day named just before, which a clock time without a day belongs to.
    here: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One reading: its TIMEX3 value and [begin, until) in local time."""

    value: str
    begin: datetime | None
    until: datetime | None
    #: Minutes west to east, where the text itself names the zone.
    offset_minutes: int | None = None
    #: A clock time that names no day: what begins after it ends with the day.
    today: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A parsed point: where it ends in the text, its readings (likeliest first), and what it was made of."""

    end: int
    readings: tuple[Stretch, ...]
    has_day: bool = True
    has_clock: bool = False
    vague: bool = False


def months_later(moment: date, months: int) -> date:
    """The same day some months on (or back), the month's last day where it is shorter."""
    index = moment.year * 12 + moment.month - 1 + months
    year, month = min(max(divmod(index, 12)[0], 1), 9998), index % 12 + 1
    return date(year, month, min(moment.day, calendar.monthrange(year, month)[1]))


def day_stretch(when: date) -> Stretch:
    """The whole of one local day."""
    return Stretch(when.isoformat(), start_of(when), start_of(when) + DAY)


def month_stretch(year: int, month: int) -> Stretch:
    """The whole of one month."""
    begin = date(year, month, 1)
    return Stretch(f"{year}-{month:02}", start_of(begin), start_of(months_later(begin, 1)))


def start_of(when: date) -> datetime:
    """The day's first moment."""
    return datetime.combine(when, MIDNIGHT)


def lean(days: list[date | None], anchor: Anchor, coarse: bool = False) -> list[date]:
    """The nearest of the days and the nearest on the other side of the anchor, likeliest first.

    A day without a year is the nearest, even a month ahead of words that look back; `coarse`: no month is.
    """
    here = anchor.day
    assert here is not None
    known = sorted((found for found in days if found is not None), key=lambda found: abs(found - here))
    if not known:
        return []
    nearest = known[0]
    other = next((found for found in known if (found > here) != (nearest > here)), None)
    same_month = (nearest.year, nearest.month) == (here.year, here.month)
    late = nearest > here + (0 if coarse else FAR) * DAY
    early = nearest < here - FAR * DAY
    if other is not None and not same_month and ((anchor.ahead is False and late) or (anchor.ahead and early)):
        return [other, nearest]
    both = other is not None and abs(other - here) < 3 * abs(nearest - here)
    return [nearest, other] if both and other is not None else [nearest]


def at_time(reading: Stretch, when: time, offset: int | None) -> Stretch:
    """The clock time on the reading's day."""
    if reading.begin is None:
        return reading
    begin = datetime.combine(reading.begin.date(), when)
    return Stretch(
        f"{begin:%Y-%m-%dT%H:%M}" + ("Z" if offset == 0 else ""), begin, begin + timedelta(minutes=1), offset
    )


def part_of(reading: Stretch, code: str, first: int, last: int) -> Stretch:
    """The part of the reading's day: its TIMEX3 code and hours."""
    if reading.begin is None:
        return reading
    base = start_of(reading.begin.date())
    return Stretch(f"{base:%Y-%m-%d}{code}", base + timedelta(hours=first), base + timedelta(hours=last))


def date_or_none(year: int, month: int, number: int) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def time_or_none(hour: int, minute: int) -> time | None:
    """The time of day, or None where no clock shows it."""
    return time(hour, minute) if hour < 24 and minute < 60 else None
