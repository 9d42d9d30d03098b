"""What the rules put in the place of words: times made absolute, likelihood with its numbers, a type's own words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vedette.warnings.content import Content
from vedette.warnings.lint_rules.rule import LintContext
from vedette.warnings.render import local_time
from vedette.warnings.types.catalogue import WarningType, type_for
from vedette.warnings.words import words_for

_DAYTIME = re.compile(r"\A(?:this\s+(?P<part>morning|afternoon|evening)|(?P<day>today|tonight|tomorrow))\Z", re.I)
_POINT = re.compile(r"soon|shortly|imminently|near future|later", re.I)
_EMPTY = re.compile(r"\A(?:at this time|for now)\Z", re.I)


def absolute(said: str, content: Content, context: LintContext, *, short: bool = False) -> str:
    """A clock time or a date for what `said` means, from the warning's own end and the time it is read."""
    phrase = " ".join(said.split())
    until = f"until {local_time(content.expires, context.zone, short=short)}"
    if _EMPTY.match(phrase):
        return until
    if found := _DAYTIME.match(phrase):
        here = context.now.astimezone(ZoneInfo(context.zone))
        if phrase.casefold() == "tomorrow":
            here += timedelta(days=1)
        if phrase.casefold() == "tonight":
            return f"in the night of {_date(here)}"
        return f"on the {found['part'].lower()} of {_date(here)}" if found["part"] else f"on {_date(here)}"
    return f"at any hour {until}" if _POINT.search(phrase) else until


def zone_name(moment: datetime, zone: str) -> str:
    """How the zone is called at that moment, as "PST"."""
    return local_time(moment, zone, short=True).rpartition(" ")[2]


def crosses_midnight(content: Content, context: LintContext) -> bool:
    """Whether a bare clock time could be of two days while the warning stands."""
    zone = ZoneInfo(context.zone)
    begins = content.begins(context.now)
    return begins.astimezone(zone).date() != content.expires.astimezone(zone).date()


def type_of(content: Content) -> WarningType | None:
    """The type of warning that the words speak of, from the hazard outwards."""
    for text in (content.event, content.headline, content.description):
        if (found := type_for(text)) is not None:
            return found
    return None


def _date(here: datetime) -> str:
    words = words_for("en")
    return f"{words.days[here.weekday()]} {here.day} {words.months[here.month - 1]} {here.year}"
