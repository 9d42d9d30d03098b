"""Taking, holding and ending leases: the SQL of the queue."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.dispatch.sql import execute, insert, rows, stamp

#: Recipients of one lease.
RANGE = 500
#: How long a lease is held without being renewed: after this a dead worker's work is taken over.
HOLD = timedelta(seconds=4)
#: How many due leases are looked at to find one that may be taken.
_LOOK_AT = 64


class LeaseLost(Exception):
    """Another worker holds the lease now: what was about to be written is its business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that this worker holds."""

    id: int
    worker: str
    message: int
    warning: int
    #: The message's place among those of its warning.
    number: int
    realm: Realm
    step: int
    first: int
    last: int
    priority: int
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLease:
    """A lease to be written."""

    message: int
    realm: Realm
    step: int
    first: int
    last: int
    priority: int
    due_at: datetime


def take(
    worker: str, now: datetime, realm: Realm | None, at_most: int, above: int | None = None, mine: Sequence[Held] = ()
) -> list[Held]:
    """Take due leases, the most urgent and then the oldest first; with `above` only those more urgent than it.

    What is in this worker's hands (`mine`) is not taken again, though a clock that jumped may say that it was let go.
    A range of a newer message is left alone while an older message of the same warning is being sent there, so that
    nobody gets a cancel before the warning it cancels.
    """
    if not _due(now, realm, above, limit=1, lock=False):
        return []
    with transaction.atomic():
        busy = [*_in_work(now), *((one.warning, one.number, one.first, one.last) for one in mine)]
        own = {one.id for one in mine}
        taken: list[Held] = []
        for row in _due(now, realm, above, limit=_LOOK_AT, lock=True):
            held = Held(
                id=row[0],
                worker=worker,
                message=row[1],
                warning=row[2],
                number=row[3],
                realm=Realm(row[4]),
                step=row[5],
                first=row[6],
                last=row[7],
                priority=row[8],
                attempt=row[9],
            )
            if held.id in own or any(_before(other, held) for other in busy):
                continue
            taken.append(held)
            busy.append((held.warning, held.number, held.first, held.last))
            if len(taken) == at_most:
                break
        for held in taken:
            execute(
                "UPDATE dispatch_lease SET worker = %s, held_until = %s WHERE id = %s",
                [worker, stamp(now + HOLD), held.id],
            )
    return taken


def renew(worker: str, leases: Collection[int], now: datetime) -> None:
    """Hold on to leases."""
    for lease in leases:
        execute(
            "UPDATE dispatch_lease SET held_until = %s WHERE id = %s AND worker = %s AND done_at IS NULL",
            [stamp(now + HOLD), lease, worker],
        )


def give_back(held: Held, due_at: datetime, again: bool) -> None:
    """Let go of a lease that is not done; `again` counts an attempt."""
    execute(
        "UPDATE dispatch_lease SET held_until = NULL, due_at = %s, attempt = attempt + %s"
        " WHERE id = %s AND worker = %s AND done_at IS NULL",
        [stamp(due_at), int(again), held.id, held.worker],
    )


def release_all() -> None:
    """Free every lease at once: for the one engine that a SQLite database has, when it starts."""
    execute("UPDATE dispatch_lease SET held_until = NULL WHERE done_at IS NULL AND held_until IS NOT NULL")


def end(held: Held, now: datetime) -> None:
    """Mark it done. Raises LeaseLost when it is not this worker's any more: the caller's transaction must not stand."""
    done = execute(
        "UPDATE dispatch_lease SET done_at = %s, held_until = NULL WHERE id = %s AND worker = %s AND done_at IS NULL",
        [stamp(now), held.id, held.worker],
    )
    if done != 1:
        raise LeaseLost(f"lease {held.id} was taken over")


def write(leases: Sequence[NewLease]) -> None:
    """Write leases; one that is there already stays as it is."""
    insert(
        "dispatch_lease",
        {
            "message_id": "bigint",
            "realm": "text",
            "step": "smallint",
            "first": "bigint",
            "last": "bigint",
            "priority": "smallint",
            "due_at": "timestamptz",
            "attempt": "smallint",
            "worker": "text",
        },
        [
            (new.message, new.realm.value, new.step, new.first, new.last, new.priority, stamp(new.due_at), 0, "")
            for new in leases
        ],
    )


def stop_all(warning: int, messages_below: int, now: datetime) -> None:
    """End the leases of a warning's messages with a number below the given one.

    Those that nobody has begun are done; the others are made due, so that a worker ends them with what they have sent.
    """
    of_these = (
        "done_at IS NULL AND message_id IN (SELECT id FROM warnings_message WHERE warning_id = %s AND number < %s)"
    )
    execute(
        f"UPDATE dispatch_lease SET done_at = %s WHERE worker = '' AND {of_these}",
        [stamp(now), warning, messages_below],
    )
    execute(
        f"UPDATE dispatch_lease SET due_at = %s WHERE due_at > %s AND {of_these}",
        [stamp(now), stamp(now), warning, messages_below],
    )


def ranges(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Sorted recipient ids cut into ranges of one lease each."""
    return [(ids[at], ids[min(at + RANGE, len(ids)) - 1]) for at in range(0, len(ids), RANGE)]


def _due(now: datetime, realm: Realm | None, above: int | None, *, limit: int, lock: bool) -> list[tuple[Any, ...]]:
    given: list[object] = [stamp(now), stamp(now)]
    narrowed = ""
    if realm is not None:
        narrowed += " AND l.realm = %s"
        given.append(realm.value)
    if above is not None:
        narrowed += " AND l.priority < %s"
        given.append(above)
    skip = " FOR NO KEY UPDATE OF l SKIP LOCKED" if lock and connection.vendor != "sqlite" else ""
    return rows(
        "SELECT l.id, l.message_id, m.warning_id, m.number, l.realm, l.step, l.first, l.last, l.priority, l.attempt"
        " FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
        " WHERE l.done_at IS NULL AND l.due_at <= %s AND (l.held_until IS NULL OR l.held_until <= %s)"
        f"{narrowed} ORDER BY l.priority, l.due_at, l.id LIMIT {limit}{skip}",
        given,
    )


def _in_work(now: datetime) -> list[tuple[int, int, int, int]]:
    """Warning, message number, first and last of every lease that somebody holds."""
    return rows(
        "SELECT m.warning_id, m.number, l.first, l.last FROM dispatch_lease l"
        " JOIN warnings_message m ON m.id = l.message_id WHERE l.done_at IS NULL AND l.held_until > %s",
        [stamp(now)],
    )


def _before(other: tuple[int, int, int, int], held: Held) -> bool:
    warning, number, first, last = other
    return warning == held.warning and number < held.number and first <= held.last and last >= held.first
