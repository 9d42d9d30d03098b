"""Times told by another time named before: "that night", "the day before", "the following week", "that December"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    Stretch,
    day_stretch,
    month_stretch,
    months_later,
    part_of,
    start_of,
)
from vedette.reading.lexicon import MONTHS

_FLAGS = re.IGNORECASE
_THAT = re.compile(r"(?P<that>that|the same)\s(?:same\s)?(?P<part>day|morning|afternoon|evening|night)\b", _FLAGS)
_THAT_MONTH = re.compile(rf"that\s(?P<month>{'|'.join(name for name in MONTHS if len(name) > 3)}|may)\b", _FLAGS)
_BEFORE_LAST = re.compile(r"the\s(?P<unit>week|weekend)\sbefore\slast\b", _FLAGS)
_THE_NIGHT = re.compile(r"the\snight\b(?=[.,;:)]|\s(?:and|but|when|as|by|with|from|near|in|at)\b|\Z)", _FLAGS)
_IN = (" during ", "\nduring ", " in ", " through ")
_BESIDE = re.compile(
    r"the\s(?:(?P<unit>day|night|week|month|year)\s(?P<way>before|after)"
    r"|(?P<side>previous|following|next)\s(?P<what>day|morning|afternoon|evening|night|week|month|year))\b"
    r"(?!\s(?:last|yesterday|tomorrow|the\b|we\b|he\b|she\b|they\b|it\b|a\b|his\b|her\b|our\b))",
    _FLAGS,
)
_PARTS = {"morning": ("TMO", 6, 12), "afternoon": ("TAF", 12, 18), "evening": ("TEV", 18, 24), "night": ("TNI", 18, 30)}


def echo(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The time that begins at `at`, counted from the day named last; None where there is none such."""
    base = anchor.named or anchor.day
    if base is None:
        return None
    if match := _THAT.match(text, at, end):
        return _part(match.end(), anchor.named, match["part"].lower()) if anchor.named is not None else None
    if (match := _THAT_MONTH.match(text, at, end)) and anchor.named is not None and match["month"][0].isupper():
        return Point(match.end(), (month_stretch(anchor.named.year, MONTHS[match["month"].lower()]),), False)
    if (match := _THE_NIGHT.match(text, at, end)) and text[max(0, at - 8) : at].lower().endswith(_IN):
        if anchor.day is None:
            return None
        return _part(match.end(), anchor.day - (timedelta() if anchor.ahead else DAY), "night")
    match = _BESIDE.match(text, at, end)
    if match is None:
        return None
    unit = (match["unit"] or match["what"]).lower()
    step = -1 if (match["way"] or match["side"]).lower() in ("before", "previous") else 1
    if unit in ("day", *_PARTS):
        return _part(match.end(), base + step * DAY, unit)
    return Point(match.end(), (_whole(base, unit, step),), False)


def before_last(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """ "the week before last", "the weekend before last"."""
    match = _BEFORE_LAST.match(text, at, end)
    if match is None or anchor.day is None:
        return None
    monday = anchor.day - (anchor.day.weekday() + 14) * DAY
    first = monday + (5 if match["unit"].lower() == "weekend" else 0) * DAY
    year, week, _ = monday.isocalendar()
    return Point(match.end(), (Stretch(f"{year}-W{week:02}", start_of(first), start_of(monday + 7 * DAY)),), False)


def _part(past: int, when: date, part: str) -> Point:
    whole = day_stretch(when)
    return Point(past, (part_of(whole, *_PARTS[part]) if part in _PARTS else whole,), True, part in _PARTS)


def _whole(base: date, unit: str, step: int) -> Stretch:
    if unit == "week":
        monday = base - base.weekday() * DAY + 7 * step * DAY
        year, week, _ = monday.isocalendar()
        return Stretch(f"{year}-W{week:02}", start_of(monday), start_of(monday + 7 * DAY))
    if unit == "month":
        month = months_later(base.replace(day=1), step)
        return month_stretch(month.year, month.month)
    year = base.year + step
    return Stretch(str(year), start_of(date(year, 1, 1)), start_of(date(year + 1, 1, 1)))
