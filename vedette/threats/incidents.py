"""The verbs of incidents, of the inquiries into them, and of the organisations said to threaten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part, Prose, parse
from vedette.reports.evidence import raise_marks, take_in_evidence
from vedette.reports.models import Claim, Evidence
from vedette.threats.combining import marks_of
from vedette.threats.judgement import Happening, Named
from vedette.threats.models import Contest, Incident, Inquiry, ThreatActor
from vedette.threats.recording import hash_of, ids, log, refuse_rejected, seen, sha256, store
from vedette.threats.standing import WrongState, person


def keep_incident(
    actor: Actor,
    incident: Incident | None = None,
    *,
    accounts: Iterable[Claim] | None = None,
    evidence: Iterable[Evidence] | None = None,
    handling: Tlp | None = None,
    need_to_know: str | None = None,
    **told: Any,
) -> Incident:
    """Record an incident, or change one. Its accounts are claims side by side, and may contradict each other.

    `told` are the fields of `judgement.Happening`. A change lowers no mark. Accounts, evidence and marks left out stay
    as they are; so do accounts and evidence that the actor may not see, whatever is given, and accounts that are
    contested cannot be taken away. Raises Refused, and BadInput naming the field.
    """
    check(actor, Verb.JUDGE)
    happening = parse(Happening, told)
    given = None if accounts is None else list(accounts)
    files = None if evidence is None else list(evidence)
    refuse_rejected("accounts", given or [])
    parts = seen(actor, [*(claim.report for claim in given or []), *(files or [])])
    with transaction.atomic():
        was: tuple[str, str | None] | None = None
        if incident is None:
            incident = Incident(realm=actor.realm.value, created_at=clock.now())
        else:
            incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
            check(actor, Verb.JUDGE, incident)
            parts, was = [*parts, incident], (incident.handling, incident.need_to_know)
            given, files = _with_the_unseen(actor, incident, given, files)
            _refuse_uncontesting(incident, given)
        store(incident, happening, *marks_of(parts, handling, need_to_know))
        check(actor, Verb.JUDGE, incident)
        incident.save()
        if was is not None:
            _raise_files(actor, incident, *was)
        if given is not None:
            incident.accounts.set(given)
        if files is not None:
            incident.evidence.set(files)
        log(
            actor,
            "incident.kept",
            f"incident:{incident.pk}",
            hash_of(happening),
            accounts=ids(incident.accounts.only("pk") if given is None else given),
            evidence=ids(incident.evidence.only("pk") if files is None else files),
        )
    return incident


def _with_the_unseen(
    actor: Actor, incident: Incident, accounts: list[Claim] | None, files: list[Evidence] | None
) -> tuple[list[Claim] | None, list[Evidence] | None]:
    """What is given, and what is there and hidden from whoever gives it: nobody takes away what they cannot see."""
    if accounts is not None:
        seen_claims = visible(actor, incident.accounts.all(), through="report").values("pk")
        accounts += incident.accounts.exclude(pk__in=seen_claims).only("pk")
    if files is not None:
        seen_files = visible(actor, incident.evidence.all()).values("pk")
        files += incident.evidence.exclude(pk__in=seen_files).only("pk")
    return accounts, files


def _raise_files(actor: Actor, incident: Incident, handling: str, need_to_know: str | None) -> None:
    """The files that are under the incident's own marks follow them up; a file that came otherwise keeps its own."""
    if (incident.handling, incident.need_to_know) == (handling, need_to_know):
        return
    under = incident.evidence.filter(handling=handling, need_to_know=need_to_know).defer("content")
    for one in under.select_for_update(of=("self",), no_key=True):
        raise_marks(actor, one, Tlp(incident.handling), incident.need_to_know)


def _refuse_uncontesting(incident: Incident, accounts: list[Claim] | None) -> None:
    contested = [] if accounts is None else incident.contests.values_list("claims", flat=True)
    if gone := sorted({pk for pk in contested if pk} - {claim.pk for claim in accounts or []}):
        raise BadInput("accounts", f"claim {gone[0]} is contested there, and stays")


def add_account(actor: Actor, incident: Incident, claim: Claim) -> Incident:
    """Put one more account beside the others. Its report's handling may not be above the incident's."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        check(actor, Verb.JUDGE, incident)
        refuse_rejected("claim", [claim])
        marks_of(seen(actor, [claim.report]), Tlp(incident.handling), incident.need_to_know)
        if claim.report.need_to_know is not None and incident.need_to_know is None:
            raise BadInput("need_to_know", "the account is for certain compartments only, and the incident is not")
        incident.accounts.add(claim)
        log(actor, "incident.account_added", f"incident:{incident.pk}", claim=claim.pk)
    return incident


def add_accounts(actor: Actor, incident: Incident, claims: Iterable[Claim]) -> Incident:
    """Put several accounts beside the others, all of them or none."""
    with transaction.atomic():
        for claim in claims:
            incident = add_account(actor, incident, claim)
    return incident


def add_evidence(actor: Actor, incident: Incident, name: str, content: bytes, media_type: str) -> Evidence:
    """Take a file in as evidence of the incident, under the incident's own marks. It is hashed before anything else."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        check(actor, Verb.JUDGE, incident)
        evidence = take_in_evidence(
            actor, name, content, media_type, handling=Tlp(incident.handling), need_to_know=incident.need_to_know
        )
        incident.evidence.add(evidence)
        log(actor, "incident.evidence_added", f"incident:{incident.pk}", evidence=evidence.pk)
    return evidence


