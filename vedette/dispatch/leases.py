"""Taking, holding and ending leases: the SQL of the queue."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.dispatch.sql import execute, insert, locked, marks, moment, rows, stamp
from vedette.warnings.content import MessageType
from vedette.warnings.plans import is_danger

#: Recipients of one lease.
RANGE = 500
#: How long a lease is held without being renewed: after this a dead worker's work is taken over.
HOLD = timedelta(seconds=4)
#: How long a lease that must wait for others waits at least before it is looked at again.
PATIENCE = timedelta(seconds=1)
#: The number of the lock that lets one worker at a time take leases, PostgreSQL.
_TAKING = 7_301_002
#: How many due leases are looked at to find one that may be taken.
_LOOK_AT = 64


#: Realm, message, step, the channel that it sends by (none of an escalation), and recipient.
GoesOn = tuple[Realm, int, int, str, int]


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
    kind: MessageType
    realm: Realm
    step: int
    channel: str
    closes: bool
    #: Whose it is of the range: 0, or the lease in which they were held back, or (aside) since which they are open
    #: again.
    track: int = 0
    first: int
    last: int
    priority: int
    attempt: int
    #: Goes on with those of the range whose delivery failed after a gateway had taken it, or of whom somebody was told
    #: in vain.
    aside: bool = False
    #: Somebody held it before: what they sent may not be written down.
    retaken: bool = False

    @property
    def precedence(self) -> tuple[bool, int]:
        """What sorts first goes first: the live realm, then the more urgent."""
        return self.realm is not Realm.LIVE, self.priority

    @property
    def restrained(self) -> bool:
        """Whether quiet hours and the cap are asked: for what is routine and ends no warning."""
        return self.kind in (MessageType.ALERT, MessageType.UPDATE) and not is_danger(self.priority)

    @property
    def reopens(self) -> bool:
        """Whether it is a part of the plan for those who had been settled and are open again."""
        return self.aside and self.track != 0

    @property
    def told_of(self) -> int:
        """What an escalation calls those it tells of: their range's first recipient, or less a lease: that of their
        track, or itself where it is aside.

        Two tracks of one range may begin with the same recipient.
        """
        return -self.id if self.aside else -self.track if self.track else self.first


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLease:
    """A lease to be written."""

    message: int
    realm: Realm
    step: int
    #: The channel that the step sends by; empty when it sends to nobody's own address.
    channel: str
    #: The step after the plan's last.
    closes: bool = False
    #: 0 for everyone of the range; else the lease in which those it is for were held back, or (aside) reopened.
    track: int = 0
    aside: bool = False
    first: int
    last: int
    priority: int
    due_at: datetime


def take(
    worker: str,
    now: datetime,
    realm: Realm | None,
    at_most: int,
    full: Mapping[tuple[str, str], int] | None = None,
    mine: Sequence[Held] = (),
) -> list[Held]:
    """Take due leases: the live realm's before an exercise's, then the most urgent first; warnings of one priority take
    turns, and of one warning it is the oldest lease.

    `full` names channels that have enough to do, each with the priority that what is taken for it must be above.
    What is in this worker's hands (`mine`) is not taken again, though a clock that jumped may say that it was let go.
    A range of a newer message is left alone while an older message of the same warning is being sent there, so that
    nobody gets a cancel before the warning it cancels. Nor is anything taken beside what goes on aside there, or that
    beside anything: it sends what the plan's own leases send, and neither sees what the other has not written yet.
    """
    if not _any_due(now):
        return []
    with transaction.atomic():
        _one_at_a_time()
        busy = [*_in_work(now), *map(_place, mine)]
        own = {one.id for one in mine}
        turns = Counter(other.warning for other in busy)
        taken: list[Held] = []
        due = _due(now, realm, full or {})
        for row in sorted(due, key=lambda row: (row[4] != "live", row[9], row[12] + turns[row[2]], row[13], row[0])):
            held = Held(
                id=row[0],
                worker=worker,
                message=row[1],
                warning=row[2],
                number=row[3],
                realm=Realm(row[4]),
                step=row[5],
                channel=row[6],
                closes=bool(row[14]),
                track=row[15],
                retaken=bool(row[16]),
                first=row[7],
                last=row[8],
                priority=row[9],
                attempt=row[10],
                kind=MessageType(row[11]),
                aside=bool(row[17]),
            )
            if held.id in own or any(_in_the_way(other, _place(held)) for other in busy):
                continue
            taken.append(held)
            busy.append(_place(held))
            if len(taken) == at_most:
                break
        got = _hold([held.id for held in taken], worker, now)
    return [held for held in taken if held.id in got]


def renew(worker: str, leases: Collection[int], now: datetime) -> None:
    """Hold on to leases."""
    if leases:
        execute(
            "UPDATE dispatch_lease SET held_until = %s"
            f" WHERE id IN ({marks(leases)}) AND worker = %s AND done_at IS NULL",
            [stamp(now + HOLD), *leases, worker],
        )


def keep_mine(worker: str, leases: Collection[int]) -> set[int]:
    """Those of some leases that this worker still holds, locked until the transaction ends."""
    if not leases:
        return set()
    return {
        row[0]
        for row in rows(
            locked(
                f"SELECT id FROM dispatch_lease WHERE id IN ({marks(leases)}) AND worker = %s AND done_at IS NULL"
                " ORDER BY id"
            ),
            [*sorted(leases), worker],
        )
    }


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
            "channel": "text",
            "closes": "boolean",
            "aside": "boolean",
            "track": "bigint",
            "first": "bigint",
            "last": "bigint",
            "priority": "smallint",
            "due_at": "timestamptz",
            "attempt": "smallint",
            "worker": "text",
        },
        [
            (
                new.message,
                new.realm.value,
                new.step,
                new.channel,
                new.closes,
                new.aside,
                new.track,
                new.first,
                new.last,
                new.priority,
                stamp(new.due_at),
                0,
                "",
            )
            for new in leases
        ],
    )


def go_on(failed: Collection[GoesOn], now: datetime) -> dict[GoesOn, int]:
    """Have the plan go on at once for recipients whose delivery failed after a gateway had taken it, or of whose
    silence somebody was told in vain; the lease of each.

    Neighbours share a lease. One that waits already is left as it is, and kept from being begun until the caller's
    transaction ends: whoever begins it sees what that wrote.
    """
    blocks = {(*where, who - who % RANGE): 0 for *where, who in failed}
    for realm, message, step, channel, first in sorted(blocks):
        for (lease,) in rows(
            "INSERT INTO dispatch_lease"
            " (message_id, realm, step, channel, closes, aside, first, last, priority, due_at, attempt, worker)"
            " SELECT message_id, %s, %s, %s, closes, NOT aside, %s, %s, priority, %s, 0, '' FROM dispatch_lease"
            " WHERE id = (SELECT min(id) FROM dispatch_lease WHERE message_id = %s AND NOT aside AND NOT closes)"
            " ON CONFLICT (message_id, step, first, track) WHERE aside AND done_at IS NULL AND worker = ''"
            " DO UPDATE SET due_at = dispatch_lease.due_at RETURNING id",
            [realm.value, step, channel, first, first + RANGE - 1, stamp(now), message],
        ):
            blocks[realm, message, step, channel, first] = lease
    return {(*where, who): blocks[(*where, who - who % RANGE)] for *where, who in failed}


def put_back(held: Held, steps: Sequence[int], now: datetime) -> bool:
    """Let a lease wait while others of its range, of those steps, are not done; whether it has to."""
    if not steps:
        return False
    ((due,),) = rows(
        f"SELECT min(due_at) FROM dispatch_lease WHERE message_id = %s AND step IN ({marks(steps)})"
        " AND first = %s AND track = %s AND done_at IS NULL",
        [held.message, *steps, held.first, held.track],
    )
    if due is None:
        return False
    give_back(held, max(moment(due), now + PATIENCE), again=False)
    return True


def put_back_for_asides(held: Held, now: datetime) -> bool:
    """Let a lease wait while the plan still goes on aside for somebody of its range; whether it has to."""
    waits = rows(
        "SELECT 1 FROM dispatch_lease WHERE message_id = %s AND aside AND done_at IS NULL"
        " AND first <= %s AND last >= %s AND track = 0 AND channel <> '' LIMIT 1",
        [held.message, held.last, held.first],
    )
    if waits:
        give_back(held, now + PATIENCE, again=False)
    return bool(waits)


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


def _one_at_a_time() -> None:
    """Wait until nobody else is taking leases, and keep others out until the transaction ends: what one takes must be
    seen by the next, who would take a newer message's range beside it. On SQLite writers take turns anyway."""
    if connection.vendor != "sqlite":
        rows("SELECT pg_advisory_xact_lock(%s)", [_TAKING])


