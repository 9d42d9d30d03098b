"""Many things in one commit: what comes in while the last commit is under way is recorded by the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, NamedTuple, TypeVar

from django.db import DatabaseError, connection, connections

Thing = TypeVar("Thing")
Became = TypeVar("Became")

log = logging.getLogger(__name__)

#: Things recorded in one transaction at most, unless said otherwise.
BATCH = 500


class _Failed(NamedTuple):
    """Why a thing was not recorded."""

    error: Exception


class GroupCommit(Generic[Thing, Became]):
    """Records things from an event loop, many in one commit: the next begins as soon as the last one is done."""

    def __init__(
        self, commit: Callable[[Sequence[Thing]], list[Became]], most: int = BATCH, name: str = "answers"
    ) -> None:
        self._commit = commit
        self._most, self._name = most, name
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
                became = await loop.run_in_executor(self._thread, self._became, [thing for thing, _ in batch])
                for (_, done), outcome in zip(batch, became, strict=True):
                    if done.done():
                        continue
                    if isinstance(outcome, _Failed):
                        done.set_exception(outcome.error)
                    else:
                        done.set_result(outcome)
        finally:
            self._task = None

    def _became(self, things: Sequence[Thing]) -> list[Became | _Failed]:
        """What became of each. A thing that cannot be recorded at all fails alone: the others are recorded one by one,
        unless the database itself fails them."""
        try:
            return [*self._stored(things)]
        except Exception as error:
            if isinstance(error, DatabaseError) or len(things) == 1:
                return [_Failed(error)] * len(things)
            log.exception("one of %d %s could not be recorded; each is recorded alone", len(things), self._name)
        return [self._became([thing])[0] for thing in things]

    def _stored(self, things: Sequence[Thing]) -> list[Became]:
        try:
            return self._commit(things)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
            raise
