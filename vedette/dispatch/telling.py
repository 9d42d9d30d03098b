"""Whom an escalation step tells of the silent of a range; and who is the next in line where a notice was in vain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from vedette.access.handling import Realm
from vedette.dispatch.decide import REACHED
from vedette.dispatch.escalation import Answer, Ground, Map, Passed, Silent, UnitAbove, by_told, candidates, who_is_told
from vedette.dispatch.grounds import around, met_by
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import State
from vedette.dispatch.members import Issued, Point, load_points
from vedette.dispatch.models import Channel, Recipient
from vedette.dispatch.sql import rows
from vedette.people.columns import grounds_of
from vedette.people.models import Person, SavedArea, Shift, Unit
from vedette.places.geometry import shape_of
from vedette.warnings.content import Office
from vedette.warnings.plans import FlatStep


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody to tell, and of whom."""

    person: int
    name: str
    language: str
    #: Channel -> their addresses, less those at which a notice about these people failed.
    points: Mapping[str, Sequence[Point]]
    #: Recipient id -> in which office they are told, and who was passed over.
    silent: Mapping[int, str]
    #: The step in whose name they are told, and the office it asks for.
    step: int
    office: Office
    #: A gateway has taken it already, and whoever sent it ended before that it was told was written down.
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Notices:
    """All that one range's step has to tell, and the recipients of whom nobody can be told, with why not."""

    office: Office
    notices: Sequence[Notice]
    nobody: Mapping[int, str]
    #: How often somebody who holds the office was passed over.
    passed_over: int


@dataclass(slots=True)
class Before:
    """What came of notices before: those of this lease, and those in vain whose next in line it tells."""

    #: Who was told, by this lease itself, and in which step.
    told: set[tuple[int, int]] = field(default_factory=set)
    #: Person -> contact points at which they could not be; None among them: they had no address that could be used.
    failed: dict[int, set[int | None]] = field(default_factory=lambda: defaultdict(set))


def by_step(held: Held, issued: Issued, silent: Sequence[Silent], now: datetime) -> Notices:
    """Whom the lease's step tells of the silent of its range. Those of whom somebody was told in it are left out; where
    nobody could be, it is tried again only for those who are open again."""
    step = issued.steps[held.step]
    told = _told_of(held, held.step)
    already = {one.recipient for one in told if one.stands or not held.reopens}
    left = [one for one in silent if one.recipient not in already]
    before = _before(held)
    answers = _ask(held, issued, step, left, before, now)
    return Notices(
        step.to,
        _notices(answers, step, before),
        {one.silent.recipient: one.why for one in answers if one.told is None},
        sum(len(one.passed) for one in answers),
    )


def next_in_line(held: Held, issued: Issued, silent: Sequence[Silent], now: datetime) -> Notices:
    """Whom to tell at once of those of whose silence somebody was told in vain: by another way, or the next who holds
    the office, or else whoever a later step of the plan would tell."""
    told = _told_of(held, issued.steps[-1].number)
    stand = {one.recipient for one in told if one.stands or (one.nobody and one.step == held.step)}
    failed = {one.recipient for one in told if one.step == held.step and not one.stands and not one.nobody}
    left = [one for one in silent if one.recipient in failed - stand]
    before = _before(held)
    notices: list[Notice] = []
    nobody: dict[int, str] = {}
    passed_over = 0
    for step in issued.steps[held.step :]:
        if not left or step.action != "escalate":
            continue
        answers = _ask(held, issued, step, left, before, now)
        notices += _notices(answers, step, before)
        passed_over += sum(len(one.passed) for one in answers)
        for one in answers:
            nobody.setdefault(one.silent.recipient, one.why)
        left = [one.silent for one in answers if one.told is None]
    open_still = {one.recipient for one in left}
    return Notices(
        issued.steps[held.step].to,
        notices,
        {recipient: why for recipient, why in nobody.items() if recipient in open_still},
        passed_over,
    )


class _Told(NamedTuple):
    """That somebody was told of a recipient in a step, in vain or not, or that nobody could be."""

    recipient: int
    step: int
    nobody: bool
    in_vain: bool

    @property
    def stands(self) -> bool:
        return not self.nobody and not self.in_vain


def _told_of(held: Held, last: int) -> list[_Told]:
    """What is known of the range, from the lease's step up to the `last`."""
    return [
        _Told(recipient, step, told is None, bool(in_vain))
        for recipient, step, told, in_vain in rows(
            "SELECT recipient_id, step, told_id, in_vain FROM dispatch_escalation"
            " WHERE message_id = %s AND recipient_id BETWEEN %s AND %s AND step BETWEEN %s AND %s",
            [held.message, held.first, held.last, held.step, last],
        )
    ]


