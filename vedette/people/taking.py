"""Taking fixes, many in one transaction: whose may be kept, which are news, and who enters a watched area by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import transaction

from vedette.access.handling import Realm
from vedette.people import position_rows
from vedette.people.audience import MOVE_MPS, OLDEST_FIX
from vedette.people.fixes import Columns, Fix, FixOutcome, by_time, last_of_each, news
from vedette.people.watch import LONGEST_WAY, Moves, Watch
from vedette.people.world import Bools, Floats, Ints, found_rows, microseconds
from vedette.places.entering import Fixes


def take(fixes: Sequence[Fix], now: datetime, *, offered: bool = False) -> list[FixOutcome]:
    """Keep of each person the last, and say of each fix, in order, what became of it.

    `offered`: their people gave them themselves, which is consent to these, on duty or off. Raises BadInput on what
    cannot be a fix (`3.lat`), and stores none.
    """
    batch = Columns(fixes, now)
    order = by_time(batch.person, batch.fixed)
    oldest = microseconds(now - OLDEST_FIX)
    with transaction.atomic():
        position_rows.let_in()
        people, kept = position_rows.load(np.unique(batch.person), now)
        row = found_rows(people.person, batch.person[order])
        before = found_rows(kept.person, batch.person[order])
        newer = news(batch.person[order], batch.fixed[order], _taken(kept.fixed, before, _NEVER))
        newer &= batch.fixed[order] >= oldest
        known = _taken(people.active, row, False) if offered else row >= 0
        consents = offered | _taken(people.consents, row, False)
        on_duty = offered | _taken(people.on_duty, row, False)
        taken = np.flatnonzero(known & consents & on_duty & newer)
        if taken.size:
            rows = order[taken]
            _WATCH.note(_moves(batch, rows, kept, before[taken], _taken(people.live, row[taken], False), now), now)
            position_rows.keep(batch, rows[last_of_each(batch.person[rows])], now, offered)
    outcome = np.empty(order.size, np.int64)
    outcome[order] = np.select([~known, ~consents, ~on_duty, newer], [2, 3, 4, 0], 1)
    return [_OUTCOMES[number] for number in outcome.tolist()]


#: What became of a fix, by the number it has while it is one of an array.
_OUTCOMES = (FixOutcome.KEPT, FixOutcome.OLDER, FixOutcome.UNKNOWN, FixOutcome.NO_CONSENT, FixOutcome.OFF_DUTY)
_NEVER = np.iinfo(np.int64).min
#: What this process knows of watched areas.
_WATCH = Watch()


def _moves(batch: Columns, rows: Ints, kept: position_rows.Kept, before: Ints, live: Bools, now: datetime) -> Moves:
    """The fixes of some rows, which stand by person and time, each with the one before it: of the batch, or kept."""
    person, fixed = batch.person[rows], batch.fixed[rows]
    here = Fixes(batch.lon[rows], batch.lat[rows], _reach(batch.accuracy_m[rows], microseconds(now) - fixed))
    there = Fixes(
        _taken(kept.lon, before, np.nan),
        _taken(kept.lat, before, np.nan),
        _reach(_taken(kept.accuracy_m, before, np.nan), _taken(kept.received - kept.fixed, before, 0)),
    )
    since = _taken(kept.fixed, before, 0)
    follows = 1 + np.flatnonzero(person[1:] == person[:-1])
    for was, now_is in zip((*there, since), (*here, fixed), strict=True):
        was[follows] = now_is[follows - 1]
    way = fixed - since <= LONGEST_WAY // timedelta(microseconds=1)
    return Moves(person, np.where(live, Realm.LIVE.value, Realm.EXERCISE.value), there, here, way)


def _reach(accuracy_m: Floats, age: Ints) -> Floats:
    """How far somebody may be from a fix by the time that it is known: as an audience's rule has it."""
    return np.asarray(accuracy_m + MOVE_MPS * np.maximum(age, 0) / 1e6)


def _taken(column: npt.NDArray[Any], rows: Ints, otherwise: Any) -> npt.NDArray[Any]:
    """The column's values at some rows; `otherwise` where there is none (-1)."""
    if not column.size:
        return np.full(rows.shape, otherwise, column.dtype)
    return np.where(rows >= 0, column[rows], otherwise)
