"""How old what the roster says is: what keeps it, when that last answered, and which calendars do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette import clock
from vedette.access.handling import Realm
from vedette.people.models import Person, RosterSource, ShiftCalendar

#: A roster that nothing has confirmed for longer is told to whoever approves.
STALE = timedelta(days=7)
#: An identity provider that asks all the time is written down no more often than this.
_OFTEN = timedelta(minutes=1)


@dataclass(frozen=True)
class SourceAge:
    """One thing that keeps the roster."""

    name: str
    answered_at: datetime | None
    why_not: str
    stale: bool


@dataclass(frozen=True)
class RosterAge:
    """How old what a realm's roster says is."""

    people: int
    sources: Sequence[SourceAge]
    #: When anybody's row last changed: of a roster kept by hand, all there is.
    changed_at: datetime | None
    #: Calendars that could not be had.
    calendars: Sequence[str]

    @property
    def stale(self) -> bool:
        """Whether whoever relies on it should look first."""
        if self.calendars or any(source.why_not for source in self.sources):
            return True
        if self.sources:
            return all(source.stale for source in self.sources)
        return self.changed_at is None or self.changed_at < clock.now() - STALE


def note_answered(realm: Realm, name: str) -> None:
    """Something that keeps the roster has said how things are. Part of a larger action, or of none."""
    now = clock.now()
    known = RosterSource.objects.filter(realm=realm.value, name=name)
    if known.filter(answered_at__gt=now - _OFTEN, why_not="").exists():
        return
    RosterSource.objects.update_or_create(realm=realm.value, name=name, defaults={"answered_at": now, "why_not": ""})


def note_failed(realm: Realm, name: str, why: str) -> None:
    """It could not be asked, or what it said could not be taken; when it last did stays."""
    RosterSource.objects.update_or_create(realm=realm.value, name=name, defaults={"why_not": why[:500]})


def roster_age(realm: Realm) -> RosterAge:
    """How old what the roster of a realm says is."""
    now = clock.now()
    people = Person.objects.filter(realm=realm.value)
    failing = ShiftCalendar.objects.filter(realm=realm.value, enabled=True, failures__gt=0).order_by("name")
    return RosterAge(
        people=people.filter(active=True).count(),
        sources=[
            SourceAge(row.name, row.answered_at, row.why_not, row.answered_at is None or row.answered_at < now - STALE)
            for row in RosterSource.objects.filter(realm=realm.value).order_by("name")
        ],
        changed_at=people.order_by("-changed_at").values_list("changed_at", flat=True).first(),
        calendars=list(failing.values_list("name", flat=True)),
    )
