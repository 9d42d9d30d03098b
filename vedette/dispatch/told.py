"""Writing down who was told of whose silence, and which notices were in vain: then the next in line is told at once."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from vedette.access.handling import Realm
from vedette.dispatch.decide import REACHED
from vedette.dispatch.leases import GoesOn, Held
from vedette.dispatch.sql import insert, locked, marks, rows, stamp


class Told(NamedTuple):
    """A recipient of whose silence somebody was told, in vain or not; or nobody could be."""

    recipient: int
    person: int | None
    office: str
    why: str
    step: int


#: Person and step.
Notice = tuple[int, int]


class Telling(NamedTuple):
    """What one lease has told."""

    held: Held
    told: Sequence[Told]
    #: The notices among what is about to be stored of it that a gateway took.
    reached: Collection[Notice]


def in_vain(parts: Sequence[Telling]) -> set[GoesOn]:
    """Those whose notice no gateway took, or was said to have failed by now: the next in line is to be told of them.

    The notices' deliveries stay as they are until the caller's transaction ends; it is to be called before the ledger's
    head is locked.
    """
    parts = [part for part in parts if part.told]
    if not parts:
        return set()
    leases = {(part.held.message, part.held.told_of): part.held.id for part in parts}
    either = " OR ".join(["(message_id = %s AND range_first = %s)"] * len(leases))
    stored = rows(
        locked(
            "SELECT message_id, range_first, person_id, step, level FROM dispatch_delivery"
            f" WHERE purpose = 'escalate' AND ({either}) ORDER BY id"
        ),
        [number for lease in leases for number in lease],
    )
    reached = {
        (leases[message, first], person, step) for message, first, person, step, level in stored if level in REACHED
    }
    reached |= {(part.held.id, *notice) for part in parts for notice in part.reached}
    return {
        (part.held.realm, part.held.message, one.step, "", one.recipient)
        for part in parts
        for one in part.told
        if one.person is not None and (part.held.id, one.person, one.step) not in reached
    }


def store(held: Held, told: Sequence[Told], now: datetime) -> None:
    """Store it, with the delivery of each notice: the one that a gateway took, or else the last that was tried."""
    found: dict[Notice, tuple[bool, int]] = {}
    for person, step, pk, level in rows(
        "SELECT person_id, step, id, level FROM dispatch_delivery"
        " WHERE message_id = %s AND range_first = %s AND purpose = 'escalate'",
        [held.message, held.told_of],
    ):
        notice = (person, step)
        found[notice] = max(found.get(notice, (False, 0)), (level in REACHED, pk))
    insert(
        "dispatch_escalation",
        {
            "recipient_id": "bigint",
            "message_id": "bigint",
            "step": "smallint",
            "told_id": "bigint",
            "office": "text",
            "why": "text",
            "delivery_id": "bigint",
            "in_vain": "boolean",
            "at": "timestamptz",
        },
        [_row(held, one, found, now) for one in told],
    )


def failed_later(deliveries: Mapping[int, Realm]) -> set[GoesOn]:
    """Note that these deliveries of notices, each of its realm, failed after a gateway had taken them; of whose silence
    the next in line is to be told."""
    return {
        (deliveries[delivery], message, step, "", recipient)
        for delivery, message, step, recipient in _turn(deliveries, in_vain=True)
    }


def arrived_after_all(deliveries: Collection[int]) -> None:
    """Note that these deliveries of notices, said to have failed before, have arrived."""
    _turn(deliveries, in_vain=False)


def _turn(deliveries: Collection[int], *, in_vain: bool) -> list[tuple[int, int, int, int]]:
    if not deliveries:
        return []
    return rows(
        f"UPDATE dispatch_escalation SET in_vain = %s WHERE delivery_id IN ({marks(deliveries)}) AND in_vain <> %s"
        " RETURNING delivery_id, message_id, step, recipient_id",
        [in_vain, *sorted(deliveries), in_vain],
    )


def _row(held: Held, one: Told, found: dict[Notice, tuple[bool, int]], now: datetime) -> tuple[object, ...]:
    reached, delivery = (True, None) if one.person is None else found[one.person, one.step]
    return (
        one.recipient,
        held.message,
        one.step,
        one.person,
        one.office,
        one.why[:300],
        delivery,
        not reached,
        stamp(now),
    )
