"""When somebody is not to be disturbed by a routine message, and until when it is held. Pure.

Restraint is never for danger to life, for what became of something a person was sent before, nor for escalations.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from vedette.people.quiet import QuietHours
from vedette.warnings.content import MessageType

#: The time over which the organisation's cap counts.
CAP_WINDOW = timedelta(hours=24)
#: No quiet is longer: less than a day by the clock, which may be put back by a day (as on a change of date line).
_LONGEST = timedelta(hours=50)
_HOUR, _SECOND = timedelta(hours=1), timedelta(seconds=1)


class Restraint(StrEnum):
    """Why a message is held."""

    QUIET_HOURS = "quiet hours"
    RATE_CAP = "as many routine messages as a day may bring"


@dataclass(frozen=True, slots=True)
class Hold:
    """A message is kept back until then, for the reason that lasts longest."""

    until: datetime
    why: Restraint


@dataclass(frozen=True, slots=True, kw_only=True)
class Peace:
    """What keeps one person from being disturbed."""

    quiet: QuietHours | None = None
    #: Routine messages a person may be sent in 24 hours; None: as many as there are.
    cap: int | None = None
    #: When they were sent other routine messages.
    sent: Sequence[datetime] = ()


def may_be_held(kind: MessageType, danger_to_life: bool, sent_before: bool) -> bool:
    """Whether restraint applies at all: to a routine alert, and to a routine update of what the person never got."""
    if danger_to_life or kind in (MessageType.CANCEL, MessageType.ALL_CLEAR):
        return False
    return kind is MessageType.ALERT or not sent_before


def held_until(now: datetime, peace: Peace, begun: bool = False) -> Hold | None:
    """Until when a message that may be held is held for this person; None: it may go.

    A message that was `begun` counts already, so the cap does not stop its follow-up; the night does.
    """
    hold: Hold | None = None
    at = now
    while True:
        if (quiet := quiet_until(at, peace.quiet)) is not None:
            hold = Hold(quiet, Restraint.QUIET_HOURS)
        elif not begun and (free := _below_cap(at, peace)) is not None:
            hold = Hold(free, Restraint.RATE_CAP)
        else:
            return hold
        at = hold.until


def quiet_until(now: datetime, quiet: QuietHours | None) -> datetime | None:
    """The first moment from `now` on at which the person's clock shows no quiet hour; None when it shows none now.

    A clock put forward past the end ends the quiet; one put back into the quiet hours begins it again.
    """
    if quiet is None or not _shows_quiet(now + _offset(quiet.zone, now), quiet):
        return None
    for begins, ends, offset in _stretches(quiet.zone, now):
        local = (begins + offset).replace(tzinfo=None)
        if not _shows_quiet(local, quiet):
            return begins
        over = datetime.combine(local.date(), quiet.ends)
        over += timedelta(days=over <= local)
        if (out := over.replace(tzinfo=UTC) - offset) < ends:
            return out
    raise AssertionError(f"quiet hours {quiet} never end")


def _shows_quiet(local: datetime, quiet: QuietHours) -> bool:
    at = local.time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= at < quiet.ends
    return at >= quiet.begins or at < quiet.ends


def _stretches(zone: str, now: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The time from `now` on, cut where the zone's clock is changed: begin, end and offset from UTC of each piece."""
    begins = now
    for changes in _changes(zone, now.replace(minute=0, second=0, microsecond=0)):
        if changes > begins:
            yield begins, changes, _offset(zone, begins)
            begins = changes
    yield begins, now + _LONGEST, _offset(zone, begins)


@lru_cache(maxsize=4096)
def _changes(zone: str, hour: datetime) -> tuple[datetime, ...]:
    """When the zone's clock is changed in the next two days, to the second."""
    found = []
    for at in (hour + _HOUR * number for number in range(_LONGEST // _HOUR)):
        before = _offset(zone, at)
        if _offset(zone, at + _HOUR) != before:
            seconds = bisect_right(range(3600), False, key=lambda past: _offset(zone, at + past * _SECOND) != before)
            found.append(at + seconds * _SECOND)
    return tuple(found)


def _offset(zone: str, at: datetime) -> timedelta:
    found = at.astimezone(ZoneInfo(zone)).utcoffset()
    return found if found is not None else timedelta(0)


def _below_cap(now: datetime, peace: Peace) -> datetime | None:
    """When one more routine message may come; None: now."""
    if peace.cap is None:
        return None
    lately = sorted(at for at in peace.sent if now - CAP_WINDOW < at <= now)
    return lately[-peace.cap] + CAP_WINDOW if len(lately) >= peace.cap else None
