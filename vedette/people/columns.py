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
    counted: bool = True,
) -> World:
    """The active people of a realm (or those of `only`) with all that a rule may ask about them.

    What `rule` does not ask about is not read; of shifts, those that can matter to `window`. When each of its terms
    names units, their people alone are read; how many others there are is found out if `counted`, else whether any.
    """
    links = {term.link for term in rule.terms} if rule is not None else {"unit", "assignment", "shift", "position"}
    among = None if only is None else sorted(set(only))
    areas = grounds_of(realm)
    units = list(
        Unit.objects.filter(realm=realm.value).order_by("pk").values_list("pk", "code", "parent_id", "area_id")
    )
    of_units = None if among is not None else _units_named(rule, units)
    narrowed = _within("id", among) if of_units is None else _within("unit_id", of_units)
    # The plus keeps SQLite from going through everyone of the realm for a few.
    of_realm = "+realm" if narrowed and connection.vendor == "sqlite" else "realm"
    ids, unit, consent = _read(
        ("id", "unit_id", "CASE WHEN position_consent THEN 1 ELSE 0 END"),
        f"people_person WHERE {of_realm} = %s AND active{narrowed}",
        [realm.value, *_given(among if of_units is None else of_units)],
    )
    order = np.argsort(ids)
    ids = ids[order]
    return World(
        ids=ids,
        unit=_rows_in(np.array([pk for pk, *_ in units], np.int64), unit[order], "units"),
        active=np.ones(ids.size, np.bool_),
        consent=consent[order].astype(np.bool_),
        units=_units(units, areas),
        posts=Places(codes=tuple(area.code for area in areas), areas=tuple(area.ground for area in areas)),
        rows=_named(realm, ids, rule),
        partial=only is not None,
        elsewhere=0 if of_units is None else _elsewhere(realm, of_units, counted),
        **_duties(ids, among, rule),
        shifts=_shifts(ids, among, areas, now, window) if links & {"assignment", "shift", "position"} else Shifts(),
        fixes=_fixes(realm, ids, among, now) if links & {"assignment", "position"} else Fixes(),
    )


@dataclass(frozen=True)
class SavedGround:
    """A saved area, and its shape."""

    pk: int
    code: str
    ground: Area


def _units_named(
    rule: AudienceRule | None, units: Sequence[tuple[int, str, int | None, int | None]]
) -> list[int] | None:
    """The units that every term keeps to, with those below them; None when some term, or a name, asks beyond units."""
    if rule is None or rule.include or not all(term.units for term in rule.terms):
        return None
    named = {code for term in rule.terms for code in term.units}
    within = {pk for pk, code, _, _ in units if code in named}
    while more := {pk for pk, _, parent, _ in units if parent in within} - within:
        within |= more
    return sorted(within)


def _elsewhere(realm: Realm, units: list[int], counted: bool) -> int:
    """Active people of the realm in no unit of those."""
    others = Person.objects.filter(realm=realm.value, active=True).exclude(unit__in=units)
    return others.count() if counted else int(others.exists())


def grounds_of(realm: Realm) -> list[SavedGround]:
    """The saved areas of a realm; a shape is made once and kept."""
    rows = (
        SavedArea.objects.filter(realm=realm.value)
        .annotate(text=Cast("geometry", TextField()))
        .order_by("pk")
        .values_list("pk", "code", "text")
    )
    return [SavedGround(pk, code, _ground(text)) for pk, code, text in rows]


@lru_cache(maxsize=20_000)
def _ground(text: str) -> Area:
    return shape_of(json.loads(text))


def _units(units: Sequence[tuple[int, str, int | None, int | None]], areas: list[SavedGround]) -> Places:
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
    person, duty = _read(
        ("person_id", "duty_id"), f"people_person_duties WHERE 1 = 1{_within('person_id', among)}", _given(among)
    )
    rows = _found_rows(ids, person)
    known = rows >= 0
    duty = _rows_in(np.array([pk for pk, _ in duties], np.int64), duty[known], "duties")
    return {"duties": codes, "duty_person": rows[known], "duty": duty}


