"""Text to sentences: header lines, bullets, headings and prose; a quotation is never cut in the middle."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from vedette.reading.lexicon import words
from vedette.reading.records import Span

#: Longer sentences are cut at a space: nothing readable is that long, and the cost of hostile text stays bounded.
LONGEST_SENTENCE = 2_000
#: A quotation longer than this is not kept whole.
LONGEST_QUOTE = 1_500


class Kind(StrEnum):
    """What a stretch of text is on the page."""

    PROSE = "prose"
    BULLET = "bullet"
    HEADER = "header"
    HEADING = "heading"
    #: EXERCISE, UNCLASSIFIED and the like: marks, not claims.
    BANNER = "banner"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; for a header line `label` is its key in lower case and the span is its value."""

    start: int
    end: int
    paragraph: int
    kind: Kind
    quotes: tuple[Span, ...]
    label: str = ""


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    kind: Kind
    body: int
    label: str = ""


_BANNER_WORDS = words(
    "exercise only for training test unclassified official use tlp amber green clear strict end of begin beginning "
    "this is an a message draft page drill real world no not the start and fouo sensitive law enforcement internal"
)
_HEADER_LABELS = words(
    "from to date subject subj re ref reference sender source issued by published author prepared classification time "
    "dtg fm valid until effective expires distribution audience area location trigger threat hazard instruction "
    "instructions action actions title topic sent cc originator issuer unit warning period"
)
_HEADER = re.compile(r"[ \t*#_>]*([A-Za-z][A-Za-z /-]{0,24}?)[*_ ]*:[*_]*[ \t]+(?=\S)")
_BULLET = re.compile(r"[ \t]*(?:[-*•‣◦–·]|\(?\d{1,2}[.)]|\(?[a-z][.)])[ \t]+(?=\S)")
#: A line of a log or a transcript: "14:05 ...", "0612 B4 to Control: ...", "UNIT 12: ...".
_STAMP = re.compile(r"(?:\d{1,2}:\d{2}|(?!19|20)[0-2]\d[0-5]\d)(?:Z|h|hrs)?[ \t]+[A-Z]|[A-Z][A-Z0-9 ]{1,20}:[ \t]")
#: The same with hours that might be years, and how many lines must open so for them to be hours.
_HOUR = re.compile(r"[0-2]\d[0-5]\d(?:Z|h|hrs)?[ \t]+[A-Z]")
_ANY_HOUR = re.compile(rf"^[ \t]*{_HOUR.pattern}", re.MULTILINE)
_FEWEST_HOURS = 3
_DATE_LINE = re.compile(r"[A-Z0-9][\w ,./-]{3,24}\d{2,4}\.?")
_WORDS = re.compile(r"[^\W_]+")
_QUOTE_MARKS = re.compile(r"[\"“”«»]")
_OPENING, _CLOSING = "“«", "”»"
#: In a paragraph with more of them no quotation in single marks is looked for.
_MOST_APOSTROPHES = 200
#: A quotation in single marks, as British papers have it: told from an apostrophe by the stop or comma at its end.
_SINGLE = re.compile(r"(?:(?<=\s)|(?<=[(:])|^)[‘'](?=\w)[^\n\"“”]{1,400}?[.,!?…][’'](?=[\s)]|$)")
# The lookbehind lets a run of stops be tried once only.
_STOP = re.compile(r"(?<![.!?…])[.!?…]+[\"”’'»)\]]*(?=\s)")
_LAST_WORD = re.compile(r"[^\s(\[\"“‘«]{1,30}\Z")
_NOT_AN_END = words(
    "mr mrs ms dr prof st lt sgt col gen capt cmdr maj cpl pvt det insp supt adm rev hon gov sen rep pres sr jr jan "
    "feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun vs etc approx no nos "
    "dept est inc ltd co corp ave blvd rd hwy ft mt fig e.g i.e cf u.s u.k u.n d.c a.m p.m ch fr brig supt pte cst ofc"
)
#: After these an upper-case word does begin a sentence, unless it goes on with a name or a day.
_MAY_END = words("a.m p.m u.s u.k u.n d.c etc co inc corp")
_STARTERS = words(
    "the a an this that these those he she it they we i you his her their our in on at as by for from after before "
    "when while if but and or however no not all any some there here agents officers authorities officials police"
)


def split(text: str) -> list[Sentence]:
    """The sentences of `text` in order; every span lies within the text and starts and ends on a non-space."""
    sentences: list[Sentence] = []
    for paragraph, block in enumerate(_blocks(list(_lines(text)), text, _HOUR if is_log(text) else _STAMP)):
        first, last = block[0], block[-1]
        start, end = first.body, last.end
        if first.kind in (Kind.BANNER, Kind.HEADER):
            sentences += [Sentence(s, e, paragraph, first.kind, (), first.label) for s, e in _cut(text, start, end)]
            continue
        quotes = _quotes(text, start, end)
        starts = [quote.start for quote in quotes]
        for s, e in _sentence_spans(text, start, end, quotes):
            kind = first.kind
            if kind is Kind.PROSE and text[e - 1] not in ".!?…\"”»':;)" and e == end and s == start:
                kind = Kind.HEADING
            inside = tuple(quote for quote in quotes[bisect_left(starts, s) : bisect_left(starts, e)] if quote.end <= e)
            sentences.append(Sentence(s, e, paragraph, kind, inside))
    return sentences


