"""Recording what people in the field answer: many answers in one transaction, on disk before anyone is told so.

This is where an acknowledgement is recorded. `GroupCommit` gathers what comes in while the last commit is under way.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import tally
from vedette.dispatch.decide import REACHED, answered_state
from vedette.dispatch.levels import Response, State
from vedette.dispatch.sql import execute, insert, locked, moment, rows, stamp
from vedette.dispatch.tokens import RecipientRef
from vedette.ledger.log import append
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves

#: Answers recorded in one transaction at most.
BATCH = 500


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it, and where the recipient stands now."""

    recorded: Recorded
    state: State


@dataclass(slots=True)
class _Row:
    """A recipient as it is in the database, and as the batch leaves it."""

    id: int
    realm: str
    warning: int
    state: State
    #: As it is in the database.
    before: State
    #: The warning's messages as they were issued: identifier -> id.
    issued: dict[str, int]
    #: The last of them that a gateway took for this recipient; the last issued where none is known.
    got: int
    late: bool
    #: Message -> what they said of it, the latest last.
    said: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    changed: bool = False

    def message(self, seen: str) -> int:
        """The message that an answer is about: the one on the page, else the last that they got."""
        return self.issued.get(seen, self.got)


@dataclass(frozen=True, slots=True)
class _New:
    """An answer to be stored."""

    recipient: int
    message: int
    realm: str
    response: str
    turn: int
    note: str
    late: bool
    attested_by: str
    #: The warning that it is this recipient's first answer to; 0 when it is not the first.
    first_to: int


def record(batch: Sequence[Answer]) -> list[Outcome]:
    """Record many answers, in their order, in one transaction. Saying the same again adds nothing."""
    now = clock.now()
    with transaction.atomic():
        found = _load(sorted({one.recipient.recipient_id for one in batch}), now)
        new: list[_New] = []
        outcomes = []
        for answer in batch:
            row = found.get(answer.recipient.recipient_id)
            if row is None or row.realm != answer.recipient.realm.value:
                outcomes.append(Outcome(recorded=Recorded.UNKNOWN, state=State.OPEN))
                continue
            message = row.message(answer.seen)
            repeated = _repeats(row.said[message], answer.response)
            if not repeated:
                new.append(_say(row, message, answer.response.value, answer.note))
            recorded = Recorded.REPEATED if repeated else Recorded.LATE if row.late else Recorded.RECORDED
            outcomes.append(Outcome(recorded=recorded, state=row.state))
        _store(new, [row for row in found.values() if row.changed], now, "recipient")
    return outcomes


def record_attestation(recipient: int, by: str, note: str) -> Outcome:
    """Record that somebody vouches for a recipient; `by` is who, as the ledger names them. Policy is the caller's."""
    now = clock.now()
    with transaction.atomic():
        found = _load([recipient], now)
        row = found.get(recipient)
        if row is None:
            return Outcome(recorded=Recorded.UNKNOWN, state=State.OPEN)
        message = row.message("")
        if row.said[message]:
            return Outcome(recorded=Recorded.REPEATED, state=row.state)
        _store([_say(row, message, State.ATTESTED.value, note, by)], [row] if row.changed else [], now, by)
    return Outcome(recorded=Recorded.LATE if row.late else Recorded.RECORDED, state=row.state)


def answer_record(
    recipient: int, message: int, response: str, turn: int, late: bool, by: str, at: datetime
) -> dict[str, Any]:
    """An answer as the ledger's batch holds it. A note is not in it: it may hold anything."""
    return {
        "recipient": recipient,
        "message": message,
        "response": response,
        "turn": turn,
        "late": late,
        "attested_by": by,
        "at": clock.rfc3339(at),
    }


def _repeats(said: Sequence[str], response: Response) -> bool:
    """Whether it says nothing new: the last words again, or "I have read it" once more."""
    return said[-1:] == [response.value] or (response is Response.ACKNOWLEDGED and response.value in said)


def _say(row: _Row, message: int, response: str, note: str, by: str = "") -> _New:
    said = row.said[message]
    first_to = 0 if any(row.said.values()) else row.warning
    new = _New(row.id, message, row.realm, response, said.count(response), note, row.late, by, first_to)
    said.append(response)
    state = answered_state(row.state, State(response))
    row.changed |= state is not row.state
    row.state = state
    return new


