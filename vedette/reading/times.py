"""Time expressions to intervals against the publication date; both readings where the words allow two.

Policy for vague windows ("the next few days"): from the publication to the end of the fourth day after it. A window
that ends late costs some caution; one that begins or ends early leaves people unwarned. docs/reading.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from vedette.reading import holidays, windows, year_parts
from vedette.reading.calendar import DAY, Anchor, Point, Stretch, at_time, day_stretch, start_of
from vedette.reading.clocks import first_of_two, stamped
from vedette.reading.echoes import before_last, echo
from vedette.reading.leaning import lean_of, role_of
from vedette.reading.lexicon import MONTHS, TITLES, WEEKDAYS, words
from vedette.reading.points import point
from vedette.reading.records import Interval, Span, TimeMention
from vedette.reading.tokens import Token
from vedette.reading.year_parts import part_of_year

_RANGE = re.compile(r"(?P<lead>from|between)\s(?:about\s|around\s)?", re.IGNORECASE)
_RANGE_JOIN = re.compile(r"\s?(?:\s(?:to|until|till|through|and)\s|[-–]\s?)(?:the\s)?", re.IGNORECASE)
_LOOSE_JOIN = re.compile(r"\s?(?:\s(?:to|until|till|through)\s|[-–]\s?)", re.IGNORECASE)
_AND = re.compile(r"\sand\s(?:on\s)?", re.IGNORECASE)
_YEAR_ALONE = re.compile(r"(?:19|20)\d\d(?![\d-]|\s?(?:hours|hrs|h\b|Z\b|local))")
_POINT_STARTS = (
    frozenset(MONTHS) | frozenset(WEEKDAYS) | holidays.FIRST_WORDS | year_parts.FIRST_WORDS
    | words("today tonight yesterday tomorrow overnight noon midday midnight last next this coming past early mid late "
            "end night intervening half quarter one two three four five six seven eight nine ten eleven twelve")
)  # fmt: skip
_DAY_THEN_HOURS = re.compile(r",?\s(?:from|between)\s(?:about\s|around\s)?", re.IGNORECASE)
_STARTS = (
    _POINT_STARTS
    | windows.FIRST_WORDS
    | words(
        "the that few several couple within in from between following previous recent effective with week month "
        "month's year year's days weeks"
    )
)
_FULL_NAMES = frozenset(
    name
    for name in (*MONTHS, *WEEKDAYS)
    if len(name) > 5 or name in ("may", "june", "july", "march", "april", "friday", "monday", "sunday")
)
_EVERY = words("every each")


class _Setting(NamedTuple):
    """What the sentence makes of a time in it."""

    #: Which way it leans.
    ahead: bool | None
    role: str
    #: Whether it opens the sentence.
    first: bool
    #: Whether it belongs to what is told, not to the telling.
    inside: bool
    #: Whether it tells when something happened.
    happened: bool


class TimeReader:
    """Reads times in one text: the publication, the zone, and the last date named are its context."""

    def __init__(self, published: date | datetime | None, zone: tzinfo) -> None:
        self._zone = zone
        self._instant: datetime | None = None
        self._day: date | None = None
        self._named: date | None = None
        #: The day named in this sentence or the one before it, of the same paragraph.
        self._here: datetime | None = None
        self._place: tuple[int, int] = (-1, 0)
        self._log = False
        #: The day that was last named for what happened, not for when it was told.
        self._event: datetime | None = None
        if isinstance(published, datetime):
            local = published.astimezone(zone) if published.tzinfo else published
            self._instant, self._day = local.replace(tzinfo=None), local.date()
        elif published is not None:
            self._day = published

    def enter(self, paragraph: int, log: bool) -> None:
        """A sentence of the paragraph begins; in a log an hour may open it."""
        self._log = log
        before, since = self._place
        since = since + 1 if paragraph == before else 2
        self._here = self._here if since < 2 else None
        self._place = paragraph, since

    def find(
        self, text: str, tokens: Sequence[Token], ahead: bool | None, content: Span | None = None
    ) -> tuple[TimeMention, ...]:
        """The times among the tokens. `ahead` says which way a bare weekday or month leans; words outside `content`
        (the reporting itself) lean back."""
        found: list[TimeMention] = []
        past = -1
        for index, token in enumerate(tokens):
            if token.start < past:
                continue
            key = token.low.removesuffix("'s").rstrip(".")
            if "-" in key and key.split("-")[0] in WEEKDAYS:
                key = key.split("-")[0]
            if key not in _STARTS and not token.text[0].isdigit() and not key.startswith(("mid-", "month-", "year-")):
                continue
            if index > 1 and tokens[index - 1 - (tokens[index - 1].low == ".")].low in TITLES and key in MONTHS:
                continue
            role = role_of(tokens, index)
            if index and tokens[index - 1].low in _EVERY:
                continue
            lean = lean_of(tokens, index, ahead, role)
            inside = content is None or content.start <= token.start < content.end
            told = inside and lean is False and ahead is not True
            if not inside and ahead is not None:
                # When somebody spoke lies behind, whatever they spoke of.
                lean = False
            setting = _Setting(lean, role, index == 0, inside, told)
            try:
                mention = self._mention(text, token, key, tokens[-1].end, setting)
            except (OverflowError, ValueError):
                # A date outside the calendar ("900 years later") is no date.
                mention = None
            if mention is not None:
                found.append(mention)
                past = mention.end
        return tuple(found)

    def _mention(self, text: str, token: Token, key: str, end: int, setting: _Setting) -> TimeMention | None:
        ahead, role = setting.ahead, setting.role
        at = token.start
        here = self._here or (self._event if setting.happened and role == "point" else None)
        anchor = Anchor(self._day, self._instant, ahead, self._named, here)
        if key in ("from", "between"):
            lead = _RANGE.match(text, at, end)
            ranged = self._between(text, lead.end(), end, anchor) if lead else None
            return self._made(text, at, ranged, "window") if ranged else None
        if self._log and setting.first and self._day and (hour := stamped(text, at, end)) is not None:
            reading = at_time(day_stretch(self._day), hour.when, hour.offset)
            return self._made(text, at, Point(hour.end, (reading,), False, True), "point")
        if token.text[0].isdigit() and (hours := self._two_hours(text, at, end, anchor)) is not None:
            return self._made(text, at, hours, "window")
        relative = before_last(text, at, end, anchor) if key == "the" else None
        relative = relative or windows.relative(text, at, end, anchor, key)
        if relative is not None and key == "within" and ahead is False:
            # "was isolated within an hour": how long it took, not when.
            return None
        if relative is not None:
            return self._made(text, at, relative, "window" if relative.vague else role)
        if key in ("that", "the") and (echoed := echo(text, at, end, anchor)) is not None:
            return self._made(text, at, echoed, role)
        if key not in _POINT_STARTS and not token.text[0].isdigit() and key != "the" and "-" not in key:
            return None
        found = point(text, at, end, anchor)
        if found is None and (part := part_of_year(text, at, end)) is not None:
            return self._made(text, at, part, role)
        if found is None:
            year = _YEAR_ALONE.match(text, at, end) if token.text[0].isdigit() else None
            if year is None or text[max(0, at - 7) : at].lower().split()[-1:] not in (
                ["in"], ["since"], ["of"], ["by"], ["until"], ["during"], ["late"], ["early"],
            ):  # fmt: skip
                return None
            number = int(year.group())
            self._named = date(number, 1, 1)
            whole = Stretch(year.group(), datetime(number, 1, 1), datetime(number + 1, 1, 1))  # noqa: DTZ001
            return self._made(text, at, Point(year.end(), (whole,), False), role)
        ranged = (
            self._range(text, found, end, anchor, _LOOSE_JOIN)
            or self._two_days(text, found, end, anchor)
            or self._hours_of(text, found, end, anchor)
        )
        if ranged is not None:
            return self._made(text, at, ranged, "window")
        first_reading = found.readings[0]
        if found.has_day and first_reading.begin is not None and role == "point":
            self._named, self._here = first_reading.begin.date(), first_reading.begin
            self._place = self._place[0], 0
            happened = setting.inside and ahead is not True and not found.has_clock
            if happened and self._day is not None and self._here.date() <= self._day:
                self._event = self._here
        if key == "the":
            at = token.end + 1
        return self._made(text, at, found, role)

    def _between(self, text: str, at: int, end: int, anchor: Anchor) -> Point | None:
        """What follows "from" or "between": two hours, or two points."""
        hours = self._two_hours(text, at, end, anchor)
        first = point(text, at, end, anchor) if hours is None else None
        return hours or (self._range(text, first, end, anchor, _RANGE_JOIN) if first else None)

    def _two_hours(self, text: str, at: int, end: int, anchor: Anchor) -> Point | None:
        """ "4 to 6 p.m. on Tuesday", "1600-1800 hrs"."""
        pair = first_of_two(text, at, end)
        second = point(text, pair[0], end, anchor) if pair else None
        if pair is None or second is None or not second.has_clock or second.readings[0].begin is None:
            return None
        readings = []
        for reading in second.readings:
            if reading.begin is not None:
                begin, until = datetime.combine(reading.begin.date(), pair[1]), reading.begin
                until += DAY if until <= begin else timedelta()
                readings.append(Stretch(f"{begin:%Y-%m-%dT%H:%M}/{until:%H:%M}", begin, until, reading.offset_minutes))
        return Point(second.end, tuple(readings), True, True)

    def _hours_of(self, text: str, found: Point, end: int, anchor: Anchor) -> Point | None:
        """ "Tuesday between 4pm and 6pm": the hours on that day."""
        joint = _DAY_THEN_HOURS.match(text, found.end, end) if found.has_day and not found.has_clock else None
        begin = found.readings[0].begin
        if joint is None or begin is None:
            return None
        hours = self._between(text, joint.end(), end, replace(anchor, day=begin.date(), instant=None, here=None))
        return hours if hours is not None and hours.has_clock else None

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

    def _two_days(self, text: str, first: Point, end: int, anchor: Anchor) -> Point | None:
        """ "Tuesday and Wednesday": one stretch, where the second day follows the first."""
        join = _AND.match(text, first.end, end)
        second = point(text, join.end(), end, anchor) if join and first.has_day and not first.has_clock else None
        if second is None or second.has_clock or not second.has_day:
            return None
        begin, until = first.readings[0], second.readings[0]
        if begin.begin is None or until.begin != begin.until:
            return None
        return Point(second.end, (Stretch(f"{begin.value}/{until.value}", begin.begin, until.until),), True, False)

    def _made(self, text: str, at: int, found: Point, role: str) -> TimeMention:
        midnight = "midnight" in text[at : found.end].lower()
        readings = tuple(self._bounded(reading, role, found.has_clock, midnight) for reading in found.readings)
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

    def _bounded(self, reading: Stretch, role: str, clock: bool, midnight: bool) -> Interval:
        """The interval with its role: a deadline ends at the point, "since" begins at it."""
        begin, until = reading.begin, reading.until
        if midnight and begin is not None and until is not None and role in ("deadline", "until"):
            # "by midnight" is the end of the day named.
            begin, until = begin + DAY, until + DAY
        now = self._instant or (start_of(self._day) if self._day else None)
        if begin is not None and role in ("deadline", "until", "before"):
            if role == "deadline" and reading.value.endswith("-WE"):
                # "back by the weekend"
                until = begin + DAY
            until = begin if clock or role == "before" else until
            begin = now if now is not None and until is not None and now < until and role != "before" else None
        elif begin is not None and role == "since":
            until = self._instant or (start_of(self._day) + DAY if self._day else None)
            until = until if until is not None and until > begin else None
        elif begin is not None and role == "after":
            begin, until = (begin if clock else until), (until if reading.today else None)
        return Interval(reading.value, self._aware(begin, reading), self._aware(until, reading))

    def _aware(self, local: datetime | None, reading: Stretch) -> datetime | None:
        if local is None:
            return None
        zone = self._zone
        if reading.offset_minutes is not None:
            zone = timezone(timedelta(minutes=reading.offset_minutes))
        return local.replace(tzinfo=zone).astimezone(UTC)


def _tail(words: str) -> str:
    return words.lower().split()[-1] if words.strip() else ""
