"""The verbs of reports: taking documents and evidence in, and judging what they say.

Each is one transaction that asks the policy and appends to the ledger last. Entries hold ids and hashes, no text.
The verbs of evidence are in `evidence.py`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from vedette import clock
from vedette.access.handling import UNLABELLED, Tlp, most_restrictive
from vedette.access.policy import Actor, Reason, Refused, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Organisation, SavedArea
from vedette.places.geometry import shape_of
from vedette.reading import Place
from vedette.reports.evidence import EvidenceDamaged, open_evidence, take_in_evidence
from vedette.reports.intake import take
from vedette.reports.models import Claim, Credibility, Grade, Reliability, Report, Source
from vedette.reports.queries import origins_of

__all__ = [
    "EvidenceDamaged",
    "Received",
    "accept_claim",
    "checked_handle",
    "grade_claim",
    "grade_source",
    "keep_source",
    "open_evidence",
    "receive",
    "reject_claim",
    "take_in",
    "take_in_evidence",
]

_HANDLE = re.compile(r"[^\s|]{1,120}")
_NAMED_CLAIM = re.compile(r"#([0-9]{1,18})\b")


@dataclass(frozen=True)
class Received:
    """A report, and whether it is new here or its bytes had been received before."""

    report: Report
    is_new: bool


def receive(
    actor: Actor,
    *,
    original: bytes,
    media_type: str,
    source: Source | str,
    title: str = "",
    published: date | None = None,
    handling: Tlp,
    need_to_know: str | None = None,
    filename: str = "",
) -> Report:
    """Take a document in: hashed first, then read, then stored with its claims and the draft they propose.

    The same bytes again are the report that is here already (`take_in` tells which). A handle without a source makes
    one, ungraded, marked as the report. Raises Refused, and BadInput naming the field.
    """
    return take_in(
        actor,
        original=original,
        media_type=media_type,
        source=source,
        title=title,
        published=published,
        handling=handling,
        need_to_know=need_to_know,
        filename=filename,
    ).report


def take_in(
    actor: Actor,
    *,
    original: bytes,
    media_type: str,
    source: Source | str,
    title: str = "",
    published: date | None = None,
    handling: Tlp,
    need_to_know: str | None = None,
    filename: str = "",
    follows: Report | None = None,
) -> Received:
    """As `receive`, and says whether the report is new. `follows` is the report that it updates or withdraws."""
    check(actor, Verb.REPORT)
    sha256 = hashlib.sha256(original).hexdigest()
    found = Report.objects.filter(realm=actor.realm.value, sha256=sha256).first()
    if found is not None:
        return Received(_received_again(actor, found, handling, need_to_know), is_new=False)
    taken = take(
        original,
        media_type,
        sha256=sha256,
        filename=filename,
        title=title,
        published=published,
        places=_own_places(actor, handling),
        zone=Organisation.objects.values_list("zone", flat=True).first() or "UTC",
    )
    if taken.realm not in (None, actor.realm):
        raise BadInput("original", f"it says that it is of the {taken.realm} realm; this is {actor.realm}")
    handling = most_restrictive([handling, *taken.marks])
    report = Report(
        realm=actor.realm.value,
        handling=handling.value,
        need_to_know=need_to_know,
        created_at=clock.now(),
        title=taken.title,
        sha256=sha256,
        original=original,
        media_type=taken.media_type,
        text=taken.text,
        published=taken.published,
        received_at=clock.now(),
        received_by_id=actor.user_id,
        draft=taken.draft,
        follows=None if follows is None else follows.follows or follows,
    )
    check(actor, Verb.REPORT, report)
    try:
        with transaction.atomic():
            report.source = _source(actor, source, handling, need_to_know)
            report.save(force_insert=True)
            Claim.objects.bulk_create([_claim(report, claim) for claim in taken.claims], batch_size=500)
            body = {"sha256": sha256, "source": report.source_id, "claims": len(taken.claims), "handling": handling}
            if report.follows_id is not None:
                body["follows"] = report.follows_id
            _log(actor, "report.received", f"report:{report.pk}", body)
    except IntegrityError:
        # Somebody else took the same bytes in meanwhile.
        found = Report.objects.filter(realm=actor.realm.value, sha256=sha256).first()
        if found is None:
            raise
        return Received(_received_again(actor, found, handling, need_to_know), is_new=False)
    return Received(report, is_new=True)


def accept_claim(actor: Actor, claim: Claim) -> Claim:
    """Say that the claim is what the report says: it may be cited."""
    return _set_status(actor, claim, Claim.Status.ACCEPTED)


def reject_claim(actor: Actor, claim: Claim) -> Claim:
    """Say that the reader misread: the claim is set aside. Threats and warnings may no longer cite it."""
    return _set_status(actor, claim, Claim.Status.REJECTED)


def keep_source(
    actor: Actor,
    handle: str,
    descriptor: str = "",
    *,
    handling: Tlp | None = None,
    need_to_know: str | None = None,
) -> Source:
    """Make the source with this handle, or change its descriptor. A handle is no name; a new source is ungraded.

    Marks that are left out stay as they are, and none is lowered. Raises Refused, and BadInput naming the field.
    """
    check(actor, Verb.REPORT)
    if len(descriptor) > 4_000:
        raise BadInput("descriptor", "is longer than 4,000 characters")
    with transaction.atomic():
        known = Source.objects.select_for_update(no_key=True)
        found = known.filter(realm=actor.realm.value, handle=checked_handle(handle)).first()
        if found is None:
            found = Source(realm=actor.realm.value, handle=checked_handle(handle), created_at=clock.now())
            found.handling, found.need_to_know = (handling or UNLABELLED).value, need_to_know
        else:
            _refuse_hidden(actor, found)
            _raise_marks(found, handling, need_to_know)
        found.descriptor = descriptor.strip()
        check(actor, Verb.REPORT, found)
        found.save()
        _log(actor, "source.kept", f"source:{found.pk}", {"handling": found.handling})
    return found


def grade_source(actor: Actor, source: Source, value: str, reason: str) -> Grade:
    """Judge the source's reliability, A to F, with the reason. Adds a row; earlier grades stay as they were given."""
    if value not in Reliability.values:
        raise BadInput("value", f"{value!r} is no reliability; give one of {', '.join(Reliability.values)}")
    if not reason.strip():
        raise BadInput("reason", "say what the judgement rests on")
    with transaction.atomic():
        source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        _check_person(actor, source)
        return _grade(actor, f"source:{source.pk}", value, reason, axis=Grade.Axis.RELIABILITY, source=source)


