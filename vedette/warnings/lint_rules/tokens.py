"""What must be the same in every language of one text: numbers, clock times, days, months, telephones. Pure.

Written with other digits, other separators, or by another clock, they are the same. Months and weekdays are known in
the languages that `words.py` has; in others they are not compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from vedette.formats.languages import primary
from vedette.warnings.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Token:
    """One of them: its kind, what it means, and where it stands as it is written."""

    kind: str
    value: str
    start: int
    end: int
    text: str


_TELEPHONE = re.compile(r"\+\d[\d ().-]{5,}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_AFTER_NOON = "(?P<half>[ap]\\.?\\s?m\\b\\.?|ص|م)"
_CLOCK = re.compile(rf"\b(?P<hour>[01]?\d|2[0-3])(?:[:.h]|\s?h\s?)(?P<minute>[0-5]\d)\b(?:\s?{_AFTER_NOON})?", re.I)
_HOUR = re.compile(rf"\b(?P<hour>1[0-2]|0?[1-9])\s?{_AFTER_NOON}(?!\w)", re.I)
_NUMBER = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f٬ ]\d{3})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫]\d+)?")
_GROUP = re.compile(r"[.,'’\u00a0\u202f٬ ](?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def tokens(text: str, language: str) -> Iterator[Token]:
    """The tokens of a text, each once for each time it is written."""
    plain = "".join(_digit(character) for character in text)
    taken = [False] * len(plain)
    for kind, pattern in (("telephone", _TELEPHONE), ("date", _ISO_DATE), ("time", _CLOCK), ("time", _HOUR)):
        for match in pattern.finditer(plain):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = [True] * len(match[0])
                for value_kind, value in _meant(kind, match):
                    yield Token(value_kind, value, match.start(), match.end(), text[match.start() : match.end()])
    for match in _NUMBER.finditer(plain):
        if not any(taken[match.start() : match.end()]):
            yield Token("number", _number(match[0]), match.start(), match.end(), text[match.start() : match.end()])
    yield from _named(plain, language)


def knows_calendar(language: str) -> bool:
    """Whether months and weekdays are known in that language."""
    return primary(language) in LANGUAGES


def same(one: Token, other: Token) -> bool:
    """Whether two tokens say the same: 18 h is 18:00, and the month 12 is December."""
    if (one.kind, one.value) == (other.kind, other.value):
        return True
    kinds = {one.kind: one, other.kind: other}
    if set(kinds) == {"time", "number"}:
        return kinds["time"].value == f"{kinds['number'].value.zfill(2)}:00"
    return set(kinds) == {"month", "number"} and one.value == other.value


def _digit(character: str) -> str:
    """Any script's digit as 0 to 9, so that places in the text stay what they are."""
    return str(unicodedata.digit(character)) if unicodedata.category(character) == "Nd" else character


def _meant(kind: str, match: re.Match[str]) -> Iterator[tuple[str, str]]:
    if kind == "telephone":
        yield kind, re.sub(r"\D", "", match[0])
    elif kind == "date":
        yield "number", match[1]
        yield "month", str(int(match[2]))
        yield "number", str(int(match[3]))
    else:
        hour, half = int(match["hour"]), (match["half"] or "").lower()
        if half[:1] in ("p", "م"):
            hour = hour % 12 + 12
        elif half:
            hour %= 12
        yield kind, f"{hour:02}:{match.groupdict().get('minute') or '00'}"


def _number(text: str) -> str:
    whole = _GROUP.sub("", text).replace(",", ".").replace("٫", ".")
    head, dot, tail = whole.partition(".")
    tail = tail.rstrip("0")
    return (head.lstrip("0") or "0") + (dot + tail if tail else "")


def _named(text: str, language: str) -> Iterator[Token]:
    """Months beside a number, and weekdays, by the first letters that tell them apart."""
    months, days = _names(primary(language))
    for match in _WORD.finditer(text):
        word = _folded(match[0])
        month = next((number for number, names in months.items() if _begins(word, names)), None)
        if month is not None and _beside_a_number(text, match):
            yield Token("month", str(month), match.start(), match.end(), match[0])
            continue
        day = next((number for number, names in days.items() if _begins(word, names)), None)
        if day is not None:
            yield Token("weekday", str(day), match.start(), match.end(), match[0])


def _beside_a_number(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    return bool(
        re.search(r"\d(?:st|nd|rd|th|º|er)?\.?\s?(?:(?:de|of)\s)?$", before, re.I) or re.match(r"\.?\s?\d", after)
    )


def _begins(word: str, names: tuple[str, ...]) -> bool:
    """Whether a word is a name or a form of it: "неділі" of "неділя", "Sundays" of "Sunday"."""
    return any(word == name or (len(name) > 4 and word[:-1] == name[:-1]) or word == f"{name}s" for name in names)


@cache
def _names(language: str) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    """Months by number and weekdays by number from Monday, as one language writes them; none where it is not known."""
    words = LANGUAGES.get(language)
    if words is None:
        return {}, {}
    short_months = words.short_months or tuple(name[:3] for name in words.months)
    months: dict[int, tuple[str, ...]] = {
        number: (_folded(name), _folded(short))
        for number, (name, short) in enumerate(zip(words.months, short_months, strict=True), 1)
    }
    return months, {number: (_folded(name),) for number, name in enumerate(words.days)}


def _folded(word: str) -> str:
    """A word without case and marks, which people leave out."""
    letters = unicodedata.normalize("NFKD", word).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
