"""Has what listeners hear kept: many at a time, the next as soon as the last are on disk, each in its order.

Whoever told a fix is told when it is kept, so that a broker keeps it until then, and a flood waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from django.db import DatabaseError, close_old_connections, connections

from vedette.access.handling import Realm
from vedette.formats.fix import Fix
from vedette.people.device_fixes import REFUSED, UNPROVEN, note, take_all
from vedette.people.devices import devices_named
from vedette.people.models import Device

log = logging.getLogger(__name__)

#: Fixes taken in one transaction.
_BATCH = 2_000
#: Seconds to wait before taking again what the database refused.
_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """What a device said: a fix, or None for what could not be used. `proves` tells whether it is that device."""

    realm: Realm
    kind: Device.Kind
    name: str
    fix: Fix | None
    proves: Callable[[Device], bool]


class Taker:
    """Gathers what is said, and has it taken by one thread."""

    def __init__(self) -> None:
        self._said: list[tuple[Said, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="positions")

    def take(self, said: Said) -> asyncio.Future[None]:
        """Something that was said; done when it is kept, or left out for good."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._said.append((said, kept))
        self._wake.set()
        return kept

    async def run(self, work: Callable[[], None]) -> None:
        """Do something else with the database, in its turn."""
        await asyncio.get_running_loop().run_in_executor(self._thread, _guarded, work)

    async def work(self) -> None:
        """Take until cancelled."""
        while True:
            await self._wake.wait()
            batch = self._said[:_BATCH]
            if not batch:
                self._wake.clear()
                continue
            try:
                await self.run(lambda said=[one for one, _ in batch]: _take(said))  # type: ignore[misc]
            except DatabaseError as error:
                log.error("positions are not kept yet: %s", error)
                await asyncio.sleep(_AGAIN_S)
                continue
            except Exception:
                # What cannot be kept at all must not keep everything after it from being kept.
                log.exception("%s positions cannot be kept", len(batch))
            del self._said[: len(batch)]
            for _, kept in batch:
                if not kept.done():
                    kept.set_result(None)

    async def close(self) -> None:
        """Give the database back."""
        with contextlib.suppress(RuntimeError):
            await self.run(connections.close_all)
        self._thread.shutdown()


def _take(said: Sequence[Said]) -> None:
    for (realm, kind), some in groupby(said, lambda one: (one.realm, one.kind)):
        _take_some(realm, kind, list(some))


def _take_some(realm: Realm, kind: Device.Kind, said: Sequence[Said]) -> None:
    """What was said in one realm in one way. Whoever is not paired is not known here: nothing is stored of them."""
    known = devices_named(realm, kind, {one.name for one in said})
    told: list[tuple[Device, Fix]] = []
    for one in said:
        device = known.get(one.name)
        if device is None:
            continue
        if not one.proves(device):
            note(device, UNPROVEN)
        elif one.fix is None:
            note(device, REFUSED)
        else:
            told.append((device, one.fix))
    if told:
        take_all(told)


def _guarded(work: Callable[[], None]) -> None:
    close_old_connections()
    work()
