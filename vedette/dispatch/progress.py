"""How far one warning has come: counts and times, in a few queries; and who is silent.

This is read once a second for every warning that is watched: nothing here may take longer for a million recipients
than counting them in an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TypedDict

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.dispatch.decide import REACHED
from vedette.dispatch.goal_rows import GoalShown, shown
from vedette.dispatch.levels import ANSWERED, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.sql import moment, rows
from vedette.warnings.content import MessageType

#: Nothing has come from them.
SILENT = (State.OPEN, State.UNANSWERED, State.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The staff-notification block: who was notified, first and last, who answered, who did not."""

    recipients: int
    #: Recipients by state.
    states: dict[str, int]
    #: Channel -> level -> deliveries.
    channels: dict[str, dict[str, int]]
    #: Recipients who only may be in the place.
    maybe: int
    late_joiners: int
    #: Recipients of whose silence somebody was told.
    escalated: int
    issued_at: datetime | None
    first_sent: datetime | None
    last_sent: datetime | None
    #: People whose first answer came after the warning had ended.
    answered_late: int
    #: The number of the latest message that does not end the warning, and how many have answered that one.
    latest: int
    answered_latest: int
    #: Over everyone's first answer: the first, that by which half had answered, that by which 95% had, the last.
    first_answer: datetime | None
    p50_answer: datetime | None
    p95_answer: datetime | None
    last_answer: datetime | None
    #: Messages issued whose audience is not wholly stored yet.
    expanding: int
    #: Leases that are not done.
    open_leases: int
    #: Of a warning with a goal, how far that is.
    goal: GoalShown | None = None

    @property
    def answered(self) -> int:
        """Those who said something, or for whom somebody did."""
        return sum(self.states.get(state.value, 0) for state in ANSWERED)

    @property
    def silent(self) -> int:
        """Those from whom nothing has come."""
        return sum(self.states.get(state.value, 0) for state in SILENT)

    @property
    def not_responding(self) -> int:
        """As drills count them: the silent, and whoever answered when it was over."""
        return self.silent + self.answered_late

    @property
    def first_answer_s(self) -> float | None:
        """Seconds from the issue to the first answer."""
        return self._since_issue(self.first_answer)

    @property
    def p50_answer_s(self) -> float | None:
        """Seconds in which half of those who answered did."""
        return self._since_issue(self.p50_answer)

    @property
    def p95_answer_s(self) -> float | None:
        """Seconds in which 95% of those who answered did."""
        return self._since_issue(self.p95_answer)

    @property
    def last_answer_s(self) -> float | None:
        """Seconds from the issue to the last answer."""
        return self._since_issue(self.last_answer)

    @property
    def finished(self) -> bool:
        """It was issued, no recipient is open, and neither an audience, a wave nor a lease is left to work on."""
        waits = self.goal is not None and self.goal.waits
        left = self.states.get(State.OPEN.value, 0) or self.expanding or self.open_leases or waits
        return self.issued_at is not None and not left

    def _since_issue(self, at: datetime | None) -> float | None:
        return None if at is None or self.issued_at is None else (at - self.issued_at).total_seconds()


def progress(warning_id: int) -> Progress:
    """Count it all. Says nothing about who: whoever may see the warning may see this.

    What is still to be done is read in the order of the work: outbox, goal, leases, recipients. If the first are found
    done, whoever is read after them is there in a final state, and nothing is called finished that is not.
    """
    expanding = _count(
        "SELECT count(*) FROM warnings_outbox o JOIN warnings_message m ON m.id = o.message_id"
        " WHERE m.warning_id = %s AND o.expanded_at IS NULL",
        warning_id,
    )
    goal = shown(warning_id)
    open_leases = _count(
        "SELECT count(*) FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
        " WHERE m.warning_id = %s AND l.done_at IS NULL",
        warning_id,
    )
    states = {
        state: int(count)
        for state, count in rows(
            "SELECT state, count FROM dispatch_headcount WHERE warning_id = %s AND count > 0", [warning_id]
        )
    }
    channels: dict[str, dict[str, int]] = {}
    sent: list[datetime] = []
    for channel, level, count, first, last in rows(
        "SELECT t.channel, t.level, sum(t.count), min(t.first_at), max(t.last_at) FROM dispatch_tally t"
        " JOIN warnings_message m ON m.id = t.message_id"
        " WHERE m.warning_id = %s AND t.count > 0 GROUP BY t.channel, t.level",
        [warning_id],
    ):
        channels.setdefault(channel, {})[level] = int(count)
        if level in REACHED:
            sent += [moment(first), moment(last)]
    return Progress(
        recipients=sum(states.values()),
        states=states,
        channels=channels,
        maybe=_count(
            "SELECT count(*) FROM dispatch_recipient WHERE warning_id = %s AND presence = 'maybe'", warning_id
        ),
        late_joiners=_count("SELECT count(*) FROM dispatch_recipient WHERE warning_id = %s AND late", warning_id),
        escalated=_count(
            "SELECT count(*) FROM (SELECT DISTINCT e.recipient_id FROM dispatch_escalation e"
            " WHERE e.told_id IS NOT NULL AND NOT e.in_vain"
            " AND e.message_id IN (SELECT id FROM warnings_message WHERE warning_id = %s)) AS told_of",
            warning_id,
        ),
        first_sent=min(sent, default=None),
        last_sent=max(sent, default=None),
        **_of_messages(warning_id),
        expanding=expanding,
        open_leases=open_leases,
        goal=goal,
        **_answer_times(warning_id),
    )


