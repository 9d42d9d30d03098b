"""Bytes as received to the text that is read: plain text, HTML, e-mail, DOCX and PDF. Sizes are bounded throughout.

The bytes are hashed before anything parses them. What a document says of its own date is taken; its sender is not
believed to be who it says.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from vedette.reading import page_parts
from vedette.reading.mail import UnreadableMail, open_mail
from vedette.reading.reader import LONGEST_TEXT, TextTooLong

#: Larger files are refused before they are opened.
LARGEST_FILE = 25_000_000
#: What a DOCX may unpack to, in all and per stored byte: a zip bomb passes neither.
LARGEST_UNPACKED = 100_000_000
LARGEST_RATIO = 200
#: One XML part of a DOCX, and an HTML page: parsing takes some forty times as much memory.
LARGEST_PART = 25_000_000
LARGEST_HTML = 8_000_000
#: The drawing orders of a PDF's pages, unpacked: text is picked out of them at half a megabyte a second at worst.
LARGEST_DRAWN = 5_000_000
#: Pages of a PDF beyond this are refused.
MOST_PAGES = 500
#: Deeper HTML is refused before a parser recurses into it.
DEEPEST_HTML = 400


class Format(StrEnum):
    """What a document is, told by its own first bytes before its name."""

    TEXT = "text"
    HTML = "html"
    EMAIL = "eml"
    DOCX = "docx"
    PDF = "pdf"


class UnreadableDocument(ValueError):
    """The bytes are no document that can be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """text[start:end] comes from this part of the file: "page 3", "paragraph 12", "table 1", "subject", "body p 4"."""

    start: int
    end: int
    name: str


#: What a format's reader gives: the text, where its parts stand, and the date that the document tells of itself.
_Read = tuple[str, tuple[Part, ...], date | datetime | None]
#: The text's pieces as (name of the part, its words).
_Pieces = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Document:
    """One document as received: its hash, its text, and the publication date it tells of itself, if any."""

    sha256: str
    format: Format
    text: str
    published: date | datetime | None
    #: What the text was put together from, in order: pages, paragraphs, subject and body. Empty: the text is the file.
    parts: tuple[Part, ...] = ()

    def where(self, offset: int) -> str:
        """Which part of the file the character at `offset` of the text comes from; empty where there are no parts."""
        at = bisect_right(self.parts, offset, key=lambda part: part.start) - 1
        return self.parts[at].name if at >= 0 and offset < self.parts[at].end else ""


def open_document(data: bytes, name: str = "") -> Document:
    """The text in `data`; `name` helps where the bytes alone do not tell the format.

    Raises UnreadableDocument for what cannot be read, and TextTooLong for more text than one report may have.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableDocument(f"the file has {len(data):,} bytes; the most that is read is {LARGEST_FILE:,}")
    kind = format_of(data, name)
    reader: Callable[[bytes], _Read] = {
        Format.TEXT: lambda raw: (_text(raw), (), None),
        Format.HTML: _page,
        Format.EMAIL: _email,
        Format.DOCX: _docx,
        Format.PDF: _pdf,
    }[kind]
    text, parts, published = reader(data)
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(len(text))
    if not text.strip():
        raise UnreadableDocument("there is no text in it; a scanned page must be put through OCR first")
    return Document(hashlib.sha256(data).hexdigest(), kind, text, published, parts)


def _joined(pieces: _Pieces) -> tuple[str, tuple[Part, ...]]:
    """The pieces as one text with an empty line between them, and where each named one stands."""
    parts, at = [], 0
    for name, words in pieces:
        if name:
            parts.append(Part(at, at + len(words), name))
        at += len(words) + 2
    return "\n\n".join(words for _, words in pieces), tuple(parts)


def format_of(data: bytes, name: str = "") -> Format:
    """The format by signature, then by the ending of `name`, then by the look of the first lines."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if head.startswith(b"%PDF-"):
        return Format.PDF
    if head.startswith(b"PK\x03\x04"):
        return Format.DOCX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableDocument("it is an old Word or Outlook file; save it as .docx, .pdf or text")
    if ending == "eml":
        return Format.EMAIL
    lowered = head.lower()
    if ending in ("html", "htm", "xhtml") or lowered.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return Format.HTML
    if _MAIL_HEAD.match(data[:4096]):
        return Format.EMAIL
    return Format.TEXT


