"""The matrix of a threat: its claims held against competing hypotheses, by keyboard, on any width."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.threats.models import Mark, Threat
from vedette.threats.weighing import Matrix, add_hypothesis, mark, matrix
from vedette.web.console.doors import ActedRequest, Errors, one, page, told

#: How many of the latest marks the history shows.
_SHOWN = 60


@page()
def hypotheses(request: ActedRequest, threat_id: int) -> HttpResponse:
    """The matrix, and the form that marks it."""
    found, errors = one(request.actor, Threat.objects.select_related("author"), pk=threat_id), Errors()
    if request.method == "POST":
        with told(errors):
            made = mark(request.actor, found, _marks(request))
            messages.success(request, f"{len(made)} marks are recorded." if made else "Nothing was changed.")
            return redirect("console:hypotheses", threat_id)
    return _page(request, found, errors)


@require_POST
@page()
def add(request: ActedRequest, threat_id: int) -> HttpResponse:
    """One more hypothesis."""
    found, errors = one(request.actor, Threat.objects.select_related("author"), pk=threat_id), Errors()
    with told(errors):
        add_hypothesis(request.actor, found, request.POST.get("statement", ""))
        messages.success(request, "The hypothesis is added.")
        return redirect("console:hypotheses", threat_id)
    return _page(request, found, errors)


def _page(request: ActedRequest, found: Threat, errors: Errors) -> HttpResponse:
    held = matrix(request.actor, found)
    context = {
        "threat": found,
        "matrix": held,
        "ranks": [{"rank": rank, "statement": held.hypotheses[rank.hypothesis]} for rank in held.ranks],
        "rows": [_row(held, at) for at in range(len(held.rows))],
        "leading": held.hypotheses[held.leading] if held.leading else "",
        "history": [(mark, held.hypotheses.get(mark.hypothesis, mark.hypothesis)) for mark in held.history[:_SHOWN]],
        "values": [("", "–"), *Mark.Value.choices],
        "may_mark": request.actor.may(Verb.JUDGE, found) and found.closed_at is None,
        "statement": request.POST.get("statement", ""),
        "errors": errors,
        "marking": found.handling,
    }
    return render(request, "console/hypotheses.html", context, status=422 if errors else 200)


def _row(held: Matrix, at: int) -> dict[str, Any]:
    row = held.rows[at]
    origins = [other.evidence.origin for other in held.rows]
    first = origins.index(row.evidence.origin)
    return {
        "claim": row.claim,
        "reliability": row.evidence.reliability or "",
        "credibility": row.evidence.credibility or "",
        "tells_apart": row.tells_apart,
        "marked": bool(row.evidence.marks),
        #: The claim that it shares its vote with, if it is not the first of its origin.
        "same_as": held.rows[first].claim if first != at else None,
        "cells": [
            {
                "name": f"mark-{row.claim.pk}-{code}",
                "statement": statement,
                "value": row.evidence.marks[code].value if code in row.evidence.marks else "",
            }
            for code, statement in held.hypotheses.items()
        ],
    }


def _marks(request: ActedRequest) -> dict[tuple[int, str], str]:
    """What the form chose: fields `mark-<claim>-<hypothesis>`; one left at the dash says nothing."""
    found = {}
    for name, value in request.POST.items():
        kind, _, rest = name.partition("-")
        claim, _, code = rest.partition("-")
        if kind == "mark" and value and claim.isdecimal() and len(claim) < 18:
            found[int(claim), code] = str(value)
    return found
