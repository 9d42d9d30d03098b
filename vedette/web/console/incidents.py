"""Incidents: the list, one with its accounts beside one another, and the form that records or changes one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from vedette.access.handling import Tlp
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.places.circle import circle
from vedette.places.geometry import BadGeometry, geojson_of
from vedette.places.upload.written import point_of
from vedette.reports.models import Claim
from vedette.reports.queries import claims_for, evidence_for
from vedette.threats import actions, queries
from vedette.threats.models import Incident, Inquiry, Threat
from vedette.web.console.accounts import accounts, number, offered, reports_offered
from vedette.web.console.doors import ActedRequest, Errors, page, paged, told
from vedette.web.console.drafting import moment, show_moment
from vedette.web.console.reports import handlings
from vedette.web.middleware import zone

#: The smallest circle that is drawn about a place, in metres, so that an exact one can be seen.
_SMALLEST_M = 100.0


@page()
def listed(request: ActedRequest) -> HttpResponse:
    """All incidents, the newest first."""
    counted = queries.incidents_for(request.actor).prefetch_related("contests")
    shown = paged(request, counted)
    found = [incident.pk for incident in shown]
    told_of = claims_for(request.actor).filter(incidents__in=found).order_by()
    kept = evidence_for(request.actor).filter(incidents__in=found).order_by()
    context = {
        "page": shown,
        "accounts": dict(told_of.values_list("incidents").annotate(Count("pk", distinct=True))),
        "evidence": dict(kept.values_list("incidents").annotate(Count("pk", distinct=True))),
        "may_judge": request.actor.may(Verb.JUDGE),
    }
    return render(request, "console/incidents.html", context)


@page()
def incident(request: ActedRequest, incident_id: int) -> HttpResponse:
    """One incident."""
    return shown(request, one_incident(request, incident_id), Errors())


@page(Verb.JUDGE)
def record(request: ActedRequest) -> HttpResponse:
    """A new one, from the claims of a report (`?report=`) or of the newest ones."""
    return _form(request, None, offered(request, number(request.GET.get("report", ""))))


@page(Verb.JUDGE)
def change(request: ActedRequest, incident_id: int) -> HttpResponse:
    """What is said of one; its accounts and evidence are added on its own page."""
    found = one_incident(request, incident_id)
    return _form(request, found, list(claims_for(request.actor).filter(incidents=found)))


def one_incident(request: ActedRequest, incident_id: int) -> Incident:
    """The incident, if the reader may see it; else 404, which tells nothing."""
    found = queries.incident_for(request.actor, incident_id)
    if found is None:
        raise Http404
    return found


def shown(request: ActedRequest, found: Incident, errors: Errors) -> HttpResponse:
    """The page of an incident, with what was refused of a form on it."""
    actor, posted = request.actor, request.POST
    beside = accounts(claims_for(actor).filter(incidents=found))
    by_claim = {account["pk"]: account for account in beside}
    contests = [
        {"contest": contest, "accounts": _among(by_claim, contest.claims.all())}
        for contest in found.contests.select_related("said_by", "settled_by").prefetch_related("claims")
    ]
    contested = {account["pk"] for row in contests for account in row["accounts"]}
    may_judge = actor.may(Verb.JUDGE, found)
    asked = request.GET.get("accounts", "") or posted.get("accounts", "")
    context = {
        "incident": found,
        "accounts": beside,
        "contests": contests,
        "others": [account for account in beside if account["pk"] not in contested],
        "inquiries": found.inquiries.order_by("pk"),
        "statuses": Inquiry.Status.choices,
        "evidence": evidence_for(actor).filter(incidents=found).order_by("created_at", "pk"),
        "threats": visible(actor, Threat.objects.filter(trigger=found)).order_by("-created_at"),
        "area": _ground(found),
        "offered": accounts(claim for claim in offered(request, number(asked)) if claim.pk not in by_claim)
        if may_judge
        else [],
        "reports": reports_offered(request) if may_judge else [],
        "asked": asked,
        "may_judge": may_judge,
        "may_add_evidence": may_judge and actor.may(Verb.REPORT, found),
        "may_see_ledger": actor.may(Verb.SEE_LEDGER),
        "given": posted,
        "chosen": posted.getlist("claim"),
        "errors": errors,
        "marking": found.handling,
    }
    return render(request, "console/incident.html", context, status=422 if errors else 200)


def _among(by_claim: dict[int, dict[str, Any]], claims: Iterable[Claim]) -> list[dict[str, Any]]:
    return [by_claim[claim.pk] for claim in claims if claim.pk in by_claim]


def _ground(found: Incident) -> dict[str, Any] | None:
    """Where it happened as the map draws it: a circle as wide as the place is known."""
    if found.lat is None or found.lon is None:
        return None
    drawn = circle(found.lat, found.lon, max(found.precision_m or 0.0, _SMALLEST_M))
    return {"geometry": geojson_of(drawn), "saved": []}


def _form(request: ActedRequest, found: Incident | None, claims: list[Claim]) -> HttpResponse:
    errors = Errors()
    given: dict[str, Any] = dict(request.POST.items()) if request.method == "POST" else _begun(found)
    chosen = request.POST.getlist("claim")
    if request.method == "POST":
        said = _said(given, errors, found)
        if not errors:
            with told(errors):
                kept = actions.keep_incident(
                    request.actor,
                    found,
                    accounts=[claim for claim in claims if str(claim.pk) in chosen] if found is None else None,
                    handling=Tlp(given["handling"]) if given.get("handling") else None,
                    **said,
                )
                messages.success(request, "The incident is recorded." if found is None else "The change is recorded.")
                return redirect("console:incident", kept.pk)
        for name in ("lat", "lon"):
            if name in errors.fields:
                errors.add("point", errors.fields.pop(name))
    context = {
        "incident": found,
        "given": given,
        "errors": errors,
        "claims": accounts(claims) if found is None else [],
        "chosen": chosen,
        "places": _places(claims),
        "handlings": [("", "as its accounts ask"), *handlings(request)] if found is None else handlings(request),
        "zone_name": str(zone()).replace("_", " "),
        "marking": given.get("handling") or Tlp.AMBER_STRICT.value,
    }
    return render(request, "console/incident_form.html", context, status=422 if errors else 200)


def _begun(found: Incident | None) -> dict[str, Any]:
    if found is None:
        return {}
    here = zone()
    return {
        "title": found.title,
        "summary": found.summary,
        "happened_from": show_moment(found.happened_from, here),
        "happened_to": show_moment(found.happened_to, here),
        "place": found.place,
        "point": "" if found.lat is None else f"{found.lat:g}, {found.lon:g}",
        "precision_m": "" if found.precision_m is None else f"{found.precision_m:g}",
        "handling": found.handling,
    }


def _said(given: dict[str, Any], errors: Errors, found: Incident | None) -> dict[str, Any]:
    """The form's fields as `judgement.Happening` has them; what cannot be read is told in `errors`."""
    here, was = zone(), (found.happened_from, found.happened_to) if found is not None else (None, None)
    unread: dict[str, str] = {}
    begins = moment(given.get("happened_from", ""), here, "happened_from", unread, was[0])
    ends = moment(given.get("happened_to", ""), here, "happened_to", unread, was[1]) or begins
    lat = lon = precision = None
    if point := (given.get("point", "").strip() or given.get("named", "")):
        try:
            lat, lon = point_of(point)
        except BadGeometry as error:
            unread["point"] = str(error)
    if metres := given.get("precision_m", "").strip():
        try:
            precision = float(metres)
        except ValueError:
            unread["precision_m"] = f"{metres!r} is no number of metres"
    for name, reason in unread.items():
        errors.add(name, reason)
    if begins is None and "happened_from" not in unread:
        errors.add("happened_from", "say when it happened, or the earliest that it can have")
    return {
        "title": given.get("title", ""),
        "summary": given.get("summary", "").replace("\r\n", "\n"),
        "happened_from": begins,
        "happened_to": ends,
        "place": given.get("place", ""),
        "lat": lat,
        "lon": lon,
        "precision_m": precision,
    }


def _places(claims: Iterable[Claim]) -> list[tuple[str, str]]:
    """The points that the claims' own places may mean, to choose instead of writing one."""
    found: dict[str, str] = {}
    for claim in claims:
        for place in claim.details.get("places") or ():
            for one in place.get("candidates") or ():
                point = f"{float(one['lat']):.4f}, {float(one['lon']):.4f}"
                found.setdefault(point, f"{one.get('name', '')} ({point}), as {claim.key} says")
    return [("", "none of these"), *found.items()] if found else []
