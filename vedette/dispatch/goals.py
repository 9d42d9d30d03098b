"""Goals at work: answers are counted, a wave is opened when they are missing in time, and none when they have come.

Looked at once a second for the messages that have a goal, and for no others. Every step is one transaction under the
warning's lock that reads again what it rests on, so that a wave is opened once, however many engines look and whenever
one of them dies. What must be sent goes out as leases, like everything else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from vedette.access.handling import Realm
from vedette.dispatch import leases
from vedette.dispatch.decide import Reason
from vedette.dispatch.expand import CHUNK, add, lock_warning
from vedette.dispatch.goal_rows import counted, heads, to_call_off, wait
from vedette.dispatch.leases import RANGE, NewLease
from vedette.dispatch.levels import State
from vedette.dispatch.members import Issued, load_message, load_standing
from vedette.dispatch.models import Goal, Recipient, Wave
from vedette.dispatch.settle import note_closed
from vedette.dispatch.sql import execute, marks, rows, stamp
from vedette.ledger.log import append
from vedette.people.queries import audience_of
from vedette.people.resolution import Resolution
from vedette.people.rule import Goal as Asked
from vedette.warnings.plans import danger_to_life, precedence

log = logging.getLogger(__name__)

#: Steps beyond any plan's: that a goal was missed is told, and that enough have answered.
MISSED, FILLED = 251, 252
#: Counts of groups larger than this rest for so many times as long as they took.
_QUICKLY_COUNTED, _REST = 50_000, 20
_not_before: dict[int, float] = {}


def keep(realm: Realm | None, now: datetime) -> bool:
    """Do one thing for every goal that is open and has something to do; whether there was anything."""
    found = Goal.objects.filter(closed_at=None)
    if realm is not None:
        found = found.filter(realm=realm.value)
    did = False
    for goal in found.order_by("pk"):
        try:
            did |= _keep(goal, now)
        except (ValueError, LookupError):
            log.exception("the goal of message %s cannot be looked at; it is tried again", goal.message_id)
    return did


def _keep(goal: Goal, now: datetime) -> bool:
    issued = load_message(goal.message_id)
    asked = _asked(issued)
    if load_standing(issued).reason(now) is not Reason.SEND:
        return _close(issued, now)
    wave = Wave.objects.filter(message=issued.id, stored_at=None).first()
    over = wave is None and goal.met_at is None and goal.missed_at is None and now >= goal.due_at
    _count(goal, issued, asked, now, surely=over)
    if goal.met_at is None and goal.answered >= asked.answers:
        return _meet(goal, issued, asked, now)
    if wave is not None:
        return _store(wave, goal, issued, now)
    if over:
        return _miss(goal, issued, asked, now)
    return goal.met_at is not None and asked.call_off and _call_off(issued, asked, now)


def _asked(issued: Issued) -> Asked:
    assert issued.rule is not None
    assert issued.rule.goal is not None
    return issued.rule.goal


def _close(issued: Issued, now: datetime) -> bool:
    """A newer message or the end is out: no wave is opened any more, and one that is being stored stays as it is."""
    Goal.objects.filter(message=issued.id).update(closed_at=now)
    Wave.objects.filter(message=issued.id, stored_at=None).update(stored_at=now)
    return False


def _count(goal: Goal, issued: Issued, asked: Asked, now: datetime, *, surely: bool) -> None:
    """Count again, if anybody came or answered since, or if it is `surely` needed."""
    known = heads(issued.warning, asked)
    if goal.met_at is not None or (
        (goal.heads, goal.heads_answered) == (known.recipients, known.answered) and not surely
    ):
        return
    begun = time.monotonic()
    if not surely and begun < _not_before.get(goal.pk, 0.0):
        return
    goal.asked, goal.answered = counted(issued, asked, now, known)
    if goal.asked > _QUICKLY_COUNTED:
        ended = time.monotonic()
        _not_before[goal.pk] = ended + _REST * (ended - begun)
    goal.heads, goal.heads_answered = known.recipients, known.answered
    goal.save(update_fields=["asked", "answered", "heads", "heads_answered"])


def _changing(goal: Goal, issued: Issued, change: Callable[[Goal], None], now: datetime) -> bool:
    """Change a goal that is still as it was looked at, of a message that still stands; whether it was."""
    with transaction.atomic():
        lock_warning(issued.warning)
        again = Goal.objects.select_for_update(no_key=True).get(pk=goal.pk)
        same = all(getattr(again, name) == getattr(goal, name) for name in ("wave", "met_at", "missed_at", "due_at"))
        if not same or again.closed_at is not None or load_standing(issued).reason(now) is not Reason.SEND:
            return False
        change(again)
        again.save()
    return True


def _meet(goal: Goal, issued: Issued, asked: Asked, now: datetime) -> bool:
    def met(again: Goal) -> None:
        again.met_at = now
        Wave.objects.filter(message=issued.id, stored_at=None).update(stored_at=now)
        _log("goal.met", issued, answered=again.answered, needed=asked.answers, wave=again.wave)

    return _changing(goal, issued, met, now)


def _miss(goal: Goal, issued: Issued, asked: Asked, now: datetime) -> bool:
    """Its time is over: the next wave is opened, or none is left; and who is to be told is."""

    def missed(again: Goal) -> None:
        number = again.wave + 1
        if number <= len(asked.waves):
            Wave.objects.create(message_id=issued.id, number=number, opened_at=now)
            again.wave = number
        else:
            again.missed_at = now
        if asked.tell or asked.tell_supervisors:
            leases.write([_lease(issued, MISSED, -number, -number, now)])
        kind = "goal.missed" if again.missed_at else "goal.wave_opened"
        _log(kind, issued, answered=again.answered, needed=asked.answers, wave=again.wave)

    return _changing(goal, issued, missed, now)


#: Whom the wave reaches that this process is storing: resolved once, not for each chunk.
_resolved: dict[int, Resolution | None] = {}


def _store(wave: Wave, goal: Goal, issued: Issued, now: datetime) -> bool:
    """Store the next people of a wave; after the last they are given their time."""
    if wave.pk not in _resolved:
        _resolved.clear()
        _resolved[wave.pk] = _resolve(wave, issued, now)
    resolution = _resolved[wave.pk]
    some = resolution.after(wave.cursor, CHUNK) if resolution is not None else []

    def store(again: Goal) -> None:
        stored = Wave.objects.select_for_update(no_key=True).get(pk=wave.pk)
        if stored.stored_at is not None or stored.cursor != wave.cursor:
            return
        if some:
            stored.cursor = some[-1].person_id
            people = [one.person_id for one in some]
            known = set(
                Recipient.objects.filter(warning=issued.warning, person__in=people).values_list("person_id", flat=True)
            )
            new = [(one.person_id, one.presence.value, one.reason[:120]) for one in some if one.person_id not in known]
            if new:
                body = add(issued, new, now, late=False)
                stored.added += body["added"]
                _mark(stored, issued, [person for person, *_ in new])
                _log("dispatch.wave", issued, **body, wave=stored.number)
        else:
            stored.stored_at = now
            # A wave that added nobody is not waited for.
            again.due_at = now + wait(asked) if stored.added else now
        stored.save()

    asked = _asked(issued)
    return _changing(goal, issued, store, now)


def _mark(wave: Wave, issued: Issued, people: list[int]) -> None:
    execute(
        "INSERT INTO dispatch_wavemember (recipient_id, wave_id)"  # noqa: S608
        f" SELECT id, %s FROM dispatch_recipient WHERE warning_id = %s AND person_id IN ({marks(people)})",
        [wave.pk, issued.warning, *people],
    )


def _resolve(wave: Wave, issued: Issued, now: datetime) -> Resolution | None:
    content = issued.content
    rule = issued.rule.wave(wave.number) if issued.rule is not None else None
    assert rule is not None
    try:
        return audience_of(
            rule,
            content.area.geometry,
            starts=content.begins(now),
            ends=content.expires,
            realm=issued.realm,
            now=now,
            danger_to_life=danger_to_life(content),
            counted=False,
        )
    except (ValueError, LookupError):
        log.exception("wave %s of message %s cannot be resolved; it adds nobody", wave.number, issued.id)
        return None


def _call_off(issued: Issued, asked: Asked, now: datetime) -> bool:
    """Ask the silent no more, and tell them so: some at a time, behind those who are being told."""
    ((last,),) = rows(
        "SELECT max(last) FROM dispatch_lease WHERE message_id = %s AND step = %s AND NOT aside AND done_at IS NULL",
        [issued.id, FILLED],
    )
    ids = to_call_off(issued, asked, now, danger_to_life(issued.content), last or 0, RANGE)
    if not ids:
        return False
    with transaction.atomic():
        lock_warning(issued.warning)
        if load_standing(issued).reason(now) is not Reason.SEND:
            return False
        called_off = sorted(
            row[0]
            for row in rows(
                "UPDATE dispatch_recipient SET state = 'cancelled', state_at = %s"  # noqa: S608
                f" WHERE id IN ({marks(ids)}) AND state = 'open' RETURNING id",
                [stamp(now), *ids],
            )
        )
        if not called_off:
            return True
        span = (called_off[0], called_off[-1])
        leases.write([_lease(issued, FILLED, *span, now)])
        closed = [(pk, State.CANCELLED.value) for pk in called_off]
        note_closed(issued.warning, issued.realm, "Goal", closed, span, now)
    return True


def _lease(issued: Issued, step: int, first: int, last: int, due: datetime) -> NewLease:
    return NewLease(
        message=issued.id,
        realm=issued.realm,
        step=step,
        channel="",
        first=first,
        last=last,
        priority=precedence(issued.content.urgency, issued.content.severity),
        due_at=due,
    )


def _log(kind: str, issued: Issued, **body: object) -> None:
    append(
        kind,
        actor="engine",
        subject=f"warning:{issued.warning}",
        realm=issued.realm.value,
        body={"message": issued.id, **body},
    )
