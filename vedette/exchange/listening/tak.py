"""TAK clients that connect over TCP or TLS and say where they are (Cursor on Target, XML).

A uid proves nothing: a client shows the certificate that its device is paired with, or says its device's token when it
connects. It is told of nobody else's position; all that is ever said to it is that we are here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from typing import Any

from vedette import clock
from vedette.access.handling import Realm
from vedette.exchange.listening.settings import TakSettings
from vedette.exchange.listening.taker import Said, Taker
from vedette.formats.cot import BadCot, Pli, parse_pli
from vedette.formats.cot_stream import (
    ASKS_VERSION,
    PING,
    Login,
    Stream,
    kind_of,
    read_login,
    write_no_version,
    write_pong,
)
from vedette.formats.fix import UNSAID_M, Fix
from vedette.people.devices import is_token_of
from vedette.people.models import Device

log = logging.getLogger(__name__)

#: Clients connected at a time over each port.
MOST = 2_000
#: Seconds: to agree on TLS, and without a word before a connection is closed (clients ping every few seconds).
_HANDSHAKE_S, _SILENCE_S = 10.0, 300.0
#: Bytes read at a time, and documents of one client that cannot be read before it is turned away.
_PIECE, _MOST_BROKEN = 16 * 1024, 20


class CannotListen(Exception):
    """The port is taken, or its address is not this machine's: why, in one sentence."""


async def listen(realm: Realm, settings: TakSettings, taker: Taker, listening: Callable[[str], None]) -> None:
    """Listen until cancelled; `listening` is called when it has begun, and when a client is turned away, with the
    reason. Raises CannotListen, BadInput."""
    door = _Door(realm, taker, listening)
    ports = ((settings.tls_port, settings.context()), (settings.tcp_port, None))
    async with contextlib.AsyncExitStack() as open_ones:
        for port, context in ports:
            if port is not None:
                open_ones.push_async_callback(_close, await _open(door, settings.host, port, context))
        open_ones.push_async_callback(door.close)
        listening("")
        await asyncio.get_running_loop().create_future()


async def _open(door: _Door, host: str, port: int, context: ssl.SSLContext | None) -> asyncio.Server:
    timeout = None if context is None else _HANDSHAKE_S
    try:
        return await asyncio.start_server(
            door.enter, host, port, ssl=context, ssl_handshake_timeout=timeout, limit=_PIECE
        )
    except OSError as error:
        raise CannotListen(f"{host} port {port}: {error.strerror or error}") from error


async def _close(server: asyncio.Server) -> None:
    server.close()


class _Door:
    """Where clients come in."""

    def __init__(self, realm: Realm, taker: Taker, turned_away: Callable[[str], None]) -> None:
        self._realm, self._taker, self._turned_away = realm, taker, turned_away
        self._inside: set[asyncio.Task[Any]] = set()

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one client until it leaves, falls silent or says what cannot be read."""
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        try:
            if len(self._inside) > MOST:
                raise BadCot(f"more than {MOST:,} clients are connected")
            await _Client(self._realm, self._taker, _name_shown(writer), writer).hear(reader)
        except BadCot as error:
            self._turned_away(f"a client was turned away: {error}")
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            self._inside.discard(task)
            writer.close()

    async def close(self) -> None:
        """Send everybody away."""
        for task in list(self._inside):
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)


class _Client:
    """One connection."""

    def __init__(self, realm: Realm, taker: Taker, shown: str, writer: asyncio.StreamWriter) -> None:
        self._realm, self._taker, self._shown, self._writer = realm, taker, shown, writer
        self._login = Login("", "", "")
        self._broken = 0

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Until the end. Raises BadCot, TimeoutError, OSError."""
        stream = Stream()
        while True:
            async with asyncio.timeout(_SILENCE_S):
                piece = await reader.read(_PIECE)
            if not piece:
                return
            waiting = []
            for document in stream.feed(piece):
                try:
                    waiting += self._hear_one(document)
                except BadCot as error:
                    self._broken += 1
                    if self._broken > _MOST_BROKEN:
                        raise BadCot(f"too much of what it said could not be read; at last: {error}") from error
            await asyncio.gather(*waiting)
            async with asyncio.timeout(_SILENCE_S):
                await self._writer.drain()

    def _hear_one(self, document: bytes) -> list[asyncio.Future[None]]:
        kind = kind_of(document)
        if kind == "auth":
            self._login = read_login(document)
        elif kind == PING:
            self._writer.write(write_pong(clock.now()))
        elif kind == ASKS_VERSION:
            self._writer.write(write_no_version("vedette", clock.now()))
        elif kind.startswith("a-"):
            return [self._take(parse_pli(document))]
        return []

    def _take(self, pli: Pli) -> asyncio.Future[None]:
        fix = Fix(pli.lat, pli.lon, UNSAID_M if pli.accuracy_m is None else pli.accuracy_m or UNSAID_M, pli.at)
        return self._taker.take(Said(self._realm, Device.Kind.TAK, pli.uid, fix, self._proves))

    def _proves(self, device: Device) -> bool:
        """A device that is paired with a certificate is told by nothing else."""
        if device.certificate:
            return self._shown == device.certificate
        return self._login.uid == device.name and is_token_of(self._login.password, device)


def _name_shown(writer: asyncio.StreamWriter) -> str:
    """The common name of the client's certificate, which TLS has checked; empty without one."""
    peer: dict[str, Any] = writer.get_extra_info("peercert") or {}
    names = [value for part in peer.get("subject", ()) for name, value in part if name == "commonName"]
    return names[-1] if names else ""
