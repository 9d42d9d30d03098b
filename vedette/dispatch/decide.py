"""Whether to send, and what a silent or answering person counts as: pure decisions that return a named reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vedette.dispatch.levels import ANSWERED, Level, State
from vedette.warnings.content import MessageType
from vedette.warnings.plans import FlatStep, at_once_with

#: Messages that end a warning: one pass over the channels, to everyone who may have been sent the warning.
ENDINGS = frozenset({MessageType.CANCEL, MessageType.ALL_CLEAR})
#: Levels that show that a gateway took the message, or more.
REACHED = frozenset(
    {
        Level.ACCEPTED,
        Level.DELIVERED,
        Level.DISPLAYED,
        Level.ATTESTED,
        Level.ACKNOWLEDGED,
        Level.SAFE,
        Level.NEEDS_HELP,
    }
)


class Reason(StrEnum):
    """Why one attempt is made or not."""

    SEND = "send"
    #: They have answered this message, or need not be followed up any more.
    ANSWERED = "answered"
    #: They have left the organisation.
    LEFT = "left"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    ENDED = "ended"
    #: Quiet hours, or the cap on routine messages: it is put off for this person alone.
    HELD = "held"
    NO_ADDRESS = "no address"
    NO_CHANNEL = "no channel"

    @property
    def level(self) -> Level | None:
        """What a delivery that was not made for this reason is recorded as; None when nothing is."""
        return _LEVELS.get(self)


_LEVELS = {
    Reason.SUPERSEDED: Level.SUPERSEDED,
    Reason.ENDED: Level.SUPERSEDED,
    Reason.EXPIRED: Level.EXPIRED,
    Reason.NO_ADDRESS: Level.FAILED,
    Reason.NO_CHANNEL: Level.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a message stands now: what is asked before every attempt."""

    kind: MessageType
    expires: datetime
    #: A newer message of the same warning has been issued.
    superseded: bool
    #: The warning has been ended.
    ended: bool

    def reason(self, now: datetime) -> Reason:
        """SEND while the message may still go out."""
        if self.superseded:
            return Reason.SUPERSEDED
        if now >= self.expires:
            return Reason.EXPIRED
        if self.ended and self.kind not in ENDINGS:
            return Reason.ENDED
        return Reason.SEND


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far one person is with one message."""

    state: State
    #: Whether this very message has been answered.
    answered: bool
    #: Whether the person still belongs to the organisation.
    active: bool = True
    #: Plan step -> what came of it; a step is here when nothing is left to try of it.
    done: dict[int, Level] = field(default_factory=dict)
    #: Channels by which an earlier message of the warning got to a gateway for them.
    used: frozenset[str] = frozenset()

    @property
    def reached(self) -> bool:
        """Whether some gateway took this message for them."""
        return not REACHED.isdisjoint(self.done.values())


def decide(
    standing: Standing, progress: Progress, step: int, now: datetime, channel: str = "", opening: int = 1
) -> Reason:
    """Whether `step` (its first channel or one after a failure) is tried for this person, by its `channel`.

    The first `opening` steps of the plan are done at once: one more than those that do not wait.
    """
    if _needs_no_more(standing.kind, progress, step >= opening, channel):
        return Reason.ANSWERED
    if not progress.active and standing.kind not in ENDINGS:
        return Reason.LEFT
    return standing.reason(now)


def _needs_no_more(kind: MessageType, progress: Progress, follow_up: bool, channel: str) -> bool:
    if kind in ENDINGS:
        # Whoever got the warning by a channel gets its end there too: they may not read any other.
        return progress.reached and channel not in progress.used
    if progress.answered or (kind is MessageType.ALERT and progress.state in _NOT_ASKED):
        return True
    return follow_up and progress.state is not State.OPEN and progress.reached


#: Those who have answered, and those who were called off since a goal was met.
_NOT_ASKED = ANSWERED | {State.CANCELLED}


def next_send(
    steps: Sequence[FlatStep], start: int, done: Mapping[int, Level], channels: Collection[str] = ()
) -> int | None:
    """The step to try now, beginning at `start`: a send step that failed falls through to the next one of the plan.

    It does not while something else that is done at once with it may carry the message: that begins anyway, or is on
    its way by one of the `channels` the person has an address on. None when there is none, or one has come to
    something.
    """
    number = start
    while number < len(steps):
        step = steps[number]
        if step.action != "send":
            number += 1
            continue
        if number not in done:
            return number
        if done[number] is not Level.FAILED:
            return None
        if number == start and _others_carry(steps, start, done, channels):
            return None
        while number < len(steps) and steps[number].step == step.step:
            number += 1
    return None


def _others_carry(steps: Sequence[FlatStep], start: int, done: Mapping[int, Level], channels: Collection[str]) -> bool:
    return steps[start].at_once or any(
        done.get(other) is not Level.FAILED and (other in done or steps[other].channel in channels)
        for other in at_once_with(steps, start)
        if other != start
    )


def silent_state(reached: bool, ended_by: str) -> State:
    """What somebody who never answered counts as in the end."""
    if ended_by == MessageType.CANCEL.value:
        return State.CANCELLED
    return State.UNANSWERED if reached else State.FAILED


def answered_state(state: State, response: State) -> State:
    """The state after an answer: what somebody says of themselves outranks what is less, or said for them.

    Safe and needs help are both plain words: the last of them holds.
    """
    if state not in ANSWERED:
        return response
    return response if _RANK[response] >= _RANK[state] else state


_RANK = {State.ATTESTED: 0, State.ACKNOWLEDGED: 1, State.SAFE: 2, State.NEEDS_HELP: 2}


def backoff_s(attempt: int, told_s: float | None) -> float:
    """How long to wait after `attempt` (0 for the first) put a delivery off; what the gateway asks for counts, within a
    minute."""
    return min(max(0.5 * 2.0 ** min(attempt, 10), told_s or 0.0), 60.0)


def tries_again(kind: MessageType, another_follows: bool, attempt: int) -> bool:
    """Whether a delivery that is put off is tried again in its step, `attempt` (0 for the first) having failed.

    While another channel of theirs follows, soon enough it is that one's turn; the last outlasts an outage of some
    minutes, and that of a message which ends a warning goes on until it expires: nobody may be left warned.
    """
    if another_follows:
        return attempt + 1 < ATTEMPTS
    return kind in ENDINGS or attempt + 1 < LAST_ATTEMPTS


#: How often a delivery that is put off is tried in one step: about 8 s, and about 14 min where no channel follows.
ATTEMPTS, LAST_ATTEMPTS = 5, 20
