"""From an issued message to recipients and leases, in chunks: each one transaction that also moves the outbox's cursor.

After a crash it goes on behind the cursor. First everyone who is a recipient already, then whom the rule reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.dispatch import leases, tally
from vedette.dispatch.decide import ENDINGS
from vedette.dispatch.following import first_leases
from vedette.dispatch.goal_rows import begin
from vedette.dispatch.leases import RANGE, NewLease
from vedette.dispatch.levels import State
from vedette.dispatch.members import Issued, load_message, load_standing
from vedette.dispatch.models import Expansion
from vedette.dispatch.sql import execute, locked, rows, stamp
from vedette.dispatch.storing import Joining, storing
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves
from vedette.people.queries import audience_of
from vedette.people.resolution import Resolution
from vedette.warnings.content import MessageType, Severity, Urgency
from vedette.warnings.models import Message, Outbox
from vedette.warnings.plans import danger_to_life, precedence

#: People stored in one transaction.
CHUNK = 2_500
#: The first, who are sent to while the others are stored.
FIRST = 50
#: An outbox's cursor: 0 before anything; then, while those who were recipients before are taken over, this less the id
#: of the last of them; then -1; and above 0 the last person stored.
_TAKING_OVER, _EARLIER_DONE = -2, -1


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox row that is not done; what sorts first goes first: the live realm, then the more urgent."""

    pk: int
    priority: tuple[bool, int]


def waiting(realm: Realm | None) -> list[Waiting]:
    """Outbox rows that are not done, those of the live realm first, then the most urgent message; of one warning only
    the oldest."""
    found = Outbox.objects.filter(expanded_at=None).order_by("message__number", "id")
    if realm is not None:
        found = found.filter(realm=realm.value)
    first: dict[int, tuple[tuple[bool, int], int]] = {}
    for pk, of_realm, warning, urgency, severity in found.values_list(
        "pk", "realm", "message__warning", "message__content__urgency", "message__content__severity"
    ):
        urgent = precedence(Urgency(urgency), Severity(severity))
        first.setdefault(warning, ((of_realm != Realm.LIVE.value, urgent), pk))
    return [Waiting(pk, priority) for priority, pk in sorted(first.values())]


#: The outbox that this process is working on: an audience is resolved once, not for each chunk.
_current: dict[int, Expander] = {}


def step(outbox_id: int, now: datetime) -> bool:
    """Do one chunk of an outbox row; True when it is done."""
    expander = _current.pop(outbox_id, None) or Expander(outbox_id, now)
    _current.clear()
    done = expander.step(now)
    if not done:
        _current[outbox_id] = expander
    return done


