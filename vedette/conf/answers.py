"""`POST /a/<token>`: what a person in the field answers, on disk before it is answered 200.

Takes a form or JSON. Nothing of Django's stack runs here; the rules are those of `dispatch/acknowledge.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from django.db import DatabaseError, close_old_connections, connections

from vedette.conf.reply import send_bytes, send_problem
from vedette.dispatch.acknowledge import Outcome, Recorded, record
from vedette.dispatch.group_commit import GroupCommit
from vedette.dispatch.tokens import read_token
from vedette.formats.parts import BadInput
from vedette.web.field import views
from vedette.web.field.answer import LARGEST_BODY, answer_of, is_json, read_answer
from vedette.web.field.look import COOKIE

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body is larger than an answer can be."""


class Answers:
    """Takes answers and commits them in groups."""

    def __init__(self) -> None:
        self._commit = GroupCommit(record)
        self._pages = ThreadPoolExecutor(2, thread_name_prefix="answer-pages")

    async def close(self) -> None:
        """Store what waits."""
        await self._commit.close()
        await asyncio.get_running_loop().run_in_executor(self._pages, connections.close_all)
        self._pages.shutdown()

    async def answer(
        self, method: str, headers: Mapping[bytes, bytes], receive: Receive, send: Send, token: str
    ) -> None:
        """Serve one request."""
        content_type = headers.get(b"content-type", b"").decode("latin-1")
        if method != "POST":
            await send_problem(send, 405, "method", "GET shows the page, POST answers", Allow="GET, HEAD, POST")
            return
        machine, look = is_json(content_type), _look(headers)
        try:
            body = await _body(headers, receive)
        except TooLarge:
            await self._refuse(send, machine, token, look, 413, "body", f"is larger than {LARGEST_BODY} bytes")
            return
        recipient = read_token(token)
        if recipient is None:
            await self._gone(send, machine)
            return
        try:
            said = read_answer(body, content_type)
            outcome = await self._commit.record(answer_of(recipient, said))
        except BadInput as error:
            await self._refuse(send, machine, token, look, 400, error.field, error.reason)
        except DatabaseError:
            log.exception("an answer could not be stored")
            await self._refuse(
                send, machine, token, look, 503, "storage", "it is not recorded yet; please send it again"
            )
        else:
            await self._tell(send, machine, token, said.language, look, outcome)

    async def _tell(self, send: Send, machine: bool, token: str, language: str, look: str, outcome: Outcome) -> None:
        if outcome.recorded is Recorded.UNKNOWN:
            await self._gone(send, machine)
        elif machine:
            await send_bytes(send, 200, _told(outcome), _JSON)
        else:
            await send_bytes(send, 200, await self._page(views.answered_page, token, language, look), views.HEADERS)

    async def _gone(self, send: Send, machine: bool) -> None:
        if machine:
            await send_problem(send, 404, "token", "there is no such page")
        else:
            await send_bytes(send, 404, await self._page(views.gone_page), views.HEADERS)

    async def _refuse(
        self, send: Send, machine: bool, token: str, look: str, status: int, field: str, reason: str
    ) -> None:
        if machine:
            await send_problem(send, status, field, reason)
        else:
            page = await self._page(views.refused_page, token, f"{field}: {reason}", look)
            await send_bytes(send, status, page, views.HEADERS)

    async def _page(self, render: Callable[..., bytes], *given: str) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._pages, _rendered, render, given)


_JSON = {"Content-Type": "application/json"}


def _look(headers: Mapping[bytes, bytes]) -> str:
    """What the reader's cookie says of how the page should look; nothing else of it is read here."""
    given = headers.get(b"cookie", b"").decode("latin-1")
    named = (part.strip().partition("=") for part in given.split(";"))
    return next((value for name, _, value in named if name == COOKIE), "")


@cache
def _told(outcome: Outcome) -> bytes:
    """What a machine is told; there are few outcomes, and many answers."""
    return json.dumps({"recorded": outcome.recorded.value, "state": outcome.state.value}).encode()


def _rendered(render: Callable[..., bytes], given: tuple[str, ...]) -> bytes:
    close_old_connections()
    return render(*given)


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The whole body. Raises TooLarge as soon as that is known."""
    said = headers.get(b"content-length", b"")
    if said.isdigit() and int(said) > LARGEST_BODY:
        raise TooLarge
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionAbortedError
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise TooLarge
        if not message.get("more_body"):
            return body
