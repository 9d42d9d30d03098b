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
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import expand, keeping, leases
from vedette.dispatch.channels.open import OpenChannels
from vedette.dispatch.database import Database, Desk, DeskDied, InProcesses, InThreads
from vedette.dispatch.doorbell import doorbell
from vedette.dispatch.ears import Ears
from vedette.dispatch.following import beside
from vedette.dispatch.keeping import Configuration
from vedette.dispatch.leases import Held
from vedette.dispatch.members import Issued, Range, load_fresh
from vedette.dispatch.parcels import House, Parcels
from vedette.dispatch.receipts import Summary, forget_old, record_early
from vedette.dispatch.run_escalation import EscalationRun, plan_notices, silent_of
from vedette.dispatch.run_goal import GoalRun, is_of_goal, plan_goal_notices
from vedette.dispatch.run_lease import LeaseRun, Work
from vedette.dispatch.settle import close_range
from vedette.dispatch.taking import Taken, enough_in_hand, store_and_take, take_work
from vedette.dispatch.way import Way
from vedette.dispatch.writer import Writer
from vedette.people.positions import drop_old_positions

log = logging.getLogger(__name__)

#: Leases taken in one go.
AT_ONCE = 2
#: How many messages are kept ready to be written to people.
MESSAGES_KNOWN = 64
#: Seconds between looks for work that nothing rang for, for renewing leases, for late joiners and for what has ended,
#: for who has entered an area, and for old positions; and how old what is known of answers and newer messages may be
#: when somebody is sent to.
LOOK_S, RENEW_S, TICK_S, ENTER_S, PURGE_S, FRESH_S = 0.25, 1.0, 1.0, 0.2, 60.0, 0.1
#: Seconds for which a message whose audience could not be stored is left alone.
SULK_S = 5.0
#: Seconds for which an engine that is told to end waits for gateways and for the database.
STOP_S = 30.0


@dataclass(frozen=True, slots=True)
class _Expanding:
    """An outbox row that is being worked on."""

    priority: tuple[bool, int]
    desk: Desk
    task: asyncio.Task[None]


