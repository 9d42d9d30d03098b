"""The stored roster of one realm, read into columns: SQL for both databases, as a roster may hold a million people."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from vedette.access.handling import Realm
from vedette.people.audience import CLOCK_SKEW, OLDEST_FIX
from vedette.people.models import Duty, Person, SavedArea, Unit
from vedette.people.rule import AudienceRule
from vedette.people.world import Area, Fixes, Ints, Places, Shifts, World, microseconds
from vedette.places.geometry import shape_of


def load_world(
    realm: Realm,
    now: datetime,
    only: Collection[int] | None = None,
    *,
    rule: AudienceRule | None = None,
    window: tuple[datetime, datetime] | None = None,
) -> World:
    """The active people of a realm (or those of `only`) with all that a rule may ask about them.

    What `rule` does not ask about is not read; of shifts, those that can matter to `window`.
    """
    links = {term.link for term in rule.terms} if rule is not None else {"unit", "assignment", "shift", "position"}
    among = None if only is None else sorted(set(only))
    people = _numbers(
        f"SELECT id, unit_id, CASE WHEN position_consent THEN 1 ELSE 0 END FROM people_person"
        f" WHERE realm = %s AND active{_within('id', among)} ORDER BY id",
        [realm.value, *_given(among)],
        3,
    )
    ids = people[:, 0]
    areas = _grounds(realm)
    units = list(
        Unit.objects.filter(realm=realm.value).order_by("pk").values_list("pk", "code", "parent_id", "area_id")
    )
    return World(
        ids=ids,
        unit=_rows_in(np.array([pk for pk, *_ in units], np.int64), people[:, 1], "units"),
        active=np.ones(ids.size, np.bool_),
        consent=people[:, 2].astype(np.bool_),
        units=_units(units, areas),
        posts=Places(codes=tuple(area.code for area in areas), areas=tuple(area.ground for area in areas)),
        rows=_named(realm, ids, rule),
        partial=only is not None,
        **_duties(ids, among, rule),
        shifts=_shifts(ids, among, areas, now, window) if links & {"assignment", "shift", "position"} else Shifts(),
        fixes=_fixes(realm, ids, among, now) if links & {"assignment", "position"} else Fixes(),
    )


@dataclass(frozen=True)
class _SavedGround:
    pk: int
    code: str
    ground: Area


def _grounds(realm: Realm) -> list[_SavedGround]:
    rows = (
        SavedArea.objects.filter(realm=realm.value)
        .annotate(text=Cast("geometry", TextField()))
        .order_by("pk")
        .values_list("pk", "code", "text")
    )
    return [_SavedGround(pk, code, _ground(text)) for pk, code, text in rows]


@lru_cache(maxsize=20_000)
def _ground(text: str) -> Area:
    return shape_of(json.loads(text))


def _units(units: Sequence[tuple[int, str, int | None, int | None]], areas: list[_SavedGround]) -> Places:
    row = {pk: index for index, (pk, *_) in enumerate(units)}
    ground = {area.pk: area.ground for area in areas}
    return Places(
        codes=tuple(code for _, code, _, _ in units),
        areas=tuple(ground.get(area) if area is not None else None for *_, area in units),
        parents=np.array([row.get(parent, -1) if parent else -1 for _, _, parent, _ in units], np.int64),
    )


def _named(realm: Realm, ids: Ints, rule: AudienceRule | None) -> dict[str, int]:
    people = Person.objects.filter(realm=realm.value)
    if rule is not None:
        named = {*rule.include, *rule.exclude}
        if not named:
            return {}
        people = people.filter(code__in=named)
    found = list(people.values_list("code", "pk"))
    rows = _found_rows(ids, np.array([pk for _, pk in found], np.int64))
    return {code: row for (code, _), row in zip(found, rows.tolist(), strict=True)}


def _duties(ids: Ints, among: list[int] | None, rule: AudienceRule | None) -> dict[str, Any]:
    duties = list(Duty.objects.order_by("pk").values_list("pk", "code"))
    codes = tuple(code for _, code in duties)
    if rule is not None and not any(term.duties for term in rule.terms):
        return {"duties": codes}
    pairs = _numbers(
        f"SELECT person_id, duty_id FROM people_person_duties WHERE 1 = 1{_within('person_id', among)}",
        _given(among),
        2,
    )
    rows = _found_rows(ids, pairs[:, 0])
    known = rows >= 0
    duty = _rows_in(np.array([pk for pk, _ in duties], np.int64), pairs[known, 1], "duties")
    return {"duties": codes, "duty_person": rows[known], "duty": duty}


def _shifts(
    ids: Ints,
    among: list[int] | None,
    areas: list[_SavedGround],
    now: datetime,
    window: tuple[datetime, datetime] | None,
) -> Shifts:
    """Shifts that touch now or the window, and later ones: they show that a roster reaches so far."""
    since = now if window is None else min(now, window[0])
    after, given = "", []
    if window is not None:
        after, given = " AND ends > %s", [connection.ops.adapt_datetimefield_value(since)]
    rows = _rows(
        f"SELECT person_id, {_moment('starts')}, {_moment('ends')}, COALESCE(post_id, -1) FROM people_shift"
        f" WHERE 1 = 1{after}{_within('person_id', among)}",
        [*given, *_given(among)],
    )
    person = _found_rows(ids, np.array([row[0] for row in rows], np.int64))
    known = person >= 0
    posts = np.array([row[3] for row in rows], np.int64)
    post = _found_rows(np.array([area.pk for area in areas], np.int64), posts)
    return Shifts(
        person=person[known],
        starts=_moments([row[1] for row in rows])[known],
        ends=_moments([row[2] for row in rows])[known],
        post=post[known],
    )


def _fixes(realm: Realm, ids: Ints, among: list[int] | None, now: datetime) -> Fixes:
    """Fresh fixes of people who consent."""
    oldest, newest = now - OLDEST_FIX, now + CLOCK_SKEW
    rows = _rows(
        f"SELECT f.person_id, f.lat, f.lon, f.accuracy_m, {_moment('f.fixed_at')},"
        " CASE WHEN EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = f.person_id) THEN 1 ELSE 0 END"
        " FROM people_position f JOIN people_person p ON p.id = f.person_id"
        " WHERE p.realm = %s AND p.active AND p.position_consent AND f.fixed_at BETWEEN %s AND %s"
        f"{_within('f.person_id', among)}",
        [
            realm.value,
            *(connection.ops.adapt_datetimefield_value(moment) for moment in (oldest, newest)),
            *_given(among),
        ],
    )
    person = _found_rows(ids, np.array([row[0] for row in rows], np.int64))
    known = person >= 0
    fixed = _moments([row[4] for row in rows])
    return Fixes(
        person=person[known],
        lat=np.array([row[1] for row in rows], np.float64)[known],
        lon=np.array([row[2] for row in rows], np.float64)[known],
        accuracy_m=np.array([row[3] for row in rows], np.float64)[known],
        age_s=((microseconds(now) - fixed) / 1e6)[known],
        on_roster=np.array([row[5] for row in rows], np.bool_)[known],
    )


def _rows(sql: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def _numbers(sql: str, given: Sequence[Any], width: int) -> Ints:
    return np.array(_rows(sql, given), np.int64).reshape(-1, width)


def _within(column: str, among: list[int] | None) -> str:
    """The condition that keeps to some people; they are given as one parameter."""
    if among is None:
        return ""
    if connection.vendor == "sqlite":
        return f" AND {column} IN (SELECT value FROM json_each(%s))"
    return f" AND {column} = ANY(%s)"


def _given(among: list[int] | None) -> list[Any]:
    if among is None:
        return []
    return [json.dumps(among)] if connection.vendor == "sqlite" else [among]


def _moment(column: str) -> str:
    """A time column in the form that `_moments` reads fastest: text in SQLite, microseconds in PostgreSQL."""
    if connection.vendor == "sqlite":
        return f"{column} || ''"
    return f"(EXTRACT(EPOCH FROM {column}) * 1000000)::bigint"


def _moments(values: list[Any]) -> Ints:
    if connection.vendor == "sqlite":
        return np.array(values, "datetime64[us]").astype(np.int64)
    return np.array(values, np.int64)


def _found_rows(sorted_ids: Ints, wanted: Ints) -> Ints:
    """For each wanted id its row, or -1."""
    if not sorted_ids.size:
        return np.full(wanted.shape, -1, np.int64)
    at = np.minimum(np.searchsorted(sorted_ids, wanted), sorted_ids.size - 1)
    return np.where(sorted_ids[at] == wanted, at, -1)


def _rows_in(sorted_ids: Ints, wanted: Ints, what: str) -> Ints:
    rows = _found_rows(sorted_ids, wanted)
    if (rows < 0).any():
        raise LookupError(f"people: {what} of another realm are used; run `vedette doctor`")
    return rows
