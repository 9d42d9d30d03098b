"""One lease from taken to done: each member waits for their turn at a provider, is asked about again, and is sent to.

Nothing here waits or touches the database: members are loaded before, and results go to the `Writer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from vedette import clock
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.lanes import Lanes
from vedette.dispatch.channels.open import OpenChannels
from vedette.dispatch.decide import ENDINGS, Reason, Standing, backoff_s, decide, next_send, tries_again
from vedette.dispatch.keys import warning_key
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Issued, Member, Point
from vedette.dispatch.parcels import Parcels
from vedette.dispatch.results import Attempt, Done, GivenBack, Told
from vedette.warnings.content import Plan


@dataclass(frozen=True, slots=True)
class Work:
    """What a lease is worked on with."""

    channels: OpenChannels
    parcels: Parcels
    issued: Issued
    #: Where a result goes.
    note: Callable[[Held, Attempt], None]
    #: Where the end goes; nothing follows it.
    end: Callable[[Held, Done | GivenBack, list[Told]], None]


@dataclass(slots=True)
class Sending:
    """One member's turn at one provider: a job of its lanes."""

    run: LeaseRun
    member: Member
    step: int
    point: Point
    providers: tuple[Lanes, ...]
    priority: int
    warning: int

    def parcel(self) -> Parcel | None:
        """What to send now, if it still is to be sent."""
        return self.run.parcel(self)

    def ended(self, result: Result) -> None:
        """What the provider said."""
        self.run.sent(self, result)


