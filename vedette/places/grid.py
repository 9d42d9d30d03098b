"""Many standing areas at once: which of them points lie in, exactly, and which may be met by boxes and by paths.

Each area is laid out in cells (`cells.py`). A point in a cell that lies wholly inside needs no test; one in a cell of
the outline is tested against that area alone. Areas come and go one by one: new ones wait in a small table of their
own until it is worth merging, and what is gone is passed over until then.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon

from vedette.places import cells
from vedette.places.cells import Bools, Floats, Ints, spread
from vedette.places.inside import METRES_PER_DEGREE, SPHERE_ERROR

Area = Polygon | MultiPolygon

#: Keys of areas are less than 2 to this.
_KEY_BITS = 40
#: Farther from the equator than this, degrees, nothing is taken to be flat.
_FLAT_TO = 85.0
#: A box or a path over more cells than this (of one level) is held against the areas' bounds instead.
_MOST_CELLS = 64
#: Tables are merged when the small one, or what is gone, has more entries than this and than this share of the large.
_SMALL, _SHARE = 50_000, 0.25


class Pairs(NamedTuple):
    """Who is where: rows of what was asked, and beside each the key of an area."""

    row: Ints
    area: Ints


class Slots(NamedTuple):
    """The same while it is worked on: areas by a number that holds until the next change, and whether that is sure."""

    row: Ints
    slot: Ints
    surely: Bools


class StandingAreas:
    """An index of areas by a whole number of the caller's. Boundary counts as inside."""

    def __init__(self) -> None:
        self._slot_of: dict[int, int] = {}
        self._free: list[int] = []
        self._keys: Ints = np.empty(0, np.int64)
        #: The level of a slot's cells; -1 when nothing is in it.
        self._level: Ints = np.empty(0, np.int64)
        self._areas: npt.NDArray[Any] = np.empty(0, object)
        #: Of those that were asked for: their boundaries laid flat.
        self._outlines: npt.NDArray[Any] = np.empty(0, object)
        self._shrunk: Floats = np.empty(0)
        self._bounds: Floats = np.empty((0, 4))
        self._large = self._small = _table([], [])
        self._waiting: list[tuple[Ints, Ints]] = []
        self._gone = 0

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, key: int) -> bool:
        return key in self._slot_of

    def __iter__(self) -> Iterator[int]:
        return iter(self._slot_of)

    def area(self, key: int) -> Area:
        """The area of that key."""
        found: Area = self._areas[self._slot_of[key]]
        return found

    def put(self, key: int, area: Area) -> None:
        """Add an area, or let it stand in place of the one with that key, a number from 0 to 2**40."""
        if not 0 <= key < 1 << _KEY_BITS:
            raise ValueError(f"an area's key must be 0 to 2**{_KEY_BITS}, not {key}")
        covered = cells.cover(area)
        self.drop(key)
        if not self._free:
            self._grow()
        slot = self._slot_of[key] = self._free.pop()
        self._keys[slot], self._level[slot] = key, covered.level
        self._areas[slot], self._bounds[slot] = area, area.bounds
        self._waiting.append((covered.keys, covered.inside + 2 * slot))

    def drop(self, key: int) -> None:
        """Take an area out; nothing happens if there is none."""
        slot = self._slot_of.pop(key, None)
        if slot is not None:
            self._level[slot], self._bounds[slot] = -1, np.nan
            self._areas[slot] = self._outlines[slot] = None
            self._gone += 1

    def containing(self, lons: npt.ArrayLike, lats: npt.ArrayLike) -> Pairs:
        """Every point with every area that it lies in, or on the boundary of, as `inside.points_inside` has it."""
        x, y = np.atleast_1d(np.asarray(lons, np.float64)), np.atleast_1d(np.asarray(lats, np.float64))
        if x.shape != y.shape:
            raise ValueError(f"{x.size} longitudes but {y.size} latitudes were given")
        real = (np.abs(x) <= 180) & (np.abs(y) <= 90)
        found = self._exactly(x, y, np.flatnonzero(real))
        odd = np.flatnonzero(real & ((np.abs(x) == 180) | (np.abs(y) == 90)))
        if odd.size:
            # 180 and -180 are one meridian, and at a pole all are one.
            other = self._exactly(-x, y, odd[np.abs(x[odd]) == 180])
            found = _once([found, other, *(self._at_pole(np.flatnonzero(y == pole), pole) for pole in (-90.0, 90.0))])
        return Pairs(found.row, self._keys[found.slot])

    def near(self, west: Floats, south: Floats, east: Floats, north: Floats) -> Slots:
        """Every box with every area that may share a point with it, each once, and whether it surely lies within it.

        Boxes lie within -180 to 180.
        """
        found: list[Slots] = []
        for level in self._levels():
            columns, rows = cells.span(level, west, east), cells.span(level, south, north)
            size = (columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1)
            one, few = np.flatnonzero(size == 1), np.flatnonzero((size > 1) & (size <= _MOST_CELLS))
            for some in (one, few):
                box, keys = cells.boxes(level, *(edge[some] for edge in (*columns, *rows)))
                listed = self._listed(keys)
                in_cells = Slots(some[box[listed.row]], listed.slot, listed.surely)
                found.append(in_cells if some is one else _whole(in_cells, size))
            found.append(self._by_bounds(level, np.flatnonzero(size > _MOST_CELLS), west, south, east, north))
        return _joined(found)

    def everywhere(self, rows: Ints, south: Floats, north: Floats) -> Slots:
        """Boxes right round the Earth: every row with every area between its latitudes, none of them surely."""
        found = [_joined([])]
        for row, low, high in zip(rows.tolist(), south.tolist(), north.tolist(), strict=True):
            slots = np.flatnonzero((self._bounds[:, 1] <= high) & (self._bounds[:, 3] >= low))
            found.append(Slots(np.full(slots.size, row), slots, np.zeros(slots.size, np.bool_)))
        return _joined(found)

    def holds(self, slots: Ints, lons: Floats, lats: Floats) -> Bools:
        """Whether each point lies in its own area, or on the boundary of it."""
        found = np.zeros(slots.size, np.bool_)
        order = _by_slot(slots, np.ones(slots.size, np.bool_))
        found[order] = shapely.intersects_xy(self._areas[slots[order]], lons[order], lats[order])
        seam = np.flatnonzero(np.abs(lons) == 180)
        found[seam] |= shapely.intersects_xy(self._areas[slots[seam]], -lons[seam], lats[seam])
        for pole, side in ((-90.0, 1), (90.0, 3)):
            found |= (lats == pole) & (self._bounds[slots, side] == pole)
        return found

    def meets(self, slots: Ints, lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Bools:
        """Whether each straight path, which keeps within -180 to 180, meets its own area, were it only in a point."""
        ends = np.stack([np.column_stack([lon0, lat0]), np.column_stack([lon1, lat1])], axis=1)
        return np.asarray(shapely.intersects(self._areas[slots], shapely.linestrings(ends)), np.bool_)

    def keys(self, slots: Ints) -> Ints:
        """The keys of areas, given as `near` gives them: by numbers that hold until the next change."""
        return self._keys[slots]

    def standing(self, slot: int) -> Area:
        """The area of such a number."""
        found: Area = self._areas[slot]
        return found

    def beside_outline(self, slots: Ints, lons: Floats, lats: Floats, metres: Floats) -> tuple[Bools, Bools]:
        """Whether each point is surely nearer to the outline of its area than so many metres, by `inside.Ground`, and
        whether it may be: where the two differ, only `Ground` itself can say. By slots, in any order."""
        order = _by_slot(slots, np.ones(slots.size, np.bool_))
        slot, lon, lat, far = slots[order], lons[order], lats[order], metres[order]
        for new in slot[_first_of(slot)].tolist():
            self._lay_flat(new)
        shrunk = self._shrunk[slot]
        least, most = _true_lengths(self._bounds[slot], shrunk, far)
        points: Any = shapely.points(lon * shrunk, lat)
        reach: Any = far * most / METRES_PER_DEGREE
        found = np.asarray(shapely.dwithin(self._outlines[slot], points, reach), np.bool_) | np.isnan(reach)
        some = np.flatnonzero(found & (far > 0))
        sure: Any = far[some] * least[some] / METRES_PER_DEGREE
        surely, may = np.zeros(slots.size, np.bool_), np.zeros(slots.size, np.bool_)
        may[order] = found
        surely[order[some]] = shapely.dwithin(self._outlines[slot[some]], points[some], sure)
        return surely, may

    def _lay_flat(self, slot: int) -> None:
        """Have an area's boundary at hand, with longitudes shrunk as at its middle."""
        if self._outlines[slot] is None:
            shrunk = math.cos(math.radians(float(self._bounds[slot, 1] + self._bounds[slot, 3]) / 2))
            outline = shapely.transform(self._areas[slot].boundary, lambda corners: corners * [shrunk, 1.0])
            shapely.prepare(outline)
            self._outlines[slot], self._shrunk[slot] = outline, shrunk

    def _levels(self) -> list[int]:
        return [level for level in np.unique(self._level).tolist() if level >= 0]

    def _exactly(self, x: Floats, y: Floats, rows: Ints) -> Slots:
        """Which areas the points of some rows lie in, each once."""
        x, y = x[rows], y[rows]
        row, slot, surely = _joined([self._listed(cells.keys_of(level, x, y)) for level in self._levels()])
        open_ = _by_slot(slot, ~surely)
        surely[open_] = shapely.intersects_xy(self._areas[slot[open_]], x[row[open_]], y[row[open_]])
        return Slots(rows[row[surely]], slot[surely], surely[surely])

    def _at_pole(self, rows: Ints, pole: float) -> Slots:
        """Points at a pole are in every area that reaches it."""
        slots = np.flatnonzero((self._bounds[:, 1] == pole) | (self._bounds[:, 3] == pole))
        return Slots(np.repeat(rows, slots.size), np.tile(slots, rows.size), np.ones(rows.size * slots.size, np.bool_))

    def _by_bounds(self, level: int, rows: Ints, west: Floats, south: Floats, east: Floats, north: Floats) -> Slots:
        """What is too wide to be followed cell by cell, with the areas of a level whose bounds it meets."""
        slots = np.flatnonzero(self._level == level)
        bounds = self._bounds[slots]
        found = [_joined([])]
        for row in rows.tolist():
            meets = (bounds[:, 0] <= east[row]) & (bounds[:, 2] >= west[row])
            near = slots[meets & (bounds[:, 1] <= north[row]) & (bounds[:, 3] >= south[row])]
            found.append(Slots(np.full(near.size, row), near, np.zeros(near.size, np.bool_)))
        return _joined(found)

    def _listed(self, keys: Ints) -> Slots:
        """For each cell asked for, the areas that stand in it; no area twice."""
        self._settle()
        listed = _joined([_look_up(table, keys) for table in (self._large, self._small) if table.cells.size])
        if self._gone:
            stands = self._level[listed.slot] >= 0
            listed = Slots(listed.row[stands], listed.slot[stands], listed.surely[stands])
        return listed

    def _settle(self) -> None:
        """Bring in what waits, and merge the tables when it is time."""
        if self._waiting:
            self._small = _table(*_both(self._small, self._waiting))
            self._waiting = []
        if self._small.entries.size > max(_SMALL, _SHARE * self._large.entries.size) or self._gone > max(
            64, _SHARE * len(self._slot_of)
        ):
            keys, entries = _both(self._large, [_flat(self._small)])
            stands = self._level[entries >> 1] >= 0
            self._large, self._small = _table(keys[stands], entries[stands]), _table([], [])
            self._free = np.flatnonzero(self._level < 0).tolist()
            self._gone = 0

    def _grow(self) -> None:
        held = self._keys.size
        more = max(64, held)
        self._keys = np.concatenate([self._keys, np.zeros(more, np.int64)])
        self._level = np.concatenate([self._level, np.full(more, -1)])
        self._areas = np.concatenate([self._areas, np.full(more, None)])
        self._outlines = np.concatenate([self._outlines, np.full(more, None)])
        self._shrunk = np.concatenate([self._shrunk, np.ones(more)])
        self._bounds = np.concatenate([self._bounds, np.full((more, 4), np.nan)])
        self._free = list(range(held, held + more))


def _true_lengths(bounds: Floats, shrunk: Floats, metres: Floats) -> tuple[Floats, Floats]:
    """By what factors a length beside an area's flat outline may differ from the true one, at the least and the most.

    Not a number near a pole, where nothing is flat. The most allows for what `inside.Ground` counts as doubt.
    """
    pad = metres / METRES_PER_DEGREE
    north, south = bounds[:, 3] + pad, bounds[:, 1] - pad
    highest = np.maximum(np.abs(north), np.abs(south))
    lowest = np.where((north > 0) & (south < 0), 0.0, np.minimum(np.abs(north), np.abs(south)))
    narrow = np.where(highest < _FLAT_TO, np.cos(np.radians(highest)), np.nan) / shrunk
    wide = np.cos(np.radians(lowest)) / shrunk
    half = np.radians(np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])) + pad / 50
    stretch = np.where(half < 1.5, half / np.sin(np.clip(half, 1e-9, 1.5)), np.nan)
    return 0.999 / np.maximum(wide, 1.0), 1.001 * SPHERE_ERROR * stretch / np.minimum(narrow, 1.0)


