"""Closing: whoever is still open when a plan, or the warning, is over gets the one final state that is true of them."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import leases, tally
from vedette.dispatch.decide import REACHED, silent_state
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import State
from vedette.dispatch.sql import locked, rows, stamp
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves

#: Recipients closed in one transaction.
CHUNK = 5_000
_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))


def close_range(held: Held, now: datetime, beside: Sequence[int] = ()) -> None:
    """End a lease of the step after the last: its range stayed silent. Raises LeaseLost.

    While a lease of one of the steps `beside` is still worked on there, or one that goes on aside, it waits: what that
    comes to counts.
    """
    with transaction.atomic():
        if leases.put_back(held, beside, now) or leases.put_back_for_asides(held, now):
            return
        rows(locked("SELECT id FROM warnings_warning WHERE id = %s"), [held.warning])
        leases.end(held, now)
        if rows(
            "SELECT 1 FROM warnings_message WHERE warning_id = %s AND number > %s AND state = 'issued' LIMIT 1",
            [held.warning, held.number],
        ):
            return
        _close(held.warning, held.realm, held.first, held.last, "", now, _on_track(held))


def _on_track(held: Held) -> tuple[str, list[int]]:
    """Which open recipients of its range a closing lease is for."""
    of, narrowed, given = [held.message, held.track], "", []
    if held.reopens:
        narrowed, given = (
            " AND EXISTS (SELECT 1 FROM dispatch_correction c WHERE c.recipient_id = dispatch_recipient.id"
            " AND c.message_id = %s AND c.track = %s)",
            of,
        )
    if held.restrained:
        # Who was held back since they were open again is on the track of that.
        narrowed += (
            " AND COALESCE((SELECT h.track FROM dispatch_hold h WHERE h.recipient_id = dispatch_recipient.id"
            f" AND h.message_id = %s ORDER BY h.id DESC LIMIT 1), 0) {'<' if held.reopens else '='} %s"
        )
        given = [*given, *of]
    return narrowed, given


def settle_ended(realm: Realm | None, now: datetime) -> bool:
    """Close the open recipients of ended warnings that nothing is left to be sent of; whether there were any."""
    narrowed, given = ("", []) if realm is None else (" AND w.realm = %s", [realm.value])
    found = rows(
        "SELECT w.id, w.realm, w.ended_by FROM warnings_warning w WHERE w.ended_at IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM dispatch_recipient r WHERE r.warning_id = w.id AND r.state = 'open')"
        f"{narrowed}",
        given,
    )
    closed = False
    for warning, of_realm, ended_by in found:
        if ended_by == "Expiry":
            leases.stop_all(warning, 2**31 - 1, now)
        elif _waits_for_expansion(warning):
            continue
        else:
            ((last,),) = rows(
                "SELECT max(number) FROM warnings_message WHERE warning_id = %s AND state = 'issued'", [warning]
            )
            leases.stop_all(warning, last, now)
        if not _in_work(warning):
            closed |= _close_all(warning, Realm(of_realm), ended_by, now)
    return closed


def _waits_for_expansion(warning: int) -> bool:
    return bool(
        rows(
            "SELECT 1 FROM warnings_outbox o JOIN warnings_message m ON m.id = o.message_id"
            " WHERE m.warning_id = %s AND o.expanded_at IS NULL LIMIT 1",
            [warning],
        )
    )


def _in_work(warning: int) -> bool:
    return bool(
        rows(
            "SELECT 1 FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
            " WHERE m.warning_id = %s AND l.done_at IS NULL LIMIT 1",
            [warning],
        )
    )


def _close_all(warning: int, realm: Realm, ended_by: str, now: datetime) -> bool:
    any_closed = False
    while True:
        ids = [
            row[0]
            for row in rows(
                f"SELECT id FROM dispatch_recipient WHERE warning_id = %s AND state = 'open' ORDER BY id LIMIT {CHUNK}",
                [warning],
            )
        ]
        if not ids:
            return any_closed
        with transaction.atomic():
            _close(warning, realm, ids[0], ids[-1], ended_by, now)
        any_closed = True


def _close(
    warning: int,
    realm: Realm,
    first: int,
    last: int,
    ended_by: str,
    now: datetime,
    narrowed: tuple[str, list[int]] = ("", []),
) -> None:
    """Close what is open between two recipients; the caller's transaction ends with it."""
    only, more = narrowed
    span = [warning, first, last, *more]
    still = [
        row[0]
        for row in rows(
            locked(
                "SELECT id FROM dispatch_recipient"
                f" WHERE warning_id = %s AND id BETWEEN %s AND %s AND state = 'open'{only} ORDER BY id"
            ),
            span,
        )
    ]
    if not still:
        return
    reached, not_reached = silent_state(True, ended_by), silent_state(False, ended_by)
    closed = rows(
        "UPDATE dispatch_recipient SET state_at = %s, state = CASE WHEN EXISTS (SELECT 1 FROM dispatch_delivery d"
        " WHERE d.recipient_id = dispatch_recipient.id AND d.purpose = 'warn'"
        f" AND d.level IN ({_REACHED})) THEN %s ELSE %s END"
        f" WHERE warning_id = %s AND id BETWEEN %s AND %s AND state = 'open'{only} RETURNING id, state",
        [stamp(now), reached.value, not_reached.value, *span],
    )
    note_closed(warning, realm, ended_by or "Plan", closed, (first, last), now)


def note_closed(
    warning: int, realm: Realm, by: str, closed: Sequence[tuple[int, str]], span: tuple[int, int], now: datetime
) -> None:
    """Count recipients who were open, each with the state it is closed in now, and enter them in the ledger."""
    states = Counter(state for _, state in closed)
    tally.change({(warning, State.OPEN, State(state)): count for state, count in states.items()})
    records = [{"recipient": pk, "state": state, "at": clock.rfc3339(now)} for pk, state in sorted(closed)]
    append(
        "dispatch.closed",
        actor="engine",
        subject=f"warning:{warning}",
        realm=realm.value,
        body={
            "by": by,
            "states": dict(states),
            "first": span[0],
            "last": span[1],
            "count": len(records),
            "merkle_root": root_of(batch_leaves(records)).hex(),
        },
    )
