"""An HTTP gateway that keeps what it is sent and answers as a test says: well, with 500, with 429, or not at all."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiohttp import web


class Mode(Enum):
    """How the gateway answers the next requests."""

    OK = "200, accepted"
    REFUSE = "500, not accepted"
    BUSY = "429 with Retry-After"
    HANG = "takes the request and never answers"
    CUT = "takes the request and hangs up in the middle of its answer"


@dataclass(frozen=True)
class Request:
    """One request as it came. Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    answered: Mode

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Gateway:
    """What arrived, and how to answer. `mode` may be changed at any time."""

    def __init__(self) -> None:
        self.mode = Mode.OK
        #: Status and body instead of the usual 200; None: as usual.
        self.answer: tuple[int, str] | None = None
        self.retry_after_s = 1
        self.url = ""
        self._requests: list[Request] = []
        self._arrived = threading.Condition()

    @property
    def requests(self) -> tuple[Request, ...]:
        with self._arrived:
            return tuple(self._requests)

    def wait_until(
        self, satisfied: Callable[[tuple[Request, ...]], bool], timeout: float = 30.0
    ) -> tuple[Request, ...]:
        """The requests, as soon as they satisfy; raises TimeoutError with their number if they never do."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: satisfied(tuple(self._requests)), timeout):
                raise TimeoutError(f"only {len(self._requests)} requests within {timeout} s, and they do not satisfy")
            return tuple(self._requests)

    def wait_for(self, count: int, timeout: float = 30.0) -> tuple[Request, ...]:
        """The requests, as soon as there are `count`."""
        return self.wait_until(lambda requests: len(requests) >= count, timeout)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        mode = self.mode
        headers = {name.lower(): value for name, value in request.headers.items()}
        kept = Request(request.method, request.path_qs, headers, await request.read(), mode)
        with self._arrived:
            self._requests.append(kept)
            self._arrived.notify_all()
        if mode is Mode.OK and self.answer is not None:
            status, text = self.answer
            return web.Response(status=status, text=text)
        if mode is Mode.HANG:
            await asyncio.Event().wait()
        if mode is Mode.CUT:
            assert request.transport is not None
            request.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            request.transport.close()
        if mode is Mode.REFUSE:
            return web.json_response({"error": "refused"}, status=500)
        if mode is Mode.BUSY:
            return web.json_response({"error": "busy"}, status=429, headers={"Retry-After": str(self.retry_after_s)})
        return web.json_response({"status": "accepted"})


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway on a free loopback port, in a thread with its own event loop."""
    gateway = Gateway()
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(_application(gateway), handler_cancellation=True, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def stop() -> None:
        await runner.cleanup()
        hanging = asyncio.all_tasks() - {asyncio.current_task()}
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, name="gateway", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(start(), loop).result(10)
        yield gateway
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def _application(gateway: Gateway) -> web.Application:
    application = web.Application(client_max_size=8 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", gateway._answer)
    return application
