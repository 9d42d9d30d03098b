"""The front: answers the hot paths itself and hands every other request to Django's WSGI stack in a thread pool.

`POST /a/<token>` is `answers.py`, `GET /events/warnings/<id>` is `events.py`, `POST /api/v1/positions` is
`positions.py`. All check the host as Django does.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.urls import get_resolver

from vedette.conf.wsgi import application as pages

# Django is set up by the import above; what follows needs it.
from vedette.conf.answers import Answers  # isort: skip
from vedette.conf.events import Events  # isort: skip
from vedette.conf.positions import PATH as POSITIONS_PATH, Positions  # isort: skip
from vedette.conf.reply import HostCheck, header, headers_of, send_problem  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Threads for Django's pages.
PAGE_THREADS = 8
#: The most bytes of a request that Django's pages are given: one file of 25 MB, and the form around it.
LARGEST_BODY = 26 * 1024 * 1024
ANSWER_PATH, EVENTS_PATH = "/a/", "/events/warnings/"
#: Below an answer's address, where its person says where they are: rare, and Django's.
CHECK_IN = "/position"


class Front:
    """The ASGI application."""

    def __init__(self) -> None:
        self._pages = WSGIMiddleware(pages, workers=PAGE_THREADS)
        self._answers = Answers()
        self._events = Events()
        self._positions = Positions(self._page)
        self._hosts = HostCheck()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        answers = path.startswith(ANSWER_PATH) and method not in ("GET", "HEAD") and not path.endswith(CHECK_IN)
        batches = path == POSITIONS_PATH and method == "POST"
        own = answers or batches or path.startswith(EVENTS_PATH)
        if not own:
            await self._page(scope, receive, send)
            return
        headers = headers_of(scope)
        if not await self._hosts.allows(headers.get(b"host", b"").decode("latin-1")):
            await send_problem(send, 400, "host", "this installation does not answer to that name")
        elif batches:
            await self._positions.answer(scope, headers, receive, send)
        elif path.startswith(ANSWER_PATH):
            await self._answers.answer(method, headers, receive, send, path.removeprefix(ANSWER_PATH))
        else:
            await self._events.stream(scope, receive, send, path.removeprefix(EVENTS_PATH))

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to Django; a body that is too large is refused, by its length if told and while read if not."""
        told = header(scope, b"content-length")
        if told.isdecimal() and int(told[:20]) > LARGEST_BODY:
            await _send_too_large(send)
            return
        capped = _Capped(receive, send)
        try:
            await self._pages(scope, capped.receive, capped.send)
        except _TooLarge:
            if not capped.exceeded:
                raise
        if capped.exceeded and not capped.started:
            await _send_too_large(send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _settle_in()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._events.close()
                await self._answers.close()
                await self._positions.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _settle_in() -> None:
    """Load what the first request would, and let the garbage collector leave alone what stays: each time it looks
    through all of Django again, every answer waits for 30 to 80 ms."""
    get_resolver().url_patterns  # noqa: B018  (loads every page)
    gc.collect()
    gc.freeze()


class _TooLarge(OSError):
    """The body goes on beyond what is read."""


class _Capped:
    """A connection whose body ends in an error beyond LARGEST_BODY; what is then answered to that is not sent.

    Its `receive` is a coroutine, as a2wsgi asks; granian's gives a future.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._read = 0
        self.exceeded = self.started = False

    async def receive(self) -> MutableMapping[str, Any]:
        if self.exceeded:
            raise _TooLarge("the body is too large")
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > LARGEST_BODY:
            self.exceeded = True
            raise _TooLarge("the body is too large")
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if self.exceeded and not self.started:
            return
        self.started = True
        await self._send(message)


async def _send_too_large(send: Send) -> None:
    await send_problem(send, 413, "body", "is too large: one file of 25 MB can be sent")


application = Front()
