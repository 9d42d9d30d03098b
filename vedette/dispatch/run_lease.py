"""One lease from taken to done: each member waits for their turn at a provider, is asked about again, and is sent to.

Nothing here waits or touches the database: members are loaded before, and results go to the `Writer`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette import clock
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.lanes import Lanes
from vedette.dispatch.channels.open import OpenChannels
from vedette.dispatch.decide import Reason, Standing, backoff_s, decide, next_send, tries_again
from vedette.dispatch.following import follow_up, resumed
from vedette.dispatch.keys import warning_key
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Issued, Member, Point
from vedette.dispatch.parcels import Parcels
from vedette.dispatch.restraint import held_until
from vedette.dispatch.results import Attempt, Done, GivenBack
from vedette.dispatch.told import Told
from vedette.dispatch.undisturbed import HeldBack, due
from vedette.warnings.plans import at_once_with

log = logging.getLogger(__name__)


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

    def dropped(self) -> None:
        """Their turn is over, and comes again."""
        self.run.put_off(self.member)


class LeaseRun:
    """The work on one lease of a send step."""

    def __init__(self, held: Held, work: Work, standing: Standing, members: list[Member]) -> None:
        self.held = held
        self.work = work
        self.standing = standing
        self.members = members
        #: Members whose step is not over.
        self._open = {member.id for member in members}
        self._steps = work.issued.steps
        self._opening = len(at_once_with(self._steps, 0))
        self._together = len(at_once_with(self._steps, held.step)) > 1
        self._held_back: list[HeldBack] = []
        self._put_off = False
        self._stopped = False
        self._retry_after_s: float | None = None

    def start(self) -> None:
        """Let every member wait for their turn."""
        if not self.members:
            self._end()
        now = clock.now()
        for member in self.members:
            try:
                self._advance(member, now)
            except Exception:
                log.exception("recipient %s cannot be sent to; they are tried again, the others go on", member.id)
                self.put_off(member)

    @property
    def open(self) -> int:
        """How many members' step is not over."""
        return len(self._open)

    def put_off(self, member: Member) -> None:
        """End a member's turn; it comes again with the lease."""
        self._put_off = True
        self._over(member)

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
        for job in self._withdrawn():
            self._over(job.member)

    def parcel(self, job: Sending) -> Parcel | None:
        """Decide about one member now; without a parcel their turn is over."""
        reason = self._decide(job.member, job.step, clock.now())
        if reason is not Reason.SEND:
            self._not_sent(job.member, job.step, job.point, reason)
            return None
        issued, (point, address) = self.work.issued, job.point
        key = warning_key(issued.realm, issued.id, job.member.id, point, job.step)
        return self.work.parcels.warning(job.member, key, address)

    def sent(self, job: Sending, result: Result) -> None:
        """Go on from what a provider said of one member."""
        member, step = job.member, job.step
        if result.outcome is Outcome.LATER:
            if self._stopped:
                self._over(member)
                return
            if other := _other(job.providers[1:]):
                self._wait(member, step, job.point, other)
                return
            follows = any(
                later.action == "send" and later.channel in member.points for later in self._steps[step + 1 :]
            )
            if tries_again(self.work.issued.kind, follows, self.held.attempt):
                self._retry_after_s = max(self._retry_after_s or 0.0, result.retry_after_s or 0.0) or None
                self.put_off(member)
                return
            if step > self.held.step:
                self._over(member)  # its own lease tries it afresh
                return
        level = Level.ACCEPTED if result.outcome is Outcome.ACCEPTED else Level.FAILED
        said, provider = result.reference, job.providers[0].rank if result.reference else None
        self._note(member, step, job.point, level, result.detail, self.held.attempt + 1, said, provider)
        if (level is Level.FAILED or member.another_too(step, self._steps[step].channel)) and not self._stopped:
            self._advance(member, clock.now(), step)
        else:
            self._over(member)

    def _advance(self, member: Member, now: datetime, last: int | None = None) -> None:
        """Let a member wait for what is to be tried next: the step at another address where it goes to several (it was
        tried `last`), this step, and after a failure the send steps behind it."""
        realm = self.held.realm.value
        reachable: Sequence[str] = ()
        if self._together:
            reachable = [name for name in member.points if self.work.channels.providers(realm, name)]
        while (step := self._next(member, self.held.step if last is None else last, reachable)) is not None:
            reason = self._decide(member, step, now)
            name = self._steps[step].channel
            point = member.next_point(step, name)
            if reason is not Reason.SEND:
                self._not_sent(member, step, point, reason)
                return
            if point is None and self._steps[step].turn:
                member.note(step, name, None, Level.FAILED)  # written down when the step was first done
                continue
            if point is None:
                self._note(member, step, None, Level.FAILED, f"no {name} address")
                continue
            providers = tuple(self.work.channels.providers(realm, name))
            if not providers:
                self._note(member, step, point, Level.FAILED, self.work.channels.why_not(realm, name))
                continue
            self._wait(member, step, point, _other(providers) or providers)
            return
        self._over(member)

    def _next(self, member: Member, last: int, reachable: Sequence[str]) -> int | None:
        if member.another_too(last, self._steps[last].channel):
            return last
        return next_send(self._steps, self.held.step, member.done, reachable)

    def _wait(self, member: Member, step: int, point: Point, providers: tuple[Lanes, ...]) -> None:
        held = self.held
        providers[0].put(Sending(self, member, step, point, providers, held.priority, held.warning))

    def _withdrawn(self) -> list[Sending]:
        def mine(job: object) -> bool:
            return isinstance(job, Sending) and job.run is self

        return [job for job in self.work.channels.withdraw(mine) if isinstance(job, Sending)]

    def _decide(self, member: Member, step: int, now: datetime) -> Reason:
        reason = decide(self.standing, member, step, now, self._steps[step].channel, self._opening)
        if reason is Reason.SEND and member.peace is not None:
            member.hold = held_until(now, member.peace, member.reached)
            return Reason.HELD if member.hold is not None else reason
        return reason

    def _hold(self, member: Member, step: int) -> None:
        assert member.hold is not None
        untouched = not (member.reached or self.held.attempt or self.held.retaken)
        self._held_back.append(HeldBack(member.id, step, member.hold.why, member.hold.until, untouched))

    def _not_sent(self, member: Member, step: int, point: Point | None, reason: Reason) -> None:
        if reason is Reason.HELD:
            self._hold(member, step)
        if reason.level is not None:
            self._note(member, step, point, reason.level, f"not sent: {reason.value}")
        self._over(member)

    def _note(
        self,
        member: Member,
        step: int,
        point: Point | None,
        level: Level,
        detail: str,
        attempts: int = 0,
        reference: str = "",
        provider: int | None = None,
    ) -> None:
        channel = self._steps[step].channel
        member.note(step, channel, point, level)
        self.work.note(
            self.held,
            Attempt(
                recipient=member.id,
                person=member.person,
                contact_point=None if point is None else point[0],
                channel=channel,
                step=step,
                level=level,
                attempts=attempts,
                detail=detail,
                at=clock.now(),
                reference=reference,
                provider=provider,
            ),
        )

    def _over(self, member: Member) -> None:
        """One member's step is over, or they wait for another time."""
        if member.id not in self._open:
            return
        self._open.remove(member.id)
        if not self._open:
            self._end()

    def _end(self) -> None:
        now = clock.now()
        if self._put_off or self._stopped:
            wait = backoff_s(self.held.attempt, self._retry_after_s) if self._put_off else 0.0
            self.work.end(self.held, GivenBack(now + timedelta(seconds=wait), again=self._put_off), [])
            return
        follows: list[NewLease] = []
        held_back: list[HeldBack] = []
        if self.standing.reason(now) is Reason.SEND:
            issued, held_back = self.work.issued, self._held_back
            goes_on = not self.held.aside or self.held.reopens or any(member.reopened for member in self.members)
            follows = follow_up(self.held, issued, now) if goes_on else []
            if held_back:
                people = [one.recipient for one in held_back]
                follows += resumed(self.held, issued, min(people), max(people), due(held_back))
        body = {"held_back": len(held_back)} if held_back else {}
        self.work.end(self.held, Done(follows, held_back, body), [])


def _other(providers: tuple[Lanes, ...]) -> tuple[Lanes, ...]:
    """The providers from the first on that can be reached."""
    for at, lanes in enumerate(providers):
        if not lanes.is_open:
            return providers[at:]
    return ()
