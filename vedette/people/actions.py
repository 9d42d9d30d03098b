"""The verbs of people: the only code that changes the roster.

Each is one transaction: it asks the policy, changes, and appends to the ledger last; entries hold ids, never names.
Some have files of their own and are called from here like the rest: `positions.py`, `importing.py`, `wardens.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.contact import checked_address
from vedette.people.erasing import purge_person
from vedette.people.ground import ground_of
from vedette.people.importing import ShrinkRefused, import_roster
from vedette.people.leaving import end_places
from vedette.people.models import ContactPoint, Duty, Person, SavedArea, Unit
from vedette.people.positions import (
    NoConsent,
    drop_old_positions,
    is_own,
    record_position,
    record_positions,
    set_consent,
)
from vedette.people.queries import areas_for
from vedette.people.quiet import checked_zone, parse_hours
from vedette.people.shifts import add_shift, end_shift, import_shifts, remove_shift, replace_shift
from vedette.people.wardens import set_wardens, set_wardens_of
from vedette.places.geometry import BadGeometry, geojson_of

__all__ = [
    "NoConsent",
    "ShrinkRefused",
    "add_contact_point",
    "add_shift",
    "deactivate_person",
    "drop_old_positions",
    "end_shift",
    "import_roster",
    "import_shifts",
    "keep_area",
    "keep_person",
    "keep_quiet_hours",
    "keep_unit",
    "link_user",
    "move_person",
    "purge_person",
    "record_position",
    "record_positions",
    "remove_shift",
    "replace_shift",
    "set_consent",
    "set_wardens",
    "set_wardens_of",
    "verify_contact_point",
]


def keep_area(actor: Actor, *, code: str, name: str, geometry: object, handling: Tlp | None = None) -> SavedArea:
    """Make or change the saved area with this code. Raises BadInput, Refused."""
    check(actor, Verb.KEEP_ROSTER)
    try:
        ground = geojson_of(ground_of(actor, geometry))
    except BadGeometry as error:
        raise BadInput("geometry", str(error)) from error
    with transaction.atomic():
        known = SavedArea.objects.select_for_update(no_key=True)
        area = known.filter(realm=actor.realm.value, code=_code(code)).first()
        if area is None:
            area = SavedArea(realm=actor.realm.value, code=_code(code), created_at=clock.now())
        else:
            check(actor, Verb.KEEP_ROSTER, area)
        area.name, area.geometry = _line("name", name), ground
        area.handling = (handling or Tlp(area.handling)).value
        area.save()
        _touch(Person.objects.filter(Q(unit__area=area) | Q(home=area)).values_list("pk", flat=True))
        _log(actor, "area.kept", f"area:{area.pk}", {"handling": area.handling})
    return area


def keep_unit(
    actor: Actor,
    *,
    code: str,
    name: str,
    parent: Unit | None = None,
    area: SavedArea | None = None,
    supervisor: Person | None = None,
    handling: Tlp | None = None,
) -> Unit:
    """Make the unit with this code, or change it to what is given; its handling stays when none is.

    Raises BadInput when it would be below itself, and Refused.
    """
    check(actor, Verb.KEEP_ROSTER)
    for record in (parent, area, supervisor):
        if record is not None:
            check(actor, Verb.KEEP_ROSTER, record)
    if supervisor is not None and not supervisor.active:
        raise BadInput("supervisor", "is not active; name somebody who is")
    with transaction.atomic():
        # All of them: two who put units below each other at once must not both find no loop.
        units = list(Unit.objects.select_for_update(no_key=True).filter(realm=actor.realm.value).order_by("pk"))
        unit = {one.code: one for one in units}.get(_code(code))
        if unit is None:
            unit = Unit(realm=actor.realm.value, code=_code(code), created_at=clock.now())
        else:
            check(actor, Verb.KEEP_ROSTER, unit)
            _refuse_loop(unit, parent, units)
        unit.name, unit.parent, unit.area, unit.supervisor = _line("name", name), parent, area, supervisor
        unit.handling = (handling or Tlp(unit.handling)).value
        unit.save()
        _touch(Person.objects.filter(unit__in=_below(unit)).values_list("pk", flat=True))
        _log(
            actor,
            "unit.kept",
            f"unit:{unit.pk}",
            {"parent": unit.parent_id, "area": unit.area_id, "supervisor": unit.supervisor_id},
        )
    return unit


def keep_person(
    actor: Actor,
    *,
    code: str,
    name: str,
    unit: Unit,
    duties: Iterable[Duty] | None = None,
    language: str | None = None,
    quiet: str | None = None,
    zone: str | None = None,
    home: str | None = None,
    handling: Tlp | None = None,
) -> Person:
    """Take in or change the person with this code; what is not given stays as it is.

    `home` is the code of the saved area they live in; "" takes it away. `quiet` are their quiet hours, as
    "22:00-06:00", by the clock of `zone`; "" takes them, or the zone, away. Somebody who had left is active again, but
    their login is not.
    """
    check(actor, Verb.KEEP_ROSTER)
    check(actor, Verb.KEEP_ROSTER, unit)
    hours = parse_hours(quiet) if quiet is not None else None
    zone = checked_zone(zone) if zone is not None else None
    lives = areas_for(actor).filter(code=home).first() if home else None
    if home and lives is None:
        raise BadInput("home", f"no saved area has the code {home!r}, or none that you may see")
    code = code.strip()
    if not code or len(code) > 60 or not code.isprintable() or " " in code:
        raise BadInput("code", "must be 1 to 60 characters without spaces")
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).filter(realm=actor.realm.value, code=code).first()
        if person is None:
            person = Person(realm=actor.realm.value, code=code, created_at=clock.now())
        else:
            check(actor, Verb.KEEP_ROSTER, person)
        person.name, person.unit, person.active, person.changed_at = _line("name", name), unit, True, clock.now()
        person.handling = (handling or Tlp(person.handling)).value
        if language is not None:
            person.language = _line("language", language)[:20]
        if quiet is not None:
            person.quiet_from, person.quiet_to = hours or (None, None)
        if zone is not None:
            person.zone = zone
        if home is not None:
            person.home = lives
        person.save()
        if duties is not None:
            person.duties.set(duties)
        _log(
            actor,
            "person.kept",
            f"person:{person.pk}",
            {"unit": unit.pk, "duties": sorted(person.duties.values_list("pk", flat=True))},
        )
    return person


def keep_quiet_hours(actor: Actor, person: Person, quiet: str, zone: str) -> Person:
    """Set a person's quiet hours, as "22:00-06:00" by the clock of `zone`; "" is none, or the organisation's zone.

    They may do so by their own login. Raises BadInput, Refused.
    """
    hours, zone = parse_hours(quiet), checked_zone(zone)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        if not is_own(actor, person):
            check(actor, Verb.KEEP_ROSTER, person)
        (person.quiet_from, person.quiet_to), person.zone = hours or (None, None), zone
        person.save(update_fields=["quiet_from", "quiet_to", "zone"])
        _log(actor, "person.quiet_hours", f"person:{person.pk}", {"set": hours is not None})
    return person


def move_person(actor: Actor, person: Person, unit: Unit) -> Person:
    """Put a person into another unit."""
    with transaction.atomic():
        person = _locked(actor, person)
        check(actor, Verb.KEEP_ROSTER, unit)
        before, person.unit, person.changed_at = person.unit_id, unit, clock.now()
        person.save(update_fields=["unit", "changed_at"])
        _log(actor, "person.moved", f"person:{person.pk}", {"from": before, "to": unit.pk})
    return person


def link_user(actor: Actor, person: Person, user: User | None) -> Person:
    """Say which login is this person's; it ends when they leave. Asks for Verb.ADMINISTER beside the roster's."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        person = _locked(actor, person)
        if user is not None and Person.objects.filter(user=user).exclude(pk=person.pk).exists():
            raise BadInput("user", "is linked to another person; unlink it there first")
        person.user, person.changed_at = user, clock.now()
        person.save(update_fields=["user", "changed_at"])
        _log(actor, "person.linked", f"person:{person.pk}", {"user": user.pk if user else None})
    return person


