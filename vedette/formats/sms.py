"""What a text costs as an SMS: GSM 7-bit or UCS-2, and how many segments (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two septets each, which may not be parted between segments.
_EXTENDED = frozenset("\f^{}\\[~]|€")

#: What may be put in place of a character that would force UCS-2, without changing a word.
PLAIN = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2022": "-",
    "\t": " ",
}


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


def count(text: str) -> SmsBudget:
    """The cost of `text`; an empty text is one segment."""
    forced_by = next((character for character in text if character not in _BASIC and character not in _EXTENDED), None)
    if forced_by is None:
        sizes = [2 if character in _EXTENDED else 1 for character in text]
        return SmsBudget(SmsEncoding.GSM7, sum(sizes), _segments(sizes, 160, 153), None)
    sizes = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return SmsBudget(SmsEncoding.UCS2, sum(sizes), _segments(sizes, 70, 67), forced_by)


def plain(text: str) -> str:
    """`text` with typographic quotes, dashes and spaces made plain, so that they do not force UCS-2. Letters stay."""
    return "".join(PLAIN.get(character, character) for character in text)


def _segments(sizes: list[int], alone: int, joined: int) -> int:
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments
