"""Mailboxes and folders as their forms ask for them: fields to an address, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from vedette.exchange.models import Feed
from vedette.formats.parts import BadInput

#: TLS from the start, or by STARTTLS; nothing is said in the open.
SCHEMES = (("imaps", "TLS from the start"), ("imap", "STARTTLS"))
_PORTS = {"imaps": 993, "imap": 143}


@dataclass(frozen=True)
class Form:
    """What is asked for of one kind, beside name and handling."""

    title: str
    template: str
    #: Fields that the address is made of, with what they begin with.
    address: Mapping[str, str]
    #: The field at which a wrong address is said.
    blamed: str
    every_min: str


FORMS: dict[str, Form] = {
    Feed.Kind.MAIL: Form(
        "a mailbox",
        "parts/mailbox_fields.html",
        {"host": "", "scheme": "imaps", "port": "", "folder": "INBOX"},
        "host",
        "1",
    ),
    Feed.Kind.FOLDER: Form("a folder", "parts/folder_fields.html", {"folder": ""}, "folder", "1"),
}


def address_of(kind: str, given: Mapping[str, str]) -> str:
    """The address that the fields mean. Raises BadInput for what can be part of none."""
    if kind == Feed.Kind.FOLDER:
        return f"file:{given['folder']}"
    scheme, port = given["scheme"], given["port"]
    if scheme not in _PORTS:
        raise BadInput("scheme", "choose how the connection is encrypted")
    if port and not (port.isdecimal() and 0 < int(port[:6]) < 65_536):
        raise BadInput("port", "must be a number from 1 to 65,535")
    if not given["host"]:
        raise BadInput("host", "give the mail server's name, such as imap.example.org")
    host = f"[{given['host']}]" if ":" in given["host"] else given["host"]
    return f"{scheme}://{host}:{port or _PORTS[scheme]}/{quote(given['folder'] or 'INBOX')}"


def fields_of(feed: Feed) -> dict[str, Any]:
    """The fields that an address was made of."""
    if feed.kind == Feed.Kind.FOLDER:
        return {"folder": feed.url.removeprefix("file:")}
    parts = urlsplit(feed.url)
    return {
        "scheme": parts.scheme,
        "host": parts.hostname or "",
        "port": str(parts.port or _PORTS.get(parts.scheme, "")),
        "folder": unquote(parts.path.lstrip("/")),
    }
