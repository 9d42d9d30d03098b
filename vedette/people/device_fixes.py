"""What becomes of the fixes that paired devices tell: each goes through the one door of positions, or is left out.

Beside what that door asks, a fix must have been made on duty: what a phone gathers off duty is not kept later either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from vedette import clock
from vedette.formats.fix import Fix as Told
from vedette.formats.gpx import last_fix
from vedette.formats.parts import BadInput
from vedette.people.fixes import Fix, FixOutcome, faults
from vedette.people.models import Device, Person, Shift
from vedette.people.positions import record_positions

#: How often a device that goes on as before is noted as heard: its row is not written for each fix.
NOTED_EVERY = timedelta(minutes=5)
#: What is noted at a device whose word could not be read, or is no fix that there can be.
REFUSED = "refused"
#: What is noted at a device in whose name something was told that does not prove to be from it.
UNPROVEN = "unproven"

#: What became of a fix, for whoever set the device up.
REASONS: dict[str, str] = {
    FixOutcome.KEPT: "kept as the last fix",
    FixOutcome.OLDER: "not newer than the fix that is kept, or more than 4 hours old; nothing was stored",
    FixOutcome.NO_CONSENT: "the person has not consented to the use of their position; nothing was stored",
    FixOutcome.OFF_DUTY: "the person was not on duty; nothing was stored",
    FixOutcome.UNKNOWN: "the person is not known; nothing was stored",
    REFUSED: "what it told could not be used; nothing was stored",
    UNPROVEN: "it showed neither its certificate nor its token; nothing was stored",
}


def take(device: Device, told: Told) -> FixOutcome:
    """What becomes of one fix. Raises BadInput on one that there cannot be."""
    return _one(take_all([(device, told)]))


def take_all(told: Sequence[tuple[Device, Told]]) -> list[FixOutcome | BadInput]:
    """What becomes of many, in their order, in one transaction; one that there cannot be stops no other."""
    batch = _sifted([(device.person_id, fix) for device, fix in told])
    with transaction.atomic():
        found = _taken(batch)
        for (device, _), became in zip(told, found, strict=True):
            note(device, REFUSED if isinstance(became, BadInput) else became.value)
    return found


def take_track(person: Person, track: bytes) -> FixOutcome:
    """What becomes of the last fix of a GPX file. Raises BadInput on what is none."""
    batch = _sifted([(person.pk, last_fix(track))])
    with transaction.atomic():
        return _one(_taken(batch))


def note(device: Device, outcome: str) -> None:
    """Note at a device what became of what it told, where that is news."""
    now, heard = clock.now(), device.heard_at
    if device.outcome != outcome or heard is None or now - heard >= NOTED_EVERY:
        device.outcome, device.heard_at = outcome, now
        Device.objects.filter(pk=device.pk).update(outcome=outcome, heard_at=now)


def _one(found: list[FixOutcome | BadInput]) -> FixOutcome:
    (became,) = found
    if isinstance(became, BadInput):
        raise became
    return became


class _Batch(NamedTuple):
    """Fixes of people, and what is wrong with those of them that there cannot be, by their number."""

    fixes: list[Fix]
    faults: dict[int, BadInput]


def _sifted(told: Sequence[tuple[int, Told]]) -> _Batch:
    """Looked through once, before anybody has to wait for it."""
    fixes = [Fix(person, one.lat, one.lon, one.accuracy_m, one.fixed_at) for person, one in told]
    return _Batch(fixes, faults(fixes, clock.now()))


def _taken(batch: _Batch) -> list[FixOutcome | BadInput]:
    """What becomes of each."""
    found: list[FixOutcome | BadInput] = [FixOutcome.OFF_DUTY] * len(batch.fixes)
    numbers = []
    for number, made in enumerate(_made_on_duty(batch.fixes)):
        if made and number in batch.faults:
            found[number] = batch.faults[number]
        elif made:
            numbers.append(number)
    outcomes = record_positions([batch.fixes[number] for number in numbers]) if numbers else []
    for number, outcome in zip(numbers, outcomes, strict=True):
        found[number] = outcome
    return found


def _made_on_duty(fixes: Sequence[Fix]) -> list[bool]:
    """Which fixes were made on duty, as far as that can be told by the shifts since the earliest of them: of whom there
    is none, the door of positions says whether they are on duty or on no roster at all."""
    now = clock.now()
    since = min((fix.fixed_at for fix in fixes), default=now)
    shifts: dict[int, list[tuple[datetime, datetime]]] = {}
    since_then = Shift.objects.filter(person__in={fix.person_id for fix in fixes}, ends__gt=since, starts__lte=now)
    for person, starts, ends in since_then.values_list("person_id", "starts", "ends"):
        shifts.setdefault(person, []).append((starts, ends))
    return [
        fix.person_id not in shifts or any(starts <= fix.fixed_at < ends for starts, ends in shifts[fix.person_id])
        for fix in fixes
    ]
