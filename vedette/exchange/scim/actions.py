"""The verbs of how an identity provider is read: what its groups mean, and where those without a unit are put.

Each is one transaction that asks the policy, marks those whom it concerns, and appends to the ledger; then these are
brought into line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.models import ScimMeaning, ScimResource, ScimSetting
from vedette.exchange.scim.settle import Behind, batches, mark_behind, settle, with_members
from vedette.exchange.scim.stored import Kind, name_key, rows_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Duty, Person, Unit

_REGION = re.compile(r"[A-Z]{2}")


def keep_setting(actor: Actor, unit: Unit | None, region: str) -> ScimSetting:
    """Where those without a unit are put, and whose national telephone numbers are meant ("" for none)."""
    check(actor, Verb.ADMINISTER)
    region = region.strip().upper()
    if region and not _REGION.fullmatch(region):
        raise BadInput("region", "must be a country of ISO 3166 in two letters, such as US, or empty")
    if unit is not None:
        check(actor, Verb.KEEP_ROSTER, unit)
    with transaction.atomic():
        kept, _ = ScimSetting.objects.update_or_create(
            realm=actor.realm.value, defaults={"unit": unit, "region": region}
        )
        mark_behind(actor, rows_of(actor, Kind.USER).values_list("pk", flat=True), Behind.PERSON)
        _log(actor, "scim.setting_kept", {"unit": kept.unit_id, "region": region})
    settle(actor)
    return kept


def keep_meaning(actor: Actor, group: str, *, unit: Unit | None = None, duty: Duty | None = None) -> ScimMeaning:
    """Say what a group of that name means: a unit, or a duty. Raises Refused, BadInput."""
    check(actor, Verb.ADMINISTER)
    group = " ".join(group.split())
    if not group or len(group) > 300 or not group.isprintable():
        raise BadInput("group", "must be the group's name: one line of 1 to 300 characters")
    if (unit is None) == (duty is None):
        raise BadInput("means", "must be one unit or one duty")
    if unit is not None:
        check(actor, Verb.KEEP_ROSTER, unit)
    with transaction.atomic():
        kept, _ = ScimMeaning.objects.update_or_create(
            realm=actor.realm.value, name=name_key(group), defaults={"group": group, "unit": unit, "duty": duty}
        )
        mark_behind(actor, _groups(actor, kept.name), Behind.PERSON)
        _log(actor, "scim.meaning_kept", {"meaning": kept.pk, "unit": kept.unit_id, "duty": kept.duty_id})
    settle(actor)
    return kept


def drop_meaning(actor: Actor, meaning: ScimMeaning) -> None:
    """The group means nothing any more; a duty that it alone gave is taken back."""
    check(actor, Verb.ADMINISTER)
    if meaning.realm != actor.realm.value:
        raise BadInput("group", "is of the other realm")
    with transaction.atomic():
        body: dict[str, object] = {"meaning": meaning.pk, "unit": meaning.unit_id, "duty": meaning.duty_id}
        groups, theirs = _groups(actor, meaning.name), Person.duties.through.objects
        if meaning.duty_id is not None:
            body["people"] = sum(
                theirs.filter(person__scim_resource__in=some, duty=meaning.duty_id).delete()[0]
                for some in batches(sorted(with_members(actor, groups)))
            )
        meaning.delete()
        mark_behind(actor, groups, Behind.PERSON)
        _log(actor, "scim.meaning_dropped", body)
    settle(actor)


def meanings_for(actor: Actor) -> Sequence[ScimMeaning]:
    """What the groups of the actor's realm mean, by name."""
    check(actor, Verb.ADMINISTER)
    known = ScimMeaning.objects.filter(realm=actor.realm.value)
    return list(known.select_related("unit", "duty").order_by("name"))


def with_remarks(actor: Actor) -> Sequence[ScimResource]:
    """Users of whom something could not be used, the last changed first."""
    check(actor, Verb.ADMINISTER)
    return list(rows_of(actor, Kind.USER).exclude(remarks=[]).select_related("person").order_by("-changed_at")[:200])


def _groups(actor: Actor, name: str) -> Sequence[UUID]:
    return list(rows_of(actor, Kind.GROUP).filter(name=name).values_list("pk", flat=True))


def _log(actor: Actor, kind: str, body: dict[str, object]) -> None:
    append(kind, actor=actor.ref, subject=f"scim:{actor.realm.value}", realm=actor.realm.value, body=body)
