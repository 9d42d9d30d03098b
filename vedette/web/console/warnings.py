"""The list of warnings, and one warning with its live progress."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from vedette import clock
from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.dispatch import drill
from vedette.dispatch.levels import ANSWERED, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.progress import progress
from vedette.dispatch.queries import recipients_for
from vedette.formats.languages import name_of
from vedette.warnings import actions
from vedette.warnings.content import Content, MessageType
from vedette.warnings.ending import prepared
from vedette.warnings.models import Approval, Message, Warning
from vedette.warnings.queries import current_message, in_work, messages_for, warnings_for
from vedette.web.console import live
from vedette.web.console.doors import ActedRequest, Errors, one, page, paged, seen, told
from vedette.web.templatetags.house import tag


@dataclass(frozen=True)
class Standing:
    """One warning in a list: what it says and how far it has come."""

    warning: Warning
    message: Message | None
    states: dict[str, int]
    tag: SafeString

    @property
    def headline(self) -> str:
        """Of its newest message."""
        return str(self.message.content.get("headline", "")) if self.message else self.warning.identifier

    @property
    def total(self) -> int:
        """People who are to be warned."""
        return sum(self.states.values())

    @property
    def answered(self) -> int:
        """Of them, those who have said something, or for whom somebody has."""
        return sum(self.states.get(state.value, 0) for state in ANSWERED)

    @property
    def help(self) -> int:
        """Of them, those who need help."""
        return self.states.get(State.NEEDS_HELP.value, 0)

    @property
    def silent(self) -> int:
        """Of them, those from whom nothing has come."""
        return self.states.get(State.OPEN.value, 0) + self.states.get(State.UNANSWERED.value, 0)

    @property
    def begins(self) -> datetime | None:
        """From when it holds, while that is still to come."""
        return begins(self.message.parsed_content()) if self.message else None


@dataclass(frozen=True)
class Ended:
    """How a warning ended: in a word, through whom, and the reason that everybody read."""

    words: str
    #: What each did to the message that ended it ("drafted by", who), in that order; empty where it ended by itself.
    through: tuple[tuple[str, str], ...]
    why: str


@page()
def listed(request: ActedRequest) -> HttpResponse:
    """All warnings the actor may see."""
    shown = paged(request, warnings_for(request.actor))
    context = {"page": shown, "rows": standing(shown), "may_draft": request.actor.may(Verb.DRAFT)}
    return render(request, "console/warnings.html", context)


@page()
def warning(request: ActedRequest, warning_id: int) -> HttpResponse:
    """One warning: its progress as it happens once it is out, its messages always."""
    found = _warning(request, warning_id)
    actor = request.actor
    written = list(found.messages.select_related("author", "issued_by").order_by("-number"))
    last = current_message(found)
    newest = written[0] if written else None
    context = {
        "warning": found,
        "report": seen(actor, found.report),
        "threat": seen(actor, found.threat),
        "written": written,
        "last": last,
        "newest": newest,
        "in_work": in_work(found),
        "content": (last or newest).parsed_content() if last or newest else None,
        "ends": MessageType((last or newest).msg_type).ends if last or newest else False,
        "in_force": last is not None and found.ended_at is None,
        "begins": begins(last.parsed_content()) if last else None,
        "ended": _ended(found, last),
        "may_draft": actor.may(Verb.DRAFT, found),
        "may_cancel": actor.may(Verb.CANCEL, found),
        "may_see_people": actor.may(Verb.SEE_PEOPLE, found),
        "may_see_ledger": actor.may(Verb.SEE_LEDGER),
        "marking": found.handling,
    }
    all_clear_in_work = (
        newest is not None and newest.msg_type == MessageType.ALL_CLEAR and newest.state != Message.State.WITHDRAWN
    )
    if last is not None and context["in_force"] and context["may_draft"] and not all_clear_in_work:
        content, words = last.parsed_content(), found.parsed_all_clear()
        context["over"] = prepared(content, clock.now(), words)
        context["over_unsuited"] = "" if words.suits(content.language) else name_of(words.language)
    if last is not None:
        context["panels"] = live.panels(actor, found)
    return render(request, "console/warning.html", context)


@page()
def fragment(request: ActedRequest, warning_id: int, name: str) -> HttpResponse:
    """One panel by itself, for pages that ask again instead of listening."""
    found = _warning(request, warning_id)
    parts = live.fragments(request.actor, found.pk)
    if name not in parts:
        raise Http404
    return HttpResponse(parts[name], content_type="application/json" if name == "map" else "text/html; charset=utf-8")


@page(Verb.SEE_PEOPLE)
def drilled(request: ActedRequest, warning_id: int, form: str) -> StreamingHttpResponse:
    """Who was notified when, by what, and answered when: everybody the actor may see, as CSV or JSON."""
    found = one(request.actor, Warning.objects.all(), Verb.SEE_PEOPLE, pk=warning_id)
    counted = progress(found.pk)
    people = drill.lines(recipients_for(request.actor, found), counted.issued_at)
    head = {"warning": found.identifier, "realm": found.realm, "handling": found.handling, **drill.block(counted)}
    answer = StreamingHttpResponse(
        drill.as_csv(people) if form == "csv" else drill.as_json(head, people),
        content_type="text/csv; charset=utf-8" if form == "csv" else "application/json",
    )
    answer["Content-Disposition"] = f'attachment; filename="{found.identifier}-drill.{form}"'
    return answer


@page(Verb.CANCEL)
def cancel(request: ActedRequest, warning_id: int) -> HttpResponse:
    """Call off an erroneous warning, at once, by one person."""
    found = _warning(request, warning_id)
    errors = Errors()
    if request.method == "POST":
        with told(errors):
            actions.cancel(request.actor, found, request.POST.get("reason", ""))
            messages.success(request, "Called off. Everyone who was ever sent the warning is told.")
            return redirect("console:warning", warning_id)
    return _ending(request, found, errors, "cancel")


@page(Verb.DRAFT)
def all_clear(request: ActedRequest, warning_id: int) -> HttpResponse:
    """Draft the message that the danger is over; a second person approves it."""
    found = _warning(request, warning_id)
    errors = Errors()
    if request.method == "POST":
        with told(errors):
            if not request.POST.get("reason", "").strip():
                errors.add("reason", "Say why the danger is over: it is the message's first line.")
            else:
                message = actions.draft_all_clear(request.actor, found, request.POST["reason"])
                messages.success(request, "The all-clear is drafted. Submit it for a second person's approval.")
                return redirect("console:review", warning_id, message.number)
    return _ending(request, found, errors, "all-clear")


@page()
def cap(request: ActedRequest, warning_id: int, number: int) -> HttpResponse:
    """The CAP message as it was issued, byte for byte."""
    message = one(request.actor, messages_for(request.actor), Verb.SEE, "warning", warning_id=warning_id, number=number)
    if message.cap is None:
        raise Http404
    answer = HttpResponse(bytes(message.cap), content_type="application/cap+xml")
    answer["Content-Disposition"] = f'inline; filename="{message.identifier}.xml"'
    return answer


def standing(warnings: Iterable[Warning]) -> list[Standing]:
    """How each of the warnings stands, counted in two queries."""
    warnings = list(warnings)
    ids = [found.pk for found in warnings]
    counts: dict[int, dict[str, int]] = {pk: {} for pk in ids}
    counted = Recipient.objects.filter(warning__in=ids).values_list("warning_id", "state").annotate(Count("pk"))
    for pk, state, number in counted:
        counts[pk][state] = number
    newest: dict[int, Message] = {}
    issued: dict[int, Message] = {}
    for message in Message.objects.filter(warning__in=ids).order_by("number"):
        newest[message.warning_id] = message
        if message.state == Message.State.ISSUED:
            issued[message.warning_id] = message
    order = [state.value for state in live.STATES]
    return [
        Standing(
            found,
            issued.get(found.pk) or newest.get(found.pk),
            {state: counts[found.pk].get(state, 0) for state in order},
            _stands(found, newest.get(found.pk), found.pk in issued),
        )
        for found in warnings
    ]


def _stands(found: Warning, newest: Message | None, is_out: bool) -> SafeString:
    if found.ended_at is not None:
        return tag({"Cancel": "called off", "AllClear": "all clear", "Expiry": "expired"}.get(found.ended_by, "ended"))
    if is_out:
        waits = newest is not None and newest.state not in (Message.State.ISSUED, Message.State.WITHDRAWN)
        return tag("in force" if not waits else "in force, next message in work")
    return tag(newest.state if newest else "draft")


def begins(content: Content) -> datetime | None:
    """From when it holds, while that is still to come."""
    return content.onset if content.onset is not None and content.onset > clock.now() else None


def _ended(found: Warning, last: Message | None) -> Ended | None:
    if found.ended_at is None or last is None:
        return None
    if found.ended_by == "Expiry":
        return Ended("Expired", (), "")
    approval = last.approvals.filter(decision=Approval.Decision.APPROVE).select_related("approver").last()
    through = [("by", last.issued_by)]
    if approval is not None:
        through = [("drafted by", last.author), ("approved by", approval.approver), ("issued by", last.issued_by)]
    return Ended(
        "Called off" if found.ended_by == MessageType.CANCEL else "All clear",
        tuple((done, _name(user)) for done, user in through if user is not None),
        str(last.content.get("change", "")),
    )


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _ending(request: ActedRequest, found: Warning, errors: Errors, kind: str) -> HttpResponse:
    last = current_message(found)
    context = {
        "warning": found,
        "headline": last.content["headline"] if last else found.identifier,
        "errors": errors,
        "kind": kind,
        "reason": request.POST.get("reason", ""),
        "total": Recipient.objects.filter(warning=found).count(),
        "marking": found.handling,
    }
    return render(request, "console/ending.html", context, status=422 if errors else 200)


def _warning(request: ActedRequest, warning_id: int) -> Warning:
    return one(  # type: ignore[no-any-return]
        request.actor, Warning.objects.select_related("report", "threat", "author"), pk=warning_id
    )
