"""An SMTP server that keeps what it is sent, refuses what it is told to, and lets a test wait without sleeping."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.ports import free_port


@dataclass(frozen=True)
class Mail:
    """One accepted message: the envelope, and the message parsed."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain-text body."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


class Sink:
    """What arrived, and how to answer. `answers` maps a recipient's address to an SMTP reply given at RCPT."""

    def __init__(self, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.answers: dict[str, str] = {}
        #: Reply after DATA instead of 250, e.g. "451 4.3.0 try later"; None accepts.
        self.refuse_data: str | None = None
        self._mails: list[Mail] = []
        self._arrived = threading.Condition()

    @property
    def mails(self) -> tuple[Mail, ...]:
        with self._arrived:
            return tuple(self._mails)

    def to(self, address: str) -> tuple[Mail, ...]:
        """The messages accepted for one address."""
        return tuple(mail for mail in self.mails if address in mail.recipients)

    def wait_until(self, satisfied: Callable[[tuple[Mail, ...]], bool], timeout: float = 30.0) -> tuple[Mail, ...]:
        """The messages, as soon as they satisfy; raises TimeoutError with their number if they never do."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: satisfied(tuple(self._mails)), timeout):
                raise TimeoutError(f"only {len(self._mails)} messages within {timeout} s, and they do not satisfy")
            return tuple(self._mails)

    def wait_for(self, count: int, timeout: float = 30.0) -> tuple[Mail, ...]:
        """The messages, as soon as there are `count`."""
        return self.wait_until(lambda mails: len(mails) >= count, timeout)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse_data is not None:
            return self.refuse_data
        content = envelope.original_content or b""
        mail = Mail(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), message_from_bytes(content, policy=policy.default)
        )
        with self._arrived:
            self._mails.append(mail)
            self._arrived.notify_all()
        return "250 2.0.0 accepted"


@contextmanager
def running(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    ways: tuple[str, ...] = ("PLAIN", "LOGIN"),
    longest: int = 2**25,
) -> Iterator[Sink]:
    """A sink on a free loopback port: with STARTTLS, or TLS from the start, and a login asked for in one of `ways`, if
    they are given. It takes mails of at most `longest` octets."""

    def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
        known = login is not None and told == LoginPassword(*(part.encode() for part in login))
        return AuthResult(success=known, handled=False)

    sink = Sink(free_port())
    controller = Controller(
        sink,
        hostname=sink.host,
        port=sink.port,
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=knows,
        auth_required=login is not None,
        auth_require_tls=starttls is not None,
        auth_exclude_mechanism={"PLAIN", "LOGIN"} - set(ways),
        data_size_limit=longest,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
