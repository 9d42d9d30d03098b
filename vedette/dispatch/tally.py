"""How many deliveries of a message came to what, by channel: kept up with every batch, so that nobody has to count."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from vedette.dispatch.levels import Level
from vedette.dispatch.sql import execute, stamp

#: Message, channel, level, and when.
Counted = tuple[int, str, Level, datetime]


def count(deliveries: Iterable[Counted]) -> None:
    """Count deliveries that were written in this transaction. To be called before the ledger's head is locked."""
    found: dict[tuple[int, str, str], list[datetime]] = {}
    for message, channel, level, at in deliveries:
        found.setdefault((message, channel, level.value), []).append(at)
    for key, moments in sorted(found.items()):
        _add(*key, len(moments), stamp(min(moments)), stamp(max(moments)))


def move(message: int, channel: str, before: Level, after: Level, how_many: int, at: datetime) -> None:
    """Count deliveries at the level that a receipt raised them to."""
    execute(
        "UPDATE dispatch_tally SET count = count - %s WHERE message_id = %s AND channel = %s AND level = %s",
        [how_many, message, channel, before.value],
    )
    _add(message, channel, after.value, how_many, stamp(at), stamp(at))


def _add(message: int, channel: str, level: str, how_many: int, first: Any, last: Any) -> None:
    least, greatest = ("min", "max") if connection.vendor == "sqlite" else ("least", "greatest")
    execute(
        "INSERT INTO dispatch_tally (message_id, channel, level, count, first_at, last_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (message_id, channel, level) DO UPDATE"
        " SET count = dispatch_tally.count + excluded.count,"
        f" first_at = {least}(dispatch_tally.first_at, excluded.first_at),"
        f" last_at = {greatest}(dispatch_tally.last_at, excluded.last_at)",
        [message, channel, level, how_many, first, last],
    )
