"""How an organisation's saved areas lie to each other and to a warned one: which holds which, what meets what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.geometry import km2

Area = Polygon | MultiPolygon
#: So much of an area must lie in another to count as held by it: outlines drawn by hand never quite agree.
HELD = 0.95


def around(areas: Mapping[int, Area]) -> Mapping[int, tuple[int, ...]]:
    """For each area those that hold it, itself among them, the smallest first."""
    return _around(tuple(areas.items()))


def met_by(warned: Area, areas: Mapping[int, Area]) -> tuple[int, ...]:
    """The areas that a warned one meets, the one it has most ground in common with first, then the smallest."""
    shared = {one: warned.intersection(area).area for one, area in areas.items() if warned.intersects(area)}
    return tuple(sorted((one for one in shared if shared[one] > 0), key=lambda one: (-shared[one], areas[one].area)))


@lru_cache(maxsize=8)
def _around(items: tuple[tuple[int, Area], ...]) -> Mapping[int, tuple[int, ...]]:
    areas = dict(items)
    ids = list(areas)
    shapes = np.array([areas[one] for one in ids], dtype=object)
    sizes = {one: (km2(areas[one]), one) for one in ids}
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    share = shapely.area(shapely.intersection(shapes[inner], shapes[outer])) / shapely.area(shapes[inner])
    found: dict[int, list[int]] = {one: [one] for one in ids}
    for row, holder in zip(inner[share >= HELD].tolist(), outer[share >= HELD].tolist(), strict=True):
        if row != holder:
            found[ids[row]].append(ids[holder])
    return {one: tuple(sorted(holders, key=sizes.__getitem__)) for one, holders in found.items()}
