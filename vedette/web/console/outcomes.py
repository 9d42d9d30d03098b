"""The part of a threat's page that says what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.reports.models import Claim, Report
from vedette.reports.queries import claims_for
from vedette.threats import actions
from vedette.threats.models import Outcome, Threat
from vedette.web.console.doors import ActedRequest, Errors
from vedette.web.console.drafting import moment
from vedette.web.middleware import zone

#: How many of the newest reports' claims an outcome can cite on the page, beside those of the judgement.
_NEWEST = 5


def set_outcome(request: ActedRequest, found: Threat, errors: Errors) -> None:
    """Record what the form says, or tell in `errors` what of it cannot be read. Raises as the action does."""
    posted = request.POST
    at = moment(posted.get("happened_at", ""), zone(), "happened_at", errors.fields)
    if errors:
        return
    wanted = [int(text) for text in posted.getlist("claim") if text.isdecimal() and len(text) < 18]
    actions.set_outcome(
        request.actor,
        found,
        posted.get("result", ""),
        posted.get("note", ""),
        happened_at=None if at is None else datetime.fromisoformat(at),
        claims=claims_for(request.actor).filter(pk__in=wanted),
    )


def outcome_form(request: ActedRequest, found: Threat) -> dict[str, Any]:
    """What was said of it, the last first, and the form to say it with."""
    actor, posted = request.actor, request.POST
    cited = Prefetch("claims", claims_for(actor), to_attr="seen_claims")
    newest = visible(actor, Report.objects.all()).order_by("-received_at").values_list("pk", flat=True)[:_NEWEST]
    known = claims_for(actor).exclude(status=Claim.Status.REJECTED)
    offered = known.filter(report_id__in=list(newest)) | known.filter(supports=found) | known.filter(contradicts=found)
    return {
        "outcomes": found.outcomes.select_related("set_by").prefetch_related(cited).order_by("-set_at", "-pk"),
        "results": [("", "choose…"), *Outcome.Result.choices],
        "settling": offered.distinct(),
        "said": {
            "result": posted.get("result", ""),
            "note": posted.get("note", ""),
            "happened_at": posted.get("happened_at", ""),
            "claims": posted.getlist("claim"),
        },
        "may_outcome": actor.may(Verb.JUDGE, found) or actor.may(Verb.APPROVE, found),
    }
