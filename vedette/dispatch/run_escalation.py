"""A lease of an escalation step: the silent of a range, and one notice to each person who is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vedette import clock
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.lanes import Lanes
from vedette.dispatch.decide import ATTEMPTS, Reason, Standing, backoff_s
from vedette.dispatch.escalation import Silent, UnitAbove, group_by_supervisor
from vedette.dispatch.keys import escalation_key
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Member, Point, load_points
from vedette.dispatch.models import Escalation, Recipient
from vedette.dispatch.results import Attempt, Done, GivenBack, Told
from vedette.dispatch.run_lease import Work, follow_up
from vedette.people.models import Person, Unit


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody to tell, and of whom."""

    person: int
    name: str
    language: str
    points: Mapping[str, Sequence[Point]]
    #: Recipient ids.
    silent: Sequence[int]


@dataclass(frozen=True, slots=True)
class Notices:
    """All that one range's step has to tell, and the recipients of whom nobody can be told."""

    notices: Sequence[Notice]
    nobody: Sequence[int]


def plan_notices(held: Held, silent: Sequence[Silent]) -> Notices:
    """Whom to tell of the silent of a range. Those of whom somebody was told in this step are left out."""
    already = set(
        Escalation.objects.filter(
            recipient__gte=held.first, recipient__lte=held.last, message=held.message, step=held.step
        ).values_list("recipient_id", flat=True)
    )
    units = {
        pk: UnitAbove(supervisor, parent)
        for pk, supervisor, parent in Unit.objects.filter(realm=held.realm.value).values_list(
            "pk", "supervisor_id", "parent_id"
        )
    }
    supervisors = {unit.supervisor for unit in units.values() if unit.supervisor is not None}
    gone = Person.objects.filter(pk__in=supervisors, active=False).values_list("pk", flat=True)
    also_silent = Recipient.objects.filter(
        warning=held.warning, person__in=supervisors, state__in=[State.OPEN, State.UNANSWERED, State.FAILED]
    ).values_list("person_id", flat=True)
    told, nobody = group_by_supervisor(
        [one for one in silent if one.recipient not in already], units, {*gone, *also_silent}
    )
    people = Person.objects.in_bulk(told.keys())
    points = load_points(list(told))
    return Notices(
        [
            Notice(
                person,
                people[person].name,
                people[person].language,
                points.get(person, {}),
                [one.recipient for one in theirs],
            )
            for person, theirs in sorted(told.items())
        ],
        [one.recipient for one in nobody],
    )


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


class EscalationRun:
    """The work on one lease of an escalation step."""

    def __init__(self, held: Held, work: Work, standing: Standing, members: list[Member], found: Notices) -> None:
        self.held = held
        self.work = work
        self.standing = standing
        self.members = members
        self.open = len(found.notices)
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
            self._over()

    def parcel(self, job: Telling) -> Parcel | None:
        """The notice as it is to be sent now; without one its turn is over."""
        silent = [self._by_id[one] for one in job.notice.silent]
        if self.standing.reason(clock.now()) is not Reason.SEND or not any(_is_silent(one) for one in silent):
            self._over()
            return None
        _, point, _ = job.ways[0]
        return self.work.parcels.escalation(
            job.notice.name,
            job.notice.language,
            [one.name for one in silent if _is_silent(one)],
            self._key(job.notice, point),
            point.address,
        )

    def sent(self, job: Telling, result: Result) -> None:
        """Go on from what a provider said."""
        name, point, _ = job.ways.pop(0)
        if result.outcome is Outcome.ACCEPTED:
            self._note(job.notice, name, point, Level.ACCEPTED, result)
            self._told += [Told(one, job.notice.person) for one in job.notice.silent]
            self._over()
            return
        job.put_off |= result.outcome is Outcome.LATER
        if job.ways and not self._stopped:
            self._next(job)
        elif job.put_off and (self._stopped or self.held.attempt + 1 < ATTEMPTS):
            self._put_off = True
            self._over()
        else:
            self._note(job.notice, name, point, Level.FAILED, result)
            self._over()

    def _next(self, job: Telling) -> None:
        if not job.ways:
            said = Result(Outcome.FAILED, "no address on any channel that is set")
            own = self.work.issued.plan.steps[self.held.step].channel
            self._note(job.notice, own, None, Level.FAILED, said)
            self._over()
            return
        job.ways[0][2][0].put(job)

    def _ways(self, notice: Notice) -> list[tuple[str, Point, tuple[Lanes, ...]]]:
        """The step's own channel, then the plan's others: one address on each, the first that is set."""
        steps = self.work.issued.plan.steps
        names = dict.fromkeys([steps[self.held.step].channel, *(step.channel for step in steps)])
        found = []
        for name in names:
            providers = tuple(self.work.channels.providers(self.held.realm.value, name))
            reachable = tuple(one for one in providers if not one.is_open) or providers
            if reachable and notice.points.get(name):
                found.append((name, notice.points[name][0], reachable))
        return found

    def _note(self, notice: Notice, channel: str, point: Point | None, level: Level, result: Result) -> None:
        self.work.note(
            self.held,
            Attempt(
                recipient=None,
                person=notice.person,
                contact_point=None if point is None else point.id,
                channel=channel,
                step=self.held.step,
                level=level,
                attempts=0 if point is None else self.held.attempt + 1,
                detail=result.detail,
                at=clock.now(),
                range_first=self.held.first,
                reference=result.reference,
            ),
        )

    def _key(self, notice: Notice, point: Point) -> str:
        held, issued = self.held, self.work.issued
        return escalation_key(issued.realm, issued.id, notice.person, point.id, held.step, held.first)

    def _over(self) -> None:
        self.open -= 1
        if self.open == 0:
            self._end()

    def _end(self) -> None:
        now = clock.now()
        if self._put_off or self._stopped:
            wait = backoff_s(self.held.attempt, None) if self._put_off else 0.0
            back = GivenBack(now + timedelta(seconds=wait), again=self._put_off)
            self.work.end(self.held, back, self._told)
            return
        stands = self.standing.reason(now) is Reason.SEND
        body = {"escalated": len(self._told), "nobody_to_tell": len(self._found.nobody)} if stands else {}
        self.work.end(self.held, Done(follow_up(self.held, self.work.issued) if stands else None, body), self._told)


def _is_silent(member: Member) -> bool:
    return member.state is State.OPEN and not member.answered
