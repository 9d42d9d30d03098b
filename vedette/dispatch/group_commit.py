"""Many answers in one commit: what comes in while the last commit is under way is recorded by the next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection, connections

from vedette.dispatch.acknowledge import Answer, Outcome, record

#: Answers recorded in one transaction at most.
BATCH = 500


class GroupCommit:
    """Records answers from an event loop, many in one commit: the next begins as soon as the last one is done."""

    def __init__(self, commit: Callable[[Sequence[Answer]], list[Outcome]] = record) -> None:
        self._commit = commit
        self._waiting: list[tuple[Answer, asyncio.Future[Outcome]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._task: asyncio.Task[None] | None = None

    async def record(self, answer: Answer) -> Outcome:
        """Come back when the answer is on disk. Raises DatabaseError when it could not be stored."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((answer, done))
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
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                try:
                    outcomes = await loop.run_in_executor(self._thread, self._stored, [answer for answer, _ in batch])
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

    def _stored(self, answers: Sequence[Answer]) -> list[Outcome]:
        try:
            return self._commit(answers)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
            raise
