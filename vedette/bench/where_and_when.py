"""Whether a place or a time that was read is the one that a label means; `labelled/README.md` tells the forms."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vedette.reading.calendar import months_later
from vedette.reading.records import Candidate

#: A place this near is the one meant: gazetteers put a town's point here or there.
NEAR_KM = 50.0
_LONGEST_PART = timedelta(hours=30)
_LONGEST_ABOUT = timedelta(days=45)


def place_is_right(label: str, candidate: Candidate) -> bool:
    """Whether the candidate is the place of a label such as `US 39.76 -84.19`, `US state` or `own Sector North`."""
    country, _, rest = label.partition(" ")
    if country == "own":
        return candidate.name == rest and candidate.score == 1.0
    if candidate.country != country:
        return False
    if rest in ("country", "state"):
        return candidate.kind == rest
    lat, lon = (float(part) for part in rest.split())
    return kilometres(lat, lon, candidate.lat, candidate.lon) <= NEAR_KM


def kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance; degrees WGS 84 on a sphere."""
    here, there = math.radians(lat), math.radians(other_lat)
    turn = math.radians(other_lon - lon)
    half = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(turn / 2) ** 2
    return 2 * 6_371 * math.asin(math.sqrt(half))


def time_is_right(label: str, begin: datetime | None, until: datetime | None, zone: str) -> bool:
    """Whether [begin, until) is the time of the label."""
    first, _, last = label.partition(" ")
    if last:
        # Each end is asked by itself.
        return _end_is_right(first, begin, zone) and _end_is_right(last, until, zone)
    if begin is None or until is None:
        return False
    if first.startswith("@"):
        low, high = _stretch(first[1:], zone)
        return begin < high and low < until and until - begin <= _LONGEST_ABOUT
    if first.endswith("~"):
        low, high = _stretch(first[:-1], zone)
        return low <= begin < high and until - begin <= _LONGEST_PART
    low, high = _stretch(first, zone)
    return begin == low and (until == high or "T" in first)


def _end_is_right(label: str, end: datetime | None, zone: str) -> bool:
    if label == "-":
        return True
    if end is None:
        return False
    low, high = _stretch(label.lstrip("@"), zone)
    # An hour within the day, where the words leave the hour open.
    return low <= end <= high if label.startswith("@") else end == low


def _stretch(written: str, zone: str) -> tuple[datetime, datetime]:
    """A year, month, day or minute as its own stretch."""
    local = ZoneInfo(zone)
    if len(written) == len("2026"):
        year = int(written)
        return datetime(year, 1, 1, tzinfo=local), datetime(year + 1, 1, 1, tzinfo=local)
    if len(written) == len("2026-03"):
        first = datetime.strptime(written, "%Y-%m").replace(tzinfo=local)
        after = months_later(first.date(), 1)
        return first, datetime(after.year, after.month, 1, tzinfo=local)
    begin = datetime.fromisoformat(written).replace(tzinfo=local)
    return begin, begin + (timedelta(minutes=1) if "T" in written else timedelta(days=1))
