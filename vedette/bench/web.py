"""The web server alone, without the engine, and a bare application in the same server to compare it with."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import aiohttp

from vedette.bench.result import Timing
from vedette.demo.gateways import free_port

#: How many are answering at any moment.
AT_ONCE = 128
_BODY = b'{"response": "acknowledged"}'


@contextmanager
def serving(application: str) -> Iterator[int]:
    """Serve an ASGI application on loopback as `vedette serve` does; its port. Raises TimeoutError."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [
            *(sys.executable, "-m", "granian", application, "--interface", "asgi", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "1", "--http", "1", "--no-ws", "--log-level", "error"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def post_all(port: int, paths: Sequence[str]) -> Timing:
    """POST an answer to every path, many at once. Raises RuntimeError on anything but 200."""
    waiting = iter(paths)
    each: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def person() -> None:
            for path in waiting:
                began = time.perf_counter()
                async with session.post(
                    f"http://127.0.0.1:{port}{path}", data=_BODY, headers={"Content-Type": "application/json"}
                ) as answer:
                    await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(f"POST {path}: {answer.status}")
                each.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(person() for _ in range(AT_ONCE)))
        return Timing(each, time.perf_counter() - began)


async def bare(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application that reads the body and answers 200, and keeps nothing."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b"{}"})


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise TimeoutError("the web server did not answer within a minute")
