"""Cursor on Target as clients stream it over TCP or TLS: one XML document after another, without anything between.

The bytes are a stranger's. Each document is bounded, and what is no XML event ends the stream with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from vedette.formats.cot import LARGEST, BadCot, write_event
from vedette.formats.safe_xml import BadXml, read_xml

#: The first byte of TAK protocol version 1.
_PROTOBUF = 0xBF
_DECLARATION = re.compile(rb"\s*(?:<\?xml[^<>]{0,200}\?>\s*)?")
_OPENING = re.compile(rb"<(event|auth)(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>")
_STARTS = (b"<event", b"<auth", b"<?xml")
#: The most bytes before a document's first `>`: what is longer is no event of any client's.
_LONGEST_OPENING = 4_096
PING, PONG = "t-x-c-t", "t-x-c-t-r"
#: A client asks to speak another version of TAK's protocol, and is told whether it may.
ASKS_VERSION, ANSWERS_VERSION = "t-x-takp-q", "t-x-takp-r"


@dataclass(frozen=True, slots=True)
class Login:
    """What a client says first when it is set to authenticate: its uid and what it proves it with."""

    uid: str
    username: str
    password: str


class Stream:
    """Cuts what comes in into documents."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._looked = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The documents that are whole with these bytes. Raises BadCot on what cannot be one, and then is of no use."""
        self._held += data
        while (document := self._next()) is not None:
            yield document

    def _next(self) -> bytes | None:
        held = self._held
        start = _DECLARATION.match(held)
        begins = start.end() if start else 0
        if begins == len(held):
            if begins > _LONGEST_OPENING:
                raise BadCot("what came is no Cursor on Target event")
            return None
        if held[begins] == _PROTOBUF:
            raise BadCot("TAK protocol version 1 (protobuf) is not spoken here: set the client to XML")
        opening = _OPENING.match(held, begins)
        if opening is None:
            if held[begins:].startswith(b"<!"):
                raise BadCot("a document type declaration is not accepted")
            came = bytes(held[begins : begins + 6])
            begun = any(came.startswith(start) or start.startswith(came) for start in _STARTS)
            if not begun or len(held) > _LONGEST_OPENING:
                raise BadCot("what came is no Cursor on Target event")
            return None
        ends = opening.end()
        if held[ends - 2] != ord("/"):
            closing = b"</" + opening[1] + b">"
            found = held.find(closing, max(ends, self._looked))
            if found < 0:
                if len(held) > LARGEST:
                    raise BadCot(f"an event has more than {LARGEST:,} bytes")
                self._looked = len(held) - len(closing) + 1
                return None
            ends = found + len(closing)
        if ends > LARGEST:
            raise BadCot(f"an event has more than {LARGEST:,} bytes")
        document = bytes(held[begins:ends])
        del held[:ends]
        self._looked = 0
        return document


def kind_of(document: bytes) -> str:
    """The event's type, or `auth`. Raises BadCot on what is not well-formed."""
    root = _root(document)
    return "auth" if root.tag == "auth" else str(root.get("type") or "")


def read_login(document: bytes) -> Login:
    """The uid and the words of an `auth` document. Raises BadCot."""
    found = _root(document).find("cot")
    if found is None:
        raise BadCot("auth holds no cot")
    return Login(*((found.get(name) or "")[:300] for name in ("uid", "username", "password")))


def write_pong(now: datetime) -> bytes:
    """The answer to a ping."""
    return write_event("takPong", PONG, now, now + timedelta(minutes=1))


def write_no_version(uid: str, now: datetime) -> bytes:
    """The answer to whoever asks for another version of the protocol: no; both go on in XML."""
    detail = etree.Element("detail")
    etree.SubElement(etree.SubElement(detail, "TakControl"), "TakResponse", status="false")
    return write_event(uid or "vedette", ANSWERS_VERSION, now, now + timedelta(minutes=1), detail)


def _root(document: bytes) -> etree._Element:
    try:
        return read_xml(document, largest=LARGEST)
    except BadXml as error:
        raise BadCot(str(error)) from error
