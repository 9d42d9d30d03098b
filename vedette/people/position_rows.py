"""The rows of positions: who may have one now, the one that is kept, and the next. SQL for both databases."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

#: PostgreSQL's number of the lock below; no other room of the house uses it.
_INTAKE = 7_301_001


class Known(NamedTuple):
    """What decides on a person's fix, and the fix that is kept of them."""

    #: Active, and lets their position be used.
    consents: bool
    #: On duty now, or on no roster at all.
    on_duty: bool
    realm: str
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    fixed_at: Any
    received_at: Any


def load(people: Sequence[int], now: datetime) -> dict[int, Known]:
    """Those of some people who there are."""
    moment = stamp(now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, p.active AND p.position_consent,"
            " EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = p.id AND s.starts <= %s AND s.ends > %s)"
            "  OR NOT EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = p.id),"
            " p.realm, f.lat, f.lon, f.accuracy_m, f.fixed_at, f.received_at"
            " FROM people_person p LEFT JOIN people_position f ON f.person_id = p.id"
            f" WHERE p.id {_among()}",
            [moment, moment, _given(people)],
        )
        return {row[0]: Known(bool(row[1]), bool(row[2]), *row[3:]) for row in cursor.fetchall()}


def keep(rows: Sequence[tuple[int, float, float, float, datetime]], now: datetime, offered: bool = False) -> None:
    """Let each fix be its person's last, unless a newer one came meanwhile. In order of person id, once a person.

    `offered`: they gave it themselves.
    """
    columns, given = "person_id, lat, lon, accuracy_m, fixed_at, received_at, offered", "TRUE" if offered else "FALSE"
    newer = (
        " ON CONFLICT (person_id) DO UPDATE SET lat = excluded.lat, lon = excluded.lon,"
        " accuracy_m = excluded.accuracy_m, fixed_at = excluded.fixed_at, received_at = excluded.received_at,"
        " offered = excluded.offered"
        " WHERE excluded.fixed_at > people_position.fixed_at"
    )
    at = stamp(now)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                f"INSERT INTO people_position ({columns}) VALUES (%s, %s, %s, %s, %s, '{at}', {given}){newer}",
                [(*row[:4], stamp(row[4])) for row in rows],
            )
            return
        cursor.execute(
            f"INSERT INTO people_position ({columns}) SELECT person, lat, lon, accuracy, fixed, %s, {given}"
            " FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::float8[], %s::timestamptz[])"
            f" AS fix (person, lat, lon, accuracy, fixed){newer}",
            [at, *(list(column) for column in zip(*rows, strict=True))],
        )


def let_in() -> None:
    """Hold until the transaction ends what fixes are judged by: see `shut_out`. Others who take fixes may do so too."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_INTAKE])


def shut_out() -> None:
    """Wait until every fix that is being taken is stored, and keep further ones out until the transaction ends: what
    is decided then is seen by all that come later. On SQLite writers take turns anyway."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INTAKE])


def stamp(moment: datetime) -> Any:
    """An aware time as the database driver takes it."""
    return str(moment.astimezone(UTC).replace(tzinfo=None)) if connection.vendor == "sqlite" else moment


def moment(value: Any) -> datetime:
    """A time column's value as an aware time."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    assert isinstance(value, datetime)
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _among() -> str:
    """The condition that keeps to some ids, given as one parameter."""
    return "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s)"


def _given(ids: Sequence[int]) -> Any:
    return json.dumps(list(ids)) if connection.vendor == "sqlite" else list(ids)
