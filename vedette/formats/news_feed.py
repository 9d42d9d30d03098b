"""Feeds of news as outlets publish them: Atom, RSS 2.0 and its forerunners, RSS 1.0. Pure.

Each entry is kept as the XML that it came as, and read by itself; what it says is its title, its text and its link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from vedette.formats.plain_html import words_of
from vedette.formats.safe_xml import BadXml, read_strangers_xml, standing_alone

ATOM_ENTRY, RSS_ITEM = "application/atom+xml", "application/rss+xml"
#: The most entries read of one document, and characters of one entry.
MOST_ENTRIES, LONGEST = 2_000, 200_000
_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS1 = "{http://purl.org/rss/1.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"


class BadNews(ValueError):
    """A document that is no feed of news, or an entry that says nothing; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsEntry:
    """One entry."""

    #: The bytes that it is kept as, and their media type.
    data: bytes
    media_type: str
    #: What the feed knows it by: its id, else its link.
    name: str
    title: str
    text: str
    link: str
    author: str
    at: datetime | None

    @property
    def told(self) -> str:
        """It in plain words."""
        return "\n\n".join(part for part in (self.title, self.text, self.link) if part)

    @property
    def says(self) -> str:
        """SHA-256 of what it says, whatever else of it changes, such as the number of comments."""
        return hashlib.sha256("\x00".join((self.title, self.text, self.link)).encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class NewsFeed:
    """A feed as it was read."""

    title: str
    entries: tuple[NewsEntry, ...]
    #: One sentence for each entry that says nothing.
    unusable: tuple[str, ...]


def read_news(data: bytes) -> NewsFeed:
    """What a feed holds. Raises BadNews."""
    root = _root(data)
    if root.tag == f"{_ATOM}feed":
        title, parts = root.find(f"{_ATOM}title"), root.iterfind(f"{_ATOM}entry")
    elif root.tag == "rss":
        title, parts = root.find("channel/title"), root.iterfind("channel/item")
    elif etree.QName(root).localname == "RDF":
        title, parts = root.find(f"{_RSS1}channel/{_RSS1}title"), root.iterfind(f"{_RSS1}item")
    else:
        raise BadNews(f"<{str(root.tag)[:80]}> is neither Atom nor RSS")
    return _feed(_plain(_inner(title)), parts)


def read_entry(data: bytes) -> NewsEntry:
    """One entry by itself. Raises BadNews."""
    return _entry(_root(data), data)


def _feed(title: str, parts: Iterable[etree._Element]) -> NewsFeed:
    entries, unusable = [], []
    for number, part in enumerate(parts, 1):
        if number > MOST_ENTRIES:
            raise BadNews(f"the feed has more than {MOST_ENTRIES:,} entries")
        try:
            entries.append(_entry(part, standing_alone(part)))
        except BadNews as error:
            unusable.append(f"entry {number}: {error}")
    return NewsFeed(title[:300], tuple(entries), tuple(unusable))


def _entry(part: etree._Element, data: bytes) -> NewsEntry:
    if part.tag == f"{_ATOM}entry":
        found = _atom(part, data)
    elif part.tag in ("item", f"{_RSS1}item"):
        found = _rss(part, data, _RSS1 if part.tag != "item" else "")
    else:
        raise BadNews(f"<{str(part.tag)[:80]}> is no entry of a feed")
    if not found.title and not found.text:
        raise BadNews("has neither a title nor a text")
    if len(found.told) > LONGEST:
        raise BadNews(f"has more than {LONGEST:,} characters")
    return found


def _atom(part: etree._Element, data: bytes) -> NewsEntry:
    links = [one for one in part.iterfind(f"{_ATOM}link") if one.get("rel", "alternate") == "alternate"]
    link = _line(links[0].get("href")) if links else ""
    content = part.find(f"{_ATOM}content")
    text = _plain(_inner(content)) if content is not None else ""
    return NewsEntry(
        data=data,
        media_type=ATOM_ENTRY,
        name=_line(part.findtext(f"{_ATOM}id")) or link,
        title=_line(_plain(_inner(part.find(f"{_ATOM}title")))),
        text=text or _plain(_inner(part.find(f"{_ATOM}summary"))),
        link=link,
        author=_line(part.findtext(f"{_ATOM}author/{_ATOM}name")),
        at=_time(part.findtext(f"{_ATOM}updated") or part.findtext(f"{_ATOM}published")),
    )


def _rss(part: etree._Element, data: bytes, space: str) -> NewsEntry:
    link = _line(part.findtext(f"{space}link"))
    return NewsEntry(
        data=data,
        media_type=RSS_ITEM,
        name=_line(part.findtext("guid") or part.get(_RDF_ABOUT)) or link,
        title=_line(_plain(_inner(part.find(f"{space}title")))),
        text=_plain(part.findtext(_CONTENT) or _inner(part.find(f"{space}description"))),
        link=link,
        author=_line(part.findtext(f"{_DC}creator") or part.findtext("author")),
        at=_time(part.findtext("pubDate") or part.findtext(f"{_DC}date")),
    )


def _root(data: bytes) -> etree._Element:
    try:
        return read_strangers_xml(data.lstrip())
    except BadXml as error:
        raise BadNews(str(error)) from error


def _inner(part: etree._Element | None) -> str:
    """What is within an element: text, HTML written as text, or XHTML."""
    if part is None:
        return ""
    if len(part):
        return "".join((part.text or "", *(etree.tostring(one, encoding="unicode") for one in part)))
    return part.text or ""


def _plain(text: str) -> str:
    """Words, in paragraphs, of what may be HTML; what is longer than an entry may be is not looked at further."""
    return words_of(text[: 4 * LONGEST])


def _line(text: str | None) -> str:
    return " ".join((text or "").split())[:1_000]


def _time(text: str | None) -> datetime | None:
    """When, by RFC 3339 or RFC 822; a time without its zone is taken for UTC."""
    told = (text or "").strip()[:60]
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        try:
            moment = parsedate_to_datetime(told)
        except (ValueError, TypeError, IndexError):
            return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
