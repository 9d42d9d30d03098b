"""Standing areas: the grid says what brute force by shapely says, of every point, area and path, however they lie."""

from __future__ import annotations

import random

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from vedette.bench import worlds
from vedette.bench.brute_force import disagreements, index_of, matrix, oracle
from vedette.places.grid import Pairs, StandingAreas
from vedette.places.inside import points_inside


def test_the_grid_and_brute_force_agree_on_random_worlds() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    seen, wrong = disagreements(seed, 800_000)
    assert seen >= 800_000 and not wrong, f"seed {seed}: {len(wrong)} of {seen}, the first: {wrong[:3]}"


@pytest.mark.long
def test_the_grid_and_brute_force_agree_on_ten_million_pairs() -> None:
    seed = random.randrange(2**32)
    seen, wrong = disagreements(seed, 10_000_000)
    print(f"seed {seed}: {seen:,} pairs, {len(wrong)} disagree")
    assert not wrong, f"seed {seed}: {len(wrong)} of {seen}, the first: {wrong[:3]}"


def test_a_border_is_inside_a_hole_is_not_and_its_border_is() -> None:
    holed = Polygon(box(0, 0, 1, 1).exterior.coords, [box(0.25, 0.25, 0.75, 0.75).exterior.coords])
    found = index_of([holed]).containing([0, 0.5, 0.5, 0.25, 1, 1.0000001], [0, 0, 0.5, 0.5, 1, 1])
    assert found.row.tolist() == [0, 1, 3, 4]


def test_both_sides_of_the_antimeridian_and_every_meridian_of_a_pole_are_one_place() -> None:
    halves = MultiPolygon([box(179, -1, 180, 1), box(-180, -1, -179, 1)])
    west_only, cap, tip = box(-180, -1, -179, 1), box(-180, 80, 180, 90), Polygon([(0, 80), (20, 80), (10, 90)])
    index = index_of([halves, west_only, cap, tip])
    lons, lats = [180, -180, 179.5, 77, -180, 0], [0, 0, 0, 90, 90, -90]
    found = matrix(index.containing(lons, lats), 6, 4)
    assert found.tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [True, False, False, False],
        [False, False, True, True],
        [False, False, True, True],
        [False] * 4,
    ]
    assert found[:, 3].tolist() == points_inside(tip, lons, lats).tolist()


def test_what_is_no_place_on_earth_is_nowhere() -> None:
    index = index_of([box(-180, -90, 180, 90)])
    found = index.containing([float("nan"), 181, 0, float("inf"), 0], [0, 0, 90.5, 0, 0])
    assert found.row.tolist() == [4]
    assert StandingAreas().containing([1.0], [1.0]).row.size == 0
    with pytest.raises(ValueError, match="2 longitudes but 1 latitudes"):
        index.containing([1, 2], [1])


def test_areas_come_go_and_change_one_by_one_without_a_trace() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    pool = worlds.areas(chance, 120)
    lons, lats = worlds.points(chance, pool, 2_000)
    whole = oracle(pool, lons, lats)
    index, standing = StandingAreas(), dict[int, int]()
    for turn in range(600):
        key = int(chance.integers(60))
        if chance.random() < 0.4:
            index.drop(key)
            standing.pop(key, None)
        else:
            standing[key] = int(chance.integers(len(pool)))
            index.put(key, pool[standing[key]])
        if turn % 40 == 0:
            assert len(index) == len(standing) and set(index) == set(standing) and (key in index) == (key in standing)
            expected = np.zeros((lons.size, 60), np.bool_)
            for held, row in standing.items():
                expected[:, held] = whole[:, row]
                assert index.area(held) is pool[row]
            assert (matrix(index.containing(lons, lats), lons.size, 60) == expected).all()


@pytest.mark.parametrize("once", [1525173790, None])
def test_no_area_that_a_box_meets_is_left_out_and_what_is_sure_is_so(once: int | None) -> None:
    seed = random.randrange(2**32) if once is None else once
    print(f"seed {seed}")
    chance = np.random.default_rng(seed)
    world = worlds.areas(chance, 150)
    index = index_of(world)
    lons, lats = worlds.points(chance, world, 1_500)
    far = 10 ** chance.uniform(-5, 1.5, (2, lons.size)) * chance.uniform(-1, 1, (2, lons.size))
    far[1, ::7], far[0, ::5] = 0, 0
    ends_lon, ends_lat = np.clip(lons + far[0], -180, 180), np.clip(lats + far[1], -90, 90)
    west, east = np.minimum(lons, ends_lon), np.maximum(lons, ends_lon)
    south, north = np.minimum(lats, ends_lat), np.maximum(lats, ends_lat)
    row, slot, surely = index.near(west, south, east, north)
    near = matrix(Pairs(row, index.keys(slot)), lons.size, len(world))
    squares = shapely.box(west, south, east, north)
    assert not (shapely.intersects(np.array(world), squares[:, None]) & ~near).any(), f"seed {seed}"
    held = shapely.covers(np.array(world)[index.keys(slot[surely])], squares[row[surely]])
    flat = (west == east)[row[surely]] | (south == north)[row[surely]]
    assert (held | flat).all() and surely.any(), f"seed {seed}"
