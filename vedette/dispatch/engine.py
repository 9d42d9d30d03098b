"""The engine: one asyncio process that expands issued messages, works on leases, and keeps warnings up to their end.

It holds no state that a crash could lose. Everything that touches the database runs in its own threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, connections

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import expand, leases, settle
from vedette.dispatch.channels.open import ChannelRow, OpenChannels
from vedette.dispatch.expand import Expander
from vedette.dispatch.leases import Held, LeaseLost
from vedette.dispatch.members import Issued, load_message
from vedette.dispatch.models import Channel
from vedette.dispatch.parcels import House, Parcels
from vedette.dispatch.run_lease import LeaseRun, Work
from vedette.dispatch.standing import Standing
from vedette.people.models import Organisation
from vedette.people.positions import drop_old_positions
from vedette.warnings.actions import expire_due

log = logging.getLogger(__name__)

#: Leases worked on at a time. A more urgent one is begun beyond that, and its parcels go first at every channel.
AT_ONCE = 4
#: Threads for the database.
THREADS = 4
#: Seconds between looks for work, for renewing leases, for late joiners and for what has ended, and for old positions.
LOOK_S, RENEW_S, TICK_S, PURGE_S = 0.25, 1.0, 1.0, 60.0
#: Seconds for which a message whose audience could not be stored is left alone.
SULK_S = 5.0


class Engine:
    """Everything that one engine process does. `realm` limits it to one."""

    def __init__(self, realm: Realm | None = None, worker: str = "") -> None:
        self.realm = realm
        self.worker = worker or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._channels = OpenChannels()
        self._standing = Standing()
        self._running: dict[asyncio.Task[None], LeaseRun] = {}
        self._messages: dict[int, tuple[House, Issued, Parcels]] = {}
        self._expanders: dict[int, Expander] = {}
        self._not_before: dict[int, float] = {}
        self._house: House | None = None
        self._stopping = asyncio.Event()
        self._freed = asyncio.Event()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="engine-db")

    async def run(self) -> None:
        """Work until `stop` is called."""
        if connection.vendor == "sqlite":
            await self.db(leases.release_all)
        async with asyncio.TaskGroup() as group:
            for period, look in (
                (LOOK_S, self._expand),
                (LOOK_S, self._begin),
                (RENEW_S, self._renew),
                (TICK_S, self._configure),
                (TICK_S, self._join_late),
                (TICK_S, self._settle),
                (PURGE_S, self._purge),
            ):
                group.create_task(self._again_and_again(period, look))
        for run in self._running.values():
            run.stop()
        renewing = asyncio.create_task(self._renew_until_cancelled())
        await asyncio.gather(*self._running, return_exceptions=True)
        renewing.cancel()
        await self.close()

    def stop(self) -> None:
        """Begin nothing more and end when what is on its way is written down."""
        self._stopping.set()
        self._freed.set()

    async def run_until_idle(self) -> None:
        """Do all that is due by the clock, and come back: for tests, which move the clock, and for one-off runs."""
        while True:
            await self._configure()
            did = await self._expand()
            did |= await self._begin()
            if self._running:
                await asyncio.wait(self._running)
                did = True
            did |= await self._join_late()
            did |= await self._settle()
            if not did:
                return

    async def close(self) -> None:
        """Close channels, threads and their database connections."""
        await self._channels.close()
        everyone = threading.Barrier(THREADS)
        await asyncio.gather(*(self.db(_close_connections, everyone) for _ in range(THREADS)))
        self._threads.shutdown()

    async def db(self, work: Callable[..., Any], *given: Any) -> Any:
        """Run something that touches the database, in a thread that keeps its connection."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(_guarded, work, *given))

    async def _again_and_again(self, period: float, look: Callable[[], Awaitable[bool]]) -> None:
        """Look for work until stopped: at once again after having found some, else after a while."""
        while not self._stopping.is_set():
            try:
                found = await look()
            except Exception:
                log.exception("%s failed; trying again", look.__name__)
                found = False
            if not found:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), period)

    async def _expand(self) -> bool:
        """One chunk of the most urgent message that waits for its audience."""
        waiting = await self.db(expand.waiting, self.realm)
        self._expanders = {pk: found for pk, found in self._expanders.items() if pk in waiting}
        now = asyncio.get_running_loop().time()
        for outbox in waiting:
            if self._not_before.get(outbox, 0.0) > now:
                continue
            try:
                if outbox not in self._expanders:
                    self._expanders[outbox] = await self.db(Expander, outbox, clock.now())
                if await self.db(self._expanders[outbox].step, clock.now()):
                    self._expanders.pop(outbox, None)
            except Exception:
                log.exception("outbox %s failed; it is tried again, others go first", outbox)
                self._not_before[outbox] = now + SULK_S
                continue
            self._freed.set()
            return True
        return False

    async def _begin(self) -> bool:
        """Take leases as there is room; a more urgent one needs none."""
        if self._house is None:
            return False
        room = AT_ONCE - len(self._running)
        above = min((run.held.priority for run in self._running.values()), default=None)
        taken = await self.db(
            leases.take,
            self.worker,
            clock.now(),
            self.realm,
            max(room, 1),
            None if room > 0 else above,
            [run.held for run in self._running.values()],
        )
        for held in taken:
            issued, parcels = await self._message(held)
            run = LeaseRun(held, Work(self.db, self._channels, parcels, issued))
            task = asyncio.create_task(self._work(run))
            self._running[task] = run
            task.add_done_callback(self._done)
        if self._running and not taken and not self._stopping.is_set():
            self._freed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), LOOK_S)
        return bool(taken)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._freed.set()

    async def _work(self, run: LeaseRun) -> None:
        try:
            await run.run()
        except* LeaseLost:
            log.warning("lease %s was taken over by another worker", run.held.id)
        except* Exception:
            log.exception("lease %s failed; it is tried again", run.held.id)
            with contextlib.suppress(DatabaseError):
                await self.db(leases.give_back, run.held, clock.now() + leases.HOLD, False)

    async def _message(self, held: Held) -> tuple[Issued, Parcels]:
        assert self._house is not None
        known = self._messages.get(held.message)
        if known is None or known[0] != self._house:
            issued = await self.db(load_message, held.message)
            if len(self._messages) >= 64:
                self._messages.clear()
            known = self._messages[held.message] = (self._house, issued, Parcels(issued, self._house))
        return known[1], known[2]

    async def _renew(self) -> bool:
        await self.db(leases.renew, self.worker, [run.held.id for run in self._running.values()], clock.now())
        return False

    async def _renew_until_cancelled(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await self._renew()

    async def _configure(self) -> bool:
        """Keep channels and the organisation's own data as they are stored."""
        self._house, channel_rows = await self.db(_configuration, self.realm)
        await self._channels.keep(channel_rows)
        return False

    async def _join_late(self) -> bool:
        return bool(await self.db(self._standing.tick, self.realm, clock.now()))

    async def _settle(self) -> bool:
        return bool(await self.db(_settle, self.realm))

    async def _purge(self) -> bool:
        await self.db(drop_old_positions, clock.now())
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

    async def work() -> None:
        engine = Engine(realm, worker)
        loop = asyncio.get_running_loop()
        for sent in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sent, engine.stop)
        if until_closed is not None:
            loop.add_reader(until_closed, engine.stop)
        await engine.run()

    asyncio.run(work())


def _configuration(realm: Realm | None) -> tuple[House | None, list[ChannelRow]]:
    organisation = Organisation.objects.first()
    if organisation is None:
        return None, []
    house = House(organisation.public_address.rstrip("/"), organisation.mail_from, organisation.zone)
    found = Channel.objects.filter(enabled=True)
    if realm is not None:
        found = found.filter(realm=realm.value)
    return house, [
        ChannelRow(row.realm, row.name, row.settings, organisation.mail_from) for row in found.order_by("realm", "name")
    ]


def _settle(realm: Realm | None) -> bool:
    now = clock.now()
    did = False
    for one in (realm,) if realm is not None else tuple(Realm):
        did |= bool(expire_due(one, now))
    return settle.settle_ended(realm, now) or did


def _guarded(work: Callable[..., Any], *given: Any) -> Any:
    """Run `work`; after a failure of the database, drop this thread's connection if it is broken."""
    try:
        return work(*given)
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
        raise


def _close_connections(everyone: threading.Barrier) -> None:
    """Close this thread's connections, once every thread of the pool is here."""
    everyone.wait(30)
    connections.close_all()
