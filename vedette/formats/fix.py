"""One fix: where a device was, to within how many metres, and when; what the readers of devices' words share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vedette.formats.parts import EARLIEST, LATEST, BadInput

#: The radius of a fix that does not say how good it is: wide, so that nobody is taken to be where they may not be.
UNSAID_M = 1_000.0
#: Unix times above this are milliseconds: as seconds they would lie in the year 5138.
_MILLISECONDS_FROM = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fix:
    """Degrees (WGS 84), metres, and when the fix was made, aware."""

    lat: float
    lon: float
    accuracy_m: float
    fixed_at: datetime


def fix_of(lat: object, lon: object, accuracy: object, fixed_at: datetime, at: tuple[str, str, str]) -> Fix:
    """A fix of what a device said; `at` names the three fields. An accuracy of 0 is one that is not known.

    Raises BadInput, also on 0, 0: that is what devices say that have no fix.
    """
    north, east = _degrees(at[0], lat, 90), _degrees(at[1], lon, 180)
    if north == 0 and east == 0:
        raise BadInput(at[0], "and the longitude are both 0: the device has no fix")
    radius = UNSAID_M if accuracy is None else _number(at[2], accuracy)
    if radius < 0:
        raise BadInput(at[2], "must be a number of metres, not below 0")
    return Fix(north, east, radius or UNSAID_M, fixed_at)


def unix_moment(field: str, value: object) -> datetime:
    """A Unix time in seconds, or in milliseconds where it is that large. Raises BadInput."""
    number = _number(field, value)
    seconds = number / 1_000 if abs(number) >= _MILLISECONDS_FROM else number
    try:
        return _likely(field, _EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        raise BadInput(field, "is no time that a fix can have") from None


def iso_moment(field: str, value: object) -> datetime:
    """A time in ISO 8601; without a zone it is UTC. Raises BadInput."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise BadInput(field, "must be a time, such as 2026-01-31T12:00:00Z")
    try:
        return _likely(field, found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC))
    except OverflowError:
        raise BadInput(field, "is no time that a fix can have") from None


def _likely(field: str, moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise BadInput(field, f"must lie between {EARLIEST.year} and {LATEST.year}")
    return moment


def _degrees(field: str, value: object, most: float) -> float:
    number = _number(field, value)
    if abs(number) > most:
        raise BadInput(field, f"must be -{most:g} to {most:g} degrees")
    return number


def _number(field: str, value: object) -> float:
    """A finite number, also one that is written out. Raises BadInput."""
    try:
        # Not True, which is a number to Python; no longer text, whose reading takes time.
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or (isinstance(value, str) and len(value) > 40):
        raise BadInput(field, "must be a number")
    return number
