"""Rosters small enough to read, as plain records, and the columns made from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from shapely.geometry import Polygon, box

from vedette.people.audience import Resolution, World, resolve
from vedette.people.rule import AudienceRule
from vedette.people.world import Fixes, Places, Shifts, microseconds

NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
STARTS, ENDS = NOW, NOW + timedelta(hours=12)
#: About 9 by 11 km, at 32.5 degrees north.
AREA = box(-117.10, 32.50, -117.00, 32.60)
INSIDE, OUTSIDE = (32.55, -117.05), (32.55, -116.50)
HERE, BESIDE, FAR = (
    box(-117.08, 32.52, -117.02, 32.58),
    box(-117.00, 32.50, -116.90, 32.60),
    box(-116.5, 32, -116.4, 33),
)


def hours(number: float) -> datetime:
    """So many hours from now."""
    return NOW + timedelta(hours=number)


@dataclass(frozen=True)
class Fix:
    """A last position."""

    at: tuple[float, float]
    accuracy_m: float = 10.0
    age_s: float = 60.0


@dataclass(frozen=True)
class Somebody:
    """One person; shifts are (from, to, post code or None)."""

    id: int
    unit: str
    duties: tuple[str, ...] = ()
    active: bool = True
    consent: bool = True
    shifts: tuple[tuple[datetime, datetime, str | None], ...] = ()
    fix: Fix | None = None

    @property
    def code(self) -> str:
        return f"p{self.id}"


@dataclass(frozen=True)
class Roster:
    """People, units as code -> (parent, ground), posts as code -> ground."""

    people: tuple[Somebody, ...]
    units: dict[str, tuple[str | None, Polygon | None]] = field(
        default_factory=lambda: {"all": (None, None), "north": ("all", FAR), "south": ("all", HERE)}
    )
    posts: dict[str, Polygon] = field(default_factory=lambda: {"gate": HERE, "beside": BESIDE, "far": FAR})
    duties: tuple[str, ...] = ("driver", "medic")

    def world(self, partial: bool = False) -> World:
        """The same as columns."""
        units, posts = list(self.units), list(self.posts)
        shifts = [(row, *shift) for row, person in enumerate(self.people) for shift in person.shifts]
        fixes = [(row, person, person.fix) for row, person in enumerate(self.people) if person.fix]
        doing = [(row, self.duties.index(duty)) for row, person in enumerate(self.people) for duty in person.duties]
        return World(
            ids=np.array([person.id for person in self.people], np.int64),
            unit=np.array([units.index(person.unit) for person in self.people], np.int64),
            active=np.array([person.active for person in self.people], np.bool_),
            consent=np.array([person.consent for person in self.people], np.bool_),
            units=Places(
                codes=tuple(units),
                areas=tuple(ground for _, ground in self.units.values()),
                parents=np.array([units.index(above) if above else -1 for above, _ in self.units.values()], np.int64),
            ),
            posts=Places(codes=tuple(posts), areas=tuple(self.posts.values())),
            duties=self.duties,
            duty_person=np.array([row for row, _ in doing], np.int64),
            duty=np.array([duty for _, duty in doing], np.int64),
            shifts=Shifts(
                person=np.array([row for row, *_ in shifts], np.int64),
                starts=np.array([microseconds(starts) for _, starts, _, _ in shifts], np.int64),
                ends=np.array([microseconds(ends) for _, _, ends, _ in shifts], np.int64),
                post=np.array([posts.index(post) if post else -1 for *_, post in shifts], np.int64),
            ),
            fixes=Fixes(
                person=np.array([row for row, *_ in fixes], np.int64),
                lat=np.array([fix.at[0] for *_, fix in fixes], np.float64),
                lon=np.array([fix.at[1] for *_, fix in fixes], np.float64),
                accuracy_m=np.array([fix.accuracy_m for *_, fix in fixes], np.float64),
                age_s=np.array([fix.age_s for *_, fix in fixes], np.float64),
                on_roster=np.array([bool(person.shifts) for _, person, _ in fixes], np.bool_),
            ),
            rows={person.code: row for row, person in enumerate(self.people)},
            partial=partial,
        )


def ask(rule: dict[str, object] | AudienceRule, *people: Somebody, danger_to_life: bool = True) -> Resolution:
    """What the rule answers about these people, for AREA from now for twelve hours."""
    checked = rule if isinstance(rule, AudienceRule) else AudienceRule.model_validate(rule)
    return resolve(
        checked, Roster(people).world(), area=AREA, starts=STARTS, ends=ENDS, now=NOW, danger_to_life=danger_to_life
    )


def said(found: Resolution) -> dict[int, str]:
    """Person id -> reason."""
    return {one.person_id: one.reason for one in found}
