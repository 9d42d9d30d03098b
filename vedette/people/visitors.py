"""Visitors and contractors without an account: warned while they are here, dropped when their time is over.

A visitor who has left is erased a month later; what they were sent stays provable, as of anybody who is erased.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Role, Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.contact import checked_address
from vedette.people.erasing import purge_person
from vedette.people.leaving import end_places
from vedette.people.models import ContactPoint, Person
from vedette.people.provisioning import Address

#: The longest that somebody is here without being said to be here anew.
LONGEST = {Person.Kind.VISITOR: timedelta(days=31), Person.Kind.CONTRACTOR: timedelta(days=400)}
#: How long a visitor who has left is remembered.
REMEMBERED = timedelta(days=30)
_AT_ONCE = 500


def take_in_guest(
    actor: Actor,
    name: str,
    host: Person,
    until: datetime,
    *,
    kind: str = Person.Kind.VISITOR,
    contacts: Iterable[Address] = (),
    region: str | None = None,
    language: str = "",
) -> Person:
    """A visitor or contractor is here, in their host's unit, and is reached at these addresses (channel, address).

    Raises Refused, and BadInput naming the field.
    """
    check(actor, Verb.KEEP_ROSTER)
    name = " ".join(name.split())
    if not name or len(name) > 200 or not name.isprintable():
        raise BadInput("name", "must be one line of 1 to 200 characters")
    if kind not in LONGEST:
        raise BadInput("kind", f"{kind!r} is none; give visitor or contractor")
    _refuse_bad_end(kind, until)
    points = list(dict.fromkeys((channel, checked_address(channel, text, region)) for channel, text in contacts))
    if not points:
        raise BadInput("address", "give at least one address; nobody can be warned without")
    with transaction.atomic():
        host = Person.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=host.pk)
        check(actor, Verb.KEEP_ROSTER, host)
        if not host.active:
            raise BadInput("host", "has left; name somebody who is here")
        guest = Person.objects.create(
            realm=actor.realm.value,
            code=f"{kind}-{secrets.token_hex(4)}",
            name=name,
            unit=host.unit,
            host=host,
            kind=kind,
            valid_until=until,
            language=language or host.language,
            zone=host.zone,
            handling=host.handling,
            need_to_know=host.need_to_know,
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        ContactPoint.objects.bulk_create(
            ContactPoint(person=guest, channel=channel, address=address, rank=rank)
            for rank, (channel, address) in enumerate(points)
        )
        _log(actor.ref, "guest.here", guest)
    return guest


def stay_until(actor: Actor, guest: Person, until: datetime) -> Person:
    """A visitor or contractor stays longer, or less long. Raises Refused, BadInput."""
    check(actor, Verb.KEEP_ROSTER, guest)
    if guest.kind not in LONGEST or not guest.active:
        raise BadInput("person", "is no visitor or contractor who is here")
    _refuse_bad_end(guest.kind, until)
    with transaction.atomic():
        Person.objects.filter(pk=guest.pk).update(valid_until=until, changed_at=clock.now())
        guest.refresh_from_db()
        _log(actor.ref, "guest.here", guest)
    return guest


def guests_for(actor: Actor) -> Sequence[Person]:
    """Visitors and contractors who are here, as far as the actor may see them, the first to go first."""
    found = visible(actor, Person.objects.filter(active=True).exclude(kind=Person.Kind.STAFF), Verb.SEE_PEOPLE)
    return list(found.select_related("unit", "host").prefetch_related("contact_points").order_by("valid_until", "pk"))


def drop_overdue(now: datetime) -> int:
    """Those whose time is over have left; visitors who left long ago are erased. How many. The asker calls this."""
    return _drop(now) + _erase(now)


def _drop(now: datetime) -> int:
    over = Person.objects.filter(active=True, valid_until__lte=now).exclude(kind=Person.Kind.STAFF)
    if not over.exists():
        return 0
    with transaction.atomic():
        guests = list(over.select_for_update(of=("self",), no_key=True)[:_AT_ONCE])
        end_places([guest.pk for guest in guests])
        for guest in guests:
            _log(f"person:{guest.pk}", "guest.gone", guest)
    return len(guests)


def _erase(now: datetime) -> int:
    gone = Person.objects.filter(active=False, kind=Person.Kind.VISITOR, changed_at__lte=now - REMEMBERED)
    # Nobody may see, and so nobody may erase, what is kept from everybody.
    erased = list(gone.exclude(code__startswith="purged-").exclude(need_to_know="")[:_AT_ONCE])
    for guest in erased:
        purge_person(_house(guest), guest)
    return len(erased)


def _house(guest: Person) -> Actor:
    """The house itself, which keeps its rule on how long visitors are remembered."""
    return Actor(
        ref="house:visitors",
        name="visitors",
        roles=frozenset({Role.ADMINISTRATOR}),
        clearance=Tlp.RED,
        compartments=frozenset(filter(None, (guest.need_to_know or "").split("|"))),
        realm=Realm(guest.realm),
        scopes=frozenset({Verb.KEEP_ROSTER}),
    )


def _refuse_bad_end(kind: str, until: datetime) -> None:
    now, longest = clock.now(), LONGEST[Person.Kind(kind)]
    if until.tzinfo is None:
        raise BadInput("until", "needs a time zone or offset")
    if not now < until <= now + longest:
        raise BadInput("until", f"must lie ahead, by {longest.days} days at most")


def _log(by: str, kind: str, guest: Person) -> None:
    body = {"kind": guest.kind, "host": guest.host_id, "until": clock.rfc3339(guest.valid_until or clock.now())}
    append(kind, actor=by, subject=f"person:{guest.pk}", realm=guest.realm, body=body)
