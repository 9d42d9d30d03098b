"""What is added to an incident on its page: accounts, contradictions, inquiries, evidence."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.queries import claims_for
from vedette.threats import actions
from vedette.threats.models import Contest, Inquiry
from vedette.web.console.accounts import number
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.console.incidents import one_incident, shown

_OF_NO_KIND = "application/octet-stream"


@require_POST
@page(Verb.JUDGE)
def add_accounts(request: ActedRequest, incident_id: int) -> HttpResponse:
    """Put the chosen claims beside the accounts that are there."""
    found, errors = one_incident(request, incident_id), Errors()
    chosen = list(claims_for(request.actor).filter(pk__in=_chosen(request)))
    if not chosen:
        errors.add("claim", "choose at least one claim")
        return shown(request, found, errors)
    with told(errors):
        actions.add_accounts(request.actor, found, chosen)
        messages.success(request, "The accounts stand beside the others.")
        return redirect("console:incident", incident_id)
    return shown(request, found, errors)


@require_POST
@page(Verb.JUDGE)
def contest(request: ActedRequest, incident_id: int) -> HttpResponse:
    """Say on what some of the accounts contradict each other."""
    found, errors = one_incident(request, incident_id), Errors()
    with told(errors):
        chosen = claims_for(request.actor).filter(pk__in=_chosen(request))
        actions.contest(request.actor, found, request.POST.get("matter", ""), chosen)
        messages.success(request, "They stand beside one another now.")
        return redirect("console:incident", incident_id)
    return shown(request, found, errors)


@require_POST
@page(Verb.JUDGE)
def settle(request: ActedRequest, incident_id: int, contest_id: int) -> HttpResponse:
    """Say how a contradiction was settled."""
    found, errors = one_incident(request, incident_id), Errors()
    contested = Contest.objects.filter(incident=found, pk=contest_id).first()
    if contested is None:
        raise Http404
    with told(errors):
        actions.settle(request.actor, contested, request.POST.get("settled", "").replace("\r\n", "\n"))
        messages.success(request, "It is recorded how that was settled.")
        return redirect("console:incident", incident_id)
    return shown(request, found, errors)


@require_POST
@page(Verb.JUDGE)
def open_inquiry(request: ActedRequest, incident_id: int) -> HttpResponse:
    """A body looks into it."""
    found, errors = one_incident(request, incident_id), Errors()
    opened: date | None = None
    if given := request.POST.get("opened_on", ""):
        try:
            opened = date.fromisoformat(given)
        except ValueError:
            errors.add("opened_on", f"{given!r} is not a date.")
    if not errors:
        with told(errors):
            actions.open_inquiry(request.actor, found, request.POST.get("body", ""), opened)
            messages.success(request, "The inquiry is recorded.")
            return redirect("console:incident", incident_id)
    return shown(request, found, errors)


@require_POST
@page(Verb.JUDGE)
def set_inquiry(request: ActedRequest, incident_id: int, inquiry_id: int) -> HttpResponse:
    """Where a body stands, and what it found."""
    found, errors = one_incident(request, incident_id), Errors()
    inquiry = Inquiry.objects.filter(incident=found, pk=inquiry_id).first()
    if inquiry is None:
        raise Http404
    with told(errors):
        finding = request.POST.get("finding", "").replace("\r\n", "\n")
        actions.set_inquiry(request.actor, inquiry, request.POST.get("status", ""), finding)
        messages.success(request, f"{inquiry.body}: recorded.")
        return redirect("console:incident", incident_id)
    return shown(request, found, errors)


@require_POST
@page(Verb.REPORT)
def add_evidence(request: ActedRequest, incident_id: int) -> HttpResponse:
    """Take a file in: its bytes are hashed before anything else, and nothing ever reads or changes them."""
    found, errors = one_incident(request, incident_id), Errors()
    file = request.FILES.get("file")
    if file is None:
        errors.add("file", "Choose a file.")
    elif (file.size or 0) > LARGEST_FILE:
        errors.add("file", f"It has more than {LARGEST_FILE // 1_000_000} MB.")
    else:
        with told(errors):
            kind = (file.content_type or "").partition(";")[0].strip() or _OF_NO_KIND
            kept = actions.add_evidence(request.actor, found, file.name or "", file.read(), kind)
            messages.success(request, f"Kept as received, with SHA-256 {kept.sha256}.")
            return redirect("console:incident", incident_id)
        for name in ("name", "content", "media_type"):
            if name in errors.fields:
                errors.add("file", errors.fields.pop(name))
    return shown(request, found, errors)


def _chosen(request: ActedRequest) -> list[int]:
    return [pk for pk in map(number, request.POST.getlist("claim")) if pk]
