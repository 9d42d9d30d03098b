"""Taking in a whole roster at once: all of the file or nothing, and no mass leaving without a person's word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.ledger.log import append
from vedette.people.freshness import note_answered
from vedette.people.leaving import end_places
from vedette.people.models import ContactPoint, Duty, Person, Unit
from vedette.people.quiet import parse_hours
from vedette.people.roster_csv import RosterRow
from vedette.people.roster_plan import Plan, RosterDiff, plan_import

_BATCH = 1_000
#: What a file may change of a person's own row.
_TOLD = ["name", "unit", "language", "active", "quiet_from", "quiet_to", "zone", "home", "changed_at"]


class ShrinkRefused(Exception):
    """The import would put out so many, or take so many's addresses, that a person must say it is meant."""

    def __init__(self, diff: RosterDiff) -> None:
        of = f"of {diff.active_before} active people"
        leaving, silenced = len(diff.deactivated), len(diff.silenced)
        if leaving > diff.limit * diff.active_before:
            would = f"would deactivate {leaving} {of}"
        else:
            would = f"would leave {silenced} {of} without an address on a channel that they have one on"
        super().__init__(
            f"the import {would}, more than {diff.limit:.0%}: check that the file is whole, or allow the shrink"
        )
        self.diff = diff


def import_roster(
    actor: Actor,
    rows: Sequence[RosterRow],
    dry_run: bool = False,
    *,
    allow_shrink: bool = False,
    keep_left_out: bool = False,
    create_missing: bool = False,
    kept_elsewhere: Collection[str] = (),
    source: str = "file",
) -> RosterDiff:
    """Make the roster of the actor's realm what the file says, and tell what that changes.

    Active people whom the file leaves out are deactivated, unless `keep_left_out`, or another source keeps them. Units
    and duties that it names must exist, unless `create_missing`. `source` is what says it. A dry run changes nothing.

    Raises Refused, BadRoster, ShrinkRefused.
    """
    check(actor, Verb.KEEP_ROSTER)
    with transaction.atomic():
        plan = plan_import(
            actor, rows, keep_left_out=keep_left_out, create_missing=create_missing, kept_elsewhere=kept_elsewhere
        )
        if dry_run:
            return plan.diff
        if plan.diff.shrinks and not allow_shrink:
            raise ShrinkRefused(plan.diff)
        _apply(actor, plan, clock.now())
        append(
            "roster.imported",
            actor=actor.ref,
            subject=f"roster:{actor.realm.value}",
            realm=actor.realm.value,
            body={
                "added": len(plan.diff.added),
                "changed": len(plan.diff.changed),
                "unchanged": plan.diff.unchanged,
                "deactivated": sorted(person.pk for person in plan.deactivated),
            },
        )
        note_answered(actor.realm, source)
    return plan.diff


def _apply(actor: Actor, plan: Plan, now: datetime) -> None:
    for code in plan.diff.new_units:
        plan.units[code] = Unit.objects.create(realm=actor.realm.value, code=code, name=code, created_at=now)
    for code in plan.diff.new_duties:
        plan.duties[code] = Duty.objects.create(code=code, name=code)
    added = Person.objects.bulk_create(
        [
            Person(
                realm=actor.realm.value,
                created_at=now,
                changed_at=now,
                code=row.code,
                name=row.name,
                unit=plan.units[row.unit],
                language=row.language or "en-US",
                home=plan.areas.get(row.home or ""),
                **_quiet(row),
            )
            for row in plan.added
        ],
        batch_size=_BATCH,
    )
    for person, row in plan.changed:
        person.name, person.unit, person.active, person.changed_at = row.name, plan.units[row.unit], True, now
        person.language = row.language or person.language
        for field, value in _quiet(row).items():
            setattr(person, field, value)
        if row.home is not None:
            person.home = plan.areas.get(row.home)
    Person.objects.bulk_update([person for person, _ in plan.changed], _TOLD, batch_size=_BATCH)
    told = [*zip(added, plan.added, strict=True), *plan.changed]
    _set_duties(told, plan)
    _set_contacts(told, plan)
    end_places([person.pk for person in plan.deactivated])


def _quiet(row: RosterRow) -> dict[str, Any]:
    """The fields of quiet hours that the file speaks of."""
    told: dict[str, Any] = {}
    if row.quiet is not None:
        told["quiet_from"], told["quiet_to"] = parse_hours(row.quiet) or (None, None)
    if row.zone is not None:
        told["zone"] = row.zone
    return told


def _set_duties(told: Sequence[tuple[Person, RosterRow]], plan: Plan) -> None:
    pairs = Person.duties.through.objects
    speaking = [(person, row.duties) for person, row in told if row.duties is not None]
    for start in range(0, len(speaking), _BATCH):
        some = speaking[start : start + _BATCH]
        pairs.filter(person_id__in=[person.pk for person, _ in some]).delete()
        pairs.bulk_create(
            [
                Person.duties.through(person_id=person.pk, duty_id=plan.duties[duty].pk)
                for person, duties in some
                for duty in duties
            ]
        )


def _set_contacts(told: Sequence[tuple[Person, RosterRow]], plan: Plan) -> None:
    """The addresses of the channels the file speaks of become the file's; those that stay keep their verification."""
    new: list[ContactPoint] = []
    ranked: list[ContactPoint] = []
    dropped: list[int] = []
    for person, row in told:
        stored = {
            (point.channel, point.address): point
            for point in plan.contacts.get(person.pk, [])
            if point.channel in row.channels
        }
        for rank, (channel, address) in enumerate(row.contacts):
            point = stored.pop((channel, address), None)
            if point is None:
                new.append(ContactPoint(person=person, channel=channel, address=address, rank=rank))
            elif point.rank != rank:
                point.rank = rank
                ranked.append(point)
        dropped.extend(point.pk for point in stored.values())
    for start in range(0, len(dropped), _BATCH):
        ContactPoint.objects.filter(pk__in=dropped[start : start + _BATCH]).delete()
    ContactPoint.objects.bulk_create(new, batch_size=_BATCH)
    ContactPoint.objects.bulk_update(ranked, ["rank"], batch_size=_BATCH)
