"""/warnings: from the draft to its end, over all its messages, with the same rules as the pages."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

from ninja import Query, Router, Status

from vedette import clock
from vedette.access.roles import Verb
from vedette.dispatch import drill, submitting
from vedette.dispatch.load import load_of_message
from vedette.dispatch.means import chosen_plan, means_of
from vedette.dispatch.progress import progress
from vedette.formats.parts import BadInput
from vedette.people.languages import languages_of
from vedette.people.queries import codes_of
from vedette.people.resolution import Resolution
from vedette.people.rough import figure, goal_figures, words
from vedette.reports.queries import claims_for, inbox
from vedette.threats.queries import board
from vedette.warnings import actions
from vedette.warnings.actions import Draft
from vedette.warnings.approval import content_hash
from vedette.warnings.content import Content, Plan
from vedette.warnings.findings import findings_of
from vedette.warnings.lifecycle import Move
from vedette.warnings.meant import message_meant
from vedette.warnings.models import Approval, Message, Warning
from vedette.warnings.plans import flat
from vedette.warnings.queries import reason_for, warnings_for
from vedette.warnings.reach import reach_shown_to
from vedette.warnings.readers import reading_of
from vedette.warnings.templated import templated
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import all_chosen, chosen, marks
from vedette.web.api.warning_shapes import (
    ApproveGiven,
    CheckShown,
    ProgressShown,
    ReasonGiven,
    ReturnGiven,
    RevisionGiven,
    SubmitGiven,
    UpdateGiven,
    WarningGiven,
    WarningShown,
    WarningWhole,
)

router = Router(tags=["warnings"])

#: Which of its messages; left out where only one can be meant.
Number = Annotated[int | None, Query(None, ge=1)]
#: People without an address who are listed by their codes.
MOST_CODES = 1_000
_FIGURES = ("certain", "maybe", "out", "maybe_left_out")


@get(router, "", Verb.SEE, response=Page[WarningShown], summary="List warnings, newest first")
def list_warnings(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(_known(request), lambda warning: _row(request, warning), cursor, limit)


@post(router, "", Verb.DRAFT, response={201: WarningWhole}, summary="Draft a warning")
def draft(request: ApiRequest, given: WarningGiven) -> Any:
    content, audience, plan, over = given.content, given.audience, given.plan, None
    if given.template is not None:
        begun = templated(request.auth, given.template, content, audience, plan, given.fill)
        content, audience, plan, over = begun.content, begun.audience, begun.plan, begun.all_clear
    elif given.fill:
        raise BadInput("fill", "fills the placeholders of a template; name the template too")
    if audience is None:
        raise BadInput("audience", "is needed: nobody is warned by default")
    message = actions.draft_warning(
        request.auth,
        Draft.of(content, audience, chosen_plan(request.auth, plan, content)),
        threat=chosen("threat", board(request.auth), given.threat),
        report=chosen("report", inbox(request.auth), given.report),
        citations=_citations(request, given.citations),
        need_to_know=given.need_to_know,
        all_clear=over,
    )
    return Status(201, _whole(request, message.warning_id))


@get(router, "/{int:warning_id}", Verb.SEE, response=WarningWhole, summary="One warning with its messages")
def show_warning(request: ApiRequest, warning_id: int) -> Any:
    return _whole(request, warning_id)


@get(
    router,
    "/{int:warning_id}/progress",
    Verb.SEE,
    response=ProgressShown,
    summary="How far it has come: the block by which drills are measured",
)
def show_progress(request: ApiRequest, warning_id: int) -> Any:
    return drill.block(progress(found(_known(request), warning_id).pk))


@get(
    router,
    "/{int:warning_id}/check",
    Verb.DRAFT,
    response=CheckShown,
    summary="What lint finds in its open message, and whom it would reach",
)
def check(request: ApiRequest, warning_id: int, message: Number = None) -> Any:
    meant, now = _meant(request, warning_id, None, message), clock.now()
    expired = meant.parsed_content().expires <= now
    reach = None if expired else reach_shown_to(request.auth, meant, now)
    load = None if reach is None else load_of_message(meant, reach, now, exact=request.auth.may(Verb.SEE_PEOPLE))
    return {
        "findings": [dataclasses.asdict(finding) for finding in findings_of(meant, now, load)],
        "reach": None if reach is None else _reach(request, reach),
        "reading": None if reach is None else _reading(request, meant.parsed_content(), reach),
        "plan": _means(request, meant.parsed_plan(), () if reach is None else reach.person_ids),
    }


@post(router, "/{int:warning_id}/revise", Verb.DRAFT, response=WarningWhole, summary="Change its open message")
def revise(request: ApiRequest, warning_id: int, given: RevisionGiven) -> Any:
    actions.revise(
        request.auth,
        _meant(request, warning_id, Move.REVISE, given.message),
        content=given.content,
        audience=given.audience,
        plan=None if given.plan is None else chosen_plan(request.auth, given.plan, given.content),
        citations=_citations(request, given.citations),
        read=None if given.content_hash is None else actions.AsRead(given.content_hash),
    )
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/submit", Verb.DRAFT, response=WarningWhole, summary="Hand it to the approver")
def submit(request: ApiRequest, warning_id: int, given: SubmitGiven) -> Any:
    submitting.submit(request.auth, _meant(request, warning_id, Move.SUBMIT, given.message), given.override)
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/approve", Verb.APPROVE, response=WarningWhole, summary="Approve exactly what was read")
def approve(request: ApiRequest, warning_id: int, given: ApproveGiven) -> Any:
    message = _meant(request, warning_id, Move.APPROVE, given.message)
    if not given.content_hash.isascii():
        raise BadInput("content_hash", "is the 64 hexadecimal digits that the message shows")
    actions.approve(request.auth, message, given.content_hash, given.reason, given.break_glass)
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/return", Verb.APPROVE, response=WarningWhole, summary="Send it back with a reason")
def send_back(request: ApiRequest, warning_id: int, given: ReturnGiven) -> Any:
    actions.return_to_author(request.auth, _meant(request, warning_id, Move.RETURN, given.message), given.reason)
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/withdraw", Verb.DRAFT, takes=None, response=WarningWhole, summary="Drop its draft")
def withdraw(request: ApiRequest, warning_id: int, message: Number = None) -> Any:
    actions.withdraw(request.auth, _meant(request, warning_id, Move.WITHDRAW, message))
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/issue", Verb.ISSUE, takes=None, response=WarningWhole, summary="Send what is approved")
def issue(request: ApiRequest, warning_id: int, message: Number = None) -> Any:
    submitting.issue(request.auth, _meant(request, warning_id, Move.ISSUE, message))
    return _whole(request, warning_id)


@post(router, "/{int:warning_id}/update", Verb.DRAFT, response={201: WarningWhole}, summary="Draft an update")
def update(request: ApiRequest, warning_id: int, given: UpdateGiven) -> Any:
    warning = found(_known(request), warning_id)
    drafted = Draft.of(given.content, given.audience, chosen_plan(request.auth, given.plan, given.content))
    actions.draft_update(request.auth, warning, drafted, _citations(request, given.citations))
    return Status(201, _whole(request, warning_id))


@post(
    router,
    "/{int:warning_id}/cancel",
    Verb.CANCEL,
    response=WarningWhole,
    summary="Call off an error at once: one person may",
)
def cancel(request: ApiRequest, warning_id: int, given: ReasonGiven) -> Any:
    actions.cancel(request.auth, found(_known(request), warning_id), given.reason)
    return _whole(request, warning_id)


@post(
    router,
    "/{int:warning_id}/all-clear",
    Verb.DRAFT,
    response={201: WarningWhole},
    summary="Draft the all-clear: a second person approves it",
)
def all_clear(request: ApiRequest, warning_id: int, given: ReasonGiven) -> Any:
    if not given.reason:
        raise BadInput("reason", "say why the danger is over: the reason is sent to everyone who was warned")
    actions.draft_all_clear(request.auth, found(_known(request), warning_id), given.reason)
    return Status(201, _whole(request, warning_id))


def _known(request: ApiRequest) -> Any:
    known = warnings_for(request.auth).select_related("threat", "report").prefetch_related("messages__approvals")
    return known.defer("report__original", "report__text")


def _meant(request: ApiRequest, warning_id: int, move: Move | None, number: int | None) -> Message:
    return message_meant(found(_known(request), warning_id), move, number)


def _reach(request: ApiRequest, reach: Resolution) -> dict[str, Any]:
    exact = request.auth.may(Verb.SEE_PEOPLE)
    numbers = {"total": len(reach), **{name: getattr(reach, name) for name in _FIGURES}}
    return {
        **{name: figure(number, exact=exact) for name, number in numbers.items()},
        "reasons": reach.counts if exact else None,
        "findings": [
            {"code": one.code.value, "message": words(one, exact=exact), "blocking": one.blocking}
            for one in reach.findings
        ],
        "goal": goal_figures(reach, exact=exact),
    }


def _reading(request: ApiRequest, content: Content, reach: Resolution) -> dict[str, Any] | None:
    if not request.auth.may(Verb.SEE_PEOPLE):
        return None
    found = reading_of(languages_of(request.auth.realm, reach.person_ids), content.languages)
    return {
        "texts": [{"language": one.language, "people": one.count} for one in found.texts],
        "unread": [{"language": one.language, "people": one.count, "message": one.message} for one in found.unread],
    }


def _means(request: ApiRequest, plan: Plan, people: Any) -> dict[str, Any]:
    means = means_of(plan, request.auth.realm, people)
    seen = request.auth.may(Verb.SEE_PEOPLE)
    return {
        "name": plan.name,
        "attempts": len(flat(plan)),
        "channels": list(means.channels),
        "findings": [
            {"code": one.code.value, "level": one.level.value, "message": one.words(exact=seen)}
            for one in means.findings
        ],
        "unreached": figure(len(means.without_address), exact=seen),
        "without_address": codes_of(request.auth, means.without_address[:MOST_CODES]) if seen else None,
    }


def _citations(request: ApiRequest, given: dict[str, list[int]] | None) -> dict[str, list[int]] | None:
    if given is None:
        return None
    for field, claims in given.items():
        all_chosen(f"citations.{field}", claims_for(request.auth), claims)
    return given


def _whole(request: ApiRequest, warning_id: int) -> dict[str, Any]:
    warning = found(_known(request), warning_id)
    messages = sorted(warning.messages.all(), key=lambda message: message.number)
    return {**_row(request, warning), "messages": [_message(request, message) for message in messages]}


def _row(request: ApiRequest, warning: Warning) -> dict[str, Any]:
    threat, report = warning.threat, warning.report
    last = max(warning.messages.all(), key=lambda message: message.number, default=None)
    own = ("identifier", "expires_at", "ended_at", "ended_by")
    return {
        **marks(warning),
        **{name: getattr(warning, name) for name in own},
        "state": warning.ended_by.lower() if warning.ended_at else (last.state if last else "draft"),
        "headline": last.content.get("headline", "") if last else "",
        "threat": threat.pk if threat is not None and request.auth.may(Verb.SEE, threat) else None,
        "report": report.pk if report is not None and request.auth.may(Verb.SEE, report) else None,
        "author": warning.author_id,
    }


def _message(request: ApiRequest, message: Message) -> dict[str, Any]:
    own = ("number", "identifier", "state", "content", "audience", "plan", "citations", "lint_override")
    return {
        **{name: getattr(message, name) for name in (*own, "submitted_at", "issued_at")},
        "type": message.msg_type,
        "content_hash": content_hash(message),
        "author": message.author_id,
        "approvals": [_approval(request, approval) for approval in message.approvals.all()],
    }


def _approval(request: ApiRequest, approval: Approval) -> dict[str, Any]:
    own = ("decision", "content_hash", "break_glass", "decided_at")
    return {
        **{name: getattr(approval, name) for name in own},
        "reason": reason_for(request.auth, approval),
        "approver": approval.approver_id,
    }