def deactivate_person(actor: Actor, person: Person) -> Person:
    """Somebody leaves: no warning reaches them from now on, and their login and tokens end at once."""
    with transaction.atomic():
        person = _locked(actor, person)
        end_places([person.pk])
        _log(actor, "person.deactivated", f"person:{person.pk}", {"user": person.user_id})
    person.refresh_from_db()
    return person


def add_contact_point(
    actor: Actor, person: Person, channel: str, address: str, rank: int = 0, region: str | None = None
) -> ContactPoint:
    """Give a person a further address, not verified yet. Raises BadInput when it is not one of that channel's."""
    address = checked_address(channel, address, region)
    if not 0 <= rank <= 1000:
        raise BadInput("rank", "must be 0 to 1000; the lowest is tried first")
    with transaction.atomic():
        person = _locked(actor, person)
        _refuse_inactive(person)
        if person.contact_points.filter(channel=channel, address=address).exists():
            raise BadInput("address", "the person has this contact point already")
        point = ContactPoint.objects.create(person=person, channel=channel, address=address, rank=rank)
        _touch([person.pk])
        _log(actor, "contact.added", f"person:{person.pk}", {"contact_point": point.pk, "channel": channel})
    return point


def verify_contact_point(actor: Actor | None, point: ContactPoint) -> ContactPoint:
    """Note that what is sent there reaches the person. Without an actor the person has shown it: they answered."""
    with transaction.atomic():
        locked = ContactPoint.objects.select_for_update(of=("self",), no_key=True)
        point = locked.select_related("person").get(pk=point.pk)
        if actor is not None:
            check(actor, Verb.KEEP_ROSTER, point.person)
        if point.verified_at is not None:
            return point
        point.verified_at = clock.now()
        point.save(update_fields=["verified_at"])
        _touch([point.person_id])
        append(
            "contact.verified",
            actor=actor.ref if actor is not None else f"person:{point.person_id}",
            subject=f"person:{point.person_id}",
            realm=point.person.realm,
            body={"contact_point": point.pk},
        )
    return point


