"""Who enters standing areas from fix to fix: once, with the doubt of a fix, and by the path between."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from vedette.bench import worlds
from vedette.places.entering import Fixes, Gate
from vedette.places.inside import Whereabouts, locate

IN, MAYBE, OUT = Whereabouts.IN, Whereabouts.MAYBE, Whereabouts.OUT
SQUARE = box(-117.1, 32.5, -117.0, 32.6)
#: Well inside the square, on its western border, and to the west and the east of it.
INSIDE, BORDER, WEST, EAST = (-117.05, 32.55), (-117.1, 32.55), (-117.2, 32.55), (-116.9, 32.55)
NOWHERE = (np.nan, np.nan)


def gate(*areas: Polygon | MultiPolygon) -> Gate:
    made = Gate()
    for key, area in enumerate(areas):
        made.areas.put(key, area)
    return made


def fixes(*spots: tuple[float, float], reach: float = 20.0) -> Fixes:
    lon, lat = np.array(spots, np.float64).reshape(-1, 2).T
    return Fixes(lon, lat, np.full(lon.size, reach))


def walk(
    watched: Gate, *spots: tuple[float, float], reach: float = 20.0, path: bool = True
) -> list[tuple[int, Whereabouts]]:
    """What one person enters on their way, step by step; the first spot is where they were."""
    told = []
    for before, now in itertools.pairwise(spots):
        found = watched.entries(np.array([7]), fixes(before, reach=reach), fixes(now, reach=reach), np.array([path]))
        told += [
            (area, Whereabouts(where)) for area, where in zip(found.area.tolist(), found.where.tolist(), strict=True)
        ]
    return told


def test_entering_is_told_once_and_again_after_leaving() -> None:
    assert walk(gate(SQUARE), WEST, INSIDE, INSIDE, EAST, INSIDE) == [(0, IN), (0, IN)]
    assert walk(gate(SQUARE), NOWHERE, INSIDE) == [(0, IN)]
    assert walk(gate(), WEST, INSIDE) == []


def test_a_fix_that_jumps_about_a_border_is_one_entry() -> None:
    assert walk(gate(SQUARE), WEST, BORDER, INSIDE, BORDER, INSIDE, BORDER, BORDER, INSIDE) == [(0, MAYBE), (0, IN)]


def test_whoever_was_out_in_between_has_entered_anew() -> None:
    assert walk(gate(SQUARE), INSIDE, BORDER, WEST, BORDER, INSIDE) == [(0, MAYBE), (0, IN)]


def test_a_path_through_an_area_is_an_entry_and_one_beside_it_is_not() -> None:
    assert walk(gate(SQUARE), WEST, EAST) == [(0, IN)]
    assert walk(gate(SQUARE), WEST, EAST, path=False) == []
    assert walk(gate(SQUARE), (-117.2, 32.65), (-116.9, 32.65)) == []
    assert walk(gate(SQUARE), INSIDE, EAST) == [], "leaving is no entry"


def test_a_path_across_the_antimeridian_goes_the_short_way() -> None:
    behind, aside = box(-179.5, -1, -179.4, 1), box(0, -1, 1, 1)
    assert walk(gate(behind, aside), (179.8, 0), (-179.2, 0)) == [(0, IN)]
    assert walk(gate(behind, aside), (-179.2, 0), (179.8, 0)) == [(0, IN)]


def test_doubt_reaches_across_the_antimeridian_and_round_a_pole() -> None:
    here, cap = box(179, -1, 180, 1), box(-180, 89.99, 180, 90)
    assert walk(gate(here, cap), NOWHERE, (-179.999, 0), reach=1_000) == [(0, MAYBE)]
    assert walk(gate(here, cap), NOWHERE, (77, 89.98), reach=2_000) == [(1, MAYBE)]


def test_an_area_that_changes_is_entered_as_it_is_now() -> None:
    watched = gate(SQUARE)
    assert walk(watched, WEST, EAST) == [(0, IN)]
    watched.areas.put(0, box(-116.95, 32.5, -116.85, 32.6))
    assert walk(watched, WEST, INSIDE) == []
    assert walk(watched, INSIDE, EAST) == [(0, IN)]


def test_many_rows_of_several_people_are_told_apart() -> None:
    watched = gate(SQUARE, box(-116.95, 32.5, -116.85, 32.6))
    who = np.array([1, 1, 1, 2, 3])
    before = fixes(NOWHERE, INSIDE, WEST, EAST, NOWHERE)
    found = watched.entries(who, before, fixes(INSIDE, WEST, EAST, INSIDE, WEST), np.ones(5, np.bool_))
    assert sorted(zip(found.row.tolist(), found.area.tolist(), strict=True)) == [(0, 0), (2, 0), (2, 1), (3, 0)]


@pytest.mark.parametrize("once", [11, None])
def test_where_somebody_is_agrees_with_asking_area_by_area(once: int | None) -> None:
    seed = random.randrange(2**32) if once is None else once
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    world = worlds.areas(chance, 60)
    lon, lat = worlds.points(chance, world, 1_200)
    reach = np.where(chance.random(lon.size) < 0.3, 0.0, 10 ** chance.uniform(0, 5, lon.size))
    pairs, where = gate(*world).whereabouts(Fixes(lon, lat, reach))
    found = np.zeros((lon.size, len(world)), np.uint8)
    found[pairs.row, pairs.area] = where
    for column, area in enumerate(world):
        expected = locate(area, lon, lat, reach, 0.0, 60.0)
        wrong = np.flatnonzero(found[:, column] != expected)
        assert not wrong.size, f"seed {seed}: points {wrong[:3]}, area {column}: {area.wkt[:200]}"


@pytest.mark.parametrize("once", [12, None])
def test_walks_agree_with_brute_force(once: int | None) -> None:
    """Each step against each area on its own: what a fix says, what was held, and the line between."""
    seed = random.randrange(2**32) if once is None else once
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    world = [area for area in worlds.areas(chance, 80) if max(map(abs, area.bounds)) < 170]
    watched, steps, people = gate(*world), 12, 40
    starts = chance.integers(len(world), size=people)
    walks = np.array([shapely.get_coordinates(world[row].centroid)[0] for row in starts])
    held = np.zeros((people, len(world)), np.uint8)
    before = Fixes(np.full(people, np.nan), np.full(people, np.nan), np.full(people, np.nan))
    for _ in range(steps):
        walks = walks + chance.normal(0, 10 ** chance.uniform(-4, -0.5, (people, 1)), walks.shape)
        walks = np.clip(walks, [-179, -89], [179, 89])
        reach = 10 ** chance.uniform(0, 4, people)
        now = Fixes(walks[:, 0].copy(), walks[:, 1].copy(), reach)
        found = watched.entries(np.arange(people), before, now, np.ones(people, np.bool_))
        told = np.zeros((people, len(world)), np.uint8)
        told[found.row, found.area] = found.where
        for column, area in enumerate(world):
            is_now = locate(area, now.lon, now.lat, reach, 0.0, 60.0)
            expected = np.where(is_now > held[:, column], is_now, OUT)
            for row in np.flatnonzero((is_now == OUT) & (held[:, column] == OUT) & np.isfinite(before.lon)):
                line = LineString([(before.lon[row], before.lat[row]), (now.lon[row], now.lat[row])])
                expected[row] = IN if area.intersects(line) else OUT
            held[:, column] = np.where(is_now == OUT, OUT, np.maximum(is_now, held[:, column]))
            assert (told[:, column] == expected).all(), f"seed {seed}: area {column}"
        before = now