class Expander:
    """Works through one outbox row."""

    def __init__(self, outbox_id: int, now: datetime) -> None:
        self.outbox_id = outbox_id
        self._issued = load_message(Outbox.objects.values_list("message_id", flat=True).get(pk=outbox_id))
        self._started = now
        self._resolved = False
        self._resolution: Resolution | None = None
        self._odd: list[dict[str, object]] = []

    def step(self, now: datetime) -> bool:
        """Do one chunk; True when the outbox is done."""
        cursor = self._cursor()
        if cursor is None:
            return True
        if self._issued.kind is not MessageType.ALERT and (cursor == 0 or cursor <= _TAKING_OVER):
            return self._take_over(cursor, now)
        if load_standing(self._issued).superseded:
            return self._stop(now)
        if not self._resolved:
            self._resolve(now)
        chunk = _after(self._resolution, max(cursor, 0))
        return self._add(chunk, now)

    def _take_over(self, cursor: int, now: datetime) -> bool:
        """Leases for recipients of earlier messages; those messages stop, and the silent are open again."""
        issued = self._issued
        after = _TAKING_OVER - cursor if cursor else 0
        with transaction.atomic():
            if not self._lock(cursor):
                return False
            if not cursor:
                leases.stop_all(issued.warning, issued.number, now)
            ids = [
                row[0]
                for row in rows(
                    "SELECT id FROM dispatch_recipient WHERE id > %s AND +warning_id = %s ORDER BY id LIMIT %s"
                    if connection.vendor == "sqlite" and cursor
                    else "SELECT id FROM dispatch_recipient WHERE id > %s AND warning_id = %s ORDER BY id LIMIT %s",
                    [after, issued.warning, CHUNK],
                )
            ]
            leases.write(_leases(issued, ids, now))
            if issued.kind is MessageType.UPDATE and ids:
                self._reopen(ids[0], ids[-1], now)
            if len(ids) == CHUNK:
                self._move(_TAKING_OVER - ids[-1])
                return False
            count = self._recipients()
            if issued.kind in ENDINGS:
                return self._end(now, count)
            self._move(_EARLIER_DONE)
            append(
                "dispatch.taken_over",
                actor="engine",
                subject=f"warning:{issued.warning}",
                realm=issued.realm.value,
                body={"message": issued.id, "recipients": count},
            )
        return False

    def _reopen(self, first: int, last: int, now: datetime) -> None:
        """Whoever was given up on between two recipients is followed up again."""
        warning = self._issued.warning
        again = {
            (warning, state, State.OPEN): execute(
                "UPDATE dispatch_recipient SET state = 'open', state_at = %s"
                " WHERE +warning_id = %s AND id BETWEEN %s AND %s AND state = %s",
                [stamp(now), warning, first, last, state.value],
            )
            for state in (State.FAILED, State.UNANSWERED)
        }
        tally.change(again)

    def _recipients(self) -> int:
        return int(rows("SELECT count(*) FROM dispatch_recipient WHERE warning_id = %s", [self._issued.warning])[0][0])

    def _resolve(self, now: datetime) -> None:
        issued, content = self._issued, self._issued.content
        self._resolved = True
        if now >= content.expires:
            self._odd.append(_odd("expired", "the message expired before its audience was resolved"))
            return
        message = Message.objects.get(pk=issued.id)
        try:
            self._resolution = audience_of(
                message.parsed_audience(),
                content.area.geometry,
                starts=content.begins(issued.issued_at),
                ends=content.expires,
                realm=issued.realm,
                now=now,
                danger_to_life=danger_to_life(content),
                counted=False,
            )
        except (ValueError, LookupError) as error:
            self._odd.append(_odd("unresolved", f"the audience cannot be resolved: {error}"))
            return
        for finding in self._resolution.findings:
            self._odd.append({"code": finding.code.value, "message": finding.message, "blocking": finding.blocking})

    def _add(self, found: list[Joining], now: datetime) -> bool:
        """Store a chunk of people; the chunk after the last ends the outbox."""
        issued = self._issued
        with transaction.atomic():
            cursor = self._cursor(lock=True)
            if cursor is None or (found and max(cursor, 0) >= found[0][0]):
                return cursor is None
            if not found:
                return self._end(now, len(self._resolution or ()))
            body = add(issued, found, now, late=False)
            self._move(found[-1][0])
            append(
                "dispatch.audience",
                actor="engine",
                subject=f"warning:{issued.warning}",
                realm=issued.realm.value,
                body=body,
            )
        return False

    def _stop(self, now: datetime) -> bool:
        """A newer message is out: whoever is not stored yet is that one's business."""
        self._odd.append(_odd("superseded", "a newer message was issued before the audience was complete"))
        with transaction.atomic():
            return self._cursor(lock=True) is None or self._end(now, 0)

    def _end(self, now: datetime, reached: int) -> bool:
        issued = self._issued
        Expansion.objects.update_or_create(
            message_id=issued.id,
            defaults={
                "reached": reached,
                "maybe": self._resolution.maybe if self._resolution is not None else 0,
                "findings": self._odd,
                "at": self._started,
            },
        )
        execute("UPDATE warnings_outbox SET expanded_at = %s WHERE id = %s", [stamp(now), self.outbox_id])
        begin(issued, now)
        append(
            "dispatch.expanded",
            actor="engine",
            subject=f"warning:{issued.warning}",
            realm=issued.realm.value,
            body={"message": issued.id, "reached": reached, "findings": self._odd},
        )
        return True

    def _lock(self, cursor: int) -> bool:
        return self._cursor(lock=True) == cursor

    def _cursor(self, lock: bool = False) -> int | None:
        """How far it is; None when it is done. With `lock` the warning is held until the transaction ends."""
        if lock:
            lock_warning(self._issued.warning)
        found = rows(
            "SELECT cursor FROM warnings_outbox WHERE id = %s AND expanded_at IS NULL",
            [self.outbox_id],
        )
        return int(found[0][0]) if found else None

    def _move(self, cursor: int) -> None:
        execute("UPDATE warnings_outbox SET cursor = %s WHERE id = %s", [cursor, self.outbox_id])


def add(issued: Issued, found: Sequence[Joining], now: datetime, *, late: bool) -> dict[str, Any]:
    """Store people as recipients with their leases; what the ledger holds of it, "added" being how many are new.

    The caller holds the warning's lock.
    """
    with storing(issued, found, now, late=late) as ids:
        root = root_of(batch_leaves([_record(*person) for person in found]))
    tally.join(issued.warning, len(ids))
    leases.write(_leases(issued, ids, now))
    return {"message": issued.id, "count": len(found), "merkle_root": root.hex(), "added": len(ids)}


def _record(person: int, presence: str, reason: str) -> dict[str, Any]:
    return {"person": person, "presence": presence, "reason": reason}


def lock_warning(warning_id: int) -> None:
    """Keep everyone else from adding recipients to a warning, or issuing for it, until the transaction ends."""
    rows(locked("SELECT id FROM warnings_warning WHERE id = %s"), [warning_id])


def _leases(issued: Issued, ids: Sequence[int], now: datetime) -> list[NewLease]:
    return [
        lease
        for at in range(0, len(ids), RANGE)
        for lease in first_leases(issued, ids[at], ids[min(at + RANGE, len(ids)) - 1], now)
    ]


def _after(resolution: Resolution | None, person_id: int) -> list[Joining]:
    """The next people of a resolution behind a person id."""
    if resolution is None:
        return []
    start = int(np.searchsorted(resolution.person_ids, person_id, side="right"))
    end = start + (CHUNK if start else FIRST)
    told = [(presence.value, reason[:120]) for presence, reason in resolution.reasons]
    ids = resolution.person_ids[start:end].tolist()
    reasons = resolution.reason[start:end].tolist()
    return [(person, *told[reason]) for person, reason in zip(ids, reasons, strict=True)]


def _odd(code: str, message: str) -> dict[str, object]:
    return {"code": code, "message": message, "blocking": True}
