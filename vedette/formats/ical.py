"""Shifts out of iCalendar (RFC 5545): repeating events in local time become intervals in UTC."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

from vedette.formats.ical_zones import BadCalendar, comes_true, own_zones

__all__ = ["BadCalendar", "ShiftInterval", "shifts_of"]

#: The largest calendar read, in bytes.
LARGEST = 4 * 1024 * 1024
#: The most shifts one call gives: a calendar that repeats every second is refused.
MOST_SHIFTS = 20_000
#: The most repeating events in one calendar, and the most times a day one of them may repeat.
MOST_REPEATING = 2_000
MOST_A_DAY = 24
#: The most days that all rules together are gone through, each from its first shift to the end of the window.
MOST_DAYS = 5_000_000
#: What finding out that a rule never comes true is counted as.
_CYCLE_DAYS = 250_000
#: The longest stretch one call looks at.
LONGEST_WINDOW = timedelta(days=400)


@dataclass(frozen=True, slots=True, order=True)
class ShiftInterval:
    """One shift, half open: from `start` up to, not including, `end`. Times are aware UTC."""

    start: datetime
    end: datetime
    uid: str
    summary: str
    location: str
    categories: tuple[str, ...] = ()
    #: E-mail addresses of those invited, and of whoever invites; in lower case.
    attendees: tuple[str, ...] = ()
    organizer: str = ""
    #: Properties of others' own, as ("X-BADGE", "p1").
    marks: tuple[tuple[str, str], ...] = ()


def shifts_of(data: bytes, start: datetime, end: datetime, zone: str = "UTC") -> list[ShiftInterval]:
    """The shifts in `data` that meet [start, end), in order; cancelled ones left out.

    `zone` is taken for times without a zone of their own. Raises BadCalendar, and ValueError on a wrong window.
    """
    if start.tzinfo is None or end.tzinfo is None or not start < end:
        raise ValueError("the window needs aware times, its start before its end")
    if end - start > LONGEST_WINDOW:
        raise ValueError(f"the window is longer than {LONGEST_WINDOW.days} days; ask for less at a time")
    if len(data) > LARGEST:
        raise BadCalendar(f"the calendar has {len(data):,} bytes; the most read is {LARGEST:,}")
    try:
        local = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{zone!r} is not a time zone such as America/Los_Angeles") from error
    found = [shift for shift in _all(data, start, end, local) if shift.start < end and shift.end > start]
    return sorted(found)


def _all(data: bytes, start: datetime, end: datetime, local: ZoneInfo) -> Iterator[ShiftInterval]:
    try:
        with own_zones(tzp):
            calendar: Any = icalendar.Calendar.from_ical(data)
            _refuse_too_frequent(calendar)
            _bound_rules(calendar, end.astimezone(UTC).date())
            # A day either way, so that times without a zone are not cut off; the caller keeps the window.
            events = recurring_ical_events.of(calendar, components=["VEVENT"]).between(
                start.astimezone(UTC) - timedelta(days=1), end.astimezone(UTC) + timedelta(days=1)
            )
    except BadCalendar:
        raise
    except Exception as error:  # The two libraries raise many kinds on bad input, none of them common.
        raise BadCalendar(
            f"the calendar cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from error
    for number, event in enumerate(events):
        if number >= MOST_SHIFTS:
            raise BadCalendar(f"the calendar holds more than {MOST_SHIFTS:,} shifts in this window")
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        begins, ends = _moment(event.start, local), _moment(event.end, local)
        if begins < ends:
            yield ShiftInterval(
                begins,
                ends,
                uid=str(event.get("UID", "")),
                summary=str(event.get("SUMMARY", "")),
                location=str(event.get("LOCATION", "")),
                categories=tuple(_categories(event)),
                attendees=tuple(filter(None, (_address(one) for one in _several(event.get("ATTENDEE", []))))),
                organizer=_address(event.get("ORGANIZER", "")),
                marks=tuple((name, str(value)) for name, value in event.items() if name.startswith("X-")),
            )


def _moment(value: date, local: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return (value if value.tzinfo else value.replace(tzinfo=local)).astimezone(UTC)


def _several(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found]


def _address(value: Any) -> str:
    """The e-mail address of a calendar user; nothing when it is told in another way."""
    scheme, _, address = str(value).strip().partition(":")
    return address.strip().lower() if scheme.lower() == "mailto" else ""


def _categories(event: Any) -> Iterator[str]:
    for group in _several(event.get("CATEGORIES", [])):
        yield from (str(name) for name in getattr(group, "cats", [group]))


def _refuse_too_frequent(calendar: Any) -> None:
    """Before anything is expanded: what could keep the machine busy for minutes is no roster."""
    repeating = 0
    for event in calendar.walk("VEVENT"):
        for rule in _several(event.get("RRULE", [])):
            name = f"event {event.get('UID', '')!s}"
            repeating += 1
            if repeating > MOST_REPEATING:
                raise BadCalendar(f"the calendar holds more than {MOST_REPEATING:,} repeating events; send it in parts")
            if {str(freq).upper() for freq in rule.get("FREQ", [])} & {"SECONDLY", "MINUTELY", "HOURLY"}:
                raise BadCalendar(f"{name}: a shift cannot repeat more often than daily by its FREQ")
            if math.prod(len(rule.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND")) > MOST_A_DAY:
                raise BadCalendar(f"{name}: more than {MOST_A_DAY} shifts a day")
            if min(rule.get("INTERVAL", [1])) < 1:
                raise BadCalendar(f"{name}: the INTERVAL of its repetition must be 1 or more")
            if event.start.year < 1970:
                raise BadCalendar(f"{name}: a repeating shift cannot begin before 1970")


def _bound_rules(calendar: Any, end: date) -> None:
    """Bound the days that rules are gone through, and take out rules that never come true: each is followed to 9999."""
    days = 0
    for event in calendar.walk("VEVENT"):
        rules = _several(event.get("RRULE", []))
        if not rules:
            continue
        begins = datetime(event.start.year, event.start.month, event.start.day, tzinfo=UTC)
        true = []
        for rule in rules:
            times = math.prod(len(rule.get(part, [0])) for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
            days += max((end - begins.date()).days, 0) * times
            if comes_true(rule, begins):
                true.append(rule)
            else:
                days += _CYCLE_DAYS
            if days > MOST_DAYS:
                raise BadCalendar(f"its repetitions go through more than {MOST_DAYS:,} days; let them begin later")
        if len(true) < len(rules):
            event.pop("RRULE")
            for rule in true:
                event.add("RRULE", rule)
