"""The verbs of evidence: files kept as received, never parsed, with their chain of custody in the ledger."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.db import transaction

from vedette import clock
from vedette.access.handling import UNLABELLED, Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.ledger.models import Entry
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.models import Evidence, Report


class EvidenceDamaged(Exception):
    """What is stored is not what was taken in: its hash differs."""


def take_in_evidence(
    actor: Actor,
    name: str,
    content: bytes,
    media_type: str,
    report: Report | None = None,
    *,
    handling: Tlp = UNLABELLED,
    need_to_know: str | None = None,
) -> Evidence:
    """Keep a file as received: hashed before anything else, never parsed. Its chain of custody begins in the ledger."""
    sha256 = hashlib.sha256(content).hexdigest()
    check(actor, Verb.REPORT)
    name = " ".join(name.split())
    if not name or len(name) > 300 or not name.isprintable():
        raise BadInput("name", "must be one line of 1 to 300 characters")
    if not 0 < len(content) <= LARGEST_FILE:
        raise BadInput("content", f"has {len(content):,} bytes; a file of 1 to {LARGEST_FILE:,} can be kept")
    if not re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,59}", media_type, re.ASCII):
        raise BadInput("media_type", f"{media_type!r} is no media type, such as video/mp4")
    if report is not None:
        check(actor, Verb.REPORT, report)
        if handling.rank < Tlp(report.handling).rank:
            raise BadInput("handling", f"{handling.value} is lower than {report.handling}, that of its report")
        need_to_know = report.need_to_know if need_to_know is None else need_to_know
    with transaction.atomic():
        evidence = Evidence(
            realm=actor.realm.value,
            handling=handling.value,
            need_to_know=need_to_know,
            created_at=clock.now(),
            name=name,
            sha256=sha256,
            content=content,
            media_type=media_type,
            report=report,
            taken_in_by_id=actor.user_id,
        )
        check(actor, Verb.REPORT, evidence)
        evidence.save(force_insert=True)
        _log(actor, "evidence.taken_in", evidence)
    return evidence


def open_evidence(actor: Actor, evidence: Evidence) -> bytes:
    """The file's bytes, as they were taken in; that they were handed out is part of the chain of custody.

    Raises EvidenceDamaged when they are no longer what was hashed.
    """
    with transaction.atomic():
        evidence = Evidence.objects.get(pk=evidence.pk)
        check(actor, Verb.SEE, evidence)
        content = bytes(evidence.content)
        if hashlib.sha256(content).hexdigest() != evidence.sha256:
            raise EvidenceDamaged(f"evidence {evidence.pk}: its bytes are not those with SHA-256 {evidence.sha256}")
        _log(actor, "evidence.opened", evidence)
    return content


def raise_marks(actor: Actor, evidence: Evidence, handling: Tlp, need_to_know: str | None) -> None:
    """Mark a file as strictly as what it belongs to is marked now. Its bytes stay; that is part of its custody too.

    For whoever may change what it belongs to, also where they may not see the file: marks are only ever raised.
    """
    if handling.rank < Tlp(evidence.handling).rank:
        raise BadInput("handling", f"{handling.value} is lower than {evidence.handling}, that of the file")
    evidence.handling, evidence.need_to_know = handling.value, need_to_know
    evidence.save(update_fields=["handling", "need_to_know"])
    _log(actor, "evidence.marked", evidence, handling=handling.value)


@dataclass(frozen=True)
class Handed:
    """One step of a file's chain of custody, as the ledger has it."""

    seq: int
    #: "evidence.taken_in", "evidence.opened" or "evidence.marked".
    kind: str
    #: RFC 3339, as it was hashed.
    at: str
    #: "user:3".
    by: str


def custody_of(actor: Actor, evidence: Evidence) -> list[Handed]:
    """Who took the file in and to whom it was handed out, in order; for whoever may see the file."""
    check(actor, Verb.SEE, evidence)
    entries = Entry.objects.filter(subject=f"evidence:{evidence.pk}", realm=evidence.realm).order_by("seq")
    return [Handed(entry.seq, entry.kind, entry.at, entry.actor) for entry in entries]


@dataclass(frozen=True)
class Examined:
    """What is kept of a file, looked at now."""

    size: int
    #: Whether the bytes are still those that were hashed.
    intact: bool


def examine(actor: Actor, evidence: Evidence) -> Examined:
    """Hash what is kept again. It is handed out to nobody by that, so it is no step of its custody."""
    check(actor, Verb.SEE, evidence)
    content = bytes(Evidence.objects.values_list("content", flat=True).get(pk=evidence.pk))
    return Examined(len(content), hashlib.sha256(content).hexdigest() == evidence.sha256)


def _log(actor: Actor, kind: str, evidence: Evidence, **more: str) -> None:
    append(
        kind,
        actor=actor.ref,
        subject=f"evidence:{evidence.pk}",
        realm=evidence.realm,
        body={"sha256": evidence.sha256, **more},
    )
