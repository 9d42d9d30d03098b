"""Mail over SMTP: a pool of connections that are reused, with STARTTLS or TLS and a login when they are set."""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import re
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import aiosmtplib
from pydantic import ConfigDict, Field

from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.formats.parts import Line

#: What can stand between the angle brackets of RCPT TO; SMTPUTF8 (RFC 6531) is not spoken.
_ADDRESS = re.compile(r"[!-;=?A-~]+@[!-;=?A-~]+")


class SmtpSettings(Settings):
    """How the mail server is reached. `from` is the organisation's mail address unless set."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    host: Annotated[Line, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    tls: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = ""
    mail_from: Annotated[Line, Field(alias="from")] = ""
    #: Messages sent over one connection before it is closed; some servers limit them.
    messages_per_connection: Annotated[int, Field(ge=1)] = 1_000


class SmtpChannel(Channel):
    """Sends each parcel as one mail to one address; the key is its Message-ID."""

    settings_model: ClassVar[type[Settings]] = SmtpSettings
    settings: SmtpSettings

    async def open(self) -> None:
        self._idle: list[_Connection] = []
        self._free = asyncio.Semaphore(self.settings.connections)
        self._sender = self.settings.mail_from or self.mail_from

    async def send(self, parcel: Parcel) -> Result:
        if not _ADDRESS.fullmatch(parcel.address):
            return Result(Outcome.FAILED, "not a mail address in ASCII, as name@domain")
        try:
            mail = _mail(parcel, self._sender)
        except (ValueError, UnicodeError) as error:
            return Result(Outcome.FAILED, f"not a mail that can be sent: {error}"[:300])
        async with self._free:
            connection = self._idle.pop() if self._idle else _Connection(self.settings)
            try:
                await connection.send(self._sender, parcel.address, mail)
            except aiosmtplib.SMTPRecipientsRefused as error:
                self._idle.append(connection)
                refused = error.recipients[0]
                return _by_code(refused.code, refused.message)
            except aiosmtplib.SMTPResponseException as error:
                await connection.close()
                return _by_code(error.code, error.message)
            except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
                await connection.close()
                return Result(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])
            except BaseException:
                await connection.close()
                raise
            if connection.sent < self.settings.messages_per_connection:
                self._idle.append(connection)
            else:
                await connection.close()
        return Result(Outcome.ACCEPTED)

    async def close(self) -> None:
        for connection in self._idle:
            await connection.close()
        self._idle.clear()


class _Connection:
    """One connection, made at its first use."""

    def __init__(self, settings: SmtpSettings) -> None:
        self.sent = 0
        self._settings = settings
        context = ssl.create_default_context() if settings.tls != "none" else None
        self._client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=context,
            username=settings.username or None,
            password=settings.password or None,
            timeout=settings.timeout_s,
        )

    async def send(self, sender: str, address: str, mail: bytes) -> None:
        if not self._client.is_connected:
            await self._client.connect()
            self.sent = 0
        try:
            await self._client.sendmail(sender, [address], mail)
        except aiosmtplib.SMTPServerDisconnected:
            if not self.sent:
                raise
            # A server may hang up on an idle connection at any time; nothing of this mail was taken then.
            await self._client.connect()
            await self._client.sendmail(sender, [address], mail)
        self.sent += 1

    async def close(self) -> None:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            await asyncio.wait_for(self._client.quit(), 2) if self._client.is_connected else None
        self._client.close()


def _mail(parcel: Parcel, sender: str) -> bytes:
    """The mail as it goes over the wire: plain text in UTF-8, quoted-printable. Made by hand, as it is made for each
    recipient; what is the same for all is made once."""
    head = _head(sender, parcel.subject, parcel.letter.sent)
    text = binascii.b2a_qp(parcel.text.replace("\r\n", "\n").encode(), istext=True).replace(b"\n", b"\r\n")
    own = f"To: {parcel.address}\r\nMessage-ID: <{parcel.key}@{sender.rpartition('@')[2]}>\r\n\r\n"
    return head + own.encode("ascii") + text + b"\r\n"


@lru_cache(maxsize=256)
def _head(sender: str, subject: str, sent: datetime) -> bytes:
    """The headers that all recipients share. Raises ValueError on a line break in one."""
    mail = EmailMessage(policy=WIRE)
    mail["From"] = sender
    mail["Subject"] = subject
    mail["Date"] = format_datetime(sent)
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'text/plain; charset="utf-8"'
    mail["Content-Transfer-Encoding"] = "quoted-printable"
    return mail.as_bytes().removesuffix(b"\r\n")


def _by_code(code: int, message: str) -> Result:
    """RFC 5321, 4.2.1: 5yz is permanent, 4yz is not. A refused login is the installation's fault, not the address's."""
    detail = f"{code} {' '.join(str(message).split())}"[:300]
    permanent = 500 <= code < 600 and code not in (530, 535, 538, 534)
    return Result(Outcome.FAILED if permanent else Outcome.LATER, detail)
