"""Audiences: judging a generated roster by a rule, beside bare point-in-polygon tests of as many positions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import shapely
from shapely.geometry import box

from vedette.bench.result import Result, seconds
from vedette.people.audience import resolve
from vedette.people.rule import AudienceRule
from vedette.people.world import Fixes, Places, Shifts, World, microseconds

DEFAULT = 200_000
_NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
_AREA = box(-117.13, 32.53, -116.90, 32.60)
_RULE = AudienceRule.model_validate(
    {
        "terms": [{"link": "unit", "units": ["u0"]}, {"link": "assignment"}, {"link": "shift"}, {"link": "position"}],
        "maybe": "include",
        "maybe_cap": 1.0,
    }
)
_UNITS = 50


def run(n: int) -> list[Result]:
    """n people in 50 units with grounds of their own, a shift and a fix each."""
    world = _world(n)
    ends = _NOW + timedelta(hours=12)

    def ours() -> int:
        found = resolve(_RULE, world, area=_AREA, starts=_NOW, ends=ends, now=_NOW, danger_to_life=True)
        return found.certain + found.maybe

    def bare() -> object:
        shapely.prepare(_AREA)
        return shapely.contains_xy(_AREA, world.fixes.lon, world.fixes.lat)

    assert 0 < ours() < n, "the rule must reach some and not all"
    return [
        Result(
            name="audience.resolve",
            n=n,
            value=n / seconds(ours),
            unit="people/s",
            limit=n / seconds(bare),
            limit_is="shapely contains_xy of the positions alone",
        )
    ]


def _world(n: int) -> World:
    chance = np.random.default_rng(1)
    west = np.linspace(-117.13, -115.0, _UNITS)
    grounds = tuple(box(edge, 32.50, edge + 0.05, 32.62) for edge in west)
    everyone = np.arange(n, dtype=np.int64)
    starts = microseconds(_NOW) + chance.integers(-48, 48, n) * 3_600_000_000
    return World(
        ids=everyone + 1,
        unit=everyone % _UNITS,
        active=np.ones(n, np.bool_),
        consent=np.ones(n, np.bool_),
        units=Places(codes=tuple(f"u{unit}" for unit in range(_UNITS)), areas=grounds, parents=np.full(_UNITS, -1)),
        posts=Places(codes=tuple(f"p{post}" for post in range(_UNITS)), areas=grounds),
        shifts=Shifts(
            person=everyone, starts=starts, ends=starts + 8 * 3_600_000_000, post=chance.integers(0, _UNITS, n)
        ),
        fixes=Fixes(
            person=everyone,
            lat=chance.uniform(32.45, 32.65, n),
            lon=chance.uniform(-117.15, -115.0, n),
            accuracy_m=np.full(n, 20.0),
            age_s=chance.uniform(0, 1_800, n),
            on_roster=np.ones(n, np.bool_),
        ),
    )
