"""Whose supervisor somebody is: of the people of a unit, and of those of the units below it."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.people.models import Person, Unit


def supervised_by(actor: Actor) -> set[int]:
    """The units whose supervisor the actor is."""
    if actor.user_id is None:
        return set()
    return set(
        Unit.objects.filter(
            realm=actor.realm.value, supervisor__user=actor.user_id, supervisor__active=True
        ).values_list("pk", flat=True)
    )


def upward(unit: int, above: Mapping[int, int | None]) -> set[int]:
    """The unit and those above it."""
    found: set[int] = set()
    at: int | None = unit
    while at is not None and at not in found:
        found.add(at)
        at = above.get(at)
    return found


def answers_for(actor: Actor, person: Person) -> bool:
    """Whether the person is of a unit that the actor supervises, or of one below; a duty officer is above them all."""
    if Role.DUTY_OFFICER in actor.roles:
        return True
    own = supervised_by(actor)
    if not own or person.unit_id is None:
        return False
    above = dict(Unit.objects.filter(realm=actor.realm.value).values_list("pk", "parent_id"))
    return bool(own & upward(person.unit_id, above))
