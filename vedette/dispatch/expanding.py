"""Which messages' audiences are being stored: the most urgent, and beside it one that is more urgent still."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from vedette import clock
from vedette.dispatch import expand
from vedette.dispatch.database import Database, Desk, DeskDied
from vedette.dispatch.in_hand import InHand

log = logging.getLogger(__name__)

#: Seconds for which a message whose audience could not be stored is left alone.
SULK_S = 5.0


@dataclass(frozen=True, slots=True)
class _Expanding:
    """An outbox row that is being worked on."""

    priority: tuple[bool, int]
    desk: Desk
    task: asyncio.Task[None]


class Expansions:
    """Stores audiences for what is in hand to send to. `rung` is set when one is done."""

    def __init__(self, in_hand: InHand, database: Database) -> None:
        self.rung = asyncio.Event()
        self._in_hand = in_hand
        self._db = database.run
        self._stopping = False
        self._expanding: dict[int, _Expanding] = {}
        self._not_before: dict[int, float] = {}

    @property
    def any(self) -> bool:
        """Whether any is under way."""
        return bool(self._expanding)

    def stop(self) -> None:
        """Begin no more chunk."""
        self._stopping = True

    async def done(self) -> None:
        """Wait for those under way."""
        await asyncio.gather(*(one.task for one in self._expanding.values()))

    async def look(self) -> bool:
        """See that the most urgent message that waits for its audience is worked on, and one that is more urgent than
        that beside it."""
        waiting = await self._db(Desk.KEEPER, expand.waiting, self._in_hand.realm)
        now = asyncio.get_running_loop().time()
        begun = False
        for outbox in waiting:
            if self._stopping or len(self._expanding) == 2:
                break
            if outbox.pk in self._expanding or self._not_before.get(outbox.pk, 0.0) > now:
                continue
            if any(outbox.priority >= other.priority for other in self._expanding.values()):
                continue
            desks = {other.desk for other in self._expanding.values()}
            desk = Desk.KEEPER if Desk.EXPANDER in desks else Desk.EXPANDER
            urgent = any(held.precedence > outbox.priority for held in self._in_hand.held)
            task = asyncio.create_task(self._expand_one(outbox.pk, desk, urgent))
            self._expanding[outbox.pk] = _Expanding(outbox.priority, desk, task)
            begun = True
        return begun

    async def _expand_one(self, outbox: int, desk: Desk, urgent: bool) -> None:
        try:
            if urgent:
                await self._in_hand.take_first(outbox, desk)
            while not self._stopping:
                await self._let_pass(outbox)
                if await self._db(desk, expand.step, outbox, clock.now()):
                    break
                self._in_hand.room.set()
                await self._in_hand.way.wait()
        except DeskDied:
            raise
        except Exception:
            log.exception("outbox %s failed; it is tried again, others go first", outbox)
            self._not_before[outbox] = asyncio.get_running_loop().time() + SULK_S
        finally:
            del self._expanding[outbox]
            self.rung.set()
            self._in_hand.room.set()

    async def _let_pass(self, outbox: int) -> None:
        """Wait while something more urgent is expanded: it must not stand behind this one for its turn to write."""
        priority = self._expanding[outbox].priority
        if urgent := [other.task for other in self._expanding.values() if other.priority < priority]:
            await asyncio.wait(urgent)
