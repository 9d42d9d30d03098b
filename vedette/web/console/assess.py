"""The form that judges a threat: claims for and against it, what may happen, how likely, and apart from it how sure."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.people.queries import areas_for
from vedette.reports.models import Claim, Report
from vedette.reports.queries import claims_for
from vedette.threats import actions, queries
from vedette.threats.likelihood import TERMS
from vedette.threats.models import Incident, Threat
from vedette.web.console.accounts import accounts, number, offered
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.console.drafting import moment, show_moment
from vedette.web.console.judgement_check import judged_words
from vedette.web.console.reports import handlings
from vedette.web.middleware import zone

_TEXT = ("title", "target_group", "place", "intent", "capability", "opportunity", "assumptions", "would_change")


@page(Verb.JUDGE)
def assess(request: ActedRequest) -> HttpResponse:
    """Judge a new threat on the claims of a report (`?report=`), of an incident (`?trigger=`) or of the newest ones."""
    errors = Errors()
    trigger = queries.incident_for(request.actor, number(request.GET.get("trigger", "")))
    claims = _claims(request, trigger)
    given = dict(request.POST.items()) if request.method == "POST" else _begun(request, claims, trigger)
    sides = {claim.pk: request.POST.get(f"claim-{claim.pk}", "") for claim in claims}
    if request.method == "POST":
        judged = _judged(request, given, errors)
        if not errors:
            with told(errors), transaction.atomic():
                kept = actions.assess(
                    request.actor,
                    claims_for=[claim for claim in claims if sides[claim.pk] == "for"],
                    claims_against=[claim for claim in claims if sides[claim.pk] == "against"],
                    actor=_actor(request, given),
                    trigger=queries.incident_for(request.actor, number(given.get("trigger", ""))),
                    handling=_handling(given),
                    **judged,
                )
                messages.success(request, "The judgement is recorded. Now decide whether to warn.")
                return redirect("console:threat", kept.pk)
        if "name" in errors.fields:
            errors.add("actor_new", errors.fields.pop("name"))
    context = {
        "given": given,
        "errors": errors,
        "claims": [one | {"side": sides[one["pk"]]} for one in accounts(claims)],
        "handlings": handlings(request),
        "confidences": [("", "choose…"), *Threat.Confidence.choices],
        "terms": [(term, f"{term.low * 100:.0f}–{term.high * 100:.0f} %") for term in TERMS],
        "incidents": [
            ("", "none known"),
            *((str(found.pk), found.title) for found in queries.incidents_for(request.actor)),
        ],
        "actors": [("", "not known"), *((str(found.pk), found.name) for found in queries.actors_for(request.actor))],
        "areas": [("", "not drawn yet"), *((area.code, area.name) for area in areas_for(request.actor))],
        "judged_words": judged_words(given, sum(side == "for" for side in sides.values())),
        "marking": given.get("handling") or Tlp.AMBER_STRICT.value,
    }
    return render(request, "console/assess.html", context, status=422 if errors else 200)


def _claims(request: ActedRequest, trigger: Incident | None) -> list[Claim]:
    """Those of the report, or of the newest ones; and what tells of the incident, so that it can be cited too."""
    report = number(request.GET.get("report", ""))
    told_of = list(claims_for(request.actor).filter(incidents=trigger)) if trigger is not None else []
    known = {claim.pk for claim in told_of}
    return told_of + [claim for claim in offered(request, report) if claim.pk not in known]


def _judged(request: ActedRequest, given: dict[str, Any], errors: Errors) -> dict[str, Any]:
    """The form's fields as `judgement.Judgement` has them; what cannot be read is told in `errors`."""
    here = zone()
    judged: dict[str, Any] = {name: given.get(name, "") for name in _TEXT}
    for name in ("window_from", "window_to"):
        judged[name] = moment(given.get(name, ""), here, name, errors.fields)
    try:
        judged["likelihood"] = float(given.get("likelihood", "")) / 100
        if not 0 < judged["likelihood"] < 1:
            raise ValueError(judged["likelihood"])
    except ValueError:
        errors.add("likelihood", "Give a number from 1 to 99.")
    judged["confidence"] = given.get("confidence", "")
    area = areas_for(request.actor).filter(code=given.get("area", "")).first()
    judged["area"] = area.geometry if area is not None else None
    return judged


def _actor(request: ActedRequest, given: dict[str, Any]) -> Any:
    """The organisation chosen, or one recorded now under the judgement's own mark: both are kept, or neither."""
    if name := given.get("actor_new", "").strip():
        return actions.keep_actor(request.actor, name=name, handling=_handling(given))
    return queries.actors_for(request.actor).filter(pk=number(given.get("actor", ""))).first()


def _handling(given: dict[str, Any]) -> Tlp | None:
    return Tlp(given["handling"]) if given.get("handling") in list(Tlp) else None


def _begun(request: ActedRequest, claims: list[Claim], trigger: Incident | None) -> dict[str, Any]:
    """What the report's own draft says, to begin with; likelihood and confidence are left to people."""
    begun: dict[str, Any] = {"handling": Tlp.AMBER_STRICT.value}
    asked = number(request.GET.get("report", ""))
    report = Report.objects.filter(pk__in={claim.report_id for claim in claims} & {asked}).first()
    if trigger is not None:
        begun |= {"handling": trigger.handling, "trigger": str(trigger.pk)}
    if report is None:
        return begun
    said = _supported(report)
    here = zone()
    marks = [Tlp(begun["handling"]), Tlp(report.handling)] if trigger is not None else [Tlp(report.handling)]
    return begun | {
        "title": report.title,
        "target_group": said.get("target_group", ""),
        "place": said.get("area", ""),
        "window_from": show_moment(said.get("onset"), here),
        "window_to": show_moment(said.get("expires"), here),
        "handling": max(marks, key=lambda mark: mark.rank).value,
    }


def _supported(report: Report) -> dict[str, Any]:
    """What the report's draft says, as far as no claim that it rests on was rejected."""
    standing = set(report.claims.exclude(status=Claim.Status.REJECTED).values_list("key", flat=True))
    return {
        name: found["value"]
        for name, found in report.draft.items()
        if found and found.get("value") and found.get("claims") and standing.issuperset(found["claims"])
    }
