"""The roster of one realm as columns, so that a rule over a million people is arithmetic on arrays. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from shapely.geometry import MultiPolygon, Polygon

Area = Polygon | MultiPolygon
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """An aware time as whole microseconds since 1970 UTC: how the columns hold time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def found_rows(sorted_ids: Ints, wanted: Ints) -> Ints:
    """For each wanted id its row among the sorted ones, or -1."""
    if not sorted_ids.size:
        return np.full(wanted.shape, -1, np.int64)
    at = np.minimum(np.searchsorted(sorted_ids, wanted), sorted_ids.size - 1)
    return np.where(sorted_ids[at] == wanted, at, -1)


def _no_ints() -> Ints:
    return np.empty(0, np.int64)


def _no_floats() -> Floats:
    return np.empty(0, np.float64)


def _no_bools() -> Bools:
    return np.empty(0, np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """Units or posts, by row: their codes and the ground of each, where it is known."""

    codes: tuple[str, ...] = ()
    areas: tuple[Area | None, ...] = ()
    #: Units only: the row of the unit above, or -1.
    parents: Ints = field(default_factory=_no_ints)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shifts:
    """Shifts by row: person row, half-open interval in microseconds since 1970 UTC, post row or -1."""

    person: Ints = field(default_factory=_no_ints)
    starts: Ints = field(default_factory=_no_ints)
    ends: Ints = field(default_factory=_no_ints)
    post: Ints = field(default_factory=_no_ints)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fixes:
    """Last positions by row: person row, degrees, metres, seconds; at most one a person."""

    person: Ints = field(default_factory=_no_ints)
    lat: Floats = field(default_factory=_no_floats)
    lon: Floats = field(default_factory=_no_floats)
    accuracy_m: Floats = field(default_factory=_no_floats)
    age_s: Floats = field(default_factory=_no_floats)
    #: Whether any shift of the person is known, past or coming.
    on_roster: Bools = field(default_factory=_no_bools)
    #: Whether the person gave the fix themselves; empty: nobody did.
    offered: Bools = field(default_factory=_no_bools)


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """The roster of one realm as columns: row i of each is one person."""

    ids: Ints
    #: Row of the person's unit.
    unit: Ints
    active: Bools
    consent: Bools
    units: Places
    #: Row of the saved area (`posts`) that each lives in, or -1; empty when nobody asks.
    home: Ints = field(default_factory=_no_ints)
    posts: Places = field(default_factory=Places)
    #: Duty codes, and who does which as pairs of person row and duty row.
    duties: tuple[str, ...] = ()
    duty_person: Ints = field(default_factory=_no_ints)
    duty: Ints = field(default_factory=_no_ints)
    shifts: Shifts = field(default_factory=Shifts)
    fixes: Fixes = field(default_factory=Fixes)
    #: Rows of people who are known to have been in the area while it was warned of, wherever they are now; or -1.
    entered: Ints = field(default_factory=_no_ints)
    #: Person code -> row; -1 when the person is known but not in these columns.
    rows: Mapping[str, int] = field(default_factory=dict)
    #: Some of the people only: what would be odd about a whole audience is not looked for.
    partial: bool = False
    #: Active people of the realm who are not in these columns because the rule cannot reach them.
    elsewhere: int = 0
