"""Receipts that came before their delivery was written down: a gateway may be quicker than our own disk.

They wait here for a while. A reference that never turns out to be one of ours was another customer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette.access.handling import Realm
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.levels import Level
from vedette.dispatch.sql import execute, insert, marks, rows, stamp

#: How long a receipt waits for its delivery.
PATIENCE = timedelta(minutes=2)
_TEXTS = ("realm", "channel", "key", "reference", "level", "detail")


@dataclass(frozen=True, slots=True)
class Early:
    """A receipt that waits, and by which channel of which realm it came."""

    id: int
    realm: Realm
    channel: str
    receipt: Receipt
    #: The rank of the provider that told it; None where that is not known.
    provider: int | None


def keep(receipts: Sequence[tuple[Realm, str, Receipt, int | None]], now: datetime) -> None:
    """Have them wait."""
    insert(
        "dispatch_earlyreceipt",
        {**dict.fromkeys(_TEXTS, "text"), "provider": "smallint", "at": "timestamptz"},
        [
            (realm.value, channel, one.key, one.reference, one.level.value, one.detail, provider, stamp(now))
            for realm, channel, one, provider in receipts
        ],
    )


def waiting(after: int, at_most: int) -> list[Early]:
    """Those that wait, the oldest first, from the one behind `after` on."""
    found = rows(
        f"SELECT id, provider, {', '.join(_TEXTS)} FROM dispatch_earlyreceipt WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608
        [after, at_most],
    )
    return [
        Early(
            pk,
            Realm(realm),
            channel,
            Receipt(level=Level(level), key=key, reference=reference, detail=detail),
            provider,
        )
        for pk, provider, realm, channel, key, reference, level, detail in found
    ]


def forget(ids: Sequence[int]) -> None:
    """They need not wait any longer."""
    if ids:
        execute(f"DELETE FROM dispatch_earlyreceipt WHERE id IN ({marks(ids)})", ids)  # noqa: S608


def forget_older(now: datetime) -> int:
    """Give up on those that have waited too long; how many."""
    return execute("DELETE FROM dispatch_earlyreceipt WHERE at < %s", [stamp(now - PATIENCE)])