def _locked(actor: Actor, person: Person) -> Person:
    """The person as stored now, locked, once the policy has agreed."""
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    check(actor, Verb.KEEP_ROSTER, person)
    return person


def _refuse_inactive(person: Person) -> None:
    if not person.active:
        raise BadInput("person", "has left; take them in again first")


def _refuse_loop(unit: Unit, parent: Unit | None, units: Iterable[Unit]) -> None:
    parents = {one.pk: one.parent_id for one in units}
    above = parent.pk if parent is not None else None
    while above is not None:
        if above == unit.pk:
            raise BadInput("parent", "a unit cannot be below itself")
        above = parents.get(above)


def _below(unit: Unit) -> set[int]:
    """The unit and all below it."""
    found, edge = {unit.pk}, [unit.pk]
    while edge:
        edge = [pk for pk in Unit.objects.filter(parent__in=edge).values_list("pk", flat=True) if pk not in found]
        found.update(edge)
    return found


def _code(code: str) -> str:
    code = code.strip()
    if not code or len(code) > 50 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in code):
        raise BadInput("code", "must be 1 to 50 letters, digits, - and _")
    return code


def _line(field: str, text: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > 200 or not text.isprintable():
        raise BadInput(field, "must be one line of 1 to 200 characters")
    return text


def _touch(people: Iterable[int]) -> None:
    """Let a standing audience look at these people again."""
    Person.objects.filter(pk__in=people).update(changed_at=clock.now())


def _log(actor: Actor, kind: str, subject: str, body: dict[str, Any]) -> None:
    append(kind, actor=actor.ref, subject=subject, realm=Realm(actor.realm).value, body=body)
