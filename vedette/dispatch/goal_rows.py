"""What is stored of goals: begun with the first audience, counted while answers come, told as progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from vedette.dispatch.decide import REACHED
from vedette.dispatch.levels import State
from vedette.dispatch.members import Issued
from vedette.dispatch.models import Delivery, Goal, Headcount, Recipient, Wave
from vedette.people.goals import counting
from vedette.people.rule import Goal as Asked
from vedette.warnings.models import Message

#: States that count as an answer: to each way of counting its own. Who needs help cannot come.
COUNTED = {"answered": (State.ACKNOWLEDGED, State.SAFE, State.ATTESTED), "safe": (State.SAFE,)}


def begin(issued: Issued, now: datetime) -> None:
    """The message's first audience is stored: from now on its answers are waited for. Nothing without a goal."""
    if issued.rule is not None and issued.rule.goal is not None:
        Goal.objects.get_or_create(
            message_id=issued.id,
            defaults={"realm": issued.realm.value, "due_at": now + wait(issued.rule.goal)},
        )


def wait(goal: Asked) -> timedelta:
    """How long the audience, and then each wave, is given."""
    return timedelta(minutes=goal.within_minutes)


@dataclass(frozen=True, slots=True)
class Heads:
    """All recipients of a warning, and those of them in a state that counts, in whatever group they are."""

    recipients: int
    answered: int


def heads(warning: int, goal: Asked) -> Heads:
    """Read from what is counted anyway."""
    found = dict(Headcount.objects.filter(warning=warning).values_list("state", "count"))
    return Heads(sum(found.values()), sum(found.get(state.value, 0) for state in COUNTED[goal.counts]))


def counted(issued: Issued, goal: Asked, now: datetime, known: Heads) -> tuple[int, int]:
    """How many recipients count toward the goal, and how many of them have answered."""
    if goal.of.everybody:
        return known.recipients, known.answered
    group = Recipient.objects.filter(
        warning=issued.warning, person__in=counting(issued.realm, goal.of, issued.issued_at, now)
    )
    return group.count(), group.filter(state__in=[state.value for state in COUNTED[goal.counts]]).count()


def to_call_off(issued: Issued, goal: Asked, now: datetime, grave: bool, behind: int, at_most: int) -> list[int]:
    """Recipients, by id behind one, who were asked and are silent.

    Where lives are in danger only those whom a wave added, and not before a gateway took the warning for them: everyone
    is warned, and the audience is followed up until each has answered.
    """
    silent = Recipient.objects.filter(warning=issued.warning, state=State.OPEN.value, pk__gt=behind)
    if grave:
        silent = silent.filter(Exists(taken_for()), by_wave__isnull=False)
    else:
        group = Q(person__in=counting(issued.realm, goal.of, issued.issued_at, now))
        silent = silent.filter(group | Q(by_wave__isnull=False))
    return list(silent.order_by("pk").values_list("pk", flat=True)[:at_most])


def taken_for() -> QuerySet[Delivery]:
    """Of a recipient in a query: what a gateway took to warn them."""
    return Delivery.objects.filter(recipient=OuterRef("pk"), purpose="warn", level__in=sorted(REACHED))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveShown:
    """One wave: when it was opened, and how many it added; None and 0 before that."""

    number: int
    opened_at: datetime | None
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalShown:
    """How far a message's goal is."""

    name: str
    needed: int
    answered: int
    #: Recipients who count toward it.
    asked: int
    #: When the next wave is opened, or it counts as missed; None when neither is to come.
    due_at: datetime | None
    met_at: datetime | None
    missed_at: datetime | None
    waves: Sequence[WaveShown]
    #: A wave is being stored, or may yet be opened.
    waits: bool

    @property
    def next_wave(self) -> int | None:
        """The wave that is opened next, if any is left."""
        return next((wave.number for wave in self.waves if wave.opened_at is None), None)

    @property
    def last_wave(self) -> int:
        """The wave that was opened last; 0 when none was."""
        return max((wave.number for wave in self.waves if wave.opened_at is not None), default=0)


def shown(warning: int) -> GoalShown | None:
    """How far the goal of the warning's last message with one is, once its audience is stored."""
    found = Goal.objects.filter(message__warning=warning).select_related("message").order_by("message__number").last()
    if found is None or found.message.audience.get("goal") is None:
        return None
    goal = _goal_of(found.message)
    waits = found.met_at is None and found.missed_at is None and found.closed_at is None
    opened = {wave.number: wave for wave in Wave.objects.filter(message=found.message_id)}
    storing = any(wave.stored_at is None for wave in opened.values())
    return GoalShown(
        name=goal.name,
        needed=goal.answers,
        answered=found.answered,
        asked=found.asked,
        due_at=found.due_at if waits and not storing else None,
        met_at=found.met_at,
        missed_at=found.missed_at,
        waits=waits,
        waves=[
            WaveShown(
                number=number,
                opened_at=opened[number].opened_at if number in opened else None,
                added=opened[number].added if number in opened else 0,
            )
            for number in range(1, len(goal.waves) + 1)
        ],
    )


def _goal_of(message: Message) -> Asked:
    goal = message.parsed_audience().goal
    assert goal is not None
    return goal
