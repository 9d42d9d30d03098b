"""Correcting a settled state by what is heard of its deliveries later: one who counted as reached was not, or the other
way round.

Whoever was not reached is open again while the warning is in force, and the plan goes on for them; else they failed.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import tally
from vedette.dispatch.decide import REACHED
from vedette.dispatch.leases import GoesOn
from vedette.dispatch.levels import State
from vedette.dispatch.matching import Found
from vedette.dispatch.sql import execute, insert, locked, marks, moment, rows, stamp
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves

_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))


class Why(StrEnum):
    """What a correction rests on."""

    #: They counted as reached.
    ALL_FAILED = "everything that a gateway had taken for them has failed since"
    #: They counted as not reached.
    ARRIVED = "something that was said to have failed has arrived after all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One recipient's state, as it was settled and as it is now."""

    recipient: int
    realm: Realm
    message: int
    was: State
    state: State
    why: Why
    #: The lease with which the plan goes on; 0 where it does not.
    track: int


def correct(
    changed: Sequence[Found], asides: Mapping[GoesOn, int], answering: Collection[int], now: datetime
) -> list[Corrected]:
    """Correct the recipients of deliveries whose level has changed, where it makes another of what was settled.

    `asides` are the leases with which plans go on. Recipients are locked by it, those who are `answering` in the same
    transaction with them: all of them in the order of their ids. It comes before the ledger's head is locked.
    """
    about: dict[int, list[Found]] = {}
    for one in changed:
        if one.recipient is not None and (one.stored in REACHED) != (one.level in REACHED):
            about.setdefault(one.recipient, []).append(one)
    if not about:
        return []
    ids = sorted(about.keys() | set(answering))
    held = rows(
        locked(f"SELECT id, warning_id, state FROM dispatch_recipient WHERE id IN ({marks(ids)}) ORDER BY id"), ids
    )
    settled = {pk: (warning, State(state)) for pk, warning, state in held if pk in about and state in _SETTLED}
    if not settled:
        return []
    reached, in_force = _reached(settled), _in_force({one.message for pk in settled for one in about[pk]}, now)
    found = []
    for pk, (_, was) in settled.items():
        goes_on = max((_lease(one, asides) for one in about[pk] if one.message in in_force), default=0)
        if (state := _state(was, pk in reached, goes_on)) is not was:
            last = about[pk][-1]
            found.append(
                Corrected(
                    recipient=pk,
                    realm=last.realm,
                    message=last.message,
                    was=was,
                    state=state,
                    why=Why.ARRIVED if pk in reached else Why.ALL_FAILED,
                    track=goes_on if state is State.OPEN else 0,
                )
            )
    _change(found, {pk: warning for pk, (warning, _) in settled.items()}, sorted({row[1] for row in held}), now)
    return found


def store(corrected: Sequence[Corrected], now: datetime) -> None:
    """Store what was corrected and enter it in the ledger, last; each realm in an entry of its own."""
    for realm in sorted({one.realm for one in corrected}):
        theirs = [one for one in corrected if one.realm is realm]
        records = [
            correction_record((one.recipient, one.message, one.was.value, one.state.value, one.why.value, now))
            for one in theirs
        ]
        seq = append(
            "dispatch.corrected",
            actor="engine",
            subject="recipients",
            realm=realm.value,
            body={
                "count": len(records),
                "states": dict(Counter(f"{one.was.value} to {one.state.value}" for one in theirs)),
                "merkle_root": root_of(batch_leaves(records)).hex(),
            },
        )
        insert(
            "dispatch_correction",
            {
                "recipient_id": "bigint",
                "message_id": "bigint",
                "was": "text",
                "state": "text",
                "why": "text",
                "track": "bigint",
                "at": "timestamptz",
                "ledger_seq": "bigint",
            },
            [
                (
                    one.recipient,
                    one.message,
                    one.was.value,
                    one.state.value,
                    one.why.value,
                    one.track,
                    stamp(now),
                    seq,
                )
                for one in theirs
            ],
        )


#: What a correction's record is made of.
RECORD_COLUMNS = "recipient_id, message_id, was, state, why, at"


def correction_record(row: Sequence[Any]) -> dict[str, Any]:
    """A correction as the ledger's batch holds it, from RECORD_COLUMNS."""
    recipient, message, was, state, why, at = row
    return {
        "recipient": recipient,
        "message": message,
        "was": was,
        "state": state,
        "why": why,
        "at": clock.rfc3339(moment(at)),
    }


_SETTLED = frozenset({State.UNANSWERED.value, State.FAILED.value})


def _state(was: State, reached: bool, goes_on: int) -> State:
    if reached:
        return State.UNANSWERED
    if was is State.UNANSWERED and goes_on:
        return State.OPEN
    return State.FAILED


def _lease(one: Found, asides: Mapping[GoesOn, int]) -> int:
    assert one.recipient is not None
    return asides.get((one.realm, one.message, one.step, one.channel, one.recipient), 0)


def _reached(recipients: Collection[int]) -> set[int]:
    """Those of some recipients for whom a gateway took something of their warning that has not failed."""
    return {
        row[0]
        for row in rows(
            f"SELECT DISTINCT recipient_id FROM dispatch_delivery WHERE recipient_id IN ({marks(recipients)})"
            f" AND purpose = 'warn' AND level IN ({_REACHED})",
            sorted(recipients),
        )
    }


def _in_force(messages: Collection[int], now: datetime) -> set[int]:
    """Those of some messages that are the last of a warning that has not ended."""
    return {
        row[0]
        for row in rows(
            "SELECT m.id FROM warnings_message m JOIN warnings_warning w ON w.id = m.warning_id"
            f" WHERE m.id IN ({marks(messages)}) AND w.ended_at IS NULL AND (w.expires_at IS NULL OR w.expires_at > %s)"
            " AND NOT EXISTS (SELECT 1 FROM warnings_message newer"
            "  WHERE newer.warning_id = m.warning_id AND newer.number > m.number AND newer.state = 'issued')",
            [*sorted(messages), stamp(now)],
        )
    }


def _change(found: Sequence[Corrected], warning_of: Mapping[int, int], warnings: list[int], now: datetime) -> None:
    """Change the states, and count them. The counts are locked as whoever records answers locks them."""
    rows(
        locked(f"SELECT id FROM dispatch_headcount WHERE warning_id IN ({marks(warnings)}) ORDER BY warning_id, state"),
        warnings,
    )
    for state in sorted({one.state for one in found}):
        ids = [one.recipient for one in found if one.state is state]
        execute(
            f"UPDATE dispatch_recipient SET state = %s, state_at = %s WHERE id IN ({marks(ids)})",
            [state.value, stamp(now), *ids],
        )
    tally.change(Counter((warning_of[one.recipient], one.was, one.state) for one in found))