class Engine:
    """Everything that one engine does. `realm` limits it to one."""

    def __init__(self, realm: Realm | None = None, worker: str = "", database: Database | None = None) -> None:
        self.realm = realm
        self.worker = worker or f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.database = database or InThreads()
        self._way = Way(lambda: self._channels.wake())
        self._writer = Writer(self.database, self._ended, lambda: self._channels.wake(), self._way.wait)
        self._ears = Ears(self.database)
        self._channels = OpenChannels(
            hear=self._ears.hear, may_begin=lambda: self._writer.may_begin and self._way.free and not self._blind
        )
        self._running: dict[int, LeaseRun | EscalationRun | Held] = {}
        self._messages: dict[int, tuple[Issued, Parcels]] = {}
        self._expanding: dict[int, _Expanding] = {}
        self._not_before: dict[int, float] = {}
        self._house: House | None = None
        self._blind = False
        self._stopping, self._desk_died = asyncio.Event(), asyncio.Event()
        #: New outbox rows or leases; room for more leases.
        self._rung, self._room = asyncio.Event(), asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until `stop` is called. Raises DeskDied (in a group) when there is nothing left to work with."""
        if connection.vendor == "sqlite":
            await self.db(Desk.READER, leases.release_all)
        await self._configure()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._end_with_a_desk())
            writing = group.create_task(self._writer.work())
            hearing = group.create_task(self._ears.work())
            listening = group.create_task(self._listen())
            renewing = group.create_task(self._again_and_again(RENEW_S, self._renew, until=asyncio.Event()))
            async with asyncio.TaskGroup() as looks:
                for period, look, bell in (
                    (LOOK_S, self._expand, self._rung),
                    (LOOK_S, self._begin, self._room),
                    (FRESH_S, self._refresh, None),
                    (TICK_S, self._configure, None),
                    (TICK_S, self._join_late, None),
                    (ENTER_S, self._join_entering, None),
                    (TICK_S, self._settle, None),
                    (TICK_S, self._hear_early, None),
                    (PURGE_S, self._purge, None),
                ):
                    looks.create_task(self._again_and_again(period, look, bell))
            for run in list(self._running.values()):
                if not isinstance(run, Held):
                    run.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    while self._running or self._expanding:
                        await self._tick()
                        await self._writer.flush()
            for task in (watching, writing, hearing, listening, renewing):
                task.cancel()
        await self.close()

    def stop(self) -> None:
        """Begin nothing more and end when what is on its way is written down."""
        for event in (self._stopping, self._rung, self._room):
            event.set()

    async def run_until_idle(self) -> None:
        """Do all that is due by the clock, and come back: for tests, which move the clock, and for one-off runs."""
        while True:
            await self._configure()
            did = False
            while await self._expand() or self._expanding:
                await asyncio.gather(*(one.task for one in self._expanding.values()))
                did = True
            did |= await self._begin()
            if self._running:
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
        await self._channels.close()
        with contextlib.suppress(DatabaseError):
            await self._ears.flush()
        await self.database.close()

    async def db(self, desk: Desk, work: Callable[..., Any], *given: Any) -> Any:
        """Run something that touches the database, at one of its desks."""
        try:
            return await self.database.run(desk, work, *given)
        except DeskDied:
            self._desk_died.set()
            raise

    async def _end_with_a_desk(self) -> None:
        """Whoever saw that a desk is gone, the engine ends: half an engine would leave people unwarned in silence."""
        await self._desk_died.wait()
        raise DeskDied("a process that works on the database is gone")

    async def _let_pass(self, outbox: int) -> None:
        """Wait while something more urgent is expanded: it must not stand behind this one for its turn to write."""
        priority = self._expanding[outbox].priority
        if urgent := [other.task for other in self._expanding.values() if other.priority < priority]:
            await asyncio.wait(urgent)

    async def _work_off(self) -> None:
        """Wait until every lease in hand is over and written down."""
        refreshed = asyncio.get_running_loop().time()
        while self._running:
            await self._tick()
            await self._writer.flush()
            if asyncio.get_running_loop().time() - refreshed >= FRESH_S:
                refreshed = asyncio.get_running_loop().time()
                await self._refresh()

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
                self._rung.set()
                self._room.set()
        finally:
            await bell.close()

    async def _expand(self) -> bool:
        """See that the most urgent message that waits for its audience is worked on, and one that is more urgent than
        that beside it."""
        waiting = await self.db(Desk.KEEPER, expand.waiting, self.realm)
        now = asyncio.get_running_loop().time()
        begun = False
        for outbox in waiting:
            if self._stopping.is_set() or len(self._expanding) == 2:
                break
            if outbox.pk in self._expanding or self._not_before.get(outbox.pk, 0.0) > now:
                continue
            if any(outbox.priority >= other.priority for other in self._expanding.values()):
                continue
            desks = {other.desk for other in self._expanding.values()}
            desk = Desk.KEEPER if Desk.EXPANDER in desks else Desk.EXPANDER
            urgent = any(_held(run).precedence > outbox.priority for run in self._running.values())
            task = asyncio.create_task(self._expand_one(outbox.pk, desk, urgent))
            self._expanding[outbox.pk] = _Expanding(outbox.priority, desk, task)
            begun = True
        return begun

    async def _expand_one(self, outbox: int, desk: Desk, urgent: bool) -> None:
        try:
            if urgent:
                await self._hurry(outbox, desk)
            while not self._stopping.is_set():
                await self._let_pass(outbox)
                if await self.db(desk, expand.step, outbox, clock.now()):
                    break
                self._room.set()
                await self._way.wait()
        except DeskDied:
            raise
        except Exception:
            log.exception("outbox %s failed; it is tried again, others go first", outbox)
            self._not_before[outbox] = asyncio.get_running_loop().time() + SULK_S
        finally:
            del self._expanding[outbox]
            self._rung.set()
            self._room.set()

    async def _hurry(self, outbox: int, desk: Desk) -> None:
        """Have the first of an urgent message's audience in hand before anything else is done."""
        self._way.make()
        try:
            mine = [_held(run) for run in self._running.values()]
            self._take(await self.db(desk, store_and_take, outbox, self.worker, clock.now(), self.realm, mine))
        finally:
            self._way.over()

    async def _begin(self) -> bool:
        """Take leases as there is room at their channels; more urgent ones need none."""
        if self._house is None or not self._writer.may_begin or not self._way.free:
            return False
        full = enough_in_hand(self._running.values(), self._channels.connections())
        mine = [_held(run) for run in self._running.values()]
        known = list(self._messages)
        taken: Taken = await self.db(
            Desk.READER, take_work, self.worker, clock.now(), self.realm, AT_ONCE, full, mine, known
        )
        self._take(taken)
        return bool(taken.leases)

    def _take(self, taken: Taken) -> None:
        """Begin on leases."""
        for issued in taken.messages:
            self._know(issued)
        for held, found in taken.leases:
            self._running[held.id] = held
            task = asyncio.create_task(self._start(held, found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _start(self, held: Held, found: Range | None) -> None:
        """Begin the work on one lease; a failure of it concerns no other."""
        try:
            issued, parcels = self._messages[held.message]
            if found is None or (held.step >= len(issued.steps) and not is_of_goal(held)):
                await self.db(Desk.WRITER, close_range, held, clock.now(), beside(issued))
                self._ended(held.id, False)
                return
            work = Work(self._channels, parcels, issued, self._writer.note, self._writer.end)
            standing, members = found.overtaken.standing(issued), found.people()
            run: LeaseRun | EscalationRun
            if is_of_goal(held):
                run = GoalRun(held, work, standing, await self.db(Desk.READER, plan_goal_notices, held, issued))
                run.refresh((await self.db(Desk.READER, load_fresh, [held]))[0])
            elif issued.steps[held.step].action == "escalate":
                notices = await self.db(Desk.READER, plan_notices, held, issued, silent_of(members), clock.now())
                run = EscalationRun(held, work, standing, members, notices)
                run.refresh((await self.db(Desk.READER, load_fresh, [held]))[0])
            else:
                run = LeaseRun(held, work, standing, members)
            self._running[held.id] = run
            run.start()
            if self._stopping.is_set():
                run.stop()
        except leases.LeaseLost:
            self._ended(held.id, True)
        except DeskDied:
            raise
        except Exception:
            log.exception("lease %s failed; it is tried again", held.id)
            with contextlib.suppress(DatabaseError):
                await self.db(Desk.WRITER, leases.give_back, held, clock.now() + leases.HOLD, False)
            self._ended(held.id, False)

    def _ended(self, lease: int, lost: bool) -> None:
        run = self._running.pop(lease, None)
        if lost:
            log.warning("lease %s was taken over by another worker", lease)
            if run is not None and not isinstance(run, Held):
                run.stop()
        self._room.set()

    def _know(self, issued: Issued) -> None:
        assert self._house is not None
        self._messages[issued.id] = (issued, Parcels(issued, self._house))

    async def _refresh(self) -> bool:
        """See who has answered and which message still stands; until that can be seen, nothing is begun."""
        runs = [run for run in self._running.values() if not isinstance(run, Held) and run.open]
        if not runs:
            return False
        try:
            found = await self.db(Desk.READER, load_fresh, [run.held for run in runs])
        except DatabaseError:
            log.exception("cannot see who has answered; nothing more is begun")
            self._blind = True
            return False
        for run, fresh in zip(runs, found, strict=True):
            if run.open:
                run.refresh(fresh)
        if self._blind:
            self._blind = False
            self._channels.wake()
        return False

    async def _renew(self) -> bool:
        await self.db(Desk.READER, leases.renew, self.worker, list(self._running), clock.now())
        return False

    async def _configure(self) -> bool:
        """Keep channels and the organisation's own data as they are stored."""
        found: Configuration = await self.db(Desk.KEEPER, keeping.configuration, self.realm)
        if found.house != self._house or len(self._messages) > MESSAGES_KNOWN:
            self._house, self._messages = found.house, {}
        await self._channels.keep(found.channels)
        return False

    async def _join_late(self) -> bool:
        return bool(await self.db(Desk.KEEPER, keeping.join_late, self.worker, self.realm, clock.now()))

    async def _join_entering(self) -> bool:
        return bool(await self.db(Desk.KEEPER, keeping.join_entering, self.worker, self.realm, clock.now()))

    async def _settle(self) -> bool:
        return bool(await self.db(Desk.KEEPER, keeping.settle, self.realm, clock.now()))

    async def _hear_early(self) -> bool:
        """Receipts that were quicker than our own disk."""
        summary: Summary = await self.db(Desk.KEEPER, record_early, clock.now())
        return bool(summary.became)

    async def _purge(self) -> bool:
        await self.db(Desk.KEEPER, drop_old_positions, clock.now())
        await self.db(Desk.KEEPER, forget_old, clock.now())
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


def _held(run: LeaseRun | EscalationRun | Held) -> Held:
    return run if isinstance(run, Held) else run.held
