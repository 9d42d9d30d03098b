"""What a sink speaks: as much of HTTP/1.1 and SMTP as a well-behaved client needs, at the least cost a request."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any

_ACCEPTED = b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"
_EXTENSIONS = (
    b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n"
    b"250 SIZE 10000000\r\n"
)
_END_OF_DATA = b"\r\n.\r\n"


class Tally:
    """Counts messages by key: eight bytes a message for the time, and a hash instead of the key.

    Of a million keys, two have the same 64-bit hash once in thirty million runs.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.keys: set[int] = set()
        #: When the first message of each key came, in that order.
        self.arrived = array("d")

    def take(self, key: bytes) -> None:
        self.messages += 1
        hashed = hash(key)
        if hashed not in self.keys:
            self.keys.add(hashed)
            self.arrived.append(time.time())

    def told(self) -> dict[str, Any]:
        """Enough to say when any share of the keys had come, however many there are."""
        last = len(self.arrived) - 1
        moments = [self.arrived[last * percent // 100] for percent in range(101)] if last >= 0 else []
        return {"messages": self.messages, "keys": len(self.keys), "moments": moments}


class Tallies:
    """One tally of everything, and one of the messages in which a mark stands."""

    def __init__(self, mark: bytes) -> None:
        self._mark = mark
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.all, self.marked = Tally(), Tally()

    def take(self, key: bytes, message: bytes) -> None:
        self.all.take(key)
        if self._mark and self._mark in message:
            self.marked.take(key)


class Later:
    """Writes each answer so long after it was ready. The wait is the same for all, so they fall due in turn: one queue
    and one timer do for any number of connections."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._due: deque[tuple[float, asyncio.WriteTransport, bytes]] = deque()

    def write(self, transport: asyncio.WriteTransport, answer: bytes) -> None:
        if not self._wait_s:
            transport.write(answer)
            return
        loop = asyncio.get_running_loop()
        at = loop.time() + self._wait_s
        if not self._due:
            loop.call_at(at, self._write_due)
        self._due.append((at, transport, answer))

    def _write_due(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._due and self._due[0][0] <= now:
            _, transport, answer = self._due.popleft()
            if not transport.is_closing():
                transport.write(answer)
        if self._due:
            loop.call_at(self._due[0][0], self._write_due)


class _Protocol(asyncio.Protocol):
    _transport: asyncio.WriteTransport

    def __init__(self, take: Callable[[bytes, bytes], None], later: Later) -> None:
        self._take = take
        self._later = later
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]


class Http(_Protocol):
    """Takes every request that says how long its body is, under its `Idempotency-Key`, else under its body."""

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        start = answers = 0
        while (end := data.find(b"\r\n\r\n", start)) >= 0:
            head = data[start:end].lower()
            at = head.find(b"\ncontent-length:")
            whole = end + 4 + (int(head[at + 16 :].partition(b"\r")[0]) if at >= 0 else 0)
            if whole > len(data):
                break
            at = head.find(b"\nidempotency-key:")
            key = data[start + at + 17 : end].partition(b"\r")[0].strip() if at >= 0 else data[end + 4 : whole]
            self._take(key, data[start:whole])
            start = whole
            answers += 1
        self._rest = data[start:]
        if answers:
            self._later.write(self._transport, _ACCEPTED * answers)


class Smtp(_Protocol):
    """Takes every mail, under its `Message-ID`."""

    _in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        start, replies = 0, b""
        while True:
            end = data.find(_END_OF_DATA if self._in_data else b"\r\n", start)
            if end < 0:
                break
            if self._in_data:
                self._take(_message_id(data[start:end]), data[start:end])
                self._in_data = False
                replies += b"250 2.0.0 OK\r\n"
                start = end + 5
            else:
                replies += self._reply(data[start : start + 4].upper())
                # The end of an empty mail begins with the end of the line of DATA.
                start = end if self._in_data else end + 2
        self._rest = data[start:]
        if replies:
            self._later.write(self._transport, replies)

    def _reply(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return _EXTENSIONS
        if verb == b"DATA":
            self._in_data = True
            return b"354 go on\r\n"
        return b"221 2.0.0 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 OK\r\n"


def _message_id(mail: bytes) -> bytes:
    """The header's value, also when it stands on the next line (RFC 5322, 2.2.3)."""
    at = mail[: mail.find(b"\r\n\r\n")].lower().find(b"\nmessage-id:")
    return mail[at + 12 :].split(None, 1)[0] if at >= 0 else b""


PROTOCOLS: dict[str, type[_Protocol]] = {"http": Http, "smtp": Smtp}