class _Table(NamedTuple):
    """The areas of each cell: those of `cells[i]` are `entries[starts[i]:starts[i + 1]]`."""

    cells: Ints
    starts: Ints
    #: An area's slot, doubled; odd where the cell lies wholly inside it.
    entries: Ints


def _table(keys: Any, entries: Any) -> _Table:
    keys, entries = np.asarray(keys, np.int64), np.asarray(entries, np.int32)
    order = np.argsort(keys, kind="stable")
    known, first = np.unique(keys[order], return_index=True)
    return _Table(known, np.append(first, keys.size), entries[order])


def _look_up(table: _Table, keys: Ints) -> Slots:
    at = np.searchsorted(table.cells, keys)
    at[at == table.cells.size] = 0
    known = np.flatnonzero(table.cells[at] == keys)
    first = table.starts[at[known]]
    of, number = spread(table.starts[at[known] + 1] - first)
    entry = table.entries[first[of] + number]
    return Slots(known[of], entry >> 1, (entry & 1).astype(np.bool_))


def _flat(table: _Table) -> tuple[Ints, Ints]:
    return np.repeat(table.cells, np.diff(table.starts)), table.entries


def _both(table: _Table, more: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    keys, entries = zip(_flat(table), *more, strict=True)
    return np.concatenate(keys), np.concatenate(entries)


def _joined(found: Sequence[Slots]) -> Slots:
    if len(found) == 1:
        return found[0]
    return Slots(
        np.concatenate([_NO_ROWS, *(one.row for one in found)]),
        np.concatenate([_NO_ROWS, *(one.slot for one in found)]),
        np.concatenate([_NO_ROWS.astype(np.bool_), *(one.surely for one in found)]),
    )


_NO_ROWS = np.empty(0, np.int64)


def _by_slot(slot: Ints, wanted: Bools) -> Ints:
    """The wanted rows, area by area: an area's outline is then at hand for all who are held against it."""
    rows = np.flatnonzero(wanted)
    return rows[np.argsort(slot[rows], kind="stable")]


def _first_of(values: Ints) -> Bools:
    """Which of sorted values are the first of their kind."""
    first = np.ones(values.size, np.bool_)
    first[1:] = values[1:] != values[:-1]
    return first


def _once(found: Sequence[Slots]) -> Slots:
    """Each pair once; surely where one of them is."""
    row, slot, surely = _joined(found)
    order = np.lexsort((~surely, slot, row))
    row, slot, surely = row[order], slot[order], surely[order]
    first = _first_of(row) | _first_of(slot)
    return Slots(row[first], slot[first], surely[first])


def _whole(found: Slots, size: Ints) -> Slots:
    """Each pair once; surely where all the cells of the row, of which there are `size`, are."""
    if not found.row.size:
        return found
    order = np.lexsort((found.slot, found.row))
    row, slot = found.row[order], found.slot[order]
    first = np.flatnonzero(_first_of(row) | _first_of(slot))
    inside = np.add.reduceat(found.surely[order].astype(np.int64), first)
    return Slots(row[first], slot[first], inside == size[row[first]])
