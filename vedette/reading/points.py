"""Points of time as texts name them: days, clock times, months; each with every reading the words allow."""

from __future__ import annotations

import re
from datetime import date, time

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    Stretch,
    at_time,
    date_or_none,
    day_stretch,
    lean,
    month_stretch,
    months_later,
    part_of,
    start_of,
)
from vedette.reading.clocks import Clock, clock
from vedette.reading.figures import in_figures
from vedette.reading.holidays import holiday
from vedette.reading.lexicon import MONTHS, WEEKDAYS

_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?)\b\.?"
)
_LEAD = rf"(?:{_WEEKDAY},?\s{{1,2}})?(?:the\s)?"
_YEAR = r"(?:,?\s{1,2}(?P<year>(?:19|20)\d\d)(?!\d))?"
_FLAGS = re.IGNORECASE
_DAY_MONTH = re.compile(
    rf"{_LEAD}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|through|until)\s)(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?(?:\sof)?\s{{1,2}}{_MONTH}{_YEAR}",
    _FLAGS,
)
_MONTH_DAY = re.compile(
    rf"{_LEAD}{_MONTH}\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|through|until)\s)(?P<last>\d{{1,2}}))?(?![\d:/])(?!\s?(?:a\.?m|p\.?m)\b){_YEAR}",
    _FLAGS,
)
_WEEKDAY_ONLY = re.compile(rf"(?:(?P<which>last|next|this|this past|past|this coming|coming)\s)?{_WEEKDAY}", _FLAGS)
_NEAR_DAY = re.compile(
    r"(?P<word>the day before yesterday|the day after tomorrow|the night before last|the previous night|today|tonight|"
    r"yesterday|tomorrow|last night|overnight|this (?P<part>morning|afternoon|evening))\b",
    _FLAGS,
)
_MONTH_ONLY = re.compile(
    rf"(?:(?P<which>last|next|this|early|mid|late|the end of|end of)[\s-])?{_MONTH}"
    r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
    _FLAGS,
)
_PART = re.compile(r",?\s(?P<part>morning|afternoon|evening|night)\b", _FLAGS)
_TO_CLOCK = re.compile(
    r",?\s(?:(?:at|around|about|approximately|approx\.?|roughly|some\s?time)\s){0,2}(?:(?:just|shortly|soon)\s(?:before|after)\s)?",
    _FLAGS,
)
_TO_DAY = re.compile(r",?\s(?:on\s)?(?:the\s)?", _FLAGS)
#: "3 this morning": an hour by its figure alone, where the part of the day is named.
_HOUR_OF_PART = re.compile(
    r"(?P<hour>\d{1,2})(?=\s(?:this|yesterday|tomorrow)\s(?:morning|afternoon|evening)\b)", _FLAGS
)
#: "the night of 1/2 March", "the intervening night of November 2 and 3": the night that begins on the first.
_NIGHT_OF = re.compile(r"(?:the\s)?(?:intervening\s)?night\s(?:of|from)\s(?:the\s)?", _FLAGS)
_SLASHED = re.compile(rf"(?P<first>\d{{1,2}})\s?/\s?\d{{1,2}}\s{_MONTH}", _FLAGS)
_WHICH_YEAR = re.compile(r"\s(?:of\s)?(?P<which>last|this|next)\syear\b", _FLAGS)
_WHICH_WEEK = re.compile(r"\s(?P<which>last|this|next)\sweek\b", _FLAGS)
_PARTS = {"morning": ("TMO", 6, 12), "afternoon": ("TAF", 12, 18), "evening": ("TEV", 18, 24), "night": ("TNI", 18, 30)}


