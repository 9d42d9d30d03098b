"""Erasing somebody who has left: who they were is gone, what they were sent stays provable."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people.models import Person, Position, ShiftOverride


def purge_person(actor: Actor, person: Person) -> Person:
    """Erase what is known of somebody who has left. What they were sent stays provable; who they were is gone."""
    with transaction.atomic():
        change = erase(actor, person)
        append_many([change])
    person.refresh_from_db()
    return person


def erase(actor: Actor, person: Person) -> Change:
    """As `purge_person`; part of a larger action, which enters what is given back once all else is done.

    Last, since others hold deliveries to these addresses while they wait for the ledger.
    """
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    check(actor, Verb.KEEP_ROSTER, person)
    if person.active:
        raise BadInput("person", "is still active; deactivate them first")
    person.phones.all().delete()
    person.contact_points.all().delete()
    person.shifts.all().delete()
    person.calendars.all().delete()
    ShiftOverride.objects.filter(Q(person=person) | Q(to_person=person)).delete()
    person.duties.clear()
    Position.objects.filter(person=person).delete()
    person.code, person.name, person.language, person.user = f"purged-{person.pk}", "(erased)", "en-US", None
    person.position_consent, person.changed_at = False, clock.now()
    person.quiet_from = person.quiet_to = None
    person.zone, person.home, person.host, person.valid_until = "", None, None, None
    person.save()
    return Change(kind="person.purged", actor=actor.ref, subject=f"person:{person.pk}", realm=person.realm, body={})
