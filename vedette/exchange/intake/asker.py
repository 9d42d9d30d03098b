"""Looks at the feeds that are due, a few at a time, until told to stop."""

from __future__ import annotations

import logging
import os
import select
import signal
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from django.db import DatabaseError, close_old_connections, connection

from vedette import clock
from vedette.exchange.intake.poll import due_feeds, poll_feed
from vedette.exchange.models import Feed

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
    asked: set[int] = set()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while not select.select(ended, [], [], LOOK_S)[0]:
            try:
                for feed in due_feeds(clock.now()):
                    if feed.pk not in asked:
                        asked.add(feed.pk)
                        threads.submit(_ask, feed, asked)
            except DatabaseError as error:
                log.error("feeds: %s", error)
                connection.close()


def _ask(feed: Feed, asked: set[int]) -> None:
    try:
        poll_feed(feed)
    except Exception:
        # One feed's trouble, whatever it is, is not the others'; it is looked at again when it is due.
        log.exception("feed %s", feed.name)
    finally:
        asked.discard(feed.pk)
        close_old_connections()
        connection.close()
