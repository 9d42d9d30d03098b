"""The inbox, and one report with its claims in the text, beside the draft they propose."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vedette.access.handling import Tlp
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.exchange.intake.queries import attached_to, item_of, standings
from vedette.reports.actions import accept_claim, grade_claim, grade_source, reject_claim, take_in
from vedette.reports.grading import Standing
from vedette.reports.intake import media_type_of
from vedette.reports.models import Claim, Credibility, Grade, Reliability, Report
from vedette.reports.queries import (
    followers_of,
    graded_claims,
    report_for,
    source_standing,
    sources_for,
    threads,
)
from vedette.warnings.models import Warning
from vedette.web.console.doors import ActedRequest, Errors, one, page, paged, seen, told
from vedette.web.console.highlight import segments
from vedette.web.console.highlight import told as in_words

#: The draft's fields in the order in which people take them in.
DRAFT = ("source", "hazard", "target_group", "area", "onset", "expires", "instruction", "trigger")
#: What a source can be graded as. Nothing is chosen for anybody: a grade is a judgement.
RELIABILITIES = [("", "choose…"), *((value, f"{value} {label}") for value, label in Reliability.choices)]


@page()
def listed(request: ActedRequest) -> HttpResponse:
    """The inbox; a POST takes a pasted or uploaded document in and goes to it."""
    errors = Errors()
    if request.method == "POST":
        report = _take_in(request, errors)
        if report is not None:
            return redirect("console:report", report.pk)
    shown = paged(request, threads(request.actor))
    context = {
        "page": shown,
        "rows": _rows(request.actor, list(shown)),
        "errors": errors,
        "given": request.POST if request.method == "POST" else {"handling": Tlp.AMBER_STRICT.value},
        "sources": sources_for(request.actor),
        "handlings": handlings(request),
        "may_report": request.actor.may(Verb.REPORT),
    }
    return render(request, "console/inbox.html", context, status=422 if errors else 200)


@page()
def report(request: ActedRequest, report_id: int) -> HttpResponse:
    """One report: text, claims, proposed draft."""
    return _page(request, _report(request, report_id), Errors())


@require_POST
@page(Verb.GRADE)
def judge_claim(request: ActedRequest, report_id: int, key: str) -> HttpResponse:
    """Accept, reject or grade one claim; htmx gets the card, a plain form the page."""
    claim: Claim = one(request.actor, Claim.objects.all(), Verb.SEE, "report", report_id=report_id, key=key)
    errors = Errors()
    with told(errors):
        match request.POST.get("verdict"):
            case "accept":
                accept_claim(request.actor, claim)
            case "reject":
                reject_claim(request.actor, claim)
        if value := request.POST.get("credibility"):
            grade_claim(request.actor, claim, value, request.POST.get("reason", ""))
    found = _report(request, report_id)
    if request.headers.get("HX-Request"):
        shown = next(card for card in _cards(request, found) if card["key"] == key)
        context = {"claim": shown, "report": found, "may_grade": True, "claim_errors": errors, **_axes(found)}
        return render(request, "parts/claim.html", context)
    if errors:
        return _page(request, found, errors)
    return redirect(f"/reports/{report_id}/#claim-{key}")


@require_POST
@page(Verb.GRADE)
def judge_source(request: ActedRequest, report_id: int) -> HttpResponse:
    """One more judgement of the source's reliability."""
    found, errors = _report(request, report_id), Errors()
    reliability = request.POST.get("reliability", "")
    if not reliability:
        errors.add("reliability", "choose a grade")
        return _page(request, found, errors)
    with told(errors):
        grade_source(request.actor, found.source, reliability, request.POST.get("reason", ""))
        messages.success(request, "The source is graded.")
    return _page(request, found, errors) if errors else redirect("console:report", report_id)


def handlings(request: ActedRequest) -> list[tuple[str, str]]:
    """The marks one may give: those one may see."""
    return [(mark.value, mark.value) for mark in Tlp if mark.rank <= request.actor.clearance.rank]


def latest(standing: tuple[Standing, ...]) -> str:
    """The newest of what the graders think; empty when nobody has judged."""
    return (standing[0].value or "") if standing else ""


