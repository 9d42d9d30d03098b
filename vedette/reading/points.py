"""Points of time as texts name them: days, clock times, months; each with every reading the words allow."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    Stretch,
    at_time,
    date_or_none,
    day_stretch,
    lean,
    part_of,
    start_of,
)
from vedette.reading.clocks import Clock, clock, hour_alone, named_hour
from vedette.reading.echoes import echo
from vedette.reading.figures import in_figures
from vedette.reading.holidays import holiday
from vedette.reading.lexicon import MONTHS, WEEKDAYS
from vedette.reading.weekdays import MONTH, WEEKDAY, month, weekday

_LEAD = rf"(?:{WEEKDAY},?\s{{1,2}})?(?:the\s)?"
_YEAR = r"(?:,?\s{1,2}(?P<year>(?:19|20)\d\d)(?!\d))?"
_FLAGS = re.IGNORECASE
_DAY_MONTH = re.compile(
    rf"{_LEAD}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|or|through|until)\s)(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?(?:\sof)?\s{{1,2}}{MONTH}{_YEAR}",
    _FLAGS,
)
_MONTH_DAY = re.compile(
    rf"{_LEAD}{MONTH}\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|through|until)\s)(?P<last>\d{{1,2}}))?(?!\d|[:/]\d)(?!\s?(?:a\.?m|p\.?m)\b){_YEAR}",
    _FLAGS,
)
_NEAR_DAY = re.compile(
    r"(?P<word>the day before yesterday|the day after tomorrow|the night before last|the previous night|today|tonight|"
    r"yesterday|tomorrow|last nite|last night|overnight|this (?P<part>morning|afternoon|evening))\b",
    _FLAGS,
)
_PART = re.compile(r",?\s(?P<part>morning|afternoon|evening|night)\b", _FLAGS)
_TO_CLOCK = re.compile(
    r",?\s(?:(?:at|around|about|approximately|approx\.?|roughly|some\s?time)\s){0,2}(?:(?:just|shortly|soon)\s(?:before|after)\s)?",
    _FLAGS,
)
_TO_DAY = re.compile(r",?\s(?:on\s)?(?:the\s)?", _FLAGS)
#: "2.30 in the afternoon", "nine at night".
_IN_PART = re.compile(r"\s(?:in\sthe\s(?P<part>morning|afternoon|evening)|at\snight)\b", _FLAGS)
#: "3 this morning": an hour by its figure alone, where the part of the day is named.
_HOUR_OF_PART = re.compile(
    r"(?P<hour>\d{1,2})"
    r"(?=\s(?:(?:this|yesterday|tomorrow|in\sthe)\s(?:morning|afternoon|evening)|tonight|at\snight)\b)",
    _FLAGS,
)
#: "the night of 1/2 March", "the intervening night of November 2 and 3": the night that begins on the first.
_NIGHT_OF = re.compile(r"(?:the\s)?(?:intervening\s)?night\s(?:of|from)\s(?:the\s)?", _FLAGS)
_SLASHED = re.compile(rf"(?P<first>\d{{1,2}})\s?/\s?\d{{1,2}}\s{MONTH}", _FLAGS)
_WHICH_YEAR = re.compile(r"\s(?:of\s)?(?P<which>last|this|next)\syear\b", _FLAGS)
#: From this hour on a text goes over to the next day's hours before the other.
_LATE, _EARLY = 18, 12
_PARTS = {"morning": ("TMO", 6, 12), "afternoon": ("TAF", 12, 18), "evening": ("TEV", 18, 24), "night": ("TNI", 18, 30)}


def point(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The day, clock time or month that begins at `at`, with a clock time joined to its day in either order."""
    told = clock(text, at, end) or _hour_of_part(text, at, end) or named_hour(text, at, end)
    if told is not None:
        return _from_clock(text, at, end, told, anchor)
    found = day(text, at, end, anchor)
    if found is None or found.has_clock or found.readings[0].begin is None:
        return found
    if (part := _PART.match(text, found.end, end)) and found.has_day:
        code, first, last = _PARTS[part.group("part").lower()]
        return Point(part.end(), tuple(part_of(reading, code, first, last) for reading in found.readings), True, True)
    joint = _TO_CLOCK.match(text, found.end, end)
    told = clock(text, joint.end(), end) if joint and found.has_day else None
    if told is None and found.has_day:
        told = hour_alone(text, found.end, end)
    if told is None:
        return found
    return Point(told.end, tuple(at_time(reading, told.when, told.offset) for reading in found.readings), True, True)


def _from_clock(text: str, at: int, end: int, told: Clock, anchor: Anchor) -> Point:
    """A clock time and, where it follows, its day: "05:30 this morning", "half past nine on Tuesday evening"."""
    if (named := _IN_PART.match(text, told.end, end)) is not None and told.offset is None:
        # "at 2.30 in the afternoon"
        told = _in_part(told, (named["part"] or "night").lower(), named.end())
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
    here = anchor.day
    if anchor.here is not None:
        # "at 11.50 pm on Saturday; by 4 am": the next morning's.
        late = anchor.here.hour >= _LATE and told.when.hour < _EARLY
        here = anchor.here.date() + (DAY if late else timedelta())
    reading = at_time(day_stretch(here), told.when, told.offset)
    if text[max(0, at - 6) : at].lower() == "after " and reading.begin is not None:
        # "after 8 pm": until that day ends.
        reading = replace(reading, until=start_of(here) + DAY, today=True)
    return Point(told.end, (reading,), False, True)


def _in_part(told: Clock, part: str, past: int) -> Clock:
    """The hour in the half of the day that is named behind it."""
    hour = told.when.hour % 12 if told.when.hour < 19 else told.when.hour
    late = part in ("afternoon", "evening") or (part == "night" and hour >= 6)
    return told._replace(
        end=past, when=told.when.replace(hour=hour + 12 if late and hour < 12 else hour), either_half=False
    )


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
        or echo(text, at, end, anchor)
        or _near_day(text, at, end, anchor, within)
        or weekday(text, at, end, anchor)
        or month(text, at, end, anchor)
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
    apart = match["last"] and last != number + 1 and " and " in match.group()
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
    if apart and days:
        # "on 19 and 24 October": two days, and this is the first.
        return Point(match.start("day") + len(match["day"]), tuple(day_stretch(found) for found in days))
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
        "yesterday": -1, "tomorrow": 1, "last night": -1, "last nite": -1, "overnight": 0 if anchor.ahead else -1,
        "the day before yesterday": -2, "the day after tomorrow": 2, "the night before last": -2,
        "the previous night": -1,
    }.get(" ".join(word.split()), 0)  # fmt: skip
    when = day_stretch(anchor.day + shift * DAY)
    part = match["part"]
    if word in ("tonight", "overnight") or "night" in word or "nite" in word:
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