def _before(held: Held) -> Before:
    """What came of the lease's own notices; and, where it tells the next in line, of those that were in vain."""
    before = Before()
    for person, step, point, level in rows(
        "SELECT person_id, step, contact_point_id, level FROM dispatch_delivery"
        " WHERE message_id = %s AND range_first = %s AND purpose = 'escalate'",
        [held.message, held.told_of],
    ):
        if level in REACHED:
            before.told.add((person, step))
        else:
            before.failed[person].add(point)
    if held.aside:
        for person, point in rows(
            "SELECT DISTINCT d.person_id, d.contact_point_id FROM dispatch_escalation e"
            " JOIN dispatch_delivery said ON said.id = e.delivery_id"
            " JOIN dispatch_delivery d ON d.message_id = said.message_id AND d.range_first = said.range_first"
            "  AND d.step = said.step AND d.person_id = said.person_id AND d.purpose = 'escalate'"
            " WHERE e.message_id = %s AND e.recipient_id BETWEEN %s AND %s AND e.in_vain"
            " AND d.level IN ('failed', 'expired')",
            [held.message, held.first, held.last],
        ):
            before.failed[person].add(point)
    return before


def _ask(
    held: Held, issued: Issued, step: FlatStep, silent: list[Silent], before: Before, now: datetime
) -> list[Answer]:
    """Who is told by a step of each of some silent people."""
    if not silent:
        return []
    units = _units(held.realm)
    land = Map() if step.to is Office.SUPERVISOR else _land(held.realm, issued)
    if step.to is not Office.SUPERVISOR:
        silent = _at_posts(silent, now)
    asked = candidates(units.values(), land.grounds.values(), step.to)
    return who_is_told(silent, step.to, units, land, _unavailable(held, issued, asked, before))


def _notices(answers: Sequence[Answer], step: FlatStep, before: Before) -> list[Notice]:
    told = by_told(answers)
    people, points = Person.objects.in_bulk(told.keys()), load_points(sorted(told))
    return [
        Notice(
            person,
            people[person].name,
            people[person].language,
            _untried(points.get(person, {}), before.failed.get(person, ())),
            {one.silent.recipient: one.why for one in theirs},
            step.number,
            step.to,
            sent=(person, step.number) in before.told,
        )
        for person, theirs in told.items()
    ]


def _untried(points: Mapping[str, Sequence[Point]], failed: Collection[int | None]) -> dict[str, list[Point]]:
    left = {name: [point for point in theirs if point[0] not in failed] for name, theirs in points.items()}
    return {name: theirs for name, theirs in left.items() if theirs and None not in failed}


def _unavailable(held: Held, issued: Issued, asked: Collection[int], before: Before) -> dict[int, Passed]:
    """Who of those asked cannot be told, and why: the last reason given here is the one that is said."""
    there = Channel.objects.filter(realm=held.realm.value, enabled=True).values_list("name", flat=True)
    channels = {step.channel for step in issued.plan.steps} & set(there)
    points, told = load_points(sorted(asked)), {person for person, _ in before.told}
    silent = Recipient.objects.filter(
        warning=held.warning, person__in=asked, state__in=[State.OPEN, State.UNANSWERED, State.FAILED]
    ).values_list("person_id", flat=True)
    gone = Person.objects.filter(pk__in=asked, active=False).values_list("pk", flat=True)
    in_vain = {
        person: Passed.IN_VAIN
        for person, failed in before.failed.items()
        if person not in told and not channels & _untried(points.get(person, {}), failed).keys()
    }
    return {
        **{person: Passed.NO_ADDRESS for person in asked if not channels & points.get(person, {}).keys()},
        **in_vain,
        **dict.fromkeys(silent, Passed.SILENT),
        **dict.fromkeys(gone, Passed.LEFT),
    }


def _units(realm: Realm) -> dict[int, UnitAbove]:
    found = Unit.objects.filter(realm=realm.value).values_list("pk", "supervisor_id", "parent_id", "code", "area_id")
    return {pk: UnitAbove(supervisor, parent, code, area) for pk, supervisor, parent, code, area in found}


def _land(realm: Realm, issued: Issued) -> Map:
    """The realm's saved areas, how they lie to each other, and which of them the warned one meets."""
    stored = SavedArea.objects.filter(realm=realm.value).order_by("pk")
    grounds = {
        pk: Ground(code, warden, alternate)
        for pk, code, warden, alternate in stored.values_list("pk", "code", "warden_id", "alternate_id")
    }
    areas = {area.pk: area.ground for area in grounds_of(realm)}
    warned = shape_of(issued.content.area.geometry, float("inf"))
    return Map(grounds=grounds, around=around(areas), warned=met_by(warned, areas))


def _at_posts(silent: Sequence[Silent], now: datetime) -> list[Silent]:
    """The silent with the posts they are on shift at now."""
    posts = dict(
        Shift.objects.filter(
            person__in=[one.person for one in silent], starts__lte=now, ends__gt=now, post__isnull=False
        )
        .order_by("-starts")
        .values_list("person_id", "post_id")
    )
    return [replace(one, post=posts.get(one.person)) for one in silent]
