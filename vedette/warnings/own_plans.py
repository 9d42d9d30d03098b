"""The plans that an organisation keeps for itself, by name, beside the two that come with Vedette."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.ledger.log import append
from vedette.warnings.content import Plan
from vedette.warnings.models import NamedPlan
from vedette.warnings.plans import STANDARD, WarningClass

#: The longest name of a plan.
LONGEST_NAME = 100


def keep_plan(
    actor: Actor, name: str, steps: Sequence[Mapping[str, Any]], used_for: WarningClass | None = None
) -> NamedPlan:
    """Make or change the plan of this name in the actor's realm; messages drafted before keep the plan they have.

    With `used_for` it is the one chosen for warnings of that class, in place of any other. Raises Refused, and
    BadInput naming what cannot stand.
    """
    check(actor, Verb.ADMINISTER)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput("name", f"must be one line of 1 to {LONGEST_NAME} characters")
    if name in {plan.name for plan in STANDARD.values()}:
        raise BadInput("name", f"{name!r} is a plan that comes with Vedette; give yours another name")
    plan = parse(Plan, {"name": name, "steps": list(steps)})
    with transaction.atomic():
        if used_for is not None:
            others = NamedPlan.objects.filter(realm=actor.realm.value, used_for=used_for.value).exclude(name=name)
            others.update(used_for="")
        kept, _ = NamedPlan.objects.update_or_create(
            realm=actor.realm.value,
            name=plan.name,
            defaults={
                "steps": plan.model_dump(mode="json")["steps"],
                "used_for": used_for.value if used_for is not None else "",
            },
        )
        append(
            "plan.kept",
            actor=actor.ref,
            subject=f"plan:{kept.pk}",
            realm=actor.realm.value,
            body={"name": kept.name, "steps": kept.steps, "used_for": kept.used_for},
        )
    return kept


def drop_plan(actor: Actor, kept: NamedPlan) -> None:
    """Offer a plan no more; messages that have it keep it. Raises Refused."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        dropped = NamedPlan.objects.select_for_update(no_key=True).get(pk=kept.pk, realm=actor.realm.value)
        append(
            "plan.dropped",
            actor=actor.ref,
            subject=f"plan:{dropped.pk}",
            realm=actor.realm.value,
            body={"name": dropped.name},
        )
        dropped.delete()


def plans_for(actor: Actor) -> QuerySet[NamedPlan]:
    """The plans kept in the actor's realm, by name; none for those who may see nothing."""
    found = NamedPlan.objects.filter(realm=actor.realm.value) if actor.may(Verb.SEE) else NamedPlan.objects.none()
    return found.order_by("name")
