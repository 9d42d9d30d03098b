"""A lease of an escalation step: the silent of a range, and one notice to each person who is told of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.lanes import Lanes
from vedette.dispatch.decide import ATTEMPTS, Reason, Standing, backoff_s
from vedette.dispatch.escalation import Ground, Map, Passed, Silent, UnitAbove, by_told, candidates, who_is_told
from vedette.dispatch.following import follow_up
from vedette.dispatch.grounds import around, met_by
from vedette.dispatch.keys import escalation_key
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Issued, Member, Point, load_points
from vedette.dispatch.models import Channel, Escalation, Recipient
from vedette.dispatch.results import Attempt, Done, GivenBack, Told
from vedette.dispatch.run_lease import Work
from vedette.people.columns import grounds_of
from vedette.people.models import Person, SavedArea, Shift, Unit
from vedette.places.geometry import shape_of
from vedette.warnings.content import Office


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody to tell, and of whom."""

    person: int
    name: str
    language: str
    points: Mapping[str, Sequence[Point]]
    #: Recipient id -> in which office they are told, and who was passed over.
    silent: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Notices:
    """All that one range's step has to tell, and the recipients of whom nobody can be told, with why not."""

    office: Office
    notices: Sequence[Notice]
    nobody: Mapping[int, str]
    #: How often somebody who holds the office was passed over.
    passed_over: int


def plan_notices(held: Held, issued: Issued, silent: Sequence[Silent], now: datetime) -> Notices:
    """Whom to tell of the silent of a range. Those of whom somebody was told in this step are left out."""
    office = issued.steps[held.step].to
    already = set(
        Escalation.objects.filter(
            recipient__gte=held.first, recipient__lte=held.last, message=held.message, step=held.step
        ).values_list("recipient_id", flat=True)
    )
    left = [one for one in silent if one.recipient not in already]
    units = _units(held.realm)
    land = Map() if office is Office.SUPERVISOR else _land(held.realm, issued)
    if office is not Office.SUPERVISOR:
        left = _at_posts(left, now)
    asked = candidates(units.values(), land.grounds.values(), office)
    points = load_points(sorted(asked)) if left else {}
    answers = who_is_told(left, office, units, land, _unavailable(held, issued, asked, points))
    told = by_told(answers)
    people = Person.objects.in_bulk(told.keys())
    return Notices(
        office,
        [
            Notice(
                person,
                people[person].name,
                people[person].language,
                points.get(person, {}),
                {one.silent.recipient: one.why for one in theirs},
            )
            for person, theirs in told.items()
        ],
        {one.silent.recipient: one.why for one in answers if one.told is None},
        sum(len(one.passed) for one in answers),
    )


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


def _unavailable(
    held: Held, issued: Issued, asked: Collection[int], points: Mapping[int, Mapping[str, Sequence[Point]]]
) -> dict[int, Passed]:
    """Who of those asked cannot be told, and why: the last reason given here is the one that is said."""
    there = Channel.objects.filter(realm=held.realm.value, enabled=True).values_list("name", flat=True)
    channels = {step.channel for step in issued.plan.steps} & set(there)
    silent = Recipient.objects.filter(
        warning=held.warning, person__in=asked, state__in=[State.OPEN, State.UNANSWERED, State.FAILED]
    ).values_list("person_id", flat=True)
    gone = Person.objects.filter(pk__in=asked, active=False).values_list("pk", flat=True)
    return {
        **{person: Passed.NO_ADDRESS for person in asked if not channels & points.get(person, {}).keys()},
        **dict.fromkeys(silent, Passed.SILENT),
        **dict.fromkeys(gone, Passed.LEFT),
    }


def silent_of(members: Sequence[Member]) -> list[Silent]:
    """Those of a range who have not answered."""
    return [Silent(one.id, one.person, one.unit) for one in members if _is_silent(one)]


@dataclass(slots=True)
class Telling:
    """One notice's turn at one provider: a job of its lanes."""

    run: EscalationRun
    notice: Notice
    #: Ways that are left to try: channel, contact point, providers; the first is the one whose turn it is.
    ways: list[tuple[str, Point, tuple[Lanes, ...]]]
    priority: int
    warning: int
    #: Some way may yet take it.
    put_off: bool = False

    def parcel(self) -> Parcel | None:
        """The notice, unless the message has ended or everyone has answered since."""
        return self.run.parcel(self)

    def ended(self, result: Result) -> None:
        """What the provider said."""
        self.run.sent(self, result)

    def dropped(self) -> None:
        """Its turn is over, and comes again."""
        self.run.put_off(self.notice)


