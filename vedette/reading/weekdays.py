"""Weekdays and months by their names, with every reading that the words beside them leave."""

from __future__ import annotations

import re
from datetime import date

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    Stretch,
    day_stretch,
    lean,
    month_stretch,
    months_later,
    start_of,
)
from vedette.reading.lexicon import MONTHS, WEEKDAYS

MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?)\b\.?"
)
_FLAGS = re.IGNORECASE
_OTHER_WEEK = re.compile(r"\s(?:before\slast|(?P<week>week))\b(?!-|\s(?:of|in|and|or|with))", _FLAGS)
_ALSO_WORDS = ("Sun", "Sat", "Wed", "Mon", "Fri")
_BEFORE_SMALL = (" on ", " last ", " next ", " until ", " till ", " by ", " this ", " in ", " since ")
_WEEKDAY_ONLY = re.compile(rf"(?:(?P<which>last|next|this|this past|this coming|coming)\s)?{WEEKDAY}", _FLAGS)
_MONTH_ONLY = re.compile(
    rf"(?:(?P<which>last|next|this|early|mid|late|the end of|end of)[\s-])?{MONTH}"
    r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
    _FLAGS,
)
_WHICH_WEEK = re.compile(r"\s(?:of\s)?(?P<which>last|this|next)\sweek\b", _FLAGS)


def weekday(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The weekday that begins at `at`, with both directions where nothing settles one."""
    match = _WEEKDAY_ONLY.match(text, at, end)
    if (
        match is None
        or not _is_a_day(text, at, match["weekday"])
        or match["weekday"] in ("Sun", "Sat", "Wed", "Mon", "Fri")
    ):
        return None
    number = WEEKDAYS[match["weekday"].lower().rstrip(".")]
    if anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-WXX-{number + 1}", None, None),))
    which = (match["which"] or "").lower()
    if not which and (week := _WHICH_WEEK.match(text, match.end(), end)) is not None:
        # "Thursday last week"
        monday = anchor.day - anchor.day.weekday() * DAY
        shift = {"last": -7, "this": 0, "next": 7}[week["which"].lower()]
        return Point(week.end(), (day_stretch(monday + (number + shift) * DAY),))
    if (other := _OTHER_WEEK.match(text, match.end(), end)) is not None:
        # "the Tuesday before last", "Friday week"
        back = anchor.day - ((anchor.day.weekday() - number) % 7 or 7) * DAY
        ahead = anchor.day + ((number - anchor.day.weekday()) % 7 or 7) * DAY
        when = ahead + 7 * DAY if other["week"] else back - 7 * DAY
        return Point(other.end(), (day_stretch(when),))
    today = anchor.day
    back = anchor.day - ((anchor.day.weekday() - number) % 7) * DAY
    ahead = anchor.day + ((number - anchor.day.weekday()) % 7) * DAY
    if which in ("last", "past", "this past"):
        back = back - 7 * DAY if back == anchor.day else back
        days = [back] if which != "last" or (anchor.day - back).days >= 5 else [back, back - 7 * DAY]
    elif which == "next":
        coming = ahead + 7 * DAY if ahead == anchor.day else ahead
        following = anchor.day + (7 - anchor.day.weekday() + number) * DAY
        days = [following, coming]
    elif which in ("this", "coming", "this coming"):
        days = [ahead + 7 * DAY if ahead == anchor.day and which != "this" else ahead]
    elif back == ahead:
        days = [back, back + (7 if anchor.ahead else -7) * DAY]
    elif anchor.ahead is None:
        # Nothing tells which way: the nearer.
        days = sorted((back, ahead), key=lambda when: abs(when - today))
    else:
        days = [ahead, back] if anchor.ahead else [back, ahead]
    return Point(match.end(), tuple(day_stretch(when) for when in dict.fromkeys(days)))


def _is_a_day(text: str, at: int, word: str) -> bool:
    """Whether the word is written as a day's or month's name, or in small letters after a word that asks for one."""
    return word[0].isupper() or (len(word) > 4 and text[max(0, at - 6) : at].lower().endswith(_BEFORE_SMALL))


def month(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The month, or part of one, that begins at `at`."""
    match = _MONTH_ONLY.match(text, at, end)
    if match is None or not _is_a_day(text, at, match["month"]) or text[max(0, at - 3) : at].strip()[-1:].isdigit():
        return None
    number, which = MONTHS[match["month"].lower()], (match["which"] or "").lower()
    if match["month"].lower() in (
        "may",
        "march",
        "mar",
        "dec",
        "jan",
        "sep",
        "jun",
        "jul",
        "oct",
        "nov",
        "feb",
    ) and not (
        match["year"]
        or which
        or text[max(0, at - 6) : at].lower().endswith((" in ", "\nin ", "since ", "until ", " by "))
    ):
        return None
    if match["year"]:
        firsts = [date(int(match["year"]), number, 1)]
    elif anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-{number:02}", None, None),), False)
    else:
        leaning = Anchor(anchor.day, None, {"last": False, "next": True}.get(which, anchor.ahead))
        firsts = lean([date(anchor.day.year + step, number, 1) for step in (-1, 0, 1)], leaning, coarse=True)
    readings = []
    for first in firsts:
        whole = month_stretch(first.year, number)
        past = months_later(first, 1)
        bounds = {"early": (1, 11, "-EARLY"), "mid": (11, 21, "-MID"), "late": (21, 0, "-LATE")}
        if which.endswith("end of"):
            bounds[which] = (21, 0, "-LATE")
        if which in bounds:
            low, high, suffix = bounds[which]
            until = past if high == 0 else first.replace(day=high)
            readings.append(Stretch(whole.value + suffix, start_of(first.replace(day=low)), start_of(until)))
        else:
            readings.append(whole)
    return Point(match.end(), tuple(readings), False, False, which in ("early", "mid", "late", "end of", "the end of"))
