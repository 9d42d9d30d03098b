"""Parts of a year that is named: "early 2024", "the summer of 2024", "the first half of 2024", "Q2 2024"."""

from __future__ import annotations

import re
from datetime import date

from vedette.reading.calendar import Point, Stretch, months_later, start_of

_FLAGS = re.IGNORECASE
_YEAR = r"(?P<year>(?:19|20)\d\d)(?![\d-])"
_THIRD = re.compile(rf"(?P<part>early|mid|late)[\s-](?:in\s)?{_YEAR}", _FLAGS)
_SEASON = re.compile(rf"(?:the\s)?(?P<season>winter|spring|summer|autumn|fall)(?:\sof)?\s{_YEAR}", _FLAGS)
_SHARE = re.compile(
    rf"(?:the\s)?(?:(?P<nth>first|second|third|fourth|last)\s(?P<share>half|quarter)\sof|Q(?P<q>[1-4]),?)\s{_YEAR}",
    _FLAGS,
)
#: Words such a part begins with.
FIRST_WORDS = frozenset(
    ["early", "mid", "late", "winter", "spring", "summer", "autumn", "fall", "q1", "q2", "q3", "q4"]
)
_SEASONS = {"winter": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9}
_THIRDS = {"early": 1, "mid": 5, "late": 9}


def part_of_year(text: str, at: int, end: int) -> Point | None:
    """The part of a year that begins at `at`."""
    if match := _THIRD.match(text, at, end):
        return _made(match, _THIRDS[match["part"].lower()], 4, match["part"].upper())
    if match := _SEASON.match(text, at, end):
        return _made(match, _SEASONS[match["season"].lower()], 3, match["season"][:2].upper())
    if match := _SHARE.match(text, at, end):
        half = (match["share"] or "").lower() == "half"
        months = 6 if half else 3
        nth = int(match["q"]) if match["q"] else ("first", "second", "third", "fourth").index(_nth(match, half)) + 1
        if months * nth > 12:
            return None
        return _made(match, months * (nth - 1) + 1, months, f"{'H' if half else 'Q'}{nth}")
    return None


def _nth(match: re.Match[str], half: bool) -> str:
    word = match["nth"].lower()
    return word if word != "last" else "second" if half else "fourth"


def _made(match: re.Match[str], month: int, months: int, suffix: str) -> Point:
    first = date(int(match["year"]), month, 1)
    stretch = Stretch(f"{match['year']}-{suffix}", start_of(first), start_of(months_later(first, months)))
    return Point(match.end(), (stretch,), False, False, True)
