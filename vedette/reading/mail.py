"""An e-mail taken apart, whoever wrote it: its headers, the text it says, and what is attached to it.

Not with the standard library's parser, which builds a tree of whatever a mail says it has: here each part is a stretch
of the one mail, and what goes beyond the bounds is refused. Nothing that a mail says of its sender is believed.
"""

from __future__ import annotations

import binascii
import codecs
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

#: Parts in all, and containers within containers.
MOST_PARTS, DEEPEST = 200, 12
#: One header, folded lines and all, and the headers of one part.
LONGEST_HEADER, LONGEST_HEAD = 10_000, 256 * 1024
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_KIND = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_FOLD = re.compile(r"\n[ \t]+")
_LINE_ENDS = re.compile(rb"(--)?[ \t]*\r?(?:\n|\Z)")
#: Elements of HTML that hold no words to read, with all that is in them; a tag; tags that stand within a word or line.
_UNSEEN = re.compile(r"<(style|script)\b.*?(?:</\1[^<>]*+>?|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(/?+[A-Za-z][A-Za-z0-9]{0,15}+|!)?+[^<>]*+>")
_WITHIN_WORDS = frozenset({"a", "b", "em", "font", "i", "mark", "small", "span", "strong", "u", "wbr"})
#: A plain text with less than this share of the HTML's letters stands in for it, and does not say the same.
_LEAST_SHARE = 0.25
#: Characters of each that are measured for that.
_MEASURED = 500_000
#: What goes with a mail, and is nothing that somebody attached to it.
_NOT_ATTACHED = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "text/rfc822-headers"}
)
#: Python has codecs for these that take a quadratic time, or are no charsets of mail.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
#: What tells one mail from another, whatever way it came and how often.
_OWN = ("from", "date", "subject", "message-id", "content-type", "content-transfer-encoding")


class UnreadableMail(ValueError):
    """It is not taken apart; the message says why."""


@dataclass(frozen=True, slots=True)
class MailPart:
    """A mail, or one part of one, as it came."""

    #: Lower-case name -> the first value, unfolded.
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """One header in one line, its encoded words read; empty when there is none."""
        return _one_line(_decoded(self.headers.get(name, "")))

    @property
    def kind(self) -> str:
        """The media type that it says it has, in lower case; RFC 2045's default where it says none."""
        said = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return (said if _KIND.fullmatch(said) else "application/octet-stream") if said else "text/plain"

    @property
    def name(self) -> str:
        """The file's name, as it is said: without folders, for people and for its ending only."""
        try:
            said = self._holder.get_filename("")
        except (ValueError, LookupError, TypeError):
            return ""
        return re.split(r"[/\\]", _one_line(_decoded(said)))[-1].strip()[:200]

    @property
    def is_attached(self) -> bool:
        """Whether it is a file by itself, and not the mail's own text or its decoration."""
        placed = self.headers.get("content-disposition", "").partition(";")[0].strip().lower()
        if self.kind in _NOT_ATTACHED:
            return False
        if placed == "attachment" or self.kind == "message/rfc822":
            return True
        if self.kind.startswith("image/") and "content-id" in self.headers:
            return False
        return bool(self.name) or not self.kind.startswith("text/")

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; of what is damaged, as much as can be read."""
        encoding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding != "base64":
            return self.body
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", self.body)
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")

    @property
    def text(self) -> str:
        """The content as text, by its charset if that is one."""
        return _text_of(self.content, self.charset)

    @property
    def charset(self) -> str:
        """The charset that it says it is in; empty where it says none."""
        return self._parameter("charset")

    @property
    def words(self) -> str:
        """The text as somebody reads it: of HTML without its tags, styles and scripts."""
        return _words_of(self.text) if self.kind == "text/html" else self.text

    @property
    def boundary(self) -> bytes:
        """What parts a container; empty when it is none."""
        if not self.kind.startswith("multipart/"):
            return b""
        return self._parameter("boundary").encode("utf-8", "replace")[:200]

    def _parameter(self, name: str) -> str:
        try:
            value = self._holder.get_param(name, "")
        except (ValueError, LookupError, TypeError):
            return ""
        return value if isinstance(value, str) else str(value[-1])

    @property
    def _holder(self) -> Message:
        holder = Message()
        for one in ("content-type", "content-disposition"):
            if one in self.headers:
                holder[one] = self.headers[one]
        return holder


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, as far as it is looked at."""

    head: MailPart
    #: What it says, in order: of alternatives the plain text, unless that stands in for the HTML; empty: nothing.
    texts: tuple[MailPart, ...]
    #: The alternatives that were left for those.
    others: tuple[MailPart, ...]
    attached: tuple[MailPart, ...]
    #: SHA-256 of what it says: its own headers and its body, without those that its way here added.
    says: str


def open_mail(data: bytes) -> Mail:
    """Take a mail apart. Raises UnreadableMail."""
    head, start = _head(data, 0, len(data))
    leaves = _Leaves(data)
    texts = tuple(leaves.gather(head, start, len(data), 0))
    own = hashlib.sha256("\n".join(head.headers.get(name, "") for name in _OWN).encode("utf-8", "replace"))
    own.update(b"\n")
    own.update(memoryview(data)[start:])
    return Mail(head, texts, tuple(leaves.others), tuple(leaves.attached), own.hexdigest())


def open_head(data: bytes) -> MailPart:
    """A mail's headers alone, where the rest may be beyond bounds. Raises UnreadableMail."""
    return _head(data, 0, len(data))[0]


