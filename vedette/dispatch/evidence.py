"""Receipts as they are stored beside their delivery, and as the ledger holds them."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette import clock
from vedette.dispatch.matching import Found
from vedette.dispatch.models import Receipt
from vedette.dispatch.sql import insert, marks, moment, rows, stamp
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves

NOTE = Receipt.NOTE


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was heard of one delivery: a level, or NOTE."""

    delivery: Found
    level: str
    detail: str


def known(deliveries: Collection[int]) -> set[tuple[int, str, str]]:
    """Delivery, level and detail of the receipts that some deliveries have."""
    if not deliveries:
        return set()
    found = rows(
        f"SELECT delivery_id, level, detail FROM dispatch_receipt WHERE delivery_id IN ({marks(deliveries)})",
        sorted(deliveries),
    )
    return {(delivery, level, detail) for delivery, level, detail in found}


def store(new: Sequence[Evidence], now: datetime) -> None:
    """Store receipts and enter them in the ledger, last. A batch of both realms makes two entries."""
    for realm in sorted({one.delivery.realm for one in new}):
        theirs = [one for one in new if one.delivery.realm is realm]
        records = [
            receipt_record(
                (
                    one.delivery.message,
                    one.delivery.recipient,
                    one.delivery.contact_point,
                    one.delivery.channel,
                    one.delivery.step,
                    one.level,
                    now,
                )
            )
            for one in theirs
        ]
        seq = append(
            "dispatch.heard",
            actor="gateway",
            subject="receipts",
            realm=realm.value,
            body={"count": len(records), "merkle_root": root_of(batch_leaves(records)).hex()},
        )
        insert(
            "dispatch_receipt",
            {"delivery_id": "bigint", "level": "text", "detail": "text", "at": "timestamptz", "ledger_seq": "bigint"},
            [(one.delivery.id, one.level, one.detail, stamp(now), seq) for one in theirs],
        )


#: What a receipt's record is made of; `d` is its delivery, `t` itself.
RECORD_COLUMNS = "d.message_id, d.recipient_id, d.contact_point_id, d.channel, d.step, t.level, t.at"


def receipt_record(row: Sequence[Any]) -> dict[str, Any]:
    """A receipt as the ledger's batch holds it, from RECORD_COLUMNS. The detail is not in it: it may hold anything."""
    message, recipient, point, channel, step, level, at = row
    return {
        "message": message,
        "recipient": recipient,
        "contact_point": point,
        "channel": channel,
        "step": step,
        "level": level,
        "at": clock.rfc3339(moment(at)),
    }
