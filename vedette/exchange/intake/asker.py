"""Looks at the feeds, calendars and directories that are due, a few at a time, until told to stop.

A mailbox whose server tells of new mail by itself is due as soon as it does (`idle`).
"""

from __future__ import annotations

import logging
import os
import select
import signal
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import FrameType

from django.db import DatabaseError, close_old_connections, connection

from vedette import clock
from vedette.exchange.calendars.poll import ask_calendar, due_calendars, roll_on
from vedette.exchange.directory.pull import due_directories, pull_when_due
from vedette.exchange.intake.idle import waiting
from vedette.exchange.intake.mailbox import stand_at_mailboxes
from vedette.exchange.intake.poll import due_feeds, poll_feed
from vedette.exchange.scim.settle import anybody_behind, settle_rest
from vedette.people.visitors import drop_overdue

log = logging.getLogger(__name__)

#: Seconds between two looks for feeds that are due.
LOOK_S = 2.0
#: Feeds asked at once: one that hangs does not hold up the rest.
AT_ONCE = 4


def run(until_closed: int | None = None) -> None:
    """Ask until SIGTERM or SIGINT, or until the pipe `until_closed` is closed at its other end."""
    wake, ring = os.pipe()

    def stop(number: int, frame: FrameType | None) -> None:
        os.write(ring, b".")

    for sent in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sent, stop)
    ended = [wake] if until_closed is None else [wake, until_closed]
    told, ring_told = os.pipe()
    asked: set[str] = set()
    with ThreadPoolExecutor(AT_ONCE) as threads, waiting(lambda: os.write(ring_told, b".")) as mailboxes:
        while not _any_of(ended, told):
            try:
                roll_on(clock.now())
                drop_overdue(clock.now())
                stand_at_mailboxes(mailboxes, clock.now())
                for name, look in _due(asked):
                    if name not in asked:
                        asked.add(name)
                        threads.submit(_ask, name, look, asked)
            except DatabaseError as error:
                log.error("what is due: %s", error)
                connection.close()


def _any_of(ended: list[int], told: int) -> bool:
    """Whether it is over; waits for that, for what mailboxes tell, and no longer than until the next look."""
    ready = select.select([*ended, told], [], [], LOOK_S)[0]
    if told in ready:
        os.read(told, 4_096)
    return any(one in ready for one in ended)


def _due(asked: Collection[str]) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is to be looked at now: each with its name, and how. A feed that `asked` names stays due meanwhile."""
    now = clock.now()
    for feed in due_feeds(now, but={int(name[5:]) for name in list(asked) if name.startswith("feed ")}):
        yield f"feed {feed.pk}", partial(poll_feed, feed)
    for calendar in due_calendars(now):
        yield f"calendar {calendar.pk}", partial(ask_calendar, calendar)
    for directory in due_directories(now):
        yield f"directory {directory.pk}", partial(pull_when_due, directory)
    if anybody_behind():
        yield "what a provider said of many", settle_rest


def _ask(name: str, look: Callable[[], object], asked: set[str]) -> None:
    try:
        look()
    except Exception:
        # One feed's trouble, whatever it is, is not the others'; it is looked at again when it is due.
        log.exception("%s", name)
    finally:
        asked.discard(name)
        close_old_connections()
        connection.close()