def _shifts(
    ids: Ints,
    among: list[int] | None,
    areas: list[SavedGround],
    now: datetime,
    window: tuple[datetime, datetime] | None,
) -> Shifts:
    """Shifts that touch now or the window, and later ones: they show that a roster reaches so far."""
    since = now if window is None else min(now, window[0])
    after, given = "", []
    if window is not None:
        after, given = " AND ends > %s", [connection.ops.adapt_datetimefield_value(since)]
    person, starts, ends, post = _read(
        ("person_id", _moment("starts"), _moment("ends"), "COALESCE(post_id, -1)"),
        f"people_shift WHERE 1 = 1{after}{_within('person_id', among)}",
        [*given, *_given(among)],
    )
    rows = _found_rows(ids, person)
    known = rows >= 0
    posts = _found_rows(np.array([area.pk for area in areas], np.int64), post[known])
    return Shifts(person=rows[known], starts=starts[known], ends=ends[known], post=posts)


def _fixes(realm: Realm, ids: Ints, among: list[int] | None, now: datetime) -> Fixes:
    """Fresh fixes of people who consent."""
    oldest, newest = now - OLDEST_FIX, now + CLOCK_SKEW
    person, lat, lon, accuracy, fixed, on_roster = _read(
        (
            "f.person_id",
            "f.lat",
            "f.lon",
            "f.accuracy_m",
            _moment("f.fixed_at"),
            "CASE WHEN EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = f.person_id) THEN 1 ELSE 0 END",
        ),
        "people_position f JOIN people_person p ON p.id = f.person_id"
        " WHERE p.realm = %s AND p.active AND p.position_consent AND f.fixed_at BETWEEN %s AND %s"
        f"{_within('f.person_id', among)}",
        [
            realm.value,
            *(connection.ops.adapt_datetimefield_value(moment) for moment in (oldest, newest)),
            *_given(among),
        ],
        floats=(1, 2, 3),
    )
    rows = _found_rows(ids, person)
    known = rows >= 0
    return Fixes(
        person=rows[known],
        lat=lat[known],
        lon=lon[known],
        accuracy_m=accuracy[known],
        age_s=((microseconds(now) - fixed) / 1e6)[known],
        on_roster=on_roster[known].astype(np.bool_),
    )


def _read(columns: Sequence[str], source: str, given: Sequence[Any], floats: Sequence[int] = ()) -> list[Any]:
    """The columns as arrays, whole numbers but for `floats`; none may be null. Rows come in no order.

    SQLite hands each column over as one text, which numpy reads three times faster than a million tuples.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            gaps = ["" if column.startswith(_TIME_TEXT) else " " for column in columns]
            joined = (f"group_concat({column}, '{gap}')" for column, gap in zip(columns, gaps, strict=True))
            cursor.execute(f"SELECT {', '.join(joined)} FROM {source}", given)
            texts = [text or "" for text in cursor.fetchone()]
            return [
                np.fromstring(text, np.float64 if at in floats else np.int64, sep=" ") if gap else _times(text)
                for at, (text, gap) in enumerate(zip(texts, gaps, strict=True))
            ]
        cursor.execute(f"SELECT {', '.join(columns)} FROM {source}", given)
        rows = cursor.fetchall()
    return [np.array([row[at] for row in rows], np.float64 if at in floats else np.int64) for at in range(len(columns))]


_TIME_TEXT = "substr("


def _moment(column: str) -> str:
    """A time column as microseconds since 1970; in SQLite, where it is UTC text, as text of one length for `_times`."""
    if connection.vendor == "sqlite":
        return f"{_TIME_TEXT}{column} || '.000000', 1, 26)"
    return f"(EXTRACT(EPOCH FROM {column}) * 1000000)::bigint"


def _times(text: str) -> Ints:
    return np.frombuffer(text.encode(), "S26").astype("datetime64[us]").astype(np.int64)


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
