"""Reading people: whom a rule reaches, and who an actor may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet

from vedette.access.handling import Realm
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.people.audience import Resolution, resolve
from vedette.people.columns import load_world
from vedette.people.goals import reach_of_goal
from vedette.people.models import ContactPoint, Person, SavedArea, Shift, Unit
from vedette.people.rule import AudienceRule
from vedette.people.world import found_rows
from vedette.places.geometry import shape_of

__all__ = [
    "Stamps",
    "areas_for",
    "audience_of",
    "changed_since",
    "codes_of",
    "load_world",
    "people_for",
    "person_for",
    "units_for",
    "without_address",
]

#: When somebody changed, as far back as was asked.
Stamps = frozenset[datetime]


def audience_of(
    rule: AudienceRule,
    area_geometry: dict[str, Any] | None,
    *,
    starts: datetime,
    ends: datetime,
    realm: Realm,
    now: datetime,
    danger_to_life: bool,
    only: Collection[int] | None = None,
    entered: Collection[int] = (),
    counted: bool = True,
    fixes: bool = True,
) -> Resolution:
    """Whom `rule` reaches in a realm for a warning of that GeoJSON area during [starts, ends), as known at `now`.

    With `only` those people alone are judged, as when somebody joins late; those of `entered` have been in the area,
    wherever they are by now. Unless `counted`, the number of those who are not reached may stay below what it is (never
    0 for some), which saves going through everyone, and nothing is worked out about a goal. Unless `fixes`, last
    positions are not looked at. Raises BadGeometry, and ValueError as `resolve` does.
    """
    area = None if area_geometry is None else shape_of(area_geometry)
    lead = timedelta(minutes=max((term.lead_minutes for term in rule.terms), default=0))
    world = load_world(
        realm, now, only, rule=rule, area=area, window=(starts - lead, ends), counted=counted, fixes=fixes
    )
    if entered:
        world = replace(world, entered=found_rows(world.ids, np.array(sorted(entered), np.int64)))
    found = resolve(rule, world, area=area, starts=starts, ends=ends, now=now, danger_to_life=danger_to_life)
    if rule.goal is None or only is not None or not counted:
        return found

    def others(rule: AudienceRule) -> Resolution:
        return audience_of(
            rule,
            area_geometry,
            starts=starts,
            ends=ends,
            realm=realm,
            now=now,
            danger_to_life=danger_to_life,
            counted=False,
            fixes=fixes,
        )

    grave = danger_to_life and area is not None
    goal, odd = reach_of_goal(rule, found, others, realm=realm, starts=starts, danger_to_life=grave)
    in_order = sorted({*found.findings, *odd}, key=lambda finding: (not finding.blocking, finding))
    return replace(found, goal=goal, findings=tuple(in_order))


def changed_since(realm: Realm, since: datetime, begun_by: datetime | None = None) -> dict[int, Stamps]:
    """Active people whose unit, duties, shifts or consent changed at or after `since`: who may join late, and when.

    With `begun_by` also those whose shift began after `since` and by then. Who came into an area since is told by
    `standing_areas.entries`.
    """
    moments = [
        Person.objects.filter(changed_at__gte=since).values_list("pk", "changed_at"),
        Shift.objects.filter(changed_at__gte=since).values_list("person_id", "changed_at"),
    ]
    if begun_by is not None:
        begun = Shift.objects.filter(starts__gt=since, starts__lte=begun_by)
        moments.append(begun.values_list("person_id", "starts"))
    found: dict[int, set[datetime]] = {}
    for person, moment in chain.from_iterable(moments):
        found.setdefault(person, set()).add(moment)
    return {person: frozenset(found[person]) for person in _active_among(realm, found)}


def _active_among(realm: Realm, people: Collection[int]) -> set[int]:
    """The active people of a realm among some: asked by their ids alone, lest SQLite go through the whole realm."""
    some = sorted(people)
    found: set[int] = set()
    for at in range(0, len(some), _AT_ONCE):
        asked = Person.objects.filter(pk__in=some[at : at + _AT_ONCE]).values_list("pk", "realm", "active")
        found.update(pk for pk, of_realm, active in asked if active and of_realm == realm.value)
    return found


#: People asked about in one query.
_AT_ONCE = 5_000


def people_for(actor: Actor) -> QuerySet[Person]:
    """The people whom the actor may see, by code."""
    return visible(actor, Person.objects.select_related("unit", "host"), Verb.SEE_PEOPLE).order_by("code")


def without_address(people: QuerySet[Person], channels: Iterable[str]) -> QuerySet[Person]:
    """Those active of some people whom none of the channels reaches."""
    reached = ContactPoint.objects.filter(person=OuterRef("pk"), channel__in=list(channels))
    return people.filter(~Exists(reached), active=True)


def codes_of(actor: Actor, people: Sequence[int]) -> list[str]:
    """The codes of those of some people whom the actor may see, in order."""
    found: list[str] = []
    for at in range(0, len(people), _AT_ONCE):
        some = people_for(actor).filter(pk__in=people[at : at + _AT_ONCE])
        found += some.values_list("code", flat=True)
    return sorted(found)


def person_for(actor: Actor, person_id: int) -> Person | None:
    """One of them."""
    return people_for(actor).filter(pk=person_id).first()


def units_for(actor: Actor) -> QuerySet[Unit]:
    """The units the actor may see, by code."""
    return visible(actor, Unit.objects.select_related("parent", "area")).order_by("code")


def areas_for(actor: Actor) -> QuerySet[SavedArea]:
    """The saved areas the actor may see, by code."""
    return visible(actor, SavedArea.objects.all()).order_by("code")
