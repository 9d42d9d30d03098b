"""Group commit of results: what came of sending is written down many at a time, the next batch as soon as the last is.

What is not written yet is all that a crash can make the engine send again, with the same keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from django.db import InterfaceError, OperationalError

from vedette import clock
from vedette.dispatch import results
from vedette.dispatch.database import Database, Desk, DeskDied
from vedette.dispatch.leases import Held
from vedette.dispatch.results import Attempt, Done, GivenBack, Part
from vedette.dispatch.told import Told

log = logging.getLogger(__name__)

#: A batch is written so many seconds after its first result, or at once with so many results.
GATHER_S, GATHER = 0.02, 1_000
#: With fewer than so many results, and no lease over, it waits so many seconds more: behind a slow gateway a commit for
#: each handful would cost more than sending them did.
FEW, FEW_S = 100, 0.08
#: Nothing more is begun while so many results wait to be written.
BACKLOG = 5_000
#: Seconds to wait before writing again what the database refused, and what of one lease could not be written.
AGAIN_S, STUCK_S = 0.5, 30.0


class Writer:
    """Gathers results and writes them, when `free` comes back. `ended` is told each lease that is over, and whether it
    was lost."""

    def __init__(
        self,
        database: Database,
        ended: Callable[[int, bool], None],
        room: Callable[[], None],
        free: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._ended = ended
        self._room = room
        self._free = free
        self._parts: dict[int, Part] = {}
        self._count = 0
        #: What of single leases cannot be written, whatever the reason.
        self._stuck: dict[int, Part] = {}
        #: There is something to write; enough not to wait for more; as much as a batch may hold.
        self._wake, self._enough, self._full = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._writing = asyncio.Lock()
        self._refused = False

    @property
    def may_begin(self) -> bool:
        """Whether more may be sent: what comes of it can be written soon."""
        return not self._refused and self._count < BACKLOG

    def note(self, held: Held, attempt: Attempt) -> None:
        """A result of a lease."""
        self._part(held).attempts.append(attempt)
        self._count += 1
        self._ring()

    def end(self, held: Held, end: Done | GivenBack, told: list[Told]) -> None:
        """A lease is over. Nothing of it may follow."""
        part = self._part(held)
        part.end, part.told = end, told
        self._enough.set()
        self._ring()

    async def work(self) -> None:
        """Write until cancelled."""
        while True:
            await self._wake.wait()
            for event, at_most_s in ((self._full, GATHER_S), (self._enough, FEW_S)):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(at_most_s):
                        await event.wait()
            await self._free()
            if not await self.flush():
                await asyncio.sleep(AGAIN_S)

    async def flush(self) -> bool:
        """Write what there is; False when the database refused it, and it is kept."""
        async with self._writing:
            parts, self._parts, count, self._count = self._parts, {}, self._count, 0
            for event in (self._wake, self._enough, self._full):
                event.clear()
            if not parts:
                return True
            try:
                await self._write(parts)
            except DeskDied:
                raise
            except (OperationalError, InterfaceError):
                log.exception("%s results are not written yet; nothing more is begun", count)
                self._keep(parts, count)
                self._refused = True
                return False
            except Exception:
                log.exception("%s results cannot be written together; each lease's by themselves now", count)
                if not await self._write_apart(parts):
                    return False
            self._refused = False
            self._room()
            return True

    async def _write(self, parts: dict[int, Part]) -> None:
        lost = await self._database.run(Desk.WRITER, results.commit, list(parts.values()), clock.now())
        for lease, part in parts.items():
            self._stuck.pop(lease, None)
            if part.end is not None or lease in lost:
                self._ended(lease, lease in lost)

    async def _write_apart(self, parts: dict[int, Part]) -> bool:
        """Write what can be written. The rest is something of one lease: it is kept, and tried with what comes of that
        lease later, or after a while; the others must not wait for it. Its range stays in hand, so that nobody is sent
        anything twice. False when the database went away meanwhile: then that is no lease's fault, and all are kept."""
        for lease, part in list(parts.items()):
            try:
                await self._write({lease: part})
            except DeskDied:
                raise
            except (OperationalError, InterfaceError):
                log.exception("the rest of the results is not written yet; nothing more is begun")
                self._keep(parts, sum(len(one.attempts) for one in parts.values()))
                self._refused = True
                return False
            except Exception:
                log.exception("lease %s: its %s results cannot be written", lease, len(part.attempts))
                self._stuck[lease] = part
                asyncio.get_running_loop().call_later(STUCK_S, self._again, lease)
            del parts[lease]
        return True

    def _again(self, lease: int) -> None:
        """Try what could not be written once more: whatever was in the way may be gone."""
        if (part := self._stuck.pop(lease, None)) is not None:
            self._parts[lease] = part
            self._count += len(part.attempts)
            self._ring()

    def _part(self, held: Held) -> Part:
        part = self._parts.get(held.id)
        if part is None:
            part = self._parts[held.id] = self._stuck.pop(held.id, None) or Part(held)
        return part

    def _ring(self) -> None:
        self._wake.set()
        if self._count >= FEW:
            self._enough.set()
        if self._count >= GATHER:
            self._full.set()

    def _keep(self, parts: dict[int, Part], count: int) -> None:
        """Put a refused batch before what came meanwhile."""
        for lease, part in self._parts.items():
            if lease in parts:
                parts[lease].attempts += part.attempts
                parts[lease].told, parts[lease].end = part.told, part.end
            else:
                parts[lease] = part
        self._parts, self._count = parts, self._count + count
        self._wake.set()
