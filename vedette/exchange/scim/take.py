"""What a client changes: each request is one transaction that stores the resource.

A user's brings the roster into line as well; what a group means for many is left to `settle.py`, some at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from scim2_models import InvalidValueException, Resource, UniquenessException

from vedette import clock
from vedette.access.policy import Actor
from vedette.exchange.models import ScimResource
from vedette.exchange.scim.read import Reading
from vedette.exchange.scim.resources import EnterpriseUser, Group
from vedette.exchange.scim.settle import SOURCE, batches, mark_behind, nobodys_yet, set_supervisor
from vedette.exchange.scim.stored import Kind, name_key, rows_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people.erasing import erase
from vedette.people.provisioning import take_told
from vedette.people.shrinking import erase_when_left, leave, leave_or_hold


def create(actor: Actor, kind: str, said: Resource[Any]) -> ScimResource:
    """Take a new resource in. Raises SCIMException, BadInput, Refused."""
    now = clock.now()
    row = ScimResource(pk=uuid4(), realm=actor.realm.value, kind=kind, created_at=now, changed_at=now, version=0)
    return keep(actor, row, said)


def keep(actor: Actor, row: ScimResource, said: Resource[Any]) -> ScimResource:
    """Store what a resource says from now on, and of a user what it means for their person."""
    with transaction.atomic():
        name = row.name
        _store(actor, row, said)
        if isinstance(said, Group):
            before = set(row.members.values_list("pk", flat=True))
            members = _members(actor, row, said)
            _set_members(row, members - before, before - members)
            mark_behind(actor, before ^ members if row.name == name else before | members)
            told = {
                "joined": len(members - before),
                "left": len(before - members),
                "renamed": name not in ("", row.name),
            }
        else:
            _bring(actor, row)
            told = {}
        _log(actor, "scim.kept", row, told)
    return row


def delete(actor: Actor, row: ScimResource) -> None:
    """A group is forgotten. A user leaves and is erased: of who they were nothing stays but what they were sent."""
    with transaction.atomic():
        members = set(row.members.values_list("pk", flat=True))
        person, changes = row.person, list[Change]()
        if person is not None:
            left, changes = leave(actor, person, SOURCE)
            if left:
                changes.append(erase(actor, person))
            else:
                erase_when_left(person)
        mark_behind(actor, members)
        deleted = _entry(actor, "scim.deleted", row, {"left": len(members)} if row.kind == Kind.GROUP else {})
        row.delete()
        append_many([deleted, *changes])


def _store(actor: Actor, row: ScimResource, said: Resource[Any]) -> None:
    named = said.display_name if isinstance(said, Group) else said.user_name
    if not (named or "").strip() or len(named) > 300:
        raise InvalidValueException(detail="the name must have 1 to 300 characters")
    others = rows_of(actor, row.kind).exclude(pk=row.pk)
    row.name = name_key(named)
    if row.kind == Kind.USER and others.filter(name=row.name).exists():
        raise UniquenessException(detail=f"userName: {named!r} is another user's")
    row.external_id = (said.external_id or "")[:300]
    row.manager = None if isinstance(said, Group) else _manager(actor, said)
    body = said.model_dump(mode="json")
    for part in ("id", "meta", "members", "groups"):
        body.pop(part, None)
    if isinstance(extension := body.get(EnterpriseUser.__schema__), dict):
        extension.pop("manager", None)
    row.body, row.version, row.changed_at = body, row.version + 1, clock.now()
    row.save()


def _manager(actor: Actor, said: Any) -> ScimResource | None:
    """A manager who is not known (yet) is none: a provider may tell people in any order."""
    extension = said[EnterpriseUser]
    told = extension.manager.value if extension is not None and extension.manager is not None else None
    try:
        return rows_of(actor, Kind.USER).filter(pk=UUID(told)).first() if told else None
    except ValueError:
        return None


def _members(actor: Actor, row: ScimResource, said: Group) -> set[UUID]:
    wanted: set[UUID] = set()
    for member in said.members or ():
        try:
            wanted.add(UUID(member.value or ""))
        except ValueError as error:
            raise InvalidValueException(detail=f"members: {member.value!r} is nobody's id") from error
    known: set[UUID] = set()
    for some in batches(sorted(wanted)):
        known |= set(rows_of(actor).filter(pk__in=some).values_list("pk", flat=True))
    if missing := wanted - known:
        raise InvalidValueException(detail=f"members: there is no {min(missing)}")
    if row.pk in wanted:
        raise InvalidValueException(detail="members: a group cannot be in itself")
    return wanted


def _set_members(row: ScimResource, new: Collection[UUID], gone: Collection[UUID]) -> None:
    pairs = ScimResource.members.through
    for some in batches(sorted(gone)):
        pairs.objects.filter(from_scimresource=row, to_scimresource__in=some).delete()
    pairs.objects.bulk_create(
        (pairs(from_scimresource=row, to_scimresource_id=pk) for pk in sorted(new)), batch_size=1_000
    )


def _bring(actor: Actor, row: ScimResource) -> None:
    """The person is what the resource says, or leaves."""
    if row.body.get("active") is False:
        if row.person is not None:
            leave_or_hold(actor, row.person, SOURCE)
        return
    ((_, told, row.remarks),) = Reading(row.realm).of([row])
    person = row.person or nobodys_yet(row, told.code)
    try:
        row.person = take_told(actor, person, told, SOURCE)
    except BadInput as error:
        if error.field == "code":
            raise UniquenessException(detail=f"employeeNumber, or userName without one: {error.reason}") from error
        raise
    row.contacts = [list(one) for one in told.contacts]
    row.save(update_fields=["person", "contacts", "remarks"])
    set_supervisor(row.person.unit)


def _log(actor: Actor, kind: str, row: ScimResource, told: Mapping[str, object]) -> None:
    append_many([_entry(actor, kind, row, told)])


def _entry(actor: Actor, kind: str, row: ScimResource, told: Mapping[str, object]) -> Change:
    body = {"kind": row.kind, "person": row.person_id, "version": row.version, **told}
    return Change(kind=kind, actor=actor.ref, subject=f"scim:{row.pk}", realm=row.realm, body=body)
