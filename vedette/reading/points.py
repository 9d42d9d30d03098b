"""Points of time as texts name them: days, clock times, months; each with every reading the words allow."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from vedette.reading.calendar import DAY, Anchor, Point, Stretch, day_stretch, month_stretch, months_later, start_of
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
_ISO = re.compile(
    r"(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"
    r"(?:[T ](?P<H>\d\d):(?P<M>\d\d)(?::\d\d)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)
_DTG = re.compile(
    r"(?P<d>\d\d)(?P<H>\d\d)(?P<M>\d\d)\s?(?P<zone>[A-IK-Z])\s?(?P<month>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    r"\s?(?P<year>\d{4}|\d\d)(?!\d)",
    _FLAGS,
)
_DAY_MONTH = re.compile(
    rf"{_LEAD}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|through|until)\s)(?P<last>\d{{1,2}})(?:st|nd|rd|th)?)?(?:\sof)?\s{{1,2}}{_MONTH}{_YEAR}",
    _FLAGS,
)
_MONTH_DAY = re.compile(
    rf"{_LEAD}{_MONTH}\s{{1,2}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:\s?[-–]\s?|\s(?:to|and|through|until)\s)(?P<last>\d{{1,2}}))?(?![\d:/])(?!\s?(?:a\.?m|p\.?m)\b){_YEAR}",
    _FLAGS,
)
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d\d|\d\d)(?![\d/.]\d|\d)")
_WEEKDAY_ONLY = re.compile(rf"(?:(?P<which>last|next|this|this past|past|this coming|coming)\s)?{_WEEKDAY}", _FLAGS)
_NEAR_DAY = re.compile(
    r"(?P<word>today|tonight|yesterday|tomorrow|last night|overnight|this (?P<part>morning|afternoon|evening))\b",
    _FLAGS,
)
_MONTH_ONLY = re.compile(
    rf"(?:(?P<which>last|next|this|early|mid|late|the end of|end of)[\s-])?{_MONTH}"
    r"(?:,?\s(?P<year>(?:19|20)\d\d)(?!\d))?",
    _FLAGS,
)
_PART = re.compile(r",?\s(?P<part>morning|afternoon|evening|night)\b", _FLAGS)
_CLOCK = re.compile(
    r"(?:(?P<h>\d{1,2})[:.](?P<m>\d\d)(?::\d\d)?(?!\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?|(?P<h12>\d{1,2})\s?(?P<half12>[ap])\.?m\b\.?"
    r"|(?P<military>[0-2]\d[0-5]\d)(?=\s?(?:hours|hrs|h\b|Z\b|local|UTC|GMT)|\son\s)|(?P<word>noon|midnight)\b)"
    r"(?:\s?(?:hours|hrs|h)\b)?(?:\s?(?P<zone>local time|local|Z|UTC|GMT|PST|PDT|MST|MDT|CST|CDT|EST|EDT)\b)?",
    _FLAGS,
)
_BARE = re.compile(
    r"(?P<military>(?!19|20[2-9])[0-2]\d[0-5]\d)(?![\d.,:/-]*\d)(?P<h>(?!))?(?P<h12>(?!))?(?P<m>(?!))?(?P<half>(?!))?"
    r"(?P<half12>(?!))?(?P<word>(?!))?(?P<zone>(?!))?"
)
_TO_CLOCK = re.compile(r",?\s(?:at\s|around\s|about\s)?(?:about\s)?", _FLAGS)
_TO_DAY = re.compile(r",?\s(?:on\s)?", _FLAGS)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "pst": -480, "pdt": -420, "mst": -420, "mdt": -360, "cst": -360, "cdt": -300,
          "est": -300, "edt": -240}  # fmt: skip
_PARTS = {"morning": ("TMO", 6, 12), "afternoon": ("TAF", 12, 18), "evening": ("TEV", 18, 24), "night": ("TNI", 18, 30)}
_FAR = 60


def point(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The day, clock time or month that begins at `at`, with a clock time joined to its day in either order."""
    clock = _clock(text, at, end)
    if clock is not None:
        past, when, offset = clock
        joint = _TO_DAY.match(text, past, end)
        found = day(text, joint.end(), end, anchor) if joint else None
        if found is not None and found.readings[0].begin is not None and not found.has_clock:
            return Point(found.end, tuple(_at(reading, when, offset) for reading in found.readings), True, True)
        if anchor.day is None:
            value = f"T{when:%H:%M}"
            return Point(past, (Stretch(value, None, None),), False, True)
        return Point(past, (_at(day_stretch(anchor.day), when, offset),), False, True)
    found = day(text, at, end, anchor)
    if found is None or found.has_clock or found.readings[0].begin is None:
        return found
    if (part := _PART.match(text, found.end, end)) and found.has_day:
        code, first, last = _PARTS[part.group("part").lower()]
        return Point(part.end(), tuple(_part(reading, code, first, last) for reading in found.readings), True, True)
    joint = _TO_CLOCK.match(text, found.end, end)
    clock = _clock(text, joint.end(), end) if joint and found.has_day else None
    if clock is None:
        return found
    return Point(clock[0], tuple(_at(reading, clock[1], clock[2]) for reading in found.readings), True, True)


