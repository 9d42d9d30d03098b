"""`GET /events/warnings/<id>`: live progress as server-sent events (HTML Living Standard, 9.2).

One producer a warning looks once a second, whatever the number of viewers, and makes each text once for all who have
the same rights; each viewer is sent what changed of what the policy lets them see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connections
from django.http import HttpRequest

from vedette.access.actors import actor_for
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.conf.reply import header, send_problem
from vedette.warnings.models import Warning
from vedette.web.console import live
from vedette.web.middleware import realm_of

log = logging.getLogger(__name__)

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Seconds between looks, between signs of life to an idle viewer, and after which a viewer's right is asked for again.
LOOK_S, HEARTBEAT_S, ASK_AGAIN_S = 1.0, 15.0, 30.0


class Events:
    """All streams of this process."""

    def __init__(self, look_s: float = LOOK_S, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._look_s, self._heartbeat_s = look_s, heartbeat_s
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="events")
        self._watched: dict[int, _Watched] = {}
        self._closing = asyncio.Event()

    async def close(self) -> None:
        """End every stream."""
        self._closing.set()
        for watched in list(self._watched.values()):
            watched.changed.set()
        await self._in_thread(connections.close_all)
        self._threads.shutdown()

    async def stream(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, rest: str) -> None:
        """Serve one viewer until they go."""
        if scope["method"] != "GET":
            await send_problem(send, 405, "method", "only GET", Allow="GET")
            return
        warning = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 18 else 0
        cookie = header(scope, b"cookie")
        viewer = await self._in_thread(_viewer, cookie, warning)
        if viewer is None:
            await send_problem(send, 403, "session", "log in to follow this warning, or ask who may")
            return
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await self._feed(send, warning, cookie, viewer, gone)
        finally:
            gone.cancel()

    async def _feed(self, send: Send, warning: int, cookie: str, viewer: Actor, gone: asyncio.Task[None]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        watched = self._watch(warning, viewer)
        sent: dict[str, str] = {}
        asked = said = time.monotonic()
        try:
            while not (gone.done() or self._closing.is_set()):
                changed, latest = watched.changed, watched.latest.get(viewer, {})
                news = b"".join(_event(name, data) for name, data in latest.items() if sent.get(name) != data)
                sent = dict(latest)
                if not news and time.monotonic() - said >= self._heartbeat_s:
                    news = b": still here\n\n"
                if news:
                    said = time.monotonic()
                    await send({"type": "http.response.body", "body": news, "more_body": True})
                if time.monotonic() - asked >= ASK_AGAIN_S:
                    asked = time.monotonic()
                    again = await self._in_thread(_viewer, cookie, warning)
                    if again is None:
                        break
                    watched.viewers += Counter([again])
                    watched.viewers -= Counter([viewer])
                    viewer = again
                waiting = asyncio.create_task(changed.wait())
                await asyncio.wait({waiting, gone}, timeout=self._heartbeat_s / 3, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
            with contextlib.suppress(Exception):
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._unwatch(warning, viewer)

    def _watch(self, warning: int, viewer: Actor) -> _Watched:
        watched = self._watched.get(warning)
        if watched is None:
            watched = self._watched[warning] = _Watched(asyncio.Event(), {})
            watched.producer = asyncio.create_task(self._produce(warning, watched))
        watched.viewers += Counter([viewer])
        return watched

    def _unwatch(self, warning: int, viewer: Actor) -> None:
        watched = self._watched[warning]
        watched.viewers -= Counter([viewer])
        if not watched.viewers:
            del self._watched[warning]
            if watched.producer is not None:
                watched.producer.cancel()

    async def _produce(self, warning: int, watched: _Watched) -> None:
        watch = live.Watch(warning)
        while not self._closing.is_set():
            try:
                latest = await self._in_thread(watch.look, list(watched.viewers))
            except Exception:
                log.exception("progress of warning %s could not be read", warning)
                latest = watched.latest
            if latest != watched.latest:
                watched.latest = latest
                before, watched.changed = watched.changed, asyncio.Event()
                before.set()
            await asyncio.sleep(self._look_s)

    async def _in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _kept, work, given)


@dataclass
class _Watched:
    """One warning that somebody watches. `changed` is set, and replaced, when `latest` is replaced."""

    changed: asyncio.Event
    #: What each sort of viewer may be sent: event name -> data.
    latest: dict[Actor, dict[str, str]]
    #: How many watch, by `live.sight_of` them.
    viewers: Counter[Actor] = field(default_factory=Counter)
    producer: asyncio.Task[None] | None = None


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


def _event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def _kept(work: Callable[..., Any], given: tuple[Any, ...]) -> Any:
    close_old_connections()
    return work(*given)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _viewer(cookie: str, warning_id: int) -> Actor | None:
    """What whoever holds this cookie is to the policy; None when they may not even know that the warning exists."""
    actor = _actor(cookie)
    warning = Warning.objects.filter(pk=warning_id).first()
    if actor is None or warning is None or not actor.may(Verb.SEE, warning):
        return None
    return live.sight_of(actor)


def _actor(cookie: str) -> Actor | None:
    try:
        found = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if found is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(found.value)
    user = get_user(request)
    if not user.is_authenticated:
        return None
    return actor_for(user, realm_of(request))  # type: ignore[arg-type]
