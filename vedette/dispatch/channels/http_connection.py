"""One connection to an HTTP/1.1 server: one request at a time, its answer parsed by llhttp (httptools)."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from vedette.dispatch.channels.http_message import Answer, HttpError, Kind

#: What is kept of an answer's body, and how much of an answer is read before its connection is given up.
_BODY_KEPT = 2_000
_ANSWER_READ = 65_536
#: The most that an answer's head may be, with the interim answers (1xx) before it: bytes, headers.
_HEAD_READ = 16_384
_HEADERS = 100
_NEVER = float("inf")


class Connection(asyncio.Protocol):
    """Made by `loop.create_connection`; then `ask` again and again, as long as it is `usable`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_lost: Callable[[Connection], None]) -> None:
        self._loop = loop
        self._on_lost = on_lost
        self._transport: Any = None
        self._parser: Any = None
        self._readable: Callable[[int], list[Any]] | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        #: When the request on its way is to be given up, by the loop's clock.
        self.deadline = _NEVER
        #: Since when nothing is on its way.
        self.idle_since = 0.0
        #: The last answer was whole, and nothing came after it.
        self.usable = True
        # Of the answer that is coming in.
        self._got = self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = b""
        self._in_head = True
        self._complete = False

    def ask(self, request: bytes, deadline: float) -> asyncio.Future[Answer]:
        """Send one whole request. What comes of it: an Answer, or an HttpError."""
        self._got = self._status = 0
        self._headers = []
        self._body = b""
        self._in_head = True
        self._complete = False
        self.deadline = deadline
        self._waiting = self._loop.create_future()
        self._transport.write(request)
        return self._waiting

    def still_open(self) -> bool:
        """Whether an idle connection can be used again: neither closed by the server, nor anything left to read that
        would be taken for the next answer."""
        return self.usable and (self._readable is None or not self._readable(0))

    @property
    def heard(self) -> bool:
        """Something has come of the answer to the last request."""
        return self._got > 0

    def give_up(self, error: HttpError) -> None:
        """Close at once; who waits gets the error."""
        self.usable = False
        self._end(error)
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = HttpResponseParser(self)
        if transport.get_extra_info("sslcontext") is None:
            # Under TLS there may be session tickets to read at any time.
            poll = select.poll()
            poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
            self._readable = poll.poll

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.give_up(HttpError(Kind.CLOSED, ""))
            return
        self._got += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.give_up(HttpError(Kind.NOT_HTTP, "switched protocols without being asked", heard=True))
        except HttpParserError as error:
            # What came after a whole answer harms nobody but its connection.
            self.usable = False
            self._end(None if self._complete else HttpError(Kind.NOT_HTTP, str(error), heard=True))
            self._transport.abort()
        else:
            if self._complete:
                self._end(None)
            elif self._got > _HEAD_READ:
                self._read_enough()

    def eof_received(self) -> None:
        self.usable = False
        if self._waiting is not None and not self._in_head and not self._framed():
            # The body ends with the connection (RFC 9112, 6.3).
            self._end(None)

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        self._parser = self._readable = None
        self._end(HttpError(Kind.CLOSED, str(error or ""), heard=self.heard))
        self._on_lost(self)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._complete:
            self.usable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            self._headers.append((name, value))
            if len(self._headers) > _HEADERS:
                raise ValueError("too many headers")

    def on_headers_complete(self) -> None:
        if not self._complete:
            self._status = self._parser.get_status_code()
            self._in_head = False

    def on_body(self, data: bytes) -> None:
        if not self._complete and len(self._body) < _BODY_KEPT:
            self._body += data[: _BODY_KEPT - len(self._body)]

    def on_message_complete(self) -> None:
        if self._complete:
            return
        if 100 <= self._status < 200:
            # Interim (RFC 9110, 15.2): the answer is still to come.
            self._headers = []
            self._in_head = True
            return
        self._complete = True
        # An answer that came before the whole request had gone is no beginning for the next one.
        self.usable = self.usable and self._parser.should_keep_alive() and not self._transport.get_write_buffer_size()

    # In between.

    def _end(self, error: HttpError | None) -> None:
        """Tell who waits, if anybody still does."""
        waiting, self._waiting = self._waiting, None
        self.deadline = _NEVER
        if waiting is None or waiting.done():
            return
        if error is None and not 200 <= self._status < 600:
            error = HttpError(Kind.NOT_HTTP, f"status {self._status}", heard=True)
        if error is not None:
            self.usable = False
            waiting.set_exception(error)
        else:
            self.idle_since = self._loop.time()
            waiting.set_result(Answer(self._status, self._headers, self._body))

    def _read_enough(self) -> None:
        """More came than an answer may be: without a head it is none; with one, the rest is not worth reading."""
        if self._in_head:
            self.give_up(HttpError(Kind.NOT_HTTP, "too large a head", heard=True))
        elif self._got > _ANSWER_READ:
            self.usable = False
            self._end(None)
            self._transport.abort()

    def _framed(self) -> bool:
        """Whether the head says where the body ends."""
        return any(name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self._headers)
