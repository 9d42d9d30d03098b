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
from vedette.places.grid import Pairs, Slots, StandingAreas
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
        row, slot, surely = self._about(before, now)
        known = np.isfinite(before.lon)
        # Well inside with both fixes: nothing is new. With the first fix of all, that is an entry.
        first = np.flatnonzero(surely & ~known[row])
        open_ = np.flatnonzero(~surely)
        asked, of = row[open_], slot[open_]
        where = self._where(asked, of, now)
        said = self._where(asked, of, before)
        stayed = self._stayed(who, asked, self.areas.keys(of), said, where)
        if self._held:
            here = np.concatenate([open_[where != Whereabouts.OUT], np.flatnonzero(surely)])
            self._let_go(who, row[here], self.areas.keys(slot[here]))
        new = np.flatnonzero((where > said) & ~stayed)
        beside = np.flatnonzero((where == Whereabouts.OUT) & (said == Whereabouts.OUT) & (path & known)[asked])
        passed = beside[self._passed(asked[beside], of[beside], before, now)]
        rows = np.concatenate([row[first], asked[new], asked[passed]])
        keys = self.areas.keys(np.concatenate([slot[first], of[new], of[passed]]))
        surely_in = np.full(first.size, Whereabouts.IN, np.uint8), np.full(passed.size, Whereabouts.IN, np.uint8)
        return Entries(rows, keys, np.concatenate([surely_in[0], where[new], surely_in[1]]))

    def whereabouts(self, fixes: Fixes) -> tuple[Pairs, Wheres]:
        """Every fix with every area that it is in, or may be in, and which of the two, as `inside.locate` has it."""
        nowhere = Fixes(*(np.full(fixes.lon.size, np.nan) for _ in fixes))
        row, slot, surely = self._about(nowhere, fixes)
        where = np.full(row.size, Whereabouts.IN, np.uint8)
        open_ = np.flatnonzero(~surely)
        where[open_] = self._where(row[open_], slot[open_], fixes)
        some = np.flatnonzero(where != Whereabouts.OUT)
        return Pairs(row[some], self.areas.keys(slot[some])), where[some]

    def _about(self, before: Fixes, now: Fixes) -> Slots:
        """Every row with every area that its two fixes, as far as they reach, or the way between may meet."""
        west, south, east, north = _around(now)
        there = _around(before)
        west, south = np.fmin(west, there[0]), np.fmin(south, there[1])
        east, north = np.fmax(east, there[2]), np.fmax(north, there[3])
        all_round = _odd(now) | _odd(before) | (np.abs(now.lon - before.lon) > 180)
        plain, odd = np.flatnonzero(np.isfinite(now.lon) & ~all_round), np.flatnonzero(all_round)
        found = self.areas.near(west[plain], south[plain], east[plain], north[plain])
        if not odd.size:
            return Slots(plain[found.row], found.slot, found.surely)
        more = self.areas.everywhere(odd, south[odd], north[odd])
        return Slots(*(np.concatenate(pair) for pair in zip((plain[found.row], *found[1:]), more, strict=True)))

    def _where(self, row: Ints, slot: Ints, fixes: Fixes) -> Wheres:
        """Of each pair whether the fix is in the area, or may be; where there is no fix, it is out."""
        lon, lat, reach = fixes.only(row)
        where = np.where(self.areas.holds(slot, lon, lat), Whereabouts.IN, Whereabouts.OUT).astype(np.uint8)
        where[self._doubtful(slot, lon, lat, reach, _odd(fixes)[row])] = Whereabouts.MAYBE
        return where

    def _doubtful(self, slot: Ints, lon: Floats, lat: Floats, reach: Floats, odd: Bools) -> Bools:
        """Of which pairs the area's boundary may be nearer than the fix reaches."""
        doubtful = np.zeros(lon.size, np.bool_)
        plain, near = np.flatnonzero(np.isfinite(lon) & ~odd), [np.flatnonzero(np.isfinite(lon) & odd)]
        doubtful[plain], may = self.areas.beside_outline(slot[plain], lon[plain], lat[plain], reach[plain])
        near.append(plain[may & ~doubtful[plain]])
        rows = np.concatenate(near)
        rows = rows[np.argsort(slot[rows], kind="stable")]
        for some in np.split(rows, np.flatnonzero(np.diff(slot[rows])) + 1):
            if some.size:
                doubtful[some] = self._ground(int(slot[some[0]])).boundary_within(lon[some], lat[some], reach[some])
        return doubtful

    def _ground(self, slot: int) -> Ground:
        area, kept = self.areas.standing(slot), self._grounds.get(slot)
        if kept is None or kept[0] is not area:
            if len(self._grounds) >= _MOST_GROUNDS:
                del self._grounds[next(iter(self._grounds))]
            kept = self._grounds[slot] = (area, Ground(area))
        return kept[1]

    def _passed(self, row: Ints, slot: Ints, before: Fixes, now: Fixes) -> Bools:
        """Of which pairs the way from fix to fix meets the area."""
        which, start, end = _short_way(np.arange(row.size), before.only(row), now.only(row))
        passed = np.zeros(row.size, np.bool_)
        np.logical_or.at(passed, which, self.areas.meets(slot[which], start.lon, start.lat, end.lon, end.lat))
        return passed

    def _stayed(self, who: Ints, row: Ints, areas: Ints, said: Wheres, where: Wheres) -> Bools:
        """Which pairs come from *maybe* back to *in* without having been *out*: they never left."""
        stayed = np.zeros(where.size, np.bool_)
        doubt = np.flatnonzero((said != Whereabouts.OUT) & (where != Whereabouts.OUT) & (said != where))
        for pair in doubt[np.argsort(row[doubt], kind="stable")].tolist():
            person, area = int(who[row[pair]]), int(areas[pair])
            if where[pair] == Whereabouts.MAYBE:
                self._held.setdefault(person, set()).add(area)
            else:
                stayed[pair] = area in self._held.get(person, ())
        return stayed

    def _let_go(self, who: Ints, row: Ints, areas: Ints) -> None:
        """Forget of whoever is out, by their last fix, that they were in; `row` and `areas` are who is where now."""
        held = [person for person in np.unique(who).tolist() if person in self._held]
        last = {person: at for at, person in enumerate(who.tolist()) if person in self._held} if held else {}
        here: dict[int, set[int]] = {at: set() for at in last.values()}
        for pair in np.flatnonzero(np.isin(row, list(here))).tolist():
            here[int(row[pair])].add(int(areas[pair]))
        for person, at in last.items():
            self._held[person] &= here[at]
            if not self._held[person]:
                del self._held[person]
        while len(self._held) > _MOST_HELD:
            del self._held[next(iter(self._held))]


def _around(fixes: Fixes) -> tuple[Floats, Floats, Floats, Floats]:
    """Boxes that hold all of where each fix reaches: west, south, east, north; not a number where there is no fix."""
    high, wide = _degrees(fixes.lat, fixes.reach_m)
    south, north = np.maximum(fixes.lat - high, -90), np.minimum(fixes.lat + high, 90)
    return fixes.lon - wide, south, fixes.lon + wide, north


def _odd(fixes: Fixes) -> Bools:
    """Which fixes reach to the antimeridian or near a pole, where boxes of degrees say nothing."""
    high, wide = _degrees(fixes.lat, fixes.reach_m)
    return np.asarray((np.abs(fixes.lat) + high > 90 - _POLAR) | (np.abs(fixes.lon) + wide >= 180))


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
