"""The block by which drills are measured, to be kept or handed on: who was notified when, by what, and answered when.

Staff-notification drills ask for the roster, the first and the last who was notified, the last who acknowledged, and
who did not respond; an answer that came when it was over counts as none. The caller has asked the policy.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from vedette import clock
from vedette.dispatch.decide import REACHED
from vedette.dispatch.goal_rows import GoalShown
from vedette.dispatch.levels import ANSWERED, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.progress import Progress
from vedette.dispatch.sql import moment, rows

#: People read at a time: memory stays flat however many there are.
CHUNK = 2_000
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of the roster. Times are RFC 3339 in UTC; empty where there is none."""

    code: str
    name: str
    unit: str
    #: Why they were warned.
    reason: str
    joined_late: bool
    state: str
    #: When the first gateway took it, and the channel; when the last did.
    first_notified: str
    notified_by: str
    last_notified: str
    #: Attempts on all channels, by any result.
    deliveries: int
    first_answer: str
    answer: str
    #: Who vouched for them, if it was not their own answer.
    attested_by: str
    seconds_to_answer: float | None
    #: `in time`, `too late`, `no`, `not yet`, or `called off`.
    responded: str


def block(counted: Progress) -> dict[str, Any]:
    """The figures of all."""
    return {
        "recipients": counted.recipients,
        "states": counted.states,
        "channels": counted.channels,
        "issued_at": _time(counted.issued_at),
        "first_notified": _time(counted.first_sent),
        "last_notified": _time(counted.last_sent),
        "first_answer": _time(counted.first_answer),
        "last_answer": _time(counted.last_answer),
        "p50_answer_s": counted.p50_answer_s,
        "p95_answer_s": counted.p95_answer_s,
        "answered": counted.answered,
        "latest_message": counted.latest,
        "answered_latest": counted.answered_latest,
        "answered_late": counted.answered_late,
        "not_responding": counted.not_responding,
        "escalated": counted.escalated,
        "late_joiners": counted.late_joiners,
        "maybe": counted.maybe,
        "finished": counted.finished,
        "goal": None if counted.goal is None else _goal(counted.goal),
    }


def _goal(goal: GoalShown) -> dict[str, Any]:
    return {
        "name": goal.name,
        "needed": goal.needed,
        "answered": goal.answered,
        "asked": goal.asked,
        "due_at": _time(goal.due_at),
        "met_at": _time(goal.met_at),
        "missed_at": _time(goal.missed_at),
        "waves": [
            {"number": wave.number, "opened_at": _time(wave.opened_at), "added": wave.added} for wave in goal.waves
        ],
    }


def lines(recipients: QuerySet[Recipient], issued_at: datetime | None) -> Iterator[Line]:
    """One line a person, in the order in which they joined, of those recipients of a warning that may be shown."""
    after = 0
    while True:
        found = list(recipients.filter(pk__gt=after).select_related("person__unit").order_by("pk")[:CHUNK])
        if not found:
            return
        after = found[-1].pk
        yield from _lines(found, issued_at)


def as_csv(found: Iterator[Line]) -> Iterator[str]:
    """A table with a head, for a spreadsheet."""
    names = [one.name for one in fields(Line)]
    yield _row(names)
    for line in found:
        yield _row([_cell(getattr(line, name)) for name in names])


def as_json(head: dict[str, Any], found: Iterator[Line]) -> Iterator[str]:
    """One object: `head`, and the people as `people`, written as they are read."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "people": ['
    between = ""
    for line in found:
        yield between + json.dumps(asdict(line), ensure_ascii=False)
        between = ",\n"
    yield "]}\n"


def _lines(found: list[Recipient], issued_at: datetime | None) -> Iterator[Line]:
    warning, span = found[0].warning_id, [found[0].pk, found[-1].pk]
    tried: dict[int, int] = {}
    notified: dict[int, list[tuple[Any, str]]] = {}
    for recipient, channel, reached, at in rows(
        f"SELECT d.recipient_id, d.channel, d.level IN ({_REACHED}), d.at FROM dispatch_delivery d"
        " JOIN dispatch_recipient r ON r.id = d.recipient_id"
        " WHERE r.warning_id = %s AND d.recipient_id BETWEEN %s AND %s ORDER BY d.at, d.id",
        [warning, *span],
    ):
        tried[recipient] = tried.get(recipient, 0) + 1
        if reached:
            notified.setdefault(recipient, []).append((at, channel))
    answers: dict[int, tuple[Any, str, bool, str]] = {}
    for recipient, at, response, late, by in rows(
        "SELECT a.recipient_id, a.at, a.response, a.late, a.attested_by FROM dispatch_acknowledgement a"
        " JOIN dispatch_recipient r ON r.id = a.recipient_id"
        " WHERE r.warning_id = %s AND a.recipient_id BETWEEN %s AND %s ORDER BY a.at, a.id",
        [warning, *span],
    ):
        answers.setdefault(recipient, (at, response, bool(late), by))
    for one in found:
        sent = notified.get(one.pk, [])
        at, response, late, by = answers.get(one.pk, (None, "", False, ""))
        yield Line(
            code=one.person.code,
            name=one.person.name,
            unit=one.person.unit.code,
            reason=one.reason,
            joined_late=one.late,
            state=one.state,
            first_notified=_time(moment(sent[0][0])) if sent else "",
            notified_by=sent[0][1] if sent else "",
            last_notified=_time(moment(sent[-1][0])) if sent else "",
            deliveries=tried.get(one.pk, 0),
            first_answer=_time(moment(at)) if at else "",
            answer=response,
            attested_by=by,
            seconds_to_answer=(moment(at) - issued_at).total_seconds() if at and issued_at else None,
            responded=_responded(State(one.state), late),
        )


def _responded(state: State, late: bool) -> str:
    if state in ANSWERED:
        return "too late" if late else "in time"
    return {State.OPEN: "not yet", State.CANCELLED: "called off"}.get(state, "no")


def _time(at: datetime | None) -> str:
    return "" if at is None else clock.rfc3339(at)


def _row(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _cell(value: Any) -> str:
    """As text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
