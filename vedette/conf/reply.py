"""What the front's own paths share: the host check, and answers with the security headers every page has."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connections
from django.http.request import split_domain_port, validate_host

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_REMEMBERED, _REMEMBERED_S = 100, 5.0
_SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
}


def header(scope: MutableMapping[str, Any], name: bytes) -> str:
    """A request header's value; empty when there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def headers_of(scope: MutableMapping[str, Any]) -> dict[bytes, bytes]:
    """A request's headers; of several with one name the first, as `header` gives it."""
    return dict(reversed(scope["headers"]))


class HostCheck:
    """Whether Django would serve a host. The names may be in the database, so they are asked for in a thread."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[bool, float]] = {}
        self._asking: dict[str, asyncio.Task[bool]] = {}

    async def allows(self, host: str) -> bool:
        """Whether a host may be served. What is known holds for a few seconds, and as long again while it is asked
        anew: one request has it asked, and nobody waits for that."""
        known, until = self._known.get(host, (False, 0.0))
        now = time.monotonic()
        if now < until:
            return known
        asking = self._asking.get(host)
        if asking is None:
            asking = self._asking[host] = asyncio.create_task(self._ask(host))
        return known if now < until + _REMEMBERED_S else await asyncio.shield(asking)

    async def _ask(self, host: str) -> bool:
        try:
            allowed = await asyncio.to_thread(_allowed, host)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[host] = (allowed, time.monotonic() + _REMEMBERED_S)
            return allowed
        finally:
            del self._asking[host]


def _allowed(host: str) -> bool:
    try:
        domain, _ = split_domain_port(host)
        return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    finally:
        connections.close_all()


async def send_bytes(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """A whole answer."""
    same = _encoded(tuple(headers.items()), settings.SECURE_HSTS_SECONDS)
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*same, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=64)
def _encoded(headers: tuple[tuple[str, str], ...], hsts_s: int) -> list[tuple[bytes, bytes]]:
    """The headers that a kind of answer has each time: the safe ones, and over them its own."""
    given = {**_SAFE, **dict(headers)}
    if hsts_s:
        given["Strict-Transport-Security"] = f"max-age={hsts_s}"
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]


async def send_json(send: Send, status: int, data: Mapping[str, Any], **headers: str) -> None:
    """An answer as JSON."""
    kind = "application/problem+json" if status >= 400 else "application/json"
    await send_bytes(send, status, json.dumps(data).encode(), {"Content-Type": kind, **headers})


async def send_problem(send: Send, status: int, field: str, reason: str, **headers: str) -> None:
    """One clear error (RFC 9457) that names the field and the reason."""
    told = {"type": "about:blank", "title": reason, "status": status, "errors": [{"field": field, "reason": reason}]}
    await send_json(send, status, told, **headers)
