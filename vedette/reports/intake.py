"""A document's bytes to what a report is made of: text, date, title, claims and draft. Stores nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vedette.access.handling import Realm, Tlp
from vedette.formats.alert_feed import CAP_TYPE
from vedette.formats.cap import Alert, BadCap, read_cap
from vedette.formats.cap.plain import headline_of
from vedette.formats.cap.plain import in_plain_words as cap_in_plain_words
from vedette.formats.news_feed import ATOM_ENTRY, RSS_ITEM, BadNews, read_entry
from vedette.formats.parts import EARLIEST, LATEST, BadInput
from vedette.formats.stix import STIX_TYPE, BadStix, Stix, in_plain_words, moment, read_stix, title_of
from vedette.reading import Place, TextTooLong, read
from vedette.reading.documents import Document, Format, UnreadableDocument, open_document

#: Media types that are read, with the ending that tells the reader what to expect.
MEDIA_TYPES: dict[str, str] = {
    "text/plain": "",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "message/rfc822": "eml",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    CAP_TYPE: "cap",
    STIX_TYPE: "stix",
    ATOM_ENTRY: "atom",
    RSS_ITEM: "rss",
    "application/octet-stream": "",
}
#: What a file's ending says that it is.
_BY_ENDING = {
    "txt": "text/plain",
    "text": "text/plain",
    "md": "text/plain",
    "htm": "text/html",
    "html": "text/html",
    "eml": "message/rfc822",
    "pdf": "application/pdf",
    "cap": CAP_TYPE,
    "xml": CAP_TYPE,
    "json": STIX_TYPE,
    "stix": STIX_TYPE,
    "stix2": STIX_TYPE,
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_SUBJECT = re.compile(r"^(?:subject|subj|re)\s{0,3}:\s{0,8}(\S[^\n]{0,299})$", re.IGNORECASE | re.MULTILINE)
_MARKS = re.compile(r"(?:EXERCISE[\s.:]*)+")


class UnsupportedMedia(BadInput):
    """A media type that is not read."""


@dataclass(frozen=True)
class Taken:
    """What was found in a document."""

    media_type: str
    text: str
    title: str
    published: date | None
    claims: tuple[dict[str, Any], ...]
    draft: dict[str, Any]
    #: Marks that the document carries itself: it is handled no more freely than they ask.
    marks: tuple[Tlp, ...] = ()
    #: The realm that it says it is of; None: it does not say.
    realm: Realm | None = None


def media_type_of(filename: str) -> str:
    """What a file's ending says that it is; empty when it says nothing that is known here."""
    return _BY_ENDING.get(filename.rpartition(".")[2].lower(), "") if "." in filename else ""


def checked_media_type(media_type: str) -> str:
    """The media type without its parameters. Raises UnsupportedMedia for one that is not read."""
    name = media_type.partition(";")[0].strip().lower()
    if name not in MEDIA_TYPES:
        raise UnsupportedMedia("media_type", f"{name or 'nothing'!r} is not read; give one of {', '.join(MEDIA_TYPES)}")
    return name


def take(
    original: bytes,
    media_type: str,
    *,
    sha256: str,
    filename: str,
    title: str,
    published: date | None,
    places: Sequence[Place],
    zone: str,
) -> Taken:
    """Read the document. Raises BadInput when it is none, or not one that can be kept."""
    kind = checked_media_type(media_type)
    if not original:
        raise BadInput("original", "is empty; give the document's bytes")
    if kind == CAP_TYPE:
        return _take_cap(original, sha256, title, places, zone)
    if kind == STIX_TYPE:
        return _take_stix(original, sha256, title, published, places, zone)
    if kind in (ATOM_ENTRY, RSS_ITEM):
        return _take_news(original, kind, sha256, title, published, places, zone)
    name = filename or (f"report.{MEDIA_TYPES[kind]}" if MEDIA_TYPES[kind] else "")
    try:
        document = open_document(original, name)
        _refuse_unstorable(document.text)
        reading = read(document.text, published or _own_date(document, zone), places, zone, sha256)
    except (UnreadableDocument, TextTooLong) as error:
        raise BadInput("original", str(error)) from error
    found = reading.as_json()
    when = reading.published.astimezone(ZoneInfo(zone)) if isinstance(reading.published, datetime) else None
    return Taken(
        media_type=kind,
        text=document.text,
        title=" ".join(title.split())[:300] or _title(document.text),
        published=when.date() if when is not None else reading.published,
        claims=tuple(found["claims"]),
        draft=found["draft"],
    )


