"""What a worker must know of a lease: the message, its standing, and the recipients of the range.

Ranges are found by recipient id. The plus before `warning_id` keeps both databases from going through all recipients of
the warning instead.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from vedette.access.handling import Realm
from vedette.dispatch import undisturbed
from vedette.dispatch.decide import ENDINGS, REACHED, Progress, Standing
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.restraint import Hold, Peace
from vedette.dispatch.sql import rows
from vedette.people.contact import PUSH
from vedette.people.models import ContactPoint
from vedette.people.rule import AudienceRule
from vedette.warnings.content import Content, MessageType, Plan
from vedette.warnings.models import Message
from vedette.warnings.plans import FlatStep, danger_to_life, flat, one_pass

#: One way to reach somebody: contact point and address.
Point = tuple[int, str]
_STATES = {state.value: state for state in State}


@dataclass(slots=True, kw_only=True)
class Member(Progress):
    """One recipient of a lease's range, and how far they are with its message."""

    id: int
    person: int
    name: str
    language: str
    unit: int
    #: Channel -> the contact points on it, the first to try first.
    points: Mapping[str, Sequence[Point]]
    #: (step, contact point) where that step has come to something, whatever that is.
    tried: set[tuple[int, int]] = field(default_factory=set)
    #: They had been settled, and are open again since the lease.
    reopened: bool = False
    #: What keeps the message from disturbing them; None: nothing does.
    peace: Peace | None = None
    #: Why they were not sent to when it was last decided.
    hold: Hold | None = None

    def next_point(self, step: int, channel: str) -> Point | None:
        """The first contact point on that channel where that step has not come to anything."""
        for point in self.points.get(channel, ()):
            if (step, point[0]) not in self.tried:
                return point
        return None

    def another_too(self, step: int, channel: str) -> bool:
        """Whether the step got out at one address and goes to another as well: who has two phones has one with them."""
        return channel == PUSH and self.done.get(step) in REACHED and self.next_point(step, channel) is not None

    def note(self, step: int, channel: str, point: Point | None, level: Level) -> None:
        """What came of a step at one contact point, or at none."""
        if point is not None:
            self.tried.add((step, point[0]))
            if level is Level.FAILED and self.next_point(step, channel) is not None:
                return
            if channel == PUSH and self.done.get(step) in REACHED:
                return
        self.done[step] = level


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
    #: What it goes through, one after the other or at once.
    steps: tuple[FlatStep, ...]
    issued_at: datetime
    #: The audience rule, of a message with a goal.
    rule: AudienceRule | None = None

    @property
    def goes_together(self) -> bool:
        """Whether steps that are done at once go out beside each other; else one after the other, without waits.

        Where lives are in danger no channel waits for another's slow gateway.
        """
        return self.kind not in ENDINGS and danger_to_life(self.content)


