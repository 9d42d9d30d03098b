"""Calendars that tell who is on: kept, and expanded into intervals of UTC up to a horizon that rolls on.

Expanding is done when a calendar changes, and once a day so that the horizon rolls; nobody's question waits for it.
What a calendar cannot name for certain is left out with a remark: a shift is never given to somebody on a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.ical import BadCalendar, ShiftInterval, shifts_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.contact import MAIL
from vedette.people.models import ContactPoint, Person, SavedArea, Shift, ShiftCalendar, ShiftOverride, Unit
from vedette.people.quiet import checked_zone
from vedette.people.shifts import LONGEST_SHIFT, check_shifts, post_of, posts_of
from vedette.people.shrinking import FEWEST, shrink_limit

#: How far ahead calendars are expanded, and how often that is rolled on.
HORIZON = timedelta(days=90)
ROLLED = timedelta(days=1)
#: Shifts that ended longer ago are left as they were.
_PAST = timedelta(days=1)
BY = ("owner", "attendee", "organizer", "summary")
_MOST_REMARKS = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_PROPERTY = re.compile(r"X-[A-Z0-9-]{1,58}")

Key = tuple[int, datetime, datetime, int | None]


class Reading(NamedTuple):
    """What a calendar tells of a window."""

    since: datetime
    until: datetime
    found: Sequence[ShiftInterval]


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
        _log(actor.ref, "calendar.kept", calendar, {"person": calendar.person_id, "unit": calendar.unit_id})
    return calendar


def drop_calendar(actor: Actor, calendar: ShiftCalendar) -> None:
    """Forget a calendar and every shift that it tells of."""
    with transaction.atomic():
        check(actor, Verb.KEEP_ROSTER, calendar)
        people = calendar.shifts.filter(ends__gt=clock.now()).values_list("person_id", flat=True)
        _touch(set(people))
        ShiftCalendar.objects.filter(pk=calendar.pk).delete()
        _log(actor.ref, "calendar.dropped", calendar, {"calendar": calendar.pk})


def undo_override(actor: Actor, override: ShiftOverride) -> None:
    """What the calendar says of an occurrence holds again. Raises Refused."""
    check_shifts(actor, override.person)
    calendar = ShiftCalendar.objects.get(pk=override.calendar_id)
    reading = read(bytes(calendar.body or b""), calendar.zone)
    told = {"override": override.pk, "person": override.person_id}
    with transaction.atomic():
        override.delete()
        expand(calendar, actor.ref, reading)
        _log(actor.ref, "shift.restored", calendar, told)


def calendars_for(actor: Actor) -> QuerySet[ShiftCalendar]:
    """The calendars that the actor may see, by name."""
    found = ShiftCalendar.objects.select_related("person", "unit", "post")
    return visible(actor, found, Verb.SEE_PEOPLE).order_by("name")


def due_to_roll(now: datetime) -> Sequence[ShiftCalendar]:
    """Calendars whose horizon is to be rolled on."""
    return list(ShiftCalendar.objects.filter(body__isnull=False, expanded_to__lte=now + HORIZON - ROLLED))


def read(body: bytes, zone: str) -> Reading:
    """What the file tells of from now up to the horizon. Raises BadCalendar."""
    since, until = clock.now() - _PAST, clock.now() + HORIZON
    return Reading(since, until, shifts_of(body, since, until, zone))


def expand(
    calendar: ShiftCalendar, by: str, reading: Reading | None = None, *, may_shrink: bool = True
) -> tuple[int, int]:
    """Make the stored shifts what the calendar tells up to the horizon; how many were added and dropped.

    Raises BadCalendar, and then nothing is changed; also when it `may_shrink` no further than an organisation's roster
    may unasked, and would. Whoever is in a transaction hands in what was read before it.
    """
    since, until, found = reading or read(bytes(calendar.body or b""), calendar.zone)
    with transaction.atomic():
        # One at a time: two that both find a shift missing would both add it.
        if not ShiftCalendar.objects.select_for_update(of=("self",), no_key=True).filter(pk=calendar.pk).first():
            return 0, 0
        told, remarks = _told(calendar, found)
        wanted, overrides = _overridden(calendar, told)
        stored = _stored(calendar, since, until)
        wanted |= _kept_by_hand(stored, told, since, until)
        gone = [row for key, rows in stored.items() for row in (rows[1:] if key in wanted else rows)]
        new = [key for key in wanted if key not in stored]
        if not may_shrink:
            _refuse_shrinking(stored, gone, new)
        Shift.objects.filter(pk__in=[row.pk for row in gone]).delete()
        Shift.objects.bulk_create(
            [
                Shift(
                    calendar=calendar,
                    override_id=overrides.get(key),
                    person_id=key[0],
                    starts=key[1],
                    ends=key[2],
                    post_id=key[3],
                    changed_at=clock.now(),
                )
                for key in new
            ],
            batch_size=1_000,
        )
        _touch({row.person_id for row in gone} | {key[0] for key in new})
        calendar.expanded_to, calendar.remarks = until, remarks
        calendar.save(update_fields=["expanded_to", "remarks"])
        if new or gone:
            _log(by, "shifts.expanded", calendar, {"added": len(new), "dropped": len(gone)})
    return len(new), len(gone)


def _stored(calendar: ShiftCalendar, since: datetime, until: datetime) -> dict[Key, list[Shift]]:
    """The stored shifts that meet the window, and those changed by hand wherever they were moved to."""
    rows = calendar.shifts.filter(Q(ends__gt=since, starts__lt=until) | Q(override__isnull=False))
    stored: dict[Key, list[Shift]] = {}
    for row in rows.select_related("override").order_by("pk"):
        stored.setdefault((row.person_id, row.starts, row.ends, row.post_id), []).append(row)
    return stored


def _refuse_shrinking(stored: dict[Key, list[Shift]], gone: Sequence[Shift], new: Sequence[Key]) -> None:
    """An address that answers with hardly anything is more often a mistake than a roster of nobody."""
    now = clock.now()
    ahead = sum(row.starts > now for rows in stored.values() for row in rows)
    fewer = sum(row.starts > now for row in gone) - sum(key[1] > now for key in new)
    if fewer > max(FEWEST, shrink_limit() * ahead):
        raise BadCalendar(
            f"its answer would leave {ahead - fewer:,} of {ahead:,} shifts ahead; all stay until somebody asks by hand"
        )


def _kept_by_hand(stored: dict[Key, list[Shift]], told: set[Key], since: datetime, until: datetime) -> set[Key]:
    """Those that stand in for an occurrence of which the window no longer tells."""
    occurs = {(person, starts) for person, starts, _, _ in told}
    return {
        key
        for key, rows in stored.items()
        for one in (row.override for row in rows)
        if one is not None
        and one.to_person_id is not None
        and (one.person_id, one.starts) not in occurs
        and not since <= one.starts < until
    }


def _told(calendar: ShiftCalendar, found: Iterable[ShiftInterval]) -> tuple[set[Key], list[str]]:
    """What the calendar itself says, person by person, and what of it could not be used."""
    found = list(found)
    who = _Who(calendar, found)
    posts = posts_of(list(SavedArea.objects.filter(realm=calendar.realm)))
    told: set[Key] = set()
    wrong: Counter[str] = Counter()
    for shift in found:
        if shift.end - shift.start > LONGEST_SHIFT:
            wrong[f"event {shift.summary[:60]!r} lasts longer than {LONGEST_SHIFT.days} days"] += 1
            continue
        people, why = who.named(shift)
        if why:
            wrong[why] += 1
        post = post_of(shift, posts) or calendar.post
        told |= {(pk, shift.start, shift.end, post.pk if post is not None else None) for pk in people}
    remarks = [f"{why}{f' ({count} times)' if count > 1 else ''}" for why, count in wrong.most_common(_MOST_REMARKS)]
    return told, remarks


def _overridden(calendar: ShiftCalendar, told: set[Key]) -> tuple[set[Key], dict[Key, int]]:
    """What holds once what people changed by hand is taken into account, and which of it they changed."""
    changed = {(one.person_id, one.starts): one for one in calendar.overrides.all()}
    wanted: set[Key] = set()
    overrides: dict[Key, int] = {}
    for key in told:
        one = changed.get((key[0], key[1]))
        if one is None:
            wanted.add(key)
        elif one.to_person_id is not None and one.to_starts is not None and one.to_ends is not None:
            instead = (one.to_person_id, one.to_starts, one.to_ends, one.to_post_id)
            wanted.add(instead)
            overrides[instead] = one.pk
    return wanted, overrides


class _Who:
    """Whom an event names, among the active people whom the calendar can tell of."""

    def __init__(self, calendar: ShiftCalendar, found: Sequence[ShiftInterval]) -> None:
        self._by = calendar.by
        self._owner = calendar.person if calendar.person is None or calendar.person.active else None
        people = Person.objects.filter(realm=calendar.realm, active=True)
        if calendar.unit is not None:
            people = people.filter(unit__in=_with_below(calendar.unit))
        self._known: dict[str, set[int]] = {}
        if self._by in ("attendee", "organizer"):
            addresses = {address for shift in found for address in (*shift.attendees, shift.organizer) if address}
            points = ContactPoint.objects.filter(channel=MAIL, person__in=people).annotate(lower=Lower("address"))
            for address, pk in points.filter(lower__in=addresses).values_list("lower", "person_id"):
                self._known.setdefault(address, set()).add(pk)
        elif self._by != "owner":
            for pk, code, name in people.values_list("pk", "code", "name"):
                self._known.setdefault(code.casefold(), set()).add(pk)
                if self._by == "summary":
                    self._known.setdefault(" ".join(name.casefold().split()), set()).add(pk)

    def named(self, shift: ShiftInterval) -> tuple[set[int], str]:
        """The people, and what was wrong."""
        if self._by == "owner":
            return ({self._owner.pk}, "") if self._owner is not None else (set(), "whose calendar it is has left")
        found: set[int] = set()
        why = ""
        told = list(self._told(shift))
        for text in told:
            people = self._known.get(text, set())
            if len(people) == 1:
                found |= people
            elif self._by != "summary":
                why = f"{text[:80]!r} is {'more than one' if people else 'nobody'} of those whom it can tell of"
        if not found and not why:
            what = {"attendee": "names nobody who is invited", "organizer": "names no organizer"}.get(self._by)
            why = f"event {shift.summary[:60]!r} {what or 'names nobody'}"
        return found, why

    def _told(self, shift: ShiftInterval) -> Iterable[str]:
        """What may name somebody, as names are compared."""
        if self._by == "attendee":
            return shift.attendees
        if self._by == "organizer":
            return filter(None, [shift.organizer])
        if self._by == "summary":
            parts = re.split(r"[:,;/|()]|\s[-\u2013\u2014]\s", shift.summary)
            return {" ".join(part.casefold().split()) for part in (shift.summary, *parts)} - {""}
        return [value.strip().casefold() for name, value in shift.marks if name == self._by]


def _with_below(unit: Unit) -> set[int]:
    found, edge = {unit.pk}, [unit.pk]
    while edge:
        edge = [pk for pk in Unit.objects.filter(parent__in=edge).values_list("pk", flat=True) if pk not in found]
        found.update(edge)
    return found


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


def _touch(people: set[int]) -> None:
    some = sorted(people)
    for at in range(0, len(some), 1_000):
        Person.objects.filter(pk__in=some[at : at + 1_000]).update(changed_at=clock.now())


def _log(by: str, kind: str, calendar: ShiftCalendar, body: dict[str, object]) -> None:
    append(kind, actor=by, subject=f"calendar:{calendar.pk}", realm=calendar.realm, body=body)
