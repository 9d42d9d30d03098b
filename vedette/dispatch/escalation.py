"""Who is told that somebody is silent: the supervisor of their unit, else of the unit above, and so on. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitAbove:
    """What of a unit matters here."""

    supervisor: int | None
    parent: int | None


@dataclass(frozen=True, slots=True)
class Silent:
    """A recipient who has not answered."""

    recipient: int
    person: int
    unit: int


def group_by_supervisor(
    silent: Iterable[Silent], units: Mapping[int, UnitAbove], unavailable: Collection[int] = ()
) -> tuple[dict[int, list[Silent]], list[Silent]]:
    """Whom to tell of whom, by the supervisor's person id, and those of whom nobody can be told.

    A supervisor who is silent too (or otherwise `unavailable`) is passed over: theirs go to the next one up.
    """
    everyone = list(silent)
    passed_over = {one.person for one in everyone} | set(unavailable)
    told: dict[int, list[Silent]] = {}
    nobody: list[Silent] = []
    for one in everyone:
        supervisor = _supervisor(one.unit, units, passed_over)
        if supervisor is None:
            nobody.append(one)
        else:
            told.setdefault(supervisor, []).append(one)
    return told, nobody


def _supervisor(unit: int, units: Mapping[int, UnitAbove], passed_over: set[int]) -> int | None:
    seen: set[int] = set()
    at: int | None = unit
    while at is not None and at not in seen and at in units:
        seen.add(at)
        supervisor = units[at].supervisor
        if supervisor is not None and supervisor not in passed_over:
            return supervisor
        at = units[at].parent
    return None