def load_message(message_id: int) -> Issued:
    """The message of a lease."""
    message = Message.objects.select_related("warning").get(pk=message_id)
    assert message.issued_at is not None
    kind, plan = MessageType(message.msg_type), message.parsed_plan()
    return Issued(
        id=message.pk,
        warning=message.warning_id,
        number=message.number,
        identifier=message.identifier,
        topic=message.warning.identifier,
        kind=kind,
        realm=Realm(message.warning.realm),
        content=message.parsed_content(),
        plan=plan,
        steps=one_pass(plan) if kind in ENDINGS else flat(plan),
        issued_at=message.issued_at,
        rule=message.parsed_audience() if message.audience.get("goal") and kind not in ENDINGS else None,
    )


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Whether a newer message of the warning is out, and whether the warning has been ended."""

    superseded: bool
    ended: bool

    def standing(self, issued: Issued) -> Standing:
        """Where the message stands."""
        return Standing(kind=issued.kind, expires=issued.content.expires, superseded=self.superseded, ended=self.ended)


def load_standing(issued: Issued) -> Standing:
    """Where the message stands now."""
    return _overtaken(issued.warning, issued.number).standing(issued)


def _overtaken(warning: int, number: int) -> Overtaken:
    ((ended, newer),) = rows(
        "SELECT CASE WHEN w.ended_at IS NULL THEN 0 ELSE 1 END,"
        " (SELECT count(*) FROM warnings_message m"
        "  WHERE m.warning_id = w.id AND m.number > %s AND m.state = 'issued')"
        " FROM warnings_warning w WHERE w.id = %s",
        [number, warning],
    )
    return Overtaken(bool(newer), bool(ended))


@dataclass(frozen=True, slots=True)
class Range:
    """A lease's range as it was loaded: rows rather than objects, as it comes from another process."""

    overtaken: Overtaken
    #: The fields of a Member up to `active`.
    members: list[tuple[Any, ...]]
    #: Person -> channel -> (contact point, address) in the order to try them.
    points: dict[int, dict[str, list[Point]]]
    #: (recipient, step, channel, contact point, level).
    deliveries: list[tuple[int, int, str, int | None, str]]
    #: (recipient, channel) by which earlier messages of the warning got out; for what may not be told to everyone.
    used: list[tuple[int, str]]
    #: Person -> what keeps a routine message from disturbing them.
    peace: dict[int, Peace] = field(default_factory=dict)
    #: Recipients who had been settled, and are open again since the lease.
    reopened: frozenset[int] = frozenset()

    def people(self) -> list[Member]:
        """The members, with all that is known of each."""
        used: dict[int, set[str]] = {}
        for recipient, channel in self.used:
            used.setdefault(recipient, set()).add(channel)
        members = {
            number: Member(
                id=number,
                person=person,
                name=name,
                language=language,
                unit=unit,
                state=_STATES[state],
                answered=answered,
                active=active,
                points=self.points.get(person, {}),
                peace=self.peace.get(person),
                reopened=number in self.reopened,
            )
            for number, person, name, language, unit, state, answered, active in self.members
        }
        for recipient, step, channel, point, level in self.deliveries:
            if recipient in members:
                members[recipient].note(step, channel, None if point is None else (point, ""), Level(level))
        for recipient, channels in used.items():
            if recipient in members:
                # What became of something they were sent is never held back.
                members[recipient].used, members[recipient].peace = frozenset(channels), None
        return list(members.values())


def load_range(held: Held, now: datetime) -> Range:
    """The recipients of the range who may have something to get."""
    span = [held.warning, held.first, held.last]
    only_open = " AND r.state = 'open'" if held.step > 0 and held.kind is MessageType.ALERT else ""
    if held.reopens:
        only_open = f" AND r.state = 'open' AND EXISTS (SELECT 1 FROM {_REOPENED})"
        span += [held.message, held.track]
    elif held.aside and held.channel:
        only_open = f" AND (EXISTS (SELECT 1 FROM {_FAILED_LATER}) OR EXISTS (SELECT 1 FROM {_REOPENED}))"
        span += [held.message, held.step, held.message, held.id]
    elif held.aside:
        only_open = f" AND EXISTS (SELECT 1 FROM {_TOLD_IN_VAIN})"
        span += [held.message, held.step]
    found = rows(
        "SELECT r.id, r.person_id, p.name, p.language, p.unit_id, r.state, p.active"
        " FROM dispatch_recipient r JOIN people_person p ON p.id = r.person_id"
        f" WHERE +r.warning_id = %s AND r.id BETWEEN %s AND %s{only_open} ORDER BY r.id",
        span,
    )
    ends = held.kind in ENDINGS
    if ends:
        begun = _begun(held)
        never = undisturbed.untouched(held, begun)
        found = [
            row for row in found if row[0] not in never and any(first <= row[0] <= last for _, _, first, last in begun)
        ]
    if held.restrained and not held.aside:
        tracks = undisturbed.tracks(held)
        found = [row for row in found if tracks.get(row[0], 0) == held.track]
    if held.restrained and held.reopens:
        # Who was held back since is on the track of that.
        tracks = undisturbed.tracks(held)
        found = [row for row in found if tracks.get(row[0], 0) < held.track]
    answered = _answered(held)
    return Range(
        overtaken=_overtaken(held.warning, held.number),
        members=[(*row[:6], row[0] in answered, bool(row[6])) for row in found],
        points=_by_person(
            rows(
                "SELECT c.person_id, c.channel, c.id, c.address"
                " FROM dispatch_recipient r JOIN people_contactpoint c ON c.person_id = r.person_id"
                f" WHERE +r.warning_id = %s AND r.id BETWEEN %s AND %s{only_open}"
                " ORDER BY c.person_id, (c.verified_at IS NULL), c.rank, c.id",
                span,
            )
        ),
        deliveries=rows(
            f"SELECT recipient_id, step, channel, contact_point_id, {_CAME_TO} FROM dispatch_delivery"
            " WHERE recipient_id BETWEEN %s AND %s AND message_id = %s ORDER BY id",
            [held.first, held.last, held.message],
        ),
        used=_used(held) if ends or (held.restrained and held.kind is MessageType.UPDATE) else [],
        peace=undisturbed.peaces(held, [row[1] for row in found], now) if held.restrained else {},
        reopened=_reopened(held) if held.aside else frozenset(),
    )


