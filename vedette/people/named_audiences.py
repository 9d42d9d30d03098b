"""Audience rules kept under a name: kept, dropped, and those that an actor may see."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.db.models import QuerySet

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, parse
from vedette.ledger.canonical import canonical
from vedette.ledger.log import append
from vedette.people.models import NamedAudience
from vedette.people.rule import AudienceRule


def audiences_for(actor: Actor) -> QuerySet[NamedAudience]:
    """The named audiences that the actor may see, by name."""
    return visible(actor, NamedAudience.objects.all()).order_by("name")


def keep_audience(actor: Actor, name: str, rule: object) -> NamedAudience:
    """Keep a rule under a name, or change the one that has it. Raises BadInput, Refused.

    A new one is marked AMBER, since it may name people. What answers the rule held are left out.
    """
    check(actor, Verb.DRAFT)
    name = " ".join(name.split())
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise BadInput("name", "must be 1 to 100 characters; it is how the audience is found again")
    sound = parse(AudienceRule, rule, "audience")
    with transaction.atomic():
        known = NamedAudience.objects.select_for_update(no_key=True)
        kept = known.filter(realm=actor.realm.value, name=name).first() or NamedAudience(
            realm=actor.realm.value, name=name, created_at=clock.now(), handling=Tlp.AMBER.value
        )
        check(actor, Verb.DRAFT, kept)
        kept.rule = sound.model_dump(mode="json", exclude={"answers"})
        kept.save()
        _log(actor, "audience.kept", kept)
    return kept


def drop_audience(actor: Actor, audience: NamedAudience) -> None:
    """Forget a named audience; messages keep their copy."""
    with transaction.atomic():
        audience = NamedAudience.objects.select_for_update(no_key=True).get(pk=audience.pk)
        check(actor, Verb.DRAFT, audience)
        _log(actor, "audience.dropped", audience)
        audience.delete()


def _log(actor: Actor, kind: str, audience: NamedAudience) -> None:
    rule = hashlib.sha256(canonical(audience.rule).encode()).hexdigest()
    append(kind, actor=actor.ref, subject=f"audience:{audience.pk}", realm=audience.realm, body={"rule": rule})
