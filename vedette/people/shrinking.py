"""Many leaving at once is more often a mistake than a fact: how many may go before a person says that it is meant.

Whoever is held stays in every audience; what they could open with a login is closed at once all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people.erasing import erase
from vedette.people.leaving import end_access, end_places
from vedette.people.models import HeldLeaver, Organisation, Person

#: The share of the active people that may leave without a person's word, unless the organisation says otherwise.
USUAL_SHRINK_PERCENT = 10
#: So many may leave one by one in a day however small the roster is.
FEWEST = 3
#: Over how long those who leave one by one are counted together.
TOGETHER = timedelta(days=1)


def shrink_limit() -> float:
    """The largest share of the active people that may leave without a person saying so."""
    percent = Organisation.objects.values_list("shrink_percent", flat=True).first()
    return (USUAL_SHRINK_PERCENT if percent is None else percent) / 100


def leave_or_hold(actor: Actor, person: Person, source: str) -> bool:
    """Whether somebody has left now; if too many have in a day they are held until a person confirms.

    Their login, tokens and sessions end now either way. Raises Refused.
    """
    with transaction.atomic():
        left, changes = leave(actor, person, source)
        append_many(changes)
    return left


def leave(actor: Actor, person: Person, source: str) -> tuple[bool, list[Change]]:
    """As `leave_or_hold`; part of a larger action, which enters what is given back once all else is done."""
    check(actor, Verb.KEEP_ROSTER, person)
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if not person.active or hasattr(person, "held"):
        return not person.active, []
    if _too_many(Realm(person.realm)):
        end_access([person.pk])
        HeldLeaver.objects.create(person=person, source=source, at=clock.now())
        return False, [_entry(actor, "person.held", person)]
    end_places([person.pk])
    return True, [_entry(actor, "person.deactivated", person)]


def erase_when_left(person: Person) -> None:
    """Somebody held is to be erased, too, once a person confirms that they have left. Part of a larger action."""
    HeldLeaver.objects.filter(person=person).update(erase=True)


def release(person: Person) -> None:
    """Somebody held is here after all, or gone by another way. Part of a larger action."""
    HeldLeaver.objects.filter(person=person).delete()


def held_for(actor: Actor) -> Sequence[HeldLeaver]:
    """Those who are held, as far as the actor may see them, the longest first."""
    found = visible(actor, HeldLeaver.objects.select_related("person__unit"), Verb.SEE_PEOPLE, through="person")
    return list(found.order_by("at", "person__code"))


def settle_leavers(actor: Actor, codes: Collection[str], *, left: bool) -> int:
    """Say of people who are held that they have left, or that they are still here; how many. All of them or none.

    Raises Refused, and BadInput naming a code that is not held.
    """
    check(actor, Verb.KEEP_ROSTER)
    with transaction.atomic():
        rows = list(
            visible(actor, HeldLeaver.objects.select_for_update(of=("self",)), Verb.KEEP_ROSTER, through="person")
            .filter(person__code__in=codes)
            .select_related("person")
        )
        for missing in sorted(set(codes) - {row.person.code for row in rows}):
            raise BadInput("people", f"nobody of the code {missing!r} is held, or nobody whom you may change")
        if left:
            end_places([row.person_id for row in rows])
        changes = []
        for row in rows:
            changes.append(_entry(actor, "person.deactivated" if left else "person.held_back", row.person))
            if left and row.erase:
                changes.append(erase(actor, row.person))
        HeldLeaver.objects.filter(pk__in=[row.pk for row in rows]).delete()
        append_many(changes)
    return len(rows)


def _too_many(realm: Realm) -> bool:
    # Visitors and contractors come and go; that says nothing of the roster.
    people = Person.objects.filter(realm=realm.value, kind=Person.Kind.STAFF)
    active = people.filter(active=True).count()
    left = people.filter(active=False, changed_at__gte=clock.now() - TOGETHER).count()
    return left + 1 > max(FEWEST, shrink_limit() * (active + left))


def _entry(actor: Actor, kind: str, person: Person) -> Change:
    body = {"user": person.user_id}
    return Change(kind=kind, actor=actor.ref, subject=f"person:{person.pk}", realm=person.realm, body=body)
