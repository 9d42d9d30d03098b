"""Writing down what came of sending: delivery rows in batches, and a ledger entry that holds a lease's whole work."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.dispatch import leases
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.levels import Level
from vedette.dispatch.sql import execute, insert, locked, moment, rows, stamp
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one step came to for one recipient (or, escalating, one supervisor)."""

    recipient: int | None
    person: int
    contact_point: int | None
    channel: str
    step: int
    key: str
    level: Level
    attempts: int
    detail: str
    at: datetime
    purpose: str = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A recipient of whose silence somebody was told, by the delivery with that key."""

    recipient: int
    person: int
    key: str


_COLUMNS = {
    "message_id": "bigint",
    "recipient_id": "bigint",
    "person_id": "bigint",
    "contact_point_id": "bigint",
    "purpose": "text",
    "channel": "text",
    "step": "smallint",
    "idempotency_key": "text",
    "result": "text",
    "level": "text",
    "attempts": "smallint",
    "detail": "text",
    "at": "timestamptz",
}


def flush(held: Held, attempts: Sequence[Attempt], told: Sequence[Told] = (), now: datetime | None = None) -> None:
    """Store results; after this a crash does not repeat them. One whose key is there already stays as it is."""
    with transaction.atomic():
        _store(held, attempts)
        if told and now is not None:
            _store_told(held, told, now)


def finish(
    held: Held,
    attempts: Sequence[Attempt],
    follow_up: NewLease | None,
    now: datetime,
    told: Sequence[Told] = (),
    body: Mapping[str, Any] | None = None,
) -> None:
    """Store the last results, end the lease, write what follows it, and enter all of its work in the ledger.

    Raises LeaseLost, and then nothing of this is written.
    """
    with transaction.atomic():
        leases.end(held, now)
        _store(held, attempts)
        if told:
            _store_told(held, told, now)
        if follow_up is not None:
            leases.write([follow_up])
        _seal(held, body or {})


def delivery_record(row: Sequence[Any]) -> dict[str, Any]:
    """A delivery as the ledger's batch holds it, from the columns RECORD_COLUMNS."""
    recipient, person, point, purpose, channel, step, key, result, attempts, at = row
    return {
        "recipient": recipient,
        "person": person,
        "contact_point": point,
        "purpose": purpose,
        "channel": channel,
        "step": step,
        "key": key,
        "result": result,
        "attempts": attempts,
        "at": clock.rfc3339(moment(at)),
    }


RECORD_COLUMNS = (
    "recipient_id, person_id, contact_point_id, purpose, channel, step, idempotency_key, result, attempts, at"
)


def _store(held: Held, attempts: Sequence[Attempt]) -> None:
    insert(
        "dispatch_delivery",
        _COLUMNS,
        [
            (
                held.message,
                one.recipient,
                one.person,
                one.contact_point,
                one.purpose,
                one.channel,
                one.step,
                one.key,
                one.level.value,
                one.level.value,
                one.attempts,
                _storable(one.detail),
                stamp(one.at),
            )
            for one in attempts
        ],
    )


def _storable(said: str) -> str:
    """What a gateway said, without what a database refuses: half characters and NUL."""
    return said.encode("utf-8", "replace").decode().replace("\x00", "")[:300]


def _store_told(held: Held, told: Sequence[Told], now: datetime) -> None:
    keys = sorted({one.key for one in told})
    ids = dict(
        rows(
            "SELECT idempotency_key, id FROM dispatch_delivery"
            f" WHERE idempotency_key IN ({', '.join(['%s'] * len(keys))})",
            keys,
        )
    )
    insert(
        "dispatch_escalation",
        {
            "recipient_id": "bigint",
            "message_id": "bigint",
            "step": "smallint",
            "told_id": "bigint",
            "delivery_id": "bigint",
            "at": "timestamptz",
        },
        [(one.recipient, held.message, held.step, one.person, ids.get(one.key), stamp(now)) for one in told],
    )


def _seal(held: Held, body: Mapping[str, Any]) -> None:
    """Enter the range's deliveries that are in no entry yet, a crashed worker's too."""
    mine = (
        "message_id = %s AND ledger_seq IS NULL AND (recipient_id BETWEEN %s AND %s"
        " OR (recipient_id IS NULL AND step = %s))"
    )
    given = [held.message, held.first, held.last, held.step]
    found = rows(locked(f"SELECT {RECORD_COLUMNS}, id FROM dispatch_delivery WHERE {mine} ORDER BY id"), given)
    if not found and not body:
        return
    seq = append(
        "dispatch.sent",
        actor="engine",
        subject=f"warning:{held.warning}",
        realm=held.realm.value,
        body={
            "message": held.message,
            "step": held.step,
            "first": held.first,
            "last": held.last,
            "count": len(found),
            "merkle_root": root_of(batch_leaves([delivery_record(row[:-1]) for row in found])).hex(),
            **body,
        },
    )
    if found:
        ids = [row[-1] for row in found]
        execute(
            f"UPDATE dispatch_delivery SET ledger_seq = %s WHERE id IN ({', '.join(['%s'] * len(ids))})", [seq, *ids]
        )
