"""What must be known of people before a routine message disturbs them: quiet hours, the cap, and who is held back.

One who is held back leaves the range's common way and comes to the same step later, on a *track* of their own.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from vedette.dispatch.decide import REACHED
from vedette.dispatch.leases import Held
from vedette.dispatch.models import Lease
from vedette.dispatch.restraint import CAP_WINDOW, Peace, Restraint
from vedette.dispatch.sql import insert, moment, rows, stamp
from vedette.people.models import Organisation, Person
from vedette.people.quiet import QuietHours
from vedette.warnings.content import Severity
from vedette.warnings.models import Message
from vedette.warnings.plans import WarningClass, class_of

_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))


class HeldBack(NamedTuple):
    """Somebody whom a lease held back."""

    recipient: int
    step: int
    why: Restraint
    until: datetime
    #: Nothing of the message was sent to them before, nor can have been.
    untouched: bool


def store(held: Held, people: Sequence[HeldBack], now: datetime) -> None:
    """Note who was held back in a lease; their track bears its id."""
    insert(
        "dispatch_hold",
        {
            "recipient_id": "bigint",
            "message_id": "bigint",
            "step": "smallint",
            "why": "text",
            "until": "timestamptz",
            "track": "bigint",
            "untouched": "boolean",
            "at": "timestamptz",
        },
        [
            (one.recipient, held.message, one.step, one.why.value, stamp(one.until), held.id, one.untouched, stamp(now))
            for one in people
        ],
    )


def due(people: Sequence[HeldBack]) -> datetime:
    """When the first of them may be sent to, by whole minutes: so that they come together as far as they can."""
    first = min(one.until for one in people)
    whole = first.replace(second=0, microsecond=0)
    return whole if whole == first else whole + timedelta(minutes=1)


def tracks(held: Held) -> dict[int, int]:
    """The recipients of a lease's range who were held back from its message, and the track each is on now."""
    return dict(
        rows(
            "SELECT recipient_id, track FROM dispatch_hold"
            " WHERE recipient_id BETWEEN %s AND %s AND message_id = %s ORDER BY id",
            [held.first, held.last, held.message],
        )
    )


def untouched(held: Held, begun: Sequence[tuple[int, int, int, int]]) -> set[int]:
    """The recipients of a range to whom nothing of the warning's earlier messages went: they were held back from all.

    `begun` are the leases of those messages that somebody began: message, track, first, last.
    """
    of: dict[tuple[int, int], tuple[int, bool]] = {}
    for recipient, message, track, clean in rows(
        "SELECT h.recipient_id, h.message_id, h.track, CASE WHEN h.untouched THEN 1 ELSE 0 END"
        " FROM dispatch_hold h JOIN warnings_message m ON m.id = h.message_id"
        " WHERE h.recipient_id BETWEEN %s AND %s AND m.number < %s ORDER BY h.id",
        [held.first, held.last, held.number],
    ):
        _, before = of.get((recipient, message), (0, True))
        of[recipient, message] = (track, before and bool(clean))
    found = {recipient for recipient, _ in of}
    for recipient in list(found):
        for message, track, first, last in begun:
            if first <= recipient <= last:
                now_on, clean = of.get((recipient, message), (0, False))
                if not clean or track == now_on:
                    found.discard(recipient)
                    break
    return found


def peaces(held: Held, people: Sequence[int], now: datetime) -> dict[int, Peace]:
    """For each of some people what keeps a routine message from disturbing them; whoever is not in it is free."""
    organisation = Organisation.objects.first()
    if organisation is None or not people:
        return {}
    quiet = {
        pk: QuietHours(begins, ends, zone or organisation.zone)
        for pk, begins, ends, zone in Person.objects.filter(
            pk__in=people, quiet_from__isnull=False, quiet_to__isnull=False
        ).values_list("pk", "quiet_from", "quiet_to", "zone")
    }
    cap = organisation.routine_cap
    sent = {} if cap is None else _sent(held, people, now)
    # Most are alike: what they share goes to the engine once.
    alike: dict[tuple[QuietHours | None, tuple[datetime, ...]], Peace] = {}
    return {
        pk: alike.setdefault(of, Peace(quiet=of[0], cap=cap, sent=of[1]))
        for pk, of in ((pk, (quiet.get(pk), tuple(sent.get(pk, ())))) for pk in people)
        if cap is not None or pk in quiet
    }


def _sent(held: Held, people: Sequence[int], now: datetime) -> dict[int, list[datetime]]:
    """When each was sent other routine messages lately; one that is older and still on its way counts as sent now.

    So of messages that are issued together no more come through than may.
    """
    lately = _lately(held, now)
    if not lately:
        return {}
    found: dict[int, list[datetime]] = {}
    given = [*lately, stamp(now - CAP_WINDOW), *people]
    for person, _, at in rows(
        "SELECT r.person_id, d.message_id, min(d.at) FROM dispatch_recipient r"
        f" JOIN dispatch_delivery d ON d.recipient_id = r.id AND d.message_id IN ({_marks(lately)})"
        f" AND d.level IN ({_REACHED}) AND d.at > %s"
        f" WHERE r.person_id IN ({_marks(people)}) GROUP BY r.person_id, d.message_id",
        given,
    ):
        found.setdefault(person, []).append(moment(at))
    older = [message for message in lately if message < held.message]
    on_its_way = Lease.objects.filter(message__in=older, done_at=None).values_list("message_id", flat=True).distinct()
    for message in on_its_way:
        for (person,) in rows(
            "SELECT r.person_id FROM dispatch_recipient r WHERE r.warning_id = %s AND r.state = 'open'"
            f" AND r.person_id IN ({_marks(people)})"
            " AND NOT EXISTS (SELECT 1 FROM dispatch_delivery d WHERE d.recipient_id = r.id AND d.message_id = %s)"
            " AND NOT EXISTS (SELECT 1 FROM dispatch_hold h WHERE h.recipient_id = r.id AND h.message_id = %s)",
            [lately[message], *people, message, message],
        ):
            found.setdefault(person, []).append(now)
    return found


def _lately(held: Held, now: datetime) -> dict[int, int]:
    """Other routine messages of the realm that may have been sent in the last day, with their warnings."""
    issued = Message.objects.filter(
        Q(warning__ended_at=None) | Q(warning__ended_at__gt=now - CAP_WINDOW),
        state=Message.State.ISSUED,
        warning__realm=held.realm.value,
    ).exclude(pk=held.message)
    return {
        pk: warning
        for pk, warning, severity in issued.values_list("pk", "warning_id", "content__severity")
        if class_of(Severity(severity)) is WarningClass.ROUTINE
    }


def _marks(values: Sequence[object] | dict[int, int]) -> str:
    return ", ".join(["%s"] * len(values))