class LeaseRun:
    """The work on one lease of a send step."""

    def __init__(self, held: Held, work: Work, standing: Standing, members: list[Member]) -> None:
        self.held = held
        self.work = work
        self.standing = standing
        self.members = members
        #: Members whose step is not over.
        self.open = len(members)
        self._steps = work.issued.plan.steps
        self._put_off = False
        self._stopped = False
        self._retry_after_s: float | None = None

    def start(self) -> None:
        """Let every member wait for their turn."""
        if not self.members:
            self._end()
        for member in self.members:
            self._advance(member)

    def refresh(self, fresh: Fresh) -> None:
        """What is known now of answers, and whether the message still stands; if not, nobody waits any longer."""
        self.standing = fresh.overtaken.standing(self.work.issued)
        for member in self.members:
            member.answered = member.id in fresh.answered
            member.state = fresh.states.get(member.id, State.OPEN)
        if self.standing.reason(clock.now()) is not Reason.SEND:
            for job in self._withdrawn():
                self.parcel(job)

    def stop(self) -> None:
        """Begin nothing more; what is on its way is waited for."""
        self._stopped = True
        for _ in self._withdrawn():
            self._over()

    def parcel(self, job: Sending) -> Parcel | None:
        """Decide about one member now; without a parcel their turn is over."""
        reason = self._decide(job.member, job.step)
        if reason is not Reason.SEND:
            self._not_sent(job.member, job.step, job.point, reason)
            return None
        issued = self.work.issued
        key = warning_key(issued.realm, issued.id, job.member.id, job.point.id, job.step)
        return self.work.parcels.warning(job.member, key, job.point.address)

    def sent(self, job: Sending, result: Result) -> None:
        """Go on from what a provider said of one member."""
        member, step = job.member, job.step
        if result.outcome is Outcome.LATER:
            if self._stopped:
                self._over()
                return
            if other := _other(job.providers[1:]):
                self._wait(member, step, job.point, other)
                return
            follows = any(
                later.action == "send" and later.channel in member.points for later in self._steps[step + 1 :]
            )
            if tries_again(self.work.issued.kind, follows, self.held.attempt):
                self._put_off = True
                self._retry_after_s = max(self._retry_after_s or 0.0, result.retry_after_s or 0.0) or None
                self._over()
                return
            if step > self.held.step:
                self._over()  # its own lease tries it afresh
                return
        level = Level.ACCEPTED if result.outcome is Outcome.ACCEPTED else Level.FAILED
        self._note(member, step, job.point, level, result.detail, self.held.attempt + 1, result.reference)
        if level is Level.FAILED and not self._stopped:
            self._advance(member)
        else:
            self._over()

    def _advance(self, member: Member) -> None:
        """Let a member wait for what is to be tried next: this step, and after a failure the send steps behind it."""
        realm = self.held.realm.value
        while (step := next_send(self._steps, self.held.step, member.done)) is not None:
            reason = self._decide(member, step)
            name = self._steps[step].channel
            point = member.next_point(step, name)
            if reason is not Reason.SEND:
                self._not_sent(member, step, point, reason)
                return
            if point is None:
                self._note(member, step, None, Level.FAILED, f"no {name} address")
                continue
            providers = tuple(self.work.channels.providers(realm, name))
            if not providers:
                self._note(member, step, point, Level.FAILED, self.work.channels.why_not(realm, name))
                continue
            self._wait(member, step, point, _other(providers) or providers)
            return
        self._over()

    def _wait(self, member: Member, step: int, point: Point, providers: tuple[Lanes, ...]) -> None:
        held = self.held
        providers[0].put(Sending(self, member, step, point, providers, held.priority, held.warning))

    def _withdrawn(self) -> list[Sending]:
        def mine(job: object) -> bool:
            return isinstance(job, Sending) and job.run is self

        return [job for job in self.work.channels.withdraw(mine) if isinstance(job, Sending)]

    def _decide(self, member: Member, step: int) -> Reason:
        return decide(self.standing, member.progress, step, clock.now(), self._steps[step].channel)

    def _not_sent(self, member: Member, step: int, point: Point | None, reason: Reason) -> None:
        if reason.level is not None:
            self._note(member, step, point, reason.level, f"not sent: {reason.value}")
        self._over()

    def _note(
        self,
        member: Member,
        step: int,
        point: Point | None,
        level: Level,
        detail: str,
        attempts: int = 0,
        reference: str = "",
    ) -> None:
        channel = self._steps[step].channel
        member.note(step, channel, point, level)
        self.work.note(
            self.held,
            Attempt(
                recipient=member.id,
                person=member.person,
                contact_point=None if point is None else point.id,
                channel=channel,
                step=step,
                level=level,
                attempts=attempts,
                detail=detail,
                at=clock.now(),
                reference=reference,
            ),
        )

    def _over(self) -> None:
        """One member's step is over, or they wait for another time."""
        self.open -= 1
        if self.open == 0:
            self._end()

    def _end(self) -> None:
        now = clock.now()
        if self._put_off or self._stopped:
            wait = backoff_s(self.held.attempt, self._retry_after_s) if self._put_off else 0.0
            self.work.end(self.held, GivenBack(now + timedelta(seconds=wait), again=self._put_off), [])
            return
        stands = self.standing.reason(now) is Reason.SEND
        goes_on = stands and not self.held.aside
        self.work.end(self.held, Done(follow_up(self.held, self.work.issued) if goes_on else None), [])


def follow_up(held: Held, issued: Issued) -> NewLease | None:
    """What follows a step: the next one after its wait; of a message that ends a warning, without a wait."""
    steps = issued.plan.steps
    ending = issued.kind in ENDINGS
    step = held.step + 1
    if ending:
        while step < len(steps) and steps[step].action != "send":
            step += 1
        if step >= len(steps):
            return None
    now = clock.now()
    return NewLease(
        message=held.message,
        realm=held.realm,
        step=step,
        channel=channel_of(issued.plan, step),
        closes=step == len(steps),
        first=held.first,
        last=held.last,
        priority=held.priority,
        due_at=now if ending else now + timedelta(seconds=steps[held.step].wait_s),
    )


def channel_of(plan: Plan, step: int) -> str:
    """The channel that a step sends by; empty for an escalation, and for the close after the last step."""
    return plan.steps[step].channel if step < len(plan.steps) and plan.steps[step].action == "send" else ""


def _other(providers: tuple[Lanes, ...]) -> tuple[Lanes, ...]:
    """The providers from the first on that can be reached."""
    for at, lanes in enumerate(providers):
        if not lanes.is_open:
            return providers[at:]
    return ()
