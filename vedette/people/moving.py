"""Many taken out of their units or duties at once are more often a mistake than a fact: they stay until a person says.

A group that is renamed, emptied or deleted where the roster comes from would take its people out of every audience
that asks for its unit. How many may go without a word is said in `shrinking.py`; whoever joins one loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people.models import HeldMove, Person, Unit
from vedette.people.shrinking import FEWEST, TOGETHER, shrink_limit

#: People settled in one transaction, so that nobody else waits long.
_AT_ONCE = 500


@dataclass(frozen=True)
class HeldWay:
    """How many are held from one unit to another; the same unit twice: they would lose a duty alone."""

    before: Unit
    after: Unit
    people: int


def too_many_move(realm: Realm, more: int) -> bool:
    """Whether so many more would be too many to lose a unit or a duty within a day."""
    since = clock.now() - TOGETHER
    # As for leaving: visitors and contractors come and go.
    staff = Person.objects.filter(realm=realm.value, kind=Person.Kind.STAFF, active=True)
    lately = staff.filter(moved_at__gte=since).count()
    lately += HeldMove.objects.filter(person__realm=realm.value, at__gte=since).count()
    return lately + more > max(FEWEST, shrink_limit() * staff.count())


def hold_move(person: Person, unit: Unit, duties_lost: Collection[int], source: str) -> None:
    """Note where somebody is said to belong. Part of a larger action."""
    held, new = HeldMove.objects.get_or_create(
        person=person, defaults={"unit": unit, "source": source, "at": clock.now()}
    )
    if not new and held.unit_id != unit.pk:
        held.unit = unit
        held.save(update_fields=["unit"])
    held.duties_lost.set(duties_lost)


def release_move(person: Person) -> None:
    """They are said to belong where they are, or have been moved by another way. Part of a larger action."""
    HeldMove.objects.filter(person=person).delete()


def held_moves_for(actor: Actor) -> QuerySet[HeldMove]:
    """Those who are held where they are, as far as the actor may see them, the longest first."""
    found = HeldMove.objects.select_related("person__unit", "unit").prefetch_related("duties_lost")
    return visible(actor, found, Verb.SEE_PEOPLE, through="person").order_by("at", "person__code")


def held_ways_for(actor: Actor) -> Sequence[HeldWay]:
    """How many of them are held from where to where, most first."""
    counted = Counter(held_moves_for(actor).order_by().values_list("person__unit", "unit"))
    units = Unit.objects.in_bulk({pk for pair in counted for pk in pair})
    return [HeldWay(units[before], units[after], people) for (before, after), people in counted.most_common()]


def settle_moves(actor: Actor, codes: Collection[str] | None, *, moved: bool) -> int:
    """Say of people who are held that they have moved, or that they stay; None: of all of them. How many.

    All are looked up before any is changed. Raises Refused, and BadInput naming a code that is not held.
    """
    check(actor, Verb.KEEP_ROSTER)
    rows = visible(actor, HeldMove.objects.select_related("person", "unit"), Verb.KEEP_ROSTER, through="person")
    found = {row.person.code: row.person_id for row in rows if codes is None or row.person.code in codes}
    for missing in sorted(set(codes or ()) - set(found)):
        raise BadInput("people", f"nobody of the code {missing!r} is held, or nobody whom you may change")
    for unit in {row.unit for row in rows if row.person.code in found}:
        check(actor, Verb.KEEP_ROSTER, unit)
    people = sorted(found.values())
    return sum(_settle(actor, people[at : at + _AT_ONCE], moved) for at in range(0, len(people), _AT_ONCE))


def _settle(actor: Actor, people: Sequence[int], moved: bool) -> int:
    now, changes = clock.now(), []
    with transaction.atomic():
        locked = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people).order_by("pk")
        by_id = {person.pk: person for person in locked}
        rows = HeldMove.objects.filter(person__in=by_id).prefetch_related("duties_lost").order_by("person")
        settled = list(rows)
        for row in settled:
            person = by_id[row.person_id]
            lost = sorted(duty.pk for duty in row.duties_lost.all())
            body = {"from": person.unit_id, "to": row.unit_id, "duties_lost": lost}
            if moved:
                person.unit_id, person.changed_at = row.unit_id, now
                person.duties.remove(*lost)
            changes.append(
                Change(
                    kind="person.moved" if moved else "person.move_held_back",
                    actor=actor.ref,
                    subject=f"person:{person.pk}",
                    realm=person.realm,
                    body=body,
                )
            )
        if moved:
            Person.objects.bulk_update([by_id[row.person_id] for row in settled], ["unit", "changed_at"])
        HeldMove.objects.filter(pk__in=[row.pk for row in settled]).delete()
        append_many(changes)
    return len(settled)
