"""Audiences: a rule over a stored roster, from the database to recipients with reasons, beside bare reading of the same
rows; and the test against the polygon alone, beside shapely's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import shapely
from django.db import connection
from shapely.geometry import mapping

from vedette import clock
from vedette.bench import crowd
from vedette.bench.result import Result, seconds
from vedette.bench.suites.shifts import overlap
from vedette.dispatch.sql import stamp
from vedette.people.audience import resolve
from vedette.people.queries import audience_of, load_world
from vedette.people.resolution import Resolution
from vedette.people.rule import AudienceRule
from vedette.places.inside import points_inside

DEFAULT = 200_000
_NAMED = {"link": "unit", "units": ["unit-1", "unit-2", "unit-3"]}
_ROLE = {"link": "unit", "units": ["sector"], "duties": ["medic"]}
_SHIFT = {"link": "shift", "lead_minutes": 60}
_AHEAD = timedelta(hours=12)


def run(n: int) -> list[Result]:
    """n people in 200 units, each with a shift and a fix; one polygon of 200 points."""
    crowd.store(n, clock.now())
    plain = _rule(_NAMED, _ROLE, _SHIFT)
    with_fixes = _rule(_NAMED, _ROLE, _SHIFT, {"link": "position"})
    bare = seconds(_read_bare)
    return [
        _stored("audience.stored", n, plain, bare),
        _stored("audience.stored-fixes", n, with_fixes, bare),
        _judged(n, with_fixes),
        _geometry(n),
        overlap(n),
    ]


def _stored(name: str, n: int, rule: AudienceRule, bare: float) -> Result:
    def ours() -> Resolution:
        now = clock.now()
        return audience_of(
            rule,
            mapping(crowd.polygon()),
            starts=now,
            ends=now + _AHEAD,
            realm=crowd.REALM,
            now=now,
            danger_to_life=True,
        )

    reached = len(ours())
    assert 0 < reached < n, "the rule must reach some and not all"
    took = seconds(ours)
    return Result(
        name=name,
        n=n,
        value=n / took,
        unit="people/s",
        limit=n / bare,
        limit_is="the rows of people, duties and shifts fetched, and nothing done with them",
        note=f"{took:.3f} s to {reached:,} recipients with reasons, read from the database each time",
    )


def _judged(n: int, rule: AudienceRule) -> Result:
    """The same without the database: the columns are there."""
    now = clock.now()
    world = load_world(crowd.REALM, now, rule=rule, window=(now, now + _AHEAD))
    area = crowd.polygon()

    def ours() -> object:
        return resolve(rule, world, area=area, starts=now, ends=now + _AHEAD, now=now, danger_to_life=True)

    took = seconds(ours)
    return Result(
        name="audience.resolve", n=n, value=n / took, unit="people/s", note=f"{took:.3f} s, with the columns in memory"
    )


def _geometry(n: int) -> Result:
    """Points in the box around the polygon, so that none can be told by the box alone."""
    area, chance = crowd.polygon(), np.random.default_rng(1)
    west, south, east, north = area.bounds
    lons, lats = chance.uniform(west, east, n), chance.uniform(south, north, n)

    def bare() -> object:
        shapely.prepare(area)
        return shapely.contains_xy(area, lons, lats)

    took = seconds(lambda: points_inside(area, lons, lats))
    return Result(
        name="audience.geometry",
        n=n,
        value=n / took,
        unit="points/s",
        limit=n / seconds(bare),
        limit_is="shapely contains_xy of the same points",
        note=f"{took:.4f} s against an outline of {len(area.exterior.coords) - 1} points",
    )


def _rule(*terms: dict[str, Any]) -> AudienceRule:
    return AudienceRule.model_validate({"terms": terms, "maybe": "include", "maybe_cap": 1.0})


def _read_bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, unit_id FROM people_person WHERE realm = %s", [crowd.REALM.value])
        cursor.fetchall()
        cursor.execute("SELECT person_id, duty_id FROM people_person_duties")
        cursor.fetchall()
        cursor.execute(
            "SELECT person_id, starts, ends, post_id FROM people_shift WHERE ends > %s AND starts < %s",
            [stamp(clock.now()), stamp(clock.now() + _AHEAD)],
        )
        cursor.fetchall()
