"""Weeks and weekends told by a day or month: "the first week of February", "the weekend of 28 March"."""

from __future__ import annotations

import re
from datetime import date

from vedette.reading.calendar import DAY, Anchor, Point, Stretch, lean, months_later, start_of
from vedette.reading.lexicon import MONTHS
from vedette.reading.points import day

_FLAGS = re.IGNORECASE
#: "the first week of February", "the week of 16 February", "the week beginning Monday".
_WEEK_OF_MONTH = re.compile(
    rf"(?:the\s)?(?P<nth>first|second|third|fourth|last)\sweek\s(?:of|in)\s(?P<month>{'|'.join(MONTHS)})\b\.?"
    r"(?:,?\s(?P<year>(?:19|20)\d\d))?",
    _FLAGS,
)
_WEEKEND_OF = re.compile(r"(?:the\s)?weekend\sof\s(?:the\s)?", _FLAGS)
_WEEK_OF = re.compile(r"(?:the\s)?week\s(?:of|beginning|starting|commencing|ending)\s(?:on\s)?(?:the\s)?", _FLAGS)


def week_named(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The week that begins at `at`."""
    if match := _WEEK_OF_MONTH.match(text, at, end):
        return _week_of_month(match, anchor)
    if match := _WEEK_OF.match(text, at, end):
        named = day(text, match.end(), end, anchor)
        first = named.readings[0].begin if named is not None and named.has_day else None
        if named is not None and first is not None:
            begin = first.date() - 6 * DAY if "ending" in match.group().lower() else first.date()
            year, week, _ = begin.isocalendar()
            stretch = Stretch(f"{year}-W{week:02}", start_of(begin), start_of(begin + 7 * DAY))
            return Point(named.end, (stretch,), False)
    return None


def weekend_named(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The days named, or the weekend in whose week the day lies."""
    match = _WEEKEND_OF.match(text, at, end)
    if match is None:
        return None
    named = day(text, match.end(), end, anchor)
    begin = named.readings[0].begin if named is not None else None
    if named is None or begin is None or not named.has_day:
        return named
    saturday = begin.date() + (5 - begin.weekday()) * DAY
    year, week, _ = saturday.isocalendar()
    return Point(
        named.end, (Stretch(f"{year}-W{week:02}-WE", start_of(saturday), start_of(saturday + 2 * DAY)),), False
    )


def _week_of_month(match: re.Match[str], anchor: Anchor) -> Point | None:
    month = MONTHS[match["month"].lower()]
    if match["year"]:
        firsts = [date(int(match["year"]), month, 1)]
    elif anchor.day is not None:
        firsts = lean([date(anchor.day.year + step, month, 1) for step in (-1, 0, 1)], anchor)
    else:
        return None
    nth = ("first", "second", "third", "fourth", "last").index(match["nth"].lower())
    readings = []
    for first in firsts:
        begin = months_later(first, 1) - 7 * DAY if nth == 4 else first + 7 * nth * DAY
        readings.append(Stretch(f"{begin}/{begin + 7 * DAY}", start_of(begin), start_of(begin + 7 * DAY)))
    return Point(match.end(), tuple(readings), False, False, True)
