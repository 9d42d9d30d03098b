"""Calendars that tell who is on: kept, dropped, and when they are to be rolled on.

Expanding (`calendar_shifts.py`) is done when a calendar changes, and once a day so that the horizon rolls; nobody's
question waits for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.ical import BadCalendar
from vedette.formats.parts import BadInput
from vedette.people.calendar_shifts import HORIZON, expand, log, read, touch
from vedette.people.models import Person, SavedArea, ShiftCalendar, ShiftOverride, Unit
from vedette.people.quiet import checked_zone
from vedette.people.shifts import check_shifts

#: How often the horizon is rolled on.
ROLLED = timedelta(days=1)
BY = ("owner", "attendee", "organizer", "summary")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_PROPERTY = re.compile(r"X-[A-Z0-9-]{1,58}")


def keep_calendar(
    actor: Actor,
    name: str,
    body: bytes | None = None,
    *,
    person: Person | None = None,
    unit: Unit | None = None,
    by: str = "attendee",
    zone: str = "UTC",
    post: SavedArea | None = None,
    handling: Tlp | None = None,
    url: str = "",
    allow_private: bool = False,
    every_s: int = 900,
) -> ShiftCalendar:
    """Add the calendar of this name, or change it, and expand what it tells. `body` may be left out if it is known.

    `url` has been checked by whoever gives one. Raises Refused, and BadInput naming the field.
    """
    check(actor, Verb.KEEP_ROSTER)
    for record in (person, unit, post):
        if record is not None:
            check(actor, Verb.KEEP_ROSTER, record)
    by, zone = _checked(name, by, person, unit), checked_zone(zone) or "UTC"
    known = ShiftCalendar.objects.filter(realm=actor.realm.value, name=name)
    whole = body if body is not None else known.values_list("body", flat=True).first()
    try:
        # Before anything is locked: reading may take its time.
        reading = None if whole is None else read(bytes(whole), zone)
    except BadCalendar as error:
        raise BadInput("calendar", str(error)) from error
    with transaction.atomic():
        calendar = known.select_for_update(of=("self",), no_key=True).first()
        if calendar is None:
            calendar = ShiftCalendar(realm=actor.realm.value, name=name, created_at=clock.now())
        check(actor, Verb.KEEP_ROSTER, calendar)
        calendar.person, calendar.unit, calendar.by, calendar.post = person, unit, by, post
        calendar.zone = zone
        calendar.handling = (handling or Tlp(calendar.handling)).value
        calendar.url, calendar.allow_private, calendar.every_s = url, allow_private, every_s
        calendar.enabled, calendar.next_at, calendar.failures = True, clock.now(), 0
        calendar.etag = calendar.modified = ""
        if body is not None:
            calendar.answered_at = clock.now()
        # As it was read: what has come from its address meanwhile is asked for again, its entity tag being forgotten.
        calendar.body = whole
        calendar.save()
        if reading is not None:
            expand(calendar, actor.ref, reading)
        log(actor.ref, "calendar.kept", calendar, {"person": calendar.person_id, "unit": calendar.unit_id})
    return calendar


def drop_calendar(actor: Actor, calendar: ShiftCalendar) -> None:
    """Forget a calendar and every shift that it tells of."""
    with transaction.atomic():
        check(actor, Verb.KEEP_ROSTER, calendar)
        people = calendar.shifts.filter(ends__gt=clock.now()).values_list("person_id", flat=True)
        touch(set(people))
        ShiftCalendar.objects.filter(pk=calendar.pk).delete()
        log(actor.ref, "calendar.dropped", calendar, {"calendar": calendar.pk})


def undo_override(actor: Actor, override: ShiftOverride) -> None:
    """What the calendar says of an occurrence holds again. Raises Refused."""
    check_shifts(actor, override.person)
    calendar = ShiftCalendar.objects.get(pk=override.calendar_id)
    reading = read(bytes(calendar.body or b""), calendar.zone)
    told = {"override": override.pk, "person": override.person_id}
    with transaction.atomic():
        override.delete()
        expand(calendar, actor.ref, reading)
        log(actor.ref, "shift.restored", calendar, told)


def calendars_for(actor: Actor) -> QuerySet[ShiftCalendar]:
    """The calendars that the actor may see, by name."""
    found = ShiftCalendar.objects.select_related("person", "unit", "post")
    return visible(actor, found, Verb.SEE_PEOPLE).order_by("name")


def due_to_roll(now: datetime) -> Sequence[ShiftCalendar]:
    """Calendars whose horizon is to be rolled on."""
    return list(ShiftCalendar.objects.filter(body__isnull=False, expanded_to__lte=now + HORIZON - ROLLED))


def _checked(name: str, by: str, person: Person | None, unit: Unit | None) -> str:
    if not _NAME.fullmatch(name):
        raise BadInput("name", "must be 1 to 50 of a-z, 0-9 and -, such as night-watch")
    if person is not None:
        if unit is not None:
            raise BadInput("unit", "a calendar is one person's or a unit's")
        return "owner"
    by = by.strip()
    if by.upper().startswith("X-"):
        by = by.upper()
    if by == "owner" or not (by in BY or _PROPERTY.fullmatch(by)):
        raise BadInput("by", "must be attendee, organizer, summary, or a property such as X-BADGE that holds the code")
    return by
