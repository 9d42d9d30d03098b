"""What is added to an incident on its page: accounts, contradictions, inquiries, evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.queries import claims_for
from vedette.threats import actions
from vedette.threats.models import Contest, Incident, Inquiry
from vedette.web.console.accounts import number
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.console.incidents import one_incident, shown

PartT = TypeVar("PartT", bound=Model)
_OF_NO_KIND = "application/octet-stream"


@require_POST
@page(Verb.JUDGE)
def add_accounts(request: ActedRequest, incident_id: int) -> HttpResponse:
    """Put the chosen claims beside the accounts that are there."""

    def add(found: Incident) -> str:
        chosen = list(claims_for(request.actor).filter(pk__in=_chosen(request)))
        if not chosen:
            raise BadInput("claim", "choose at least one claim")
        actions.add_accounts(request.actor, found, chosen)
        return "The accounts stand beside the others."

    return _done(request, incident_id, add)


@require_POST
@page(Verb.JUDGE)
def contest(request: ActedRequest, incident_id: int) -> HttpResponse:
    """Say on what some of the accounts contradict each other."""

    def say(found: Incident) -> str:
        chosen = claims_for(request.actor).filter(pk__in=_chosen(request))
        actions.contest(request.actor, found, request.POST.get("matter", ""), chosen)
        return "They stand beside one another now."

    return _done(request, incident_id, say)


@require_POST
@page(Verb.JUDGE)
def settle(request: ActedRequest, incident_id: int, contest_id: int) -> HttpResponse:
    """Say how a contradiction was settled."""

    def say(found: Incident) -> str:
        contested = _part(Contest.objects.filter(incident=found), contest_id)
        actions.settle(request.actor, contested, _text(request, "settled"))
        return "It is recorded how that was settled."

    return _done(request, incident_id, say)


@require_POST
@page(Verb.JUDGE)
def open_inquiry(request: ActedRequest, incident_id: int) -> HttpResponse:
    """A body looks into it."""

    def record(found: Incident) -> str:
        opened: date | None = None
        if given := request.POST.get("opened_on", ""):
            try:
                opened = date.fromisoformat(given)
            except ValueError:
                raise BadInput("opened_on", f"{given!r} is not a date.") from None
        actions.open_inquiry(request.actor, found, request.POST.get("body", ""), opened)
        return "The inquiry is recorded."

    return _done(request, incident_id, record)


@require_POST
@page(Verb.JUDGE)
def set_inquiry(request: ActedRequest, incident_id: int, inquiry_id: int) -> HttpResponse:
    """Where a body stands, and what it found."""

    def record(found: Incident) -> str:
        inquiry = _part(Inquiry.objects.filter(incident=found), inquiry_id)
        actions.set_inquiry(request.actor, inquiry, request.POST.get("status", ""), _text(request, "finding"))
        return f"{inquiry.body}: recorded."

    return _done(request, incident_id, record)


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


def _done(request: ActedRequest, incident_id: int, act: Callable[[Incident], str]) -> HttpResponse:
    """Do something to the incident and say so on its page, or show there what was refused."""
    found, errors = one_incident(request, incident_id), Errors()
    with told(errors):
        messages.success(request, act(found))
        return redirect("console:incident", incident_id)
    return shown(request, found, errors)


def _part(parts: QuerySet[PartT], pk: int) -> PartT:
    """A part of the incident; else 404."""
    found = parts.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _text(request: ActedRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\r\n", "\n")
