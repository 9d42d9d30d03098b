"""Random worlds of standing areas, with points where tests of where something is go wrong: on borders and corners, in
holes, at the antimeridian and at the poles."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from vedette.places.geometry import BadGeometry, circle, shape_of

Area = Polygon | MultiPolygon
Floats = np.ndarray


def areas(chance: np.random.Generator, count: int) -> list[Area]:
    """So many areas of every kind, from a house to a continent."""
    made: list[Area] = []
    kinds = (_star, _star, _star, _holed, _scattered, _aligned, _across, _round_pole, _sliver)
    while len(made) < count:
        found = kinds[len(made) % len(kinds)](chance)
        if isinstance(found, Polygon | MultiPolygon) and found.is_valid and not found.is_empty:
            made.append(found)
    return made


def points(chance: np.random.Generator, world: list[Area], count: int) -> tuple[Floats, Floats]:
    """About so many points: near the areas, on corners of theirs and of cells, on and beside their sides, anywhere."""
    some = [world[row] for row in chance.integers(len(world), size=max(1, count // 40))]
    each: list[Floats] = []
    for area in some:
        west, south, east, north = area.bounds
        wide, high = max(east - west, 1e-4), max(north - south, 1e-4)
        corners = shapely.get_coordinates(area)
        picked = corners[chance.integers(len(corners) - 1, size=6)]
        after = corners[np.minimum(chance.integers(len(corners) - 1, size=6) + 1, len(corners) - 1)]
        share = chance.choice([0.0, 0.25, 0.5, 0.75, chance.random()], size=(6, 1))
        sides = picked + (after - picked) * share
        around = np.column_stack(
            [
                chance.uniform(west - wide / 4, east + wide / 4, 16),
                chance.uniform(south - high / 4, north + high / 4, 16),
            ]
        )
        cell = np.round(around[:4] * 256) / 256
        each += [picked, sides, sides + chance.normal(0, 1e-9, sides.shape), around, cell]
    each.append(_seams(chance, count // 50))
    each.append(np.column_stack([chance.uniform(-180, 180, count // 50), chance.uniform(-90, 90, count // 50)]))
    lon, lat = np.concatenate(each).T
    keep = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return lon[keep], lat[keep]


def _seams(chance: np.random.Generator, count: int) -> Floats:
    side = chance.choice([-180.0, 180.0], count)
    pole = chance.choice([-90.0, 90.0], count)
    return np.concatenate(
        [
            np.column_stack([side, chance.uniform(-90, 90, count)]),
            np.column_stack([chance.uniform(-180, 180, count), pole]),
            np.array([[180.0, 90.0], [-180.0, -90.0], [180.0, 0.0], [-180.0, 0.0]]),
        ]
    )


def _spot(chance: np.random.Generator) -> tuple[float, float]:
    """Often in the same few towns, so that areas lie over each other."""
    if chance.random() < 0.7:
        town = chance.integers(5)
        return -100.0 + 40 * town + chance.normal(0, 0.3), -40.0 + 20 * town + chance.normal(0, 0.3)
    return chance.uniform(-170, 170), chance.uniform(-75, 75)


def _star(chance: np.random.Generator, reach: float | None = None) -> Area:
    x, y = _spot(chance)
    turns = np.sort(chance.uniform(0, 2 * np.pi, chance.integers(3, 60)))
    far = (reach or 10 ** chance.uniform(-3, 0.9)) * chance.uniform(0.4, 1, turns.size)
    return Polygon(np.column_stack([np.clip(x + far * np.cos(turns), -180, 180), y + far * np.sin(turns)]))


def _holed(chance: np.random.Generator) -> Area:
    found = outer = _star(chance, 10 ** chance.uniform(-2, 0.5)).buffer(0)
    for _ in range(3):
        west, south, east, north = outer.bounds
        hole = box(0, 0, (east - west) / 6, (north - south) / 6)
        at = chance.uniform(west, east), chance.uniform(south, north)
        found = shapely.difference(found, shapely.transform(hole, lambda corner, at=at: corner + at))
    return found


def _scattered(chance: np.random.Generator) -> Area:
    middle = np.array(_spot(chance))
    parts = [_star(chance, 0.2).buffer(0) for _ in range(chance.integers(2, 6))]
    moves = [middle + chance.normal(0, 0.3, 2) - shapely.get_coordinates(part.centroid)[0] for part in parts]
    moved = (shapely.transform(part, lambda corner, by=by: corner + by) for part, by in zip(parts, moves, strict=True))
    return shapely.union_all([part.buffer(0) for part in moved])


def _aligned(chance: np.random.Generator) -> Area:
    """Sides that run along the borders of cells."""
    x, y = (round(value * 256) / 256 for value in _spot(chance))
    return box(x, y, x + chance.integers(1, 200) / 256, y + chance.integers(1, 200) / 256)


def _across(chance: np.random.Generator) -> Area:
    """Over the antimeridian, as it is stored: cut there."""
    west, south = 180 - 10 ** chance.uniform(-2, 0.5), chance.uniform(-80, 70)
    east, north = -180 + 10 ** chance.uniform(-2, 0.5), south + 10 ** chance.uniform(-2, 0.9)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return shape_of({"type": "Polygon", "coordinates": [ring]})


def _round_pole(chance: np.random.Generator) -> Area:
    try:
        return circle(chance.choice([-90.0, 90.0, 89.9]), chance.uniform(-180, 180), 10 ** chance.uniform(3, 6))
    except BadGeometry:
        edge = chance.uniform(60, 89)
        return box(-180, edge, 180, 90)


def _sliver(chance: np.random.Generator) -> Area:
    """A road: long, and a few metres wide."""
    x, y = _spot(chance)
    length, turn = 10 ** chance.uniform(-2, 0.5), chance.uniform(0, 2 * np.pi)
    along, across = np.array([np.cos(turn), np.sin(turn)]) * length, np.array([-np.sin(turn), np.cos(turn)]) * 1e-4
    at = np.array([x, y])
    return Polygon([at, at + along, at + along + across, at + across])