_MAIL_HEAD = re.compile(
    rb"(?:(?:Received|Return-Path|Delivered-To|Message-ID|MIME-Version|X-[A-Za-z-]{1,40}): [^\n]{0,900}\n)",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s>/])[^<>]*?(/?)>")
_VOID = frozenset(["br", "hr", "img", "input", "meta", "link", "p", "li", "td", "tr", "th", "source", "wbr", "col"])


def _page(data: bytes) -> _Read:
    text, published, blocks = _html(_source(data))
    return text, tuple(Part(*found) for found in page_parts.parts_of(blocks, text)), published


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(data, "utf-16")
    if b"\x00" in data[:4096]:
        raise UnreadableDocument("it is not text: it holds zero bytes; give text, HTML, .eml, .docx or .pdf")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Western text of before Unicode; every byte has a meaning there.
        return data.decode("cp1252", "replace")


def _source(data: bytes) -> str:
    """A page's own HTML, by the charset that it declares."""
    _refuse_long_html(len(data))
    declared = _CHARSET.search(data[:2048])
    return _decoded(data, declared.group(1).decode("ascii")) if declared else _text(data)


def _refuse_long_html(size: int) -> None:
    if size > LARGEST_HTML:
        raise UnreadableDocument(
            f"its HTML has {size:,} bytes and the most that is read is {LARGEST_HTML:,}; save the page as text"
        )


def _html(source: str) -> tuple[str, date | datetime | None, list[page_parts.Block]]:
    """The main text of a page, the date it states, and its elements' words."""
    import trafilatura

    if _depth(source) > DEEPEST_HTML:
        raise UnreadableDocument(f"its HTML is nested more than {DEEPEST_HTML} deep; save the page as text")
    tree, blocks = trafilatura.load_html(source), list[page_parts.Block]()
    try:
        if tree is not None:
            blocks = page_parts.blocks_of(tree)
        found = trafilatura.bare_extraction(
            source if tree is None else tree, include_comments=False, include_tables=True, with_metadata=True
        )
    except Exception as error:
        raise UnreadableDocument(f"its HTML cannot be parsed: {error}") from error
    if found is None or isinstance(found, dict) or not found.text:
        return _visible(source), None, blocks
    title = (found.title or "").strip()
    text = found.text if not title or found.text.startswith(title) else f"{title}\n\n{found.text}"
    return text, _iso_date(found.date), blocks


def _depth(source: str) -> int:
    """How deep elements nest at most, counted without parsing."""
    deepest = depth = 0
    for match in _TAG.finditer(source):
        if match.group(3) or match.group(2).lower() in _VOID:
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _visible(source: str) -> str:
    """The text of a page too small or too bare for the main-content finder."""
    from lxml import etree, html

    try:
        tree = html.fromstring(source)
    except (etree.LxmlError, ValueError, TypeError) as error:
        raise UnreadableDocument(f"its HTML cannot be parsed: {error}") from error
    for element in list(tree.iter("script", "style", "noscript", "template")):
        element.clear()
    for element in tree.iter("p", "br", "div", "li", "h1", "h2", "h3", "tr", "title"):
        element.tail = "\n\n" + (element.tail or "")
    return str(etree.tostring(tree, method="text", encoding="unicode")).strip()


def _email(data: bytes) -> _Read:
    try:
        mail = open_mail(data)
    except UnreadableMail as error:
        raise UnreadableDocument(f"the e-mail cannot be read: {error}") from error
    subject = mail.head.header("subject")
    if not mail.texts and not (subject and mail.attached):
        raise UnreadableDocument("the e-mail has no text part; give the attachment itself")
    _refuse_long_html(sum(len(part.content) for part in mail.texts if part.kind == "text/html"))
    pieces: _Pieces = [("subject", f"Subject: {subject}")] if subject else []
    pages: dict[str, list[page_parts.Block]] = {}
    for number, part in enumerate(mail.texts, start=1):
        name = "body" if len(mail.texts) == 1 else f"body {number}"
        words = part.text
        if part.kind == "text/html":
            # What the mail says of the charset goes before what the page says of itself.
            words, _, pages[name] = _html(words if part.charset else _source(part.content))
        pieces.append((name, words))
    text, parts = _joined(pieces)
    return text, tuple(_by_element(text, parts, pages)), mail_date(mail.head.header("date"))


