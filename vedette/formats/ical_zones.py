"""Time zones that a calendar defines itself (RFC 5545, 3.6.5): worked out once, within bounds, for that calendar alone.

The library would follow a zone's rules anew for every time it is asked for, however many they are, and keep the zone
for every later calendar of the process: of two that call different zones "Local", one would be told the other's time.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate, islice
from typing import Any, NamedTuple

from dateutil.rrule import rrulestr
from icalendar.timezone.tzp import TZP
from icalendar.timezone.zoneinfo import ZONEINFO

#: The most changes of the clock that one calendar may tell of, all its zones together.
MOST_CHANGES = 20_000
#: Rules of zones are followed up to this year.
LAST_YEAR = 2100
#: What following a rule is counted as, beside its changes.
_A_RULE = 100


class BadCalendar(ValueError):
    """A calendar that cannot be read; the message says why."""


class Change(NamedTuple):
    """The clocks change: when, by UTC; and how far they were and are ahead of it."""

    at: datetime
    before: timedelta
    after: timedelta


class Zone(tzinfo):
    """A time zone by its changes. A time that the clocks leave out, or have twice, is read as `zoneinfo` reads it."""

    def __init__(self, name: str, changes: Sequence[Change]) -> None:
        self._name = name
        self._at = [one.at for one in changes]
        # By the clock on the wall, at the latest and at the earliest that a change can be seen; never going back.
        self._late = list(accumulate((one.at + max(one.before, one.after) for one in changes), max))
        self._early = list(accumulate((one.at + min(one.before, one.after) for one in changes), max))
        self._offsets = [changes[0].before, *(one.after for one in changes)]

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """How far the clock on the wall is ahead of UTC at a time that it shows."""
        if moment is None:
            return self._offsets[0]
        wall = moment.replace(tzinfo=None, fold=0)
        return self._offsets[bisect_right(self._early if moment.fold else self._late, wall)]

    def fromutc(self, moment: datetime) -> datetime:
        """What the clock on the wall shows at a time of UTC."""
        known = moment.replace(tzinfo=None)
        row = bisect_right(self._at, known)
        wall = known + self._offsets[row]
        again = row > 0 and wall < self._at[row - 1] + self._offsets[row - 1]
        return wall.replace(tzinfo=self, fold=int(again))

    def dst(self, moment: datetime | None) -> timedelta:
        """Not told apart: nobody asks."""
        return timedelta(0)

    def tzname(self, moment: datetime | None) -> str:
        """The name that the calendar gives it."""
        return self._name

    def __deepcopy__(self, memo: object) -> Zone:
        """It never changes."""
        return self


@contextmanager
def own_zones(library: TZP) -> Iterator[None]:
    """While this is held the library knows the zones of one calendar, and forgets them. One calendar at a time."""
    with _TURN:
        library.use(_Provider())
        try:
            yield
        finally:
            library.use_default()


_TURN = threading.Lock()


class _Provider(ZONEINFO):
    """What the library asks for zones: IANA's as ever, a calendar's own as `Zone`."""

    def __init__(self) -> None:
        super().__init__()
        self._left = MOST_CHANGES

    def create_timezone(self, tz: Any) -> tzinfo:  # type: ignore[override]  # the stubs have an older form of it
        """The zone of a VTIMEZONE. Raises BadCalendar."""
        name = str(tz.get("TZID", ""))[:80]
        changes: list[Change] = []
        for part in tz.subcomponents:
            if part.name in ("STANDARD", "DAYLIGHT"):
                self._spend(_A_RULE * len(_several(part.get("RRULE", []))))
                for change in _changes(name, part):
                    self._spend(1)
                    changes.append(change)
        if not changes:
            raise BadCalendar(f"time zone {name!r}: it has neither a STANDARD nor a DAYLIGHT part")
        return Zone(name, sorted(changes))

    def _spend(self, changes: int) -> None:
        if changes > self._left:
            raise BadCalendar(f"its time zones change the clocks more than {MOST_CHANGES:,} times")
        self._left -= changes


def _changes(name: str, part: Any) -> Iterator[Change]:
    before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
    begins = _wall(part["DTSTART"].dt)
    walls = {begins, *_listed(part)}
    for rule in _several(part.get("RRULE", [])):
        walls |= set(_followed(name, rule, begins, before))
    for wall in walls:
        try:
            yield Change(wall - before, before, after)
        except OverflowError as error:
            raise BadCalendar(f"time zone {name!r}: {wall:%Y-%m-%d} is no time to change the clocks") from error


def _listed(part: Any) -> Iterator[datetime]:
    for listed in _several(part.get("RDATE", [])):
        for one in listed.dts:
            yield _wall(one.dt[0] if isinstance(one.dt, tuple) else one.dt)


def _followed(name: str, rule: Any, begins: datetime, before: timedelta) -> Iterator[datetime]:
    """When a rule changes the clocks, by the clock on the wall before."""
    if [str(freq).upper() for freq in rule.get("FREQ", [])] != ["YEARLY"] or _FINE & {str(key).upper() for key in rule}:
        raise BadCalendar(f"time zone {name!r}: its clocks must change by the year, at one time of day")
    if min(rule.get("INTERVAL", [1])) < 1 or not comes_true(rule, begins):
        raise BadCalendar(f"time zone {name!r}: a rule of its clocks never comes true")
    until = next(iter(_several(rule.get("UNTIL", []))), None)
    count = next(iter(_several(rule.get("COUNT", []))), None)
    found = iter(rrulestr(_endless(rule), dtstart=begins))
    for wall in islice(found, MOST_CHANGES + 1 if count is None else min(int(count), MOST_CHANGES + 1)):
        if wall.year > LAST_YEAR or (until is not None and _is_after(wall, until, before)):
            return
        yield wall


#: Parts of a rule by which the clocks would change more than once a day.
_FINE = {"BYHOUR", "BYMINUTE", "BYSECOND"}


def comes_true(rule: Any, begins: datetime) -> bool:
    """Whether a rule gives a day if nothing ends it.

    Weekdays and leap years come again after 400 years, and no date is after 9999.
    """
    late = begins.replace(year=begins.year + (9600 - begins.year) // 400 * 400)
    return next(iter(rrulestr(_endless(rule), dtstart=late)), None) is not None


def _endless(rule: Any) -> str:
    kept = {name: value for name, value in rule.items() if name not in ("COUNT", "UNTIL")}
    return str(type(rule)(kept).to_ical().decode())


def _is_after(wall: datetime, until: Any, before: timedelta) -> bool:
    if isinstance(until, datetime) and until.tzinfo is not None:
        return wall - before > until.astimezone(UTC).replace(tzinfo=None)
    return wall > (until if isinstance(until, datetime) else datetime.combine(until, time.max))


def _wall(value: date) -> datetime:
    whole = value if isinstance(value, datetime) else datetime.combine(value, time.min)
    return whole.replace(tzinfo=None)


def _several(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]
