"""Who speaks for a whole text: the outlet or issuer that its own head names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vedette.reading.gazetteer import fold, lookup
from vedette.reading.kinds import classify
from vedette.reading.lexicon import DOCUMENTS, ORGANISATIONS, OUTLETS, words
from vedette.reading.phrases import NAME_PARTICLES
from vedette.reading.records import Attribution, SourceKind
from vedette.reading.sentences import Kind, Sentence
from vedette.reading.tokens import tokenise

_DATELINE = re.compile(r"\(([A-Z][\w. ]{1,25})\)\s[-–—]")


def frame_of(text: str, sentences: Sequence[Sentence]) -> tuple[Attribution, ...]:
    """The outlet or issuer that the text's own head names: a FROM line, a masthead, an agency in the dateline."""
    found: list[Attribution] = []
    for sentence in sentences[:12]:
        if sentence.kind is Kind.HEADER and sentence.label in (
            "from",
            "fm",
            "issued by",
            "issuer",
            "source",
            "sender",
            "originator",
        ):
            words = [token for token in tokenise(text, sentence.start, sentence.end) if token.is_word]
            if words:
                kind = classify(words, "say") or SourceKind.ORGANISATION
                found.append(
                    Attribution(text[sentence.start : sentence.end], kind, "", sentence.start, sentence.end, True)
                )
                break
    for sentence in sentences[:6]:
        agency = _DATELINE.search(text, sentence.start, min(sentence.end, sentence.start + 80))
        if agency is not None:
            start, end = agency.span(1)
            return (Attribution(agency.group(1), SourceKind.OUTLET, "", start, end, True), *found)
        if sentence.kind in (Kind.HEADING, Kind.BANNER) and sentence.end - sentence.start < 60:
            masthead = _masthead(text, sentence, _is_dated(text, sentences, sentence))
            if masthead is not None:
                return (masthead, *found) if masthead.kind is SourceKind.OUTLET or not found else tuple(found)
    return tuple(found)


_TAIL = re.compile(
    r"(?P<by>(?:[\w ]{0,30}\s)?(?:statement|release|bulletin|advisory|report|alert|warning|notice|update)"
    r"(?:\s(?:by|from)\s|\s[-–—|:]\s))?(?P<name>[^,|–—\n]{3,60}?)"
    r"(?P<tail>\s?[,|–—]\s?[^,\n]{0,14}\d[^\n]{0,40}|(?:\s[-–—|]|,)\s[^\n]{3,40})?\Z",
    re.IGNORECASE,
)
#: What the words beside a masthead's dash say it is: "Vale Police - Daily Bulletin".
_PAPERS = DOCUMENTS | words("update digest summary edition circular situation")
_SECTIONS = words("security intelligence operations affairs")
_MASTHEADS = words("press news newswire wire edition")


def _is_dated(text: str, sentences: Sequence[Sentence], line: Sentence) -> bool:
    """Whether a short line with a number, such as a date, stands below the line."""
    below = next((one for one in sentences if one.start > line.start), None)
    if below is None or below.kind is not Kind.HEADING or below.end - below.start > 60:
        return False
    return any(char.isdigit() for char in text[below.start : below.end])


def _masthead(text: str, line: Sentence, dated: bool) -> Attribution | None:
    """ "The Harbour Ledger", "Delta Newswire, 3 May 2026", "Statement by the Port Authority": who publishes."""
    match = _TAIL.match(text, line.start, line.end)
    if match is None:
        return None
    start, end = match.span("name")
    words = [token for token in tokenise(text, start, end) if token.is_word]
    if not 2 <= len(words) <= 7 or not all(word.is_capital or word.low in NAME_PARTICLES for word in words):
        return None
    if any(word.text[0].isdigit() for word in words) or words[-1].stem in DOCUMENTS - {"dispatch", "record"}:
        # "PRESS RELEASE" says what it is, not whose.
        return None
    name = text[start:end]
    if words[-1].stem in OUTLETS or (len(words) <= 4 and any(word.stem in _MASTHEADS for word in words)):
        return Attribution(name, SourceKind.OUTLET, "", start, end, True)
    tail = match["tail"] or ""
    if tail and not any(char.isdigit() for char in tail) and match["by"] is None:
        beside = [token.stem for token in tokenise(text, match.start("tail"), match.end("tail")) if token.is_word]
        is_paper = any(word in _PAPERS for word in beside)
        if not is_paper or words[-1].stem not in ORGANISATIONS | _SECTIONS:
            return None
    told = match["by"] is not None or bool(tail) or (dated and words[-1].stem in ORGANISATIONS)
    if told and not lookup(fold(name)):
        return Attribution(name, SourceKind.ORGANISATION, "", start, end, True)
    return None
