"""Many points against one area: a raster says in or out for most of them; those on an edge cell are tested exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Cells each way, and so many points at least, below which making the raster costs more than it saves.
CELLS, WORTH_IT = 64, 20_000
_OUT, _EDGE, _IN = 0, 1, 2
#: Cells are judged wider than they are by this share of their width: far more than rounding can misplace a point.
_MARGIN = 1e-6


def points_in_bounds(area: Polygon | MultiPolygon, x: Floats, y: Floats) -> Bools:
    """For each point whether it is in `area` or on its boundary; all of them lie within its bounds."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    wide, high = (east - west) / CELLS, (north - south) / CELLS
    if x.size < WORTH_IT or not (wide > 0 and high > 0):
        return np.asarray(shapely.intersects_xy(area, x, y), np.bool_)
    column = np.minimum(((x - west) * (1 / wide)).astype(np.int32), CELLS - 1)
    row = np.minimum(((y - south) * (1 / high)).astype(np.int32), CELLS - 1)
    row *= CELLS
    row += column
    found = _cells(area, west, south, wide, high)[row]
    inside: Bools = found == _IN
    edge = np.flatnonzero(found == _EDGE)
    inside[edge] = shapely.intersects_xy(area, x[edge], y[edge])
    return inside


def _cells(area: Polygon | MultiPolygon, west: float, south: float, wide: float, high: float) -> npt.NDArray[np.uint8]:
    """For each cell, row by row from the south-west, whether its points are in, out, or either."""
    at = np.arange(CELLS)
    left, low = np.meshgrid(west + at * wide, south + at * high)
    boxes: Any = shapely.box(
        left - wide * _MARGIN, low - high * _MARGIN, left + wide * (1 + _MARGIN), low + high * (1 + _MARGIN)
    )
    cells = np.full(boxes.shape, _OUT, np.uint8)
    cells[np.asarray(shapely.intersects(area, boxes))] = _EDGE
    cells[np.asarray(shapely.contains_properly(area, boxes))] = _IN
    return cells.ravel()
