"""What the fixed words of one language are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Ending:
    """What a cancel or an all-clear says."""

    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Labels and sentences of one language. `kinds` and `changes` go by message type."""

    kinds: Mapping[str, str]
    changes: Mapping[str, str]
    warning: str
    source: str
    to: str
    audience: str
    what: str
    impact: str
    where: str
    what_to_do: str
    when: str
    start: str
    until: str
    next_update: str
    contact: str
    confirm: str
    sent: str
    silent_subject: str
    silent_intro: str
    #: The same to an area's warden, or who stands in for them.
    silent_intro_area: str
    silent_ask: str
    #: To those who were asked and are not needed any more: a subject and a sentence.
    filled_subject: str
    filled: str
    #: That too few have answered in time, of whom, and what comes of it.
    missed_subject: str
    missed: str
    missed_of: str
    missed_next: str
    missed_last: str
    days: tuple[str, ...]
    months: tuple[str, ...]
    #: That no further update is planned.
    last: str
    #: What a message that ends a warning says by itself, by message type; `{event}` is the hazard's name.
    endings: Mapping[str, Ending]
    #: Where the first three letters would not do in a short text.
    short_days: tuple[str, ...] = ()
    short_months: tuple[str, ...] = ()

    def short_date(self, moment: date) -> str:
        """Weekday, day and month in a few letters; never the month in numbers, which are read both ways."""
        day = self.short_days[moment.weekday()] if self.short_days else self.days[moment.weekday()][:3]
        month = self.short_months[moment.month - 1] if self.short_months else self.months[moment.month - 1][:3]
        return f"{day} {moment.day} {month}"
