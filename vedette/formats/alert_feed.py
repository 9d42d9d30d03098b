"""Feeds of alerts as issuers publish them: Atom, RSS 2.0, an EDXL-DE envelope, or one bare CAP message. Pure.

Read leniently: what an entry lacks is passed over as long as it leads to a message; what leads to none is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from vedette.formats.cap.message import NAMESPACES
from vedette.formats.edxl import NAMESPACE, NAMESPACE_2, BadEnvelope, unwrap_cap
from vedette.formats.safe_xml import BadXml, read_strangers_xml, standing_alone

CAP_TYPE = "application/cap+xml"
#: The most entries read of one document.
MOST_ENTRIES = 2_000

_ATOM = "{http://www.w3.org/2005/Atom}"
_ALERTS = frozenset(f"{{{namespace}}}alert" for namespace in NAMESPACES)
#: What a link to a message may say that it leads to, the plainest first. An issuer or two say Atom.
_TYPES = (
    *(CAP_TYPE, "application/common-alerting-protocol+xml", "application/xml", "text/xml", ""),
    "application/atom+xml",
)
_RELATIONS = ("alternate", "enclosure", "related")

#: Reads an entry's own name, the link to its message, and when it changed.
_Reader = Callable[[etree._Element], tuple[str, str, str]]


class BadFeed(ValueError):
    """A document that is no feed of alerts; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One alert of a feed: the message itself, or where it is (as written, perhaps relative to the feed's address)."""

    #: What the feed calls it; the link where it gives no name.
    name: str
    message: bytes | None = None
    link: str = ""
    #: When the feed says it changed last, as written.
    updated: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDocument:
    """A feed as it was read."""

    #: Atom, RSS, EDXL-DE, CAP, or XML where messages lie in something else.
    kind: str
    entries: tuple[FeedEntry, ...]
    #: One sentence for each entry that leads to no message.
    unusable: tuple[str, ...] = ()


def read_feed(data: bytes) -> FeedDocument:
    """What `data` holds or leads to. Raises BadFeed."""
    root = _root(data.lstrip())
    if root.tag in _ALERTS:
        # The bytes as they came: what is signed is not written anew.
        return FeedDocument(kind="CAP", entries=(FeedEntry(name="the message itself", message=data.lstrip()),))
    name = etree.QName(root)
    if name.namespace in (NAMESPACE, NAMESPACE_2):
        return _envelope(data)
    if root.tag == f"{_ATOM}feed":
        return _document("Atom", root.iterfind(f"{_ATOM}entry"), _atom_entry)
    if root.tag == f"{_ATOM}entry":
        return _document("Atom", iter([root]), _atom_entry)
    if root.tag == "rss":
        return _document("RSS", root.iterfind("channel/item"), _rss_entry)
    if any(element.tag in _ALERTS for element in root.iter()):
        return _document("XML", iter([root]), lambda part: (str(part.tag), "", ""))
    raise BadFeed(f"<{str(root.tag)[:80]}> is neither Atom, RSS 2.0, EDXL-DE nor CAP")


def _root(data: bytes) -> etree._Element:
    try:
        return read_strangers_xml(data)
    except BadXml as error:
        raise BadFeed(str(error)) from error


def _envelope(data: bytes) -> FeedDocument:
    try:
        envelope, messages = unwrap_cap(data.lstrip())
    except BadEnvelope as error:
        raise BadFeed(str(error)) from error
    if len(messages) > MOST_ENTRIES:
        raise BadFeed(f"the envelope holds {len(messages):,} messages; at most {MOST_ENTRIES:,} are read")
    entries = (
        FeedEntry(name=f"{envelope.distribution_id} {number}", message=message)
        for number, message in enumerate(messages, 1)
    )
    return FeedDocument(kind="EDXL-DE", entries=tuple(entries))


def _document(kind: str, parts: Iterator[etree._Element], read: _Reader) -> FeedDocument:
    entries, unusable = [], []
    for number, part in enumerate(parts, 1):
        if number > MOST_ENTRIES:
            raise BadFeed(f"the feed has more than {MOST_ENTRIES:,} entries")
        alerts = [element for element in part.iter() if element.tag in _ALERTS]
        name, link, updated = read(part)
        for alert in alerts:
            message = standing_alone(alert)
            entries.append(FeedEntry(name=name or link, message=message, link=link, updated=updated))
        if alerts:
            continue
        if link:
            entries.append(FeedEntry(name=name or link, link=link, updated=updated))
        else:
            unusable.append(f"entry {number}{f' ({name[:120]})' if name else ''} has neither a message nor a link")
    return FeedDocument(kind=kind, entries=tuple(entries), unusable=tuple(unusable))


def _atom_entry(part: etree._Element) -> tuple[str, str, str]:
    links = [
        (
            str(one.get("type", "")).partition(";")[0].strip().lower(),
            one.get("rel", "alternate"),
            _href(one.get("href")),
        )
        for one in part.iterfind(f"{_ATOM}link")
    ]
    return _text(part, f"{_ATOM}id"), _best(links), _text(part, f"{_ATOM}updated")


def _rss_entry(part: etree._Element) -> tuple[str, str, str]:
    enclosed = [
        (str(one.get("type", "")).lower(), "enclosure", _href(one.get("url"))) for one in part.iterfind("enclosure")
    ]
    return _text(part, "guid"), _best([*enclosed, ("", "alternate", _text(part, "link"))]), _text(part, "pubDate")


def _best(links: list[tuple[str, str, str]]) -> str:
    """The link most likely to lead to CAP; one to a page for people never does."""
    usable = [(_TYPES.index(kind), href) for kind, rel, href in links if href and kind in _TYPES and rel in _RELATIONS]
    return min(usable, default=(0, ""), key=lambda one: one[0])[1]


def _href(address: str | None) -> str:
    return (address or "").strip()


def _text(part: etree._Element, tag: str) -> str:
    return " ".join((part.findtext(tag) or "").split())[:1_000]