def is_log(text: str) -> bool:
    """Whether lines of the text open with an hour in four figures, as a log's do."""
    return len(list(islice(_ANY_HOUR.finditer(text), _FEWEST_HOURS))) == _FEWEST_HOURS


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for raw in text.splitlines(keepends=True):
        start, at = at, at + len(raw)
        stripped = raw.strip()
        if not stripped:
            yield _Line(start, start, Kind.PROSE, start)
            continue
        lead = len(raw) - len(raw.lstrip())
        body, end = start + lead, start + lead + len(stripped)
        if len(stripped) < 120 and _is_banner(stripped):
            yield _Line(start, end, Kind.BANNER, body)
        elif (header := _HEADER.match(raw)) and _is_label(header.group(1)):
            yield _Line(start, end, Kind.HEADER, start + header.end(), " ".join(header.group(1).lower().split()))
        elif bullet := _BULLET.match(raw):
            yield _Line(start, end, Kind.BULLET, start + bullet.end())
        else:
            yield _Line(start, end, Kind.PROSE, body)


def _is_banner(line: str) -> bool:
    words = _WORDS.findall(line.lower())
    capitals = line == line.upper()
    return bool(words) and capitals and all(word in _BANNER_WORDS or word.isdigit() for word in words)


def _is_label(label: str) -> bool:
    words = label.lower().replace("/", " ").split()
    return bool(words) and len(words) <= 3 and words[0] in _HEADER_LABELS and words[-1] in _HEADER_LABELS


def _blocks(lines: list[_Line], text: str, stamp: re.Pattern[str]) -> Iterator[list[_Line]]:
    """Lines that belong to one paragraph, bullet or header; hard-wrapped lines are joined."""
    block: list[_Line] = []
    widest = 0
    for line in lines:
        blank = line.end == line.start
        if block and (blank or _breaks(block[-1], line, widest, text, stamp)):
            yield block
            block, widest = [], 0
        if not blank:
            block.append(line)
            widest = max(widest, line.end - line.start)
    if block:
        yield block


def _breaks(above: _Line, line: _Line, widest: int, text: str, stamp: re.Pattern[str]) -> bool:
    if line.kind is not Kind.PROSE or above.kind is Kind.BANNER:
        return True
    if above.kind is Kind.HEADER:
        return line.body - line.start < 2
    if stamp.match(text, line.body, line.end) or _STAMP.match(text, line.body, line.end):
        return True
    if above.end - above.start < 60 and _DATE_LINE.fullmatch(text, line.body, line.end):
        # The date below a masthead, and no wrapped end of a paragraph.
        return True
    last = text[above.end - 1]
    short = above.end - above.start < 0.6 * max(widest, line.end - line.start, 40)
    begins = text[line.body].isupper() or text[line.body].isdigit() or text[line.body] in '"“«'
    return short and begins and last not in ",-–—("


def _quotes(text: str, start: int, end: int) -> list[Span]:
    """Quotations within one paragraph; an open one counts to the paragraph's end, as a many-paragraph quote does."""
    found: list[Span] = []
    opened = -1
    for match in _QUOTE_MARKS.finditer(text, start, end):
        at, mark = match.start(), match.group()
        if opened < 0:
            starts_word = at + 1 < end and not text[at + 1].isspace()
            if mark in _OPENING or (mark == '"' and starts_word):
                opened = at
        elif mark in _CLOSING or mark == '"':
            if at + 1 - opened <= LONGEST_QUOTE:
                found.append(Span(opened, at + 1))
            opened = -1
    if opened >= 0 and end - opened <= LONGEST_QUOTE and text[opened] != "«":
        found.append(Span(opened, end))
    if not found and 0 < text.count("'", start, end) + text.count("’", start, end) <= _MOST_APOSTROPHES:
        found = [Span(*match.span()) for match in _SINGLE.finditer(text, start, end)]
    return found


def _sentence_spans(text: str, start: int, end: int, quotes: list[Span]) -> Iterator[tuple[int, int]]:
    begin, quote = start, 0
    for stop in _STOP.finditer(text, start, end):
        while quote < len(quotes) and quotes[quote].end <= stop.start():
            quote += 1
        within = quote < len(quotes) and quotes[quote].start < stop.start() and stop.end() < quotes[quote].end
        if within or not _ends_here(text, begin, stop.start(), stop.end(), end):
            continue
        yield from _cut(text, begin, stop.end())
        begin = stop.end()
    yield from _cut(text, begin, end)


def _ends_here(text: str, begin: int, stop: int, past: int, end: int) -> bool:
    following = past
    while following < end and text[following].isspace():
        following += 1
    if following >= end:
        return True
    after = text[following]
    if after.islower():
        return False
    if text[stop] != "." or past - stop > 1:
        closed_quote = text[past - 1] in '"”»'
        return not (closed_quote and text[stop] in "!?" and _REPORTING.match(text, following, min(end, following + 60)))
    word = _LAST_WORD.search(text, max(begin, stop - 30), stop)
    if word is None:
        return True
    last = word.group().lower().strip("'’")
    if last in _MAY_END or (len(last) == 3 and last[1] == "." and last[0].isalpha()):
        next_word = _WORDS.match(text, following, end)
        return bool(next_word) and next_word.group().lower() in _STARTERS if next_word else True
    if last in _NOT_AN_END:
        return False
    return not (len(last) == 1 and last.isalpha() and word.group().isupper())


_REPORTING = re.compile(r"(?:[A-Z][\w.'’-]{0,20} ){1,3}(?:said|says|told|asked|added|warned|shouted)\b")


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without outer space, in pieces of at most LONGEST_SENTENCE."""
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = end
        if end - start > LONGEST_SENTENCE:
            stop = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
            stop = start + LONGEST_SENTENCE if stop <= start else stop
        past = stop
        while past > start and text[past - 1].isspace():
            past -= 1
        if past > start:
            yield start, past
        start = stop
