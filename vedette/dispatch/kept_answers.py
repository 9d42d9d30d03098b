"""Answers that a phone kept until there was a connection: when they were given, and which of them are known already.

A phone tells what its clock showed when the answer was given and when it was sent: what lies between is true even where
the clock is not. An older answer that comes in late is recorded, and takes nothing back that was said after it.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from vedette.dispatch.answer_rows import Known
from vedette.dispatch.levels import Response
from vedette.dispatch.sql import marks, moment, rows

if TYPE_CHECKING:
    from vedette.dispatch.acknowledge import Answer

#: An answer that took no longer than this to come in was given as it came in.
AS_IT_CAME = timedelta(seconds=5)
#: Plain words: what is said after them alone takes them back.
_PLAIN = frozenset({Response.SAFE.value, Response.NEEDS_HELP.value})


def given_at(told_at: datetime, sent_at: datetime | None, issued_at: datetime, now: datetime) -> datetime | None:
    """When an answer was given, by our clock; None where that is as good as now, or cannot be: before the message was
    issued, or in the future. It counts as of its coming in then. Pure."""
    try:
        at = told_at if sent_at is None else now - (sent_at - told_at)
    except OverflowError:
        return None
    return at if issued_at <= at < now - AS_IT_CAME else None


class KeptAnswers:
    """What has to be known of a batch in which some answers tell when they were given. Where none does, nothing is
    asked."""

    def __init__(self, batch: Sequence[Answer], found: Mapping[int, Known], now: datetime) -> None:
        self._now = now
        theirs = {one.recipient.recipient_id for one in batch if one.told_at is not None} & found.keys()
        self._issued = _issued({message for pk in theirs for message in found[pk].warning.issued.values()})
        #: Recipient -> what they said: response, when it was given, what their phone's clock showed then.
        self._said: dict[int, list[tuple[str, datetime, datetime | None]]] = {pk: [] for pk in theirs}
        for pk, response, at, told in _answers(sorted(theirs)):
            self._said[pk].append((response, at, told))

    def is_known(self, answer: Answer) -> bool:
        """Whether it is recorded already, and was sent again because nobody said so."""
        said = self._said.get(answer.recipient.recipient_id, ())
        return answer.told_at is not None and any(
            response == answer.response and told == answer.told_at for response, _, told in said
        )

    def given_at(self, answer: Answer, message: int) -> datetime | None:
        """When it was given; None: as it comes in."""
        if answer.told_at is None:
            return None
        return given_at(answer.told_at, answer.sent_at, self._issued[message], self._now)

    def taken_back(self, answer: Answer, at: datetime | None) -> bool:
        """Whether they have said plainly since then how they are."""
        said = self._said.get(answer.recipient.recipient_id, ())
        return at is not None and any(response in _PLAIN and later > at for response, later, _ in said)

    def note(self, answer: Answer, at: datetime | None) -> None:
        """It is recorded now: the next one of the batch is held against it too."""
        if answer.recipient.recipient_id in self._said:
            self._said[answer.recipient.recipient_id].append((answer.response.value, at or self._now, answer.told_at))


def _issued(messages: set[int]) -> dict[int, datetime]:
    if not messages:
        return {}
    statement = f"SELECT id, COALESCE(issued_at, created_at) FROM warnings_message WHERE id IN ({marks(messages)})"
    return {pk: moment(at) for pk, at in rows(statement, sorted(messages))}


def _answers(recipients: Sequence[int]) -> list[tuple[int, str, datetime, datetime | None]]:
    if not recipients:
        return []
    found: list[tuple[Any, ...]] = rows(
        "SELECT recipient_id, response, COALESCE(answered_at, at), told_at FROM dispatch_acknowledgement"
        f" WHERE recipient_id IN ({marks(recipients)}) ORDER BY id",
        recipients,
    )
    return [(pk, response, moment(at), None if told is None else moment(told)) for pk, response, at, told in found]