def day(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The day, days of a month, or month that begins at `at`."""
    if text[at : at + 1].isdigit():
        return (
            _iso(text, at, end)
            or _dtg(text, at, end)
            or _named_day(_DAY_MONTH, text, at, end, anchor)
            or _numeric(text, at, end, anchor)
        )
    return (
        _named_day(_DAY_MONTH, text, at, end, anchor)
        or _named_day(_MONTH_DAY, text, at, end, anchor)
        or _near_day(text, at, end, anchor)
        or _weekday(text, at, end, anchor)
        or _month(text, at, end, anchor)
    )


def _iso(text: str, at: int, end: int) -> Point | None:
    match = _ISO.match(text, at, end)
    found = _date(int(match["y"]), int(match["m"]), int(match["d"])) if match else None
    if match is None or found is None:
        return None
    if match["H"] is None:
        return Point(match.end(), (day_stretch(found),))
    when = _time(int(match["H"]), int(match["M"]))
    if when is None:
        return None
    zone = match["zone"]
    offset = None
    if zone:
        digits = zone.replace(":", "")
        offset = 0 if zone == "Z" else int(digits[0] + "1") * (int(digits[1:3]) * 60 + int(digits[3:5]))
        if abs(offset) > 840:
            return None
    return Point(match.end(), (_at(day_stretch(found), when, offset),), True, True)


def _dtg(text: str, at: int, end: int) -> Point | None:
    """A military date-time group: 041800ZDEC25."""
    match = _DTG.match(text, at, end)
    if match is None:
        return None
    year = int(match["year"])
    found = _date(year + 2000 if year < 100 else year, MONTHS[match["month"].lower()], int(match["d"]))
    when = _time(int(match["H"]), int(match["M"]))
    if found is None or when is None:
        return None
    letter = match["zone"].upper()
    hours = {"Z": 0, "J": 0}.get(letter)
    if hours is None:
        hours = "ABCDEFGHIKLM".find(letter) + 1 or -("NOPQRSTUVWXY".find(letter) + 1)
    return Point(match.end(), (_at(day_stretch(found), when, hours * 60),), True, True)


def _named_day(pattern: re.Pattern[str], text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = pattern.match(text, at, end)
    if match is None:
        return None
    month, number = MONTHS[match["month"].lower().rstrip(".")], int(match["day"])
    last = int(match["last"]) if match["last"] else number
    if match["month"] == "may" or match["month"] == "march":
        return None
    if match["year"]:
        days = [found for found in (_date(int(match["year"]), month, number),) if found is not None]
    elif anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-{month:02}-{number:02}", None, None),)) if 1 <= number <= 31 else None
    else:
        known = [_date(anchor.day.year + step, month, number) for step in (-1, 0, 1)]
        if match["weekday"]:
            number_of_day = WEEKDAYS[match["weekday"].lower()]
            known = [found for found in known if found is not None and found.weekday() == number_of_day] or known
        days = _lean(known, anchor)
    readings = []
    for found in days:
        until = _date(found.year, month, last)
        if until is None or until < found:
            return None
        if until == found:
            readings.append(day_stretch(found))
        else:
            readings.append(Stretch(f"{found}/{until}", start_of(found), start_of(until) + DAY))
    return Point(match.end(), tuple(readings), last == number) if readings else None


def _numeric(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """12/4/2025: month first with a slash, day first with dots; the other order is the alternative."""
    match = _NUMERIC.match(text, at, end)
    if match is None:
        return None
    year = int(match["y"])
    year += 2000 if year < 100 else 0
    a, b = int(match["a"]), int(match["b"])
    orders = ((a, b), (b, a)) if match["sep"] == "/" else ((b, a),)
    found = [when for when in (_date(year, month, number) for month, number in orders) if when is not None]
    if (
        anchor.day is not None
        and len(found) == 2
        and abs(found[0] - anchor.day) > abs(found[1] - anchor.day) + 60 * DAY
    ):
        # Written order is a guess; a reading months nearer to the publication is the better one.
        found.reverse()
    unique = list(dict.fromkeys(found))
    return Point(match.end(), tuple(day_stretch(when) for when in unique)) if unique else None


def _near_day(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = _NEAR_DAY.match(text, at, end)
    if match is None:
        return None
    word = match["word"].lower()
    if anchor.day is None:
        return Point(match.end(), (Stretch("XXXX-XX-XX", None, None),))
    shift = {"yesterday": -1, "tomorrow": 1, "last night": -1, "overnight": 0 if anchor.ahead else -1}.get(word, 0)
    when = day_stretch(anchor.day + shift * DAY)
    part = match["part"]
    if word in ("tonight", "last night", "overnight"):
        part = "night"
    if part:
        return Point(match.end(), (_part(when, *_PARTS[part.lower()]),), True, True)
    return Point(match.end(), (when,))


def _weekday(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    match = _WEEKDAY_ONLY.match(text, at, end)
    if match is None or not match["weekday"][0].isupper() or match["weekday"] in ("Sun", "Sat", "Wed", "Mon", "Fri"):
        return None
    number = WEEKDAYS[match["weekday"].lower().rstrip(".")]
    if anchor.day is None:
        return Point(match.end(), (Stretch(f"XXXX-WXX-{number + 1}", None, None),))
    which = (match["which"] or "").lower()
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
        lean = Anchor(anchor.day, None, {"last": False, "next": True}.get(which, anchor.ahead))
        firsts = _lean([date(anchor.day.year + step, month, 1) for step in (-1, 0, 1)], lean)
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


def _lean(days: list[date | None], anchor: Anchor) -> list[date]:
    """The nearest of the days and the nearest on the other side of the anchor, likeliest first."""
    here = anchor.day
    assert here is not None
    known = sorted((found for found in days if found is not None), key=lambda found: abs(found - here))
    if not known:
        return []
    nearest = known[0]
    other = next((found for found in known if (found > here) != (nearest > here)), None)
    same_month = (nearest.year, nearest.month) == (here.year, here.month)
    if (
        other is not None
        and not same_month
        and ((anchor.ahead is False and nearest > here) or (anchor.ahead and nearest < here - _FAR * DAY))
    ):
        return [other, nearest]
    both = other is not None and abs(other - here) < 3 * abs(nearest - here)
    return [nearest, other] if both and other is not None else [nearest]


def _clock(text: str, at: int, end: int) -> tuple[int, time, int | None] | None:
    match = _CLOCK.match(text, at, end) or _bare_military(text, at, end)
    if match is None:
        return None
    if match["word"]:
        hour, minute = (12, 0) if match["word"].lower() == "noon" else (0, 0)
    elif match["military"]:
        hour, minute = int(match["military"][:2]), int(match["military"][2:])
    else:
        hour, minute = int(match["h"] or match["h12"]), int(match["m"] or 0)
        half = (match["half"] or match["half12"] or "").lower()
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
    when = _time(hour, minute)
    if when is None or ("." in match.group() and match["h"] and not match["half"] and ":" not in match.group()):
        return None
    zone = (match["zone"] or "").lower()
    return match.end(), when, _ZONES.get(zone)


def _bare_military(text: str, at: int, end: int) -> re.Match[str] | None:
    """ "until 0900": four figures behind a preposition of time that are no year."""
    before = text[max(0, at - 8) : at].lower().split()
    if not before or before[-1] not in ("until", "till", "by", "at", "before", "after", "from", "since", "to"):
        return None
    return _BARE.match(text, at, end)


def _at(reading: Stretch, when: time, offset: int | None) -> Stretch:
    if reading.begin is None:
        return reading
    begin = datetime.combine(reading.begin.date(), when)
    return Stretch(
        f"{begin:%Y-%m-%dT%H:%M}" + ("Z" if offset == 0 else ""), begin, begin + timedelta(minutes=1), offset
    )


def _part(reading: Stretch, code: str, first: int, last: int) -> Stretch:
    if reading.begin is None:
        return reading
    base = start_of(reading.begin.date())
    return Stretch(f"{base:%Y-%m-%d}{code}", base + timedelta(hours=first), base + timedelta(hours=last))


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None
