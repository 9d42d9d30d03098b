"""The approval page: what changes hands, the decision on it, and the door through which it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, decide, why
from vedette.access.roles import Verb
from vedette.dispatch import submitting
from vedette.people.freshness import roster_age
from vedette.people.queries import areas_for
from vedette.warnings import actions
from vedette.warnings.approval import content_hash, whole_of
from vedette.warnings.content import MessageType
from vedette.warnings.findings import reports_behind
from vedette.warnings.models import Approval, Message
from vedette.warnings.queries import decided_before, may_read_decided, messages_for, reason_for, replaced_by
from vedette.web.console.changes import changes
from vedette.web.console.check import check_message
from vedette.web.console.compose import cites
from vedette.web.console.doors import ActedRequest, Errors, one, page, seen, told
from vedette.web.console.drift import shown_drift
from vedette.web.console.going_to import going_to
from vedette.web.console.means import shown_means
from vedette.web.console.warnings import begins
from vedette.web.proof import ask_for_proof


@dataclass(frozen=True)
class Comparison:
    """An earlier version that the message can be held against."""

    key: str
    words: str
    whole: Mapping[str, Any] | None


@page()
def review(request: ActedRequest, warning_id: int, number: int) -> HttpResponse:
    """Everything that is approved, and the decision."""
    message = _message(request, warning_id, number)
    return _review(request, message, Errors())


@page()
def decide_on(request: ActedRequest, warning_id: int, number: int) -> HttpResponse:
    """Approve, return, submit, or withdraw: whichever button was pressed. Who approves proves first who they are."""
    message = _message(request, warning_id, number)
    if request.method != "POST":  # Whoever has proved who they are, and whose form was lost meanwhile, reads again.
        return redirect("console:review", warning_id, number)
    if request.POST.get("do") in ("approve", "break-glass"):
        ask_for_proof(request)
    errors, reason, done = Errors(), request.POST.get("reason", ""), ""
    with told(errors):
        match request.POST.get("do"):
            case "approve":
                actions.approve(request.actor, message, request.POST.get("content_hash", ""), reason)
                done = "Approved. It can be issued now."
            case "break-glass":
                actions.approve(request.actor, message, request.POST.get("content_hash", ""), reason, break_glass=True)
                done = "Approved by break-glass. The overseers are told on every page; it can be issued now."
            case "return":
                actions.return_to_author(request.actor, message, reason)
                done = "Returned to its author."
            case "submit":
                submitting.submit(request.actor, message, request.POST.get("override", ""))
                done = "Submitted. A second person can approve it now."
            case "withdraw":
                actions.withdraw(request.actor, message)
                done = "Withdrawn; it will not be sent."
            case other:
                errors.whole = f"{other!r} is nothing that can be done with a message."
    if errors:
        return _review(request, message, errors)
    messages.success(request, done)
    if request.POST.get("do") in ("return", "withdraw"):
        return redirect("console:warning", warning_id)
    return redirect("console:review", warning_id, number)


@page(Verb.ISSUE)
def issue(request: ActedRequest, warning_id: int, number: int) -> HttpResponse:
    """The last look, and the one button that sends. Live asks for the word."""
    message = _message(request, warning_id, number)
    errors = Errors()
    live = request.actor.realm is Realm.LIVE
    if request.method == "POST":
        if live and request.POST.get("word", "").strip() != "LIVE":
            errors.add("word", "Type LIVE: this goes to real people.")
        else:
            if live:
                ask_for_proof(request)
            with told(errors):
                submitting.issue(request.actor, message)
                return redirect("console:warning", warning_id)
    issued = replaced_by(message)
    content, plan, found = message.content, message.parsed_plan(), _checked(message, request)
    context = {
        "message": message,
        "warning": message.warning,
        "content": content,
        "issued": issued,
        "begins": begins(message.parsed_content()),
        "changes": changes(request.actor, whole_of(issued), whole_of(message)) if issued is not None else (),
        "channels": sorted({step.channel for step in plan.steps}),
        "plan": plan,
        "check": found,
        "going": going_to(request.actor, message, found.audience.people),
        "drift": shown_drift(request.actor, message, found.audience.resolution),
        "means": shown_means(request.actor, plan, found.audience.people),
        "errors": errors,
        "live": live,
        "marking": content["handling"],
    }
    return render(request, "console/issue.html", context, status=422 if errors else 200)


def _review(request: ActedRequest, message: Message, errors: Errors) -> HttpResponse:
    actor = request.actor
    comparisons, above = _comparisons(actor, message)
    against = next((one for one in comparisons if one.key == request.GET.get("against")), comparisons[0])
    own = actor.user_id in message.editors
    approval = message.approvals.order_by("decided_at", "id").select_related("approver").last()
    content = message.content
    found = _checked(message, request)
    context = {
        "message": message,
        "warning": message.warning,
        "content": message.parsed_content(),
        "against": against,
        "comparisons": comparisons,
        "above": above,
        "changes": changes(actor, against.whole, whole_of(message)),
        "cites": cites(message.citations, seen(actor, message.warning.report)),
        "check": found,
        "means": shown_means(actor, message.parsed_plan(), found.audience.people),
        "roster": roster_age(actor.realm),
        "hash": content_hash(message),
        "errors": errors,
        "own": own,
        "why_not": _why_not(message, request, own),
        "may_approve": actor.may(Verb.APPROVE, message.warning),
        "may_draft": actor.may(Verb.DRAFT, message.warning),
        "may_issue": actor.may(Verb.ISSUE, message.warning),
        "approval": approval,
        "decisions": [(one, reason_for(actor, one)) for one in message.approvals.select_related("approver")],
        "area": {"geometry": content["area"]["geometry"], "saved": _saved(request)},
        "marking": content["handling"],
        "kind": MessageType(message.msg_type),
        "ends": MessageType(message.msg_type).ends,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "console/review.html", context, status=422 if errors else 200)


def _comparisons(actor: Actor, message: Message) -> tuple[list[Comparison], bool]:
    """What the message can be held against: first the version last decided on, then what those warned have now.

    And whether the former is left out, since it was marked above the reader.
    """
    found, above = [], False
    if (decided := decided_before(message)) is not None:
        above = not may_read_decided(actor, decided)
        done = "approved" if decided.decision == Approval.Decision.APPROVE else "returned"
        by = decided.approver.get_full_name() or decided.approver.get_username()
        if not above:
            found.append(Comparison("decided", f"the version that {by} {done}", decided.whole))
    if (issued := replaced_by(message)) is not None:
        found.append(Comparison("issued", f"message {issued.number}, which people have", whole_of(issued)))
    return found or [Comparison("nothing", "", None)], above


def _checked(message: Message, request: ActedRequest) -> Any:
    return check_message(
        message.content,
        message.audience,
        actor=request.actor,
        kind=MessageType(message.msg_type),
        now=clock.now(),
        previous=replaced_by(message),
        identifier=message.identifier,
        reports=reports_behind(message),
    )


def _why_not(message: Message, request: ActedRequest, own: bool) -> str:
    """Why this person cannot approve it; empty when they can."""
    refused = decide(request.actor, Verb.APPROVE, message.warning)
    if refused.value != "allowed":
        return f"You cannot approve it: {why(Verb.APPROVE, refused)}."
    if own:
        return "You cannot approve it: you wrote part of it. A second person is needed."
    return ""


def _message(request: ActedRequest, warning_id: int, number: int) -> Message:
    found = messages_for(request.actor).select_related("warning__report", "warning__threat")
    return one(request.actor, found, Verb.SEE, "warning", warning_id=warning_id, number=number)  # type: ignore[no-any-return]


def _saved(request: ActedRequest) -> list[Mapping[str, Any]]:
    return list(areas_for(request.actor).values("name", "geometry"))
