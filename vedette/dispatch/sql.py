"""Small things that plain SQL needs on both databases: times as parameters, and bulk inserts."""
# ruff: noqa: S608  (what is put into the statements is this room's own text; values are parameters)

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection


@cache
def on_sqlite() -> bool:
    """Whether the database is SQLite; asked for every row, so remembered."""
    return connection.vendor == "sqlite"


def stamp(moment: datetime) -> Any:
    """An aware time as the database driver takes it: what Django's own adapting gives, many times as fast."""
    return str(moment.astimezone(UTC).replace(tzinfo=None)) if on_sqlite() else moment


def moment(value: Any) -> datetime:
    """A time column's value as an aware time."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    assert isinstance(value, datetime)
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def rows(statement: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def execute(statement: str, given: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def insert(table: str, columns: dict[str, str], values: Sequence[Sequence[Any]]) -> int:
    """Insert many rows, skipping those that a unique constraint says are there already; how many were new.

    `columns` maps names to PostgreSQL types.
    """
    if not values:
        return 0
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if on_sqlite():
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", values)
        else:
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING",
                [list(column) for column in zip(*values, strict=True)],
            )
        return int(cursor.rowcount)


@contextmanager
def in_one_go() -> Iterator[None]:
    """Statements within it go to PostgreSQL without waiting for each one's answer, until a result is asked for.

    What is refused raises at the end, or where the next result is asked for.
    """
    if on_sqlite():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def marks(values: Collection[object]) -> str:
    """Places for some values, as `IN (...)` has them."""
    return ", ".join(["%s"] * len(values))


def locked(statement: str) -> str:
    """`statement`, locking the rows it reads where that is needed: SQLite's write transactions lock everything.

    NO KEY, here and in every `select_for_update`: a foreign key to a row is checked at commit, by then under the
    ledger's head; were the row locked whole by somebody waiting for that head, the two would wait for each other.
    """
    return statement if on_sqlite() else f"{statement} FOR NO KEY UPDATE"
