"""`POST /api/v1/positions`: batches of fixes, on disk before they are answered 200, many requests in one commit.

What is not plainly sound goes on to the API in Django's stack, as if it had come there: `web/api/position_batches.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from django.db import DatabaseError

from vedette.conf.reply import send_bytes, send_problem
from vedette.dispatch.group_commit import GroupCommit
from vedette.web.api.position_batches import Batch, read_batch, record_batches

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Page = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger(__name__)

PATH = "/api/v1/positions"
#: A thousand fixes need less, in bytes.
BODY_LIMIT = 500_000
#: Requests in one commit; and requests that may wait for theirs: beyond it devices are told to come again.
TOGETHER, MOST_WAITING = 10, 200
#: Requests whose body may be on its way at a time, and how long that may take; nobody has looked at their token yet.
MOST_READING, READ_WITHIN_S = 500, 10.0


class Positions:
    """Takes batches of fixes and commits them in groups."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._commit: GroupCommit[Batch, bytes | None] = GroupCommit(record_batches, TOGETHER, "positions")
        self._reading = self._waiting = 0

    async def close(self) -> None:
        """Store what waits."""
        await self._commit.close()

    async def answer(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        """Serve one request."""
        scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if scheme.lower() != "bearer" or kind != b"application/json" or b"idempotency-key" in headers:
            await self._page(scope, receive, send)
            return
        if self._waiting >= MOST_WAITING or self._reading >= MOST_READING:
            await _come_again(send)
            return
        read = _Read(receive)
        self._reading += 1
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                body = await read.body()
        except TimeoutError:
            await send_problem(send, 408, "body", f"did not come within {READ_WITHIN_S:g} seconds; send it again")
            return
        finally:
            self._reading -= 1
        batch = read_batch(token.strip(), body) if body is not None else None
        if batch is not None and self._waiting >= MOST_WAITING:
            await _come_again(send)
            return
        self._waiting += 1
        try:
            told = await self._commit.record(batch) if batch is not None else None
        except DatabaseError:
            log.exception("a batch of positions could not be stored")
            await send_problem(send, 503, "storage", "it is not stored; please send it again")
            return
        finally:
            self._waiting -= 1
        if told is None:
            await self._page(scope, read.again, send)
        else:
            await send_bytes(send, 200, told, {"Content-Type": "application/json; charset=utf-8"})


async def _come_again(send: Send) -> None:
    await send_problem(send, 503, "body", "too many batches are waiting; send it again", **{"Retry-After": "1"})


class _Read:
    """A request's body, and the same once more for whoever reads it after us."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._heard: list[MutableMapping[str, Any]] = []

    async def body(self) -> bytes | None:
        """All of it; None if it is longer than ours can be, or the caller has gone."""
        length, last = 0, False
        while not last:
            message = await self._receive()
            self._heard.append(message)
            length += len(message.get("body", b""))
            if message["type"] != "http.request" or length > BODY_LIMIT:
                return None
            last = not message.get("more_body")
        return b"".join(message.get("body", b"") for message in self._heard)

    async def again(self) -> MutableMapping[str, Any]:
        """What `receive` gave, and then what it gives."""
        return self._heard.pop(0) if self._heard else await self._receive()
