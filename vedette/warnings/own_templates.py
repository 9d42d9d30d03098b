"""The types of warning on offer: those that come with Vedette, and those that the organisation keeps for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.ledger.log import append
from vedette.people.rule import AudienceRule
from vedette.warnings.content import Plan
from vedette.warnings.models import Template
from vedette.warnings.types.catalogue import WarningType, shipped

#: What the reference of an organisation's own begins with.
OWN = "own-"


@dataclass(frozen=True, slots=True)
class OfferedType:
    """One type to begin a warning from; `ref` names it in addresses and commands."""

    ref: str
    kind: WarningType
    #: The organisation's own row; None for one that comes with Vedette.
    own: Template | None = None


def keep_template(
    actor: Actor,
    name: str,
    words: Mapping[str, Any],
    *,
    handling: Tlp = Tlp.GREEN,
    audience: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
) -> Template:
    """Make or change the template of this name in the actor's realm; one that was retired is in use again.

    Raises Refused, and BadInput naming what cannot stand.
    """
    check(actor, Verb.ADMINISTER)
    kind = parse(WarningType, {**words, "title": " ".join(name.split())})
    if kind.title in {one.title for one in shipped().values()}:
        raise BadInput("title", f"{kind.title!r} comes with Vedette; give yours another name")
    kept: dict[str, Any] = {
        "content": kind.model_dump(mode="json", exclude={"title"}),
        "audience": None if audience is None else parse(AudienceRule, audience, "audience").model_dump(mode="json"),
        "plan": None if plan is None else parse(Plan, plan, "plan").model_dump(mode="json"),
        "handling": handling.value,
        "retired_at": None,
    }
    with transaction.atomic():
        found = Template.objects.select_for_update(no_key=True).filter(realm=actor.realm.value, name=kind.title).first()
        if found is not None:
            check(actor, Verb.ADMINISTER, found)
        template = found or Template(realm=actor.realm.value, name=kind.title, created_at=clock.now())
        for field, value in kept.items():
            setattr(template, field, value)
        check(actor, Verb.ADMINISTER, template)
        template.save()
        _log(actor, "template.kept", template)
    return template


def retire_template(actor: Actor, template: Template) -> None:
    """Offer a template no more. Raises Refused."""
    with transaction.atomic():
        found = Template.objects.select_for_update(no_key=True).get(pk=template.pk)
        check(actor, Verb.ADMINISTER, found)
        found.retired_at = clock.now()
        found.save(update_fields=["retired_at"])
        _log(actor, "template.retired", found)


def templates_for(actor: Actor) -> QuerySet[Template]:
    """The organisation's own that the actor may see and that are in use, by name."""
    return visible(actor, Template.objects.filter(retired_at=None)).order_by("name")


def types_for(actor: Actor) -> list[OfferedType]:
    """Every type on offer to the actor: the organisation's own first."""
    if not actor.may(Verb.SEE):
        return []
    own = [OfferedType(f"{OWN}{one.pk}", one.parsed(), one) for one in templates_for(actor)]
    return own + [OfferedType(ref, kind) for ref, kind in shipped().items()]


def offered_type(actor: Actor, ref: str) -> OfferedType | None:
    """The type of that reference, or of that title; None when there is none for the actor."""
    wanted = ref.strip()
    return next((one for one in types_for(actor) if wanted in (one.ref, one.kind.title)), None)


def _log(actor: Actor, kind: str, template: Template) -> None:
    append(
        kind,
        actor=actor.ref,
        subject=f"template:{template.pk}",
        realm=template.realm,
        body={"name": template.name, "content": template.content, "handling": template.handling},
    )
