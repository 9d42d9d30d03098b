"""People answering over HTTP: a load generator that costs little, in a process of its own.

Run as `python -m vedette.bench.load PORT CONNECTIONS`: takes paths to POST an answer to, one a line, on standard input,
and prints what came of them as JSON. Each connection is kept, and sends the next answer when the last one is heard.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import uvloop

from vedette.bench.result import Timing

#: How many are answering at any moment.
AT_ONCE = 128
_BODY = b'{"response": "acknowledged"}'


@dataclass(frozen=True)
class Heard:
    """What came of a load: how long each answer took, and how many had which HTTP status."""

    timing: Timing
    statuses: dict[int, int]


class Load:
    """Answers that are being sent."""

    def __init__(self, port: int, paths: Iterable[str], connections: int = AT_ONCE) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", "vedette.bench.load", str(port), str(connections)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write("\n".join(paths))
        self._process.stdin.close()

    def heard(self) -> Heard:
        """Wait for the end. Raises RuntimeError when the server did not answer all of them."""
        assert self._process.stdout is not None
        told = self._process.stdout.read()
        if self._process.wait() != 0:
            raise RuntimeError("the server closed a connection before it had answered")
        found = json.loads(told)
        return Heard(Timing(found["each"], found["total"]), {int(key): n for key, n in found["statuses"].items()})


class _Person(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: Iterator[bytes], told: _Told) -> None:
        self._requests = requests
        self._told = told
        self._heard = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        heard = self._heard + data if self._heard else data
        end = heard.find(b"\r\n\r\n")
        at = heard.lower().find(b"content-length:", 0, end)
        if end < 0 or len(heard) < end + 4 + int(heard[at + 15 : heard.index(b"\r", at)]):
            self._heard = heard
            return
        self._heard = b""
        self._told.each.append(time.perf_counter() - self._began)
        self._told.statuses[int(heard[9:12])] += 1
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._told.over(self._began == 0.0)

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._began = 0.0
            self._transport.close()
        else:
            self._began = time.perf_counter()
            self._transport.write(request)


class _Told:
    """What is gathered over all connections."""

    def __init__(self, connections: int) -> None:
        self.each: list[float] = []
        self.statuses: Counter[int] = Counter()
        self._open = connections
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def over(self, in_order: bool) -> None:
        """A connection is closed."""
        self._open -= 1
        if not self.ended.done() and (self._open == 0 or not in_order):
            self.ended.set_result(in_order)


async def _work(port: int, connections: int, paths: list[str]) -> int:
    requests = [
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(_BODY)}\r\n\r\n".encode()
        + _BODY
        for path in paths
    ]
    told, waiting = _Told(connections), iter(requests)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Person(waiting, told), "127.0.0.1", port)
    in_order = await told.ended
    print(json.dumps({"total": time.perf_counter() - began, "each": told.each, "statuses": told.statuses}))
    return 0 if in_order else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(_work(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.read().split())))
