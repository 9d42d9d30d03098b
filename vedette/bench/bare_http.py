"""The bare HTTP client: the least that POSTs and waits for each answer, the fastest at hand (bench/peers/README.md).

No tasks, no parser, no timeouts: each connection writes its next request as soon as the last one was answered.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

LIMIT_IS = "a bare client: uvloop, one protocol a connection, no parser"


def http_rate(port: int, n: int, body: bytes, connections: int) -> float:
    """POSTs a second to a sink, each under a key of its own."""
    return uvloop.run(_run(port, n, body, connections))


class _Round:
    """What the connections share: how many are left to ask, and to be answered."""

    def __init__(self, port: int, n: int, body: bytes) -> None:
        self.begun = 0
        self.n = self.unanswered = n
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tail = b"\r\n\r\n" + body
        self._head = (
            b"POST /messages HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\nidempotency-key: bare-" % (port, len(body))
        )

    def request(self) -> bytes:
        self.begun += 1
        return b"%b%030d%b" % (self._head, self.begun, self._tail)


class _Client(asyncio.Protocol):
    def __init__(self, of: _Round) -> None:
        self._round = of
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def ask(self) -> None:
        if self._round.begun < self._round.n:
            self.transport.write(self._round.request())

    def data_received(self, data: bytes) -> None:
        # The sink's answer is short enough to come in one piece.
        if not data.startswith(b"HTTP/1.1 202 "):
            self._round.done.set_exception(RuntimeError(f"the sink answered {data[:80]!r}"))
        self._round.unanswered -= 1
        if not self._round.unanswered:
            self._round.done.set_result(None)
        self.ask()


async def _run(port: int, n: int, body: bytes, connections: int) -> float:
    loop, of = asyncio.get_running_loop(), _Round(port, n, body)
    clients = [(await loop.create_connection(lambda: _Client(of), "127.0.0.1", port))[1] for _ in range(connections)]
    began = time.perf_counter()
    for client in clients:
        client.ask()
    await of.done
    took = time.perf_counter() - began
    for client in clients:
        client.transport.close()
    return n / took