def answers_over_time(warning_id: int, points: int = 120) -> list[tuple[datetime, int]]:
    """When how many people had answered, for drawing: each step ends with an answer, the last with the last."""
    ((first, last),) = rows(
        "SELECT min(second), max(second) FROM dispatch_answertally WHERE warning_id = %s", [warning_id]
    )
    if first is None:
        return []
    steps = rows(
        "SELECT max(last_at), sum(count) FROM dispatch_answertally WHERE warning_id = %s"
        " GROUP BY (second - %s) / %s ORDER BY 1",
        [warning_id, first, (last - first) // points + 1],
    )
    so_far = accumulate(int(count) for _, count in steps)
    return [(moment(at), total) for (at, _), total in zip(steps, so_far, strict=True)]


@dataclass(frozen=True, slots=True)
class Silent:
    """Who has not answered, as far as a reader may know them."""

    rows: list[Recipient]
    #: How many of those looked at the reader may not see.
    hidden: int


def silent(actor: Actor, warning_id: int, limit: int = 100) -> Silent:
    """Those who have not answered and whom the actor may see, those given up on first.

    Of a long list those who joined first are looked at, so that nobody has to sort a million names, or ask the policy
    about them, once a second.
    """
    found: list[int] = []
    for state in sorted(SILENT, reverse=True):
        of_state = Recipient.objects.filter(warning=warning_id, state=state.value).order_by("pk")
        found += of_state.values_list("pk", flat=True)[: _LOOKED_AT - len(found)]
    known = visible(actor, Recipient.objects.filter(pk__in=found), Verb.SEE_PEOPLE, through="person")
    seen = list(known.order_by("-state", "pk").values_list("pk", flat=True))
    rows = Recipient.objects.filter(pk__in=seen[:limit]).select_related("person__unit__supervisor")
    return Silent(list(rows.order_by("-state", "person__unit__name", "person__name", "pk")), len(found) - len(seen))


#: Of the silent so many are looked at, to show a hundred of those whom the reader may see.
_LOOKED_AT = 1_000


class _OfMessages(TypedDict):
    issued_at: datetime | None
    latest: int
    answered_latest: int


def _of_messages(warning_id: int) -> _OfMessages:
    """When the first was issued, and the latest that does not end the warning: whoever answered an earlier one has not
    said that they know what has changed since."""
    issued = rows(
        "SELECT m.number, m.issued_at, m.msg_type, COALESCE(a.count, 0) FROM warnings_message m"
        " LEFT JOIN dispatch_messageanswers a ON a.message_id = m.id"
        " WHERE m.warning_id = %s AND m.state = 'issued' ORDER BY m.number",
        [warning_id],
    )
    _, issued_at, _, _ = issued[0] if issued else (0, None, "", 0)
    told = [(int(number), int(count)) for number, _, kind, count in issued if not MessageType(kind).ends]
    latest, answered = told[-1] if told else (0, 0)
    return _OfMessages(
        issued_at=None if issued_at is None else moment(issued_at), latest=latest, answered_latest=answered
    )


class _AnswerTimes(TypedDict):
    answered_late: int
    first_answer: datetime | None
    p50_answer: datetime | None
    p95_answer: datetime | None
    last_answer: datetime | None


def _answer_times(warning_id: int) -> _AnswerTimes:
    """First, median, 95th percentile and last of everyone's first answer; the middle two to the second."""
    ((total, late, first, last),) = rows(
        "SELECT sum(count), sum(late), min(first_at), max(last_at) FROM dispatch_answertally WHERE warning_id = %s",
        [warning_id],
    )
    if not total:
        return _AnswerTimes(answered_late=0, first_answer=None, p50_answer=None, p95_answer=None, last_answer=None)
    total = int(total)
    ((p50, p95),) = rows(
        "SELECT min(CASE WHEN so_far >= %s THEN last_at END), min(CASE WHEN so_far >= %s THEN last_at END) FROM"
        " (SELECT last_at, sum(count) OVER (ORDER BY second) AS so_far FROM dispatch_answertally"
        " WHERE warning_id = %s) AS running",
        [-(-total // 2), -(-total * 95 // 100), warning_id],
    )
    return _AnswerTimes(
        answered_late=int(late),
        first_answer=moment(first),
        p50_answer=moment(p50),
        p95_answer=moment(p95),
        last_answer=moment(last),
    )


def _count(statement: str, warning_id: int) -> int:
    return int(rows(statement, [warning_id])[0][0])
