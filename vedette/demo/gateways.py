"""Stand-ins for a mail server and an HTTP message gateway, on loopback. Real protocols, nothing leaves the machine.

They keep what they are given and hand each message on to whoever plays the recipients.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Parcel:
    """One message as a gateway got it."""

    channel: str
    #: `ex-00001@people.example` or `device:ex-00001`.
    address: str
    #: The idempotency key it came with.
    key: str
    text: str


@dataclass
class Daybook:
    """What the gateways took in, by idempotency key. Safe to use from several threads."""

    on_parcel: Callable[[Parcel], None]
    #: Addresses that the mail gateway refuses for good.
    refused: frozenset[str] = frozenset()
    keys: Counter[str] = field(default_factory=Counter)
    addresses: set[str] = field(default_factory=set)
    #: Text and address -> the keys it came under.
    _under: dict[bytes, set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, parcel: Parcel) -> None:
        """Count a parcel and, the first time its key is seen, hand it on: a good gateway drops repeats."""
        with self._lock:
            self.keys[parcel.key] += 1
            self.addresses.add(parcel.address)
            same = hashlib.sha256(f"{parcel.channel}\0{parcel.address}\0{parcel.text}".encode()).digest()
            self._under.setdefault(same, set()).add(parcel.key)
            first = self.keys[parcel.key] == 1
        if first:
            self.on_parcel(parcel)

    @property
    def repeats(self) -> int:
        """Parcels that came again under a key already seen."""
        with self._lock:
            return sum(self.keys.values()) - len(self.keys)

    @property
    def unkeyed(self) -> int:
        """Parcels that came again under another key: repeats that a gateway could not have told apart."""
        with self._lock:
            return sum(len(keys) - 1 for keys in self._under.values())


class MailGateway:
    """An SMTP server on a free loopback port."""

    def __init__(self, book: Daybook) -> None:
        self._book = book
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=20)

    def start(self) -> None:
        """Listen."""
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse the addresses that are said to be dead."""
        if address in self._book.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take one message for each of its recipients."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = message_from_bytes(content, EmailMessage, policy=policy.default)
        body = mail.get_body(("plain",))
        key = str(mail["Message-ID"] or "").strip("<> ").split("@")[0]
        for address in envelope.rcpt_tos:
            self._book.take(Parcel("smtp", address, key, body.get_content() if body is not None else ""))
        return "250 OK"


class WebhookGateway:
    """An HTTP server on a free loopback port, in a thread of its own."""

    def __init__(self, book: Daybook) -> None:
        self._book = book
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it takes messages."""
        return f"http://127.0.0.1:{self.port}/messages"

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)

    def stop(self) -> None:
        """Stop listening."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    async def _listen(self) -> None:
        app = web.Application()
        app.router.add_post("/messages", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _take(self, request: web.Request) -> web.Response:
        try:
            told: dict[str, Any] = await request.json()
        except json.JSONDecodeError:
            return web.Response(status=400)
        key = request.headers.get("Idempotency-Key", "")
        self._book.take(Parcel("webhook", str(told.get("to", "")), key, json.dumps(told)))
        return web.json_response({"accepted": True}, status=202)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