def _take_cap(original: bytes, sha256: str, title: str, places: Sequence[Place], zone: str) -> Taken:
    """A CAP message of another issuer, read leniently: its text is what it tells in plain words."""
    try:
        alert = read_cap(original).alert
        text = cap_in_plain_words(alert)
        _refuse_unstorable(text)
        published = alert.sent.astimezone(ZoneInfo(zone)).date()
        found = read(text, alert.sent, places, zone, sha256).as_json()
    except (BadCap, TextTooLong, OverflowError) as error:
        raise BadInput("original", str(error)) from error
    claims = tuple(found["claims"])
    return Taken(
        media_type=CAP_TYPE,
        text=text,
        title=(title or headline_of(alert) or f"{alert.msg_type} {alert.identifier}")[:300],
        published=published,
        claims=claims,
        draft={**found["draft"], **_said(alert, text, claims)},
    )


def _take_stix(
    original: bytes, sha256: str, title: str, published: date | None, places: Sequence[Place], zone: str
) -> Taken:
    """STIX of another system, read leniently: its text is what it tells in plain words."""
    try:
        stix = read_stix(original)
        text = in_plain_words(stix)
        when = published or _last_change(stix)
        found = read(text, when, places, zone, sha256).as_json()
    except (BadStix, TextTooLong, OverflowError) as error:
        raise BadInput("original", str(error)) from error
    return Taken(
        media_type=STIX_TYPE,
        text=text,
        title=(" ".join(title.split()) or title_of(stix))[:300],
        published=when.astimezone(ZoneInfo(zone)).date() if isinstance(when, datetime) else when,
        claims=tuple(found["claims"]),
        draft=found["draft"],
        marks=marks_asked(stix),
        realm=None if stix.exercise is None else Realm.EXERCISE if stix.exercise else Realm.LIVE,
    )


def _take_news(
    original: bytes, kind: str, sha256: str, title: str, published: date | None, places: Sequence[Place], zone: str
) -> Taken:
    """One entry of a feed of news: its title, its text, and where it leads."""
    try:
        entry = read_entry(original)
        _refuse_unstorable(entry.told)
        when = published or (entry.at if entry.at is not None and EARLIEST <= entry.at < LATEST else None)
        found = read(entry.told, when, places, zone, sha256).as_json()
    except (BadNews, TextTooLong, OverflowError) as error:
        raise BadInput("original", str(error)) from error
    return Taken(
        media_type=kind,
        text=entry.told,
        title=(" ".join(title.split()) or entry.title or _title(entry.text))[:300],
        published=when.astimezone(ZoneInfo(zone)).date() if isinstance(when, datetime) else when,
        claims=tuple(found["claims"]),
        draft=found["draft"],
    )


def marks_asked(stix: Stix) -> tuple[Tlp, ...]:
    """The marks that STIX asks for; a marking that nobody here knows counts as the strictest."""
    return (*(Tlp(label) for label in stix.marks.labels), *((Tlp.RED,) if stix.marks.unknown else ()))


def _last_change(stix: Stix) -> datetime | None:
    told = (moment(one.get(name)) for one in stix.objects for name in ("published", "modified", "created"))
    return max((when for when in told if when is not None and EARLIEST <= when < LATEST), default=None)


def _said(alert: Alert, text: str, claims: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The draft's fields that a CAP message says outright: each with where its text says so, and the claims there."""
    if not alert.infos:
        return {}
    info = alert.infos[0]
    where = info.areas[0].description if info.areas else ""
    told = {
        "source": info.sender_name or alert.sender,
        "hazard": info.event,
        "area": where,
        "onset": info.onset.isoformat() if info.onset else "",
        "expires": info.expires.isoformat() if info.expires else "",
        "instruction": info.instruction or "",
    }
    fields = {}
    for name, words in ((name, words.strip()) for name, words in told.items()):
        start = text.rfind(words) if name == "instruction" else text.find(words)
        if not words or start < 0:
            continue
        end = start + len(words)
        cited = [claim["id"] for claim in claims if claim["start"] < end and claim["end"] > start]
        fields[name] = {"value": words, "claims": cited, "start": start, "end": end}
    return fields


def _own_date(document: Document, zone: str) -> date | datetime | None:
    """A date that the format itself carries; a date line in the text counts before a file's own stamp."""
    if document.published is None or document.format in (Format.EMAIL, Format.HTML):
        return document.published
    return read(document.text, zone=zone).published or document.published


def _title(text: str) -> str:
    """The subject line of a memo or mail; else the first line of more words than a masthead has."""
    if (subject := _SUBJECT.search(text[:5_000])) is not None:
        return subject.group(1).strip()
    lines = [line.strip() for line in text[:5_000].splitlines()]
    told = [line for line in lines if line and not _MARKS.fullmatch(line)]
    saying = next((line for line in told[:6] if len(line.split()) >= 5), told[0] if told else "")
    return saying[:300] or "Untitled report"


def _refuse_unstorable(text: str) -> None:
    if "\x00" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise BadInput("original", "its text holds characters that are none (zero bytes); save it as UTF-8 text")
