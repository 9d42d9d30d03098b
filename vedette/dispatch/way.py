"""Making way: while something more urgent than all that is in hand is stored and taken, what is routine holds back.

On SQLite one writes at a time, and a batch of routine results takes as long as the urgent has to be there in all.
"""

from __future__ import annotations

import asyncio

#: Seconds for which way is made at most: what is not written meanwhile is sent again after a crash.
AT_MOST_S = 0.15


class Way:
    """Closed to what is routine from `make` until `taken`, or until it took too long."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        #: The outbox row whose first recipients are not stored yet.
        self._storing: int | None = None
        self._end: asyncio.TimerHandle | None = None

    @property
    def may_begin(self) -> bool:
        """Whether leases may be taken: the urgent ones are among them, if any are to come."""
        return self._storing is None

    def make(self, outbox: int) -> None:
        """Something urgent is about to be stored."""
        self._storing = outbox
        self._open.clear()
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(AT_MOST_S, self._over)

    def stored(self, outbox: int) -> None:
        """Its first recipients are: their leases can be taken."""
        if outbox == self._storing:
            self._storing = None

    def taken(self) -> None:
        """Leases were taken after that."""
        if self._storing is None:
            self._over()

    @property
    def free(self) -> bool:
        """Whether no way need be made."""
        return self._open.is_set()

    async def wait(self) -> None:
        """Wait until no way need be made."""
        await self._open.wait()

    def _over(self) -> None:
        self._storing = None
        self._open.set()
