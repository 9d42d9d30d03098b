"""/incidents: what happened, with its accounts side by side and the inquiries into it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from ninja import Router, Status

from vedette.access.handling import Tlp
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import Line, Prose
from vedette.reports.models import Claim, Evidence
from vedette.reports.queries import claims_for, evidence_for
from vedette.threats.actions import add_account, keep_incident, open_inquiry, set_inquiry
from vedette.threats.judgement import Happening
from vedette.threats.models import Incident, Inquiry
from vedette.threats.queries import incidents_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Id, Marked, NeedToKnow, Shown, When, all_chosen, marks

router = Router(tags=["incidents"])


class InquiryShown(Shown):
    """One body looking into the incident."""

    id: int
    body: str
    status: str
    finding: str
    opened_on: date | None


class IncidentShown(Marked):
    """An incident; `accounts` are claim ids, and only those that the reader may see."""

    title: str
    summary: str
    happened_from: When
    happened_to: When
    place: str
    lat: float | None
    lon: float | None
    precision_m: float | None
    accounts: list[int]
    evidence: list[int]
    inquiries: list[InquiryShown]


class IncidentGiven(Happening):
    """An incident to record. Of one that is changed, accounts and evidence that are left out stay as they are."""

    accounts: tuple[Id, ...] | None = None
    evidence: tuple[Id, ...] | None = None
    handling: Tlp | None = None
    need_to_know: NeedToKnow | None = None


class AccountGiven(Given):
    """One more account, by the claim's id."""

    claim: Id


class InquiryGiven(Given):
    """A body that looks into it."""

    body: Line
    opened_on: date | None = None


class InquirySet(Given):
    """Where the body stands, and what it found."""

    status: Line
    finding: Prose = ""


@get(router, "", Verb.SEE, response=Page[IncidentShown], summary="List incidents, newest record first")
def list_incidents(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    incidents = incidents_for(request.auth).prefetch_related(*_parts(request.auth))
    return page(incidents, lambda row: _show(request, row), cursor, limit)


@post(router, "", Verb.JUDGE, response={201: IncidentShown}, summary="Record an incident")
def record(request: ApiRequest, given: IncidentGiven) -> Any:
    return Status(201, _show(request, _keep(request, None, given)))


@get(router, "/{int:incident_id}", Verb.SEE, response=IncidentShown, summary="One incident")
def show_incident(request: ApiRequest, incident_id: int) -> Any:
    return _show(request, found(incidents_for(request.auth), incident_id))


@post(router, "/{int:incident_id}", Verb.JUDGE, response=IncidentShown, summary="Record it anew")
def change(request: ApiRequest, incident_id: int, given: IncidentGiven) -> Any:
    return _show(request, _keep(request, found(incidents_for(request.auth), incident_id), given))


@post(router, "/{int:incident_id}/accounts", Verb.JUDGE, response={201: IncidentShown}, summary="Add an account")
def add(request: ApiRequest, incident_id: int, given: AccountGiven) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    (claim,) = all_chosen("claim", claims_for(request.auth), [given.claim])
    return Status(201, _show(request, add_account(request.auth, incident, claim)))


@post(router, "/{int:incident_id}/inquiries", Verb.JUDGE, response={201: InquiryShown}, summary="A body looks into it")
def inquire(request: ApiRequest, incident_id: int, given: InquiryGiven) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    return Status(201, _inquiry(open_inquiry(request.auth, incident, given.body, given.opened_on)))


@post(
    router,
    "/{int:incident_id}/inquiries/{int:inquiry_id}",
    Verb.JUDGE,
    response=InquiryShown,
    summary="Where the body stands, and what it found",
)
def conclude(request: ApiRequest, incident_id: int, inquiry_id: int, given: InquirySet) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    inquiry = found(Inquiry.objects.filter(incident=incident), inquiry_id)
    return _inquiry(set_inquiry(request.auth, inquiry, given.status, given.finding))


def _keep(request: ApiRequest, incident: Incident | None, given: IncidentGiven) -> Incident:
    told = {name: getattr(given, name) for name in Happening.model_fields}
    accounts, evidence = given.accounts, given.evidence
    return keep_incident(
        request.auth,
        incident,
        accounts=None if accounts is None else all_chosen("accounts", claims_for(request.auth), accounts),
        evidence=None if evidence is None else all_chosen("evidence", evidence_for(request.auth), evidence),
        handling=given.handling,
        need_to_know=given.need_to_know,
        **told,
    )


def _parts(actor: Actor) -> tuple[Any, Any]:
    """Its accounts and evidence, as far as the actor may see them."""
    claims = visible(actor, Claim.objects.only("pk"), through="report")
    evidence = visible(actor, Evidence.objects.only("pk"))
    return (
        Prefetch("accounts", queryset=claims, to_attr="seen_accounts"),
        Prefetch("evidence", queryset=evidence, to_attr="seen_evidence"),
    )


def _show(request: ApiRequest, incident: Incident) -> dict[str, Any]:
    if not hasattr(incident, "seen_accounts"):
        prefetch_related_objects([incident], *_parts(request.auth))
    return {
        **marks(incident),
        **{name: getattr(incident, name) for name in Happening.model_fields},
        "accounts": sorted(claim.pk for claim in incident.seen_accounts),  # type: ignore[attr-defined]
        "evidence": sorted(one.pk for one in incident.seen_evidence),  # type: ignore[attr-defined]
        "inquiries": [_inquiry(inquiry) for inquiry in incident.inquiries.all()],
    }


def _inquiry(inquiry: Inquiry) -> dict[str, Any]:
    return {name: getattr(inquiry, name) for name in ("id", "body", "status", "finding", "opened_on")}
