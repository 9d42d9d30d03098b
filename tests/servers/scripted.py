"""An HTTP server that says exactly what a test tells it to, in the pieces it tells, and then keeps, closes or resets.

It runs in the test's own event loop, so that what is said comes before what the test does next.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum


class Then(Enum):
    """What the server does with the connection after it spoke."""

    KEEP = "waits for the next request"
    CLOSE = "ends the connection"
    RESET = "breaks the connection"


@dataclass(frozen=True)
class Say:
    """What is answered: some pieces, and what follows."""

    pieces: tuple[bytes, ...]
    then: Then = Then.KEEP

    @classmethod
    def cut(cls, answer: bytes, size: int, then: Then = Then.KEEP) -> Say:
        """One answer in pieces of that size."""
        return cls(tuple(answer[at : at + size] for at in range(0, len(answer), size)), then)


@dataclass(frozen=True)
class Asked:
    """One request: on which connection, as which one there, and its bytes."""

    connection: int
    turn: int
    head: bytes
    body: bytes


@dataclass
class Server:
    """A running server: what it was asked, and its connections."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    #: All ever made, by number.
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0

    @property
    def connections(self) -> int:
        """How many were ever made."""
        return len(self.writers)


Script = Callable[[Asked], Say]


@asynccontextmanager
async def scripted(script: Script, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on a free loopback port that answers each request by the script."""
    told = Server()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = told.connections
        told.writers.append(writer)
        told.open_now += 1
        told.most_open = max(told.most_open, told.open_now)
        try:
            await _serve(reader, writer, number)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            told.open_now -= 1
            writer.close()

    async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        turn = 0
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
            asked = Asked(number, turn, head, await reader.readexactly(length))
            told.asked.append(asked)
            turn += 1
            say = script(asked)
            for piece in say.pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            if say.then is Then.RESET:
                plain = writer.get_extra_info("socket")
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            if say.then is not Then.KEEP:
                return

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        server.close()
        for writer in told.writers:
            writer.transport.abort()
        # Each handler ends when its connection does.
        while told.open_now:
            await asyncio.sleep(0)
