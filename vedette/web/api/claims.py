"""/claims: the cited spans of reports, and what people make of them."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette.access.roles import Verb
from vedette.formats.parts import Line, Prose
from vedette.reports.actions import accept_claim, grade_claim, reject_claim
from vedette.reports.grading import Standing
from vedette.reports.models import Claim, Report
from vedette.reports.queries import claims_for, inbox, standing_of
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Id, Shown, When, chosen

router = Router(tags=["claims"])


class GradeShown(Shown):
    """What one grader thinks at present; `value` is null where they cannot judge (F, 6)."""

    grader: int
    value: str | None
    reason: str
    graded_at: When


class ClaimShown(Shown):
    """A claim; `details` holds attribution, cues, times, places, events and responds_to as they were read."""

    id: int
    report: int
    key: str
    start: int
    end: int
    quote: str
    certainty: str
    polarity: str
    modality: str
    status: str
    details: dict[str, Any]
    credibility: list[GradeShown]


class GradeGiven(Given):
    """A judgement and what it rests on."""

    value: Line
    reason: Prose = ""


@get(router, "", Verb.SEE, response=Page[ClaimShown], summary="List claims, by report")
def list_claims(request: ApiRequest, report: Id | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page_of_claims(request, chosen("report", inbox(request.auth), report), cursor, limit)


@get(router, "/{int:claim_id}", Verb.SEE, response=ClaimShown, summary="One claim")
def show_claim(request: ApiRequest, claim_id: int) -> Any:
    return _show(found(claims_for(request.auth), claim_id))


@post(router, "/{int:claim_id}/accept", Verb.GRADE, takes=None, response=ClaimShown, summary="It may be cited")
def accept(request: ApiRequest, claim_id: int) -> Any:
    return _show(accept_claim(request.auth, found(claims_for(request.auth), claim_id)))


@post(router, "/{int:claim_id}/reject", Verb.GRADE, takes=None, response=ClaimShown, summary="The reader misread")
def reject(request: ApiRequest, claim_id: int) -> Any:
    return _show(reject_claim(request.auth, found(claims_for(request.auth), claim_id)))


@post(router, "/{int:claim_id}/grades", Verb.GRADE, response={201: ClaimShown}, summary="Judge its credibility, 1-6")
def grade(request: ApiRequest, claim_id: int, given: GradeGiven) -> Any:
    claim = found(claims_for(request.auth), claim_id)
    grade_claim(request.auth, claim, given.value, given.reason)
    return Status(201, _show(claim))


def page_of_claims(request: ApiRequest, report: Report | None, cursor: str | None, limit: int) -> Any:
    """The claims the actor may see, of one report if one is given."""
    claims = claims_for(request.auth)
    shown = page(
        claims.filter(report=report) if report is not None else claims,
        lambda claim: claim,
        cursor,
        limit,
        newest_first=False,
    )
    given = standing_of(shown["items"])
    return {**shown, "items": [_row(claim, given.get(claim.pk, ())) for claim in shown["items"]]}


def grades(standing: tuple[Standing, ...]) -> list[dict[str, Any]]:
    """What each grader thinks at present."""
    return [
        {"grader": one.grader_id, "value": one.value, "reason": one.reason, "graded_at": one.graded_at}
        for one in standing
    ]


def _show(claim: Claim) -> dict[str, Any]:
    return _row(claim, standing_of([claim]).get(claim.pk, ()))


def _row(claim: Claim, standing: tuple[Standing, ...]) -> dict[str, Any]:
    own = ("id", "key", "start", "end", "quote", "certainty", "polarity", "modality", "status", "details")
    return {
        **{name: getattr(claim, name) for name in own},
        "report": claim.report_id,
        "credibility": grades(standing),
    }
