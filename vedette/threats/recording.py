"""What the verbs of this room share: asking about what is cited, storing what was said, and the entry in the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from vedette.access.handling import Tlp
from vedette.access.policy import Actor, Handled, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part
from vedette.ledger.canonical import canonical
from vedette.ledger.log import append
from vedette.reports.models import Claim, Evidence
from vedette.threats.models import Incident, Threat, ThreatActor


def seen(actor: Actor, records: Iterable[Handled]) -> list[Handled]:
    """The records, once the policy has said that the actor may see each of them."""
    records = list(records)
    for record in records:
        check(actor, Verb.SEE, record)
    return records


def store(row: Incident | Threat | ThreatActor, told: Part, handling: Tlp, need_to_know: str | None) -> None:
    for name in type(told).model_fields:
        setattr(row, name, getattr(told, name))
    row.handling, row.need_to_know = handling.value, need_to_know


def refuse_rejected(field: str, claims: Sequence[Claim]) -> None:
    if rejected := next((claim for claim in claims if claim.status == Claim.Status.REJECTED), None):
        raise BadInput(field, f"claim {rejected.pk} was rejected; accept it again or leave it out")


def ids(rows: Iterable[Claim | Evidence]) -> list[int]:
    return sorted(row.pk for row in rows)


def hash_of(told: Part) -> str:
    return sha256(canonical(told.model_dump(mode="json")))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def log(actor: Actor, kind: str, subject: str, told_sha256: str | None = None, /, **more: Any) -> None:
    body = {**more, **({"sha256": told_sha256} if told_sha256 is not None else {})}
    append(kind, actor=actor.ref, subject=subject, realm=actor.realm.value, body=body)
