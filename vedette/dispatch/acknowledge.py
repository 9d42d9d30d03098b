"""Recording what people in the field answer, many answers in one transaction: this is where an acknowledgement counts.

`answer_rows.py` reads and writes the rows, `group_commit.py` gathers what comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from django.db import transaction

from vedette import clock
from vedette.dispatch.answer_rows import Known, New, load, store
from vedette.dispatch.decide import answered_state
from vedette.dispatch.kept_answers import KeptAnswers
from vedette.dispatch.levels import Response, State
from vedette.dispatch.tokens import RecipientRef


class Recorded(StrEnum):
    """What became of an answer."""

    RECORDED = "recorded"
    #: Recorded, after the warning had ended.
    LATE = "late"
    #: They had said the same before.
    REPEATED = "repeated"
    #: There is no such recipient.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one recipient says of the warning."""

    recipient: RecipientRef
    response: Response
    note: str = ""
    #: Identifier of the message that was on the page; empty where the sender does not say.
    seen: str = ""
    #: Of an answer that was kept until it could be sent: what the sender's clock showed when it was given.
    told_at: datetime | None = None
    #: And when it was sent.
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it, and where the recipient stands now."""

    recorded: Recorded
    state: State


def record(batch: Sequence[Answer]) -> list[Outcome]:
    """Record many answers, in their order, in one transaction. The same again adds nothing, unless with a new note."""
    now = clock.now()
    with transaction.atomic():
        found = load({one.recipient.recipient_id for one in batch}, now)
        kept = KeptAnswers(batch, found, now)
        new: list[New] = []
        outcomes = []
        for answer in batch:
            known = found.get(answer.recipient.recipient_id)
            if known is None or known.realm != answer.recipient.realm:
                outcomes.append(_outcome(Recorded.UNKNOWN, State.OPEN))
                continue
            message = known.message(answer.seen)
            repeated = kept.is_known(answer) or _repeats(known, message, answer)
            if not repeated:
                at, before = kept.given_at(answer, message), known.state
                said = _say(known, message, _STATES[answer.response], answer.note)
                new.append(said._replace(answered_at=at, told_at=answer.told_at))
                if kept.taken_back(answer, at):
                    known.state = before
                    known.said[message].insert(0, known.said[message].pop())
                kept.note(answer, at)
            recorded = Recorded.REPEATED if repeated else Recorded.LATE if known.warning.late else Recorded.RECORDED
            outcomes.append(_outcome(recorded, known.state))
        store(new, found.values(), now, "recipient")
    return outcomes


def record_attestation(recipient: int, by: str, note: str) -> Outcome:
    """Record that somebody vouches for a recipient; `by` is who, as the ledger names them. Policy is the caller's."""
    return record_attestations([recipient], by, note).get(recipient, _outcome(Recorded.UNKNOWN, State.OPEN))


def record_attestations(recipients: Sequence[int], by: str, note: str) -> dict[int, Outcome]:
    """The same for many at once, in one ledger entry; whoever has answered the message already is left as they are."""
    now = clock.now()
    with transaction.atomic():
        found = load(recipients, now)
        new, outcomes = [], {}
        for pk, known in sorted(found.items()):
            message = known.message("")
            if known.said.get(message):
                outcomes[pk] = _outcome(Recorded.REPEATED, known.state)
                continue
            new.append(_say(known, message, State.ATTESTED, note, by))
            outcomes[pk] = _outcome(Recorded.LATE if known.warning.late else Recorded.RECORDED, known.state)
        if new:
            store(new, found.values(), now, by)
    return outcomes


def _repeats(known: Known, message: int, answer: Answer) -> bool:
    """Whether it says nothing new: the last words again, or "I have read it" once more, and no note but a known one.

    A note counts by itself: it is what somebody who needs help adds when the water has come to the door.
    """
    said, response = known.said.get(message, ()), answer.response
    if not said or (said[-1] != response and not (response is Response.ACKNOWLEDGED and response in said)):
        return False
    return not answer.note or (message, response.value, answer.note) in known.noted


_STATES = {response: State(response.value) for response in Response}


def _say(known: Known, message: int, response: State, note: str, by: str = "") -> New:
    first_to = 0 if known.said else known.warning.id
    said = known.said.setdefault(message, [])
    first = not said
    turn = said.count(response)
    said.append(response)
    if note:
        known.noted.add((message, response.value, note))
    known.state = answered_state(known.state, response)
    return New(known.id, message, known.realm, response.value, turn, note, known.warning.late, by, first_to, first)


@cache
def _outcome(recorded: Recorded, state: State) -> Outcome:
    return Outcome(recorded=recorded, state=state)
