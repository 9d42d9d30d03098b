"""Making way: until something more urgent than all that is in hand is stored and taken, what is routine holds back.

Nothing more is sent, written or expanded meanwhile. On SQLite one writes at a time, and everywhere sending itself takes
the processor time that the urgent needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Seconds for which way is made at most: what is not written meanwhile is sent again after a crash.
AT_MOST_S = 0.15


class Way:
    """Closed to what is routine from `make` until `over`, or until it took too long. `opened` is called then."""

    def __init__(self, opened: Callable[[], None]) -> None:
        self._opened = opened
        self._open = asyncio.Event()
        self._open.set()
        self._end: asyncio.TimerHandle | None = None

    def make(self) -> None:
        """Something urgent is about to be stored."""
        self._open.clear()
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(AT_MOST_S, self.over)

    def over(self) -> None:
        """It is in hand, or cannot be."""
        self._open.set()
        self._opened()

    @property
    def free(self) -> bool:
        """Whether no way need be made."""
        return self._open.is_set()

    async def wait(self) -> None:
        """Wait until no way need be made."""
        await self._open.wait()