def _by_element(text: str, parts: Iterable[Part], pages: dict[str, list[page_parts.Block]]) -> Iterator[Part]:
    """The parts, those that are pages by their elements."""
    for part in parts:
        if part.name not in pages:
            yield part
            continue
        for start, end, name in page_parts.parts_of(pages[part.name], text[part.start : part.end], part.name):
            yield Part(part.start + start, part.start + end, name)


def _docx(data: bytes) -> _Read:
    import docx

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            sizes = [(part.file_size, part.compress_size) for part in archive.infolist()]
            names = set(archive.namelist())
            largest = max(
                (part.file_size for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))), default=0
            )
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableDocument(f"the file is not a whole .docx: {error}") from error
    if "word/document.xml" not in names:
        raise UnreadableDocument("it is a zip archive and no Word document; give the file inside it")
    unpacked = sum(size for size, _ in sizes)
    if unpacked > LARGEST_UNPACKED or any(
        size > 1_000_000 and size > LARGEST_RATIO * max(packed, 1) for size, packed in sizes
    ):
        raise UnreadableDocument(f"it unpacks to {unpacked:,} bytes, more than is safe to open")
    if largest > LARGEST_PART:
        raise UnreadableDocument(f"one part of it has {largest:,} bytes; the most that is opened is {LARGEST_PART:,}")
    try:
        document = docx.Document(io.BytesIO(data))
        lines = list(_blocks(document.iter_inner_content()))
        changed = document.core_properties.modified or document.core_properties.created
    except Exception as error:
        raise UnreadableDocument(f"the .docx cannot be parsed: {error}") from error
    published = changed.date() if isinstance(changed, datetime) and changed.year > 2013 else None
    return *_joined([(name, words) for name, words in lines if words]), published


def _blocks(content: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Paragraphs and tables, each counted from 1 as Word shows them, empty ones too."""
    counts = Counter[str]()
    for block in content:
        kind = "table" if getattr(block, "rows", None) is not None else "paragraph"
        counts[kind] += 1
        yield f"{kind} {counts[kind]}", _block_text(block)


def _block_text(block: object) -> str:
    rows = getattr(block, "rows", None)
    if rows is not None:
        return "\n".join("\t".join(cell.text for cell in row.cells) for row in rows)
    return str(getattr(block, "text", ""))


def _pdf(data: bytes) -> _Read:
    import pypdf

    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        if document.is_encrypted and not document.decrypt(""):
            raise UnreadableDocument("the PDF is locked by a password; save it without one")
        if len(document.pages) > MOST_PAGES:
            raise UnreadableDocument(f"the PDF has {len(document.pages)} pages; the most that is read is {MOST_PAGES}")
        pages, length, drawn = [], 0, 0
        for page in document.pages:
            contents = page.get_contents()
            drawn += len(contents.get_data()) if contents is not None else 0
            if drawn > LARGEST_DRAWN:
                raise UnreadableDocument(
                    f"its pages hold more than {LARGEST_DRAWN:,} bytes of drawing; give fewer pages, or the text"
                )
            pages.append(page.extract_text() or "")
            length += len(pages[-1])
            if length > LONGEST_TEXT:
                raise TextTooLong(length)
        made = document.metadata.creation_date if document.metadata is not None else None
    except (UnreadableDocument, TextTooLong):
        raise
    except Exception as error:
        raise UnreadableDocument(f"the PDF cannot be parsed: {error}") from error
    named = [(f"page {number}", words) for number, words in enumerate(pages, start=1)]
    return *_joined(named), made.date() if made is not None else None


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def _iso_date(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        return None


def mail_date(value: str) -> datetime | None:
    """When a mail says that it was sent; None when that is no time."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
