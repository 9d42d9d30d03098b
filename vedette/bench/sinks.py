"""Sinks in a process of their own: an HTTP gateway and a mail server that take everything and count by key.

Run as `python -m vedette.bench.sinks http|smtp`: prints its port, and for every line on standard input what it took.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

#: The header that carries the idempotency key.
_KEYS = {"http": b"idempotency-key:", "smtp": b"message-id:"}


@dataclass(frozen=True)
class Taken:
    """What a sink has taken: how many, of how many keys, and when the first of each came (seconds since 1970)."""

    messages: int
    keys: int
    arrived: tuple[float, ...]

    @property
    def duplicates(self) -> int:
        """Messages under a key that had come before."""
        return self.messages - self.keys


class Sink:
    """A running sink."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    def taken(self) -> Taken:
        """What it has taken so far."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: PT018
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Taken(told["messages"], told["keys"], tuple(told["arrived"]))

    def count(self) -> int:
        """How many keys it has taken so far."""
        return self.taken().keys


@contextmanager
def sink(kind: str) -> Iterator[Sink]:
    """Start a sink (`http` or `smtp`), and stop it at the end."""
    process = subprocess.Popen(  # noqa: S603  (our own module)
        [sys.executable, "-m", "vedette.bench.sinks", kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Sink(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


class _Tally:
    def __init__(self) -> None:
        self.keys: Counter[bytes] = Counter()
        self.arrived: list[float] = []

    def take(self, head: bytes, name: bytes) -> None:
        at = head.lower().find(b"\n" + name)
        start = at + 1 + len(name)
        key = head[start : head.find(b"\r", start)].strip() if at >= 0 else b""
        self.keys[key] += 1
        if self.keys[key] == 1:
            self.arrived.append(time.time())

    def told(self) -> dict[str, Any]:
        return {"messages": self.keys.total(), "keys": len(self.keys), "arrived": self.arrived}


async def _http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tally: _Tally) -> None:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 : lower.find(b"\r", at)]) if at >= 0 else 0
        await reader.readexactly(length)
        tally.take(head, _KEYS["http"])
        writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}")
        await writer.drain()


async def _smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tally: _Tally) -> None:
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper().strip()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            await writer.drain()
            body = await reader.readuntil(b"\r\n.\r\n")
            tally.take(b"\n" + body, _KEYS["smtp"])
        if verb == b"QUIT":
            writer.write(b"221 bye\r\n")
            return
        writer.write(b"250 OK\r\n")
        await writer.drain()


async def _serve(kind: str) -> None:
    tally = _Tally()
    protocol = {"http": _http, "smtp": _smtp}[kind]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await protocol(reader, writer, tally)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=2**22)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(tally.told()), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
