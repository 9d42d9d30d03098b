"""The ledger: appending, each entry durable on its own, beside the bare insert of the same rows; and verifying."""

from __future__ import annotations

import hashlib

from django.db import connection, transaction

from vedette.bench.result import Result, Timing, compared, seconds, timed
from vedette.ledger.log import append, leaf_data
from vedette.ledger.models import Entry, Head, Opening
from vedette.ledger.verify import verify

DEFAULT = 500


def run(n: int) -> list[Result]:
    """n entries one after the other, as single changes of state append them."""
    before = Entry.objects.count()
    appended = timed(
        lambda number: append(
            "bench.entry",
            actor="bench",
            subject=f"bench:{number}",
            realm="exercise",
            body={"number": number, "text": "x" * 100},
        ),
        range(n),
    )
    lost = n - (Entry.objects.count() - before)
    bare = _bare_inserts(n)
    rate = compared("ledger.append", "entries/s", appended, bare, "the same rows inserted, a transaction each")
    verdict = verify()
    assert verdict.verified, verdict.problems
    leaves = [leaf_data(entry) for entry in Entry.objects.order_by("seq")]
    return [
        Result(**{**rate.__dict__, "lost": lost}),
        Result(
            name="ledger.verify",
            n=len(leaves),
            value=len(leaves) / seconds(verify),
            unit="entries/s",
            limit=len(leaves) / seconds(lambda: [hashlib.sha256(leaf).digest() for leaf in leaves]),
            limit_is="SHA-256 of the entries alone",
        ),
    ]


def _bare_inserts(n: int) -> Timing:
    """Entry, opening and head as plain SQL, in tables of the same shape that are dropped afterwards."""
    entries = list(Entry.objects.order_by("-seq").values_list("seq", "realm", "at", "kind", "actor", "subject"))[:n]
    head = Head.objects.get(pk=1)
    tables = {kind: f"bench_{kind._meta.db_table}" for kind in (Entry, Opening, Head)}
    with connection.cursor() as cursor:
        for kind, table in tables.items():
            cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM {kind._meta.db_table}")  # noqa: S608
            cursor.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({kind._meta.pk.column})")
            if kind is not Head:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    digest = b"d" * 32

    def one(row: tuple[object, ...]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {tables[Entry]} (seq, realm, at, kind, actor, subject, commitment, leaf)"  # noqa: S608
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [*row, digest, digest],
            )
            cursor.execute(
                f"INSERT INTO {tables[Opening]} (entry_id, salt, body) VALUES (%s, %s, %s)",  # noqa: S608
                [row[0], digest[:16], "x" * 130],
            )
            cursor.execute(f"UPDATE {tables[Head]} SET size = %s, note = %s WHERE id = 1", [row[0], head.note])  # noqa: S608

    try:
        return timed(one, entries)
    finally:
        with connection.cursor() as cursor:
            for table in tables.values():
                cursor.execute(f"DROP TABLE {table}")
