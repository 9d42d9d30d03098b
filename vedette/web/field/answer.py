"""An answer as it comes in over HTTP, as a form or as JSON, made into what it means."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from vedette.dispatch.acknowledge import Answer
from vedette.dispatch.levels import Response
from vedette.dispatch.tokens import RecipientRef
from vedette.formats.parts import BadInput

#: A longer note is cut, never refused: the answer matters more.
LONGEST_NOTE = 500
#: The largest body read, in bytes; three answers and a note need less.
LARGEST_BODY = 16 * 1024
#: The years that a phone's clock is believed to show.
_YEARS = range(2000, 2100)


def is_json(content_type: str | None) -> bool:
    """Whether the sender speaks JSON, and so wants JSON back."""
    return (content_type or "").split(";")[0].strip().lower() == "application/json"


class Said(NamedTuple):
    """What was answered: the response, a note, the identifier of the message on the page, and the page's language.

    Of an answer that was kept on the phone until it could be sent, also what its clock showed then, and at sending.
    """

    response: Response
    note: str
    seen: str
    #: As the reader chose it; empty: their own.
    language: str
    answered_at: datetime | None = None
    sent_at: datetime | None = None


def answer_of(recipient: RecipientRef, said: Said) -> Answer:
    """What somebody said, as it is recorded."""
    return Answer(
        recipient=recipient,
        response=said.response,
        note=said.note,
        seen=said.seen,
        told_at=said.answered_at,
        sent_at=said.sent_at,
    )


_RESPONSES = {known.value: known for known in Response}


def read_answer(body: bytes, content_type: str | None) -> Said:
    """The answer in a body. Raises BadInput naming the field; whatever can be mended is."""
    if len(body) > LARGEST_BODY:
        raise BadInput("body", f"is larger than {LARGEST_BODY // 1024} kB")
    text = body.decode("utf-8", "replace")
    response, note, seen, language, answered_at, sent_at = (
        _of_json(text) if is_json(content_type) else (*_of_form(text), None, None)
    )
    said = _RESPONSES.get(response)
    if said is None:
        raise BadInput("response", f"must be one of {', '.join(_RESPONSES)}")
    if not note:
        return Said(said, "", seen, language, answered_at, sent_at)
    # Half characters, which JSON can spell, and control characters are nothing a database or a terminal should meet.
    whole = note.encode("utf-8", "replace").decode()
    plain = "".join(letter for letter in whole if letter >= " " or letter == "\n").strip()
    return Said(said, plain[:LONGEST_NOTE], seen, language, answered_at, sent_at)


def _of_form(text: str) -> tuple[str, str, str, str]:
    given = parse_qs(text, max_num_fields=20) if text.count("&") < 20 else {}
    response, note, seen, language = (given.get(name, [""])[-1] for name in ("response", "note", "message", "lang"))
    return response, note, seen, language


def _of_json(text: str) -> tuple[str, str, str, str, datetime | None, datetime | None]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput("body", "is not JSON") from None
    if not isinstance(given, dict):
        raise BadInput("body", 'must be an object such as {"response": "safe"}')
    response, note, seen = given.get("response"), given.get("note", ""), given.get("message", "")
    if not isinstance(note, str):
        raise BadInput("note", "must be text")
    answered_at, sent_at = _moment(given, "answered_at"), _moment(given, "sent_at")
    return _text(response), note, _text(seen), "", answered_at, sent_at


def _moment(given: dict[str, Any], name: str) -> datetime | None:
    if given.get(name) is None:
        return None
    """A time that a phone told; None of one that its clock cannot have meant, since the answer matters more."""
    try:
        moment = datetime.fromisoformat(given[name])
    except (TypeError, ValueError):
        raise BadInput(name, "must be a time with its offset, such as 2026-03-01T12:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo is not None and moment.year in _YEARS else None


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""
