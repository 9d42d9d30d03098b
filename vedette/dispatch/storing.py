"""Storing a chunk of an audience as recipients, the quickest way each database has."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from vedette.dispatch.members import Issued
from vedette.dispatch.sql import on_sqlite, rows, stamp

#: A person of an audience: id, presence, and the reason with what it points to.
Joining = tuple[int, str, str]

#: What is the same for all of a chunk, then a `Joining`.
_COLUMNS = "realm, warning_id, late, joined_by_id, state, state_at, created_at, person_id, presence, reason"


@contextmanager
def storing(issued: Issued, found: Sequence[Joining], now: datetime, *, late: bool) -> Iterator[list[int]]:
    """Store people; the list that is given holds, when the block has ended, the ids of those who are new, ascending.

    What is done within the block is done while PostgreSQL stores them. The caller holds the warning's lock.
    """
    same = (issued.realm.value, issued.warning, late, issued.id, "open", stamp(now), stamp(now))
    ids: list[int] = []
    # Of an update's audience most are recipients already, and of late joiners any may be.
    if on_sqlite() or late or issued.number > 1:
        yield ids
        ids += _sqlite(same, found) if on_sqlite() else _skipping(same, found)
        return
    reserved = _reserved(len(found))
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT copied")
        try:
            with cursor.copy(f"COPY dispatch_recipient (id, {_COLUMNS}) FROM STDIN") as copy:
                copy.write(_lines(reserved, same, found))
                yield ids
            ids += reserved
        except psycopg.errors.UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT copied")
            ids += _skipping(same, found)


def _sqlite(same: tuple[Any, ...], found: Sequence[Joining]) -> list[int]:
    ((before,),) = rows("SELECT COALESCE(max(id), 0) FROM dispatch_recipient")
    told = ", ".join(f"'{value}'" if isinstance(value, str) else str(int(value)) for value in same)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO dispatch_recipient ({_COLUMNS}) VALUES ({told}, %s, %s, %s) ON CONFLICT DO NOTHING", found
        )
    return [row[0] for row in rows("SELECT id FROM dispatch_recipient WHERE id > %s ORDER BY id", [before])]


def _reserved(count: int) -> list[int]:
    """Ids that nobody else will be given, ascending."""
    return [row[0] for row in rows("SELECT nextval('dispatch_recipient_id_seq') FROM generate_series(1, %s)", [count])]


def _lines(ids: Sequence[int], same: tuple[Any, ...], found: Sequence[Joining]) -> str:
    """The rows as PostgreSQL's COPY reads them."""
    told = _line(same)
    reasons = {ending: _line(ending) for ending in {person[1:] for person in found}}
    lines = [f"{at}\t{told}\t{person[0]}\t{reasons[person[1:]]}\n" for at, person in zip(ids, found, strict=True)]
    return "".join(lines)


#: What COPY's text format gives a meaning of its own (PostgreSQL's manual, COPY, "Text Format").
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(values: Sequence[Any]) -> str:
    """Some columns of one row as COPY reads them."""
    return "\t".join(str(value).translate(_ESCAPED) for value in values)


def _skipping(same: tuple[Any, ...], found: Sequence[Joining]) -> list[int]:
    """Those that are not there yet, on PostgreSQL. What is the same for all is told the database once."""
    people, presences, reasons = (list(column) for column in zip(*found, strict=True))
    return sorted(
        row[0]
        for row in rows(
            f"INSERT INTO dispatch_recipient ({_COLUMNS})"
            " SELECT %s, %s, %s, %s, %s, %s, %s, person, presence, reason"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS joining (person, presence, reason)"
            " ON CONFLICT DO NOTHING RETURNING id",
            [*same, people, presences, reasons],
        )
    )