def point(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The day, clock time or month that begins at `at`, with a clock time joined to its day in either order."""
    told = clock(text, at, end) or _hour_of_part(text, at, end)
    if told is not None:
        return _from_clock(text, end, told, anchor)
    found = day(text, at, end, anchor)
    if found is None or found.has_clock or found.readings[0].begin is None:
        return found
    if (part := _PART.match(text, found.end, end)) and found.has_day:
        code, first, last = _PARTS[part.group("part").lower()]
        return Point(part.end(), tuple(part_of(reading, code, first, last) for reading in found.readings), True, True)
    joint = _TO_CLOCK.match(text, found.end, end)
    told = clock(text, joint.end(), end) if joint and found.has_day else None
    if told is None:
        return found
    return Point(told.end, tuple(at_time(reading, told.when, told.offset) for reading in found.readings), True, True)


def _from_clock(text: str, end: int, told: Clock, anchor: Anchor) -> Point:
    """A clock time and, where it follows, its day: "05:30 this morning", "half past nine on Tuesday evening"."""
    joint = _TO_DAY.match(text, told.end, end)
    found = day(text, joint.end(), end, anchor) if joint else None
    if found is not None and found.has_day and not found.has_clock and (part := _PART.match(text, found.end, end)):
        code, first, last = _PARTS[part.group("part").lower()]
        found = Point(part.end(), tuple(part_of(reading, code, first, last) for reading in found.readings), True, True)
    whole = found is not None and (not found.has_clock or found.readings[0].value[10:11] == "T")
    if found is not None and whole and found.readings[0].begin is not None and found.has_day:
        when = told.when
        if told.either_half and when.hour < 12 and found.readings[0].value[10:] in ("TAF", "TEV", "TNI"):
            when = when.replace(hour=when.hour + 12)
        return Point(found.end, tuple(at_time(reading, when, told.offset) for reading in found.readings), True, True)
    if anchor.day is None:
        return Point(told.end, (Stretch(f"T{told.when:%H:%M}", None, None),), False, True)
    return Point(told.end, (at_time(day_stretch(anchor.day), told.when, told.offset),), False, True)


def _hour_of_part(text: str, at: int, end: int) -> Clock | None:
    match = _HOUR_OF_PART.match(text, at, end) if text[at : at + 1].isdigit() else None
    if match is None or not 1 <= int(match["hour"]) <= 12:
        return None
    return Clock(
        match.end(), time(int(match["hour"]) % 12 if match["hour"] == "12" else int(match["hour"])), None, True
    )


def day(text: str, at: int, end: int, anchor: Anchor, within: bool = False) -> Point | None:
    """The day, days of a month, or month that begins at `at`; `within` another's words, no night is begun anew."""
    if text[at : at + 1].isdigit():
        return _named_day(_DAY_MONTH, text, at, end, anchor) or in_figures(text, at, end, anchor)
    return (
        _named_day(_DAY_MONTH, text, at, end, anchor)
        or _named_day(_MONTH_DAY, text, at, end, anchor)
        or (None if within else _night_of(text, at, end, anchor))
        or holiday(text, at, end, anchor)
        or _near_day(text, at, end, anchor, within)
        or _weekday(text, at, end, anchor)
        or _month(text, at, end, anchor)
    )


def _night_of(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    lead = _NIGHT_OF.match(text, at, end)
    if lead is None:
        return None
    slashed = _SLASHED.match(text, lead.end(), end)
    if slashed is not None:
        month = MONTHS[slashed["month"].lower().rstrip(".")]
        if anchor.day is None:
            return None
        days = lean([date_or_none(anchor.day.year + step, month, int(slashed["first"])) for step in (-1, 0, 1)], anchor)
        found: Point | None = Point(slashed.end(), tuple(day_stretch(one) for one in days)) if days else None
    else:
        found = day(text, lead.end(), end, anchor, within=True)
    if found is None or found.has_clock or found.readings[0].begin is None:
        return None
    return Point(found.end, tuple(part_of(reading, *_PARTS["night"]) for reading in found.readings), True, True)


def _named_day(pattern: re.Pattern[str], text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = pattern.match(text, at, end)
    if match is None:
        return None
    month, number = MONTHS[match["month"].lower().rstrip(".")], int(match["day"])
    last = int(match["last"]) if match["last"] else number
    if match["month"] == "may" or match["month"] == "march":
        return None
    past = match.end()
    told = _WHICH_YEAR.match(text, past, end) if not match["year"] and anchor.day is not None else None
    if told is not None and anchor.day is not None:
        step = {"last": -1, "this": 0, "next": 1}[told["which"].lower()]
        days = [found for found in (date_or_none(anchor.day.year + step, month, number),) if found is not None]
        past = told.end()
    elif match["year"]:
        days = [found for found in (date_or_none(int(match["year"]), month, number),) if found is not None]
    elif anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-{month:02}-{number:02}", None, None),)) if 1 <= number <= 31 else None
    else:
        known = [date_or_none(anchor.day.year + step, month, number) for step in (-1, 0, 1)]
        if match["weekday"]:
            number_of_day = WEEKDAYS[match["weekday"].lower()]
            known = [found for found in known if found is not None and found.weekday() == number_of_day] or known
        days = lean(known, anchor)
    readings = []
    for found in days:
        until = date_or_none(found.year, month, last)
        if until is None or until < found:
            return None
        if until == found:
            readings.append(day_stretch(found))
        else:
            readings.append(Stretch(f"{found}/{until}", start_of(found), start_of(until) + DAY))
    return Point(past, tuple(readings), last == number) if readings else None


def _near_day(text: str, at: int, end: int, anchor: Anchor, within: bool) -> Point | None:
    match = _NEAR_DAY.match(text, at, end)
    if match is None:
        return None
    word = match["word"].lower()
    if anchor.day is None:
        return Point(match.end(), (Stretch("XXXX-XX-XX", None, None),))
    if word == "overnight" and not within and (named := _overnight(text, match.end(), end, anchor)) is not None:
        return named
    shift = {
        "yesterday": -1, "tomorrow": 1, "last night": -1, "overnight": 0 if anchor.ahead else -1,
        "the day before yesterday": -2, "the day after tomorrow": 2, "the night before last": -2,
        "the previous night": -1,
    }.get(" ".join(word.split()), 0)  # fmt: skip
    when = day_stretch(anchor.day + shift * DAY)
    part = match["part"]
    if word in ("tonight", "overnight") or "night" in word:
        part = "night"
    if part:
        return Point(match.end(), (part_of(when, *_PARTS[part.lower()]),), True, True)
    return Point(match.end(), (when,))


def _overnight(text: str, past: int, end: int, anchor: Anchor) -> Point | None:
    """ "overnight on Tuesday": that day's night."""
    joint = re.compile(r"\s(?:on\s|into\s)?").match(text, past, end)
    found = day(text, joint.end(), end, anchor, within=True) if joint else None
    if found is None or not found.has_day or found.has_clock or found.readings[0].begin is None:
        return None
    return Point(found.end, tuple(part_of(reading, *_PARTS["night"]) for reading in found.readings), True, True)


def _weekday(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = _WEEKDAY_ONLY.match(text, at, end)
    if match is None or not match["weekday"][0].isupper() or match["weekday"] in ("Sun", "Sat", "Wed", "Mon", "Fri"):
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
    else:
        days = [ahead, back] if anchor.ahead else [back, ahead]
    return Point(match.end(), tuple(day_stretch(when) for when in dict.fromkeys(days)))


def _month(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = _MONTH_ONLY.match(text, at, end)
    if match is None or not match["month"][0].isupper() or text[max(0, at - 3) : at].strip()[-1:].isdigit():
        return None
    month, which = MONTHS[match["month"].lower()], (match["which"] or "").lower()
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
        firsts = [date(int(match["year"]), month, 1)]
    elif anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-{month:02}", None, None),), False)
    else:
        leaning = Anchor(anchor.day, None, {"last": False, "next": True}.get(which, anchor.ahead))
        firsts = lean([date(anchor.day.year + step, month, 1) for step in (-1, 0, 1)], leaning)
    readings = []
    for first in firsts:
        whole = month_stretch(first.year, month)
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