def grade_claim(actor: Actor, claim: Claim, value: str, reason: str = "") -> Grade:
    """Judge a claim's credibility, 1 to 6. Adds a row; earlier grades stay as they were given.

    "1", confirmed, asks for a reason that names, as #12, two or more accepted claims of independent origins.
    """
    if value not in Credibility.values:
        raise BadInput("value", f"{value!r} is no credibility; give one of {', '.join(Credibility.values)}")
    with transaction.atomic():
        claim = _locked(claim)
        _check_person(actor, claim.report)
        if value == Credibility.ONE:
            _refuse_unconfirmed(actor, reason)
        return _grade(actor, f"claim:{claim.pk}", value, reason, axis=Grade.Axis.CREDIBILITY, claim=claim)


def checked_handle(handle: str) -> str:
    """A source's handle as it is kept. Raises BadInput."""
    text = handle.strip()
    if not _HANDLE.fullmatch(text) or not text.isprintable():
        raise BadInput("source", "give a handle of 1 to 120 characters without spaces, as sector-intelligence")
    return text


def _received_again(actor: Actor, report: Report, handling: Tlp, need_to_know: str | None) -> Report:
    """The report that is here; a stricter handling given with the same bytes is taken over, a laxer one is not."""
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",), no_key=True).defer("original", "text").get(pk=report.pk)
        check(actor, Verb.REPORT, report)
        if need_to_know is not None and need_to_know != report.need_to_know:
            raise BadInput("need_to_know", "these bytes are here already, for other compartments")
        stricter = most_restrictive([Tlp(report.handling), handling])
        if stricter.value != report.handling:
            report.handling = stricter.value
            check(actor, Verb.REPORT, report)
            report.save(update_fields=["handling"])
        _log(actor, "report.received_again", f"report:{report.pk}", {"sha256": report.sha256, "handling": stricter})
    return report


