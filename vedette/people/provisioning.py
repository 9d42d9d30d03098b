"""One person as a directory tells them: taken in, changed or renamed, with the addresses that the directory gave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import ContactPoint, Duty, Person, Unit
from vedette.people.shrinking import release

Address = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a directory says of somebody."""

    code: str
    name: str
    unit: Unit
    #: None: it says nothing of it that can be used.
    language: str | None = None
    zone: str | None = None
    #: Duties that it gives, among those that it has a say in; others are left alone.
    duties: Collection[int] = ()
    duties_of_its_own: Collection[int] = ()
    #: Channel and address, in the order in which they are tried; and what it gave before, which goes if it is not here.
    contacts: tuple[Address, ...] = ()
    contacts_before: tuple[Address, ...] = ()


def take_told(actor: Actor, person: Person | None, told: Told) -> Person:
    """Bring somebody into line with what is told of them; a new person when there is none. They are active again.

    Raises Refused, and BadInput when another has the code already.
    """
    check(actor, Verb.KEEP_ROSTER)
    check(actor, Verb.KEEP_ROSTER, told.unit)
    with transaction.atomic():
        known = Person.objects.select_for_update(of=("self",), no_key=True).filter(realm=actor.realm.value)
        if person is None:
            found = Person(realm=actor.realm.value, created_at=clock.now())
        else:
            found = known.get(pk=person.pk)
            check(actor, Verb.KEEP_ROSTER, found)
        if known.filter(code=told.code).exclude(pk=found.pk).exists():
            raise BadInput("code", f"{told.code!r} is another person's")
        found.code, found.name, found.unit = told.code, told.name, told.unit
        found.active, found.changed_at = True, clock.now()
        if told.language is not None:
            found.language = told.language
        if told.zone is not None:
            found.zone = told.zone
        found.save()
        release(found)
        _set_duties(found, told)
        _set_contacts(found, told)
        append(
            "person.kept",
            actor=actor.ref,
            subject=f"person:{found.pk}",
            realm=found.realm,
            body={"unit": found.unit_id, "duties": sorted(found.duties.values_list("pk", flat=True))},
        )
    return found


def _set_duties(person: Person, told: Told) -> None:
    if told.duties_of_its_own:
        person.duties.remove(*Duty.objects.filter(pk__in=set(told.duties_of_its_own) - set(told.duties)))
    person.duties.add(*Duty.objects.filter(pk__in=told.duties))


def _set_contacts(person: Person, told: Told) -> None:
    """Those that stay keep their verification; what somebody else added stays."""
    points = {(point.channel, point.address): point for point in person.contact_points.all()}
    for gone in set(told.contacts_before) - set(told.contacts):
        if gone in points:
            points.pop(gone).delete()
    for rank, (channel, address) in enumerate(told.contacts):
        point = points.get((channel, address))
        if point is None:
            ContactPoint.objects.create(person=person, channel=channel, address=address, rank=rank)
        elif point.rank != rank:
            point.rank = rank
            point.save(update_fields=["rank"])
