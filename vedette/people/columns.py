"""The stored roster of one realm, read into columns: whom a rule cannot reach, and what it does not ask, is left."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from vedette.access.handling import Realm
from vedette.people.bulk import Kind, given_ids, given_time, read, truth, within
from vedette.people.last_fixes import load_fixes
from vedette.people.models import Duty, Person, SavedArea, Unit
from vedette.people.rule import AudienceRule
from vedette.people.world import Area, Fixes, Ints, Places, Shifts, World, found_rows
from vedette.places.geometry import shape_of


def load_world(
    realm: Realm,
    now: datetime,
    only: Collection[int] | None = None,
    *,
    rule: AudienceRule | None = None,
    area: Area | None = None,
    window: tuple[datetime, datetime] | None = None,
    counted: bool = True,
    fixes: bool = True,
) -> World:
    """The active people of a realm (or those of `only`) with all that a rule may ask about them.

    What `rule` does not ask about is not read; of shifts, those that can matter to `window`; of fixes, those that can
    to `area`. When each of its terms names units, their people alone are read; how many others there are is found out
    if `counted`, else whether any. Unless `fixes`, no last position is read.
    """
    links = {term.link for term in rule.terms} if rule is not None else _ALL_LINKS
    among = None if only is None else sorted(set(only))
    areas = grounds_of(realm)
    units = list(
        Unit.objects.filter(realm=realm.value).order_by("pk").values_list("pk", "code", "parent_id", "area_id")
    )
    of_units = None if among is not None else _units_named(rule, units)
    narrowed = within("id", among) if of_units is None else within("unit_id", of_units)
    # The plus keeps SQLite from going through everyone of the realm for a few.
    of_realm = "+realm" if narrowed and connection.vendor == "sqlite" else "realm"
    ids, unit, consent, *homes = read(
        f"people_person WHERE {of_realm} = %s AND active{narrowed}",
        [realm.value, *given_ids(among if of_units is None else of_units)],
        ("id", Kind.WHOLE),
        ("unit_id", Kind.WHOLE),
        truth("position_consent"),
        *([("COALESCE(home_id, -1)", Kind.WHOLE)] if "residence" in links else []),
    )
    order = np.argsort(ids, kind="stable")
    ids, consent = ids[order], consent[order].astype(np.bool_)
    # That somebody is known to be elsewhere, or off, matters to an assignment alone.
    assigned = "assignment" in links
    shifts, seen = Shifts(), Fixes()
    posts = np.array([area.pk for area in areas], np.int64)
    if links & {"assignment", "shift", "position"}:
        shifts = _shifts(ids, among, areas, now, window, later=assigned)
    if fixes and links & {"assignment", "position"}:
        seen = load_fixes(ids, consent, shifts, now, among=among, near=None if assigned else area)
    return World(
        ids=ids,
        unit=_rows_in(np.array([pk for pk, *_ in units], np.int64), unit[order], "units"),
        active=np.ones(ids.size, np.bool_),
        consent=consent,
        home=found_rows(posts, homes[0][order]) if homes else np.empty(0, np.int64),
        units=_units(units, areas),
        posts=Places(codes=tuple(area.code for area in areas), areas=tuple(area.ground for area in areas)),
        rows=_named(realm, ids, rule),
        partial=only is not None,
        elsewhere=0 if of_units is None else _elsewhere(realm, of_units, counted),
        **_duties(ids, among, rule),
        shifts=shifts,
        fixes=seen,
    )


_ALL_LINKS = {"unit", "assignment", "residence", "shift", "position"}


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
    rows = found_rows(ids, np.array([pk for _, pk in found], np.int64))
    return {code: row for (code, _), row in zip(found, rows.tolist(), strict=True)}


def _duties(ids: Ints, among: list[int] | None, rule: AudienceRule | None) -> dict[str, Any]:
    duties = list(Duty.objects.order_by("pk").values_list("pk", "code"))
    codes = tuple(code for _, code in duties)
    if rule is not None and not any(term.duties for term in rule.terms):
        return {"duties": codes}
    person, duty = read(
        f"people_person_duties WHERE 1 = 1{within('person_id', among)}",
        given_ids(among),
        ("person_id", Kind.WHOLE),
        ("duty_id", Kind.WHOLE),
    )
    rows = found_rows(ids, person)
    known = rows >= 0
    duty = _rows_in(np.array([pk for pk, _ in duties], np.int64), duty[known], "duties")
    return {"duties": codes, "duty_person": rows[known], "duty": duty}


def _shifts(
    ids: Ints,
    among: list[int] | None,
    areas: list[SavedGround],
    now: datetime,
    window: tuple[datetime, datetime] | None,
    later: bool,
) -> Shifts:
    """Shifts that touch now or the window; if asked also `later` ones, which show that a roster reaches so far."""
    bounds, given = "", []
    if window is not None:
        bounds, given = " AND ends > %s", [given_time(min(now, window[0]))]
        if not later:
            bounds += " AND starts < %s"
            given.append(given_time(max(now + timedelta(microseconds=1), window[1])))
    person, starts, ends, post = read(
        f"people_shift WHERE 1 = 1{bounds}{within('person_id', among)}",
        [*given, *given_ids(among)],
        ("person_id", Kind.WHOLE),
        ("starts", Kind.MOMENT),
        ("ends", Kind.MOMENT),
        ("COALESCE(post_id, -1)", Kind.WHOLE),
    )
    rows = found_rows(ids, person)
    known = rows >= 0
    posts = found_rows(np.array([area.pk for area in areas], np.int64), post[known])
    return Shifts(person=rows[known], starts=starts[known], ends=ends[known], post=posts)


def _rows_in(sorted_ids: Ints, wanted: Ints, what: str) -> Ints:
    rows = found_rows(sorted_ids, wanted)
    if (rows < 0).any():
        raise LookupError(f"people: {what} of another realm are used; run `vedette doctor`")
    return rows