class _Matter(Part):
    matter: Named
    settled: Prose = ""


def contest(actor: Actor, incident: Incident, matter: str, claims: Iterable[Claim]) -> Contest:
    """Say on what accounts of the incident contradict each other, so that they are read beside one another."""
    matter, claims = parse(_Matter, {"matter": matter}).matter, list(claims)
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        check(actor, Verb.JUDGE, incident)
        seen(actor, [claim.report for claim in claims])
        if len({claim.pk for claim in claims}) < 2:
            raise BadInput("claims", "choose the two or more accounts that contradict each other")
        if incident.accounts.filter(pk__in=[claim.pk for claim in claims]).count() < len(claims):
            raise BadInput("claims", "only accounts of this incident can contradict each other here")
        said = Contest.objects.create(incident=incident, matter=matter, said_by_id=person(actor), said_at=clock.now())
        said.claims.set(claims)
        body = {"contest": said.pk, "claims": ids(claims), "matter_sha256": sha256(matter)}
        log(actor, "incident.contested", f"incident:{incident.pk}", **body)
    return said


def settle(actor: Actor, contest: Contest, settled: str) -> Contest:
    """Say how a contradiction was settled. The accounts stay beside each other; raises WrongState the second time."""
    said = parse(_Matter, {"matter": contest.matter, "settled": settled}).settled
    if not said:
        raise BadInput("settled", "say how it was settled, and by what")
    with transaction.atomic():
        locked = Contest.objects.select_for_update(of=("self",), no_key=True)
        contest = locked.select_related("incident").get(pk=contest.pk)
        check(actor, Verb.JUDGE, contest.incident)
        if contest.settled_at is not None:
            raise WrongState("it was settled before")
        contest.settled, contest.settled_by_id, contest.settled_at = said, person(actor), clock.now()
        contest.save(update_fields=["settled", "settled_by", "settled_at"])
        body = {"contest": contest.pk, "settled_sha256": sha256(said)}
        log(actor, "incident.contest_settled", f"incident:{contest.incident_id}", **body)
    return contest


class _InquiryText(Part):
    body: Named = "-"
    finding: Prose = ""


def open_inquiry(actor: Actor, incident: Incident, body: str, opened_on: date | None = None) -> Inquiry:
    """Record that a body looks into the incident; several may, each with its own status and finding."""
    body = parse(_InquiryText, {"body": body}).body[:200]
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident.pk)
        check(actor, Verb.JUDGE, incident)
        inquiry = Inquiry.objects.create(incident=incident, body=body, opened_on=opened_on)
        log(actor, "inquiry.opened", f"incident:{incident.pk}", inquiry=inquiry.pk)
    return inquiry


def set_inquiry(actor: Actor, inquiry: Inquiry, status: str, finding: str = "") -> Inquiry:
    """Where the body stands now, and what it found."""
    if status not in Inquiry.Status.values:
        raise BadInput("status", f"{status!r} is none; give one of {', '.join(Inquiry.Status.values)}")
    text = parse(_InquiryText, {"finding": finding}).finding
    with transaction.atomic():
        locked = Inquiry.objects.select_for_update(of=("self",), no_key=True)
        inquiry = locked.select_related("incident").get(pk=inquiry.pk)
        check(actor, Verb.JUDGE, inquiry.incident)
        inquiry.status, inquiry.finding = Inquiry.Status(status), text
        inquiry.save(update_fields=["status", "finding"])
        body = {"inquiry": inquiry.pk, "status": status, "finding_sha256": sha256(text)}
        log(actor, "inquiry.set", f"incident:{inquiry.incident_id}", **body)
    return inquiry


class _Organisation(Part):
    name: Named
    descriptor: Prose = ""


def keep_actor(
    actor: Actor,
    *,
    name: str,
    descriptor: str = "",
    handling: Tlp | None = None,
    need_to_know: str | None = None,
    known: ThreatActor | None = None,
) -> ThreatActor:
    """Record an organisation said to threaten, or change one that is `known`, whose marks are never lowered.

    Persons are not profiled.
    """
    check(actor, Verb.JUDGE)
    said = parse(_Organisation, {"name": name, "descriptor": descriptor})
    if len(said.name) > 200:
        raise BadInput("name", "is longer than 200 characters")
    with transaction.atomic():
        parts: list[ThreatActor] = []
        if known is None:
            known = ThreatActor(realm=actor.realm.value, created_at=clock.now())
        else:
            known = ThreatActor.objects.select_for_update(no_key=True).get(pk=known.pk)
            check(actor, Verb.JUDGE, known)
            parts = [known]
        store(known, said, *marks_of(parts, handling, need_to_know))
        check(actor, Verb.JUDGE, known)
        known.save()
        log(actor, "threat_actor.kept", f"threat_actor:{known.pk}", hash_of(said))
    return known
