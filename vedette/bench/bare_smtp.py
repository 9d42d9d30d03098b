"""The bare SMTP client: the least that hands over mails and waits for each answer, the fastest at hand.

No tasks, no parser, no timeouts: each connection writes its next envelope as soon as the last mail was answered.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

LIMIT_IS = "a bare client: uvloop, one protocol a connection, no parser"


def smtp_rate(port: int, n: int, size: int, connections: int) -> float:
    """Mails of about `size` octets a second to a server that takes several commands at once, each under its own key."""
    return uvloop.run(_run(port, n, size, connections))


class _Round:
    """What the connections share: how many are left to send, and to be answered."""

    def __init__(self, n: int, size: int) -> None:
        self.begun = 0
        self.n = self.unanswered = n
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = b"x" * 74 + b"\r\n"
        self._text = b"\r\n\r\n" + line * (size // len(line)) + b".\r\n"

    def envelope(self) -> bytes:
        self.begun += 1
        return b"MAIL FROM:<bench@vedette.example>\r\nRCPT TO:<p%d@people.example>\r\nDATA\r\n" % self.begun

    def mail(self, number: int) -> bytes:
        return b"From: bench@vedette.example\r\nMessage-ID: <bare-%059d@vedette.example>%b" % (number, self._text)


class _Client(asyncio.Protocol):
    def __init__(self, of: _Round) -> None:
        self._round = of
        self._number = 0
        self.transport: asyncio.WriteTransport
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def begin(self) -> None:
        if self._round.begun < self._round.n:
            self.transport.write(self._round.envelope())
            self._number = self._round.begun

    def data_received(self, data: bytes) -> None:
        # The server's answers are short enough to come in one piece; the last of them is the one that is waited for.
        last = data[data.rfind(b"\n", 0, -1) + 1 :]
        if last.startswith(b"220"):
            self.transport.write(b"EHLO bench\r\n")
        elif last.startswith(b"354"):
            self.transport.write(self._round.mail(self._number))
        elif not last.startswith(b"250"):
            self._fail(data)
        elif not self.ready.done():
            self.ready.set_result(None)
        else:
            self._round.unanswered -= 1
            if not self._round.unanswered:
                self._round.done.set_result(None)
            self.begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(b"hung up")

    def _fail(self, said: bytes) -> None:
        if not self._round.done.done():
            self._round.done.set_exception(RuntimeError(f"the server answered {said[:80]!r}"))


async def _run(port: int, n: int, size: int, connections: int) -> float:
    loop, of = asyncio.get_running_loop(), _Round(n, size)
    clients = [(await loop.create_connection(lambda: _Client(of), "127.0.0.1", port))[1] for _ in range(connections)]
    for client in clients:
        await client.ready
    began = time.perf_counter()
    for client in clients:
        client.begin()
    await of.done
    took = time.perf_counter() - began
    for client in clients:
        client.transport.close()
    return n / took
