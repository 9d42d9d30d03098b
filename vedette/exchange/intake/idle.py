"""Stands at mailboxes whose servers tell of new mail by themselves (IMAP IDLE, RFC 2177): it is looked at at once.

Only a hint: what is told moves the next look up. Where a server tells nothing, a connection breaks or a mailbox is
beyond the bound, it is looked at when it is due, as all are. Nothing here touches the database.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue

from vedette.exchange.intake.imap import OpenFolder, open_folder
from vedette.exchange.intake.imap_connection import Mailbox, MailFailed

log = logging.getLogger(__name__)

#: Mailboxes stood at, each with a thread and a connection of its own.
MOST = 50
#: Seconds after which a server is told that we are still there: some hang up, and some networks forget.
_RENEW_S = 240.0
#: Seconds between two tellings of one mailbox; before one that failed is gone to again, the first time and at most.
_LEAST_S, _PAUSE_S, _LONGEST_PAUSE_S = 1.0, 15.0, 900.0


class Waiting:
    """The mailboxes that are stood at."""

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._at: dict[int, _Waiter] = {}
        self._told: SimpleQueue[int] = SimpleQueue()

    def keep(self, mailboxes: Mapping[int, Mailbox]) -> None:
        """Stand at these, by their feeds, and at no others; one that was changed is gone to anew."""
        wanted = dict(sorted(mailboxes.items())[:MOST])
        for feed, waiter in list(self._at.items()):
            if wanted.get(feed) != waiter.mailbox:
                self._at.pop(feed).end()
        for feed, mailbox in wanted.items():
            if feed not in self._at:
                self._at[feed] = _Waiter(mailbox, partial(self._tell, feed), self._ring)

    def told(self) -> set[int]:
        """The feeds whose mailboxes have told of something since this was last asked."""
        found: set[int] = set()
        while True:
            try:
                found.add(self._told.get_nowait())
            except Empty:
                return found

    def standing(self) -> set[int]:
        """The feeds whose servers will tell at once."""
        return {feed for feed, waiter in self._at.items() if waiter.stands.is_set()}

    def _tell(self, feed: int) -> None:
        self._told.put(feed)
        self._ring()


@contextmanager
def waiting(ring: Callable[[], object]) -> Iterator[Waiting]:
    """Stand at mailboxes while something else is done; `ring` is called, in a thread, when anything is new of one."""
    found = Waiting(ring)
    try:
        yield found
    finally:
        found.keep({})


class _Waiter:
    """Somebody who stands at one mailbox."""

    def __init__(self, mailbox: Mailbox, tell: Callable[[], None], ring: Callable[[], object]) -> None:
        self.mailbox, self._tell, self._ring = mailbox, tell, ring
        #: Set while its server will tell.
        self.stands = threading.Event()
        self._wake, self._ends = os.pipe()
        self._thread = threading.Thread(target=self._work, name="mailbox", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Go away; the server is said goodbye to meanwhile."""
        os.close(self._ends)

    def _work(self) -> None:
        pause = _PAUSE_S
        try:
            while not self._ended_within(0):
                try:
                    if not self._stand():
                        return
                    pause = _PAUSE_S
                except MailFailed as error:
                    log.info("mailbox: %s", error)
                    pause = _PAUSE_S if self.stands.is_set() else min(2 * pause, _LONGEST_PAUSE_S)
                self.stands.clear()
                if self._ended_within(pause):
                    return
        except Exception:
            log.exception("mailbox")
        finally:
            self.stands.clear()
            os.close(self._wake)

    def _stand(self) -> bool:
        """Until it ends; False at once when the server tells nothing by itself."""
        with open_folder(self.mailbox) as folder:
            if not folder.tells:
                return False
            if folder.waiting(1)[0]:
                # They came since somebody last stood here.
                self._tell()
            self._listen(folder)
        return True

    def _listen(self, folder: OpenFolder) -> None:
        while not self._ended_within(_LEAST_S if self.stands.is_set() else 0):
            if not self.stands.is_set():
                self.stands.set()
                self._ring()
            if folder.wait(self._wake, _RENEW_S):
                self._tell()

    def _ended_within(self, seconds: float) -> bool:
        return bool(select.select([self._wake], [], [], seconds)[0])
