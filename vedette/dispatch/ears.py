"""Group commit of what channels hear on their own connections: many at a time, the next as soon as the last is written.

Whoever said it is told that it was heard when it is on disk, and tells it again when the engine died before that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import groupby
from typing import NamedTuple

from django.db import InterfaceError, OperationalError

from vedette.access.handling import Realm
from vedette.dispatch import receipts
from vedette.dispatch.channels.face import Kept
from vedette.dispatch.channels.heard import Heard
from vedette.dispatch.database import Database, Desk, DeskDied
from vedette.dispatch.receipts import Call

log = logging.getLogger(__name__)

#: A batch is written so many seconds after its first receipt, or at once with so many. A centre that sends one at a
#: time waits for as long before it sends the next.
GATHER_S, GATHER = 0.005, receipts.BATCH
#: Seconds to wait before writing again what the database refused.
AGAIN_S = 0.5


class _Said(NamedTuple):
    """Something that a channel of a realm heard."""

    realm: str
    channel: str
    heard: Heard
    provider: int | None
    kept: asyncio.Future[None]


class Ears:
    """Gathers what is heard, and has it recorded in its order."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._heard: list[_Said] = []
        self._wake, self._full = asyncio.Event(), asyncio.Event()
        self._writing = asyncio.Lock()

    def hear(self, realm: str, channel: str, heard: Heard, provider: int | None = None) -> Kept:
        """Something that a channel of a realm heard by its provider of that rank; done when nothing can lose it."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard.append(_Said(realm, channel, heard, provider, kept))
        self._wake.set()
        if len(self._heard) >= GATHER:
            self._full.set()
        return kept

    async def work(self) -> None:
        """Record until cancelled."""
        while True:
            await self._wake.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER_S):
                    await self._full.wait()
            try:
                await self.flush()
            except (OperationalError, InterfaceError):
                log.exception("%s receipts and replies are not written yet", len(self._heard))
                await asyncio.sleep(AGAIN_S)

    async def flush(self) -> bool:
        """Record what was heard; whether there was anything. Raises OperationalError or InterfaceError while the
        database is away, and then all of it is kept."""
        async with self._writing:
            did = bool(self._heard)
            while self._heard:
                batch = self._heard[:GATHER]
                await self._record(batch)
                del self._heard[: len(batch)]
                for said in batch:
                    if not said.kept.done():
                        said.kept.set_result(None)
            self._wake.clear()
            self._full.clear()
            return did

    async def _record(self, batch: list[_Said]) -> None:
        """Record some; where they cannot be recorded together, each by itself, and what cannot be recorded at all is
        left out: it must not keep what everyone else says from being heard."""
        try:
            await self._database.run(Desk.WRITER, receipts.record_calls, _calls(batch))
        except (DeskDied, OperationalError, InterfaceError):
            raise
        except Exception:
            if len(batch) == 1:
                log.exception("something heard by %s in %s cannot be recorded", batch[0].channel, batch[0].realm)
                return
            for one in batch:
                await self._record([one])


def _calls(batch: list[_Said]) -> list[Call]:
    """The same, in its order: neighbours that came by one provider are one call."""
    return [
        Call(realm=Realm(realm), channel=channel, heard=[one.heard for one in said], provider=provider)
        for (realm, channel, provider), said in groupby(batch, lambda one: (one.realm, one.channel, one.provider))
    ]
