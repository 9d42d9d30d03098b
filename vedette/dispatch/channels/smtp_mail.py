"""A mail as it goes over the wire: plain text in UTF-8, quoted-printable, under its key as Message-ID. Pure.

Made by hand, as it is made for each recipient; what is the same for all is made once. Every octet is ASCII, so it needs
neither 8BITMIME nor SMTPUTF8 of a server.
"""

from __future__ import annotations

import binascii
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from functools import lru_cache

from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Parcel


def write_mail(parcel: Parcel, sender: str, domain: str) -> bytes:
    """The mail of one parcel; `domain` is ours, for its Message-ID. Raises ValueError on a line break in a header."""
    head = _head(sender, parcel.subject, parcel.letter.sent)
    own = f"To: {parcel.address}\r\nMessage-ID: <{parcel.key}@{domain}>\r\n\r\n"
    body = [part if isinstance(part, bytes) else _coded(parcel.filled(part)) for part in _parts(parcel.letter.text)]
    return b"".join((head, own.encode("ascii"), *body))


def as_data(mail: bytes) -> bytes:
    """What follows DATA: dots doubled at the beginning of lines (RFC 5321, 4.5.2), and the dot that ends it."""
    if b"\n." in mail:
        mail = mail.replace(b"\n.", b"\n..")
    return mail + b".\r\n"


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


@lru_cache(maxsize=64)
def _parts(text: str) -> tuple[bytes | str, ...]:
    """A letter's text: runs of lines that are the same for all, coded; and as they are, lines that hold the recipient's
    name or token. A line is coded without regard to its neighbours, so it makes no difference to the result."""
    parts: list[bytes | str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if NAME_HERE in line or TOKEN_HERE in line:
            parts.append(line)
        elif parts and isinstance(parts[-1], bytes):
            parts[-1] += _coded(line)
        else:
            parts.append(_coded(line))
    return tuple(parts)


def _coded(line: str) -> bytes:
    """A line, quoted-printable (RFC 2045, 6.7), with its line break."""
    coded = binascii.b2a_qp(line.encode(), istext=True)
    if b"\r" in coded:  # on its own it is no line break, and may not stand in a mail (RFC 5321, 2.3.8)
        coded = coded.replace(b"\r", b"=0D")
    return coded.replace(b"\n", b"\r\n") + b"\r\n"
