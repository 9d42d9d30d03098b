"""What the intake of fixes does about watched areas: it notes who comes into one, in the transaction of the fix itself.

Every process that takes fixes keeps the watched areas in an index of its own and looks, with each batch, whether they
are still the same. Nothing is noted of who was where: only that somebody entered, until that is dealt with.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from vedette.people.bulk import given_time
from vedette.people.models import WatchedArea
from vedette.people.world import Bools, Ints
from vedette.places.entering import Entries, Fixes, Gate
from vedette.places.geometry import shape_of
from vedette.places.inside import Whereabouts

#: The straight way between two fixes counts when they are no further apart in time: beyond it, it is a guess.
LONGEST_WAY = timedelta(minutes=30)


class Moves(NamedTuple):
    """Fixes that are news, by row: whose, of which realm, the fix before, and whether the way from there counts. The
    rows of one person stand together, in the order of time."""

    person: Ints
    realm: npt.NDArray[np.str_]
    before: Fixes
    now: Fixes
    way: Bools


class Watch:
    """The watched areas as this process knows them."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}
        self._realm_of: dict[int, str] = {}
        self._seen = (0, 0)
        self._turn = threading.Lock()

    def note(self, moves: Moves, at: datetime) -> int:
        """Write down who enters a watched area; how many do. Part of the transaction that keeps the fixes."""
        with self._turn:
            self._refresh()
            found = [
                (rows, self._gates[realm].entries(*_of(moves, rows)))
                for realm in np.unique(moves.realm).tolist()
                if realm in self._gates and (rows := np.flatnonzero(moves.realm == realm)).size
            ]
        entered: dict[tuple[int, int], bool] = {}
        for rows, entries in found:
            _gather(entered, moves.person[rows], entries)
        if entered:
            _store(entered, at)
        return len(entered)

    def _refresh(self) -> None:
        """Take in which areas have come and gone. An area never changes under its id."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), COALESCE(sum(id), 0) FROM people_watchedarea")
            count, total = cursor.fetchone()
        if self._seen == (seen := (int(count), int(total))):
            return
        standing = dict(WatchedArea.objects.values_list("pk", "realm"))
        for gone in self._realm_of.keys() - standing.keys():
            self._gates[self._realm_of.pop(gone)].areas.drop(gone)
        new = standing.keys() - self._realm_of.keys()
        for pk, realm, geometry in WatchedArea.objects.filter(pk__in=new).values_list("pk", "realm", "geometry"):
            self._gates.setdefault(realm, Gate()).areas.put(pk, shape_of(geometry))
            self._realm_of[pk] = realm
        self._seen = seen


def _of(moves: Moves, rows: Ints) -> tuple[Ints, Fixes, Fixes, Bools]:
    if rows.size == moves.person.size:
        return moves.person, moves.before, moves.now, moves.way
    return moves.person[rows], moves.before.only(rows), moves.now.only(rows), moves.way[rows]


def _gather(entered: dict[tuple[int, int], bool], people: Ints, entries: Entries) -> None:
    columns = zip(entries.area.tolist(), people[entries.row].tolist(), entries.where.tolist(), strict=True)
    for area, person, where in columns:
        entered[area, person] = entered.get((area, person), False) or where == Whereabouts.IN


def _store(entered: dict[tuple[int, int], bool], at: datetime) -> None:
    moment = given_time(at)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO people_areaentry (watched_id, person_id, surely, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (watched_id, person_id)"
            " DO UPDATE SET surely = people_areaentry.surely OR excluded.surely",
            [(area, person, surely, moment) for (area, person), surely in sorted(entered.items())],
        )
