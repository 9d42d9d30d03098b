"""One file of evidence: its hash, its chain of custody, what it belongs to; and the original, to whoever may see it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from vedette.access.roles import Verb
from vedette.reports.evidence import EvidenceDamaged, custody_of, examine, open_evidence
from vedette.reports.models import Evidence
from vedette.reports.queries import evidence_for
from vedette.threats.queries import incidents_for
from vedette.web.console.doors import ActedRequest, one, page, seen
from vedette.web.console.ledger import names_behind
from vedette.web.handed import handed_out

_KINDS = {"evidence.taken_in": "taken in", "evidence.opened": "handed out", "evidence.marked": "marked more strictly"}


@page()
def evidence(request: ActedRequest, evidence_id: int) -> HttpResponse:
    """The page. Its bytes are hashed again each time, and handed to nobody by that."""
    found: Evidence = one(request.actor, evidence_for(request.actor), pk=evidence_id)
    steps = custody_of(request.actor, found)
    names = names_behind(step.by for step in steps)
    context = {
        "evidence": found,
        "kept": examine(request.actor, found),
        "custody": [
            {"step": step, "words": _KINDS.get(step.kind, step.kind), "who": names.get(step.by, step.by)}
            for step in steps
        ],
        "report": seen(request.actor, found.report),
        "incidents": incidents_for(request.actor).filter(evidence=found),
        "may_see_ledger": request.actor.may(Verb.SEE_LEDGER),
        "marking": found.handling,
    }
    return render(request, "console/evidence.html", context)


@page()
def original(request: ActedRequest, evidence_id: int) -> HttpResponse:
    """The bytes as they were taken in, as a file and never shown in the page; that is part of the chain of custody."""
    found: Evidence = one(request.actor, evidence_for(request.actor), pk=evidence_id)
    try:
        content = open_evidence(request.actor, found)
    except EvidenceDamaged:
        messages.error(request, "It was not handed out: what is kept is no longer what was hashed.")
        return redirect("console:evidence", evidence_id)
    return handed_out(content, found.name)
