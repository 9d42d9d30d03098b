"""Enqueueing: from an issued message to stored recipients and leases, beside the bare way of storing the same
recipients (COPY on PostgreSQL); and how long another writer has to wait meanwhile."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection, transaction

from vedette.bench.beside import writing_beside
from vedette.bench.house import expand, fill, issue
from vedette.bench.result import Result
from vedette.dispatch.expand import CHUNK
from vedette.dispatch.models import Recipient

DEFAULT = 20_000


def run(n: int) -> list[Result]:
    """One message to n people: the audience resolved, each stored with the reason, the batches in the ledger."""
    message = issue(fill(n))
    with writing_beside() as waits:
        began = time.perf_counter()
        stored = expand(message)
        took = time.perf_counter() - began
    return [
        Result(
            name="enqueue.recipients",
            n=n,
            value=stored / took,
            unit="recipients/s",
            limit=stored / _bare_insert(),
            limit_is="the same rows stored in a table with the same indexes",
            lost=n - stored,
        ),
        Result(
            name="enqueue.others-wait",
            n=int(waits.told["n"]),
            value=waits.told["max_ms"],
            unit="ms at most",
            p50_ms=waits.told["p50_ms"],
            p99_ms=waits.told["p99_ms"],
        ),
    ]


def _bare_insert() -> float:
    """Seconds for the recipients' rows in a table with the same keys, in transactions of the same size."""
    names = ", ".join(field.column for field in Recipient._meta.concrete_fields)
    with connection.cursor() as cursor:
        rows = _rows(cursor, names)
        cursor.execute(f"CREATE TABLE bench_recipient AS SELECT {names} FROM dispatch_recipient WHERE 1 = 0")  # noqa: S608
        cursor.execute("CREATE UNIQUE INDEX bench_recipient_key ON bench_recipient (id)")
        cursor.execute("CREATE UNIQUE INDEX bench_recipient_once ON bench_recipient (person_id, warning_id)")
        cursor.execute("CREATE INDEX bench_recipient_state ON bench_recipient (warning_id, state)")
        try:
            began = time.perf_counter()
            for at in range(0, len(rows), CHUNK):
                with transaction.atomic():
                    _put(cursor, names, rows[at : at + CHUNK])
            return time.perf_counter() - began
        finally:
            cursor.execute("DROP TABLE bench_recipient")


def _rows(cursor: Any, names: str) -> list[Any]:
    """The rows as their database takes them back soonest: values on SQLite, lines of text on PostgreSQL."""
    read = f"SELECT {names} FROM dispatch_recipient ORDER BY id"  # noqa: S608
    if connection.vendor == "sqlite":
        cursor.execute(read)
        return list(cursor.fetchall())
    with cursor.copy(f"COPY ({read}) TO STDOUT") as copy:
        return [bytes(line) for line in copy]


def _put(cursor: Any, names: str, rows: list[Any]) -> None:
    if connection.vendor == "sqlite":
        places = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f"INSERT INTO bench_recipient ({names}) VALUES ({places})", rows)  # noqa: S608
    else:
        with cursor.copy(f"COPY bench_recipient ({names}) FROM STDIN") as copy:
            copy.write(b"".join(rows))
