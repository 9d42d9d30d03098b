"""Proofs of what is recorded about one person's warning: every delivery, receipt, answer and correction in the ledger.

The batches are built again from the stored rows, in the order in which their root was made; a row that was changed
since does not fit the root any more, and then there is nothing to prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vedette import clock
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.dispatch import correcting, evidence
from vedette.dispatch.answer_rows import answer_record
from vedette.dispatch.results import RECORD_COLUMNS, delivery_record
from vedette.dispatch.sql import moment, rows
from vedette.ledger.merkle import root_of
from vedette.ledger.models import Opening
from vedette.ledger.proof import batch_leaves, prove
from vedette.people.models import Person
from vedette.warnings.models import Warning
from vedette.warnings.queries import warnings_for

_ANSWER_COLUMNS = "recipient_id, message_id, response, turn, late, attested_by, at, answered_at"
_RECEIPTS = "dispatch_receipt t JOIN dispatch_delivery d ON d.id = t.delivery_id"


class NothingToProve(Exception):
    """What was asked for is not in the ledger, or the actor may not see it: which, and why."""


def proofs_of(actor: Actor, warning_ref: str, person_code: str) -> dict[str, Any]:
    """{"warning", "person", "proofs"}: a proof of each delivery to a person, each receipt, each answer, and each
    correction of their state.

    `warning_ref` is the warning's id or identifier. Raises NothingToProve, and Refused to those who may not see people.
    """
    warning = _warning(actor, warning_ref)
    check(actor, Verb.SEE_PEOPLE, warning)
    person = visible(actor, Person.objects.filter(code=person_code), Verb.SEE_PEOPLE).first()
    if person is None:
        raise NothingToProve(f"there is no person {person_code!r}, or none that you may see")
    proofs = [
        *_of_batches("dispatch_delivery t", "t", RECORD_COLUMNS, delivery_record, warning, person),
        *_of_batches(_RECEIPTS, "d", evidence.RECORD_COLUMNS, evidence.receipt_record, warning, person),
        *_of_batches("dispatch_acknowledgement t", "t", _ANSWER_COLUMNS, _answer, warning, person),
        *_of_batches(
            "dispatch_correction t", "t", correcting.RECORD_COLUMNS, correcting.correction_record, warning, person
        ),
    ]
    if not proofs:
        raise NothingToProve("the ledger holds nothing of this person and this warning yet")
    return {"warning": warning.identifier, "person": person.code, "proofs": proofs}


def _of_batches(
    tables: str, whose: str, columns: str, record: Any, warning: Warning, person: Person
) -> list[dict[str, Any]]:
    """The proofs of a person's rows of one kind, by the ledger's order: `t` holds them, `whose` names the recipient."""
    mine = rows(
        f"SELECT t.id, t.ledger_seq FROM {tables} JOIN dispatch_recipient r ON r.id = {whose}.recipient_id"  # noqa: S608
        " WHERE r.warning_id = %s AND r.person_id = %s AND t.ledger_seq IS NOT NULL ORDER BY t.ledger_seq, t.id",
        [warning.pk, person.pk],
    )
    batches: dict[int, tuple[list[int], list[dict[str, Any]]]] = {}
    proofs = []
    for pk, seq in mine:
        if seq not in batches:
            found = rows(f"SELECT t.id, {columns} FROM {tables} WHERE t.ledger_seq = %s ORDER BY t.id", [seq])  # noqa: S608
            batches[seq] = ([row[0] for row in found], [record(row[1:]) for row in found])
            _refuse_changed(seq, batches[seq][1])
        ids, batch = batches[seq]
        proofs.append(prove(seq, batch, ids.index(pk)))
    return proofs


def _refuse_changed(seq: int, batch: Sequence[dict[str, Any]]) -> None:
    opening = Opening.objects.filter(entry=seq).first()
    if opening is None:
        raise NothingToProve(f"the content of ledger entry {seq} was erased")
    if root_of(batch_leaves(batch)).hex() not in opening.body:
        raise NothingToProve(f"the stored records are not those that ledger entry {seq} vouches for: run ledger verify")


def _answer(row: Sequence[Any]) -> dict[str, Any]:
    recipient, message, response, turn, late, attested_by, at, answered = row
    answered_at = "" if answered is None else clock.rfc3339(moment(answered))
    return answer_record(
        recipient, message, response, turn, bool(late), attested_by, clock.rfc3339(moment(at)), answered_at
    )


def _warning(actor: Actor, ref: str) -> Warning:
    known = warnings_for(actor)
    by_number = ref.isascii() and ref.isdigit() and len(ref) < 19
    found = (known.filter(pk=int(ref)) if by_number else known.filter(identifier=ref)).first()
    if found is None:
        raise NothingToProve(f"there is no warning {ref!r}, or none that you may see")
    return found
