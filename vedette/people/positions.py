"""Consent, and the last position of those who gave it. No track is kept, and the ledger holds no place of anybody."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.audience import CLOCK_SKEW, OLDEST_FIX
from vedette.people.models import Person, Position

#: The least accurate fix taken, as a radius in metres.
LEAST_ACCURATE_M = 100_000.0


class NoConsent(Exception):
    """The person does not let their position be used, or has left: nothing was stored."""


def set_consent(actor: Actor | None, person: Person, consent: bool) -> Person:
    """Note whether the person lets their position be used. Taking it back drops the position at once.

    Without an actor the person has said so on their own page; they may by their own login, and whoever keeps the
    roster may note what they said. The ledger tells which.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        if actor is not None and not is_own(actor, person):
            check(actor, Verb.KEEP_ROSTER, person)
        if not consent:
            Position.objects.filter(person=person).delete()
        if person.position_consent == consent:
            return person
        person.position_consent, person.changed_at = consent, clock.now()
        person.save(update_fields=["position_consent", "changed_at"])
        append(
            "consent.set",
            actor=actor.ref if actor is not None else f"person:{person.pk}",
            subject=f"person:{person.pk}",
            realm=person.realm,
            body={"position": consent},
        )
    return person


def record_position(person: Person, lat: float, lon: float, accuracy_m: float, fixed_at: datetime) -> bool:
    """Keep a fix as the person's last; whether it was kept: one that is not newer, or too old to matter, is not.

    Raises NoConsent, and BadInput on what cannot be a fix. Nothing goes to the ledger.
    """
    now = clock.now()
    _refuse_bad_fix(lat, lon, accuracy_m, fixed_at, now)
    if fixed_at < now - OLDEST_FIX:
        return False
    fix = {"lat": lat, "lon": lon, "accuracy_m": accuracy_m, "fixed_at": fixed_at, "received_at": now}
    with transaction.atomic():
        allowed = Person.objects.select_for_update(of=("self",), no_key=True).filter(
            pk=person.pk, active=True, position_consent=True
        )
        if allowed.first() is None:
            raise NoConsent("position: the person has not consented to its use; nothing was stored")
        if Position.objects.filter(person_id=person.pk, fixed_at__lt=fixed_at).update(**fix):
            return True
        _, made = Position.objects.get_or_create(person_id=person.pk, defaults=fix)
        return made


def drop_old_positions(now: datetime, keep: timedelta = OLDEST_FIX) -> int:
    """Forget fixes older than `keep`; how many. The engine calls this."""
    dropped, _ = Position.objects.filter(fixed_at__lt=now - keep).delete()
    return dropped


def is_own(actor: Actor, person: Person) -> bool:
    """Whether the actor acts for themselves: the person is linked to their login."""
    return actor.user_id is not None and actor.user_id == person.user_id and actor.realm.value == person.realm


def _refuse_bad_fix(lat: float, lon: float, accuracy_m: float, fixed_at: datetime, now: datetime) -> None:
    if not (math.isfinite(lat) and -90 <= lat <= 90):
        raise BadInput("lat", "must be -90 to 90 degrees")
    if not (math.isfinite(lon) and -180 <= lon <= 180):
        raise BadInput("lon", "must be -180 to 180 degrees")
    if not (math.isfinite(accuracy_m) and 0 <= accuracy_m <= LEAST_ACCURATE_M):
        raise BadInput("accuracy_m", f"must be 0 to {LEAST_ACCURATE_M:,.0f} metres")
    if fixed_at.tzinfo is None:
        raise BadInput("fixed_at", "needs a time zone or offset")
    if fixed_at > now + CLOCK_SKEW:
        raise BadInput("fixed_at", "is in the future; set the device's clock")