def _source(actor: Actor, source: Source | str, handling: Tlp, need_to_know: str | None) -> Source:
    if isinstance(source, Source):
        found = source
    else:
        handle = checked_handle(source)
        found, made = Source.objects.get_or_create(
            realm=actor.realm.value,
            handle=handle,
            defaults={
                "handling": handling.value,
                "need_to_know": need_to_know,
                "created_at": clock.now(),
            },
        )
        if not made:
            _refuse_hidden(actor, found)
        return found
    check(actor, Verb.REPORT, found)
    return found


def _refuse_hidden(actor: Actor, source: Source) -> None:
    """A handle that is taken where the actor may not look is no handle for them; the answer tells no more."""
    if not actor.may(Verb.REPORT, source):
        raise BadInput("source", "cannot be used; choose another handle")


def _raise_marks(source: Source, handling: Tlp | None, need_to_know: str | None) -> None:
    """Take over what is given, if it lets in nobody new."""
    if handling is not None:
        if handling.rank < Tlp(source.handling).rank:
            raise BadInput("handling", f"{handling.value} is lower than {source.handling}, the source's own")
        source.handling = handling.value
    if need_to_know is not None:
        if source.need_to_know is not None and not _codes(need_to_know) <= _codes(source.need_to_know):
            raise BadInput("need_to_know", "lets in compartments that may not see the source")
        source.need_to_know = need_to_know


def _codes(mark: str) -> frozenset[str]:
    return frozenset(filter(None, mark.split("|")))


def _own_places(actor: Actor, handling: Tlp) -> list[Place]:
    """The organisation's areas that whoever sees the report may see too."""
    places = []
    for area in SavedArea.objects.filter(realm=actor.realm.value, need_to_know=None):
        if Tlp(area.handling).rank <= handling.rank:
            point = shape_of(area.geometry).representative_point()
            places.append(Place(area.name, lat=point.y, lon=point.x, aliases=(area.code,)))
    return places


def _claim(report: Report, read: dict[str, Any]) -> Claim:
    own = ("start", "end", "quote", "certainty", "polarity", "modality")
    details = {name: value for name, value in read.items() if name not in (*own, "id")}
    return Claim(report=report, key=read["id"], details=details, **{name: read[name] for name in own})


def _set_status(actor: Actor, claim: Claim, status: Claim.Status) -> Claim:
    with transaction.atomic():
        claim = _locked(claim)
        _check_person(actor, claim.report)
        if claim.status != status:
            claim.status = status
            claim.save(update_fields=["status"])
            _log(actor, f"claim.{status.value}", f"claim:{claim.pk}", {"report": claim.report_id})
    return claim


def _refuse_unconfirmed(actor: Actor, reason: str) -> None:
    named = {int(number) for number in _NAMED_CLAIM.findall(reason)}
    accepted = [
        claim
        for claim in Claim.objects.filter(pk__in=named, status=Claim.Status.ACCEPTED).select_related("report")
        if actor.may(Verb.SEE, claim.report)
    ]
    if len(set(origins_of(accepted).values())) < 2:
        raise BadInput(
            "reason",
            "1 (confirmed) needs two accepted claims of independent origins (another source, no reprint, not from the "
            "same body or paper); name them by number, as #12 and #31",
        )


def _grade(actor: Actor, subject: str, value: str, reason: str, **on: Any) -> Grade:
    reason = reason.strip()
    if len(reason) > 4_000 or "\x00" in reason:
        raise BadInput("reason", "must be text of at most 4,000 characters")
    grade = Grade.objects.create(value=value, reason=reason, grader_id=actor.user_id, graded_at=clock.now(), **on)
    reason_hash = hashlib.sha256(reason.encode()).hexdigest()
    body = {"grade": grade.pk, "axis": grade.axis, "value": value, "reason_sha256": reason_hash}
    _log(actor, "grade.given", subject, body)
    return grade


def _check_person(actor: Actor, record: Source | Report) -> None:
    """Grading is a person's: a machine has no user."""
    check(actor, Verb.GRADE, record)
    if actor.user_id is None:
        raise Refused(Verb.GRADE, Reason.NO_ROLE)


def _locked(claim: Claim) -> Claim:
    claims = Claim.objects.select_related("report").defer("report__original", "report__text", "report__draft")
    return claims.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)


def _log(actor: Actor, kind: str, subject: str, body: dict[str, Any]) -> None:
    append(kind, actor=actor.ref, subject=subject, realm=actor.realm.value, body=body)
