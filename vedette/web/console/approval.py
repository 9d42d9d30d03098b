"""The approval page: what changes hands, the decision on it, and the door through which it goes out."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import decide
from vedette.access.roles import Verb
from vedette.people.queries import areas_for
from vedette.warnings import actions
from vedette.warnings.approval import content_hash, differences
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message
from vedette.warnings.queries import last_approved, messages_for
from vedette.web.console.check import check_message
from vedette.web.console.compose import cites
from vedette.web.console.doors import ActedRequest, Errors, one, page, seen, told
from vedette.web.console.means import shown_means
from vedette.web.proof import ask_for_proof

FIELDS = {
    "change": "What is different",
    "headline": "Headline",
    "event": "Hazard",
    "source": "Who warns",
    "description": "What is the matter",
    "impact": "What it can do",
    "area": "Where",
    "area outline": "Outline",
    "instruction": "What to do",
    "onset": "Begins",
    "expires": "Ends",
    "audience_note": "For whom",
    "audience rule": "Audience rule",
    "plan": "Plan",
    "urgency": "Urgency",
    "severity": "Severity",
    "certainty": "Certainty",
    "response_types": "Response",
    "next_update": "Next update",
    "contact": "Whom to ask",
    "handling": "Handling",
    "category": "Category",
    "language": "Language",
}


#: Both texts' words; beyond it they are shown one after the other, since comparing takes more than linear time.
MOST_WORDS = 2_000


@dataclass(frozen=True)
class Change:
    """One field as it was and as it will be, in runs: (same | gone | new, text)."""

    name: str
    before: str
    after: str
    runs: tuple[tuple[str, str], ...]


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
                done = "Approved by break-glass. The overseers see it on their start page; it can be issued now."
            case "return":
                actions.return_to_author(request.actor, message, reason)
                done = "Returned to its author."
            case "submit":
                actions.submit(request.actor, message, request.POST.get("override", ""))
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
                actions.issue(request.actor, message)
                return redirect("console:warning", warning_id)
    content, plan, found = message.content, message.parsed_plan(), _checked(message, request)
    context = {
        "message": message,
        "warning": message.warning,
        "content": content,
        "channels": sorted({step.channel for step in plan.steps}),
        "plan": plan,
        "check": found,
        "means": shown_means(request.actor, plan, found.audience.people),
        "errors": errors,
        "live": live,
        "marking": content["handling"],
    }
    return render(request, "console/issue.html", context, status=422 if errors else 200)


def _review(request: ActedRequest, message: Message, errors: Errors) -> HttpResponse:
    actor, before = request.actor, last_approved(message.warning, message)
    own = actor.user_id in message.editors
    approval = message.approvals.order_by("decided_at", "id").select_related("approver").last()
    content = message.content
    found = _checked(message, request)
    context = {
        "message": message,
        "warning": message.warning,
        "content": message.parsed_content(),
        "before": before,
        "changes": changes(before, message),
        "cites": cites(message.citations, seen(actor, message.warning.report)),
        "check": found,
        "means": shown_means(actor, message.parsed_plan(), found.audience.people),
        "rule": json.dumps(message.audience, indent=2),
        "hash": content_hash(message),
        "errors": errors,
        "own": own,
        "why_not": _why_not(message, request, own),
        "may_approve": actor.may(Verb.APPROVE, message.warning),
        "may_draft": actor.may(Verb.DRAFT, message.warning),
        "may_issue": actor.may(Verb.ISSUE, message.warning),
        "approval": approval,
        "decisions": message.approvals.select_related("approver"),
        "area": {"geometry": content["area"]["geometry"], "saved": _saved(request)},
        "marking": content["handling"],
        "kind": MessageType(message.msg_type),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "console/review.html", context, status=422 if errors else 200)


def changes(before: Message | None, after: Message) -> list[Change]:
    """What differs from the last message issued, word by word where both say something."""
    found = []
    order = list(FIELDS)
    differing = sorted(
        differences(before, after), key=lambda one: order.index(one[0]) if one[0] in order else len(order)
    )
    for name, old, new in differing:
        was, will = _readable(name, old), _readable(name, new)
        if was or will:
            found.append(Change(FIELDS.get(name, name), was, will, tuple(runs(was, will))))
    return found


def _readable(name: str, stored: str) -> str:
    """A stored value as people read it: times in the zone of the page, lists in a row."""
    if name in ("onset", "expires") and stored:
        return f"{timezone.localtime(datetime.fromisoformat(stored)):%A %d %B %Y, %H:%M %Z}"
    if name in ("response_types", "category") and stored:
        return ", ".join(json.loads(stored))
    return stored


def runs(old: str, new: str) -> list[tuple[str, str]]:
    """The words that stay, go and come, in order. A lone word between two changes changes with them."""
    left, right = re.findall(r"\s+|\S+\s*", old), re.findall(r"\s+|\S+\s*", new)
    if len(left) + len(right) > MOST_WORDS:
        whole = [("same", old)] if old == new else [("gone", old), ("new", new)]
        return [(name, text) for name, text in whole if text]
    steps = difflib.SequenceMatcher(None, left, right, autojunk=True).get_opcodes()
    found: list[tuple[str, str]] = []
    gone = come = ""
    for place, (kind, i, j, k, m) in enumerate(steps):
        same = "".join(left[i:j])
        between = 0 < place < len(steps) - 1
        if kind == "equal" and not (between and len(same.split()) < 2):
            shared = _space_after(gone, come)
            found += _differing(gone, come, shared)
            gone = come = ""
            found.append(("same", shared + same))
            continue
        gone += same
        come += "".join(right[k:m])
    shared = _space_after(gone, come)
    return [*found, *_differing(gone, come, shared), *([("same", shared)] if shared else [])]


def _space_after(gone: str, come: str) -> str:
    """The space with which both end: it stays."""
    one, other = gone[len(gone.rstrip()) :], come[len(come.rstrip()) :]
    return one if one == other else ""


def _differing(gone: str, come: str, shared: str) -> list[tuple[str, str]]:
    return [(name, text.removesuffix(shared)) for name, text in (("gone", gone), ("new", come)) if text]


def _checked(message: Message, request: ActedRequest) -> Any:
    return check_message(
        message.content,
        message.audience,
        realm=request.actor.realm,
        kind=MessageType(message.msg_type),
        now=clock.now(),
        previous=last_approved(message.warning, message),
        identifier=message.identifier,
    )


def _why_not(message: Message, request: ActedRequest, own: bool) -> str:
    """Why this person cannot approve it; empty when they can."""
    refused = decide(request.actor, Verb.APPROVE, message.warning)
    if refused.value != "allowed":
        return f"You cannot approve it: {refused.value}."
    if own:
        return "You cannot approve it: you wrote part of it. A second person is needed."
    return ""


def _message(request: ActedRequest, warning_id: int, number: int) -> Message:
    found = messages_for(request.actor).select_related("warning__report", "warning__threat")
    return one(request.actor, found, Verb.SEE, "warning", warning_id=warning_id, number=number)  # type: ignore[no-any-return]


def _saved(request: ActedRequest) -> list[Mapping[str, Any]]:
    return list(areas_for(request.actor).values("name", "geometry"))
