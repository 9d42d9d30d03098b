"""The stored last positions that a rule may ask about, as columns. One that cannot matter is not read."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from vedette.people.audience import CLOCK_SKEW, MOVE_MPS, OLDEST_FIX
from vedette.people.bulk import Kind, given_ids, given_time, read, within
from vedette.people.world import Area, Bools, Fixes, Ints, Shifts, found_rows, microseconds

#: How old fixes may be in each of the boxes that the database sorts them by: a fresher one reaches less far.
_AGES = (timedelta(minutes=5), timedelta(minutes=30), OLDEST_FIX)
#: A fix that is less accurate than this is read wherever it is; metres.
_ACCURATE_M = 1_000.0
#: A degree of latitude is at least this long; less than the true 110,567 m, as a margin.
_DEGREE_M = 109_000.0
#: Nearer to a pole than this, longitude says little.
_FAR_NORTH = 80.0


def load_fixes(
    ids: Ints, consent: Bools, shifts: Shifts, now: datetime, *, among: list[int] | None, near: Area | None
) -> Fixes:
    """Fresh fixes of those of `ids` who consent, or gave them themselves; with `near`, those alone that may not be
    surely outside that area."""
    where, placed = "", []
    if near is not None:
        where, placed = _near(near, now)
    person, lat, lon, accuracy, fixed, offered = read(
        f"people_position WHERE fixed_at BETWEEN %s AND %s{where}{within('person_id', among)}",
        [given_time(now - OLDEST_FIX), given_time(now + CLOCK_SKEW), *placed, *given_ids(among)],
        ("person_id", Kind.WHOLE),
        ("lat", Kind.REAL),
        ("lon", Kind.REAL),
        ("accuracy_m", Kind.REAL),
        ("fixed_at", Kind.MOMENT),
        ("CASE WHEN offered THEN 1 ELSE 0 END", Kind.WHOLE),
    )
    rows = found_rows(ids, person)
    usable = (rows >= 0) & (consent[rows] | (offered > 0)) if ids.size else np.zeros(rows.shape, np.bool_)
    rows = rows[usable]
    return Fixes(
        person=rows,
        lat=lat[usable],
        lon=lon[usable],
        accuracy_m=accuracy[usable],
        age_s=((microseconds(now) - fixed) / 1e6)[usable],
        on_roster=_on_roster(ids, rows, shifts),
        offered=offered[usable] > 0,
    )


def _on_roster(ids: Ints, rows: Ints, shifts: Shifts) -> Bools:
    """Whether any shift of each is known; the database is asked about those of whom none was read."""
    known = np.zeros(ids.size, np.bool_)
    known[shifts.person] = True
    if (open_ones := ids[rows[~known[rows]]]).size:
        lite = connection.vendor == "sqlite"
        asked = "(SELECT value AS id FROM json_each(%s)) asked" if lite else "unnest(%s::bigint[]) AS asked(id)"
        (found,) = read(
            f"{asked} WHERE EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = asked.id)",
            given_ids(open_ones.tolist()),
            ("asked.id", Kind.WHOLE),
        )
        known[found_rows(ids, found)] = True
    return known[rows]


def _near(area: Area, now: datetime) -> tuple[str, list[Any]]:
    """The condition that leaves out fixes surely outside an area: by boxes that are widened by how far each reaches."""
    boxes, given = ["accuracy_m > %s"], [_ACCURATE_M]
    newest = now + CLOCK_SKEW
    for age in _AGES:
        inside = ["fixed_at BETWEEN %s AND %s"]
        given += [given_time(now - age), given_time(newest)]
        newest = now - age
        for column, low, high in _box(area, _ACCURATE_M + MOVE_MPS * age.total_seconds()):
            inside.append(f"{column} BETWEEN %s AND %s")
            given += [low, high]
        boxes.append(f"({' AND '.join(inside)})")
    return f" AND ({' OR '.join(boxes)})", given


def _box(area: Area, reach_m: float) -> Iterator[tuple[str, float, float]]:
    west, south, east, north = area.bounds
    pad = reach_m / _DEGREE_M
    yield "lat", south - pad, north + pad
    if max(abs(south), abs(north)) + pad > _FAR_NORTH:
        return
    pad /= math.cos(math.radians(max(abs(south), abs(north)) + pad))
    if west - pad > -180 and east + pad < 180:
        yield "lon", west - pad, east + pad
