"""Near copies of a report: fetched into its page once that is there, since comparing texts takes a moment."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from vedette.reports.copies import copies_of
from vedette.reports.queries import report_for
from vedette.web.console.doors import ActedRequest, page


@page()
def copies(request: ActedRequest, report_id: int) -> HttpResponse:
    """The list; a part of the report's page for htmx, else a page of its own."""
    found = report_for(request.actor, report_id)
    if found is None:
        raise Http404
    rows = [{"report": one.report, "percent": round(100 * one.share)} for one in copies_of(request.actor, found)]
    template = "parts/copies.html" if request.headers.get("HX-Request") else "console/copies.html"
    return render(request, template, {"report": found, "copies": rows, "marking": found.handling})
