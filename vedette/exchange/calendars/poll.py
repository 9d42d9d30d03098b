"""One look at a calendar's address: asked with its entity tag, and expanded when it has changed; others rolled on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from vedette import clock
from vedette.exchange.intake.addresses import Reach
from vedette.exchange.intake.fetch import Fetched, FetchFailed, asking, fetch
from vedette.formats.ical import BadCalendar
from vedette.people.calendar_shifts import HORIZON, expand
from vedette.people.calendars import due_to_roll
from vedette.people.models import ShiftCalendar

log = logging.getLogger(__name__)

#: The longest that a calendar that cannot be had is left alone.
LONGEST_PAUSE = timedelta(hours=1)
_ACCEPT = {"Accept": "text/calendar, */*;q=0.5"}


def due_calendars(now: datetime) -> Sequence[ShiftCalendar]:
    """The calendars whose address is due, each given to one asker only, whoever else asks at the same time."""
    taken = []
    for calendar in ShiftCalendar.objects.filter(enabled=True, next_at__lte=now).exclude(url="").order_by("next_at"):
        pause = timedelta(seconds=calendar.every_s) * 2 ** min(calendar.failures, 8)
        longest = max(LONGEST_PAUSE, timedelta(seconds=calendar.every_s))
        mine = ShiftCalendar.objects.filter(pk=calendar.pk, next_at=calendar.next_at)
        if mine.update(next_at=now + min(pause, longest)):
            taken.append(calendar)
    return taken


def ask_calendar(calendar: ShiftCalendar, *, by_hand: bool = False) -> str:
    """Look at its address now; what was wrong, if anything. What was known stays when it cannot be had or read.

    It stays, too, when most of it would go and nobody asked by hand.
    """
    try:
        answer = asyncio.run(_ask(calendar))
        if answer.body is not None:
            calendar.body = answer.body
            expand(calendar, f"calendar:{calendar.pk}", may_shrink=by_hand)
            calendar.etag, calendar.modified = answer.etag, answer.modified
    except (FetchFailed, BadCalendar) as error:
        log.warning("calendar %s: %s", calendar.name, error)
        calendar.failures, calendar.remarks = calendar.failures + 1, [str(error)]
        calendar.save(update_fields=["failures", "remarks"])
        return str(error)
    calendar.failures, calendar.answered_at = 0, clock.now()
    calendar.save(update_fields=["body", "etag", "modified", "failures", "answered_at"])
    return ""


def roll_on(now: datetime) -> int:
    """Expand what is to be rolled on; how many calendars."""
    due = due_to_roll(now)
    for calendar in due:
        try:
            expand(calendar, f"calendar:{calendar.pk}")
        except BadCalendar as error:
            log.warning("calendar %s: %s", calendar.name, error)
            _leave(calendar, now, str(error))
        except (OperationalError, InterfaceError):
            # The database's trouble, not the calendar's.
            raise
        except Exception as error:
            # Strangers' bytes: one calendar's trouble, whatever it is, is not that of all that comes in.
            log.exception("calendar %s", calendar.name)
            _leave(calendar, now, f"expanding it failed ({type(error).__name__}); give it to whoever runs this")
    return len(due)


def _leave(calendar: ShiftCalendar, now: datetime, why: str) -> None:
    """What cannot be read today is not tried again before tomorrow."""
    ShiftCalendar.objects.filter(pk=calendar.pk).update(expanded_to=now + HORIZON, remarks=[why])


async def _ask(calendar: ShiftCalendar) -> Fetched:
    reach = Reach.of(calendar.url, (), signed_only=False, private=calendar.allow_private)
    async with asking(reach) as session:
        return await fetch(
            session, reach, calendar.url, etag=calendar.etag, modified=calendar.modified, headers=_ACCEPT
        )
