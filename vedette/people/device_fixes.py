"""What becomes of the fixes that paired devices tell: each goes through the one door of positions, or is left out.

Beside what that door asks, a fix must have been made on duty: what a phone gathers off duty is not kept later either.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from vedette import clock
from vedette.formats.fix import Fix as Told
from vedette.formats.gpx import last_fix
from vedette.formats.parts import BadInput
from vedette.people.fixes import Fix, FixOutcome
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
    with transaction.atomic():
        found = _taken([(device.person_id, fix) for device, fix in told])
        for (device, _), became in zip(told, found, strict=True):
            note(device, REFUSED if isinstance(became, BadInput) else became.value)
    return found


def take_track(person: Person, track: bytes) -> FixOutcome:
    """What becomes of the last fix of a GPX file. Raises BadInput on what is none."""
    with transaction.atomic():
        return _one(_taken([(person.pk, last_fix(track))]))


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


def _taken(told: Sequence[tuple[int, Told]]) -> list[FixOutcome | BadInput]:
    """What becomes of the fixes of people, each by their id."""
    found: list[FixOutcome | BadInput] = [FixOutcome.OFF_DUTY] * len(told)
    numbers = [number for number, made in enumerate(_made_on_duty(told)) if made]
    while numbers:
        try:
            outcomes = record_positions([_fix(*told[number]) for number in numbers])
        except BadInput as error:
            row, _, field = error.field.partition(".")
            found[numbers.pop(int(row))] = BadInput(field, error.reason)
            continue
        for number, outcome in zip(numbers, outcomes, strict=True):
            found[number] = outcome
        break
    return found


def _made_on_duty(told: Sequence[tuple[int, Told]]) -> list[bool]:
    """Which fixes were made on duty, as far as that can be told by the shifts since the earliest of them: of whom there
    is none, the door of positions says whether they are on duty or on no roster at all."""
    now = clock.now()
    since = min((fix.fixed_at for _, fix in told), default=now)
    shifts: dict[int, list[tuple[datetime, datetime]]] = {}
    since_then = Shift.objects.filter(person__in={person for person, _ in told}, ends__gt=since, starts__lte=now)
    for person, starts, ends in since_then.values_list("person_id", "starts", "ends"):
        shifts.setdefault(person, []).append((starts, ends))
    return [
        person not in shifts or any(starts <= fix.fixed_at < ends for starts, ends in shifts[person])
        for person, fix in told
    ]


def _fix(person: int, told: Told) -> Fix:
    return Fix(person, told.lat, told.lon, told.accuracy_m, told.fixed_at)
