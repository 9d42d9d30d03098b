"""One source: how it was graded, by whom and why, and what later outcomes say of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from vedette.access.roles import Verb
from vedette.reports.actions import grade_source
from vedette.reports.models import Reliability
from vedette.reports.queries import inbox, source_for, source_standing
from vedette.threats.track import ENOUGH, track_of
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.console.reports import RELIABILITIES, latest


@page()
def source(request: ActedRequest, source_id: int) -> HttpResponse:
    """The page; posted to, one more grade."""
    found, errors = source_for(request.actor, source_id), Errors()
    if found is None:
        raise Http404
    if request.method == "POST":
        with told(errors):
            grade_source(request.actor, found, request.POST.get("value", ""), request.POST.get("reason", ""))
            messages.success(request, "The source is graded.")
            return redirect("console:source", source_id)
    context = {
        "source": found,
        "reliability": latest(source_standing(found)),
        "grades": found.grades.select_related("grader").order_by("-graded_at", "-pk"),
        "labels": dict(Reliability.choices),
        "track": track_of(request.actor, found),
        "enough": ENOUGH,
        "reports": inbox(request.actor).filter(source=found)[:30],
        "reliabilities": RELIABILITIES,
        "given": {"value": request.POST.get("value", ""), "reason": request.POST.get("reason", "")},
        "may_grade": request.actor.may(Verb.GRADE, found),
        "errors": errors,
        "marking": found.handling,
    }
    return render(request, "console/source.html", context, status=422 if errors else 200)
