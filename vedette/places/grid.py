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

    @property
    def code(self) -> Ints:
        """Each pair as one number, to look pairs up among others of the same rows."""
        return (self.row << _KEY_BITS) | self.area

    def only(self, wanted: Bools | Ints) -> Pairs:
        """Some of them."""
        return Pairs(self.row[wanted], self.area[wanted])


class Slots(NamedTuple):
    """The same while it is worked on: areas by their slot, and whether the row surely lies in the area."""

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

    def near(self, west: Floats, south: Floats, east: Floats, north: Floats) -> tuple[Pairs, Bools]:
        """Every box with every area that may share a point with it, and whether it surely lies within that area.

        Boxes lie within -180 to 180; one across it is two.
        """
        found: list[Slots] = []
        for level in self._levels():
            columns, rows = cells.span(level, west, east), cells.span(level, south, north)
            size = (columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1)
            few, many = np.flatnonzero(size <= _MOST_CELLS), np.flatnonzero(size > _MOST_CELLS)
            box, keys = cells.boxes(level, *(edge[few] for edge in (*columns, *rows)))
            listed = self._listed(keys)
            row = few[box[listed.row]]
            found.append(_whole(Slots(row, listed.slot, listed.surely), size))
            found.append(self._by_bounds(level, many, west, south, east, north))
        together = _joined(found)
        return Pairs(together.row, self._keys[together.slot]), together.surely

    def crossed(
        self, lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats, of: Ints | None = None, but: Pairs | None = None
    ) -> Pairs:
        """Every straight path with every area that it meets, were it only in a point; not the pairs of `but`.

        Paths lie within -180 to 180; one across it is two. `of` says whose row each path is, if several are one's.
        """
        west, south, east, north = (
            *(np.minimum(lon0, lon1), np.minimum(lat0, lat1)),
            *(np.maximum(lon0, lon1), np.maximum(lat0, lat1)),
        )
        found: list[Slots] = []
        for level in self._levels():
            columns, rows = cells.span(level, west, east), cells.span(level, south, north)
            steps = columns[1] - columns[0] + rows[1] - rows[0]
            few, many = np.flatnonzero(steps < _MOST_CELLS), np.flatnonzero(steps >= _MOST_CELLS)
            path, keys = cells.path_cells(level, lon0[few], lat0[few], lon1[few], lat1[few])
            listed = self._listed(keys)
            found.append(Slots(few[path[listed.row]], listed.slot, listed.surely))
            found.append(self._by_bounds(level, many, west, south, east, north))
        row, slot, _ = _once(found)
        # A cell beside the path may be listed with it: only the test itself is sure.
        pairs = Pairs(row if of is None else of[row], self._keys[slot])
        wanted = np.ones(row.size, np.bool_) if but is None else ~np.isin(pairs.code, but.code)
        asked = _by_slot(slot, wanted)
        at = row[asked]
        ends = np.stack([np.column_stack([lon0[at], lat0[at]]), np.column_stack([lon1[at], lat1[at]])], axis=1)
        meets = pairs.only(asked[shapely.intersects(self._areas[slot[asked]], shapely.linestrings(ends))])
        return meets if of is None else meets.only(np.unique(meets.code, return_index=True)[1])

    def beside_outline(self, areas: Ints, lons: Floats, lats: Floats, metres: Floats) -> tuple[Bools, Bools]:
        """Whether each point is surely nearer to the outline of its area than so many metres, by `inside.Ground`, and
        whether it may be: where the two differ, only `Ground` itself can say."""
        known, at = np.unique(areas, return_inverse=True)
        slots = np.array([self._slot_of[key] for key in known.tolist()], np.int64)
        flat = [self._flat_outline(slot) for slot in slots.tolist()]
        shrunk = np.array([scale for scale, _ in flat])[at]
        outlines = np.array([outline for _, outline in flat], object)[at]
        least, most = _true_lengths(self._bounds[slots][at], shrunk, metres)
        points: Any = shapely.points(lons * shrunk, lats)
        far, near = _degrees(metres * most), _degrees(metres * least)
        may: Bools = np.asarray(shapely.dwithin(outlines, points, far), np.bool_) | np.isnan(far)
        surely = np.zeros(may.size, np.bool_)
        rows = np.flatnonzero(may & (near > 0))
        surely[rows] = shapely.dwithin(outlines[rows], points[rows], near[rows])
        return surely, may

    def _flat_outline(self, slot: int) -> tuple[float, Any]:
        """An area's boundary with longitudes shrunk as at its middle, and by what."""
        if self._outlines[slot] is None:
            shrunk = math.cos(math.radians(float(self._bounds[slot, 1] + self._bounds[slot, 3]) / 2))
            outline = shapely.transform(self._areas[slot].boundary, lambda corners: corners * [shrunk, 1.0])
            shapely.prepare(outline)
            self._outlines[slot] = (shrunk, outline)
        found: tuple[float, Any] = self._outlines[slot]
        return found

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
        self._bounds = np.concatenate([self._bounds, np.full((more, 4), np.nan)])
        self._free = list(range(held, held + more))


def _degrees(metres: Floats) -> Any:
    return metres / METRES_PER_DEGREE


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


def _once(found: Sequence[Slots]) -> Slots:
    """Each pair once; surely where one of them is."""
    row, slot, surely = _joined(found)
    order = np.lexsort((~surely, slot, row))
    row, slot, surely = row[order], slot[order], surely[order]
    first = np.ones(row.size, np.bool_)
    first[1:] = (row[1:] != row[:-1]) | (slot[1:] != slot[:-1])
    return Slots(row[first], slot[first], surely[first])


def _whole(found: Slots, size: Ints) -> Slots:
    """Each pair once; surely where all the cells of the row, of which there are `size`, are."""
    if not (size[found.row] > 1).any():
        return found
    pair, at = np.unique(np.column_stack([found.row, found.slot]), axis=0, return_inverse=True)
    inside = np.bincount(at.ravel(), weights=found.surely, minlength=len(pair))
    return Slots(pair[:, 0], pair[:, 1], inside == size[pair[:, 0]])
