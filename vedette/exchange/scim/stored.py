"""From what is stored to resources as they are given out, and which of them a filter asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from scim2_models import Meta, Resource, ScimFilter, TooManyException, default_comparison_key
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, Path

from vedette.access.policy import Actor
from vedette.exchange.models import ScimResource
from vedette.exchange.scim.resources import Group, GroupMember, Manager, Person, UserGroup
from vedette.exchange.scim.wire import ScimError, etag

Kind = ScimResource.Kind
#: The most resources that are gone through for one filter that no index answers.
MOST_SEARCHED = 20_000
_MODELS: dict[str, type[Resource[Any]]] = {Kind.USER: Person, Kind.GROUP: Group}
_PLURAL = {Kind.USER: "Users", Kind.GROUP: "Groups"}


def model_of(kind: str) -> type[Resource[Any]]:
    """The model of a resource type."""
    return _MODELS[kind]


def name_key(name: str) -> str:
    """A `userName` or `displayName` as it is compared."""
    return default_comparison_key(Path[Person]("userName").resolve(), name)


def rows_of(actor: Actor, kind: str | None = None) -> QuerySet[ScimResource]:
    """What the actor's realm holds, in an order that stays."""
    rows = ScimResource.objects.filter(realm=actor.realm.value)
    return (rows if kind is None else rows.filter(kind=kind)).order_by("created_at", "id")


def one_row(actor: Actor, kind: str, told: str) -> ScimResource:
    """The one of this id. Raises ScimError 404."""
    try:
        found = rows_of(actor, kind).filter(pk=UUID(told)).first()
    except ValueError:
        found = None
    if found is None:
        raise ScimError(404, f"there is no {kind} {told[:80]!r}")
    return found


def location(base: str, kind: str, pk: UUID) -> str:
    """Where a resource is; `base` is where this server is, with a slash at its end."""
    return f"{base}{_PLURAL[Kind(kind)]}/{pk}"


def resource_of(row: ScimResource, base: str) -> Resource[Any]:
    """What a row says, with what the server adds."""
    model = model_of(row.kind)
    found = model.model_validate(row.body)
    found.id = str(row.pk)
    found.meta = Meta(
        resource_type=row.kind,
        created=row.created_at,
        last_modified=row.changed_at,
        location=location(base, row.kind, row.pk),
        version=etag(row.version),
    )
    if isinstance(found, Group):
        found.members = [
            GroupMember(value=str(one.pk), ref=location(base, one.kind, one.pk), type=one.kind)
            for one in row.members.all()
        ] or None
        return found
    found.groups = [
        UserGroup(value=str(one.pk), ref=location(base, one.kind, one.pk), display=one.body.get("displayName"))
        for one in row.member_of.all()
    ] or None
    if row.manager_id is not None:
        extension = found["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]
        extension.manager = Manager(value=str(row.manager_id), ref=location(base, Kind.USER, row.manager_id))
    return found


def matching(rows: QuerySet[ScimResource], asked: ScimFilter[Any] | None, base: str) -> Sequence[ScimResource] | None:
    """The rows that a filter asks for; None when there is no filter. Raises TooManyException."""
    if asked is None:
        return None
    few = _narrowed(rows, asked.ast)
    if few.count() > MOST_SEARCHED:
        raise TooManyException(
            detail=f"more than {MOST_SEARCHED:,} would have to be searched; ask by name or externalId"
        )
    return list(_matched(few, asked, base))


def _matched(rows: QuerySet[ScimResource], asked: ScimFilter[Any], base: str) -> Iterator[ScimResource]:
    bound = {kind: ScimFilter[model](str(asked)) for kind, model in _MODELS.items()}
    for row in rows.select_related("manager").prefetch_related("members", "member_of"):
        if bound[row.kind].match(resource_of(row, base)):
            yield row


def _narrowed(rows: QuerySet[ScimResource], node: FilterNode) -> QuerySet[ScimResource]:
    """Fewer rows, by an index, where the filter asks for one name or id; whether they match is seen afterwards."""
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        for term in node.terms:
            rows = _narrowed(rows, term)
        return rows
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq or not isinstance(node.value, str):
        return rows
    match (node.attr_path.attr.lower(), node.attr_path.sub_attr):
        case ("username", None):
            return rows.filter(kind=Kind.USER, name=name_key(node.value))
        case ("externalid", None):
            return rows.filter(external_id=node.value)
        case ("members", None | "value") if _is_id(node.value):
            return rows.filter(members=UUID(node.value))
        case _:
            return rows


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
