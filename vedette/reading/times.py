"""Time expressions to intervals against the publication date; both readings where the words allow two.

Policy for vague windows ("the next few days"): from the publication to the end of the fourth day after it. A window
that ends late costs some caution; one that begins or ends early leaves people unwarned. docs/reading.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from vedette.reading.calendar import DAY, Anchor, Point, Stretch, day_stretch, month_stretch, months_later, point
from vedette.reading.lexicon import MONTHS, TITLES, WEEKDAYS, words
from vedette.reading.records import Interval, TimeMention
from vedette.reading.tokens import Token

#: Days (or hours, weeks, months) that a vague count stands for.
VAGUE_COUNTS = {"few": 4, "several": 7, "couple": 2, "": 4, "some": 4, "coming": 4}

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fourteen": 14, "twenty-four": 24, "forty-eight": 48, "seventy-two": 72, "thirty": 30,
}  # fmt: skip
_FLAGS = re.IGNORECASE
_COUNT = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|twenty-four|forty-eight|"
    r"seventy-two|thirty)"
)
_UNIT = r"(?P<unit>minute|hour|day|week|month|year)s?\b"
_WINDOW = re.compile(
    rf"(?:the\s)?(?P<which>next|coming|following|past|last|previous|recent)\s(?:(?:{_COUNT}|(?P<vague>few|several|couple(?:\sof)?))"
    rf"(?:\s(?:to|or)\s(?P<more>\w{{1,6}}))?[\s-])?{_UNIT}",
    _FLAGS,
)
_WITHIN = re.compile(
    rf"within\s(?:the\s)?(?:next\s)?(?:{_COUNT}|a\s(?P<vague>few|couple(?:\sof)?))[\s-]{_UNIT}(?!\sof\b)", _FLAGS
)
_DISTANCE = re.compile(
    rf"(?:(?:an?\s)?(?P<vague>few|several|couple\sof)|{_COUNT})\s{_UNIT}\s(?P<way>ago|earlier|before|previously|prior|later|from\snow)\b",
    _FLAGS,
)
_IN = re.compile(rf"in\s{_COUNT}\s{_UNIT}(?!\s(?:of|a|since))", _FLAGS)
_NAMED_SPAN = re.compile(
    r"(?P<which>this|next|last|the|the\scoming|the\spast)\s(?P<unit>week|weekend|month|year)\b", _FLAGS
)
_RANGE = re.compile(r"(?P<lead>from|between)\s(?:about\s|around\s)?", _FLAGS)
_RANGE_JOIN = re.compile(r"\s?(?:\s(?:to|until|till|through|and)\s|[-–]\s?)(?:the\s)?", _FLAGS)
_LOOSE_JOIN = re.compile(r"\s?(?:\s(?:to|until|till|through)\s|[-–]\s?)", _FLAGS)
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d(?![\d-]|\s?(?:hours|hrs|h\b|Z\b|local))")
_EFFECTIVE = re.compile(r"effective\simmediately|with\simmediate\seffect|effective\s(?:as\sof\s)?now\b", _FLAGS)

_POINT_STARTS = (
    frozenset(MONTHS) | frozenset(WEEKDAYS)
    | words("today tonight yesterday tomorrow overnight noon midnight last next this coming past early mid late end")
)  # fmt: skip
_STARTS = (
    _POINT_STARTS
    | frozenset(_NUMBERS)
    | words("the few several couple within in from between following previous recent effective with")
)
_ROLES = {"by": "deadline", "until": "until", "till": "until", "through": "until", "before": "before", "since": "since",
          "after": "after", "to": "until"}  # fmt: skip
_FULL_NAMES = frozenset(
    name
    for name in (*MONTHS, *WEEKDAYS)
    if len(name) > 5 or name in ("may", "june", "july", "march", "april", "friday", "monday", "sunday")
)
_POINTS_AHEAD = words("will may might could should must shall to planned scheduled expected due set intended would can")
_POINTS_BACK = words("was were said told struck shot had did came went took made saw hit began held met sent has have")
_EVERY = words("every each")


class TimeReader:
    """Reads times in one text: the publication, the zone, and the last date named are its context."""

    def __init__(self, published: date | datetime | None, zone: tzinfo) -> None:
        self._zone = zone
        self._instant: datetime | None = None
        self._day: date | None = None
        self._named: date | None = None
        if isinstance(published, datetime):
            local = published.astimezone(zone) if published.tzinfo else published
            self._instant, self._day = local.replace(tzinfo=None), local.date()
        elif published is not None:
            self._day = published

    def find(self, text: str, tokens: Sequence[Token], ahead: bool | None) -> tuple[TimeMention, ...]:
        """The times among the tokens; `ahead` says which way a bare weekday or month leans."""
        found: list[TimeMention] = []
        past = -1
        for index, token in enumerate(tokens):
            if token.start < past:
                continue
            key = token.low.rstrip(".")
            if key not in _STARTS and not token.text[0].isdigit():
                continue
            if index > 1 and tokens[index - 1 - (tokens[index - 1].low == ".")].low in TITLES and key in MONTHS:
                continue
            role = _ROLES.get(tokens[index - 1].low, "point") if index else "point"
            if index and tokens[index - 1].low in _EVERY:
                continue
            lean = _lean(tokens, index, ahead, role)
            try:
                mention = self._mention(text, token, key, tokens[-1].end, lean, role)
            except (OverflowError, ValueError):
                # A date outside the calendar ("900 years later") is no date.
                mention = None
            if mention is not None:
                found.append(mention)
                past = mention.end
        return tuple(found)

    def _mention(
        self, text: str, token: Token, key: str, end: int, ahead: bool | None, role: str
    ) -> TimeMention | None:
        at = token.start
        anchor = Anchor(self._day, self._instant, ahead, self._named)
        if key in ("from", "between"):
            lead = _RANGE.match(text, at, end)
            first = point(text, lead.end(), end, anchor) if lead else None
            ranged = self._range(text, first, end, anchor, _RANGE_JOIN) if first else None
            return self._made(text, at, ranged, "window") if ranged else None
        relative = self._relative(text, at, end, anchor, key)
        if relative is not None:
            return self._made(text, at, relative, "window" if relative.vague else role)
        if key not in _POINT_STARTS and not token.text[0].isdigit() and key != "the":
            return None
        found = point(text, at, end, anchor)
        if found is None:
            year = _YEAR_ALONE.match(text, at, end) if token.text[0].isdigit() else None
            if year is None or text[max(0, at - 7) : at].lower().split()[-1:] not in (
                ["in"], ["since"], ["of"], ["by"], ["until"], ["during"], ["late"], ["early"],
            ):  # fmt: skip
                return None
            number = int(year.group())
            whole = Stretch(year.group(), datetime(number, 1, 1), datetime(number + 1, 1, 1))  # noqa: DTZ001
            return self._made(text, at, Point(year.end(), (whole,), False), role)
        ranged = self._range(text, found, end, anchor, _LOOSE_JOIN)
        if ranged is not None:
            return self._made(text, at, ranged, "window")
        first_reading = found.readings[0]
        if found.has_day and first_reading.begin is not None and role == "point":
            self._named = first_reading.begin.date()
        return self._made(text, at, found, role)

    def _range(self, text: str, first: Point, end: int, anchor: Anchor, joint: re.Pattern[str]) -> Point | None:
        join = joint.match(text, first.end, end)
        second = point(text, join.end(), end, anchor) if join else None
        if second is None:
            return None
        begin, until = first.readings[0], second.readings[0]
        if begin.begin is None or until.until is None or until.begin is None:
            return None
        start, stop = begin.begin, until.begin if second.has_clock else until.until
        if first.has_clock and not first.has_day and second.has_day:
            start = datetime.combine(until.begin.date(), start.time())
        elif second.has_clock and not second.has_day:
            stop = datetime.combine(start.date(), stop.time())
        while stop <= start and (stop - start) > timedelta(days=-8):
            stop += DAY if not second.has_day else 7 * DAY
        if stop <= start:
            return None
        value = f"{begin.value}/{until.value}"
        return Point(second.end, (Stretch(value, start, stop, begin.offset_minutes),), True, second.has_clock)

    def _relative(self, text: str, at: int, end: int, anchor: Anchor, key: str) -> Point | None:
        if key in ("effective", "with"):
            match = _EFFECTIVE.match(text, at, end)
            if match is None:
                return None
            now = anchor.instant or (datetime.combine(anchor.day, datetime.min.time()) if anchor.day else None)
            return Point(match.end(), (Stretch("PRESENT_REF", now, None),), False, True)
        match = _WINDOW.match(text, at, end)
        # "the coming days" is a window; "next day" and "last week" are not.
        if match and (match["count"] or match["vague"] or match.group().lower().endswith("s")):
            return self._window(match, anchor, match["which"].lower() in ("next", "coming", "following"))
        if key == "within" and (match := _WITHIN.match(text, at, end)):
            return self._window(match, anchor, True)
        if match := _DISTANCE.match(text, at, end):
            return self._distance(match, anchor)
        if key == "in" and (match := _IN.match(text, at, end)):
            return self._distance(match, anchor)
        if match := _NAMED_SPAN.match(text, at, end):
            return self._span(match, anchor)
        return None

    def _window(self, match: re.Match[str], anchor: Anchor, forward: bool) -> Point:
        groups = match.groupdict()
        vague = groups["count"] is None
        word = (groups["vague"] or "").lower().split()[0] if groups["vague"] else ""
        count = VAGUE_COUNTS[word] if vague else _number(str(groups["count"]))
        if more := groups.get("more"):
            count, vague = max(count, _number(more)), True
        unit = groups["unit"].lower()
        letter = {"minute": "M", "hour": "H", "day": "D", "week": "W", "month": "M", "year": "Y"}[unit]
        value = f"P{'T' if unit in ('minute', 'hour') else ''}{'X' if vague else count}{letter}"
        if anchor.day is None:
            return Point(match.end(), (Stretch(value, None, None),), False, False, vague)
        start_of_day = datetime.combine(anchor.day, datetime.min.time())
        if not forward:
            back = _shift(start_of_day, unit, -count)
            return Point(
                match.end(), (Stretch(value, back, anchor.instant or start_of_day + DAY),), False, False, vague
            )
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
        return Point(match.end(), (Stretch(value, begin, until), *different), False, False, vague)

    def _distance(self, match: re.Match[str], anchor: Anchor) -> Point | None:
        groups = match.groupdict()
        way = " ".join((groups.get("way") or "from now").lower().split())
        word = (groups.get("vague") or "").split()
        count = VAGUE_COUNTS[word[0].lower()] if word else _number(str(groups["count"]))
        unit, sign = groups["unit"].lower(), 1 if way in ("later", "from now") else -1
        from_named = way in ("earlier", "before", "previously", "prior", "later")
        bases = [anchor.named, anchor.day] if from_named else [anchor.day]
        readings = [_around(base, unit, sign * count) for base in bases if base is not None]
        value = f"P{'T' if unit in ('minute', 'hour') else ''}{count}{unit[0].upper()}"
        unique = tuple(dict.fromkeys(readings)) or (Stretch(value, None, None),)
        return Point(match.end(), unique, False, False, bool(word) or unit in ("week", "month", "year"))

    def _span(self, match: re.Match[str], anchor: Anchor) -> Point | None:
        which, unit = " ".join(match["which"].lower().split()), match["unit"].lower()
        if which == "the" and unit != "weekend":
            return None
        if anchor.day is None:
            return Point(match.end(), (Stretch({"week": "PXW"}.get(unit, "PX" + unit[0].upper()), None, None),), False)
        step = {"next": 1, "the coming": 1, "last": -1, "the past": -1}.get(which, 0)
        if unit in ("week", "weekend"):
            monday = anchor.day - anchor.day.weekday() * DAY + step * 7 * DAY
            if which == "the" and anchor.ahead is False and anchor.day.weekday() < 5:
                monday -= 7 * DAY
            first = monday + (5 if unit == "weekend" else 0) * DAY
            year, week, _ = monday.isocalendar()
            stretch = Stretch(
                f"{year}-W{week:02}" + ("-WE" if unit == "weekend" else ""), _start(first), _start(monday + 7 * DAY)
            )
        elif unit == "month":
            month = months_later(anchor.day.replace(day=1), step)
            stretch = month_stretch(month.year, month.month)
        else:
            number = anchor.day.year + step
            stretch = Stretch(str(number), _start(date(number, 1, 1)), _start(date(number + 1, 1, 1)))
        return Point(match.end(), (stretch,), False)

    def _made(self, text: str, at: int, found: Point, role: str) -> TimeMention:
        readings = tuple(self._bounded(reading, role, found.has_clock) for reading in found.readings)
        likeliest = readings[0]
        end = found.end
        if text[end - 1] == "." and _tail(text[at : end - 1]) in _FULL_NAMES:
            # The stop after "27 November." ends the sentence; the one after "Nov." does not.
            end -= 1
        return TimeMention(
            start=at,
            end=end,
            text=text[at:end],
            value=likeliest.value,
            begin=likeliest.begin,
            until=likeliest.until,
            vague=found.vague,
            alternatives=readings[1:],
            role=role,
        )

    def _bounded(self, reading: Stretch, role: str, clock: bool) -> Interval:
        """The interval with its role: a deadline ends at the point, "since" begins at it."""
        begin, until = reading.begin, reading.until
        now = self._instant or (_start(self._day) if self._day else None)
        if begin is not None and role in ("deadline", "until", "before"):
            until = begin if clock or role == "before" else until
            begin = now if now is not None and until is not None and now < until and role != "before" else None
        elif begin is not None and role == "since":
            until = self._instant or (_start(self._day) + DAY if self._day else None)
            until = until if until is not None and until > begin else None
        elif begin is not None and role == "after":
            begin, until = (begin if clock else until), None
        return Interval(reading.value, self._aware(begin, reading), self._aware(until, reading))

    def _aware(self, local: datetime | None, reading: Stretch) -> datetime | None:
        if local is None:
            return None
        zone = self._zone
        if reading.offset_minutes is not None:
            zone = timezone(timedelta(minutes=reading.offset_minutes))
        return local.replace(tzinfo=zone).astimezone(UTC)


def _lean(tokens: Sequence[Token], index: int, ahead: bool | None, role: str) -> bool | None:
    """Which way the nearest verb before the time points; the whole claim's way where there is none."""
    for at in range(index - 1, max(-1, index - 9), -1):
        low = tokens[at].low
        if low in _POINTS_AHEAD:
            return True
        if low in _POINTS_BACK or (low.endswith("ed") and len(low) > 4):
            return False
        if low in (",", ";", "but"):
            break
    return True if role in ("deadline", "until") and ahead is not False else ahead


def _tail(words: str) -> str:
    return words.lower().split()[-1] if words.strip() else ""


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word.lower(), 4)


def _start(when: date) -> datetime:
    return datetime.combine(when, datetime.min.time())


def _shift(moment: datetime, unit: str, count: int) -> datetime:
    if unit in ("month", "year"):
        moved = months_later(moment.date(), count * (12 if unit == "year" else 1))
        return datetime.combine(moved, moment.time())
    return moment + timedelta(**{unit + "s": count})


def _around(base: date, unit: str, count: int) -> Stretch:
    """The day, week, month or year some units from `base`: as coarse as the unit."""
    if unit in ("minute", "hour"):
        return day_stretch((_start(base) + timedelta(hours=count if unit == "hour" else 0)).date())
    if unit == "day":
        return day_stretch(base + count * DAY)
    moved = _shift(_start(base), unit, count).date()
    if unit == "week":
        year, week, _ = moved.isocalendar()
        return Stretch(f"{year}-W{week:02}", _start(moved - 3 * DAY), _start(moved + 4 * DAY))
    if unit == "month":
        return month_stretch(moved.year, moved.month)
    return Stretch(str(moved.year), _start(date(moved.year, 1, 1)), _start(date(moved.year + 1, 1, 1)))
