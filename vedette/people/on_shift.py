"""Who is on at any moment of a window, and who is on now and next in each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.models import Shift, ShiftOverride, Unit
from vedette.people.queries import units_for

#: How far ahead it is looked for whoever is on next.
AHEAD = timedelta(days=7)
#: The longest window that can be asked about.
LONGEST = timedelta(days=100)


@dataclass
class UnitOnShift:
    """A unit with whoever is on now, and whoever begins next (all who begin at that same moment)."""

    unit: Unit
    now: list[Shift] = field(default_factory=list)
    next: list[Shift] = field(default_factory=list)


def on_during(actor: Actor, since: datetime, until: datetime | None = None, unit: str | None = None) -> QuerySet[Shift]:
    """The shifts of active people that have a moment in [since, until), or that hold at `since`; by their start.

    `unit` is a unit's code: its people, and those of the units below it. Raises BadInput.
    """
    if until is not None and not since < until <= since + LONGEST:
        raise BadInput("to", f"must be later than the start, by {LONGEST.days} days at most")
    found = visible(actor, Shift.objects.all(), Verb.SEE_PEOPLE, through="person").filter(person__active=True)
    found = found.filter(starts__lt=until) if until is not None else found.filter(starts__lte=since)
    found = found.filter(ends__gt=since)
    if unit is not None:
        found = found.filter(person__unit__in=_with_below(actor, unit))
    return found.select_related("person__unit", "post", "calendar", "override").order_by("starts", "person__code")


def now_and_next(actor: Actor, now: datetime, unit: str | None = None) -> Sequence[UnitOnShift]:
    """Each unit that has somebody on now or next, by its name."""
    found: dict[int, UnitOnShift] = {}
    for shift in on_during(actor, now, now + AHEAD, unit):
        row = found.setdefault(shift.person.unit_id, UnitOnShift(shift.person.unit))
        if shift.starts <= now:
            row.now.append(shift)
        elif not row.next or row.next[0].starts == shift.starts:
            row.next.append(shift)
    return sorted(found.values(), key=lambda row: row.unit.name.casefold())


def overrides_for(actor: Actor, now: datetime) -> Sequence[ShiftOverride]:
    """What people changed of the calendars' shifts that are not over, the next first."""
    found = visible(actor, ShiftOverride.objects.all(), Verb.SEE_PEOPLE, through="person")
    found = found.filter(starts__gt=now - timedelta(days=1)).select_related("person", "to_person", "calendar")
    return list(found.order_by("starts")[:200])


def _with_below(actor: Actor, code: str) -> set[int]:
    units = {pk: (parent, own) for pk, parent, own in units_for(actor).values_list("pk", "parent_id", "code")}
    within = {pk for pk, (_, own) in units.items() if own == code}
    if not within:
        raise BadInput("unit", f"there is no unit {code!r}, or none that you may see")
    while more := {pk for pk, (parent, _) in units.items() if parent in within} - within:
        within |= more
    return within
