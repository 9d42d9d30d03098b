"""Writing down what came of sending: the results of many leases in one transaction, with a ledger entry a message.

A batch's rows are written together with the entry that holds their Merkle root, in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import transaction

from vedette import clock
from vedette.dispatch import leases, tally, told, undisturbed
from vedette.dispatch.decide import REACHED
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.levels import Level
from vedette.dispatch.sql import insert, moment, rows, stamp
from vedette.dispatch.told import Telling, Told
from vedette.dispatch.undisturbed import HeldBack
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves


class Attempt(NamedTuple):
    """What one step came to for one recipient (or, escalating, one person who is told) at one address."""

    recipient: int | None
    person: int
    contact_point: int | None
    channel: str
    step: int
    level: Level
    attempts: int
    detail: str
    at: datetime
    #: Of an escalation, the first recipient of the range it tells of.
    range_first: int | None = None
    #: The gateway's own name for it, and the rank of the provider that gave it.
    reference: str = ""
    provider: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The lease is done; what follows it, and who was held back in it."""

    follow_up: Sequence[NewLease] = ()
    held_back: Sequence[HeldBack] = ()
    #: Said in the ledger beside the counts.
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The lease is not done; when it is due again, and whether that counts as a try."""

    due_at: datetime
    again: bool


@dataclass(slots=True)
class Part:
    """What of one lease is to be written."""

    held: Held
    attempts: list[Attempt] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    end: Done | GivenBack | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """How it goes to the process that writes: as plain rows, which cost the event loop half of what objects do."""
        rows = [(*one[:8], one.at.timestamp(), *one[9:]) for one in self.attempts]
        return _brought, (self.held, rows, self.told, self.end)


def _brought(held: Held, rows: Sequence[tuple[Any, ...]], told: list[Told], end: Done | GivenBack | None) -> Part:
    attempts = [Attempt(*row[:8], datetime.fromtimestamp(row[8], UTC), *row[9:]) for row in rows]
    return Part(held, attempts, told, end)


class AlreadyThere(Exception):
    """Some results are stored already, which a lease that is held makes impossible; they are looked for then."""


def commit(parts: Sequence[Part], now: datetime) -> set[int]:
    """Write everything in one transaction; the leases that were lost meanwhile, of which nothing is written."""
    try:
        return _commit(parts, now, known=False)
    except AlreadyThere:
        return _commit(parts, now, known=True)


def _commit(parts: Sequence[Part], now: datetime, *, known: bool) -> set[int]:
    with transaction.atomic():
        worker = parts[0].held.worker
        mine = leases.keep_mine(worker, [part.held.id for part in parts])
        held = [part for part in parts if part.held.id in mine]
        for part in held:
            if isinstance(part.end, Done):
                leases.end(part.held, now)
            elif part.end is not None:
                leases.give_back(part.held, part.end.due_at, part.end.again)
        leases.write([new for part in held if isinstance(part.end, Done) for new in part.end.follow_up])
        for part in held:
            if isinstance(part.end, Done) and part.end.held_back:
                undisturbed.store(part.held, part.end.held_back, now)
        batches: dict[int, list[tuple[Part, Attempt]]] = {}
        for part in held:
            new = _unknown(part) if known else part.attempts
            if new or _body(part):
                batches.setdefault(part.held.message, []).extend((part, one) for one in new)
        tally.count(
            (message, one.channel, one.level, one.at)
            for message, batch in batches.items()
            for _, one in batch
            if one.recipient is not None
        )
        leases.go_on(told.in_vain([Telling(part.held, part.told, _reached(part)) for part in held if part.told]), now)
        for message, batch in batches.items():
            _seal(message, [part for part in held if part.held.message == message], batch)
        for part in held:
            if part.told:
                told.store(part.held, part.told, now)
    return {part.held.id for part in parts} - mine


def delivery_record(row: Sequence[Any]) -> dict[str, Any]:
    """A delivery as the ledger's batch holds it, from the columns RECORD_COLUMNS."""
    message, recipient, person, point, purpose, channel, step, range_first, result, attempts, at = row
    return {
        "message": message,
        "recipient": recipient,
        "person": person,
        "contact_point": point,
        "purpose": purpose,
        "channel": channel,
        "step": step,
        "range_first": range_first,
        "result": result,
        "attempts": attempts,
        "at": clock.rfc3339(moment(at)),
    }


RECORD_COLUMNS = (
    "message_id, recipient_id, person_id, contact_point_id, purpose, channel, step, range_first, result, attempts, at"
)

_COLUMNS = {
    "message_id": "bigint",
    "recipient_id": "bigint",
    "person_id": "bigint",
    "contact_point_id": "bigint",
    "purpose": "text",
    "channel": "text",
    "step": "smallint",
    "range_first": "bigint",
    "result": "text",
    "level": "text",
    "attempts": "smallint",
    "detail": "text",
    "reference": "text",
    "provider": "smallint",
    "at": "timestamptz",
    "ledger_seq": "bigint",
}


def _seal(message: int, parts: Sequence[Part], batch: Sequence[tuple[Part, Attempt]]) -> None:
    """Store a message's results and enter them in the ledger."""
    records = [
        delivery_record(
            (
                message,
                one.recipient,
                one.person,
                one.contact_point,
                _purpose(one),
                one.channel,
                one.step,
                one.range_first,
                one.level.value,
                one.attempts,
                one.at,
            )
        )
        for _, one in batch
    ]
    held = parts[0].held
    body: dict[str, Any] = {
        "message": message,
        "steps": sorted({one.step for _, one in batch}),
        "count": len(records),
        "merkle_root": root_of(batch_leaves(records)).hex(),
    }
    for part in parts:
        for name, value in _body(part).items():
            body[name] = body.get(name, 0) + value
    seq = append("dispatch.sent", actor="engine", subject=f"warning:{held.warning}", realm=held.realm.value, body=body)
    stored = insert(
        "dispatch_delivery",
        _COLUMNS,
        [
            (
                message,
                one.recipient,
                one.person,
                one.contact_point,
                _purpose(one),
                one.channel,
                one.step,
                one.range_first,
                one.level.value,
                one.level.value,
                one.attempts,
                _storable(one.detail, 300),
                _storable(one.reference, 200),
                one.provider,
                stamp(one.at),
                seq,
            )
            for _, one in batch
        ],
    )
    if stored != len(batch):
        raise AlreadyThere


def _unknown(part: Part) -> list[Attempt]:
    """Those of a part's results that are not stored yet."""
    known = {
        tuple(row)
        for row in rows(
            "SELECT recipient_id, step, contact_point_id FROM dispatch_delivery"
            " WHERE message_id = %s AND recipient_id BETWEEN %s AND %s"
            " UNION ALL SELECT -person_id, step, contact_point_id FROM dispatch_delivery"
            " WHERE message_id = %s AND range_first = %s",
            [part.held.message, part.held.first, part.held.last, part.held.message, part.held.told_of],
        )
    }
    return [one for one in part.attempts if (one.recipient or -one.person, one.step, one.contact_point) not in known]


def _reached(part: Part) -> set[tuple[int, int]]:
    return {(one.person, one.step) for one in part.attempts if one.level in REACHED}


def _purpose(one: Attempt) -> str:
    return "warn" if one.recipient is not None else "escalate"


def _body(part: Part) -> Mapping[str, Any]:
    return part.end.body if isinstance(part.end, Done) else {}


def _storable(said: str, length: int) -> str:
    """What a gateway said, without what a database refuses: half characters and NUL."""
    return said.encode("utf-8", "replace").decode().replace("\x00", "")[:length] if said else ""
