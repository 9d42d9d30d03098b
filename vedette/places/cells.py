"""The Earth in square cells of degrees, at several sizes: which of them an area covers, a box touches, a path crosses.

A cell is half open: its south and west sides are its own. Sizes are powers of two, so that a point's cell is found
without rounding, and what holds for a cell that no outline touches holds for every point of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Cells of level 0 are this part of a degree, some 430 m from south to north; each level doubles it.
PER_DEGREE = 256
#: Cells of the last level are 16 degrees wide.
LEVELS = 13
#: An area is covered by about so many cells at most, at the finest level that allows it.
MOST_CELLS = 2_048

#: Added to rows and columns to make them positive, and what they then fit in.
_SHIFT, _BITS = 1 << 17, 18
#: Two coordinates whose cells differ through rounding alone differ by less than this, in cells.
_SLACK = 1e-6


class Cover(NamedTuple):
    """The cells of an area: keys in order, and of each whether it lies wholly inside."""

    level: int
    keys: Ints
    inside: Bools


def keys_of(level: int, lons: Floats, lats: Floats) -> Ints:
    """For each point the key of its cell."""
    return _keys(level, _cell(level, lons), _cell(level, lats))


def cover(area: Polygon | MultiPolygon) -> Cover:
    """The cells that `area` touches. A cell that its outline does not enter is wholly inside or not in it."""
    parts = shapely.get_parts(area)
    bounds = shapely.bounds(parts)
    level = next((one for one in range(LEVELS) if _count(one, bounds) <= MOST_CELLS), LEVELS - 1)
    outline = np.unique(_along_outline(level, area))
    west, south, east, north = _cell(level, bounds).T
    within = np.unique(boxes(level, west, east, south, north)[1])
    clear = within[np.searchsorted(outline, within, "left") == np.searchsorted(outline, within, "right")]
    shapely.prepare(area)
    full = clear[shapely.contains_xy(area, *_middles(level, clear))]
    keys = np.concatenate([outline, full])
    order = np.argsort(keys)
    inside = np.zeros(keys.size, np.bool_)
    inside[outline.size :] = True
    return Cover(level, keys[order], inside[order])


def span(level: int, low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """The first and the last column (or row) of cells from one coordinate to another."""
    return _cell(level, low), _cell(level, high)


def boxes(level: int, west: Ints, east: Ints, south: Ints, north: Ints) -> tuple[Ints, Ints]:
    """Every cell of some boxes of columns and rows: the box's number, and the cell's key."""
    high, wide = north - south + 1, east - west + 1
    box, at = spread(high * wide)
    row, column = np.divmod(at, wide[box])
    return box, _keys(level, west[box] + column, south[box] + row)


def path_cells(level: int, lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> tuple[Ints, Ints]:
    """Every cell that straight paths enter, and perhaps one beside it: the path's number, and the cell's key."""
    scale = PER_DEGREE / 2**level
    x0, y0, x1, y1 = lon0 * scale, lat0 * scale, lon1 * scale, lat1 * scale
    down = y0 > y1
    x0, x1 = np.where(down, x1, x0), np.where(down, x0, x1)
    y0, y1 = np.where(down, y1, y0), np.where(down, y0, y1)
    first = np.floor(y0).astype(np.int64)
    path, at = spread(np.floor(y1).astype(np.int64) - first + 1)
    row = first[path] + at
    # Where the path enters and leaves each row of cells.
    rise = (y1 - y0)[path]
    slope = np.divide((x1 - x0)[path], rise, out=np.zeros_like(rise), where=rise > 0)
    low, high = np.maximum(row, y0[path]), np.minimum(row + 1, y1[path])
    level_path = rise == 0
    enters = np.where(level_path, x0[path], x0[path] + (low - y0[path]) * slope)
    leaves = np.where(level_path, x1[path], x0[path] + (high - y0[path]) * slope)
    least, most = np.minimum(x0, x1)[path], np.maximum(x0, x1)[path]
    # A very flat path's slope is very large, and so is what rounding makes of it.
    steep = np.abs(slope) > 1e4
    from_x = np.where(steep, least, np.clip(np.minimum(enters, leaves) - _SLACK, least, most))
    to_x = np.where(steep, most, np.clip(np.maximum(enters, leaves) + _SLACK, least, most))
    column = np.floor(from_x).astype(np.int64)
    crossing, step = spread(np.floor(to_x).astype(np.int64) - column + 1)
    return path[crossing], _keys(level, column[crossing] + step, row[crossing])


def spread(counts: Ints) -> tuple[Ints, Ints]:
    """For counts [2, 0, 3]: whose each is, [0, 0, 2, 2, 2], and its number there, [0, 1, 0, 1, 2]."""
    of = np.repeat(np.arange(counts.size), counts)
    return of, np.arange(of.size) - np.repeat(np.cumsum(counts) - counts, counts)


def _along_outline(level: int, area: Polygon | MultiPolygon) -> Ints:
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(area)), return_index=True)
    begins, ends = points[:-1], points[1:]
    side = ring[:-1] == ring[1:]
    begins, ends = begins[side], ends[side]
    return path_cells(level, begins[:, 0], begins[:, 1], ends[:, 0], ends[:, 1])[1]


def _count(level: int, bounds: Floats) -> int:
    west, south, east, north = _cell(level, bounds).T
    return int(((east - west + 1) * (north - south + 1)).sum())


def _cell(level: int, degrees: Floats) -> Ints:
    return np.asarray(np.floor(degrees * (PER_DEGREE / 2**level)), np.int64)


def _keys(level: int, columns: Ints, rows: Ints) -> Ints:
    return np.asarray((level << 2 * _BITS) | ((rows + _SHIFT) << _BITS) | (columns + _SHIFT))


def _middles(level: int, keys: Ints) -> tuple[Floats, Floats]:
    size = 2**level / PER_DEGREE
    mask = (1 << _BITS) - 1
    columns, rows = (keys & mask) - _SHIFT, ((keys >> _BITS) & mask) - _SHIFT
    return (columns + 0.5) * size, (rows + 0.5) * size
