"""The web server alone, without the engine, and a bare application in the same server to compare it with."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from vedette.demo.gateways import free_port


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
