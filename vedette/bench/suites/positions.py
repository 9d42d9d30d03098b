"""Positions: updates against ten thousand standing areas beside an STRtree asked one by one; the index held against
brute force; a new warning against a million live positions; and from entering an area to the queue, over HTTP."""

from __future__ import annotations

import secrets
import time

import numpy as np
import shapely
from shapely.geometry import Point, Polygon

from vedette.bench.brute_force import disagreements
from vedette.bench.entering import entered_and_queued
from vedette.bench.result import Result, Timing, seconds, timed
from vedette.bench.towns import Country
from vedette.places.entering import Fixes, Gate
from vedette.places.geometry import circle
from vedette.places.inside import locate, points_inside

DEFAULT = 300_000
#: Updates handed to the index at once.
BATCH = 10_000
#: Standing areas, and live positions, at the default and above; fewer in smaller runs.
AREAS, LIVE = 10_000, 1_000_000
#: Of the loop over the tree so many are enough to tell its rate.
LOOPED = 20_000
#: How far a fix of a phone in the open may be off.
_REACH_M = 30.0


def run(n: int) -> list[Result]:
    """n updates; the rest in proportion."""
    country = Country()
    return [
        *_against_areas(country, n),
        _against_brute_force(n * 34),
        *_new_warning(country, min(LIVE, n * 4)),
        *entered_and_queued(n),
    ]


def _against_areas(country: Country, n: int) -> list[Result]:
    areas = country.areas(min(AREAS, max(10, n // 30)))
    lon, lat = country.people(n)
    gate = Gate()
    building = seconds(lambda: [gate.areas.put(key, area) for key, area in enumerate(areas)], rounds=1)
    batches = [slice(at, at + BATCH) for at in range(0, n, BATCH)]
    gate.areas.containing(lon[:1], lat[:1])
    found = [gate.areas.containing(lon[some], lat[some]) for some in batches]
    ours = min((timed(lambda some: gate.areas.containing(lon[some], lat[some]), batches) for _ in range(3)), key=_total)
    loop, batched, wrong = _tree(areas, lon, lat, sum(one.row.size for one in found))
    pairs = sum(one.row.size for one in found) / n
    return [
        Result(
            name="positions.areas",
            n=n,
            value=n / ours.total,
            unit="updates/s",
            limit=loop,
            limit_is="shapely's STRtree asked one by one, prepared areas",
            lost=wrong,
            note=f"{len(areas):,} areas, each update in {pairs:.1f}; the tree asked {BATCH:,} at once {batched:,.0f}/s;"
            f" {building / len(areas) * 1e3:.2f} ms to add an area",
        ),
        _entering(country, gate, lon, lat, batches),
    ]


def _tree(areas: list[Polygon], lon: np.ndarray, lat: np.ndarray, pairs: int) -> tuple[float, float, int]:
    """Updates a second by a loop over the tree, and by asking it many at once; and by how many pairs it differs."""
    for area in areas:
        shapely.prepare(area)
    tree = shapely.STRtree(areas)
    some = range(min(LOOPED, lon.size))
    loop = timed(lambda at: tree.query(Point(lon[at], lat[at]), predicate="intersects"), some)
    began, found = time.perf_counter(), 0
    for at in range(0, lon.size, BATCH):
        points = shapely.points(lon[at : at + BATCH], lat[at : at + BATCH])
        found += tree.query(points, predicate="intersects").shape[1]
    return loop.per_second, lon.size / (time.perf_counter() - began), abs(found - pairs)


def _entering(country: Country, gate: Gate, lon: np.ndarray, lat: np.ndarray, batches: list[slice]) -> Result:
    """The same with all that a fix in earnest needs: its doubt, the fix before, and the way between."""
    after = country.moved(lon, lat)
    reach, who = np.full(lon.size, _REACH_M), np.arange(lon.size)

    def look(some: slice) -> None:
        before = Fixes(lon[some], lat[some], reach[some])
        now = Fixes(after[0][some], after[1][some], reach[some])
        gate.entries(who[some], before, now, np.ones(now.lon.size, np.bool_))

    ours = timed(look, batches)
    return Result(
        name="positions.entries",
        n=lon.size,
        value=lon.size / ours.total,
        unit="updates/s",
        note="with accuracy, the fix before and the way between: who enters, surely or perhaps",
    )


def _against_brute_force(pairs: int) -> Result:
    """Random worlds with every hard case; what the two disagree on counts as lost."""
    seed = secrets.randbelow(2**32)
    began = time.perf_counter()
    seen, wrong = disagreements(seed, pairs)
    return Result(
        name="positions.exact",
        n=seen,
        value=seen / (time.perf_counter() - began),
        unit="pairs/s",
        lost=len(wrong),
        note=f"seed {seed}: borders, corners, holes, slivers, the antimeridian and the poles, against brute force",
    )


def _new_warning(country: Country, live: int) -> list[Result]:
    """Circles of 15 km about people, one after the other, against everybody's last position."""
    lon, lat = country.people(live)
    accuracy, age = np.full(live, 20.0), np.full(live, 30.0)
    middles = zip(lon[:21].tolist(), lat[:21].tolist(), strict=True)
    areas = [circle(y, x, 15_000) for x, y in middles]
    exact = timed(lambda area: points_inside(area, lon, lat), areas[1:])
    doubt = timed(lambda area: locate(area, lon, lat, accuracy, age, 14_400, 10.0), areas[1:])
    bare = timed(lambda area: (shapely.prepare(area), shapely.contains_xy(area, lon, lat)), areas[1:])
    return [
        _warned("positions.new-warning", live, exact, bare, "who is inside, exactly"),
        _warned("positions.new-warning-doubt", live, doubt, bare, "in, perhaps, or out, by accuracy and age"),
    ]


def _warned(name: str, live: int, ours: Timing, bare: Timing, note: str) -> Result:
    return Result(
        name=name,
        n=live,
        value=ours.per_second,
        unit="warnings/s",
        limit=bare.per_second,
        limit_is="shapely contains_xy of as many positions",
        p50_ms=ours.percentile_ms(0.5),
        p99_ms=ours.percentile_ms(0.99),
        note=note,
    )


def _total(timing: Timing) -> float:
    return timing.total
