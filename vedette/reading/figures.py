"""Days written in figures: 2026-03-06, 061430ZMAR26, 6/3/2026, 6-Mar-2026, the 6th."""

from __future__ import annotations

import re
from datetime import date

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    at_time,
    date_or_none,
    day_stretch,
    lean,
    months_later,
    time_or_none,
)
from vedette.reading.clocks import zone_letter
from vedette.reading.lexicon import MONTHS

_FLAGS = re.IGNORECASE
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"
    r"(?:[T ](?P<H>\d\d):(?P<M>\d\d)(?::\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_DTG = re.compile(
    r"(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)\s?(?P<zone>[A-Z])\s?(?P<month>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    r"\s?(?P<year>\d{4}|\d\d)(?!\d)",
    _FLAGS,
)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[/.]|-(?=\d{1,2}-\d{4}))(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d|\d\d)(?![\d/.]\d|\d)"
)
#: A date-time group without its month: 061430Z.
_SHORT_DTG = re.compile(r"(?P<d>[0-3]\d)\s?(?P<H>[0-2]\d)(?P<M>[0-5]\d)\s?(?P<zone>[A-IK-Z])\b")
_ORDINAL = re.compile(
    r"(?:the\s)?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?=[.,;)]|\s(?:and|or|at|between|from)\b|\Z)", _FLAGS
)
#: 6-Mar-2026, 06MAR26.
_HYPHENED = re.compile(rf"(?P<day>\d{{1,2}})(?P<join>-?){_MONTH}(?P=join)(?P<year>(?:19|20)?\d\d)(?!\d)", _FLAGS)


def in_figures(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The day that begins at the figure at `at`."""
    return (
        _iso(text, at, end)
        or _dtg(text, at, end)
        or _short_dtg(text, at, end, anchor)
        or _hyphened(text, at, end)
        or _numeric(text, at, end, anchor)
        or _ordinal(text, at, end, anchor)
    )


def _iso(text: str, at: int, end: int) -> Point | None:
    match = _ISO.match(text, at, end)
    found = date_or_none(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    if match is None or found is None:
        return None
    if match["H"] is None:
        return Point(match.end(), (day_stretch(found),))
    when = time_or_none(int(match["H"]), int(match["M"]))
    if when is None:
        return None
    zone = match["zone"]
    offset = None
    if zone:
        digits = zone.replace(":", "")
        offset = 0 if zone == "Z" else int(digits[0] + "1") * (int(digits[1:3]) * 60 + int(digits[3:5]))
        if abs(offset) > 840:
            return None
    return Point(match.end(), (at_time(day_stretch(found), when, offset),), True, True)


def _dtg(text: str, at: int, end: int) -> Point | None:
    """A military date-time group: 041800ZDEC25."""
    match = _DTG.match(text, at, end)
    if match is None:
        return None
    year = int(match["year"])
    found = date_or_none(year + 2000 if year < 100 else year, MONTHS[match["month"].lower()], int(match["d"]))
    when = time_or_none(int(match["H"]), int(match["M"]))
    if found is None or when is None:
        return None
    letter = match["zone"].upper()
    offset = zone_letter(letter)
    return Point(match.end(), (at_time(day_stretch(found), when, offset),), True, True)


def _short_dtg(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """061430Z: the day of that number nearest to the publication."""
    match = _SHORT_DTG.match(text, at, end)
    when = time_or_none(int(match["H"]), int(match["M"])) if match else None
    if match is None or when is None or anchor.day is None:
        return None
    days = _numbered(int(match["d"]), anchor)
    if not days or (
        match["zone"] != "Z" and not text[max(0, at - 6) : at].lower().endswith((" at ", " by ", "from ", "until "))
    ):
        return None
    offset = zone_letter(match["zone"])
    return Point(match.end(), (at_time(day_stretch(days[0]), when, offset),), True, True)


def _numbered(number: int, anchor: Anchor) -> list[date]:
    """The days of that number in the months around the publication, likeliest first."""
    assert anchor.day is not None
    firsts = [months_later(anchor.day.replace(day=1), step) for step in (-1, 0, 1)]
    return lean([date_or_none(first.year, first.month, number) for first in firsts], anchor)


def _ordinal(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """ "on the 6th": behind a preposition of time, with no noun after it."""
    match = _ORDINAL.match(text, at, end)
    before = text[max(0, at - 12) : at].lower().split()
    if match is None or anchor.day is None or before[-2:-1] == [] or before[-1:] != ["the"]:
        return None
    if before[-2] not in ("on", "by", "until", "till", "since", "before", "after", "from"):
        return None
    days = _numbered(int(match["day"]), anchor)
    return Point(match.end(), tuple(day_stretch(found) for found in days)) if days else None


def _hyphened(text: str, at: int, end: int) -> Point | None:
    """6-Mar-2026."""
    match = _HYPHENED.match(text, at, end)
    if match is None:
        return None
    year = int(match["year"])
    found = date_or_none(
        year + 2000 if year < 100 else year, MONTHS[match["month"].lower().rstrip(".")], int(match["day"])
    )
    return None if found is None else Point(match.end(), (day_stretch(found),))


def _numeric(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """12/4/2025: month first with a slash, day first with dots; the other order is the alternative."""
    match = _NUMERIC.match(text, at, end)
    if match is None:
        return None
    year = int(match["y"])
    # A year of two figures far ahead is one of the last century: a birth date.
    year += (2000 if year < 60 else 1900) if year < 100 else 0
    a, b = int(match["a"]), int(match["b"])
    orders = ((a, b), (b, a)) if match["sep"] == "/" else ((b, a),)
    found = [when for when in (date_or_none(year, month, number) for month, number in orders) if when is not None]
    if (
        anchor.day is not None
        and len(found) == 2
        and abs(found[0] - anchor.day) > abs(found[1] - anchor.day) + 60 * DAY
    ):
        # Written order is a guess; a reading months nearer to the publication is the better one.
        found.reverse()
    unique = list(dict.fromkeys(found))
    return Point(match.end(), tuple(day_stretch(when) for when in unique)) if unique else None
