"""One lease from taken to done: ask the decision before every attempt, send, write results down as they come.

Everything blocking goes through `db`, a function that runs another in a thread with a database connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError

from vedette import clock
from vedette.dispatch import leases, results
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.open import OpenChannels
from vedette.dispatch.decide import ATTEMPTS, ENDINGS, Reason, Standing, backoff_s, decide, next_send, tries_again
from vedette.dispatch.escalation import Silent, UnitAbove, group_by_supervisor
from vedette.dispatch.keys import escalation_key, warning_key
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import (
    Issued,
    Member,
    Point,
    load_answered,
    load_members,
    load_points,
    load_standing,
    load_states,
)
from vedette.dispatch.parcels import Parcels
from vedette.dispatch.results import Attempt, Told
from vedette.dispatch.settle import close_range
from vedette.people.models import Person, Unit

T = TypeVar("T")
Db = Callable[..., Awaitable[Any]]

log = logging.getLogger(__name__)

#: Seconds to wait before writing again what the database refused, one after the other.
WRITE_AGAIN_S = (0.2, 0.5, 1.0, 2.0)
#: Results are written at the latest when there are so many, or so many seconds after the first.
FLUSH_RESULTS, FLUSH_S = 200, 0.2
#: How old what is known of answers and newer messages may be when an attempt is decided, in seconds.
FRESH_S = 0.1


@dataclass
class Work:
    """What a lease is worked on with."""

    db: Db
    channels: OpenChannels
    parcels: Parcels
    issued: Issued


@dataclass
class LeaseRun:
    """The work on one lease."""

    held: Held
    work: Work
    _members: list[Member] = field(default_factory=list)
    _standing: Standing | None = None
    _results: list[Attempt] = field(default_factory=list)
    _put_off: bool = False
    _stopping: bool = False
    _all_tried: bool = False
    _retry_after_s: float | None = None
    _full: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Do it. Raises LeaseLost when another worker took it over."""
        db, held, issued = self.work.db, self.held, self.work.issued
        steps = issued.plan.steps
        if held.step >= len(steps):
            await db(close_range, held, clock.now())
            return
        await db(self._load)
        if steps[held.step].action == "escalate":
            await self._escalate()
            return
        async with asyncio.TaskGroup() as helpers:
            helpers.create_task(self._keep_flushing())
            refresher = helpers.create_task(self._keep_fresh())
            async with asyncio.TaskGroup() as group:
                for member in self._members:
                    group.create_task(self._reach(member))
            refresher.cancel()
            self._all_tried = True
            self._full.set()
        await self._written(())

    def stop(self) -> None:
        """Begin nothing more; what is on its way is waited for and written down."""
        self._stopping = True

    def _load(self) -> None:
        self._standing = load_standing(self.work.issued)
        self._members = load_members(self.held, self.work.issued)

    async def _reach(self, member: Member) -> None:
        """Try this step and, after a failure, the send steps behind it, until one is taken or put off."""
        steps = self.work.issued.plan.steps
        while (step := next_send(steps, self.held.step, member.done)) is not None:
            name = steps[step].channel
            point = member.points.get(name)
            opened = self.work.channels.get(self.held.realm.value, name)
            reason = self._decide(member, step)
            if reason is Reason.SEND and point is None:
                self._note(member, step, None, Level.FAILED, f"no {name} address")
                continue
            if reason is Reason.SEND and opened is None:
                self._note(member, step, point, Level.FAILED, self.work.channels.why_not(self.held.realm.value, name))
                continue
            if reason is not Reason.SEND:
                self._not_sent(member, step, point, reason)
                return
            assert point is not None
            assert opened is not None
            async with opened.gate.through(self.held.priority):
                reason = self._decide(member, step)
                if reason is not Reason.SEND:
                    self._not_sent(member, step, point, reason)
                    return
                if self._stopping:
                    return
                parcel = self.work.parcels.warning(member, self._key(member, step, point), point.address)
                result = await _tried(opened, parcel)
            if result.outcome is Outcome.LATER:
                follows = any(later.action == "send" and later.channel in member.points for later in steps[step + 1 :])
                if tries_again(self.work.issued.kind, follows, self.held.attempt):
                    self._put_off = True
                    self._retry_after_s = max(self._retry_after_s or 0.0, result.retry_after_s or 0.0) or None
                    return
                if step > self.held.step:
                    return  # its own lease tries it afresh
            level = Level.ACCEPTED if result.outcome is Outcome.ACCEPTED else Level.FAILED
            self._note(member, step, point, level, result.detail, self.held.attempt + 1)

    def _decide(self, member: Member, step: int) -> Reason:
        assert self._standing is not None
        channel = self.work.issued.plan.steps[step].channel
        return decide(self._standing, member.progress, step, clock.now(), channel)

    def _not_sent(self, member: Member, step: int, point: Point | None, reason: Reason) -> None:
        if reason.level is not None:
            self._note(member, step, point, reason.level, f"not sent: {reason.value}")

    def _note(
        self, member: Member, step: int, point: Point | None, level: Level, detail: str, attempts: int = 0
    ) -> None:
        member.done[step] = level
        self._results.append(
            Attempt(
                recipient=member.id,
                person=member.person,
                contact_point=None if point is None else point.id,
                channel=self.work.issued.plan.steps[step].channel,
                step=step,
                key=self._key(member, step, point),
                level=level,
                attempts=attempts,
                detail=detail,
                at=clock.now(),
            )
        )
        if len(self._results) >= FLUSH_RESULTS:
            self._full.set()

    def _key(self, member: Member, step: int, point: Point | None) -> str:
        issued = self.work.issued
        return warning_key(
            issued.realm.value, issued.identifier, member.person, None if point is None else point.id, step
        )

    async def _keep_flushing(self) -> None:
        while not self._all_tried:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._full.wait(), FLUSH_S)
            self._full.clear()
            if self._results and not self._all_tried:
                batch, self._results = self._results, []
                try:
                    await self.work.db(results.flush, self.held, batch)
                except DatabaseError:
                    log.exception("results of lease %s are not written yet; nothing more is begun", self.held.id)
                    self._results = batch + self._results
                    self._stopping = True

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(FRESH_S)
            try:
                await self.work.db(self._refresh)
            except DatabaseError:
                log.exception("lease %s cannot see who has answered; nothing more is begun", self.held.id)
                self._stopping = True

    def _refresh(self) -> None:
        """See who has answered meanwhile, and whether the message still stands."""
        self._standing = load_standing(self.work.issued)
        answered, states = load_answered(self.held), load_states(self.held)
        for member in self._members:
            member.answered = member.id in answered
            member.state = states.get(member.id, State.OPEN)

    async def _written(self, told: tuple[Told, ...], body: dict[str, Any] | None = None) -> None:
        """Finish; a database that is away for a moment costs no result. Raises LeaseLost, DatabaseError."""
        for pause in WRITE_AGAIN_S:
            try:
                await self.work.db(self._finish, told, body)
            except DatabaseError:
                log.exception("lease %s could not be finished; trying again", self.held.id)
                await asyncio.sleep(pause)
            else:
                return
        await self.work.db(self._finish, told, body)

    def _finish(self, told: tuple[Told, ...], body: dict[str, Any] | None = None) -> None:
        now = clock.now()
        if self._put_off or self._stopping:
            results.flush(self.held, self._results, told, now)
            wait = backoff_s(self.held.attempt, self._retry_after_s) if self._put_off else 0.0
            leases.give_back(self.held, now + timedelta(seconds=wait), again=self._put_off)
            return
        assert self._standing is not None
        stands = self._standing.reason(now) is Reason.SEND
        results.finish(self.held, self._results, self._next(now) if stands else None, now, told, body)

    def _next(self, now: datetime) -> NewLease | None:
        """What follows this step: the next one after its wait; of a message that ends a warning, without a wait."""
        held, steps = self.held, self.work.issued.plan.steps
        ending = self.work.issued.kind in ENDINGS
        step = held.step + 1
        if ending:
            while step < len(steps) and steps[step].action != "send":
                step += 1
            if step >= len(steps):
                return None
        return NewLease(
            message=held.message,
            realm=held.realm,
            step=step,
            first=held.first,
            last=held.last,
            priority=held.priority,
            due_at=now if ending else now + timedelta(seconds=steps[held.step].wait_s),
        )

    async def _escalate(self) -> None:
        """Tell the supervisors of those who are still silent, once each for this range."""
        assert self._standing is not None
        if self._standing.reason(clock.now()) is not Reason.SEND:
            await self._written(())
            return
        silent = [one for one in self._members if _is_silent(one)]
        plan = await self.work.db(_plan_escalation, self.held, silent)
        told: list[Told] = []
        async with asyncio.TaskGroup() as group:
            for notice in plan.notices:
                group.create_task(self._tell(notice, told))
        body = {"escalated": len(told), "nobody_to_tell": len(plan.nobody)}
        await self._written(tuple(told), body)

    async def _tell(self, notice: _Notice, told: list[Told]) -> None:
        """Try the step's own channel, then the plan's others, until one takes the notice."""
        issued, held = self.work.issued, self.held
        names = dict.fromkeys([issued.plan.steps[held.step].channel, *(step.channel for step in issued.plan.steps)])
        last: Attempt | None = None
        put_off = False
        for name in names:
            point = notice.points.get(name)
            opened = self.work.channels.get(held.realm.value, name)
            if point is None or opened is None:
                continue
            key = escalation_key(
                issued.realm.value, issued.identifier, notice.supervisor, point.id, held.step, held.first
            )
            parcel = self.work.parcels.escalation(
                notice.name, notice.language, [one.name for one in notice.silent], key, point.address
            )
            result = await self._send_notice(opened, parcel, notice.silent)
            if result is None:
                return
            put_off |= result.outcome is Outcome.LATER
            last = Attempt(
                recipient=None,
                person=notice.supervisor,
                contact_point=point.id,
                channel=name,
                step=held.step,
                key=key,
                level=Level.ACCEPTED if result.outcome is Outcome.ACCEPTED else Level.FAILED,
                attempts=held.attempt + 1,
                detail=result.detail,
                at=clock.now(),
                purpose="escalate",
            )
            if result.outcome is Outcome.ACCEPTED:
                break
        if last is None:
            last = Attempt(
                recipient=None,
                person=notice.supervisor,
                contact_point=None,
                channel=issued.plan.steps[held.step].channel,
                step=held.step,
                key=escalation_key(
                    issued.realm.value, issued.identifier, notice.supervisor, None, held.step, held.first
                ),
                level=Level.FAILED,
                attempts=0,
                detail="no address on any channel that is set",
                at=clock.now(),
                purpose="escalate",
            )
        elif last.level is Level.FAILED and put_off and held.attempt + 1 < ATTEMPTS:
            self._put_off = True
            return
        self._results.append(last)
        if last.level is Level.ACCEPTED:
            told.extend(Told(recipient=one.id, person=notice.supervisor, key=last.key) for one in notice.silent)

    async def _send_notice(self, opened: Any, parcel: Parcel, silent: list[Member]) -> Result | None:
        """Send it, unless the message has ended or everyone has answered since; then None."""
        async with opened.gate.through(self.held.priority):
            await self.work.db(self._refresh)
            assert self._standing is not None
            stands = self._standing.reason(clock.now()) is Reason.SEND
            if self._stopping or not stands or not any(_is_silent(one) for one in silent):
                return None
            return await _tried(opened, parcel)


