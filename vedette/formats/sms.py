"""What a text is as an SMS: its alphabet (GSM 7-bit or UCS-2), its segments and their headers, and what it costs.

3GPP TS 23.038 (alphabets) and 23.040 (concatenation, 9.2.3.24.1). The national shift tables are not used.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

#: The GSM 7-bit default alphabet in its order (23.038, 6.2.1); 0x1B leads to the extension table.
_ESCAPE = "\x1b"
_TABLE = (
    f"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ{_ESCAPE}ÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two septets each, which may not be parted between segments (6.2.1.1).
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_GSM = {character: bytes([code]) for code, character in enumerate(_TABLE) if character != _ESCAPE} | {
    character: bytes([0x1B, code]) for character, code in _EXTENSION.items()
}
_EXTENDED = {code: character for character, code in _EXTENSION.items()}

#: What may be put in place of a character that would force UCS-2, without changing a word.
PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": ",",
    "\u201b": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u201f": '"',
    "\u2039": "'",
    "\u203a": "'",
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2032": "'",
    "\u2033": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2015": "-",
    "\u2212": "-",
    "\u2026": "...",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u200a": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u00ad": "",
    "\ufeff": "",
    "\u2022": "-",
    "\u00b7": "-",
    "\t": " ",
}

#: Octets of one SMS, and septets in them.
_OCTETS, _SEPTETS = 140, 160
#: The header of a segment: its own length, then 00 03 reference total number.
_HEADER_OCTETS, _HEADER_SEPTETS = 6, 7
#: The total is one octet.
MOST_SEGMENTS = 255


class SmsEncoding(StrEnum):
    """How the characters travel."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class SmsBudget:
    """What one text costs."""

    encoding: SmsEncoding
    #: Septets in GSM-7, 16-bit units in UCS-2.
    units: int
    segments: int
    #: The first character that forced UCS-2, or None.
    forced_by: str | None

    @property
    def in_words(self) -> str:
        """For people: `one segment`, or `2 segments, UCS-2 because of “ç”`."""
        parts = "one segment" if self.segments == 1 else f"{self.segments} segments"
        return parts if self.forced_by is None else f"{parts}, UCS-2 because of “{self.forced_by}”"


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Which segment of which message one is."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One SMS of a message: its user data header (empty for a message of one) and its part of the text."""

    header: bytes
    #: One octet a septet in GSM-7; big-endian 16-bit units in UCS-2.
    body: bytes


class TooLong(ValueError):
    """The text does not go into one message."""


def count(text: str) -> SmsBudget:
    """The cost of `text`; an empty text is one segment."""
    encoding, data, forced_by = _encoded(text)
    unit = 1 if encoding is SmsEncoding.GSM7 else 2
    return SmsBudget(encoding, len(data) // unit, len(_cut(data, encoding)), forced_by)


def plain(text: str) -> str:
    """`text` with typographic quotes, dashes and spaces made plain and letters composed, where it then travels in
    GSM-7. No letter is changed: a text that needs UCS-2 all the same stays as it is."""
    simple = "".join(PLAIN.get(character, character) for character in unicodedata.normalize("NFC", text))
    return simple if all(character in _GSM for character in simple) else text


def segments(text: str, reference: int, *, ucs2: bool = False) -> tuple[SmsEncoding, list[Segment]]:
    """The SMS that carry `text`, as many as `count` says. `reference` (of which one octet is used) joins them on the
    phone: the same for every try of one message, so that a segment sent twice is known as the same. `ucs2` takes that
    alphabet even where the text does not need it.

    Raises TooLong above 255 segments.
    """
    encoding, data = (SmsEncoding.UCS2, to_ucs2(text)) if ucs2 else _encoded(text)[:2]
    bodies = _cut(data, encoding)
    if len(bodies) == 1:
        return encoding, [Segment(b"", data)]
    if len(bodies) > MOST_SEGMENTS:
        raise TooLong(f"{len(bodies)} segments; one message has {MOST_SEGMENTS} at most")
    head = bytes([5, 0, 3, reference & 0xFF, len(bodies)])
    return encoding, [Segment(head + bytes([number]), body) for number, body in enumerate(bodies, 1)]


def to_gsm(text: str) -> bytes:
    """`text` in the GSM alphabet, one octet a septet. Raises ValueError naming a character that it does not have."""
    try:
        return b"".join(map(_GSM.__getitem__, text))
    except KeyError as error:
        raise ValueError(f"{error.args[0]!r} is not in the GSM alphabet") from error


def from_gsm(data: bytes) -> str:
    """The text of septets, one an octet; what stands for nothing becomes U+FFFD."""
    text, escaped = [], False
    for code in data:
        if escaped:
            # What the extension table does not have is read in the default table (6.2.1.1).
            text.append(_EXTENDED.get(code) or _character(code))
            escaped = False
        elif code == 0x1B:
            escaped = True
        else:
            text.append(_character(code))
    return "".join(text)


def to_ucs2(text: str) -> bytes:
    """`text` in big-endian 16-bit units."""
    return text.encode("utf-16-be", "surrogatepass")


def from_ucs2(data: bytes) -> str:
    """The text of 16-bit units; what stands for nothing becomes U+FFFD."""
    return data.decode("utf-16-be", "replace")


def parted(data: bytes) -> tuple[Concatenation | None, bytes]:
    """What came with a user data header (23.040, 9.2.3.24): which segment it is, if it is one, and the rest.

    A header that is none is left out as far as its length says.
    """
    if not data:
        return None, b""
    end = data[0] + 1
    header, body = data[1:end], data[end:]
    at, found = 0, None
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if (kind, len(value)) in ((0x00, 3), (0x08, 4)):
            total, number = value[-2:]
            if 1 <= number <= total:
                found = Concatenation(int.from_bytes(value[:-2]), total, number)
        at += 2 + length
    return found, body


def _encoded(text: str) -> tuple[SmsEncoding, bytes, str | None]:
    """The alphabet, the octets, and the first character that forced UCS-2."""
    try:
        return SmsEncoding.GSM7, b"".join(map(_GSM.__getitem__, text)), None
    except KeyError as error:
        return SmsEncoding.UCS2, to_ucs2(text), str(error.args[0])


def _cut(data: bytes, encoding: SmsEncoding) -> list[bytes]:
    """The octets of each segment: as many as fit beside the header, and no character in two."""
    if encoding is SmsEncoding.GSM7:
        alone, joined, unit = _SEPTETS, _SEPTETS - _HEADER_SEPTETS, 1
    else:
        alone, joined, unit = _OCTETS, _OCTETS - _HEADER_OCTETS, 2
    if len(data) <= alone:
        return [data]
    found, at = [], 0
    while at < len(data):
        end = at + joined
        if end < len(data) and _opens(data[end - unit], encoding):
            end -= unit
        found.append(data[at:end])
        at = end
    return found


def _opens(octet: int, encoding: SmsEncoding) -> bool:
    """Whether a unit that begins with `octet` is the first of a character's two: an escape, a high surrogate."""
    return octet == 0x1B if encoding is SmsEncoding.GSM7 else 0xD8 <= octet <= 0xDB


def _character(code: int) -> str:
    return _TABLE[code] if code < 0x80 and code != 0x1B else "\ufffd"
