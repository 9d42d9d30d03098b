"""Who comes into standing areas, from one fix to the next: with the doubt of `inside.py`, and by the path between.

Somebody has entered when a fix says more than the last one did: *maybe* after *out*, *in* after either; or when the
straight path between two fixes outside meets the area. Whoever was *in* stays so while fixes say *maybe*, so that a fix
that jumps about a border is one entry; only *out* ends it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.places.cells import Bools, Floats, Ints
from vedette.places.grid import Pairs, StandingAreas
from vedette.places.inside import METRES_PER_DEGREE, Ground, Whereabouts

Wheres = npt.NDArray[np.uint8]

#: An area's plane lengthens distances by less than this, unless it is wider than a continent.
_STRETCH = 1.25
#: Nearer to a pole than this (degrees), a fix may lie on any meridian.
_POLAR = 1.0
#: Areas whose planes are kept, and people whose *maybe* is held to be *in*: beyond it the oldest is forgotten.
_MOST_GROUNDS, _MOST_HELD = 10_000, 100_000


class Fixes(NamedTuple):
    """Fixes by row: degrees, and how far in metres their bearer may be from there. Not a number: there is none."""

    lon: Floats
    lat: Floats
    reach_m: Floats

    def only(self, rows: Ints) -> Fixes:
        """Some of them."""
        return Fixes(self.lon[rows], self.lat[rows], self.reach_m[rows])


class Entries(NamedTuple):
    """Who entered what: rows of the fixes, areas by their key, and for each IN or MAYBE."""

    row: Ints
    area: Ints
    where: Wheres


class Gate:
    """Watches over standing areas, fix by fix."""

    def __init__(self) -> None:
        self.areas = StandingAreas()
        self._grounds: dict[int, tuple[object, Ground]] = {}
        self._held: dict[int, set[int]] = {}

    def entries(self, who: Ints, before: Fixes, now: Fixes, path: Bools) -> Entries:
        """Who enters an area with a fix; `before` is each one's fix before, and `path` whether the way from there
        counts. The rows of one person stand in the order of their fixes."""
        if not len(self.areas) or not who.size:
            return Entries(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))
        pairs, where = self.whereabouts(now)
        passed = self._passed(before, now, path, pairs)
        again = np.unique(np.concatenate([pairs.row, passed.row]))
        earlier, was = self.whereabouts(before.only(again))
        earlier = Pairs(again[earlier.row], earlier.area)
        said = _looked_up(pairs, earlier, was)
        new = (where > said) & ~self._stayed(who, pairs, said, where)
        passed = passed.only(_looked_up(passed, earlier, was) == Whereabouts.OUT)
        return Entries(
            np.concatenate([pairs.row[new], passed.row]),
            np.concatenate([pairs.area[new], passed.area]),
            np.concatenate([where[new], np.full(passed.row.size, Whereabouts.IN, np.uint8)]),
        )

    def whereabouts(self, fixes: Fixes) -> tuple[Pairs, Wheres]:
        """Every fix with every area that it is in, or may be in, and which of the two, as `inside.locate` has it."""
        rows, odd, edges = _around(fixes)
        pairs, surely = self.areas.near(*edges)
        odd, pairs = odd[pairs.row], Pairs(rows[pairs.row], pairs.area)
        if odd.any():
            # A fix at the antimeridian has a box on either side: what is in both boxes counts once, and is not sure.
            _, first = np.unique(pairs.code, return_index=True)
            pairs, surely, odd = pairs.only(first), surely[first] & ~odd[first], odd[first]
        where = np.where(surely, Whereabouts.IN, Whereabouts.OUT).astype(np.uint8)
        open_ = np.flatnonzero(~surely)
        asked = pairs.only(open_)
        rows = np.unique(asked.row)
        found = self.areas.containing(fixes.lon[rows], fixes.lat[rows])
        where[open_[np.isin(asked.code, Pairs(rows[found.row], found.area).code)]] = Whereabouts.IN
        where[open_[self._doubtful(fixes, asked, odd[open_])]] = Whereabouts.MAYBE
        some = where != Whereabouts.OUT
        return pairs.only(some), where[some]

    def _doubtful(self, fixes: Fixes, pairs: Pairs, odd: Bools) -> Bools:
        """Of which pairs the area's boundary may be nearer than the fix reaches."""
        lon, lat, reach = fixes.only(pairs.row)
        doubtful, may = self.areas.beside_outline(pairs.area, lon, lat, reach)
        doubtful &= ~odd
        near = np.flatnonzero((odd | may) & ~doubtful)
        near = near[np.argsort(pairs.area[near], kind="stable")]
        for some in np.split(near, np.flatnonzero(np.diff(pairs.area[near])) + 1):
            if some.size:
                ground = self._ground(int(pairs.area[some[0]]))
                doubtful[some] = ground.boundary_within(lon[some], lat[some], reach[some])
        return doubtful

    def _ground(self, key: int) -> Ground:
        area, kept = self.areas.area(key), self._grounds.get(key)
        if kept is None or kept[0] is not area:
            if len(self._grounds) >= _MOST_GROUNDS:
                del self._grounds[next(iter(self._grounds))]
            kept = self._grounds[key] = (area, Ground(area))
        return kept[1]

    def _passed(self, before: Fixes, now: Fixes, path: Bools, pairs: Pairs) -> Pairs:
        """The areas that the ways between fixes meet, but for those where the fix itself is or may be."""
        rows = np.flatnonzero(path & np.isfinite(before.lon) & np.isfinite(now.lon))
        rows, start, end = _short_way(rows, before.only(rows), now.only(rows))
        return self.areas.crossed(start.lon, start.lat, end.lon, end.lat, of=rows, but=pairs)

    def _stayed(self, who: Ints, pairs: Pairs, said: Wheres, where: Wheres) -> Bools:
        """Which pairs come from *maybe* back to *in* without having been *out*: they never left."""
        stayed = np.zeros(where.size, np.bool_)
        doubt = np.flatnonzero((said != Whereabouts.OUT) & (said != where))
        for pair in doubt[np.argsort(pairs.row[doubt], kind="stable")].tolist():
            person, area = int(who[pairs.row[pair]]), int(pairs.area[pair])
            if where[pair] == Whereabouts.MAYBE:
                self._held.setdefault(person, set()).add(area)
            else:
                stayed[pair] = area in self._held.get(person, ())
        if self._held:
            self._let_go(who, pairs)
        return stayed

    def _let_go(self, who: Ints, pairs: Pairs) -> None:
        """Forget of whoever is out, by their last fix, that they were in."""
        last = {person: row for row, person in enumerate(who.tolist()) if person in self._held}
        for person, row in last.items():
            self._held[person].intersection_update(pairs.area[pairs.row == row].tolist())
            if not self._held[person]:
                del self._held[person]
        while len(self._held) > _MOST_HELD:
            del self._held[next(iter(self._held))]


