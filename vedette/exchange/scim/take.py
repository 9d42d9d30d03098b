"""What a client changes: each request is one transaction that stores the resource and brings the roster into line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from scim2_models import InvalidValueException, Resource, UniquenessException

from vedette import clock
from vedette.access.policy import Actor
from vedette.exchange.models import ScimResource
from vedette.exchange.scim.read import told_of
from vedette.exchange.scim.resources import EnterpriseUser, Group
from vedette.exchange.scim.stored import Kind, name_key, rows_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people import models as roster
from vedette.people.actions import purge_person
from vedette.people.provisioning import take_told
from vedette.people.shrinking import erase_when_left, leave_or_hold

SOURCE = "scim"


def create(actor: Actor, kind: str, said: Resource[Any]) -> ScimResource:
    """Take a new resource in. Raises SCIMException, BadInput, Refused."""
    now = clock.now()
    row = ScimResource(pk=uuid4(), realm=actor.realm.value, kind=kind, created_at=now, changed_at=now, version=0)
    return keep(actor, row, said)


def keep(actor: Actor, row: ScimResource, said: Resource[Any]) -> ScimResource:
    """Store what a resource says from now on, and what that means for the roster."""
    with transaction.atomic():
        _store(actor, row, said)
        if isinstance(said, Group):
            before = set(row.members.values_list("pk", flat=True))
            members = _members(actor, row, said)
            row.members.set(members)
            touched = before ^ members if row.name == name_key(row.body["displayName"]) else before | members
            bring_into_line(actor, touched)
        else:
            _bring(actor, row)
        _log(actor, "scim.kept", row)
    return row


def delete(actor: Actor, row: ScimResource) -> None:
    """A group is forgotten. A user leaves and is erased: of who they were nothing stays but what they were sent."""
    with transaction.atomic():
        _log(actor, "scim.deleted", row)
        members = set(row.members.values_list("pk", flat=True))
        person = row.person
        row.delete()
        bring_into_line(actor, members)
        if person is None:
            return
        if leave_or_hold(actor, person, SOURCE):
            purge_person(actor, person)
        else:
            erase_when_left(person)


def bring_into_line(actor: Actor, rows: Iterable[UUID]) -> None:
    """What the groups of these users mean has changed; of groups, their members'."""
    users: set[UUID] = set()
    edge, seen = set(rows), set(rows)
    while edge:
        users |= set(rows_of(actor, Kind.USER).filter(pk__in=edge).values_list("pk", flat=True))
        below = rows_of(actor).filter(member_of__in=edge).values_list("pk", flat=True)
        edge = set(below) - seen
        seen |= edge
    for user in rows_of(actor, Kind.USER).filter(pk__in=users):
        _bring(actor, user)


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
    known = set(rows_of(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := wanted - known:
        raise InvalidValueException(detail=f"members: there is no {min(missing)}")
    if row.pk in wanted:
        raise InvalidValueException(detail="members: a group cannot be in itself")
    return wanted


def _bring(actor: Actor, row: ScimResource) -> None:
    """The person is what the resource says, or leaves."""
    if row.body.get("active") is False:
        if row.person is not None:
            leave_or_hold(actor, row.person, SOURCE)
        return
    told, row.remarks = told_of(row)
    person = row.person or _nobodys_yet(row, told.code)
    try:
        row.person = take_told(actor, person, told)
    except BadInput as error:
        if error.field == "code":
            raise UniquenessException(detail=f"employeeNumber, or userName without one: {error.reason}") from error
        raise
    row.contacts = [list(one) for one in told.contacts]
    row.save(update_fields=["person", "contacts", "remarks"])
    _set_supervisor(row.person.unit)


def _nobodys_yet(row: ScimResource, code: str) -> roster.Person | None:
    """Somebody of this code who came by another way, and is theirs from now on."""
    return roster.Person.objects.filter(realm=row.realm, code=code, scim_resource=None).first()


def _set_supervisor(unit: roster.Unit) -> None:
    """A unit that has no supervisor gets the one manager whom all of its people name who name any."""
    if unit.supervisor_id is not None:
        return
    named = ScimResource.objects.filter(
        person__unit=unit, person__active=True, manager__person__active=True, manager__isnull=False
    ).values_list("manager__person", flat=True)
    if len(found := set(named[:100])) == 1:
        roster.Unit.objects.filter(pk=unit.pk).update(supervisor=found.pop())


def _log(actor: Actor, kind: str, row: ScimResource) -> None:
    body = {"kind": row.kind, "person": row.person_id, "version": row.version}
    append(kind, actor=actor.ref, subject=f"scim:{row.pk}", realm=row.realm, body=body)
