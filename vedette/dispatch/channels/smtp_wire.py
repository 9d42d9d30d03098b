"""One connection to a mail server, kept in step: so many replies are waited for at a time, and only those are taken.

Whatever else comes ends the connection, so that a reply can never be taken for the answer to another command. It knows
octets, replies and time; what is said is in `smtp_session.py`.
"""

from __future__ import annotations

import asyncio
import ssl
from enum import Enum
from math import inf
from typing import cast

from vedette.dispatch.channels.smtp_replies import NotSmtp, Replies, Reply

#: Service not available, closing (RFC 5321, 3.8): whatever was asked, it ends the connection.
CLOSING = 421


class End(Enum):
    """Why a connection is over."""

    #: There is none, or nothing was ever heard on it.
    UNREACHED = "no connection"
    #: No answer in time.
    SILENT = "no answer in time"
    #: The server hung up, or said that it does (421).
    HUNG_UP = "the server closed the connection"
    #: It does not want this connection, or this login.
    REFUSED = "the server refuses the connection"
    #: TLS could not be had, or the certificate is not good.
    INSECURE = "no TLS"
    #: It spoke out of turn, or what it sent is not SMTP.
    OUT_OF_STEP = "the server does not keep to SMTP"
    #: We closed it.
    DONE = "closed"


class Ended(Exception):
    """The connection is over. `replies` are those that had come to the last question."""

    def __init__(self, why: End, detail: str = "", replies: tuple[Reply, ...] = ()) -> None:
        super().__init__(f"{why.value}: {detail}" if detail else why.value)
        self.why = why
        self.detail = detail
        self.replies = replies


class Wire(asyncio.Protocol):
    """The connection. Made by `connect`, which waits for the greeting."""

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout_s: float) -> None:
        self._loop = loop
        self._timeout_s = timeout_s
        self._transport: asyncio.Transport | None = None
        self._replies = Replies()
        self._came: list[Reply] = []
        self._wanted = 1
        self._greeting: asyncio.Future[list[Reply]] = loop.create_future()
        self._waiter: asyncio.Future[list[Reply]] | None = self._greeting
        self._timer: asyncio.TimerHandle | None = None
        self._until = inf
        self._ended: Ended | None = None

    @property
    def open(self) -> bool:
        """It can be used."""
        return self._ended is None

    @property
    def own_address(self) -> str:
        """Our end's address, as a literal (RFC 5321, 4.1.3)."""
        name = self._transport.get_extra_info("sockname") if self._transport is not None else None
        host = str(name[0]).partition("%")[0] if name else "127.0.0.1"
        return f"[IPv6:{host}]" if ":" in host else f"[{host}]"

    async def greeting(self) -> Reply:
        """What the server says first. Raises Ended."""
        return (await self._greeting)[0]

    async def ask(self, data: bytes, wanted: int = 1) -> list[Reply]:
        """Write, and wait for so many replies. Raises Ended."""
        transport = self._usable()
        self._wanted, self._came = wanted, []
        waiter: asyncio.Future[list[Reply]] = self._loop.create_future()
        self._waiter = waiter
        self._watch(self._timeout_s)
        transport.write(data)
        return await waiter

    def rest(self, for_s: float) -> None:
        """Nothing is asked for now; take leave after so long."""
        if self._ended is None:
            self._watch(for_s)

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go on under TLS. Raises Ended."""
        plain = self._usable()
        try:
            under_tls = await self._loop.start_tls(
                plain, self, context, server_hostname=host, ssl_handshake_timeout=self._timeout_s
            )
        except OSError as error:
            raise self._end(End.INSECURE, said(error)) from error
        self._transport = cast(asyncio.Transport, under_tls)

    def abort(self) -> None:
        """Close at once, whatever is on its way."""
        self._end(End.DONE)

    async def quit(self, patience_s: float) -> None:
        """Take leave, and wait a little for the server's word, as RFC 5321, 4.1.1.10 asks."""
        try:
            async with asyncio.timeout(patience_s):
                await self.ask(b"QUIT\r\n")
        except (Ended, TimeoutError):
            pass
        finally:
            self.abort()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._watch(self._timeout_s)

    def data_received(self, data: bytes) -> None:
        if self._ended is not None:
            return
        try:
            came = self._replies.feed(data)
        except NotSmtp as error:
            self._end(End.OUT_OF_STEP, str(error))
            return
        for reply in came:
            if reply.code == CLOSING:
                self._end(End.HUNG_UP, str(reply))
                return
            self._came.append(reply)
        waiter, missing = self._waiter, self._wanted - len(self._came)
        if waiter is None or missing < 0 or (missing == 0 and not self._replies.between):
            self._end(End.OUT_OF_STEP, "it said more than it was asked")
        elif missing == 0:
            self._waiter, self._until = None, inf
            if not waiter.done():
                waiter.set_result(self._came)

    def connection_lost(self, exc: Exception | None) -> None:
        detail = "" if exc is None else said(exc)
        if isinstance(exc, ssl.SSLError):
            self._end(End.INSECURE, detail)
        else:
            self._end(End.HUNG_UP if self._greeting.done() else End.UNREACHED, detail)

    # Time: one timer serves the whole connection. When it rings it looks whether it is still early.

    def _watch(self, for_s: float) -> None:
        self._until = self._loop.time() + for_s
        if self._timer is not None and self._timer.when() > self._until:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_later(for_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        left = self._until - self._loop.time()
        if left == inf:
            return
        if left > 0:
            self._timer = self._loop.call_later(left, self._ring)
        elif self._waiter is not None:
            self._end(End.SILENT)
        elif self._transport is not None:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
            self._end(End.DONE)

    def _usable(self) -> asyncio.Transport:
        if self._ended is not None:
            raise Ended(self._ended.why, self._ended.detail)
        assert self._transport is not None
        return self._transport

    def _end(self, why: End, detail: str = "") -> Ended:
        if self._ended is not None:
            return self._ended
        self._ended = Ended(why, detail, tuple(self._came))
        if self._timer is not None:
            self._timer.cancel()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._ended)
            self._waiter.exception()  # marks it as seen: whoever waited may be gone
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()
        return self._ended


async def connect(host: str, port: int, context: ssl.SSLContext | None, timeout_s: float) -> tuple[Wire, Reply]:
    """A connection, under TLS from the start if a context is given, and the server's greeting. Raises Ended."""
    loop = asyncio.get_running_loop()
    wire = Wire(loop, timeout_s)
    try:
        async with asyncio.timeout(timeout_s):
            await loop.create_connection(
                lambda: wire, host, port, ssl=context, server_hostname=None if context is None else host
            )
        return wire, await wire.greeting()
    except Ended:
        raise
    except ssl.SSLError as error:
        raise Ended(End.INSECURE, said(error)) from error
    except (OSError, ValueError) as error:  # ValueError: a host that cannot be one
        raise Ended(End.UNREACHED, said(error)) from error
    except BaseException:
        wire.abort()
        raise


def said(error: Exception) -> str:
    """An error in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
