"""Many things in one commit: what comes in while the last commit is under way is recorded by the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import DatabaseError, connection, connections

Thing = TypeVar("Thing")
Became = TypeVar("Became")

#: Things recorded in one transaction at most, unless said otherwise.
BATCH = 500


class GroupCommit(Generic[Thing, Became]):
    """Records things from an event loop, many in one commit: the next begins as soon as the last one is done."""

    def __init__(
        self, commit: Callable[[Sequence[Thing]], list[Became]], most: int = BATCH, name: str = "answers"
    ) -> None:
        self._commit = commit
        self._most = most
        self._waiting: list[tuple[Thing, asyncio.Future[Became]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._task: asyncio.Task[None] | None = None

    async def record(self, thing: Thing) -> Became:
        """Come back when it is on disk. Raises DatabaseError when it could not be stored."""
        done: asyncio.Future[Became] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, done))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await done

    async def close(self) -> None:
        """Store what waits, and stop."""
        while self._task is not None:
            await self._task
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                try:
                    outcomes = await loop.run_in_executor(self._thread, self._stored, [thing for thing, _ in batch])
                except Exception as error:
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), outcome in zip(batch, outcomes, strict=True):
                    if not done.done():
                        done.set_result(outcome)
        finally:
            self._task = None

    def _stored(self, things: Sequence[Thing]) -> list[Became]:
        try:
            return self._commit(things)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
            raise
