"""A crowd to judge audiences on: a stored roster of so many people in units on grounds, each with a shift and a fix.

The database makes the rows itself, from numbers spread by a multiplicative generator: the same crowd each time.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from shapely.geometry import Polygon, box, mapping

from vedette.access.handling import Realm
from vedette.dispatch.sql import stamp
from vedette.people.models import Duty, Person, SavedArea, Unit

REALM = Realm.EXERCISE
_UNITS, _POSTS = 200, 50
#: Where the people are, degrees: west, south, and how far it goes each way.
_WEST, _SOUTH, _WIDE, _HIGH = -117.4, 32.2, 1.3, 1.0
_CORNERS = 200


def polygon() -> Polygon:
    """An outline of 200 points, uneven as those that people draw."""
    turn = np.linspace(0, 2 * math.pi, _CORNERS, endpoint=False)
    radius = 0.12 * (1 + 0.25 * np.sin(7 * turn) + 0.1 * np.sin(31 * turn))
    return Polygon(np.column_stack([-117.0 + 1.2 * radius * np.cos(turn), 32.6 + radius * np.sin(turn)]))


def store(people: int, now: datetime) -> None:
    """Store the crowd: units in a tree, duties for half of it, a shift of 8 h for each, a fix of the last half hour."""
    like = {"realm": REALM.value, "created_at": now}
    grounds = [SavedArea(code=f"post-{at}", name=f"Post {at}", geometry=_ground(at), **like) for at in range(_POSTS)]
    SavedArea.objects.bulk_create(grounds)
    posts = list(SavedArea.objects.filter(realm=REALM.value).order_by("pk"))
    sector = Unit.objects.create(code="sector", name="Sector", **like)
    Unit.objects.bulk_create(
        Unit(code=f"unit-{at}", name=f"Unit {at}", parent=sector, area=posts[at % _POSTS], **like)
        for at in range(_UNITS)
    )
    first_unit = min(Unit.objects.exclude(pk=sector.pk).values_list("pk", flat=True))
    Duty.objects.bulk_create(Duty(code=code, name=code.title()) for code in ("rider", "medic", "driver"))
    first_duty = min(Duty.objects.values_list("pk", flat=True))
    first = Person.objects.create(
        code="p0", name="Example 0", unit_id=first_unit, position_consent=True, changed_at=now, **like
    )
    own = {"code": "'p' || i", "name": "'Example ' || i", "unit_id": f"{first_unit} + i %% {_UNITS}"}
    columns = [field.column for field in Person._meta.concrete_fields if field.column != "id"]
    at = f"'{stamp(now)}'"
    hour = now.replace(minute=0, second=0, microsecond=0)
    series = "series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < %s)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO people_person ({', '.join(columns)}) WITH RECURSIVE {series}"
            f" SELECT {', '.join(own.get(column, f'people_person.{column}') for column in columns)}"
            " FROM people_person, series WHERE people_person.id = %s",
            [people - 1, first.pk],
        )
        cursor.execute(
            "INSERT INTO people_person_duties (person_id, duty_id)"
            f" SELECT id, {first_duty} + id % 3 FROM people_person WHERE id % 2 = 0"
        )
        cursor.execute("CREATE TEMPORARY TABLE bench_hour (h integer, starts text, ends text)")
        cursor.executemany(
            "INSERT INTO bench_hour VALUES (%s, %s, %s)",
            [
                (h, str(stamp(hour + timedelta(hours=h - 48))), str(stamp(hour + timedelta(hours=h - 40))))
                for h in range(120)
            ],
        )
        told = "starts, ends" if connection.vendor == "sqlite" else "starts::timestamptz, ends::timestamptz"
        cursor.execute(
            "INSERT INTO people_shift (person_id, starts, ends, post_id, changed_at)"
            f" SELECT id, {told}, {posts[0].pk} + {_spread('id', 48_271, _POSTS)}, {at}"
            f" FROM people_person JOIN bench_hour ON h = {_spread('id', 16_807, 120)}"
        )
        cursor.execute("DROP TABLE bench_hour")
        fixed = f"'{stamp(now - timedelta(minutes=10))}'"
        cursor.execute(
            "INSERT INTO people_position (person_id, lat, lon, accuracy_m, fixed_at, received_at)"
            f" SELECT id, {_SOUTH} + {_HIGH} * {_spread('id', 48_271, 1_000_003)} / 1000003.0,"
            f" {_WEST} + {_WIDE} * {_spread('id', 69_621, 999_983)} / 999983.0, 20, {fixed}, {fixed} FROM people_person"
        )
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _ground(at: int) -> dict[str, Any]:
    west = _WEST + at * _WIDE / _POSTS
    shape: dict[str, Any] = json.loads(json.dumps(mapping(box(west, 32.4, west + 0.02, 32.7))))
    return shape


def _spread(column: str, factor: int, below: int) -> str:
    """Whole numbers below a bound that look as if drawn (Lehmer's generator with a prime modulus)."""
    return f"((CAST({column} AS bigint) * {factor}) % 2147483647) % {below}"
