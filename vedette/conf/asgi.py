"""The front: answers the hot paths itself and hands every other request to Django's WSGI stack in a thread pool.

`POST /a/<token>` is `answers.py`, `GET /events/warnings/<id>` is `events.py`. Both check the host as Django does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware

from vedette.conf.wsgi import application as pages

# Django is set up by the import above; what follows needs it.
from vedette.conf.answers import Answers  # isort: skip
from vedette.conf.events import Events  # isort: skip
from vedette.conf.reply import HostCheck, send_problem  # isort: skip

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Threads for Django's pages.
PAGE_THREADS = 8
ANSWER_PATH, EVENTS_PATH = "/a/", "/events/warnings/"


class Front:
    """The ASGI application."""

    def __init__(self) -> None:
        self._pages = WSGIMiddleware(pages, workers=PAGE_THREADS)
        self._answers = Answers()
        self._events = Events()
        self._hosts = HostCheck()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        own = (path.startswith(ANSWER_PATH) and method not in ("GET", "HEAD")) or path.startswith(EVENTS_PATH)
        if not own:
            await self._pages(scope, _as_coroutine(receive), send)
        elif not await self._hosts.allows(scope):
            await send_problem(send, 400, "host", "this installation does not answer to that name")
        elif path.startswith(ANSWER_PATH):
            await self._answers.answer(scope, receive, send, path.removeprefix(ANSWER_PATH))
        else:
            await self._events.stream(scope, receive, send, path.removeprefix(EVENTS_PATH))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._events.close()
                await self._answers.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _as_coroutine(receive: Receive) -> Receive:
    """granian's `receive` gives a future; a2wsgi takes coroutines only."""

    async def received() -> MutableMapping[str, Any]:
        return await receive()

    return received


application = Front()
