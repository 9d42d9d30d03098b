"""Proofs about one person's warning: each delivery and answer as the ledger's batches hold it."""

from __future__ import annotations

from typing import Any

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.dispatch.acknowledge import answer_record
from vedette.dispatch.models import Acknowledgement, Delivery, Recipient
from vedette.dispatch.results import RECORD_COLUMNS, delivery_record
from vedette.ledger.proof import prove
from vedette.warnings.models import Warning


class NothingToProve(Exception):
    """No such warning or person, or nothing of theirs is in the ledger yet."""


def proofs_of(actor: Actor, warning: str, person: str) -> dict[str, Any]:
    """Proofs of all that is recorded for one person (by code) of one warning (by id or identifier).

    Raises NothingToProve; and Refused to those who may not see people.
    """
    recipient = _recipient(actor, warning, person)
    proofs = [
        *(_delivery_proof(found) for found in Delivery.objects.filter(recipient=recipient).order_by("id")),
        *(_answer_proof(found) for found in Acknowledgement.objects.filter(recipient=recipient).order_by("id")),
    ]
    known = [proof for proof in proofs if proof is not None]
    if not known:
        raise NothingToProve("nothing of this is in the ledger yet; a lease is entered when it is done")
    return {
        "warning": recipient.warning.identifier,
        "recipient": recipient.pk,
        "person": recipient.person.code,
        "state": recipient.state,
        "proofs": known,
    }


def _recipient(actor: Actor, warning: str, person: str) -> Recipient:
    by = {"pk": int(warning)} if warning.isascii() and warning.isdigit() else {"identifier": warning}
    found = Warning.objects.filter(realm=actor.realm.value, **by).first()
    if found is None:
        raise NothingToProve("there is no such warning in your realm")
    check(actor, Verb.SEE, found)
    check(actor, Verb.SEE_PEOPLE, found)
    recipient = Recipient.objects.filter(warning=found, person__code=person).select_related("person", "warning").first()
    if recipient is None or not actor.may(Verb.SEE_PEOPLE, recipient.person):
        raise NothingToProve("the person is not among this warning's recipients")
    return recipient


def _delivery_proof(delivery: Delivery) -> dict[str, Any] | None:
    if delivery.ledger_seq is None:
        return None
    columns = RECORD_COLUMNS.split(", ")
    batch = list(
        Delivery.objects.filter(message=delivery.message_id, ledger_seq=delivery.ledger_seq)
        .order_by("id")
        .values_list("id", *columns)
    )
    records = [delivery_record(row[1:]) for row in batch]
    return prove(delivery.ledger_seq, records, [row[0] for row in batch].index(delivery.pk))


def _answer_proof(answer: Acknowledgement) -> dict[str, Any] | None:
    if answer.ledger_seq is None:
        return None
    batch = list(Acknowledgement.objects.filter(ledger_seq=answer.ledger_seq).order_by("id"))
    records = [
        answer_record(one.recipient_id, one.message_id, one.response, one.turn, one.late, one.attested_by, one.at)
        for one in batch
    ]
    return prove(answer.ledger_seq, records, [one.pk for one in batch].index(answer.pk))
