"""A form's dates and times, which name no offset: as they are shown in the organisation's zone, and read back. Pure.

In autumn an hour comes twice and both read alike; in spring one does not come at all.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from vedette.formats.parts import EARLIEST, LATEST


class NoSuchTime(ValueError):
    """What was written is no time here; the message says why."""


def shown_time(at: datetime, zone: tzinfo) -> str:
    """A moment as a form shows it, in `zone`."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def read_time(text: str, zone: tzinfo, *, ends: bool = False, stored: datetime | None = None) -> datetime:
    """The moment that a form means in `zone`. Raises NoSuchTime.

    What is shown of `stored` means just that, to the second, until somebody changes it. A new time in the hour that
    comes twice is the later one where something `ends` then, else the earlier: a warning holds rather too long.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NoSuchTime(f"{text!r} is not a date and time, as 2026-01-01T22:00 is") from None
    if not EARLIEST.year <= found.year < LATEST.year:  # Zones overflow near the calendar's ends.
        raise NoSuchTime(f"must lie between {EARLIEST.year} and {LATEST.year}")
    if found.tzinfo is not None:
        return found
    if stored is not None and text == shown_time(stored, zone):
        return stored
    at = found.replace(tzinfo=zone, fold=int(ends))
    if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
        raise NoSuchTime(f"there is no {found:%H:%M} on {found:%Y-%m-%d}: the clocks go forward over it; give another")
    return at
