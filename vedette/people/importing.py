"""Taking in a whole roster: a file that cannot stand changes nothing, and no mass leaving without a person's word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

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

#: People in one transaction: others write in between, and an acknowledgement waits for one of them at most.
_BATCH = 500
#: Rows in one statement of updates, whose cost grows with their square.
_UPDATED = 50
#: What a file may change of a person's own row.
_TOLD = ["name", "unit", "language", "active", "quiet_from", "quiet_to", "zone", "home", "changed_at"]


PartT = TypeVar("PartT")


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
    """Make the roster of the actor's realm what the file says, some people at a time, and tell what that changes.

    All of it is looked over before anything is changed. A crash on the way leaves the rest for the next import.

    Active people whom the file leaves out are deactivated, unless `keep_left_out`, or another source keeps them. Units
    and duties that it names must exist, unless `create_missing`. `source` is what says it. A dry run changes nothing.

    Raises Refused, BadRoster, ShrinkRefused.
    """
    check(actor, Verb.KEEP_ROSTER)
    plan = plan_import(
        actor, rows, keep_left_out=keep_left_out, create_missing=create_missing, kept_elsewhere=kept_elsewhere
    )
    if dry_run:
        return plan.diff
    if plan.diff.shrinks and not allow_shrink:
        raise ShrinkRefused(plan.diff)
    with transaction.atomic():
        now = clock.now()
        for code in plan.diff.new_units:
            Unit.objects.create(realm=actor.realm.value, code=code, name=code, created_at=now)
        for code in plan.diff.new_duties:
            Duty.objects.create(code=code, name=code)
        note_answered(actor.realm, source)
    changing = {*plan.diff.added, *(change.code for change in plan.diff.changed)}
    unchanged = plan.diff.unchanged
    for some in _parts([row for row in rows if row.code in changing]) or [[]]:
        _take_in(actor, some, unchanged)
        unchanged = 0
    for leaving in _parts([person.pk for person in plan.deactivated]):
        _put_out(actor, leaving)
    return plan.diff


def _parts(whole: Sequence[PartT]) -> list[Sequence[PartT]]:
    return [whole[at : at + _BATCH] for at in range(0, len(whole), _BATCH)]


def _take_in(actor: Actor, rows: Sequence[RosterRow], unchanged: int) -> None:
    """Some rows, compared again under lock: what others have changed since is not undone but where the file says so."""
    with transaction.atomic():
        plan = plan_import(actor, rows, keep_left_out=True, create_missing=False, alone=True)
        _apply(actor, plan, clock.now())
        added, changed = len(plan.diff.added), len(plan.diff.changed)
        _log(actor, {"added": added, "changed": changed, "unchanged": unchanged, "deactivated": []})


def _put_out(actor: Actor, people: Sequence[int]) -> None:
    with transaction.atomic():
        locked = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=people, active=True)
        leaving = list(locked.order_by("pk").values_list("pk", flat=True))
        end_places(leaving)
        _log(actor, {"added": 0, "changed": 0, "unchanged": 0, "deactivated": leaving})


def _log(actor: Actor, body: dict[str, Any]) -> None:
    realm = actor.realm.value
    append("roster.imported", actor=actor.ref, subject=f"roster:{realm}", realm=realm, body=body)


def _apply(actor: Actor, plan: Plan, now: datetime) -> None:
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
    Person.objects.bulk_update([person for person, _ in plan.changed], _TOLD, batch_size=_UPDATED)
    told = [*zip(added, plan.added, strict=True), *plan.changed]
    _set_duties(told, plan)
    _set_contacts(told, plan)


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
    ContactPoint.objects.bulk_update(ranked, ["rank"], batch_size=_UPDATED)
