"""How far one warning has come: counts and times, in a few queries; and who is silent."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from vedette.dispatch.decide import REACHED
from vedette.dispatch.levels import ANSWERED, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.sql import moment, rows
from vedette.warnings.models import Message

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
    #: Seconds from issue to an answer, over everyone's first.
    first_answer_s: float | None
    p50_answer_s: float | None
    p95_answer_s: float | None
    last_answer_s: float | None
    #: Messages issued whose audience is not wholly stored yet.
    expanding: int
    #: Leases that are not done.
    open_leases: int

    @property
    def answered(self) -> int:
        """Those who said something, or for whom somebody did."""
        return sum(self.states.get(state.value, 0) for state in ANSWERED)

    @property
    def silent(self) -> int:
        """Those from whom nothing has come."""
        return sum(self.states.get(state.value, 0) for state in SILENT)

    @property
    def finished(self) -> bool:
        """No recipient is open and nothing is left to do."""
        return not (self.states.get(State.OPEN.value, 0) or self.expanding or self.open_leases)


def progress(warning_id: int) -> Progress:
    """Count it all. Says nothing about who: whoever may see the warning may see this."""
    states: Counter[str] = Counter()
    late = maybe = 0
    for state, count, joined_late, only_maybe in rows(
        "SELECT state, count(*), sum(CASE WHEN late THEN 1 ELSE 0 END),"
        " sum(CASE WHEN presence = 'maybe' THEN 1 ELSE 0 END) FROM dispatch_recipient"
        " WHERE warning_id = %s GROUP BY state",
        [warning_id],
    ):
        states[state] = int(count)
        late += int(joined_late)
        maybe += int(only_maybe)
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
    issued_at = (
        Message.objects.filter(warning=warning_id, state=Message.State.ISSUED)
        .order_by("number")
        .values_list("issued_at", flat=True)
        .first()
    )
    first_s, p50_s, p95_s, last_s = _answer_times(warning_id, issued_at)
    return Progress(
        recipients=sum(states.values()),
        states=dict(states),
        channels=channels,
        maybe=maybe,
        late_joiners=late,
        escalated=_count(
            "SELECT count(DISTINCT e.recipient_id) FROM dispatch_escalation e"
            " JOIN dispatch_recipient r ON r.id = e.recipient_id WHERE r.warning_id = %s",
            warning_id,
        ),
        issued_at=issued_at,
        first_sent=min(sent, default=None),
        last_sent=max(sent, default=None),
        first_answer_s=first_s,
        p50_answer_s=p50_s,
        p95_answer_s=p95_s,
        last_answer_s=last_s,
        expanding=_count(
            "SELECT count(*) FROM warnings_outbox o JOIN warnings_message m ON m.id = o.message_id"
            " WHERE m.warning_id = %s AND o.expanded_at IS NULL",
            warning_id,
        ),
        open_leases=_count(
            "SELECT count(*) FROM dispatch_lease l JOIN warnings_message m ON m.id = l.message_id"
            " WHERE m.warning_id = %s AND l.done_at IS NULL",
            warning_id,
        ),
    )


def silent(warning_id: int, limit: int = 300) -> list[Recipient]:
    """Who has not answered, those given up on first; the caller asks the policy about people."""
    found = Recipient.objects.filter(warning=warning_id, state__in=[state.value for state in SILENT])
    in_order = found.select_related("person__unit__supervisor").order_by(
        "-state", "person__unit__name", "person__name", "pk"
    )
    return list(in_order[:limit])


def _answer_times(
    warning_id: int, issued_at: datetime | None
) -> tuple[float | None, float | None, float | None, float | None]:
    """First, median, 95th percentile and last of the seconds to everyone's first answer, ranked in the database."""
    if issued_at is None:
        return None, None, None, None
    ranked = rows(
        "WITH firsts AS (SELECT min(a.at) AS at FROM dispatch_acknowledgement a"
        " JOIN dispatch_recipient r ON r.id = a.recipient_id WHERE r.warning_id = %s GROUP BY a.recipient_id),"
        " ranked AS (SELECT at, row_number() OVER (ORDER BY at) AS place, count(*) OVER () AS total FROM firsts)"
        " SELECT place, total, at FROM ranked WHERE place = 1 OR place = total"
        f" OR place = {_ceil('total * 0.5')} OR place = {_ceil('total * 0.95')} ORDER BY place",
        [warning_id],
    )
    if not ranked:
        return None, None, None, None
    seconds = {int(place): (moment(at) - issued_at).total_seconds() for place, _, at in ranked}
    total = int(ranked[0][1])
    return seconds[1], seconds[-(-total // 2)], seconds[-(-total * 95 // 100)], seconds[total]


def _ceil(expression: str) -> str:
    """The expression rounded up to a whole number."""
    if connection.vendor == "sqlite":
        return f"(CAST({expression} AS INTEGER) + ({expression} > CAST({expression} AS INTEGER)))"
    return f"ceil({expression})"


def _count(statement: str, warning_id: int) -> int:
    return int(rows(statement, [warning_id])[0][0])
