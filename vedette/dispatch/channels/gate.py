"""A channel's door: so many at a time, and of those who wait the most urgent first."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Gate:
    """Lets `limit` through at a time. A lower priority number goes first, then who came first."""

    def __init__(self, limit: int) -> None:
        self._limit = self._free = limit
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    @property
    def idle(self) -> bool:
        """Nobody is inside, and nobody waits."""
        return self._free == self._limit

    @asynccontextmanager
    async def through(self, priority: int) -> AsyncIterator[None]:
        """Wait for a place, and keep it while inside."""
        if self._free:
            self._free -= 1
        else:
            turn = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (priority, next(self._order), turn))
            try:
                await turn
            except BaseException:
                if turn.done() and not turn.cancelled():
                    self._next()
                raise
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
