"""What is counted as it is written, so that nobody has to count: deliveries, recipients by state, answers by time.

Each is to be called in the transaction that writes what it counts, after its rows and before the ledger's head is
locked: then no two transactions wait for each other.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from vedette.dispatch.levels import Level, State
from vedette.dispatch.sql import execute, on_sqlite, stamp

#: Message, channel, level, and when.
Counted = tuple[int, str, Level, datetime]
#: Warning, and a recipient's state before and after.
Change = tuple[int, State, State]
#: Warning, and whether it had ended by then.
FirstAnswer = tuple[int, bool]


def count(deliveries: Iterable[Counted]) -> None:
    """Count deliveries."""
    found: dict[tuple[int, str, str], list[datetime]] = {}
    for message, channel, level, at in deliveries:
        found.setdefault((message, channel, level.value), []).append(at)
    for key, moments in sorted(found.items()):
        _add(*key, len(moments), stamp(min(moments)), stamp(max(moments)))


def move(deliveries: Iterable[tuple[int, str, Level, Level, datetime]]) -> None:
    """Count deliveries at the level that receipts raised them to: message, channel, before, after, when it was sent.

    One batch touches each row once, in the order that `count` has too, so that two batches never wait for each other.
    """
    gone: Counter[tuple[int, str, str]] = Counter()
    come: dict[tuple[int, str, str], list[datetime]] = {}
    for message, channel, before, after, at in deliveries:
        gone[message, channel, before.value] += 1
        come.setdefault((message, channel, after.value), []).append(at)
    for key in sorted(gone.keys() | come.keys()):
        if moments := come.get(key):
            _add(*key, len(moments) - gone[key], stamp(min(moments)), stamp(max(moments)))
        else:
            execute(
                "UPDATE dispatch_tally SET count = count - %s WHERE message_id = %s AND channel = %s AND level = %s",
                [gone[key], *key],
            )


def join(warning: int, how_many: int) -> None:
    """Count people who became recipients; they are open."""
    if how_many:
        _add_heads(warning, State.OPEN, how_many)


def change(changes: Mapping[Change, int]) -> None:
    """Count recipients, so many of each change, where they now stand."""
    heads: Counter[tuple[int, State]] = Counter()
    for (warning, before, after), how_many in changes.items():
        heads[warning, before] -= how_many
        heads[warning, after] += how_many
    for (warning, state), how_many in sorted(heads.items()):
        if how_many:
            _add_heads(warning, state, how_many)


def answer(firsts: Iterable[FirstAnswer], at: datetime) -> None:
    """Count people who answered at `at` for the first time."""
    found: dict[int, list[bool]] = {}
    for warning, late in firsts:
        found.setdefault(warning, []).append(late)
    least, greatest = _extremes()
    for warning, lates in sorted(found.items()):
        execute(
            "INSERT INTO dispatch_answertally (warning_id, second, count, late, first_at, last_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (warning_id, second) DO UPDATE"
            " SET count = dispatch_answertally.count + excluded.count,"
            " late = dispatch_answertally.late + excluded.late,"
            f" first_at = {least}(dispatch_answertally.first_at, excluded.first_at),"
            f" last_at = {greatest}(dispatch_answertally.last_at, excluded.last_at)",
            [warning, int(at.timestamp()), len(lates), sum(lates), stamp(at), stamp(at)],
        )


def answer_messages(firsts: Mapping[int, int]) -> None:
    """Count people who answered a message for the first time: so many of each message."""
    for message, how_many in sorted(firsts.items()):
        execute(
            "INSERT INTO dispatch_messageanswers (message_id, count) VALUES (%s, %s) ON CONFLICT (message_id)"
            " DO UPDATE SET count = dispatch_messageanswers.count + excluded.count",
            [message, how_many],
        )


def _add_heads(warning: int, state: State, how_many: int) -> None:
    execute(
        "INSERT INTO dispatch_headcount (warning_id, state, count) VALUES (%s, %s, %s)"
        " ON CONFLICT (warning_id, state) DO UPDATE SET count = dispatch_headcount.count + excluded.count",
        [warning, state.value, how_many],
    )


def _add(message: int, channel: str, level: str, how_many: int, first: Any, last: Any) -> None:
    least, greatest = _extremes()
    execute(
        "INSERT INTO dispatch_tally (message_id, channel, level, count, first_at, last_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (message_id, channel, level) DO UPDATE"
        " SET count = dispatch_tally.count + excluded.count,"
        f" first_at = {least}(dispatch_tally.first_at, excluded.first_at),"
        f" last_at = {greatest}(dispatch_tally.last_at, excluded.last_at)",
        [message, channel, level, how_many, first, last],
    )


def _extremes() -> tuple[str, str]:
    """What the least and the greatest of two values are called here."""
    return ("min", "max") if on_sqlite() else ("least", "greatest")
