"""When a text says it was published: a DATE line, a dateline, or a full date among its first lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from vedette.reading.calendar import Anchor, Point
from vedette.reading.points import point
from vedette.reading.sentences import Kind, Sentence
from vedette.reading.times import TimeReader
from vedette.reading.tokens import tokenise

_LABELS = ("date", "dtg", "published", "issued", "sent", "time")
_DATELINE = re.compile(
    r"[A-Z][A-Z .,'-]{2,40}[,(—–-]|(?:published|posted|updated|issued|released|dated)\b", re.IGNORECASE
)
_FIRST_LINES = 6


def date_of(text: str, sentences: Sequence[Sentence], zone: tzinfo) -> date | datetime | None:
    """The publication date or instant that the head of `text` gives, or None. Only full dates count."""
    for sentence in sentences[:20]:
        if sentence.kind is Kind.HEADER and sentence.label in _LABELS:
            found = _full(text, sentence.start, min(sentence.end, sentence.start + 80), zone)
            if found is not None:
                return found
    for sentence in [one for one in sentences if one.kind is not Kind.BANNER][:_FIRST_LINES]:
        if sentence.kind is Kind.HEADER:
            continue
        short = sentence.end - sentence.start < 60
        if short or _DATELINE.match(text, sentence.start, sentence.end):
            found = _full(text, sentence.start, min(sentence.end, sentence.start + 80), zone)
            if found is not None:
                return found
    return None


def _full(text: str, start: int, end: int, zone: tzinfo) -> date | datetime | None:
    for token in tokenise(text, start, end):
        parsed: Point | None = point(text, token.start, end, Anchor(None, None, None))
        if parsed is None or not parsed.has_day or parsed.readings[0].begin is None:
            continue
        if not parsed.has_clock:
            return parsed.readings[0].begin.date()
        mentions = TimeReader(None, zone).find(text, tokenise(text, token.start, parsed.end), None)
        if mentions and mentions[0].begin is not None:
            return mentions[0].begin
    return None
