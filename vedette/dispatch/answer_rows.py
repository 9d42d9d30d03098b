"""The rows that answers are judged by and stored in, for many recipients in a few statements. `acknowledge.py` has the
rules.

On SQLite what is read and written goes as one text each way: a row at a time, this thread would ask the event loop
beside it for the interpreter at each of them.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from vedette import clock
from vedette.dispatch import tally
from vedette.dispatch.decide import REACHED
from vedette.dispatch.levels import State
from vedette.dispatch.sql import execute, in_one_go, locked, moment, on_sqlite, rows, stamp
from vedette.ledger.log import Change, append_many
from vedette.ledger.merkle import root_of
from vedette.ledger.proof import batch_leaves

_REACHED = ", ".join(f"'{level.value}'" for level in sorted(REACHED))
_STATES = {state.value: state for state in State}


@dataclass(slots=True)
class Known:
    """A recipient as it is in the database, and as the batch leaves it."""

    id: int
    realm: str
    state: State
    #: As it is in the database.
    before: State
    warning: KnownWarning
    #: The last message that a gateway took for them; the last issued where none is known.
    got: int
    #: Message -> what they said of it, what was given last at the end.
    said: dict[int, list[str]] = field(default_factory=dict)
    #: Message, response and note of each that had a note.
    noted: set[tuple[int, str, str]] = field(default_factory=set)

    def message(self, seen: str) -> int:
        """The message that an answer is about: the one on the page, else the last that they got."""
        return self.warning.issued.get(seen, self.got) if seen else self.got


class KnownWarning(NamedTuple):
    """A warning, its issued messages (identifier -> id), the last of them, and whether answers to it come late now."""

    id: int
    issued: dict[str, int]
    last: int
    late: bool


class New(NamedTuple):
    """An answer to be stored."""

    recipient: int
    message: int
    realm: str
    response: str
    #: How often they had given the same response to that message before.
    turn: int
    note: str
    late: bool
    attested_by: str
    #: The warning that it is this recipient's first answer to; 0 when it is not the first.
    first_to: int
    #: Whether it is their first answer to that message.
    first_of_message: bool
    #: When they gave it, where that is not when it came in; and what their phone's clock showed then.
    answered_at: datetime | None = None
    told_at: datetime | None = None


def load(recipients: Iterable[int], now: datetime) -> dict[int, Known]:
    """The recipients, locked in the order of their ids so that two batches never wait for each other."""
    ids = _given(sorted(set(recipients)))
    held = _read("id, realm, state, warning_id", f"FROM dispatch_recipient WHERE id {_among()}", ids, lock="id")
    warnings = _warnings({warning for *_, warning in held}, now)
    found = {
        pk: Known(pk, realm, _STATES[state], _STATES[state], warnings[warning], warnings[warning].last)
        for pk, realm, state, warning in held
    }
    _load_got([known.id for known in found.values() if len(known.warning.issued) > 1], found)
    # In the order in which they were given: an older one may have come in last.
    for _, _, recipient, message, response, note in sorted(
        _read(
            "COALESCE(theirs.answered_at, theirs.at), theirs.id,"
            " theirs.recipient_id, theirs.message_id, theirs.response, theirs.note",
            _each_of("dispatch_acknowledgement"),
            ids,
        )
    ):
        found[recipient].said.setdefault(message, []).append(response)
        if note:
            found[recipient].noted.add((message, response, note))
    return found


def store(new: Sequence[New], known: Iterable[Known], now: datetime, actor: str) -> None:
    """Store answers and states, count them, and enter them in the ledger, last; each realm in an entry of its own."""
    changed = [one for one in known if one.state is not one.before]
    by_state: dict[State, list[int]] = {}
    for one in changed:
        by_state.setdefault(one.state, []).append(one.id)
    with in_one_go():
        for state, ids in by_state.items():
            execute(
                f"UPDATE dispatch_recipient SET state = %s, state_at = %s WHERE id {_among()}",
                [state.value, stamp(now), _given(ids)],
            )
        tally.change(Counter((one.warning.id, one.before, one.state) for one in changed))
        tally.answer(((one.first_to, one.late) for one in new if one.first_to), now)
        tally.answer_messages(Counter(one.message for one in new if one.first_of_message))
        batches = [[one for one in new if one.realm == realm] for realm in sorted({one.realm for one in new})]
        told = clock.rfc3339(now)
        entered = append_many([_change(batch, told, actor) for batch in batches])
        for seq, batch in zip(entered, batches, strict=True):
            _insert(batch, stamp(now), seq)


def answer_record(
    recipient: int, message: int, response: str, turn: int, late: bool, by: str, at: str, answered_at: str = ""
) -> dict[str, Any]:
    """An answer as the ledger's batch holds it. A note is not in it: it may hold anything."""
    given = {"answered_at": answered_at} if answered_at else {}
    return given | {
        "recipient": recipient,
        "message": message,
        "response": response,
        "turn": turn,
        "late": late,
        "attested_by": by,
        "at": at,
    }


