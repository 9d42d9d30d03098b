"""A lease of an escalation step: the silent of a range, and one notice to each person who is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vedette import clock
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.lanes import Lanes
from vedette.dispatch.decide import ATTEMPTS, Reason, Standing, backoff_s
from vedette.dispatch.escalation import Silent
from vedette.dispatch.following import follow_up
from vedette.dispatch.keys import escalation_key
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Issued, Member, Point
from vedette.dispatch.results import Attempt, Done, GivenBack
from vedette.dispatch.run_lease import Work
from vedette.dispatch.telling import Notice, Notices, by_step, next_in_line
from vedette.dispatch.told import Told


def plan_notices(held: Held, issued: Issued, silent: Sequence[Silent], now: datetime) -> Notices:
    """Whom to tell of the silent of a range: by the lease's step, or at once where a notice of it was in vain."""
    return (next_in_line if held.aside and not held.reopens else by_step)(held, issued, silent, now)


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
    #: Ways that may yet take it, and what was said of each.
    later: list[tuple[str, Point, Result]] = field(default_factory=list)

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
        self._in_vain = 0
        self._put_off = False
        self._stopped = False

    def start(self) -> None:
        """Let every notice wait for its turn."""
        if not self._found.notices:
            self._end()
        for notice in self._found.notices:
            if notice.sent:
                self._tell(notice, in_vain=False)
                continue
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
            job.notice.office,
            self._key(job.notice, point),
            point[1],
        )

    def sent(self, job: Telling, result: Result) -> None:
        """Go on from what a provider said."""
        name, point, providers = job.ways.pop(0)
        provider = providers[0].rank if result.reference else None
        if result.outcome is Outcome.ACCEPTED:
            self._note(job.notice, name, point, Level.ACCEPTED, result, provider)
            self._tell(job.notice, in_vain=False)
            return
        if result.outcome is Outcome.LATER:
            job.later.append((name, point, result))
        else:
            self._note(job.notice, name, point, Level.FAILED, result)
        if job.ways and not self._stopped:
            self._next(job)
        elif (job.ways or job.later) and (self._stopped or self.held.attempt + 1 < ATTEMPTS):
            self.put_off(job.notice)
        else:
            for name, point, said in job.later:
                self._note(job.notice, name, point, Level.FAILED, said)
            self._tell(job.notice, in_vain=True)

    def _next(self, job: Telling) -> None:
        if not job.ways:
            said = Result(Outcome.FAILED, "no address on any channel that is set")
            self._note(job.notice, self._own_channel(job.notice), None, Level.FAILED, said)
            self._tell(job.notice, in_vain=True)
            return
        job.ways[0][2][0].put(job)

    def _recipient(self, notice: Notice) -> int | None:
        """The recipient whom a notice is for; None: it tells somebody of others."""
        return None

    def _own_channel(self, notice: Notice) -> str:
        return self.work.issued.steps[notice.step].channel

    def _tell(self, notice: Notice, *, in_vain: bool) -> None:
        """A notice has come to something; of what was in vain the next in line is told when that is written down."""
        office = notice.office.value
        self._in_vain += len(notice.silent) if in_vain else 0
        self._told += [Told(one, notice.person, office, why, notice.step) for one, why in notice.silent.items()]
        self._over(notice)

    def _ways(self, notice: Notice) -> list[tuple[str, Point, tuple[Lanes, ...]]]:
        """The step's own channel, then the plan's others: one address on each, the first that is set."""
        names = dict.fromkeys([self._own_channel(notice), *(step.channel for step in self.work.issued.steps)])
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
                step=notice.step,
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
        return escalation_key(issued.realm, issued.id, notice.person, point[0], notice.step, held.told_of)

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
            "escalated": len(self._told) - self._in_vain,
            "nobody_to_tell": len(found.nobody),
            **({"in_vain": self._in_vain} if self._in_vain else {}),
            **({"passed_over": found.passed_over} if found.passed_over else {}),
        }
        nobody = [Told(one, None, found.office.value, why, self.held.step) for one, why in found.nobody.items()]
        goes_on = not self.held.aside or self.held.reopens
        follows = follow_up(self.held, self.work.issued, now) if goes_on else []
        self.work.end(self.held, Done(follows, body=body), [*self._told, *nobody])


def _is_silent(member: Member) -> bool:
    return member.state in _SILENT and not member.answered


#: Whoever was given up on at the plan's end has still not been heard of.
_SILENT = frozenset({State.OPEN, State.UNANSWERED, State.FAILED})
