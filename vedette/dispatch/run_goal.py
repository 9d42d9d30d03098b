"""A lease of a goal's notices: to those who are not needed any more, or to those who are told that it was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists

from vedette import clock
from vedette.dispatch.channels.face import Parcel
from vedette.dispatch.decide import Reason, Standing, backoff_s
from vedette.dispatch.goal_rows import taken_for
from vedette.dispatch.goals import FILLED, MISSED
from vedette.dispatch.keys import escalation_key, warning_key
from vedette.dispatch.leases import Held
from vedette.dispatch.levels import Level, State
from vedette.dispatch.members import Fresh, Issued, Point, load_points
from vedette.dispatch.models import Delivery, Goal, Recipient
from vedette.dispatch.results import Done, GivenBack
from vedette.dispatch.run_escalation import EscalationRun, Telling
from vedette.dispatch.run_lease import Work
from vedette.dispatch.telling import Notice, Notices
from vedette.people.goals import told_of
from vedette.people.models import Person
from vedette.warnings.content import Office
from vedette.warnings.goal_notices import Missed


@dataclass(frozen=True, slots=True)
class GoalNotices:
    """Whom to tell, and what; None: that enough have answered."""

    notices: list[Notice]
    missed: Missed | None


def is_of_goal(held: Held) -> bool:
    """Whether a lease is of a goal's notices: its step is beyond any plan's."""
    return held.step in (MISSED, FILLED)


def plan_goal_notices(held: Held, issued: Issued) -> GoalNotices:
    """Whom a lease tells; those who were told are left out."""
    if held.aside or issued.rule is None or issued.rule.goal is None:
        return GoalNotices([], None)
    if held.step == FILLED:
        return GoalNotices(_not_needed(held), None)
    goal = issued.rule.goal
    counted = Goal.objects.get(message=issued.id)
    told = set(
        Delivery.objects.filter(message=issued.id, step=MISSED, range_first=held.told_of)
        .exclude(level=Level.FAILED.value)
        .values_list("person_id", flat=True)
    )
    return GoalNotices(
        _notices({person: None for person in told_of(issued.realm, goal) if person not in told}, MISSED),
        Missed(
            name=goal.name,
            needed=goal.answers,
            answered=counted.answered,
            another_wave=-held.first <= len(goal.waves),
        ),
    )


def _not_needed(held: Held) -> list[Notice]:
    """The recipients of the range who were called off, had been sent the warning, and have not been told."""
    told = Delivery.objects.filter(
        recipient_id__gte=held.first, recipient_id__lte=held.last, message__warning=held.warning, step=FILLED
    ).exclude(level=Level.FAILED.value)
    called_off = Recipient.objects.filter(
        Exists(taken_for()),
        warning=held.warning,
        pk__range=(held.first, held.last),
        state=State.CANCELLED.value,
        person__active=True,
    ).exclude(pk__in=list(told.values_list("recipient_id", flat=True)))
    return _notices(dict(called_off.values_list("person_id", "pk")), FILLED)


def _notices(people: dict[int, int | None], step: int) -> list[Notice]:
    """A notice for each person, of the recipient that they are."""
    known, points = Person.objects.in_bulk(people), load_points(sorted(people))
    return [
        Notice(
            pk,
            person.name,
            person.language,
            points.get(pk, {}),
            {} if (one := people[pk]) is None else {one: ""},
            step,
            Office.SUPERVISOR,
        )
        for pk, person in sorted(known.items())
    ]


class GoalRun(EscalationRun):
    """The work on one such lease: as an escalation's, but nobody's silence is told of."""

    def __init__(self, held: Held, work: Work, standing: Standing, found: GoalNotices) -> None:
        super().__init__(held, work, standing, [], Notices(Office.SUPERVISOR, found.notices, {}, 0))
        self._missed = found.missed
        self._states: dict[int, State] = {}

    def refresh(self, fresh: Fresh) -> None:
        """What is known now of answers, and whether the message still stands."""
        super().refresh(fresh)
        self._states = fresh.states

    def parcel(self, job: Telling) -> Parcel | None:
        """The notice, unless the message does not stand any more or the person has answered since."""
        recipient = self._recipient(job.notice)
        answered = recipient is not None and self._states.get(recipient, State.CANCELLED) is not State.CANCELLED
        if answered or self.standing.reason(clock.now()) is not Reason.SEND:
            self._over(job.notice)
            return None
        _, point, _ = job.ways[0]
        key, notice = self._key(job.notice, point), job.notice
        return self.work.parcels.goal(notice.name, notice.language, recipient, self._missed, key, point[1])

    def _own_channel(self, notice: Notice) -> str:
        return self.work.issued.steps[0].channel

    def _recipient(self, notice: Notice) -> int | None:
        return next(iter(notice.silent), None)

    def _key(self, notice: Notice, point: Point) -> str:
        held, issued = self.held, self.work.issued
        if (recipient := self._recipient(notice)) is not None:
            return warning_key(issued.realm, issued.id, recipient, point[0], held.step)
        return escalation_key(issued.realm, issued.id, notice.person, point[0], held.step, held.told_of)

    def _end(self) -> None:
        if self._put_off or self._stopped:
            wait = backoff_s(self.held.attempt, None) if self._put_off else 0.0
            self.work.end(self.held, GivenBack(_in(wait), again=self._put_off), [])
            return
        self.work.end(self.held, Done(), [])


def _in(seconds: float) -> datetime:
    return clock.now() + timedelta(seconds=seconds)
