"""The front reads no more of a body than the largest that any page takes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware

from vedette.conf.asgi import LARGEST_BODY, Front

PIECE = b"0" * 1024 * 1024


class Sender:
    """A client at the other end of the front, that counts what is read from it."""

    def __init__(self, pieces: int, headers: dict[str, str]) -> None:
        self.read = 0
        self.answer: list[Any] = []
        self._pieces = self._left = pieces
        self._headers = headers

    def ask(self, front: Front) -> tuple[int, bytes]:
        headers = {"host": "localhost", "content-type": "application/json", **self._headers}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/api/v1/sources",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 5),
            "server": ("localhost", 80),
        }
        asyncio.run(front(scope, self._receive, self._send))
        body = b"".join(message.get("body", b"") for message in self.answer)
        return self.answer[0]["status"], body

    async def _receive(self) -> dict[str, Any]:
        self._left -= 1
        self.read += len(PIECE)
        return {"type": "http.request", "body": PIECE, "more_body": self._left > 0}

    async def _send(self, message: Any) -> None:
        self.answer.append(message)


class Reading(Front):
    """A front before an application that reads its body to the end, however long it is said to be."""

    def __init__(self, reads: Callable[[Any, Any], Iterable[bytes]]) -> None:
        super().__init__()
        self._pages = WSGIMiddleware(reads)


def careful(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answers with the length of the body, and breaks where the body does."""
    size = len(environ["wsgi.input"].read())
    start_response("200 OK", [])
    return [str(size).encode()]


def forgiving(environ: Any, start_response: Any) -> Iterable[bytes]:
    """Answers in its own words to a body that breaks."""
    try:
        return careful(environ, start_response)
    except OSError:
        start_response("500 Internal Server Error", [])
        return [b"sorry"]


def test_a_length_beyond_the_largest_is_refused_unread() -> None:
    sender = Sender(27, {"content-length": str(LARGEST_BODY + 1)})
    status, body = sender.ask(Front())
    assert status == 413 and sender.read == 0
    assert json.loads(body)["errors"] == [{"field": "body", "reason": "is too large: one file of 25 MB can be sent"}]


def test_the_largest_length_reaches_the_pages() -> None:
    sender = Sender(26, {"content-length": str(LARGEST_BODY)})
    assert sender.ask(Reading(careful)) == (200, str(LARGEST_BODY).encode())


@pytest.mark.parametrize("reads", [careful, forgiving])
def test_a_body_of_no_told_length_is_read_to_the_largest_and_then_refused(
    reads: Callable[[Any, Any], Iterable[bytes]],
) -> None:
    front = Reading(reads)
    whole = Sender(26, {"transfer-encoding": "chunked"})
    assert whole.ask(front) == (200, str(LARGEST_BODY).encode())
    endless = Sender(1_000, {"transfer-encoding": "chunked"})
    status, body = endless.ask(front)
    assert status == 413 and json.loads(body)["status"] == 413
    assert endless.read == LARGEST_BODY + len(PIECE)