def _load_got(recipients: list[int], found: dict[int, Known]) -> None:
    """Of warnings with several messages: the last one that a gateway took for each of these recipients."""
    if not recipients:
        return
    for _, recipient, message in sorted(
        _read(
            "m.number, theirs.recipient_id, theirs.message_id",
            f"{_each_of('dispatch_delivery')} JOIN warnings_message m ON m.id = theirs.message_id"
            f" WHERE theirs.level IN ({_REACHED})",
            _given(recipients),
        )
    ):
        found[recipient].got = message


def _warnings(pks: set[int], now: datetime) -> dict[int, KnownWarning]:
    found: dict[int, KnownWarning] = {}
    for pk, identifier, message, expires, ended in rows(
        "SELECT w.id, m.identifier, m.id, w.expires_at, w.ended_at FROM warnings_warning w"
        " JOIN warnings_message m ON m.warning_id = w.id AND m.state = 'issued'"
        f" WHERE w.id {_among()} ORDER BY m.number",
        [_given(sorted(pks))],
    ):
        issued = {**(found[pk].issued if pk in found else {}), identifier: message}
        late = ended is not None or (expires is not None and moment(expires) <= now)
        found[pk] = KnownWarning(pk, issued, message, late)
    return found


def _change(batch: Sequence[New], at: str, actor: str) -> Change:
    records = [
        answer_record(
            one.recipient,
            one.message,
            one.response,
            one.turn,
            one.late,
            one.attested_by,
            at,
            clock.rfc3339(one.answered_at) if one.answered_at is not None else "",
        )
        for one in batch
    ]
    body = {"count": len(records), "merkle_root": root_of(batch_leaves(records)).hex()}
    return Change(kind="dispatch.answered", actor=actor, subject="answers", realm=batch[0].realm, body=body)


_COLUMNS = {
    "recipient_id": "bigint",
    "message_id": "bigint",
    "response": "text",
    "turn": "smallint",
    "note": "text",
    "late": "boolean",
    "attested_by": "text",
    "answered_at": "timestamptz",
    "told_at": "timestamptz",
}


def _insert(batch: Sequence[New], at: Any, seq: int) -> None:
    values = [
        (
            one.recipient,
            one.message,
            one.response,
            one.turn,
            one.note,
            one.late,
            one.attested_by,
            None if one.answered_at is None else str(stamp(one.answered_at)),
            None if one.told_at is None else str(stamp(one.told_at)),
        )
        for one in batch
    ]
    if on_sqlite():
        taken = [f"json_extract(value, '$[{place}]')" for place in range(len(_COLUMNS))]
        each = "json_each(%s) WHERE true"
    else:
        taken = [f"(value->>{place})::{kind}" for place, kind in enumerate(_COLUMNS.values())]
        each = "json_array_elements(%s::json)"
    execute(
        f"INSERT INTO dispatch_acknowledgement ({', '.join(_COLUMNS)}, at, ledger_seq)"
        f" SELECT {', '.join(taken)}, %s, %s FROM {each} ON CONFLICT DO NOTHING",
        [at, seq, orjson.dumps(values).decode()],
    )


def _among() -> str:
    return "IN (SELECT value FROM json_each(%s))" if on_sqlite() else "= ANY(%s)"


def _each_of(table: str) -> str:
    """Where the rows of the given recipients are read from, by the index: PostgreSQL, when it does not know yet how
    a table has grown, would rather read all of it."""
    if on_sqlite():
        return f"FROM json_each(%s) CROSS JOIN {table} theirs ON theirs.recipient_id = value"
    one = f"SELECT * FROM {table} WHERE recipient_id = mine.id OFFSET 0"
    return f"FROM unnest(%s::bigint[]) AS mine(id) CROSS JOIN LATERAL ({one}) theirs"


def _given(ids: list[int]) -> Any:
    """Ids as the parameter of `among`."""
    return orjson.dumps(ids).decode() if on_sqlite() else ids


def _read(columns: str, rest: str, ids: Any, lock: str = "") -> list[Any]:
    """Rows of the given columns, in no order. `lock` is the column by whose order they are locked, where they are."""
    if on_sqlite():
        ((text,),) = rows(f"SELECT json_group_array(json_array({columns})) {rest}", [ids])
        return list(orjson.loads(text))
    statement = f"SELECT {columns} {rest}"
    return rows(locked(f"{statement} ORDER BY {lock}") if lock else statement, [ids])