def open_fields(data: bytes) -> list[tuple[str, str]]:
    """A mail's own headers in order, those that stand more than once too. Raises UnreadableMail."""
    _, begin = _head(data, 0, len(data))
    return list(_fields(data[:begin]))


class _Leaves:
    """The parts that are no containers. A mail within the mail is one part: it is not looked into."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = 0
        self.attached: list[MailPart] = []
        self.others: list[MailPart] = []

    def gather(self, part: MailPart, start: int, end: int, depth: int) -> list[MailPart]:
        """The texts of one part, whose body is data[start:end]; what is attached to it is put beside."""
        boundary = part.boundary
        if not boundary:
            return self._leaf(MailPart(part.headers, self._data[start:end]))
        if depth == DEEPEST:
            raise UnreadableMail(f"its parts are nested more than {DEEPEST} deep")
        texts: list[list[MailPart]] = []
        for begin, stop in self._between(b"--" + boundary, start, end):
            self._count += 1
            if self._count > MOST_PARTS:
                raise UnreadableMail(f"it has more than {MOST_PARTS} parts")
            inner, at = _head(self._data, begin, stop)
            if found := self.gather(inner, at, stop, depth + 1):
                texts.append(found)
        if part.kind == "multipart/alternative" and texts:
            chosen = _chosen(texts)
            self.others += [one for found in texts if found is not chosen for one in found]
            return chosen
        return [one for found in texts for one in found]

    def _leaf(self, leaf: MailPart) -> list[MailPart]:
        if leaf.is_attached:
            self.attached.append(leaf)
        elif leaf.kind in ("text/plain", "text/html") and leaf.body.strip():
            return [leaf]
        return []

    def _between(self, line: bytes, start: int, end: int) -> list[tuple[int, int]]:
        """What stands between boundary lines. A last part without its end is a part too."""
        found: list[tuple[int, int]] = []
        begin, at = None, start
        while (at := self._data.find(line, at, end)) >= 0 and len(found) <= MOST_PARTS:
            ends = _LINE_ENDS.match(self._data, at + len(line), end)
            if ends is None or (at > start and self._data[at - 1] != 0x0A):
                at += len(line)
                continue
            if begin is not None:
                found.append((begin, max(begin, at - (2 if self._data[at - 2 : at] == b"\r\n" else 1))))
            begin = at = ends.end()
            if ends.group(1):
                return found
            if ends.end() == end:
                break
        return found if begin is None else [*found, (begin, end)]


def _chosen(alternatives: list[list[MailPart]]) -> list[MailPart]:
    """The plain text, which is the sender's own; or the HTML, where that says much more."""
    plain = next((one for one in alternatives if all(part.kind == "text/plain" for part in one)), None)
    page = next((one for one in alternatives if one is not plain), None)
    if plain is None or page is None:
        return alternatives[0]
    return page if _letters(plain) < _LEAST_SHARE * _letters(page) else plain


def _letters(parts: list[MailPart]) -> int:
    return sum(len("".join(_words_of(part.text[:_MEASURED]).split())) for part in parts)


def _words_of(source: str) -> str:
    """HTML without what is not read as words. No parser: the result is measured and searched, and shown to nobody."""
    seen = _UNSEEN.sub(" ", source)
    return html.unescape(_TAG.sub(lambda tag: "" if _is_within(tag.group(1)) else " ", seen))


def _is_within(name: str | None) -> bool:
    return name is not None and name.lstrip("/").lower() in _WITHIN_WORDS


def _head(data: bytes, start: int, end: int) -> tuple[MailPart, int]:
    """The headers that begin at `start`, and where the body does."""
    for empty in (b"\n", b"\r\n"):
        if data.startswith(empty, start, end):
            return MailPart({}, b""), start + len(empty)
    found = _HEAD_ENDS.search(data, start, min(end, start + LONGEST_HEAD))
    if found is None and end - start > LONGEST_HEAD:
        raise UnreadableMail(f"the headers of one of its parts are longer than {LONGEST_HEAD:,} bytes")
    stop, begin = (end, end) if found is None else (found.start(), found.end())
    headers: dict[str, str] = {}
    for name, value in _fields(data[start:stop]):
        headers.setdefault(name, value)
    return MailPart(headers, b""), begin


def _fields(head: bytes) -> Iterator[tuple[str, str]]:
    """Each header in order, its name in lower case and its value unfolded."""
    for line in _FOLD.sub(" ", head.decode("utf-8", "replace").replace("\r\n", "\n")).split("\n"):
        if len(line) > LONGEST_HEADER:
            raise UnreadableMail(f"one of its headers is longer than {LONGEST_HEADER:,} characters")
        name, colon, value = line.partition(":")
        if colon and name and " " not in name.strip():
            yield name.strip().lower(), value.strip()


def _decoded(value: str) -> str:
    """RFC 2047 words read; what cannot be read stays as it is."""
    if "=?" not in value:
        return value
    try:
        return "".join(
            piece if isinstance(piece, str) else _text_of(piece, charset or "")
            for piece, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError):
        return value


def _text_of(data: bytes, charset: str) -> str:
    try:
        if codecs.lookup(charset or "utf-8").name not in _NO_CHARSETS:
            return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        pass
    return data.decode("utf-8", "replace")


def _one_line(text: str) -> str:
    """In one line, without what a database or a terminal should not meet."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
