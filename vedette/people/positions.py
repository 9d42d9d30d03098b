"""Consent, and the last position of those who gave it. No track is kept, and the ledger holds no place of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people import position_rows
from vedette.people.audience import OLDEST_FIX
from vedette.people.fixes import Columns, Fix, FixOutcome, by_time, last_of_each, news
from vedette.people.models import Person, Position
from vedette.people.world import microseconds

__all__ = [
    "Fix",
    "FixOutcome",
    "NoConsent",
    "drop_old_positions",
    "is_own",
    "record_offered",
    "record_position",
    "record_positions",
    "set_consent",
]


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
            position_rows.shut_out()
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
    try:
        (outcome,) = record_positions([Fix(person.pk, lat, lon, accuracy_m, fixed_at)])
    except BadInput as error:
        raise BadInput(error.field.partition(".")[2], error.reason) from error
    if outcome in (FixOutcome.NO_CONSENT, FixOutcome.UNKNOWN):
        raise NoConsent("position: the person has not consented to its use; nothing was stored")
    return outcome is FixOutcome.KEPT


def record_positions(fixes: Sequence[Fix]) -> list[FixOutcome]:
    """Take many fixes in one transaction, and say of each, in order, what became of it: of each person only the last
    is kept. The one door for positions, whatever device or protocol they come by.

    Those of one person are looked at by the time they were taken, whatever their order here. Raises BadInput when one
    of them cannot be a fix (`3.lat`), and stores none. Nothing goes to the ledger.
    """
    now = clock.now()
    batch = Columns(fixes, now)
    outcomes = [FixOutcome.UNKNOWN] * len(batch)
    oldest = microseconds(now - OLDEST_FIX)
    with transaction.atomic():
        position_rows.let_in()
        known = position_rows.load(np.unique(batch.person).tolist(), now)
        order = by_time(batch.person, batch.fixed)
        people = [known.get(person) for person in batch.person[order].tolist()]
        kept_at = np.array([_fixed(one) for one in people], np.int64)
        allowed = np.array([one is not None and one.consents and one.on_duty for one in people], np.bool_)
        kept = allowed & (batch.fixed[order] >= oldest) & news(batch.person[order], batch.fixed[order], kept_at)
        for at, one, is_kept in zip(order.tolist(), people, kept.tolist(), strict=True):
            outcomes[at] = _outcome(one, is_kept)
        rows = order[kept][last_of_each(batch.person[order[kept]])].tolist()
        if rows:
            position_rows.keep([fixes[at] for at in rows], now)
    return outcomes


def record_offered(person: Person, fix: Fix) -> FixOutcome:
    """Keep a fix that its person gave themselves: that is the consent, on duty or off, and to this one alone.

    Raises BadInput (`lat`) on one that there cannot be.
    """
    now = clock.now()
    try:
        Columns([fix], now)
    except BadInput as error:
        raise BadInput(error.field.partition(".")[2], error.reason) from error
    with transaction.atomic():
        position_rows.let_in()
        known = position_rows.load([person.pk], now).get(person.pk)
        if known is None or not Person.objects.filter(pk=person.pk, active=True).exists():
            return FixOutcome.UNKNOWN
        if fix.fixed_at < now - OLDEST_FIX or microseconds(fix.fixed_at) <= _fixed(known):
            return FixOutcome.OLDER
        position_rows.keep([fix], now, offered=True)
    return FixOutcome.KEPT


def drop_old_positions(now: datetime, keep: timedelta = OLDEST_FIX) -> int:
    """Forget fixes older than `keep`; how many. The engine calls this."""
    dropped, _ = Position.objects.filter(fixed_at__lt=now - keep).delete()
    return dropped


def is_own(actor: Actor, person: Person) -> bool:
    """Whether the actor acts for themselves: the person is linked to their login."""
    return actor.user_id is not None and actor.user_id == person.user_id and actor.realm.value == person.realm


def _fixed(known: position_rows.Known | None) -> int:
    """When the fix that is kept was taken; before all time if there is none."""
    if known is None or known.fixed_at is None:
        return _NEVER
    return microseconds(position_rows.moment(known.fixed_at))


_NEVER = np.iinfo(np.int64).min


def _outcome(known: position_rows.Known | None, kept: bool) -> FixOutcome:
    if known is None:
        return FixOutcome.UNKNOWN
    if not known.consents:
        return FixOutcome.NO_CONSENT
    if not known.on_duty:
        return FixOutcome.OFF_DUTY
    return FixOutcome.KEPT if kept else FixOutcome.OLDER
