"""Consent, and the last position of those who gave it. No track is kept, and the ledger holds no place of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people import position_rows
from vedette.people.audience import OLDEST_FIX
from vedette.people.fixes import Fix, FixOutcome
from vedette.people.models import Person, Position
from vedette.people.taking import take

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
    return take(fixes, clock.now())


def record_offered(person: Person, fix: Fix) -> FixOutcome:
    """Keep a fix that its person gave themselves: that is the consent, on duty or off, and to this one alone.

    Raises BadInput (`lat`) on one that there cannot be.
    """
    try:
        (outcome,) = take([fix._replace(person_id=person.pk)], clock.now(), offered=True)
    except BadInput as error:
        raise BadInput(error.field.partition(".")[2], error.reason) from error
    return outcome


def drop_old_positions(now: datetime, keep: timedelta = OLDEST_FIX) -> int:
    """Forget fixes older than `keep`, and those of people who are off duty or have left by now; how many.

    The engine calls this every minute. Of a very large roster only a part is looked at for who is off duty, the next
    part the next time; a fix is not used off duty in any case.
    """
    gone = position_rows.older_than(now - keep)
    idle, _Sweep.after = position_rows.idle_after(_Sweep.after, now)
    return position_rows.drop([*gone, *idle], now - keep, now)


class _Sweep:
    """How far this process has got in looking who is off duty."""

    after = 0


def is_own(actor: Actor, person: Person) -> bool:
    """Whether the actor acts for themselves: the person is linked to their login."""
    return actor.user_id is not None and actor.user_id == person.user_id and actor.realm.value == person.realm
