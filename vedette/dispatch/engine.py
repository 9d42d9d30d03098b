"""The engine: one event loop that takes leases and sends, beside processes that do its work on the database.

It holds no state that a crash could lose: what is left to do is the open leases less the deliveries recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError, connection

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import keeping, leases
from vedette.dispatch.database import Database, Desk, DeskDied, InProcesses, InThreads
from vedette.dispatch.doorbell import doorbell
from vedette.dispatch.ears import Ears
from vedette.dispatch.expanding import Expansions
from vedette.dispatch.in_hand import InHand
from vedette.dispatch.keeping import Configuration
from vedette.dispatch.receipts import Summary, forget_old, record_early
from vedette.people.positions import drop_old_positions

log = logging.getLogger(__name__)

#: Seconds between looks for work that nothing rang for, for renewing leases, for late joiners and for what has ended,
#: for who has entered an area, and for old positions; and how old what is known of answers and newer messages may be
#: when somebody is sent to.
LOOK_S, RENEW_S, TICK_S, ENTER_S, PURGE_S, FRESH_S = 0.25, 1.0, 1.0, 0.2, 60.0, 0.1
#: Seconds for which an engine that is told to end waits for gateways and for the database.
STOP_S = 30.0


class Engine:
    """Everything that one engine does. `realm` limits it to one."""

    def __init__(self, realm: Realm | None = None, worker: str = "", database: Database | None = None) -> None:
        self.realm = realm
        self.worker = worker or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.database = database or InThreads()
        self._ears = Ears(self.database)
        self._in_hand = InHand(self.worker, realm, self.database, self._ears.hear)
        self._expansions = Expansions(self._in_hand, self.database)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop` is called. Raises DeskDied (in a group) when there is nothing left to work with."""
        if connection.vendor == "sqlite":
            await self.database.run(Desk.READER, leases.release_all)
        await self._configure()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._end_with_a_desk())
            writing = group.create_task(self._in_hand.writer.work())
            hearing = group.create_task(self._ears.work())
            listening = group.create_task(self._listen())
            renewing = group.create_task(self._again_and_again(RENEW_S, self._in_hand.renew, until=asyncio.Event()))
            async with asyncio.TaskGroup() as looks:
                for period, look, bell in (
                    (LOOK_S, self._expansions.look, self._expansions.rung),
                    (LOOK_S, self._in_hand.begin, self._in_hand.room),
                    (FRESH_S, self._in_hand.refresh, None),
                    (TICK_S, self._configure, None),
                    (TICK_S, self._join_late, None),
                    (ENTER_S, self._join_entering, None),
                    (TICK_S, self._settle, None),
                    (TICK_S, self._hear_early, None),
                    (PURGE_S, self._purge, None),
                ):
                    looks.create_task(self._again_and_again(period, look, bell))
            self._in_hand.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    while self._in_hand.any or self._expansions.any:
                        await self._tick()
                        await self._in_hand.writer.flush()
            for task in (watching, writing, hearing, listening, renewing):
                task.cancel()
        await self.close()

    def stop(self) -> None:
        """Begin nothing more and end when what is on its way is written down."""
        self._expansions.stop()
        for event in (self._stopping, self._expansions.rung, self._in_hand.room):
            event.set()

    async def run_until_idle(self) -> None:
        """Do all that is due by the clock, and come back: for tests, which move the clock, and for one-off runs."""
        while True:
            await self._configure()
            did = False
            while await self._expansions.look() or self._expansions.any:
                await self._expansions.done()
                did = True
            did |= await self._in_hand.begin()
            if self._in_hand.any:
                await self._work_off()
                did = True
            did |= await self._join_late()
            did |= await self._join_entering()
            did |= await self._settle()
            did |= await self._ears.flush()
            did |= await self._hear_early()
            if not did:
                return

    async def close(self) -> None:
        """Close channels and the database's desks."""
        await self._in_hand.channels.close()
        with contextlib.suppress(DatabaseError):
            await self._ears.flush()
        await self.database.close()

    async def _end_with_a_desk(self) -> None:
        """Whoever saw that a desk is gone, the engine ends: half an engine would leave people unwarned in silence."""
        await self.database.died.wait()
        raise DeskDied("a process that works on the database is gone")

    async def _work_off(self) -> None:
        """Wait until every lease in hand is over and written down."""
        refreshed = asyncio.get_running_loop().time()
        while self._in_hand.any:
            await self._tick()
            await self._in_hand.writer.flush()
            if asyncio.get_running_loop().time() - refreshed >= FRESH_S:
                refreshed = asyncio.get_running_loop().time()
                await self._in_hand.refresh()

    async def _tick(self) -> None:
        await asyncio.sleep(0.005)

    async def _again_and_again(
        self,
        period: float,
        look: Callable[[], Awaitable[bool]],
        bell: asyncio.Event | None = None,
        until: asyncio.Event | None = None,
    ) -> None:
        """Look for work until stopped: again after some was found, or when the bell rings, or after a while."""
        until = until or self._stopping
        while not until.is_set():
            if bell is not None:
                bell.clear()
            try:
                found = await look()
            except DeskDied:
                raise
            except Exception:
                log.exception("%s failed; trying again", look.__name__)
                found = False
            if not found and not until.is_set():
                # Not wait_for: one whose event comes at the moment of its cancelling goes on as if never cancelled.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(period):
                        await (bell or until).wait()

    async def _listen(self) -> None:
        bell = doorbell()
        try:
            while True:
                await bell.rung()
                self._expansions.rung.set()
                self._in_hand.room.set()
        finally:
            await bell.close()

    async def _configure(self) -> bool:
        """Keep channels and the organisation's own data as they are stored."""
        found: Configuration = await self.database.run(Desk.KEEPER, keeping.configuration, self.realm)
        self._in_hand.configure(found.house)
        await self._in_hand.channels.keep(found.channels)
        return False

    async def _join_late(self) -> bool:
        return bool(await self.database.run(Desk.KEEPER, keeping.join_late, self.worker, self.realm, clock.now()))

    async def _join_entering(self) -> bool:
        return bool(await self.database.run(Desk.KEEPER, keeping.join_entering, self.worker, self.realm, clock.now()))

    async def _settle(self) -> bool:
        return bool(await self.database.run(Desk.KEEPER, keeping.settle, self.realm, clock.now()))

    async def _hear_early(self) -> bool:
        """Receipts that were quicker than our own disk."""
        summary: Summary = await self.database.run(Desk.KEEPER, record_early, clock.now())
        return bool(summary.became)

    async def _purge(self) -> bool:
        await self.database.run(Desk.KEEPER, drop_old_positions, clock.now())
        await self.database.run(Desk.KEEPER, forget_old, clock.now())
        return False


def run_until_idle(realm: Realm | None = None) -> None:
    """Do all that is due by the clock, from code that has no event loop."""

    async def work() -> None:
        engine = Engine(realm)
        try:
            await engine.run_until_idle()
        finally:
            await engine.close()

    asyncio.run(work())


def run(realm: Realm | None = None, worker: str = "", until_closed: int | None = None) -> None:
    """Be an engine process until SIGTERM or SIGINT, or until the pipe `until_closed` is closed at its other end."""
    database = InProcesses()

    async def work() -> None:
        engine = Engine(realm, worker, database)
        loop = asyncio.get_running_loop()
        for sent in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sent, engine.stop)
        if until_closed is not None:
            loop.add_reader(until_closed, engine.stop)
        await engine.run()

    _run(work())


def _run(work: Any) -> None:
    """Run on uvloop, which halves what an answer costs; on Windows, which has none, as it is."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)
