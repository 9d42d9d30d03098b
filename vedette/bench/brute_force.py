"""The index of standing areas held against brute force: shapely, every point with every area, nothing left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString

from vedette.bench import worlds
from vedette.places.grid import Pairs, StandingAreas

_POLES = {pole: LineString([(-180, pole), (180, pole)]) for pole in (90, -90)}


def index_of(world: list[worlds.Area]) -> StandingAreas:
    """The areas under their numbers."""
    index = StandingAreas()
    for key, area in enumerate(world):
        index.put(key, area)
    return index


def matrix(pairs: Pairs, rows: int, areas: int) -> npt.NDArray[np.bool_]:
    """Pairs as a table of points and areas. Raises ValueError when a pair comes twice."""
    found = np.zeros((rows, areas), np.bool_)
    found[pairs.row, pairs.area] = True
    if found.sum() != pairs.row.size:
        raise ValueError("a pair came twice")
    return found


def oracle(world: list[worlds.Area], lons: worlds.Floats, lats: worlds.Floats) -> npt.NDArray[np.bool_]:
    """Each point with each area, under every name that a point has at the antimeridian and at a pole."""
    found = np.empty((lons.size, len(world)), np.bool_)
    for column, area in enumerate(world):
        inside = shapely.intersects_xy(area, lons, lats)
        seam = np.abs(lons) == 180
        inside[seam] |= shapely.intersects_xy(area, -lons[seam], lats[seam])
        for pole, line in _POLES.items():
            if pole in (area.bounds[1], area.bounds[3]):
                inside[lats == pole] |= area.intersects(line)
        found[:, column] = inside
    return found


def disagreements(seed: int, pairs: int) -> tuple[int, list[str]]:
    """Hold so many pairs of random worlds against the oracle: how many there were, and where the two disagree."""
    chance = np.random.default_rng(seed)
    seen, wrong = 0, list[str]()
    while seen < pairs:
        world = worlds.areas(chance, 400)
        lons, lats = worlds.points(chance, world, 1_000)
        found = matrix(index_of(world).containing(lons, lats), lons.size, len(world))
        for row, column in np.argwhere(found != oracle(world, lons, lats)).tolist():
            wrong.append(f"point {lons[row]!r} {lats[row]!r}, area {world[column].wkt[:300]}")
        seen += found.size
    return seen, wrong
