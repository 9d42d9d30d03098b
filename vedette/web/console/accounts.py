"""Claims as accounts: their words, who says them, how they are graded; and the claims that a form offers to cite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vedette.access.policy import visible
from vedette.reports.models import Claim, Report
from vedette.reports.queries import claims_for, standing_of, standings_of_sources
from vedette.web.console.doors import ActedRequest
from vedette.web.console.highlight import told as in_words
from vedette.web.console.reports import latest

#: How many of the newest reports a form takes claims from when none is asked for, and how many it lists.
_NEWEST, _LISTED = 3, 40


def accounts(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """Claims as a page shows them, in a handful of queries."""
    claims = list(claims)
    given = standing_of(claims)
    sources = standings_of_sources({claim.report.source_id for claim in claims})
    return [
        {
            "pk": claim.pk,
            "key": claim.key,
            "report_id": claim.report_id,
            "report": claim.report,
            "quote": claim.quote,
            "told": in_words(claim.certainty, claim.polarity, claim.modality, claim.details),
            "reliability": latest(sources.get(claim.report.source_id, ())),
            "credibility": latest(given.get(claim.pk, ())),
        }
        for claim in claims
    ]


def offered(request: ActedRequest, report_id: int = 0) -> list[Claim]:
    """The claims to choose from: of one report, else of the newest ones; rejected ones cannot be cited."""
    found = claims_for(request.actor).exclude(status=Claim.Status.REJECTED)
    if report_id:
        return list(found.filter(report_id=report_id))
    return list(found.filter(report_id__in=[pk for pk, _ in _newest(request)[:_NEWEST]]))


def reports_offered(request: ActedRequest) -> list[tuple[str, str]]:
    """The reports whose claims a form can offer."""
    return [("", "the newest reports"), *((str(pk), title) for pk, title in _newest(request)[:_LISTED])]


def _newest(request: ActedRequest) -> list[tuple[int, str]]:
    reports = visible(request.actor, Report.objects.all()).order_by("-received_at", "-pk")
    return list(reports.values_list("pk", "title")[:_LISTED])


def number(text: str) -> int:
    """A record's number as a form or an address gives it; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0
