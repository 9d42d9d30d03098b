"""Fixes as they come in, many at a time: what can be one, and which of several of a person is news. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from vedette.formats.parts import BadInput
from vedette.people.audience import CLOCK_SKEW
from vedette.people.world import Bools, Floats, Ints, microseconds

#: The least accurate fix taken, as a radius in metres.
LEAST_ACCURATE_M = 100_000.0


class Fix(NamedTuple):
    """Where a person was, as a device says."""

    person_id: int
    lat: float
    lon: float
    #: Radius in metres.
    accuracy_m: float
    #: When it was taken, aware.
    fixed_at: datetime


class FixOutcome(StrEnum):
    """What became of a fix."""

    KEPT = "kept"
    #: Not newer than the one that is kept, or too old to matter.
    OLDER = "older"
    #: The person has not consented to the use of their position, or has left.
    NO_CONSENT = "no_consent"
    #: The person is on a roster, and not on duty now.
    OFF_DUTY = "off_duty"
    #: There is no such person.
    UNKNOWN = "unknown"


class Columns:
    """A batch of fixes as arrays, checked: one that cannot be a fix refuses them all."""

    def __init__(self, fixes: Sequence[Fix], now: datetime) -> None:
        """Raises BadInput, whose field is the fix's number in the batch and what of it is wrong: `3.lat`."""
        people, lats, lons, accuracies, moments = zip(*fixes, strict=True) if fixes else ((), (), (), (), ())
        if any(moment.tzinfo is None for moment in moments):
            number = next(number for number, moment in enumerate(moments) if moment.tzinfo is None)
            raise BadInput(f"{number}.fixed_at", "needs a time zone or offset")
        self.person: Ints = np.array(people, np.int64)
        self.lat: Floats = np.array(lats, np.float64)
        self.lon: Floats = np.array(lons, np.float64)
        self.accuracy_m: Floats = np.array(accuracies, np.float64)
        #: Microseconds since 1970 UTC.
        self.fixed: Ints = np.array([round(moment.timestamp() * 1e6) for moment in moments], np.int64)
        newest = microseconds(now + CLOCK_SKEW)
        for field, sound, reason in (
            ("lat", np.abs(self.lat) <= 90, "must be -90 to 90 degrees"),
            ("lon", np.abs(self.lon) <= 180, "must be -180 to 180 degrees"),
            (
                "accuracy_m",
                (self.accuracy_m >= 0) & (self.accuracy_m <= LEAST_ACCURATE_M),
                f"must be 0 to {LEAST_ACCURATE_M:,.0f} metres",
            ),
            ("fixed_at", self.fixed <= newest, "is in the future; set the device's clock"),
        ):
            if not sound.all():
                raise BadInput(f"{int(np.argmin(sound))}.{field}", reason)

    def __len__(self) -> int:
        return int(self.person.size)


def faults(fixes: Sequence[Fix], now: datetime) -> dict[int, BadInput]:
    """What is wrong with those that cannot be a fix, by their number among the others."""
    try:
        Columns(fixes, now)
    except BadInput:
        alone = {number: _fault(fix, now) for number, fix in enumerate(fixes)}
        return {number: fault for number, fault in alone.items() if fault is not None}
    return {}


def _fault(fix: Fix, now: datetime) -> BadInput | None:
    try:
        Columns([fix], now)
    except BadInput as error:
        return BadInput(error.field.partition(".")[2], error.reason)
    return None


def by_time(person: Ints, fixed: Ints) -> Ints:
    """The order in which fixes are looked at: each person's by the time they were taken, whatever came in first."""
    return np.lexsort((fixed, person))


def news(person: Ints, fixed: Ints, known: Ints) -> Bools:
    """Which fixes, in that order, are newer than all before of their person; `known` is when the kept one was taken."""
    newer = fixed > known
    newer[1:] &= (person[1:] != person[:-1]) | (fixed[1:] > fixed[:-1])
    return np.asarray(newer, np.bool_)


def last_of_each(person: Ints) -> Bools:
    """Which rows are the last of their person, in that order."""
    last = np.ones(person.size, np.bool_)
    last[:-1] = person[1:] != person[:-1]
    return last
