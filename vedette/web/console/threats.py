"""The threat board; one threat with what speaks for and against it; its determination and outcome."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vedette import clock
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.reports.queries import claims_for
from vedette.threats import actions, queries
from vedette.threats.judgement_lint import FIELDS
from vedette.threats.models import Determination, Incident, Threat
from vedette.threats.standing import SETTLED, Standing
from vedette.warnings.models import Warning
from vedette.web.console.accounts import accounts
from vedette.web.console.doors import ActedRequest, Errors, one, page, paged, told
from vedette.web.console.judgement_check import judged_words
from vedette.web.console.outcomes import outcome_form, set_outcome
from vedette.web.console.warnings import standing as standing_of_warnings

CRITERIA = ("credible", "specific", "impending")


@page()
def board(request: ActedRequest) -> HttpResponse:
    """All threats, open and likely ones first; beside them those nobody has been warned of."""
    shown = paged(request, queries.board(request.actor).prefetch_related("claims_for", "claims_against"))
    standings = queries.standings(shown)
    rows = [
        {
            "threat": threat,
            "for": len(threat.claims_for.all()),
            "against": len(threat.claims_against.all()),
            "standing": standings[threat.pk],
            "settled": standings[threat.pk] in SETTLED,
        }
        for threat in shown
    ]
    context = {
        "page": shown,
        "rows": rows,
        "unwarned": queries.unwarned(request.actor, clock.now()),
        "incidents": queries.incidents_for(request.actor)[:8],
        "may_judge": request.actor.may(Verb.JUDGE),
    }
    return render(request, "console/threats.html", context)


@page()
def threat(request: ActedRequest, threat_id: int) -> HttpResponse:
    """One threat."""
    return _page(request, _threat(request, threat_id), Errors())


@require_POST
@page(Verb.APPROVE)
def determine(request: ActedRequest, threat_id: int) -> HttpResponse:
    """Record the decision to warn, or not to."""
    found, errors = _threat(request, threat_id), Errors()
    answers = {name: request.POST.get(name) == "yes" for name in CRITERIA}
    with told(errors):
        actions.determine(
            request.actor,
            found,
            request.POST.get("decision", ""),
            basis=request.POST.get("basis", ""),
            ground=request.POST.get("ground", ""),
            **answers,
        )
        messages.success(request, "The decision is recorded.")
        return redirect("console:threat", threat_id)
    return _page(request, found, errors)


@require_POST
@page(Verb.APPROVE)
def agree(request: ActedRequest, threat_id: int, determination_id: int) -> HttpResponse:
    """The second person's word that nobody is warned."""
    found, errors = _threat(request, threat_id), Errors()
    determination = found.determinations.filter(pk=determination_id).first()
    if determination is None:
        raise Http404
    with told(errors):
        actions.agree(request.actor, determination)
        messages.success(request, "Agreed: two people decided that nobody is warned.")
        return redirect("console:threat", threat_id)
    return _page(request, found, errors)


@require_POST
@page()
def close(request: ActedRequest, threat_id: int) -> HttpResponse:
    """Put the threat away."""
    found, errors = _threat(request, threat_id), Errors()
    with told(errors):
        actions.close(request.actor, found)
        messages.success(request, "The threat is closed.")
        return redirect("console:threat", threat_id)
    return _page(request, found, errors)


@require_POST
@page()
def outcome(request: ActedRequest, threat_id: int) -> HttpResponse:
    """Say what became of it."""
    found, errors = _threat(request, threat_id), Errors()
    with told(errors):
        set_outcome(request, found, errors)
        if not errors:
            messages.success(request, "The outcome is recorded.")
            return redirect("console:threat", threat_id)
    if reason := errors.fields.pop("set_by", ""):
        errors.whole = reason
    return _page(request, found, errors)


def _page(request: ActedRequest, found: Threat, errors: Errors) -> HttpResponse:
    actor = request.actor
    sees = claims_for(actor)
    given = {
        "criteria": [name for name in CRITERIA if request.POST.get(name)],
        "decision": request.POST.get("decision", ""),
        "basis": request.POST.get("basis", ""),
        "ground": request.POST.get("ground", ""),
    }
    standing, last = queries.standings([found])[found.pk], queries.last_determination(found)
    context = {
        "threat": found,
        "judged_words": judged_words({name: getattr(found, name) for name in FIELDS}, found.claims_for.count()),
        "claims_for": accounts(sees.filter(supports=found)),
        "claims_against": accounts(sees.filter(contradicts=found)),
        "determinations": found.determinations.select_related("decided_by", "agreement__agreed_by").order_by("-pk"),
        "standing": standing,
        "settled": standing in SETTLED,
        "last": last,
        "one_says_not": standing is Standing.ONE_SAYS_NOT,
        "bases": [("", "only if not: choose…"), *Determination.Basis.choices],
        "warnings": standing_of_warnings(visible(actor, Warning.objects.filter(threat=found)).order_by("-created_at")),
        **outcome_form(request, found),
        "criteria": CRITERIA,
        "given": given,
        "errors": errors,
        "may_draft": actor.may(Verb.DRAFT, found) and found.closed_at is None,
        "may_judge": actor.may(Verb.APPROVE, found),
        "area": {"geometry": found.area, "saved": []},
        "marking": found.handling,
    }
    if found.trigger is not None and actor.may(Verb.SEE, found.trigger):
        context |= _incident(request, found.trigger)
    return render(request, "console/threat.html", context, status=422 if errors else 200)


def _incident(request: ActedRequest, found: Incident) -> dict[str, Any]:
    beside = accounts(claims_for(request.actor).filter(incidents=found))
    return {"incident": found, "accounts": beside, "inquiries": found.inquiries.all()}


def _threat(request: ActedRequest, threat_id: int) -> Threat:
    return one(request.actor, Threat.objects.select_related("actor", "trigger", "author"), pk=threat_id)  # type: ignore[no-any-return]
