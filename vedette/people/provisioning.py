"""One person as a directory tells them: taken in, changed or renamed, with the addresses that the directory gave."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people.models import ContactPoint, Duty, Person, Unit
from vedette.people.moving import hold_move, release_move, too_many_move
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
    #: Units that nobody loses by leaving them: of those whose own is not known.
    limbo: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class Brought:
    """Somebody who is now as they are told, and what that changed."""

    person: Person
    #: To be entered in the ledger; None: nothing has changed.
    change: Change | None = None
    #: The unit that they were in, if they are in another one now; None too for somebody new.
    moved_from: int | None = None
    #: Duties that they have no more.
    duties_lost: frozenset[int] = frozenset()
    #: Whether they would have lost a unit or a duty, and stay until a person says so.
    held: bool = False


def take_told(actor: Actor, person: Person | None, told: Told, source: str) -> Person:
    """Bring somebody into line with what is told of them; a new person when there is none. They are active again.

    If they would lose a unit or a duty, and too many have in a day, they stay there until a person confirms. Raises
    Refused, and BadInput when another has the code already.
    """
    with transaction.atomic():
        if person is not None:
            person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        held = person is not None and loses_by(person, told) and too_many_move(actor.realm, 1)
        brought = bring(actor, person, told, source, held=held)
        if brought.change is not None:
            append_many([brought.change])
    return brought.person


def loses_by(person: Person, told: Told) -> bool:
    """Whether what is told takes somebody out of a unit that is theirs, or out of a duty."""
    if not person.active:
        return False
    moves = person.unit_id != told.unit.pk and person.unit_id not in told.limbo
    return moves or bool(_lost(person, told))


def bring(actor: Actor, person: Person | None, told: Told, source: str, *, held: bool) -> Brought:
    """As `take_told`, for one of many whose rows are locked; `held` if they are to stay where they lose something.

    Part of a larger action, which enters the change. Raises as `take_told` does, and then nothing is changed.
    """
    check(actor, Verb.KEEP_ROSTER)
    check(actor, Verb.KEEP_ROSTER, told.unit)
    if person is not None:
        check(actor, Verb.KEEP_ROSTER, person)
    others = Person.objects.filter(realm=actor.realm.value, code=told.code)
    if (others if person is None else others.exclude(pk=person.pk)).exists():
        raise BadInput("code", f"{told.code!r} is another person's")
    before, lost = (None, frozenset[int]()) if person is None else (person.unit_id, _lost(person, told))
    held = held and person is not None and loses_by(person, told)
    if held and person is not None:
        hold_move(person, told.unit, lost, source)
        told, lost = replace(told, unit=person.unit, duties={*told.duties, *lost}), frozenset()
    elif person is not None and hasattr(person, "held_move"):
        release_move(person)
    if person is not None and _is_as(person, told):
        return Brought(person=person, held=held)
    found = person if person is not None else Person(realm=actor.realm.value, created_at=clock.now())
    if person is not None and not held and loses_by(person, told):
        found.moved_at = clock.now()
    found.code, found.name, found.unit = told.code, told.name, told.unit
    found.active, found.changed_at = True, clock.now()
    found.language = told.language if told.language is not None else found.language
    found.zone = told.zone if told.zone is not None else found.zone
    found.save()
    release(found)
    _set_duties(found, told)
    _set_contacts(found, told)
    body = {"unit": found.unit_id, "duties": sorted(found.duties.values_list("pk", flat=True))}
    return Brought(
        person=found,
        change=Change(kind="person.kept", actor=actor.ref, subject=f"person:{found.pk}", realm=found.realm, body=body),
        moved_from=before if before != found.unit_id else None,
        duties_lost=lost,
        held=held,
    )


def _lost(person: Person, told: Told) -> frozenset[int]:
    """The duties that they have and that what is told takes away."""
    if not (taken := set(told.duties_of_its_own) - set(told.duties)):
        return frozenset()
    return frozenset(duty.pk for duty in person.duties.all() if duty.pk in taken)


def _is_as(person: Person, told: Told) -> bool:
    """Whether there is nothing to change, so that nobody need look at them again."""
    if not person.active or hasattr(person, "held") or _lost(person, told):
        return False
    if set(told.duties) - {duty.pk for duty in person.duties.all()}:
        return False
    if set(told.contacts_before) - set(told.contacts):
        return False
    points = {(point.channel, point.address): point.rank for point in person.contact_points.all()}
    if any(points.get(address) != rank for rank, address in enumerate(told.contacts)):
        return False
    said = (told.code, told.name, told.unit.pk, told.language or person.language, _or(told.zone, person.zone))
    return said == (person.code, person.name, person.unit_id, person.language, person.zone)


def _or(said: str | None, stored: str) -> str:
    return stored if said is None else said


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
