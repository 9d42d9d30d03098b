"""/reports: documents as received, what the reader found in them, and the warning they propose."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Router, Status, UploadedFile

from vedette import clock
from vedette.access.handling import UNLABELLED, Tlp
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line
from vedette.people.models import Organisation
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.actions import take_in
from vedette.reports.copies import copies_of
from vedette.reports.models import Report
from vedette.reports.queries import inbox, sources_for
from vedette.warnings.proposal import propose
from vedette.web.api.claims import ClaimShown, page_of_claims
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Marked, NeedToKnow, Shown, When, marks

router = Router(tags=["reports"])


class ReportShown(Marked):
    """A report in a list."""

    title: str
    #: The source's id; null when the source is above the reader's clearance.
    source: int | None
    sha256: str
    media_type: str
    published: date | None
    received_at: When


class ReportWhole(ReportShown):
    """A report with its text, the draft it proposes and its claims."""

    text: str
    #: As `vedette read --json` gives it: each field with value, claims (by key) and span, or why there is none.
    draft: dict[str, Any]


class ReportGiven(Given):
    """The fields sent beside the file."""

    source: Line
    handling: Tlp = UNLABELLED
    title: Line = ""
    published: date | None = None
    need_to_know: NeedToKnow | None = None


class CopyShown(Shown):
    """A report that says nearly the same, and the share of the shorter text that is in both."""

    report: int
    title: str
    share: float


class ProposalShown(Shown):
    """What the report supports of a warning's content; nothing is invented."""

    content: dict[str, Any]
    #: Field -> ids of the claims whose words it holds.
    citations: dict[str, list[int]]
    #: Field -> why it is not filled.
    missing: dict[str, str]


@get(router, "", Verb.SEE, response=Page[ReportShown], summary="List reports, newest first")
def list_reports(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(inbox(request.auth), _shower(request), cursor, limit)


@post(
    router,
    "",
    Verb.REPORT,
    takes="multipart/form-data",
    response={201: ReportWhole, 200: ReportWhole},
    summary="Take a document in; the same bytes again answer 200 with the report that is here",
)
def receive_report(request: ApiRequest, given: Form[ReportGiven], file: File[UploadedFile]) -> Any:
    if file.size is None or file.size > LARGEST_FILE:
        raise BadInput("file", f"is larger than {LARGEST_FILE:,} bytes")
    received = take_in(
        request.auth,
        original=file.read(),
        media_type=file.content_type or "application/octet-stream",
        filename=file.name or "",
        source=given.source,
        title=given.title,
        published=given.published,
        handling=given.handling,
        need_to_know=given.need_to_know,
    )
    return Status(201 if received.is_new else 200, _whole(request, received.report))


@get(router, "/{int:report_id}", Verb.SEE, response=ReportWhole, summary="One report with its text and draft")
def show_report(request: ApiRequest, report_id: int) -> Any:
    return _whole(request, found(inbox(request.auth), report_id))


@get(router, "/{int:report_id}/claims", Verb.SEE, response=Page[ClaimShown], summary="A report's claims, in order")
def list_claims_of_report(request: ApiRequest, report_id: int, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page_of_claims(request, found(inbox(request.auth), report_id), cursor, limit)


@get(router, "/{int:report_id}/copies", Verb.SEE, response=list[CopyShown], summary="Reprints of it: one origin")
def list_copies(request: ApiRequest, report_id: int) -> Any:
    copies = copies_of(request.auth, found(inbox(request.auth), report_id))
    return [{"report": one.report.pk, "title": one.report.title, "share": one.share} for one in copies]


@get(router, "/{int:report_id}/proposal", Verb.DRAFT, response=ProposalShown, summary="The warning it proposes")
def propose_from_report(request: ApiRequest, report_id: int) -> Any:
    report = found(inbox(request.auth), report_id)
    organisation = Organisation.objects.first()
    if organisation is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    made = propose(report, organisation, clock.now())
    return ProposalShown(content=json.loads(json.dumps(made.content)), citations=made.citations, missing=made.missing)


def _shower(request: HttpRequest) -> Any:
    seen = set(sources_for(request.auth).values_list("pk", flat=True))  # type: ignore[attr-defined]
    return lambda report: _row(report, seen)


def _row(report: Report, seen: set[int]) -> dict[str, Any]:
    own = ("title", "sha256", "media_type", "published", "received_at")
    source = report.source_id if report.source_id in seen else None
    return {**marks(report), **{name: getattr(report, name) for name in own}, "source": source}


def _whole(request: HttpRequest, report: Report) -> dict[str, Any]:
    return {**_shower(request)(report), "text": report.text, "draft": report.draft}
