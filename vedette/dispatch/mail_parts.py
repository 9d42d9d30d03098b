"""A mail from a stranger taken apart: headers, and the parts of its outermost containers. Pure.

Nothing here reads on without end, whatever the mail says of itself: it is cut at SIZE, at PARTS and at DEPTH.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

#: Bytes of a mail that are looked at. What a bounce says stands at its beginning; the mail it returns may be long.
SIZE = 256 * 1024
#: Parts of one container, containers within containers.
PARTS, DEPTH = 16, 3
#: Bytes of the headers of one part, and characters of one value.
HEADERS, VALUE = 64 * 1024, 2_000
#: What can be one of our keys.
_KEY = r"[A-Za-z0-9_-]{20,80}"
_IN_ID = re.compile(rf"<({_KEY})@[^<>\s]*>")


@dataclass(frozen=True, slots=True)
class Part:
    """A mail, or one part of one."""

    #: Lower-case name -> the values, in order, unfolded.
    headers: Mapping[str, tuple[str, ...]]
    body: bytes

    def header(self, name: str) -> str:
        """The first value, encoded words read; empty when there is none."""
        return _decoded(self._raw(name))

    @property
    def kind(self) -> str:
        """The media type, in lower case; RFC 2045's default where none is said."""
        return self.header("content-type").partition(";")[0].strip().lower() or "text/plain"

    def parameter(self, name: str) -> str:
        """A parameter of the media type; empty when there is none or it cannot be read."""
        holder = Message()
        holder["Content-Type"] = self._raw("content-type") or "text/plain"
        try:
            value = holder.get_param(name, "")
        except (ValueError, IndexError, LookupError):
            return ""
        return value if isinstance(value, str) else str(value[-1])

    @property
    def content(self) -> bytes:
        """The body without its transfer encoding; what is damaged is as much as can be read of it."""
        encoding = self.header("content-transfer-encoding").strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding != "base64":
            return self.body
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", self.body)
        return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")

    @property
    def text(self) -> str:
        """The content as text, by its charset if that is one."""
        try:
            return self.content.decode(self.parameter("charset") or "utf-8", "replace")
        except (LookupError, ValueError):
            return self.content.decode("utf-8", "replace")

    def _raw(self, name: str) -> str:
        return next(iter(self.headers.get(name, ())), "")[:VALUE]


def take_apart(raw: bytes) -> Part:
    """Headers and body of a mail or part."""
    head, _, body = _split(raw[:SIZE])
    return Part(fields(head[:HEADERS]), body)


def parts_of(whole: Part, depth: int = DEPTH) -> Iterator[Part]:
    """The parts that are no containers, in order; a mail that is none is its own only part.

    A mail within the mail is one part: what stands in it is not looked into.
    """
    if not whole.kind.startswith("multipart/"):
        yield whole
        return
    boundary = whole.parameter("boundary").encode("utf-8", "replace")
    if not boundary or len(boundary) > 200 or not depth:
        return
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
    for number, piece in enumerate(_between(line, whole.body)):
        if number == PARTS:
            return
        yield from parts_of(take_apart(piece), depth - 1)


def fields(block: bytes) -> dict[str, tuple[str, ...]]:
    """Name: value lines, unfolded, by lower-case name; lines that are none are passed over."""
    found: dict[str, list[str]] = {}
    text = block.decode("utf-8", "replace").replace("\r\n", "\n")
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n"):
        name, colon, value = line.partition(":")
        if colon and name.strip() and " " not in name.strip():
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return {name: tuple(values) for name, values in found.items()}


def keys_in(ids: str) -> list[str]:
    """What can be our keys in a list of message ids, in order."""
    return _IN_ID.findall(ids)


def one_line(text: str, length: int = 300) -> str:
    """Text from a stranger in one line, without what a database or a terminal should not meet."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split())[:length]


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Head and body, parted by the first empty line."""
    if raw[:1] == b"\n" or raw[:2] == b"\r\n":
        return b"", b"", raw.lstrip(b"\r\n")
    found = re.search(rb"\r?\n\r?\n", raw)
    return (raw, b"", b"") if found is None else (raw[: found.start()], found.group(), raw[found.end() :])


def _between(line: re.Pattern[bytes], body: bytes) -> Iterator[bytes]:
    """What stands between boundary lines. A last part without its end is a part too."""
    start = None
    for found in line.finditer(body):
        if start is not None:
            yield re.sub(rb"\r?\n\Z", b"", body[start : found.start()])
        start = found.end()
        if found.group(1):
            return
    if start is not None:
        yield body[start:]


def _decoded(value: str) -> str:
    """RFC 2047 words read; what cannot be read stays as it is."""
    if "=?" not in value:
        return value
    try:
        return "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "utf-8", "replace")
            for piece, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError):
        return value
