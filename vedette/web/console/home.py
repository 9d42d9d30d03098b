"""The start page: what needs this person now."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from vedette import clock
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.reports.queries import inbox
from vedette.threats.queries import unwarned
from vedette.warnings.models import Message, Warning
from vedette.warnings.queries import break_glass_for, in_force, messages_for, waiting_for_approval
from vedette.web.console.doors import ActedRequest, page
from vedette.web.console.warnings import standing


@page()
def home(request: ActedRequest) -> HttpResponse:
    """Waiting approvals, warnings in force with their open counts, unwarned threats, and what overseers review."""
    actor, now = request.actor, clock.now()
    running: list[Warning] = list(visible(actor, in_force(actor.realm, now)).order_by("expires_at"))
    own = messages_for(actor).filter(author_id=actor.user_id, state=Message.State.DRAFT)
    is_overseer = actor.may(Verb.SEE_LEDGER)
    context = {
        "now": now,
        "in_force": standing(running),
        "waiting": waiting_for_approval(actor),
        "approved": messages_for(actor).filter(state=Message.State.APPROVED) if actor.may(Verb.ISSUE) else (),
        "drafts": own[:8],
        "unwarned": unwarned(actor, now),
        "reports": inbox(actor)[:6],
        "is_overseer": is_overseer,
        "broken": break_glass_for(actor).select_related("message", "approver")[:20] if is_overseer else (),
        "may_draft": actor.may(Verb.DRAFT),
        "may_approve": actor.may(Verb.APPROVE),
    }
    return render(request, "console/home.html", context)
