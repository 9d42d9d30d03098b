"""From an issued message to recipients and leases, in chunks: each one transaction that also moves the outbox's cursor.

After a crash it goes on behind the cursor. First everyone who is a recipient already, then whom the rule reaches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction

from vedette.access.handling import Realm
from vedette.dispatch import leases
from vedette.dispatch.decide import ENDINGS
from vedette.dispatch.leases import NewLease
from vedette.dispatch.members import Issued, load_message, load_standing
from vedette.dispatch.models import Expansion
from vedette.dispatch.sql import execute, insert, locked, rows, stamp
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves
from vedette.people.queries import audience_of
from vedette.people.resolution import Found, Resolution
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message, Outbox
from vedette.warnings.plans import danger_to_life, precedence

#: People stored in one transaction.
CHUNK = 5_000
#: Where an outbox's cursor stands when those who were recipients before are done, and nobody else is.
_EARLIER_DONE = -1


@dataclass(frozen=True, slots=True)
class Addition:
    """Who is to be added to a warning, and how."""

    found: list[Found]
    late: bool


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
        if cursor == 0 and self._issued.kind is not MessageType.ALERT:
            return self._take_over(now)
        if load_standing(self._issued).superseded:
            return self._stop(now)
        if not self._resolved:
            self._resolve(now)
        chunk = _after(self._resolution, max(cursor, 0))
        return self._add(chunk, now)

    def _take_over(self, now: datetime) -> bool:
        """Leases for everyone who is a recipient already; earlier messages stop, and the silent are open again."""
        issued = self._issued
        ids = _recipient_ids(issued.warning, 0)
        with transaction.atomic():
            if not self._lock(0):
                return False
            leases.stop_all(issued.warning, issued.number, now)
            ids += _recipient_ids(issued.warning, ids[-1] if ids else 0)
            leases.write(_leases(issued, ids, now))
            if issued.kind is MessageType.UPDATE:
                execute(
                    "UPDATE dispatch_recipient SET state = 'open', state_at = %s"
                    " WHERE warning_id = %s AND state IN ('unanswered', 'failed')",
                    [stamp(now), issued.warning],
                )
            if issued.kind in ENDINGS:
                return self._end(now, len(ids))
            self._move(_EARLIER_DONE)
            append(
                "dispatch.taken_over",
                actor="engine",
                subject=f"warning:{issued.warning}",
                realm=issued.realm.value,
                body={"message": issued.id, "recipients": len(ids)},
            )
        return False

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
                starts=content.onset or now,
                ends=content.expires,
                realm=issued.realm,
                now=now,
                danger_to_life=danger_to_life(content),
            )
        except (ValueError, LookupError) as error:
            self._odd.append(_odd("unresolved", f"the audience cannot be resolved: {error}"))
            return
        for finding in self._resolution.findings:
            self._odd.append({"code": finding.code.value, "message": finding.message, "blocking": finding.blocking})

    def _add(self, found: list[Found], now: datetime) -> bool:
        """Store a chunk of people; the chunk after the last ends the outbox."""
        issued = self._issued
        body = _audience_body(issued, found) if found else {}
        with transaction.atomic():
            cursor = self._cursor(lock=True)
            if cursor is None or (found and max(cursor, 0) >= found[0].person_id):
                return cursor is None
            if not found:
                return self._end(now, len(self._resolution or ()))
            added = add(issued, Addition(found, late=False), now)
            self._move(found[-1].person_id)
            append(
                "dispatch.audience",
                actor="engine",
                subject=f"warning:{issued.warning}",
                realm=issued.realm.value,
                body={**body, "added": added},
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


def waiting(realm: Realm | None) -> list[int]:
    """Outbox rows that are not done, the most urgent message first, and of one warning only the oldest."""
    found = Outbox.objects.filter(expanded_at=None).select_related("message").order_by("message__number", "id")
    if realm is not None:
        found = found.filter(realm=realm.value)
    first: dict[int, Outbox] = {}
    for outbox in found:
        first.setdefault(outbox.message.warning_id, outbox)
    return [
        outbox.pk
        for outbox in sorted(first.values(), key=lambda one: (precedence(one.message.parsed_content()), one.created_at))
    ]


def add(issued: Issued, addition: Addition, now: datetime) -> int:
    """Store people as recipients with their leases; how many are new. The caller holds the warning's lock."""
    before = rows("SELECT COALESCE(max(id), 0) FROM dispatch_recipient WHERE warning_id = %s", [issued.warning])[0][0]
    at = stamp(now)
    insert(
        "dispatch_recipient",
        {
            "realm": "text",
            "warning_id": "bigint",
            "person_id": "bigint",
            "presence": "text",
            "reason": "text",
            "late": "boolean",
            "joined_by_id": "bigint",
            "state": "text",
            "state_at": "timestamptz",
            "created_at": "timestamptz",
        },
        [
            (
                issued.realm.value,
                issued.warning,
                found.person_id,
                found.presence.value,
                found.reason[:120],
                addition.late,
                issued.id,
                "open",
                at,
                at,
            )
            for found in addition.found
        ],
    )
    ids = _recipient_ids(issued.warning, before)
    leases.write(_leases(issued, ids, now))
    return len(ids)


def lock_warning(warning_id: int) -> None:
    """Keep everyone else from adding recipients to a warning, or issuing for it, until the transaction ends."""
    rows(locked("SELECT id FROM warnings_warning WHERE id = %s"), [warning_id])


def _leases(issued: Issued, ids: list[int], now: datetime) -> list[NewLease]:
    priority = precedence(issued.content)
    return [
        NewLease(
            message=issued.id,
            realm=issued.realm,
            step=0,
            first=first,
            last=last,
            priority=priority,
            due_at=now,
        )
        for first, last in leases.ranges(ids)
    ]


def _recipient_ids(warning: int, after: int) -> list[int]:
    return [
        row[0]
        for row in rows(
            "SELECT id FROM dispatch_recipient WHERE warning_id = %s AND id > %s ORDER BY id", [warning, after]
        )
    ]


def _after(resolution: Resolution | None, person_id: int) -> list[Found]:
    """The next people of a resolution behind a person id."""
    if resolution is None:
        return []
    start = int(np.searchsorted(resolution.person_ids, person_id, side="right"))
    ids = resolution.person_ids[start : start + CHUNK].tolist()
    reasons = resolution.reason[start : start + CHUNK].tolist()
    return [Found(person, *resolution.reasons[reason]) for person, reason in zip(ids, reasons, strict=True)]


def _audience_body(issued: Issued, found: list[Found]) -> dict[str, object]:
    records = [{"person": one.person_id, "presence": one.presence.value, "reason": one.reason} for one in found]
    return {"message": issued.id, "count": len(records), "merkle_root": root_of(batch_leaves(records)).hex()}


def _odd(code: str, message: str) -> dict[str, object]:
    return {"code": code, "message": message, "blocking": True}