def _is_silent(member: Member) -> bool:
    return member.state is State.OPEN and not member.answered


async def _tried(opened: Any, parcel: Parcel) -> Result:
    """Send; a channel that raises after all is one that may be tried later, and stops nobody else's message."""
    try:
        result: Result = await opened.channel.send(parcel)
    except Exception as error:
        log.exception("a channel raised")
        return Result(Outcome.LATER, f"{type(error).__name__}: {error}")
    return result


@dataclass(frozen=True)
class _Notice:
    """One supervisor and the silent people of this range they answer for."""

    supervisor: int
    name: str
    language: str
    points: dict[str, Point]
    silent: list[Member]


@dataclass(frozen=True)
class _EscalationPlan:
    notices: list[_Notice]
    nobody: list[Silent]


def _plan_escalation(held: Held, silent: list[Member]) -> _EscalationPlan:
    from vedette.dispatch.models import Escalation, Recipient

    already = set(
        Escalation.objects.filter(message=held.message, step=held.step).values_list("recipient_id", flat=True)
    )
    by_recipient = {one.id: one for one in silent if one.id not in already}
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
        [Silent(one.id, one.person, one.unit) for one in by_recipient.values()], units, {*gone, *also_silent}
    )
    people = Person.objects.in_bulk(told.keys())
    points = load_points(list(told))
    return _EscalationPlan(
        [
            _Notice(
                supervisor,
                people[supervisor].name,
                people[supervisor].language,
                points.get(supervisor, {}),
                [by_recipient[one.recipient] for one in theirs],
            )
            for supervisor, theirs in sorted(told.items())
        ],
        nobody,
    )
