"""Stretches of time counted from the publication or from a date named before: "the next few days", "a month earlier".

docs/reading.md has the table of what vague counts stand for, and why.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from vedette.reading.calendar import (
    DAY,
    Anchor,
    Point,
    Stretch,
    day_stretch,
    month_stretch,
    months_later,
    start_of,
)
from vedette.reading.weeks import week_named, weekend_named

#: Days (or hours, weeks, months) that a vague count stands for.
VAGUE_COUNTS = {"few": 4, "several": 7, "couple": 2, "": 4, "some": 4, "coming": 4}

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fourteen": 14, "twenty-four": 24, "forty-eight": 48, "seventy-two": 72, "thirty": 30,
}  # fmt: skip
#: Words such a stretch may begin with.
FIRST_WORDS = frozenset(_NUMBERS) | {
    "hours", "days", "weeks", "months", "over", "week", "month", "year", "end", "start", "beginning", "middle", "first",
    "second", "third", "fourth", "midweek", "mid", "rest", "remainder",
}  # fmt: skip
_FLAGS = re.IGNORECASE
_COUNT = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty-four|forty-eight|"
    r"seventy-two|thirty)"
)
_UNIT = r"(?P<unit>minute|min|hour|hr|day|week|wk|fortnight|month|year)s?\b"
_WINDOW = re.compile(
    rf"(?:the\s)?(?P<which>next|coming|following|past|last|previous|recent)\s(?:(?:{_COUNT}|(?P<vague>few|several|couple(?:\sof)?))"
    rf"(?:\s(?:to|or)\s(?P<more>\w{{1,6}}))?[\s-])?{_UNIT}",
    _FLAGS,
)
_WITHIN = re.compile(
    rf"within\s(?:the\s)?(?:next\s)?(?:{_COUNT}|a\s(?P<vague>few|couple(?:\sof)?))[\s-]{_UNIT}(?!\sof\b)", _FLAGS
)
#: "report it within an hour" tells how fast, not when.
_FAST = re.compile(r"within\s(?:an?|one)\s(?:hour|minute)\b", _FLAGS)
_DISTANCE = re.compile(
    rf"(?:(?:an?\s)?(?P<vague>few|several|couple\sof)|{_COUNT})\s{_UNIT}\s(?P<way>ago|earlier|before|previously|prior|later|from\snow)\b(?!\s\w+ing\b|\sfirst\b)",
    _FLAGS,
)
_IN = re.compile(rf"in\s{_COUNT}\s{_UNIT}(?!\s(?:of|a|since))", _FLAGS)
_NAMED_SPAN = re.compile(
    r"(?P<which>this|next|last|the|the\scoming|the\spast)\s(?P<unit>weekend|week|month|year|winter|spring|summer|autumn|fall)\b",
    _FLAGS,
)
#: "in the days ahead", "within days", "in the weeks to come".
_AHEAD = re.compile(
    r"(?:(?:in\s|over\s)?(?:the\s)?(?P<ahead>hours|days|weeks|months)\s(?:ahead|to\scome)|within\s(?P<within>hours|days|weeks))\b",
    _FLAGS,
)
#: "the end of the week", "month's end", "the middle of next month".
_PART_OF = re.compile(
    r"(?:the\s)?(?P<part>end|start|beginning|middle|rest|remainder)\sof\s(?P<which>the|this|next|last)\s(?P<unit>week|month|year)\b"
    r"|(?P<short>week|month|year)(?:['’]s[\s-]|-)end\b",
    _FLAGS,
)
#: "mid-week", "midmonth".
_MIDDLE = re.compile(r"mid-?\s?(?P<unit>week|month|year)\b", _FLAGS)
_EFFECTIVE = re.compile(r"effective\simmediately|with\simmediate\seffect|effective\s(?:as\sof\s)?now\b", _FLAGS)


def relative(text: str, at: int, end: int, anchor: Anchor, key: str) -> Point | None:
    if key in ("effective", "with"):
        match = _EFFECTIVE.match(text, at, end)
        if match is None:
            return None
        now = anchor.instant or (datetime.combine(anchor.day, datetime.min.time()) if anchor.day else None)
        return Point(match.end(), (Stretch("PRESENT_REF", now, None),), False, True)
    match = _WINDOW.match(text, at, end)
    # "the coming days" is a window; "next day" and "last week" are not.
    if match and (match["count"] or match["vague"] or match.group().lower().endswith(("s", "fortnight"))):
        return _window(match, anchor, match["which"].lower() in ("next", "coming", "following"))
    if key == "within" and _FAST.match(text, at, end):
        return None
    if key == "within" and (match := _WITHIN.match(text, at, end)):
        return _window(match, anchor, True)
    if match := _DISTANCE.match(text, at, end):
        return _distance(match, anchor)
    if key == "in" and anchor.ahead and (match := _IN.match(text, at, end)):
        return _distance(match, anchor)
    if (weekend := weekend_named(text, at, end, anchor)) is not None:
        return weekend
    if match := _NAMED_SPAN.match(text, at, end):
        return _span(match, anchor)
    return _part_of_span(text, at, end, anchor)


def _part_of_span(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """Windows named by where they lie in a week, a month or a year."""
    if match := _AHEAD.match(text, at, end):
        unit = (match["ahead"] or match["within"]).lower().removesuffix("s")
        return _counted(match.end(), anchor, unit, VAGUE_COUNTS[""], True, True)
    if match := _PART_OF.match(text, at, end):
        unit = (match["unit"] or match["short"]).lower()
        return _portion(match.end(), anchor, unit, (match["part"] or "end").lower(), (match["which"] or "the").lower())
    if match := _MIDDLE.match(text, at, end):
        return _portion(match.end(), anchor, match["unit"].lower(), "middle", "the")
    return week_named(text, at, end, anchor)


def _portion(past: int, anchor: Anchor, unit: str, part: str, which: str) -> Point | None:
    """The end, start or middle of this, the next or the last week, month or year."""
    if anchor.day is None:
        return None
    step = {"next": 1, "last": -1}.get(which, 0)
    if unit == "week":
        first = anchor.day - anchor.day.weekday() * DAY + step * 7 * DAY
        after, cut = first + 7 * DAY, (2 * DAY, 4 * DAY)
        if part == "middle":
            cut = (2 * DAY, 3 * DAY)
    else:
        month = anchor.day.month if unit == "month" else 1
        months = 1 if unit == "month" else 12
        first = months_later(date(anchor.day.year, month, 1), step * months)
        after = months_later(first, months)
        cut = ((after - first) // 3, 2 * (after - first) // 3)
    begin, until = {
        "end": (first + cut[1], after), "start": (first, first + cut[0]), "beginning": (first, first + cut[0]),
        "middle": (first + cut[0], first + cut[1]),
    }.get(part, (max(anchor.day, first), after))  # fmt: skip
    if part == "middle" and until <= anchor.day and which == "the" and anchor.ahead:
        # "flights resume mid-week", written on a Friday: of the next one.
        return _portion(past, anchor, unit, part, "next")
    value = f"{begin:%Y-%m-%d}/{until:%Y-%m-%d}"
    return Point(past, (Stretch(value, start_of(begin), start_of(until)),), False, False, True)


def _window(match: re.Match[str], anchor: Anchor, forward: bool) -> Point:
    groups = match.groupdict()
    if str(groups["unit"]).lower() == "fortnight":
        return _counted(match.end(), anchor, "week", 2, False, forward)
    vague = groups["count"] is None
    word = (groups["vague"] or "").lower().split()[0] if groups["vague"] else ""
    count = VAGUE_COUNTS[word] if vague else _number(str(groups["count"]))
    if more := groups.get("more"):
        count, vague = max(count, _number(more)), True
    return _counted(match.end(), anchor, _whole(groups["unit"]), count, vague, forward)


def _whole(unit: str) -> str:
    return {"hr": "hour", "min": "minute", "wk": "week"}.get(unit.lower(), unit.lower())


def _counted(past: int, anchor: Anchor, unit: str, count: int, vague: bool, forward: bool) -> Point:
    """Some hours, days or weeks before the publication or after it."""
    letter = {"minute": "M", "hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}[unit]
    value = f"P{'T' if unit in ('minute', 'hour') else ''}{'X' if vague else count}{letter}"
    if anchor.day is None:
        return Point(past, (Stretch(value, None, None),), False, False, vague)
    start_of_day = datetime.combine(anchor.day, datetime.min.time())
    if not forward:
        back = _shift(start_of_day, unit, -count)
        return Point(past, (Stretch(value, back, anchor.instant or start_of_day + DAY),), False, False, vague)
    begin = anchor.instant or start_of_day
    # Written at an unknown hour of the publication day, the window is counted from that day's end.
    base = anchor.instant if anchor.instant and unit in ("minute", "hour") else start_of_day + DAY
    until = _shift(base, unit, count)
    others = (
        (Stretch(value, start_of_day + DAY, until),)
        if vague
        else ((Stretch(value, begin, _shift(begin, unit, count)),))
    )
    different = tuple(other for other in others if (other.begin, other.until) != (begin, until))
    return Point(past, (Stretch(value, begin, until), *different), False, False, vague)


def _distance(match: re.Match[str], anchor: Anchor) -> Point | None:
    groups = match.groupdict()
    way = " ".join((groups.get("way") or "from now").lower().split())
    word = (groups.get("vague") or "").split()
    count = VAGUE_COUNTS[word[0].lower()] if word else _number(str(groups["count"]))
    if str(groups["unit"]).lower() == "fortnight":
        count, groups["unit"] = 2 * count, "week"
    unit, sign = _whole(groups["unit"]), 1 if way in ("later", "from now") else -1
    from_named = way in ("earlier", "before", "previously", "prior", "later")
    bases = [anchor.named, anchor.day] if from_named else [anchor.day]
    readings = [_around(base, unit, sign * count) for base in bases if base is not None]
    value = f"P{'T' if unit in ('minute', 'hour') else ''}{count}{unit[0].upper()}"
    unique = tuple(dict.fromkeys(readings)) or (Stretch(value, None, None),)
    return Point(match.end(), unique, False, False, bool(word) or unit in ("week", "month", "year"))


def _span(match: re.Match[str], anchor: Anchor) -> Point | None:
    which, unit = " ".join(match["which"].lower().split()), match["unit"].lower()
    if unit in _SEASONS:
        return None if which in ("the", "the coming", "the past") else _season(match.end(), which, unit, anchor)
    if which == "the" and unit != "weekend":
        return None
    if anchor.day is None:
        return Point(match.end(), (Stretch({"week": "PXW"}.get(unit, "PX" + unit[0].upper()), None, None),), False)
    step = {"next": 1, "the coming": 1, "last": -1, "the past": -1}.get(which, 0)
    if unit in ("week", "weekend"):
        if which == "the coming" and unit == "weekend" and anchor.day.weekday() < 5:
            step = 0
        monday = anchor.day - anchor.day.weekday() * DAY + step * 7 * DAY
        if which == "the" and anchor.ahead is False and anchor.day.weekday() < 5:
            monday -= 7 * DAY
        first = monday + (5 if unit == "weekend" else 0) * DAY
        year, week, _ = monday.isocalendar()
        stretch = Stretch(
            f"{year}-W{week:02}" + ("-WE" if unit == "weekend" else ""), start_of(first), start_of(monday + 7 * DAY)
        )
    elif unit == "month":
        month = months_later(anchor.day.replace(day=1), step)
        stretch = month_stretch(month.year, month.month)
    else:
        number = anchor.day.year + step
        stretch = Stretch(str(number), start_of(date(number, 1, 1)), start_of(date(number + 1, 1, 1)))
    return Point(match.end(), (stretch,), False)


#: First month of the northern season; where the south is meant, the reading is marked vague all the same.
_SEASONS = {"winter": 12, "spring": 3, "summer": 6, "autumn": 9, "fall": 9}


def _season(past: int, which: str, unit: str, anchor: Anchor) -> Point | None:
    """ "last winter": three whole months, begun before the publication or after it."""
    if anchor.day is None:
        return None
    starts = [date(anchor.day.year + year, _SEASONS[unit], 1) for year in (-2, -1, 0, 1)]
    running = [start for start in starts if start <= anchor.day < months_later(start, 3)]
    if which == "last":
        start = [one for one in starts if months_later(one, 3) <= anchor.day][-1]
    elif which == "next":
        start = next(one for one in starts if one > anchor.day)
    else:
        start = running[0] if running else next(one for one in starts if one > anchor.day)
    code = {"winter": "WI", "spring": "SP", "summer": "SU"}.get(unit, "FA")
    stretch = Stretch(f"{start.year}-{code}", start_of(start), start_of(months_later(start, 3)))
    return Point(past, (stretch,), False, False, True)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower(), 4)


def _shift(moment: datetime, unit: str, count: int) -> datetime:
    if unit in ("month", "year"):
        moved = months_later(moment.date(), count * (12 if unit == "year" else 1))
        return datetime.combine(moved, moment.time())
    return moment + timedelta(**{unit + "s": count})


def _around(base: date, unit: str, count: int) -> Stretch:
    """The day, week, month or year some units from `base`: as coarse as the unit."""
    if unit in ("minute", "hour"):
        return day_stretch((start_of(base) + timedelta(hours=count if unit == "hour" else 0)).date())
    if unit == "day":
        return day_stretch(base + count * DAY)
    moved = _shift(start_of(base), unit, count).date()
    if unit == "week":
        year, week, _ = moved.isocalendar()
        return Stretch(f"{year}-W{week:02}", start_of(moved - 3 * DAY), start_of(moved + 4 * DAY))
    if unit == "month":
        return month_stretch(moved.year, moved.month)
    return Stretch(str(moved.year), start_of(date(moved.year, 1, 1)), start_of(date(moved.year + 1, 1, 1)))