def _reopened(held: Held) -> frozenset[int]:
    found = rows(
        "SELECT recipient_id FROM dispatch_correction WHERE recipient_id BETWEEN %s AND %s"
        " AND message_id = %s AND track = %s",
        [held.first, held.last, held.message, held.id],
    )
    return frozenset(row[0] for row in found)


#: A delivery of the step that a gateway took and that failed, or was let expire, after that.
_FAILED_LATER = (
    "dispatch_delivery d WHERE d.recipient_id = r.id AND d.message_id = %s AND d.step = %s"
    " AND d.result = 'accepted' AND d.level IN ('failed', 'expired')"
)
#: They had been settled, and are open again since that lease.
_REOPENED = "dispatch_correction c WHERE c.recipient_id = r.id AND c.message_id = %s AND c.track = %s"
#: Somebody was told in vain, in the step, that they are silent.
_TOLD_IN_VAIN = "dispatch_escalation e WHERE e.recipient_id = r.id AND e.message_id = %s AND e.step = %s AND e.in_vain"
#: What a delivery came to for the plan: what a gateway took and let expire has failed there.
_CAME_TO = "CASE WHEN result = 'accepted' AND level = 'expired' THEN 'failed' ELSE level END"


@dataclass(frozen=True, slots=True)
class Fresh:
    """What may have changed since a range was loaded."""

    overtaken: Overtaken
    #: Recipients who have answered this message.
    answered: set[int]
    #: Recipients who are not open any more, and what they are.
    states: dict[int, State]


def load_fresh(held: Sequence[Held]) -> list[Fresh]:
    """What may have changed for each of some leases."""
    overtaken = {(one.warning, one.number): _overtaken(one.warning, one.number) for one in held}
    return [Fresh(overtaken[one.warning, one.number], _answered(one), _states(one)) for one in held]


def _answered(held: Held) -> set[int]:
    found = rows(
        "SELECT recipient_id FROM dispatch_acknowledgement WHERE recipient_id BETWEEN %s AND %s AND message_id = %s",
        [held.first, held.last, held.message],
    )
    return {row[0] for row in found}


def _states(held: Held) -> dict[int, State]:
    found = rows(
        "SELECT id, state FROM dispatch_recipient WHERE +warning_id = %s AND id BETWEEN %s AND %s AND state <> 'open'",
        [held.warning, held.first, held.last],
    )
    return {row[0]: State(row[1]) for row in found}


def load_points(people: Sequence[int]) -> dict[int, dict[str, list[Point]]]:
    """The contact points of a few people by channel, the first to try first: those that are verified, then by rank."""
    unproven = ExpressionWrapper(Q(verified_at__isnull=True), output_field=BooleanField())
    return _by_person(
        ContactPoint.objects.filter(person__in=people)
        .annotate(unproven=unproven)
        .order_by("person", "unproven", "rank", "id")
        .values_list("person_id", "channel", "id", "address")
    )


def _by_person(found: Iterable[tuple[int, str, int, str]]) -> dict[int, dict[str, list[Point]]]:
    points: dict[int, dict[str, list[Point]]] = {}
    for person, channel, point, address in found:
        points.setdefault(person, {}).setdefault(channel, []).append((point, address))
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


def _begun(held: Held) -> list[tuple[int, int, int, int]]:
    """The leases of earlier messages of this warning that somebody began: whoever is in one may have got it.

    Message, track, first and last recipient.
    """
    return rows(
        "SELECT DISTINCT l.message_id, l.track, l.first, l.last"
        " FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
        " WHERE m.warning_id = %s AND m.number < %s AND l.worker <> '' AND NOT l.aside"
        " AND l.first <= %s AND l.last >= %s",
        [held.warning, held.number, held.last, held.first],
    )