def _page(request: ActedRequest, found: Report, errors: Errors) -> HttpResponse:
    cards, came = _cards(request, found), item_of(request.actor, found.pk)
    claims = [card["claim"] for card in cards]
    draft = [{"name": name, **(found.draft.get(name) or {"value": None, "why": "not read"})} for name in DRAFT]
    context = {
        "report": found,
        "parts": segments(found.text, claims),
        "claims": cards,
        "open": sum(claim.status == Claim.Status.PROPOSED for claim in claims),
        "draft": draft,
        "warnings": visible(request.actor, Warning.objects.filter(report=found)),
        "came": came,
        "brought_by": None if came is None or came.part_of is None else seen(request.actor, came.part_of.report),
        "attached": [] if came is None else attached_to(request.actor, came),
        "first": seen(request.actor, found.follows),
        "followers": followers_of(request.actor, found),
        "standing": standings(request.actor, [found.pk]).get(found.pk),
        "errors": errors,
        "may_judge": request.actor.may(Verb.JUDGE),
        "may_draft": request.actor.may(Verb.DRAFT),
        "may_grade": request.actor.may(Verb.GRADE, found),
        "may_see_source": request.actor.may(Verb.SEE, found.source),
        "marking": found.handling,
        "reason": request.POST.get("reason", ""),
        "judged": request.POST.get("reliability", ""),
        **_axes(found),
    }
    return render(request, "console/report.html", context, status=422 if errors else 200)


def _axes(found: Report) -> dict[str, Any]:
    return {
        "reliability": latest(source_standing(found.source)),
        "reliabilities": RELIABILITIES,
        "credibilities": Credibility.choices,
    }


def _cards(request: ActedRequest, found: Report) -> list[dict[str, Any]]:
    return [
        {
            "claim": graded.claim,
            "pk": graded.claim.pk,
            "key": graded.claim.key,
            "status": graded.claim.status,
            "quote": graded.claim.quote,
            "credibility": latest(graded.standing),
            "told": in_words(
                graded.claim.certainty, graded.claim.polarity, graded.claim.modality, graded.claim.details
            ),
        }
        for graded in graded_claims(request.actor, found)
    ]


def _rows(actor: Actor, reports: list[Report]) -> list[dict[str, Any]]:
    """What the inbox says of each report, in a handful of queries."""
    ids = [found.pk for found in reports]
    counted = Claim.objects.filter(report__in=ids).values("report_id")
    claims = {
        row["report_id"]: row
        for row in counted.annotate(whole=Count("pk"), open=Count("pk", filter=Q(status=Claim.Status.PROPOSED)))
    }
    may_see = visible(actor, Warning.objects.filter(report__in=ids)).order_by()
    warned = dict(may_see.values_list("report_id").annotate(Count("pk")))
    reliability: dict[int, str] = {}
    for grade in Grade.objects.filter(source__in={found.source_id for found in reports}).order_by("graded_at", "id"):
        reliability[grade.source_id or 0] = grade.value
    credibility: dict[int, str] = {}
    graded = Grade.objects.filter(claim__report__in=ids).select_related("claim").order_by("graded_at", "id")
    for grade in graded:
        if grade.claim is not None:
            best = credibility.get(grade.claim.report_id)
            credibility[grade.claim.report_id] = min(best, grade.value) if best else grade.value
    said = standings(actor, ids)
    return [
        {
            "report": found,
            "standing": said.get(found.pk),
            "claims": claims.get(found.pk, {}).get("whole", 0),
            "open": claims.get(found.pk, {}).get("open", 0),
            "warnings": warned.get(found.pk, 0),
            "reliability": reliability.get(found.source_id, ""),
            "credibility": credibility.get(found.pk, ""),
        }
        for found in reports
    ]


def _take_in(request: ActedRequest, errors: Errors) -> Report | None:
    posted, upload = request.POST, request.FILES.get("file")
    text = posted.get("text", "").replace("\r\n", "\n")
    if upload is None and not text.strip():
        errors.add("text", "Paste the text, or choose a file.")
    if upload is not None and text.strip():
        errors.add("file", "Give the text or a file, not both.")
    if not posted.get("source", "").strip():
        errors.add("source", "Say where it comes from.")
    published: date | None = None
    if given := posted.get("published", ""):
        try:
            published = date.fromisoformat(given)
        except ValueError:
            errors.add("published", f"{given!r} is not a date.")
    try:
        handling = Tlp(posted.get("handling", ""))
    except ValueError:
        errors.add("handling", "Choose a TLP label.")
    if errors:
        return None
    with told(errors):
        name = upload.name or "" if upload is not None else ""
        received = take_in(
            request.actor,
            original=upload.read() if upload is not None else text.encode(),
            media_type=media_type_of(name) or "text/plain",
            source=posted["source"].strip(),
            title=posted.get("title", "").strip(),
            published=published,
            handling=handling,
            filename=name,
        )
        if not received.is_new:
            messages.info(request, "These very bytes had been received before: this is that report.")
        return received.report
    if "media_type" in errors.fields:
        errors.add("file", errors.fields.pop("media_type"))
    return None


def _report(request: HttpRequest, report_id: int) -> Report:
    found = report_for(request.actor, report_id)  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found