def _around(fixes: Fixes) -> tuple[Ints, Bools, tuple[Floats, Floats, Floats, Floats]]:
    """Boxes that hold all of where each fix reaches: their rows, whether by a pole or the antimeridian, their sides."""
    rows = np.flatnonzero((np.abs(fixes.lon) <= 180) & (np.abs(fixes.lat) <= 90))
    lon, lat, reach = fixes.only(rows)
    high, wide = _degrees(lat, reach)
    south, north = np.maximum(lat - high, -90), np.minimum(lat + high, 90)
    all_round = (np.abs(lat) + high > 90 - _POLAR) | (wide >= 90)
    west, east = np.where(all_round, -180, lon - wide), np.where(all_round, 180, lon + wide)
    odd = all_round | (west <= -180) | (east >= 180)
    # What goes over the antimeridian has a second box on the other side.
    first, last = np.flatnonzero(~all_round & (west <= -180)), np.flatnonzero(~all_round & (east >= 180))
    each = np.concatenate([np.arange(rows.size), first, last])
    wests = np.concatenate([np.maximum(west, -180), west[first] + 360, np.full(last.size, -180.0)])
    easts = np.concatenate([np.minimum(east, 180), np.full(first.size, 180.0), east[last] - 360])
    return rows[each], odd[each], (wests, south[each], easts, north[each])


def _degrees(lat: Floats, reach_m: Floats) -> tuple[Floats, Floats]:
    """How many degrees of latitude, and of longitude, a reach may make, at the most."""
    high = _STRETCH * reach_m / METRES_PER_DEGREE
    return high, high / np.cos(np.radians(np.minimum(np.abs(lat) + high, 90 - _POLAR)))


def _short_way(rows: Ints, start: Fixes, end: Fixes) -> tuple[Ints, Fixes, Fixes]:
    """Straight ways from fix to fix, the short way round: one across the antimeridian is two that end there."""
    over = np.flatnonzero(np.abs(end.lon - start.lon) > 180)
    if not over.size:
        return rows, start, end
    side = 180 * np.sign(start.lon[over])
    share = (side - start.lon[over]) / (end.lon[over] + 2 * side - start.lon[over])
    lat = start.lat[over] + share * (end.lat[over] - start.lat[over])
    here = Fixes(end.lon.copy(), end.lat.copy(), end.reach_m)
    here.lon[over], here.lat[over] = side, lat
    there = Fixes(-side, lat, start.reach_m[over])
    return (
        np.concatenate([rows, rows[over]]),
        Fixes(*(np.concatenate(column) for column in zip(start, there, strict=True))),
        Fixes(*(np.concatenate(column) for column in zip(here, end.only(over), strict=True))),
    )


def _looked_up(pairs: Pairs, among: Pairs, where: Wheres) -> Wheres:
    """What is known of each pair among others; OUT if nothing."""
    order = np.argsort(among.code)
    codes = among.code[order]
    at = np.searchsorted(codes, pairs.code)
    found = np.full(pairs.row.size, Whereabouts.OUT, np.uint8)
    known = at < codes.size
    known[known] = codes[at[known]] == pairs.code[known]
    found[known] = where[order][at[known]]
    return found
