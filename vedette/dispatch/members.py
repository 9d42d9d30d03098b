"""What a worker must know of a lease: the message, its standing, and the recipients of the range."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vedette.access.handling import Realm
from vedette.dispatch.decide import ENDINGS, REACHED, Progress, Standing
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.sql import rows
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.models import Message


@dataclass(frozen=True, slots=True)
class Point:
    """One way to reach somebody."""

    id: int
    address: str


@dataclass(slots=True, kw_only=True)
class Member:
    """One recipient of a lease's range."""

    id: int
    person: int
    name: str
    language: str
    unit: int
    state: State
    answered: bool
    active: bool
    #: Channel -> the first contact point on it.
    points: Mapping[str, Point]
    #: Plan step -> what its delivery came to.
    done: dict[int, Level] = field(default_factory=dict)
    #: Channels by which earlier messages of the warning got out to them; known for a message that ends it.
    used: frozenset[str] = frozenset()

    @property
    def progress(self) -> Progress:
        """How far they are, as the decisions ask for it."""
        return Progress(state=self.state, answered=self.answered, active=self.active, done=self.done, used=self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """An issued message, as far as sending it needs; it never changes."""

    id: int
    warning: int
    number: int
    identifier: str
    #: The warning's identifier, the same for all its messages.
    topic: str
    kind: MessageType
    realm: Realm
    content: Content
    plan: Plan
    issued_at: datetime


def load_message(message_id: int) -> Issued:
    """The message of a lease."""
    message = Message.objects.select_related("warning").get(pk=message_id)
    assert message.issued_at is not None
    return Issued(
        id=message.pk,
        warning=message.warning_id,
        number=message.number,
        identifier=message.identifier,
        topic=message.warning.identifier,
        kind=MessageType(message.msg_type),
        realm=Realm(message.warning.realm),
        content=message.parsed_content(),
        plan=message.parsed_plan(),
        issued_at=message.issued_at,
    )


def load_standing(issued: Issued) -> Standing:
    """Where the message stands now."""
    ((ended, newer),) = rows(
        "SELECT CASE WHEN w.ended_at IS NULL THEN 0 ELSE 1 END,"
        " (SELECT count(*) FROM warnings_message m"
        "  WHERE m.warning_id = w.id AND m.number > %s AND m.state = 'issued')"
        " FROM warnings_warning w WHERE w.id = %s",
        [issued.number, issued.warning],
    )
    return Standing(kind=issued.kind, expires=issued.content.expires, superseded=bool(newer), ended=bool(ended))


def load_members(held: Held, issued: Issued) -> list[Member]:
    """The recipients of the range who may have something to get."""
    span = [held.warning, held.first, held.last]
    only_open = " AND r.state = 'open'" if held.step > 0 and issued.kind is MessageType.ALERT else ""
    found = rows(
        "SELECT r.id, r.person_id, p.name, p.language, p.unit_id, r.state, p.active"
        " FROM dispatch_recipient r JOIN people_person p ON p.id = r.person_id"
        f" WHERE r.warning_id = %s AND r.id BETWEEN %s AND %s{only_open} ORDER BY r.id",
        span,
    )
    if issued.kind in ENDINGS:
        begun = _begun(held)
        found = [row for row in found if any(first <= row[0] <= last for first, last in begun)]
    answered = load_answered(held)
    points: dict[int, dict[str, Point]] = {}
    for person, channel, point, address in rows(
        "SELECT c.person_id, c.channel, c.id, c.address"
        " FROM dispatch_recipient r JOIN people_contactpoint c ON c.person_id = r.person_id"
        f" WHERE r.warning_id = %s AND r.id BETWEEN %s AND %s{only_open} ORDER BY c.person_id, c.rank, c.id",
        span,
    ):
        points.setdefault(person, {}).setdefault(channel, Point(point, address))
    members = {
        row[0]: Member(
            id=row[0],
            person=row[1],
            name=row[2],
            language=row[3],
            unit=row[4],
            state=State(row[5]),
            answered=row[0] in answered,
            active=bool(row[6]),
            points=points.get(row[1], {}),
        )
        for row in found
    }
    for recipient, step, level in rows(
        "SELECT recipient_id, step, level FROM dispatch_delivery"
        " WHERE message_id = %s AND recipient_id BETWEEN %s AND %s",
        [held.message, held.first, held.last],
    ):
        if recipient in members:
            members[recipient].done[step] = Level(level)
    if issued.kind in ENDINGS:
        for recipient, channel in _used(held):
            if recipient in members:
                members[recipient].used |= {channel}
    return list(members.values())


def load_answered(held: Held) -> set[int]:
    """The recipients of the range who have answered this message."""
    return {
        row[0]
        for row in rows(
            "SELECT recipient_id FROM dispatch_acknowledgement"
            " WHERE message_id = %s AND recipient_id BETWEEN %s AND %s",
            [held.message, held.first, held.last],
        )
    }


def load_states(held: Held) -> dict[int, State]:
    """The recipients of the range who are not open, and what they are."""
    return {
        row[0]: State(row[1])
        for row in rows(
            "SELECT id, state FROM dispatch_recipient"
            " WHERE warning_id = %s AND id BETWEEN %s AND %s AND state <> 'open'",
            [held.warning, held.first, held.last],
        )
    }


def load_points(people: list[int]) -> dict[int, dict[str, Point]]:
    """The first contact point on each channel of a few people."""
    from vedette.people.models import ContactPoint

    points: dict[int, dict[str, Point]] = {}
    for person, channel, point, address in (
        ContactPoint.objects.filter(person__in=people)
        .order_by("person", "rank", "id")
        .values_list("person_id", "channel", "id", "address")
    ):
        points.setdefault(person, {}).setdefault(channel, Point(point, address))
    return points


def _used(held: Held) -> list[tuple[int, str]]:
    """The channels by which earlier messages of this warning got to a gateway, by recipient of the range."""
    reached = ", ".join(f"'{level.value}'" for level in sorted(REACHED))
    return rows(
        "SELECT DISTINCT d.recipient_id, d.channel FROM dispatch_delivery d"
        " JOIN warnings_message m ON m.id = d.message_id"
        " WHERE m.warning_id = %s AND m.number < %s AND d.recipient_id BETWEEN %s AND %s"
        f" AND d.level IN ({reached})",
        [held.warning, held.number, held.first, held.last],
    )


def _begun(held: Held) -> list[tuple[int, int]]:
    """The ranges of earlier messages of this warning that somebody began to send: whoever is in one may have got it."""
    return rows(
        "SELECT DISTINCT l.first, l.last FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
        " WHERE m.warning_id = %s AND m.number < %s AND l.worker <> '' AND l.first <= %s AND l.last >= %s",
        [held.warning, held.number, held.last, held.first],
    )
