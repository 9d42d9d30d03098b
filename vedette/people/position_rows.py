"""The rows of positions: who may have one now, the one that is kept, and the next. SQL for both databases."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.people.bulk import Kind, given_ids, given_time, read, truth, within
from vedette.people.fixes import Columns
from vedette.people.world import Bools, Floats, Ints

#: PostgreSQL's number of the lock below; no other room of the house uses it.
_INTAKE = 7_301_001


class People(NamedTuple):
    """What decides on fixes, by person in order of id."""

    person: Ints
    active: Bools
    #: Active, and lets their position be used.
    consents: Bools
    #: On duty now, or on no roster at all.
    on_duty: Bools
    live: Bools


class Kept(NamedTuple):
    """The fixes that are kept, in order of person id; times in microseconds since 1970."""

    person: Ints
    lat: Floats
    lon: Floats
    accuracy_m: Floats
    fixed: Ints
    received: Ints


def load(people: Ints, now: datetime) -> tuple[People, Kept]:
    """Those of some people who there are, and their fixes."""
    ids, moment = people.tolist(), given_time(now)
    of_theirs = "SELECT 1 FROM people_shift s WHERE s.person_id = p.id"
    person, *truths = read(
        f"people_person p WHERE 1 = 1{within('p.id', ids)}",
        [moment, moment, *given_ids(ids)],
        ("p.id", Kind.WHOLE),
        truth("p.active"),
        truth("p.active AND p.position_consent"),
        truth(f"EXISTS ({of_theirs} AND s.starts <= %s AND s.ends > %s) OR NOT EXISTS ({of_theirs})"),
        truth(f"p.realm = '{Realm.LIVE.value}'"),
    )
    order = np.argsort(person)
    known = People(person[order], *(column[order].astype(np.bool_) for column in truths))
    kept = read(
        f"people_position WHERE 1 = 1{within('person_id', ids)}",
        given_ids(ids),
        ("person_id", Kind.WHOLE),
        ("lat", Kind.REAL),
        ("lon", Kind.REAL),
        ("accuracy_m", Kind.REAL),
        ("fixed_at", Kind.MOMENT),
        ("received_at", Kind.MOMENT),
    )
    order = np.argsort(kept[0])
    return known, Kept(*(column[order] for column in kept))


def keep(batch: Columns, rows: Ints, now: datetime, offered: bool) -> None:
    """Let some fixes of a batch be their people's last, unless a newer one came meanwhile. In order of person id, once
    a person. `offered`: they gave them themselves."""
    columns, theirs = "person_id, lat, lon, accuracy_m, fixed_at, received_at, offered", "TRUE" if offered else "FALSE"
    newer = (
        " ON CONFLICT (person_id) DO UPDATE SET lat = excluded.lat, lon = excluded.lon,"
        " accuracy_m = excluded.accuracy_m, fixed_at = excluded.fixed_at, received_at = excluded.received_at,"
        " offered = excluded.offered"
        " WHERE excluded.fixed_at > people_position.fixed_at"
    )
    given = [column[rows].tolist() for column in (batch.person, batch.lat, batch.lon, batch.accuracy_m)]
    moments = batch.fixed[rows].astype("datetime64[us]")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            texts = [text.replace("T", " ").removesuffix(".000000") for text in np.datetime_as_string(moments).tolist()]
            same = f"'{given_time(now)}', {theirs}"
            cursor.executemany(
                f"INSERT INTO people_position ({columns}) VALUES (%s, %s, %s, %s, %s, {same}){newer}",
                zip(*given, texts, strict=True),
            )
            return
        cursor.execute(
            f"INSERT INTO people_position ({columns})"
            f" SELECT person, lat, lon, accuracy, fixed AT TIME ZONE 'UTC', %s, {theirs}"
            " FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::float8[], %s::timestamp[])"
            f" AS fix (person, lat, lon, accuracy, fixed){newer}",
            [now, *given, moments.tolist()],
        )


#: Positions looked at in one go for who is off duty, and dropped in one transaction.
_SWEPT, _DROPPED = 20_000, 5_000
#: Somebody whose position may not be kept at a moment, given twice; `f` is the position.
_IDLE = (
    "NOT EXISTS (SELECT 1 FROM people_person p"
    "  WHERE p.id = f.person_id AND p.active AND (p.position_consent OR f.offered))"
    " OR (NOT f.offered AND EXISTS (SELECT 1 FROM people_shift s WHERE s.person_id = f.person_id)"
    "  AND NOT EXISTS"
    "  (SELECT 1 FROM people_shift s WHERE s.person_id = f.person_id AND s.starts <= %s AND s.ends > %s))"
)


def older_than(moment: datetime) -> list[int]:
    """Whose fix was taken before that."""
    (found,) = read("people_position f WHERE f.fixed_at < %s", [given_time(moment)], ("f.person_id", Kind.WHOLE))
    return list(found.tolist())


def idle_after(person: int, now: datetime) -> tuple[list[int], int]:
    """Of the next part of all positions behind a person's: whose may not be kept now; and behind whom to go on."""
    part = f"(SELECT * FROM people_position WHERE person_id > %s ORDER BY person_id LIMIT {_SWEPT}) AS f"
    (seen,) = read(part, [person], ("f.person_id", Kind.WHOLE))
    (found,) = read(f"{part} WHERE {_IDLE}", [person, given_time(now), given_time(now)], ("f.person_id", Kind.WHOLE))
    return list(found.tolist()), int(seen.max()) if seen.size == _SWEPT else 0


def drop(people: Sequence[int], before: datetime, now: datetime) -> int:
    """Drop the positions of some people that are still too old, or still may not be kept; how many."""
    dropped = 0
    for at in range(0, len(people), _DROPPED):
        some = [int(one) for one in people[at : at + _DROPPED]]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM people_position AS f WHERE (f.fixed_at < %s OR {_IDLE}){within('f.person_id', some)}",
                [*(given_time(moment) for moment in (before, now, now)), *given_ids(some)],
            )
            dropped += cursor.rowcount
    return dropped


def let_in() -> None:
    """Hold until the transaction ends what fixes are judged by: see `shut_out`. Others who take fixes may do so too."""
    _lock("pg_advisory_xact_lock_shared")


def shut_out() -> None:
    """Wait until every fix that is being taken is stored, and keep further ones out until the transaction ends: what
    is decided then is seen by all that come later. On SQLite writers take turns anyway."""
    _lock("pg_advisory_xact_lock")


def _lock(how: str) -> None:
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {how}(%s)", [_INTAKE])
