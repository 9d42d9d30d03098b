"""Enqueueing: from an issued message to stored recipients and leases, beside the bare insert of the same recipients."""

from __future__ import annotations

import time

from django.db import connection, transaction

from vedette.bench.house import expand, fill, issue
from vedette.bench.result import Result
from vedette.dispatch.expand import CHUNK
from vedette.dispatch.models import Recipient

DEFAULT = 5_000


def run(n: int) -> list[Result]:
    """One message to n people."""
    message = issue(fill(n))
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
            limit_is="the same rows inserted into an indexed table",
            lost=n - stored,
        )
    ]


def _bare_insert() -> float:
    """Seconds for the recipients' rows in a table with the same keys, in transactions of the same size."""
    fields = [field.column for field in Recipient._meta.concrete_fields]
    names = ", ".join(fields)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM dispatch_recipient")  # noqa: S608
        rows = cursor.fetchall()
        cursor.execute(f"CREATE TABLE bench_recipient AS SELECT {names} FROM dispatch_recipient WHERE 1 = 0")  # noqa: S608
        cursor.execute("CREATE UNIQUE INDEX bench_recipient_key ON bench_recipient (id)")
        cursor.execute("CREATE UNIQUE INDEX bench_recipient_once ON bench_recipient (warning_id, person_id)")
        cursor.execute("CREATE INDEX bench_recipient_person ON bench_recipient (person_id)")
        cursor.execute("CREATE INDEX bench_recipient_state ON bench_recipient (warning_id, state)")
        places = ", ".join(["%s"] * len(fields))
        try:
            began = time.perf_counter()
            for at in range(0, len(rows), CHUNK):
                with transaction.atomic():
                    cursor.executemany(
                        f"INSERT INTO bench_recipient ({names}) VALUES ({places})",  # noqa: S608
                        rows[at : at + CHUNK],
                    )
            return time.perf_counter() - began
        finally:
            cursor.execute("DROP TABLE bench_recipient")
