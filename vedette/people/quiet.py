"""A person's quiet hours: from when to when, on the clock of their own zone, nothing routine wakes them. Pure."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from datetime import time
from functools import cache

from vedette.formats.parts import BadInput

_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` up to `ends` by the local clock, over midnight when it ends earlier than it begins."""

    begins: time
    ends: time
    #: IANA zone whose clock is meant.
    zone: str

    def __str__(self) -> str:
        return said(self.begins, self.ends)


def parse_hours(text: str) -> tuple[time, time] | None:
    """Begin and end out of "22:00-06:00"; None when there is no text. Raises BadInput."""
    if not text.strip():
        return None
    found = _HOURS.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[3]) > 23 or int(found[2]) > 59 or int(found[4]) > 59:
        raise BadInput("quiet", f"{text.strip()[:40]!r} does not fit; give hours and minutes, such as 22:00-06:00")
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise BadInput("quiet", "begins and ends at the same minute; say when it ends, or leave it empty")
    return begins, ends


def checked_zone(zone: str) -> str:
    """A time zone's name, or nothing: then the organisation's zone is meant. Raises BadInput."""
    zone = zone.strip()
    if zone and zone not in _zones():
        raise BadInput("zone", "is not a time zone's name, such as America/Los_Angeles; leave it empty for the house's")
    return zone


def said(begins: time | None, ends: time | None) -> str:
    """As `parse_hours` reads it; nothing when there are none."""
    return "" if begins is None or ends is None else f"{begins:%H:%M}-{ends:%H:%M}"


@cache
def _zones() -> set[str]:
    return zoneinfo.available_timezones()
