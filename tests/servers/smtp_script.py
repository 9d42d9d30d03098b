"""A mail server that says what a script says, right or wrong, and remembers what it was told and when.

It runs in the test's own event loop, so that what came first can be told for sure.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import cast


class Then(Enum):
    """What follows a turn."""

    GO_ON = "wait for the client"
    HANG_UP = "close the connection"
    RESET = "reset the connection"


@dataclass(frozen=True)
class Turn:
    """What is said, in these pieces, on connecting or once the client has said something; and what then."""

    pieces: tuple[bytes, ...]
    then: Then = Then.GO_ON


@dataclass
class Conversation:
    """One connection as the server saw it."""

    told: bytearray = field(default_factory=bytearray)
    #: What it was told, line by line, without the mails; and the mails, dots and all.
    commands: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    #: What the server said after the end of a mail had come to it.
    after_mail: bytearray = field(default_factory=bytearray)
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Script:
    """The running server. Each connection follows the next of `turns`, and the last of them again and again. After its
    turns it says nothing more but goodbye."""

    host = "127.0.0.1"

    def __init__(self, turns: Sequence[Sequence[Turn]]) -> None:
        self._turns = turns
        self.port = 0
        self.conversations: list[Conversation] = []

    def connection(self) -> _Connection:
        turns = self._turns[min(len(self.conversations), len(self._turns) - 1)]
        self.conversations.append(Conversation())
        return _Connection(self.conversations[-1], turns)


class _Connection(asyncio.Protocol):
    def __init__(self, of: Conversation, turns: Sequence[Turn]) -> None:
        self._of = of
        self._turns = iter(turns)
        self._fresh = b""
        self._mail_follows = False
        self._speaking: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._peek = socket.socket(fileno=socket.dup(transport.get_extra_info("socket").fileno()))
        self._take_turn()

    def data_received(self, data: bytes) -> None:
        self._of.told += data
        self._fresh += data
        if self._mail_follows and self._fresh.endswith(b".\r\n"):
            self._of.mails.append(self._fresh)
            self._take_turn()
        elif not self._mail_follows and self._fresh.endswith(b"\r\n"):
            self._of.commands += self._fresh.decode("latin-1").split("\r\n")[:-1]
            self._take_turn()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._speaking is not None:
            self._speaking.cancel()
        self._peek.close()
        self._of.over.set()

    def _take_turn(self) -> None:
        leaving, self._fresh = self._fresh == b"QUIT\r\n", b""
        turn = next(self._turns, say("221 bye", then=Then.HANG_UP) if leaving else None)
        if turn is not None:
            self._mail_follows = b"354" in b"".join(turn.pieces)
            self._speaking = asyncio.get_running_loop().create_task(self._speak(turn))

    async def _speak(self, turn: Turn) -> None:
        for piece in turn.pieces:
            if self._mail_has_come():
                self._of.after_mail += piece
            self._transport.write(piece)
            for _ in range(3):  # so that the client reads one piece at a time
                await asyncio.sleep(0)
        if turn.then is Then.HANG_UP:
            self._transport.close()
        elif turn.then is Then.RESET:
            self._peek.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    def _mail_has_come(self) -> bool:
        """Also when it has come to this machine, and has not been read yet."""
        try:
            unread = self._peek.recv(2**20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:
            unread = b""
        return b"\r\n\r\n" in self._of.told + unread and (self._of.told + unread).endswith(b"\r\n.\r\n")


def say(*replies: str, then: Then = Then.GO_ON) -> Turn:
    """A turn of whole replies, in one piece."""
    return Turn(("".join(f"{reply}\r\n" for reply in replies).encode(),), then)


HANG_UP = Turn((), Then.HANG_UP)
SILENCE = Turn(())
HELLO = (say("220 here"), say("250-here", "250-PIPELINING", "250 SIZE 100000"))
LOCK_STEP_HELLO = (say("220 here"), say("250 here"))
READY = say("250 sender", "250 recipient", "354 go on")
TAKEN = say("250 taken")


@asynccontextmanager
async def following(*turns: Sequence[Turn]) -> AsyncIterator[Script]:
    """Run one on a free loopback port: connection by connection, what it says."""
    script = Script(turns)
    server = await asyncio.get_running_loop().create_server(script.connection, script.host, 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        await server.wait_closed()
