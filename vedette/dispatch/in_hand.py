"""What an engine has in hand: the leases it holds, the work on each, and how much more it takes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from django.db import DatabaseError

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import leases
from vedette.dispatch.channels.face import Kept
from vedette.dispatch.channels.heard import Heard
from vedette.dispatch.channels.open import OpenChannels
from vedette.dispatch.database import Database, Desk, DeskDied
from vedette.dispatch.following import beside
from vedette.dispatch.leases import Held
from vedette.dispatch.members import Issued, Range, load_fresh
from vedette.dispatch.parcels import House, Parcels
from vedette.dispatch.run_escalation import EscalationRun, plan_notices, silent_of
from vedette.dispatch.run_goal import GoalRun, is_of_goal, plan_goal_notices
from vedette.dispatch.run_lease import LeaseRun, Work
from vedette.dispatch.settle import close_range
from vedette.dispatch.taking import Taken, enough_in_hand, store_and_take, take_work
from vedette.dispatch.way import Way
from vedette.dispatch.writer import Writer

log = logging.getLogger(__name__)

#: Leases taken in one go.
AT_ONCE = 2
#: How many messages are kept ready to be written to people.
MESSAGES_KNOWN = 64


class InHand:
    """Takes leases of `realm` (of both with none) for `worker` and sends to their members.

    `room` is set when there is room for more leases, `way` is made when something urgent comes.
    """

    def __init__(
        self, worker: str, realm: Realm | None, database: Database, hear: Callable[[str, str, Heard, int], Kept]
    ) -> None:
        self.worker = worker
        self.realm = realm
        self.way = Way(self._wake)
        self.room = asyncio.Event()
        self.writer = Writer(database, self._ended, self._wake, self.way.wait)
        self.channels = OpenChannels(hear=hear, may_begin=self._may_send)
        self._db = database.run
        self._house: House | None = None
        self._messages: dict[int, tuple[Issued, Parcels]] = {}
        self._running: dict[int, LeaseRun | EscalationRun | Held] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._blind = self._stopping = False

    @property
    def any(self) -> bool:
        """Whether there is anything in hand."""
        return bool(self._running)

    @property
    def held(self) -> list[Held]:
        """The leases in hand."""
        return [run if isinstance(run, Held) else run.held for run in self._running.values()]

    def stop(self) -> None:
        """Begin nothing more; what is on its way goes on."""
        self._stopping = True
        for run in list(self._running.values()):
            if not isinstance(run, Held):
                run.stop()

    def configure(self, house: House | None) -> None:
        """Use the organisation's own data from here on."""
        if house != self._house or len(self._messages) > MESSAGES_KNOWN:
            self._house, self._messages = house, {}

    async def begin(self) -> bool:
        """Take leases as there is room at their channels; more urgent ones need none."""
        if self._house is None or not self.writer.may_begin or not self.way.free:
            return False
        full = enough_in_hand(self._running.values(), self.channels.connections())
        known = list(self._messages)
        taken: Taken = await self._db(
            Desk.READER, take_work, self.worker, clock.now(), self.realm, AT_ONCE, full, self.held, known
        )
        self._take(taken)
        return bool(taken.leases)

    async def take_first(self, outbox: int, desk: Desk) -> None:
        """Have the first of an urgent message's audience in hand before anything else is done."""
        self.way.make()
        try:
            self._take(await self._db(desk, store_and_take, outbox, self.worker, clock.now(), self.realm, self.held))
        except DatabaseError:
            log.exception("outbox %s cannot be hurried; it is stored and taken as others are", outbox)
        finally:
            self.way.over()

    async def refresh(self) -> bool:
        """See who has answered and which message still stands; until that can be seen, nothing is begun."""
        runs = [run for run in self._running.values() if not isinstance(run, Held) and run.open]
        if not runs:
            return False
        try:
            found = await self._db(Desk.READER, load_fresh, [run.held for run in runs])
        except DatabaseError:
            log.exception("cannot see who has answered; nothing more is begun")
            self._blind = True
            return False
        for run, fresh in zip(runs, found, strict=True):
            if run.open:
                run.refresh(fresh)
        if self._blind:
            self._blind = False
            self.channels.wake()
        return False

    async def renew(self) -> bool:
        """Hold on to what is in hand."""
        await self._db(Desk.READER, leases.renew, self.worker, list(self._running), clock.now())
        return False

    def _take(self, taken: Taken) -> None:
        """Begin the work on leases."""
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
                await self._db(Desk.WRITER, close_range, held, clock.now(), beside(issued))
                self._ended(held.id, False)
                return
            work = Work(self.channels, parcels, issued, self.writer.note, self.writer.end)
            standing, members = found.overtaken.standing(issued), found.people()
            run: LeaseRun | EscalationRun
            if is_of_goal(held):
                run = GoalRun(held, work, standing, await self._db(Desk.READER, plan_goal_notices, held, issued))
                run.refresh((await self._db(Desk.READER, load_fresh, [held]))[0])
            elif issued.steps[held.step].action == "escalate":
                notices = await self._db(Desk.READER, plan_notices, held, issued, silent_of(members), clock.now())
                run = EscalationRun(held, work, standing, members, notices)
                run.refresh((await self._db(Desk.READER, load_fresh, [held]))[0])
            else:
                run = LeaseRun(held, work, standing, members)
            self._running[held.id] = run
            run.start()
            if self._stopping:
                run.stop()
        except leases.LeaseLost:
            self._ended(held.id, True)
        except DeskDied:
            raise
        except Exception:
            log.exception("lease %s failed; it is tried again", held.id)
            with contextlib.suppress(DatabaseError):
                await self._db(Desk.WRITER, leases.give_back, held, clock.now() + leases.HOLD, False)
            self._ended(held.id, False)

    def _ended(self, lease: int, lost: bool) -> None:
        run = self._running.pop(lease, None)
        if lost:
            log.warning("lease %s was taken over by another worker", lease)
            if run is not None and not isinstance(run, Held):
                run.stop()
        self.room.set()

    def _know(self, issued: Issued) -> None:
        assert self._house is not None
        self._messages[issued.id] = (issued, Parcels(issued, self._house))

    def _may_send(self) -> bool:
        return self.writer.may_begin and self.way.free and not self._blind

    def _wake(self) -> None:
        self.channels.wake()