def _any_due(now: datetime) -> bool:
    """A quick look, without locks."""
    return bool(
        rows(
            "SELECT 1 FROM dispatch_lease"
            " WHERE done_at IS NULL AND due_at <= %s AND (held_until IS NULL OR held_until <= %s) LIMIT 1",
            [stamp(now), stamp(now)],
        )
    )


def _due(now: datetime, realm: Realm | None, full: Mapping[tuple[str, str], int]) -> list[tuple[Any, ...]]:
    """What might be taken: each warning's oldest due leases of each priority, numbered."""
    given: list[object] = [stamp(now), stamp(now)]
    narrowed = ""
    if realm is not None:
        narrowed += " AND l.realm = %s"
        given.append(realm.value)
    for (of_realm, channel), above in full.items():
        narrowed += " AND NOT (l.realm = %s AND l.channel = %s AND l.priority >= %s)"
        given += [of_realm, channel, above]
    return rows(
        "SELECT id, message_id, warning_id, number, realm, step, channel, first, last, priority, attempt, msg_type,"
        " turn, due_at, closes, track, retaken, aside"
        " FROM (SELECT l.id, l.message_id, m.warning_id, m.number, l.realm, l.step, l.channel, l.first, l.last,"
        "  l.priority, l.attempt, m.msg_type, l.due_at, l.closes, l.track, l.aside,"
        "  CASE WHEN l.worker = '' THEN 0 ELSE 1 END AS retaken,"
        "  row_number() OVER (PARTITION BY l.priority, m.warning_id ORDER BY l.due_at, l.id) AS turn"
        "  FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
        f"  WHERE l.done_at IS NULL AND l.due_at <= %s AND (l.held_until IS NULL OR l.held_until <= %s){narrowed}"
        " ) AS numbered"
        f" ORDER BY CASE realm WHEN 'live' THEN 0 ELSE 1 END, priority, turn, due_at, id LIMIT {_LOOK_AT}",
        given,
    )


