"""Muster: at shift start, the warnings in force for a unit, who of it is on, and who was briefed by word of mouth.

What a supervisor attests is a level of its own: it never stands in for, or over, what somebody says themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from vedette import clock
from vedette.access.policy import Actor, Refused, check, decide, visible
from vedette.access.policy import Reason as Why
from vedette.access.roles import Role, Verb
from vedette.dispatch import acknowledge
from vedette.dispatch.acknowledge import Recorded
from vedette.dispatch.levels import State
from vedette.dispatch.models import Recipient
from vedette.formats.parts import BadInput
from vedette.people.models import Person, Shift, Unit
from vedette.people.queries import people_for, units_for
from vedette.people.supervising import supervised_by, upward
from vedette.warnings.models import Message, Warning
from vedette.warnings.queries import current_message

#: Whoever comes on within this time is at the muster.
COMING = timedelta(hours=2)
#: The longest note of an attestation.
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Mustered:
    """One person of the unit for whom a warning in force is meant."""

    recipient: Recipient
    on_shift: bool

    @property
    def open(self) -> bool:
        """Whether an attestation says something new: they have not answered themselves, nor has anybody for them."""
        return State(self.recipient.state) is State.OPEN


@dataclass(frozen=True)
class InForce:
    """A warning in force that is meant for people of the unit: its last message, and those people."""

    warning: Warning
    message: Message
    people: tuple[Mustered, ...]

    @property
    def on(self) -> list[Mustered]:
        """Those who are on shift, or come on soon."""
        return [one for one in self.people if one.on_shift]

    @property
    def off(self) -> list[Mustered]:
        """The rest of the unit."""
        return [one for one in self.people if not one.on_shift]


@dataclass(frozen=True)
class Muster:
    """What is in force for a unit, the last issued first."""

    unit: Unit
    at: datetime
    warnings: tuple[InForce, ...]


def units_mustered_by(actor: Actor) -> list[Unit]:
    """The units whose musters the actor may hold, by code."""
    if not actor.may(Verb.ATTEST):
        return []
    units = list(units_for(actor))
    if Role.DUTY_OFFICER in actor.roles:
        return units
    own = supervised_by(actor)
    above = {unit.pk: unit.parent_id for unit in units}
    return [unit for unit in units if own & upward(unit.pk, above)]


def may_muster(actor: Actor, unit: Unit) -> bool:
    """Whether the actor supervises the unit or one above it, or is a duty officer, who is above them all."""
    return any(unit.pk == one.pk for one in units_mustered_by(actor))


def muster_of(actor: Actor, unit: Unit, now: datetime) -> Muster:
    """The warnings in force for people of a unit and the units below it. Raises Refused."""
    _check(actor, unit)
    people = _people_of(actor, unit)
    in_force = visible(actor, Warning.objects.filter(ended_at=None, expires_at__gt=now), Verb.ATTEST)
    recipients = Recipient.objects.filter(warning__in=in_force, person__in=people).select_related("person__unit")
    on = set(
        Shift.objects.filter(person__in=people, starts__lte=now + COMING, ends__gt=now).values_list(
            "person_id", flat=True
        )
    )
    by_warning: dict[int, list[Mustered]] = {}
    for one in recipients.order_by("person__name", "person__code"):
        by_warning.setdefault(one.warning_id, []).append(Mustered(one, one.person_id in on))
    found = []
    for warning in in_force.filter(pk__in=by_warning):
        if (message := current_message(warning)) is not None:
            found.append(InForce(warning, message, tuple(by_warning[warning.pk])))
    found.sort(key=lambda one: (one.message.issued_at, one.warning.pk), reverse=True)
    return Muster(unit, now, tuple(found))


def attest_briefed(
    actor: Actor, unit: Unit, warning: Warning, codes: Sequence[str], note: str = ""
) -> dict[str, Recorded]:
    """Attest for people of a unit that they were briefed of a warning in force: what became of each, by code.

    All of them or nobody: one ledger entry. Raises Refused, and BadInput on somebody who is not of the unit or for
    whom the warning is not meant, on nobody at all, and on a warning that is over.
    """
    _check(actor, unit)
    check(actor, Verb.ATTEST, warning)
    note = " ".join(note.split()) or "briefed at muster"
    if len(note) > LONGEST_NOTE:
        raise BadInput("note", f"must have at most {LONGEST_NOTE} characters")
    if not codes:
        raise BadInput("people", "say who was briefed: nobody was marked")
    if warning.ended_at is not None or warning.expires_at is None or warning.expires_at <= clock.now():
        raise BadInput("warning", "is not in force any more; nobody can be briefed of it")
    meant = Recipient.objects.filter(warning=warning, person__in=_people_of(actor, unit), person__code__in=codes)
    found = {code: pk for pk, code in meant.values_list("pk", "person__code")}
    if strangers := sorted(set(codes) - set(found)):
        raise BadInput("people", f"{strangers[0]!r} is not of unit {unit.code!r}, or the warning is not meant for them")
    outcomes = acknowledge.record_attestations(sorted(found.values()), actor.ref, note)
    return {code: outcomes[pk].recorded for code, pk in sorted(found.items())}


def _check(actor: Actor, unit: Unit) -> None:
    reason = decide(actor, Verb.ATTEST, unit)
    if reason is Why.ALLOWED and not may_muster(actor, unit):
        reason = Why.NOT_OF_UNIT
    if reason is not Why.ALLOWED:
        raise Refused(Verb.ATTEST, reason)


def _people_of(actor: Actor, unit: Unit) -> QuerySet[Person]:
    """Active people of the unit and the units below it, whom the actor may see."""
    parents = dict(Unit.objects.filter(realm=actor.realm.value).values_list("pk", "parent_id"))
    within = [pk for pk in parents if unit.pk in upward(pk, parents)]
    return people_for(actor).filter(unit__in=within, active=True).order_by()
