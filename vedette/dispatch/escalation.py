"""Who is told that somebody is silent: their supervisor, the warden of the area they work in, or that one's alternate.

Supervisors are looked for up the tree of units; wardens from the smallest saved area that holds the person's post or
their unit's ground outward, and then among the areas that the warned one meets. Whoever cannot be told is passed over,
and it is said why. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vedette.warnings.content import Office


class Passed(StrEnum):
    """Why somebody who holds the office is not told."""

    SILENT = "has not answered either"
    LEFT = "has left"
    NO_ADDRESS = "has no address on any channel of the plan"
    IN_VAIN = "could not be reached"


@dataclass(frozen=True, slots=True)
class UnitAbove:
    """What of a unit matters here."""

    supervisor: int | None
    parent: int | None
    code: str = ""
    #: The saved area that is its ground.
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a saved area matters here."""

    code: str
    warden: int | None
    alternate: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """The saved areas of the realm, and how they lie to each other (`grounds.py` works that out)."""

    grounds: Mapping[int, Ground] = field(default_factory=dict)
    #: Area -> the areas that hold it, itself among them, the smallest first.
    around: Mapping[int, Sequence[int]] = field(default_factory=dict)
    #: The areas that the warned one meets, the one it has most in common with first.
    warned: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Silent:
    """A recipient who has not answered."""

    recipient: int
    person: int
    unit: int
    #: The saved area of the post they are on shift at.
    post: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Who is told of one silent person, and why they."""

    silent: Silent
    to: Office
    #: None when nobody can be told.
    told: int | None
    #: Where they hold that office, as "unit:north" or "area:fence".
    of: str = ""
    #: Offices of whoever was passed over, and why, in the order asked.
    passed: tuple[tuple[str, Passed], ...] = ()

    @property
    def why(self) -> str:
        """In words, without names: what the person's history says."""
        over = [f"the {self.to.value} of {_said(of)} {why.value}" for of, why in self.passed]
        first = f"{self.to.value} of {_said(self.of)}" if self.told is not None else f"no {self.to.value} can be told"
        return "; ".join([first, *over] if self.told is not None or over else [f"{first}: none is set"])


def who_is_told(
    silent: Iterable[Silent],
    to: Office,
    units: Mapping[int, UnitAbove],
    areas: Map | None = None,
    unavailable: Mapping[int, Passed] | None = None,
) -> list[Answer]:
    """For each silent person who is told. The silent themselves are never told of each other."""
    everyone = list(silent)
    unable = {**(unavailable or {}), **{one.person: Passed.SILENT for one in everyone}}
    return [_answer(one, to, _offices(one, to, units, areas or Map()), unable) for one in everyone]


def by_told(answers: Iterable[Answer]) -> dict[int, list[Answer]]:
    """One notice each: whoever is told, with all of whom they are told."""
    notices: dict[int, list[Answer]] = {}
    for answer in answers:
        if answer.told is not None:
            notices.setdefault(answer.told, []).append(answer)
    return dict(sorted(notices.items()))


def candidates(units: Iterable[UnitAbove], grounds: Iterable[Ground], to: Office) -> set[int]:
    """Everyone who holds such an office anywhere."""
    if to is Office.SUPERVISOR:
        return {unit.supervisor for unit in units if unit.supervisor is not None}
    return {person for ground in grounds if (person := _holder(ground, to)) is not None}


def _answer(silent: Silent, to: Office, offices: Iterator[tuple[str, int]], unable: Mapping[int, Passed]) -> Answer:
    passed: dict[str, Passed] = {}
    for of, holder in offices:
        if holder not in unable:
            return Answer(silent=silent, to=to, told=holder, of=of, passed=tuple(passed.items()))
        passed.setdefault(of, unable[holder])
    return Answer(silent=silent, to=to, told=None, passed=tuple(passed.items()))


def _offices(silent: Silent, to: Office, units: Mapping[int, UnitAbove], areas: Map) -> Iterator[tuple[str, int]]:
    """Where somebody holds the office for this person, nearest first, and who."""
    if to is Office.SUPERVISOR:
        for unit in _upward(silent.unit, units):
            if unit.supervisor is not None:
                yield f"unit:{unit.code}", unit.supervisor
        return
    here = silent.post if silent.post in areas.grounds else _ground_of(silent.unit, units)
    around = areas.around.get(here, ()) if here is not None else ()
    for area in dict.fromkeys((*around, *areas.warned)):
        holder = _holder(areas.grounds[area], to)
        if holder is not None:
            yield f"area:{areas.grounds[area].code}", holder


def _holder(ground: Ground, to: Office) -> int | None:
    return ground.warden if to is Office.WARDEN else ground.alternate


def _ground_of(unit: int, units: Mapping[int, UnitAbove]) -> int | None:
    """The ground of a unit; one without ground of its own works on its parent's."""
    return next((above.area for above in _upward(unit, units) if above.area is not None), None)


def _upward(unit: int, units: Mapping[int, UnitAbove]) -> Iterator[UnitAbove]:
    seen: set[int] = set()
    at: int | None = unit
    while at is not None and at not in seen and at in units:
        seen.add(at)
        yield units[at]
        at = units[at].parent


def _said(office: str) -> str:
    kind, _, code = office.partition(":")
    return f"{kind} {code}"
