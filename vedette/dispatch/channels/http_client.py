"""The one HTTP client of all channels that speak HTTP: POSTs over kept connections, and nothing more.

It follows no redirects, decodes nothing, keeps no cookies and reads no proxy settings. Why it is our own, with figures:
bench/peers/README.md.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque

from vedette.dispatch.channels.http_addresses import Addresses
from vedette.dispatch.channels.http_connection import Connection
from vedette.dispatch.channels.http_message import Answer, HttpError, Kind, Origin, Target, header_lines

__all__ = ["Answer", "HttpClient", "HttpError", "Kind", "Target", "header_lines"]

#: Seconds after which a connection that nothing is asked over is closed; most servers keep one for longer.
_IDLE_S = 30.0
#: Seconds between two looks at what is overdue, at least.
_SWEEP_S = 0.01
_NEVER = float("inf")


class HttpClient:
    """POSTs to any number of servers over at most `connections` connections. Made and used within one event loop."""

    def __init__(
        self, *, connections: int, timeout_s: float, allow_private: bool = False, ca_file: str | None = None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._connections = connections
        self._timeout_s = timeout_s
        self._addresses = Addresses(allow_private=allow_private)
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None
        self._open: set[Connection] = set()
        #: Those that nothing is asked over, the longest idle first (a dict as an ordered set).
        self._idle: dict[Origin, dict[Connection, None]] = {}
        self._asking = 0
        self._turns: deque[asyncio.Future[None]] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._sweep_at = _NEVER
        self._closed = False

    async def post(self, target: Target, headers: bytes, body: bytes, *, repeatable: bool = False) -> Answer:
        """One POST, ended within the timeout: the answer, whatever its status, or an HttpError.

        `headers` are whole lines, each with its CRLF (`header_lines` makes them safely from text). `repeatable` says
        that they carry a key by which the server drops repeats; only then is a request that a kept connection swallowed
        sent once more over a new one (RFC 9110, 9.2.2).
        """
        deadline = self._loop.time() + self._timeout_s
        request = b"%b%bcontent-length: %d\r\n\r\n%b" % (target.head, headers, len(body), body)
        if self._asking < self._connections:
            self._asking += 1
        else:
            await self._turn(deadline)
        try:
            connection = self._kept(target.origin)
            if connection is not None:
                try:
                    return await self._ask(connection, target.origin, request, deadline)
                except HttpError as error:
                    if not repeatable or error.kind is not Kind.CLOSED or error.heard or self._closed:
                        raise
            return await self._ask(await self._connect(target.origin, deadline), target.origin, request, deadline)
        finally:
            self._leave()

    async def close(self) -> None:
        """Close every connection; what is still on its way ends with an HttpError."""
        self._closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        self._addresses.close()
        for connection in tuple(self._open):
            connection.give_up(HttpError(Kind.CLOSED, "the client was closed"))
        while self._open:
            await asyncio.sleep(0)

    async def _ask(self, connection: Connection, origin: Origin, request: bytes, deadline: float) -> Answer:
        if deadline < self._sweep_at:
            self._look_again_at(deadline)
        try:
            answer = await connection.ask(request, deadline)
        except asyncio.CancelledError:
            connection.give_up(HttpError(Kind.CLOSED, "nobody waits any more"))
            raise
        if connection.usable:
            self._idle.setdefault(origin, {})[connection] = None
        else:
            connection.give_up(HttpError(Kind.CLOSED, ""))
        return answer

    def _kept(self, origin: Origin) -> Connection | None:
        """The connection to there that was used last, if it still stands."""
        idle = self._idle.get(origin)
        while idle:
            connection, _ = idle.popitem()
            if connection.still_open():
                return connection
            connection.give_up(HttpError(Kind.CLOSED, ""))
        return None

    async def _connect(self, origin: Origin, deadline: float) -> Connection:
        self._make_room()
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await self._addresses.of(origin.host, origin.port)
                for number, address in enumerate(addresses, 1):
                    # An address that says nothing must leave the others their share of the time.
                    now = self._loop.time()
                    share = now + (deadline - now) / (len(addresses) - number + 1)
                    try:
                        async with asyncio.timeout_at(share):
                            return await self._connect_to(address, origin)
                    except OSError:
                        if number == len(addresses):
                            raise
        except TimeoutError as error:
            raise HttpError(Kind.TIMEOUT, f"no connection to {origin.host} within {self._timeout_s:g} s") from error
        except ssl.SSLError as error:
            raise HttpError(Kind.TLS, str(error)) from error
        except OSError as error:
            raise HttpError(Kind.REFUSED, f"{origin.host} port {origin.port}: {error.strerror or error}") from error
        raise HttpError(Kind.REFUSED, f"{origin.host} has no address")

    async def _connect_to(self, address: str, origin: Origin) -> Connection:
        secure = origin.scheme == "https"
        _, connection = await self._loop.create_connection(
            lambda: Connection(self._loop, lambda lost: self._lost(lost, origin)),
            address,
            origin.port,
            ssl=self._context() if secure else None,
            server_hostname=origin.host if secure else None,
        )
        if self._closed:
            connection.give_up(HttpError(Kind.CLOSED, ""))
        if not connection.usable:
            raise HttpError(Kind.CLOSED, "as soon as it was made")
        self._open.add(connection)
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            try:
                self._tls = ssl.create_default_context(cafile=self._ca_file)
            except OSError as error:
                raise HttpError(Kind.TLS, f"ca_file {self._ca_file}: {error}") from error
            self._tls.set_alpn_protocols(["http/1.1"])
        return self._tls

    def _lost(self, connection: Connection, origin: Origin) -> None:
        self._open.discard(connection)
        self._idle.get(origin, {}).pop(connection, None)

    def _make_room(self) -> None:
        """One more connection is about to be made: close the longest idle ones (to other servers) beyond the limit."""
        idle = sum(map(len, self._idle.values()))
        while idle and self._asking + idle > self._connections:
            oldest = min((next(iter(those)) for those in self._idle.values() if those), key=lambda one: one.idle_since)
            for those in self._idle.values():
                those.pop(oldest, None)
            oldest.give_up(HttpError(Kind.CLOSED, ""))
            idle -= 1

    # So many at a time.

    async def _turn(self, deadline: float) -> None:
        turn: asyncio.Future[None] = self._loop.create_future()
        self._turns.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave()
            if isinstance(error, TimeoutError):
                raise HttpError(Kind.TIMEOUT, f"no connection was free within {self._timeout_s:g} s") from error
            raise

    def _leave(self) -> None:
        while self._turns:
            turn = self._turns.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._asking -= 1

    # One timer for all: a timer for each request would cost as much as the request.

    def _look_again_at(self, moment: float) -> None:
        if self._sweep is not None:
            self._sweep.cancel()
        self._sweep_at = moment
        self._sweep = None if moment == _NEVER else self._loop.call_at(moment, self._end_overdue)

    def _end_overdue(self) -> None:
        now, following = self._loop.time(), _NEVER
        for connection in tuple(self._open):
            if connection.deadline <= now:
                late = f"no answer within {self._timeout_s:g} s"
                connection.give_up(HttpError(Kind.TIMEOUT, late, heard=connection.heard))
            elif connection.deadline < _NEVER:
                following = min(following, connection.deadline)
            elif connection.idle_since + _IDLE_S <= now:
                connection.give_up(HttpError(Kind.CLOSED, ""))
            else:
                following = min(following, connection.idle_since + _IDLE_S)
        self._look_again_at(max(following, now + _SWEEP_S))