def _hold(leases: Sequence[int], worker: str, now: datetime) -> set[int]:
    """Hold leases that are still free; which ones. Those that another worker is just taking are left to it."""
    if not leases:
        return set()
    free = f"id IN ({marks(leases)}) AND done_at IS NULL AND (held_until IS NULL OR held_until <= %s)"
    given = [*leases, stamp(now)]
    if connection.vendor != "sqlite":
        free = f"id IN (SELECT id FROM dispatch_lease WHERE {free} FOR NO KEY UPDATE SKIP LOCKED)"
    return {
        row[0]
        for row in rows(
            f"UPDATE dispatch_lease SET worker = %s, held_until = %s WHERE {free} RETURNING id",
            [worker, stamp(now + HOLD), *given],
        )
    }


class _Place(NamedTuple):
    """What of a lease matters to others that would be worked on beside it."""

    warning: int
    #: The message's.
    number: int
    first: int
    last: int
    aside: bool
    #: To people's own addresses.
    sends: bool


def _place(held: Held) -> _Place:
    return _Place(held.warning, held.number, held.first, held.last, held.aside, bool(held.channel))


def _in_work(now: datetime) -> list[_Place]:
    """Every lease that somebody holds."""
    return [
        _Place(*numbers, bool(aside), bool(channel))
        for *numbers, aside, channel in rows(
            "SELECT m.warning_id, m.number, l.first, l.last, l.aside, l.channel FROM dispatch_lease l"
            " JOIN warnings_message m ON m.id = l.message_id WHERE l.done_at IS NULL AND l.held_until > %s",
            [stamp(now)],
        )
    ]


def _in_the_way(other: _Place, held: _Place) -> bool:
    """Whether a lease may not be taken while the other is in work."""
    if other.warning != held.warning or other.first > held.last or other.last < held.first:
        return False
    if other.number != held.number:
        return other.number < held.number
    return (other.aside or held.aside) and other.sends == held.sends
