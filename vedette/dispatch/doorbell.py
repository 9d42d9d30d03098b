"""How the engine learns at once that there is work: PostgreSQL tells it, and SQLite shows that something changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from abc import ABC, abstractmethod

import psycopg
from django.db import connection

log = logging.getLogger(__name__)

#: What the triggers of migration 0003 notify.
CHANNEL = "vedette_dispatch"
#: Seconds between looks at SQLite's change counter; a look costs some microseconds.
_LOOK_S = 0.002
#: Seconds until a broken line to PostgreSQL is made again.
_AGAIN_S = 1.0


class Doorbell(ABC):
    """Rings when an outbox row or a lease was written, by whomever; may ring for less."""

    @abstractmethod
    async def rung(self) -> None:
        """Come back when it rings."""

    @abstractmethod
    async def close(self) -> None:
        """Hang up."""


def doorbell() -> Doorbell:
    """The one for the database that is used."""
    return _SqliteBell() if connection.vendor == "sqlite" else _PostgresBell()


class _SqliteBell(Doorbell):
    """`PRAGMA data_version` changes when another connection has committed."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(str(connection.settings_dict["NAME"]), check_same_thread=False)
        self._seen = self._version()

    async def rung(self) -> None:
        while (now := self._version()) == self._seen:
            await asyncio.sleep(_LOOK_S)
        self._seen = now

    async def close(self) -> None:
        self._connection.close()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class _PostgresBell(Doorbell):
    """LISTEN on a connection of its own."""

    def __init__(self) -> None:
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def rung(self) -> None:
        while True:
            try:
                if self._connection is None:
                    self._connection = await self._listening()
                    return  # whatever was written meanwhile
                async for _ in self._connection.notifies(stop_after=1):
                    return
            except psycopg.Error:
                log.warning("not told of new work until the database answers again; looking by time")
                await self.close()
                await asyncio.sleep(_AGAIN_S)

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None

    async def _listening(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        given = {key: value for key, value in connection.get_connection_params().items() if key in _LINE}
        line = await psycopg.AsyncConnection.connect(autocommit=True, **given)
        await line.execute(f"LISTEN {CHANNEL}")
        return line


_LINE = ("dbname", "user", "password", "host", "port")