class EscalationRun:
    """The work on one lease of an escalation step."""

    def __init__(self, held: Held, work: Work, standing: Standing, members: list[Member], found: Notices) -> None:
        self.held = held
        self.work = work
        self.standing = standing
        self.members = members
        #: Persons whose notice's turn is not over.
        self._open = {notice.person for notice in found.notices}
        self._found = found
        self._by_id = {one.id: one for one in members}
        self._told: list[Told] = []
        self._put_off = False
        self._stopped = False

    def start(self) -> None:
        """Let every notice wait for its turn."""
        if not self._found.notices:
            self._end()
        for notice in self._found.notices:
            self._next(Telling(self, notice, self._ways(notice), self.held.priority, self.held.warning))

    @property
    def open(self) -> int:
        """How many notices' turn is not over."""
        return len(self._open)

    def put_off(self, notice: Notice) -> None:
        """End a notice's turn; it comes again with the lease."""
        self._put_off = True
        self._over(notice)

    def refresh(self, fresh: Fresh) -> None:
        """What is known now of answers, and whether the message still stands."""
        self.standing = fresh.overtaken.standing(self.work.issued)
        for member in self.members:
            member.answered = member.id in fresh.answered
            member.state = fresh.states.get(member.id, State.OPEN)

    def stop(self) -> None:
        """Begin nothing more; what is on its way is waited for."""
        self._stopped = True
        for job in self.work.channels.withdraw(lambda job: isinstance(job, Telling) and job.run is self):
            assert isinstance(job, Telling)
            self._over(job.notice)

    def parcel(self, job: Telling) -> Parcel | None:
        """The notice as it is to be sent now; without one its turn is over."""
        silent = [self._by_id[one] for one in job.notice.silent]
        if self.standing.reason(clock.now()) is not Reason.SEND or not any(_is_silent(one) for one in silent):
            self._over(job.notice)
            return None
        _, point, _ = job.ways[0]
        return self.work.parcels.escalation(
            job.notice.name,
            job.notice.language,
            [one.name for one in silent if _is_silent(one)],
            self._found.office,
            self._key(job.notice, point),
            point[1],
        )

    def sent(self, job: Telling, result: Result) -> None:
        """Go on from what a provider said."""
        name, point, providers = job.ways.pop(0)
        provider = providers[0].rank if result.reference else None
        if result.outcome is Outcome.ACCEPTED:
            self._note(job.notice, name, point, Level.ACCEPTED, result, provider)
            office = self._found.office.value
            self._told += [Told(one, job.notice.person, office, why) for one, why in job.notice.silent.items()]
            self._over(job.notice)
            return
        job.put_off |= result.outcome is Outcome.LATER
        if job.ways and not self._stopped:
            self._next(job)
        elif job.put_off and (self._stopped or self.held.attempt + 1 < ATTEMPTS):
            self.put_off(job.notice)
        else:
            self._note(job.notice, name, point, Level.FAILED, result)
            self._over(job.notice)

    def _next(self, job: Telling) -> None:
        if not job.ways:
            said = Result(Outcome.FAILED, "no address on any channel that is set")
            self._note(job.notice, self._own_channel, None, Level.FAILED, said)
            self._over(job.notice)
            return
        job.ways[0][2][0].put(job)

    def _recipient(self, notice: Notice) -> int | None:
        """The recipient whom a notice is for; None: it tells somebody of others."""
        return None

    @property
    def _own_channel(self) -> str:
        return self.work.issued.steps[self.held.step].channel

    def _ways(self, notice: Notice) -> list[tuple[str, Point, tuple[Lanes, ...]]]:
        """The step's own channel, then the plan's others: one address on each, the first that is set."""
        names = dict.fromkeys([self._own_channel, *(step.channel for step in self.work.issued.steps)])
        found = []
        for name in names:
            providers = tuple(self.work.channels.providers(self.held.realm.value, name))
            reachable = tuple(one for one in providers if not one.is_open) or providers
            if reachable and notice.points.get(name):
                found.append((name, notice.points[name][0], reachable))
        return found

    def _note(
        self,
        notice: Notice,
        channel: str,
        point: Point | None,
        level: Level,
        result: Result,
        provider: int | None = None,
    ) -> None:
        recipient = self._recipient(notice)
        self.work.note(
            self.held,
            Attempt(
                recipient=recipient,
                person=notice.person,
                contact_point=None if point is None else point[0],
                channel=channel,
                step=self.held.step,
                level=level,
                attempts=0 if point is None else self.held.attempt + 1,
                detail=result.detail,
                at=clock.now(),
                range_first=self.held.told_of if recipient is None else None,
                reference=result.reference,
                provider=provider,
            ),
        )

    def _key(self, notice: Notice, point: Point) -> str:
        held, issued = self.held, self.work.issued
        return escalation_key(issued.realm, issued.id, notice.person, point[0], held.step, held.told_of)

    def _over(self, notice: Notice) -> None:
        if notice.person not in self._open:
            return
        self._open.remove(notice.person)
        if not self._open:
            self._end()

    def _end(self) -> None:
        now = clock.now()
        if self._put_off or self._stopped:
            wait = backoff_s(self.held.attempt, None) if self._put_off else 0.0
            back = GivenBack(now + timedelta(seconds=wait), again=self._put_off)
            self.work.end(self.held, back, self._told)
            return
        if self.standing.reason(now) is not Reason.SEND:
            self.work.end(self.held, Done(), self._told)
            return
        found = self._found
        body = {
            "escalated": len(self._told),
            "nobody_to_tell": len(found.nobody),
            **({"passed_over": found.passed_over} if found.passed_over else {}),
        }
        nobody = [Told(one, None, found.office.value, why) for one, why in found.nobody.items()]
        follows = follow_up(self.held, self.work.issued, now)
        self.work.end(self.held, Done(follows, body=body), [*self._told, *nobody])


def _is_silent(member: Member) -> bool:
    return member.state is State.OPEN and not member.answered