def _load(recipients: list[int], now: datetime) -> dict[int, _Row]:
    """The recipients, locked in the order of their ids so that two batches never wait for each other."""
    if not recipients:
        return {}
    mine = "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s)"
    ids: Any = json.dumps(recipients) if connection.vendor == "sqlite" else recipients
    held = rows(
        locked(f"SELECT id, realm, state, warning_id FROM dispatch_recipient WHERE id {mine} ORDER BY id"), [ids]
    )
    warnings = {pk: _warning(pk) for pk in sorted({row[3] for row in held})}
    found = {
        pk: _Row(
            pk,
            realm,
            warning,
            State(state),
            State(state),
            warnings[warning].issued,
            warnings[warning].last,
            _is_late(warnings[warning].expires, warnings[warning].ended, now),
        )
        for pk, realm, state, warning in held
    }
    if any(len(row.issued) > 1 for row in found.values()):
        for recipient, message in rows(
            "SELECT d.recipient_id, d.message_id FROM dispatch_delivery d"
            " JOIN warnings_message m ON m.id = d.message_id"
            f" WHERE d.recipient_id {mine} AND d.level IN ({_REACHED}) ORDER BY m.number",
            [ids],
        ):
            found[recipient].got = message
    for recipient, message, response in rows(
        "SELECT recipient_id, message_id, response FROM dispatch_acknowledgement"
        f" WHERE recipient_id {mine} ORDER BY id",
        [ids],
    ):
        found[recipient].said[message].append(response)
    return found


@dataclass(frozen=True, slots=True)
class _Warning:
    """A warning's issued messages (identifier -> id), the last of them, when it expires and when it was ended."""

    issued: dict[str, int]
    last: int
    expires: Any
    ended: Any


def _warning(pk: int) -> _Warning:
    found = rows(
        "SELECT m.identifier, m.id, w.expires_at, w.ended_at FROM warnings_warning w"
        " JOIN warnings_message m ON m.warning_id = w.id AND m.state = 'issued' WHERE w.id = %s ORDER BY m.number",
        [pk],
    )
    _, last, expires, ended = found[-1]
    return _Warning({row[0]: row[1] for row in found}, last, expires, ended)


_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))


def _is_late(expires: Any, ended: Any, now: datetime) -> bool:
    return ended is not None or (expires is not None and moment(expires) <= now)


def _store(new: Sequence[_New], changed: Sequence[_Row], now: datetime, actor: str) -> None:
    """Store answers and states, and enter them in the ledger, last. A batch of both realms makes two entries."""
    at = stamp(now)
    for state in {row.state for row in changed}:
        of_state = [row.id for row in changed if row.state is state]
        execute(
            "UPDATE dispatch_recipient SET state = %s, state_at = %s"
            f" WHERE id IN ({', '.join(['%s'] * len(of_state))})",
            [state.value, at, *of_state],
        )
    tally.change(Counter((row.warning, row.before, row.state) for row in changed))
    tally.answer(((one.first_to, one.late) for one in new if one.first_to), now)
    for realm in sorted({one.realm for one in new}):
        theirs = [one for one in new if one.realm == realm]
        records = [
            answer_record(one.recipient, one.message, one.response, one.turn, one.late, one.attested_by, now)
            for one in theirs
        ]
        seq = append(
            "dispatch.answered",
            actor=actor,
            subject="answers",
            realm=Realm(realm).value,
            body={"count": len(records), "merkle_root": root_of(batch_leaves(records)).hex()},
        )
        insert(
            "dispatch_acknowledgement",
            {
                "recipient_id": "bigint",
                "message_id": "bigint",
                "response": "text",
                "turn": "smallint",
                "note": "text",
                "late": "boolean",
                "attested_by": "text",
                "at": "timestamptz",
                "ledger_seq": "bigint",
            },
            [
                (one.recipient, one.message, one.response, one.turn, one.note, one.late, one.attested_by, at, seq)
                for one in theirs
            ],
        )


class GroupCommit:
    """Records answers from an event loop, many in one commit: the next begins as soon as the last one is done."""

    def __init__(self, commit: Callable[[Sequence[Answer]], list[Outcome]] = record) -> None:
        self._commit = commit
        self._waiting: list[tuple[Answer, asyncio.Future[Outcome]]] = []
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="answers")
        self._task: asyncio.Task[None] | None = None

    async def record(self, answer: Answer) -> Outcome:
        """Come back when the answer is on disk. Raises DatabaseError when it could not be stored."""
        done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((answer, done))
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await done

    async def close(self) -> None:
        """Store what waits, and stop."""
        while self._task is not None:
            await self._task
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                try:
                    outcomes = await loop.run_in_executor(self._thread, self._stored, [answer for answer, _ in batch])
                except Exception as error:
                    for _, done in batch:
                        if not done.done():
                            done.set_exception(error)
                    continue
                for (_, done), outcome in zip(batch, outcomes, strict=True):
                    if not done.done():
                        done.set_result(outcome)
        finally:
            self._task = None

    def _stored(self, answers: Sequence[Answer]) -> list[Outcome]:
        try:
            return self._commit(answers)
        except DatabaseError:
            connection.close_if_unusable_or_obsolete()
            raise
