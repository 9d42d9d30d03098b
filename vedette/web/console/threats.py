"""The threat board; one threat with what speaks for and against it; its determination and outcome."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.people.queries import areas_for
from vedette.reports.models import Claim, Report
from vedette.reports.queries import claims_for, source_standing, standing_of
from vedette.threats import actions, queries
from vedette.threats.judgement_lint import FIELDS
from vedette.threats.likelihood import TERMS
from vedette.threats.models import Determination, Incident, Threat
from vedette.threats.standing import SETTLED, Standing
from vedette.warnings.models import Warning
from vedette.web.console.doors import ActedRequest, Errors, one, page, paged, told
from vedette.web.console.drafting import moment, show_moment
from vedette.web.console.highlight import told as in_words
from vedette.web.console.judgement_check import judged_words
from vedette.web.console.outcomes import outcome_form, set_outcome
from vedette.web.console.reports import handlings, latest
from vedette.web.console.warnings import standing as standing_of_warnings
from vedette.web.middleware import zone

CRITERIA = ("credible", "specific", "impending")
_TEXT = ("title", "target_group", "place", "intent", "capability", "opportunity", "assumptions", "would_change")


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


@page(Verb.JUDGE)
def assess(request: ActedRequest) -> HttpResponse:
    """Judge a new threat on the claims of a report (`?report=`) or of the newest ones."""
    errors, here = Errors(), zone()
    offered = _offered(request)
    given: dict[str, Any] = dict(request.POST.items()) if request.method == "POST" else _begun(request, offered)
    if request.method == "POST":
        sides = {claim.pk: request.POST.get(f"claim-{claim.pk}", "") for claim in offered}
        judged: dict[str, Any] = {name: given.get(name, "") for name in _TEXT}
        for name in ("window_from", "window_to"):
            judged[name] = moment(given.get(name, ""), here, name, errors.fields)
        try:
            judged["likelihood"] = float(given.get("likelihood", "")) / 100
        except ValueError:
            errors.add("likelihood", "Give a number from 1 to 99.")
        judged["confidence"] = given.get("confidence", "")
        area = areas_for(request.actor).filter(code=given.get("area", "")).first()
        judged["area"] = area.geometry if area is not None else None
        if not errors:
            with told(errors):
                kept = actions.assess(
                    request.actor,
                    claims_for=[claim for claim in offered if sides[claim.pk] == "for"],
                    claims_against=[claim for claim in offered if sides[claim.pk] == "against"],
                    actor=queries.actors_for(request.actor).filter(pk=_number(given.get("actor", ""))).first(),
                    trigger=queries.incident_for(request.actor, _number(given.get("trigger", ""))),
                    handling=Tlp(given["handling"]) if given.get("handling") else None,
                    **judged,
                )
                messages.success(request, "The judgement is recorded. Now decide whether to warn.")
                return redirect("console:threat", kept.pk)
        given["sides"] = sides
    context = {
        "given": given,
        "errors": errors,
        "claims": [_account(claim) | {"side": (given.get("sides") or {}).get(claim.pk, "")} for claim in offered],
        "handlings": handlings(request),
        "confidences": [("", "choose…"), *Threat.Confidence.choices],
        "terms": [(term, f"{term.low * 100:.0f}–{term.high * 100:.0f} %") for term in TERMS],
        "incidents": [("", "none known"), *((found.pk, found.title) for found in queries.incidents_for(request.actor))],
        "actors": [("", "not known"), *((found.pk, found.name) for found in queries.actors_for(request.actor))],
        "areas": [("", "not drawn yet"), *((area.code, area.name) for area in areas_for(request.actor))],
        "judged_words": judged_words(given, sum(side == "for" for side in (given.get("sides") or {}).values())),
        "marking": given.get("handling") or Tlp.AMBER_STRICT.value,
    }
    return render(request, "console/assess.html", context, status=422 if errors else 200)


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


@page()
def incident(request: ActedRequest, incident_id: int) -> HttpResponse:
    """One incident: its accounts side by side, and who looks into it."""
    found = queries.incident_for(request.actor, incident_id)
    if found is None:
        raise Http404
    context = {
        **_incident(request, found),
        "threats": visible(request.actor, found.threats.all()),
        "marking": found.handling,
    }
    return render(request, "console/incident.html", context)


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
        "claims_for": [_account(claim) for claim in sees.filter(supports=found)],
        "claims_against": [_account(claim) for claim in sees.filter(contradicts=found)],
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
    accounts = claims_for(request.actor).filter(incidents=found)
    return {"incident": found, "accounts": [_account(claim) for claim in accounts], "inquiries": found.inquiries.all()}


def _account(claim: Claim) -> dict[str, Any]:
    """A claim as an account: its words, who says them, and how it is graded."""
    return {
        "pk": claim.pk,
        "key": claim.key,
        "report_id": claim.report_id,
        "report": claim.report,
        "quote": claim.quote,
        "told": in_words(claim.certainty, claim.polarity, claim.modality, claim.details),
        "reliability": latest(source_standing(claim.report.source)),
        "credibility": latest(standing_of([claim]).get(claim.pk, ())),
    }


def _offered(request: ActedRequest) -> list[Claim]:
    """The claims to choose from: of the report asked for, else of the newest reports; rejected ones cannot be cited."""
    asked = _number(request.GET.get("report", ""))
    found = claims_for(request.actor).exclude(status=Claim.Status.REJECTED)
    if asked:
        return list(found.filter(report_id=asked))
    newest = visible(request.actor, Report.objects.all()).order_by("-received_at").values_list("pk", flat=True)[:3]
    return list(found.filter(report_id__in=list(newest)))


def _begun(request: ActedRequest, offered: list[Claim]) -> dict[str, Any]:
    """What the report's own draft says, to begin with; likelihood and confidence are left to people."""
    report = offered[0].report if offered and request.GET.get("report") else None
    if report is None:
        return {"handling": Tlp.AMBER_STRICT.value}
    full = Report.objects.get(pk=report.pk)
    said = {name: (full.draft.get(name) or {}).get("value") or "" for name in full.draft}
    here = zone()
    return {
        "title": full.title,
        "target_group": said.get("target_group", ""),
        "place": said.get("area", ""),
        "window_from": show_moment(said.get("onset"), here),
        "window_to": show_moment(said.get("expires"), here),
        "handling": full.handling,
    }


def _threat(request: ActedRequest, threat_id: int) -> Threat:
    return one(request.actor, Threat.objects.select_related("actor", "trigger", "author"), pk=threat_id)  # type: ignore[no-any-return]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
