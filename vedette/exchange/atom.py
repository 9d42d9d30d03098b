"""An Atom feed (RFC 4287) of warnings, each entry linking to its CAP message. Data in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

_ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
#: What an empty feed says of when it last changed.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One warning as the feed tells it."""

    #: Where its CAP message is; its name for ever, too.
    address: str
    title: str
    summary: str
    event: str
    author: str
    issued: datetime


def feed(title: str, address: str, author: str, entries: Sequence[Entry]) -> bytes:
    """The feed at `address`, in the order given; the same entries make the same bytes."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _text(root, "id", address)
    _text(root, "title", title)
    _text(root, "updated", _time(max((entry.issued for entry in entries), default=_NEVER)))
    _text(_part(root, "author"), "name", author)
    _part(root, "link", rel="self", type="application/atom+xml", href=address)
    for entry in entries:
        part = _part(root, "entry")
        _text(part, "id", entry.address)
        _text(part, "title", entry.title)
        _text(part, "updated", _time(entry.issued))
        _text(part, "published", _time(entry.issued))
        _text(_part(part, "author"), "name", entry.author)
        _part(part, "category", term=entry.event)
        _part(part, "link", rel="alternate", type=CAP_TYPE, href=entry.address)
        _text(part, "summary", entry.summary)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _part(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)


def _text(parent: etree._Element, name: str, text: str) -> None:
    _part(parent, name).text = text


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
