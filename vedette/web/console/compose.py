"""The composer: a first message, an update, or a draft taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.people.models import Duty
from vedette.people.queries import areas_for, units_for
from vedette.reports.models import Claim, Report
from vedette.threats.models import Threat
from vedette.warnings.content import MessageType
from vedette.warnings.findings import reports_behind
from vedette.warnings.models import Approval, Message, Warning
from vedette.warnings.own_templates import OfferedType, offered_type, types_for
from vedette.warnings.queries import current_message, messages_for, reason_for, update_in_work, warnings_for
from vedette.warnings.types.catalogue import content_filled
from vedette.web.area_form import Ground
from vedette.web.console import drafting, goal_form, ground, mending, named, overtaken, refused, translating
from vedette.web.console.accounts import number
from vedette.web.console.check import Check, check_message
from vedette.web.console.choices import Choices
from vedette.web.console.counting import severity_of
from vedette.web.console.doors import ActedRequest, Errors, one, page, seen
from vedette.web.console.keeping import keep
from vedette.web.console.means import shown_means
from vedette.web.console.work import Work, begun
from vedette.web.middleware import zone


@page(Verb.DRAFT)
def compose(request: ActedRequest) -> HttpResponse:
    """A new warning, from nothing, from a report (`?report=`) or a threat (`?threat=`), from a `?template=` or both."""
    report = _asked(request, Report, "report")
    threat = _asked(request, Threat, "threat")
    if report is None and threat is not None:
        resting = threat.claims_for.exclude(status=Claim.Status.REJECTED).select_related("report")
        claim = visible(request.actor, resting, through="report").first()
        report = claim.report if claim is not None else None
    work = begun(report, threat, _template(request))
    return _work(request, work, "Draft a warning")


@page(Verb.DRAFT)
def edit(request: ActedRequest, warning_id: int, number: int) -> HttpResponse:
    """A message that is not out yet; changing it makes it a draft again."""
    message = one(
        request.actor, messages_for(request.actor), Verb.DRAFT, "warning", warning_id=warning_id, number=number
    )
    if message.state in (Message.State.ISSUED, Message.State.WITHDRAWN):
        return redirect("console:warning", warning_id)
    errors, override = refused.taken_along(request, message)
    work = Work(
        kind=MessageType(message.msg_type),
        content=message.content,
        audience=message.audience,
        plan=message.plan,
        citations=message.citations,
        warning=message.warning,
        message=message,
        previous=_issued_before(message),
        report=seen(request.actor, message.warning.report),
        threat=seen(request.actor, message.warning.threat),
        override=override,
    )
    return _work(request, work, f"Change the {_named(work.kind)}", errors)


@page(Verb.DRAFT)
def update(request: ActedRequest, warning_id: int) -> HttpResponse:
    """A further message of a warning in force, begun from the last one; one that is in work already is gone on with."""
    warning = one(request.actor, Warning.objects.select_related("report", "threat"), Verb.DRAFT, pk=warning_id)
    last = current_message(warning)
    if last is None:
        messages.error(request, "The warning has not been issued yet: change its draft instead.")
        return redirect("console:warning", warning_id)
    errors = Errors()
    if (open_one := update_in_work(warning)) is not None:
        if request.method != "POST":
            return _to_open(request, open_one)
        errors.whole = (
            f"Message {open_one.number}, an update, is in work already (see the warning's page): go on with it, or "
            "withdraw it first. What you wrote here is not saved."
        )
    work = Work(
        kind=MessageType.UPDATE,
        content=translating.begun_from(last.content),
        audience=last.audience,
        plan=last.plan,
        citations=last.citations,
        warning=warning,
        previous=last,
        report=seen(request.actor, warning.report),
        threat=seen(request.actor, warning.threat),
    )
    return _work(request, work, "Draft an update", errors)


def _to_open(request: ActedRequest, message: Message) -> HttpResponse:
    """To the update that is in work: to write on, or to read it where that would take it from its approver."""
    author = message.author.get_full_name() or message.author.get_username()
    messages.info(request, f"This update is in work already: message {message.number}, begun by {author}.")
    view = "edit" if message.state == Message.State.DRAFT else "review"
    return redirect(f"console:{view}", message.warning_id, message.number)


@require_POST
@page(Verb.DRAFT)
def check(request: ActedRequest) -> HttpResponse:
    """The panels beside the form, for the form as it stands (htmx)."""
    message = messages_for(request.actor).filter(pk=number(request.GET.get("message", ""))).first()
    warning = warnings_for(request.actor).filter(pk=number(request.GET.get("warning", ""))).first()
    previous = _issued_before(message) if message else current_message(warning) if warning else None
    choices = Choices(request.actor, message.plan if message else None, previous.plan if previous else None)
    begun = message or previous
    stored = begun.content if begun is not None else None
    parts = drafting.read(request.POST, zone(), ground.saved(request), choices.plans, stored=stored)
    kind = MessageType.UPDATE if previous is not None else MessageType.ALERT
    report = seen(request.actor, Report.objects.filter(pk=number(request.GET.get("report", ""))).first())

    def judged() -> Check:
        return check_message(
            parts.content,
            parts.audience,
            actor=request.actor,
            kind=MessageType(message.msg_type) if message else kind,
            now=clock.now(),
            previous=previous,
            identifier=message.identifier if message else "",
            faults=drafting.faults(parts),
            reports=reports_behind(message) if message else [report] if report else [],
        )

    found, asked = judged(), None
    if "mend" in request.POST or "fill" in request.POST:
        before = parts.content
        if "fill" in request.POST:
            parts.content = content_filled(before, mending.fills(request.POST))
        else:
            parts.content = mending.with_mend(before, found.lint or [], request.POST["mend"])
        asked, found = mending.changed(before, parts.content, zone()), judged()
    means = shown_means(request.actor, choices.meant(parts.plan, severity_of(parts.content)), found.audience.people)
    alike = translating.show(parts.content, {}, kind.value, found.lint)
    context = {
        "check": found,
        "means": means,
        "check_at": request.get_full_path(),
        "changed": asked,
        "alike": alike,
        "answers_swapped": True,
    }
    return render(request, "parts/check.html", context)


def _work(request: ActedRequest, work: Work, heading: str, errors: Errors | None = None) -> HttpResponse:
    errors = errors or Errors()
    given: Ground | None = None
    content, audience, plan, is_kept = work.content, work.audience, work.plan, False
    choices = Choices(request.actor, work.plan, work.previous.plan if work.previous else None)
    if request.method == "POST":
        given = ground.read(request)
        parts = drafting.read(request.POST, zone(), ground.saved(request), choices.plans, given, work.content)
        parts.content = content_filled(parts.content, mending.fills(request.POST))
        if translating.is_asked(request.POST):
            told, why = translating.asked(request.POST, parts.content.get("translations", []))
            parts.content["translations"] = told
            if why:
                errors.add("translations", why)
            shown = (parts.content, parts.audience, parts.plan)
            return _show(request, work, heading, errors, shown, choices, given)
        if named.is_asked(request):
            parts.audience = named.done(request, parts.audience, errors)
            return _show(request, work, heading, errors, (parts.content, parts.audience, parts.plan), choices, given)
        content, audience, plan = parts.content, parts.audience, parts.plan
        if request.POST.get("area.do"):
            return _show_ground(request, work, heading, given, parts, choices)
        for name, reason in drafting.faults(parts).items():
            errors.add(name, reason)
        if not errors:
            meant = choices.meant(parts.plan, severity_of(content))
            parts.plan = meant.model_dump(mode="json") if meant is not None else None
            kept = keep(request, work, parts, errors)
            if kept is not None and not errors:
                return redirect("console:warning", kept.warning_id)
            if kept is not None and not _at_its_own(request):
                refused.take_along(request, kept, errors)
                return redirect("console:edit", kept.warning_id, kept.number)
            if kept is not None:
                work.message, work.warning, is_kept = kept, kept.warning, True
    return _show(request, work, heading, errors, (content, audience, plan), choices, given, kept=is_kept)


def _at_its_own(request: ActedRequest) -> bool:
    """Whether the page's address is the draft's own already: one that was just begun has one only now."""
    return request.resolver_match is not None and request.resolver_match.url_name == "edit"


def _show_ground(
    request: ActedRequest, work: Work, heading: str, given: Ground, parts: drafting.Parts, choices: Choices
) -> HttpResponse:
    """The form again with its area changed: what the page does by itself where it has its script."""
    errors = Errors()
    if given.why:
        errors.add("area.geometry", given.why)
    parts.content["area"]["description"] = parts.content["area"]["description"] or given.words
    return _show(request, work, heading, errors, (parts.content, parts.audience, parts.plan), choices, given)


def _carried(request: ActedRequest, work: Work, kept: bool) -> dict[str, str] | None:
    """What the form says that its writer has read: what is stored when it is first shown, saved, or told of."""
    if work.message is None:
        return None
    if request.method == "POST" and not kept and work.overtaken is None and request.POST.get("read.hash"):
        return overtaken.as_posted(request.POST)
    return overtaken.carried(work.message)


def _show(
    request: ActedRequest,
    work: Work,
    heading: str,
    errors: Errors,
    parts: tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any] | None],
    choices: Choices,
    given: Ground | None = None,
    *,
    kept: bool = False,
) -> HttpResponse:
    content, audience, plan = parts
    here, severity = zone(), severity_of(content)
    areas = list(areas_for(request.actor))
    shown = drafting.show(content, audience, plan, here, request.POST.get("audience.rule", ""))
    shown["plan"] = choices.value_of(plan, severity)
    shown["handling"] = shown["handling"] or Tlp.AMBER_STRICT.value
    returned = None
    if work.message is not None:
        returned = work.message.approvals.filter(decision=Approval.Decision.RETURN).select_related("approver").last()
    found = check_message(
        content,
        audience,
        actor=request.actor,
        kind=work.kind,
        now=clock.now(),
        previous=work.previous,
        identifier=work.message.identifier if work.message else "",
        faults=drafting.faults(drafting.Parts(dict(content), dict(audience), None)),
        reports=reports_behind(work.message) if work.message else [work.report] if work.report else [],
    )
    context = {
        "heading": heading,
        "kind": work.kind.value,
        "warning": work.warning,
        "message": work.message,
        "read": _carried(request, work, kept),
        "overtaken": work.overtaken,
        "report": work.report,
        "threat": work.threat,
        "template": work.template,
        "types": types_for(request.actor) if work.message is None and work.warning is None else [],
        "returned_why": reason_for(request.actor, returned) if returned else "",
        "returned": returned if work.message and work.message.state == Message.State.DRAFT else None,
        "errors": errors,
        "shown": shown,
        "choices": {
            name: [*([("", "choose…")] if name in drafting.JUDGED else []), *options]
            for name, options in drafting.choices().items()
        },
        "handlings": [(mark.value, mark.value) for mark in Tlp if mark.rank <= request.actor.clearance.rank],
        "saved_options": ground.options(request),
        "area": _area(request, content, given, errors),
        "saved_areas": [{"code": area.code, "name": area.name, "geometry": area.geometry} for area in areas],
        "units": _tree(list(units_for(request.actor))),
        "duties": Duty.objects.order_by("name"),
        "named": named.options(request),
        "links": drafting.LINK_WORDS,
        "wave_links": goal_form.WAVE_LINKS,
        "audience_name": request.POST.get("audience.name", ""),
        "plans": choices.listed,
        "cites": cites(work.citations, work.report),
        "missing": work.missing,
        "check": found,
        "check_at": _check_at(work),
        "blanks": [
            {
                "name": name,
                "input": mending.FILL + name,
                "hint": work.hints.get(name, ""),
                "words": work.fills.get(name, ""),
            }
            for name in mending.blanks_of(content)
        ],
        "tongues": translating.show(content, errors.fields, work.kind.value, found.lint),
        "tongue_options": [("", "choose…"), *translating.choices(content)],
        "means": shown_means(request.actor, choices.meant(plan, severity), found.audience.people),
        "override": request.POST.get("override", "") or work.override or getattr(work.message, "lint_override", ""),
        "zone_name": str(here).replace("_", " "),
        "action": request.get_full_path(),
        "marking": _marking(content),
    }
    return render(request, "console/compose.html", context, status=422 if errors and request.method == "POST" else 200)


def _check_at(work: Work) -> str:
    """Where the form is checked, with what it is checked against."""
    asked = {"message": work.message, "warning": None if work.message else work.warning, "report": work.report}
    known = {name: record.pk for name, record in asked.items() if record is not None}
    return f"{reverse('console:check')}?{urlencode(known)}" if known else reverse("console:check")


def _area(request: ActedRequest, content: Mapping[str, Any], given: Ground | None, errors: Errors) -> dict[str, Any]:
    shown = ground.block(request, given or Ground(geometry=(content.get("area") or {}).get("geometry") or None))
    return shown | {"why": shown["why"] or errors.fields.get("area.geometry", "")}


def cites(citations: Mapping[str, list[int]], report: Report | None) -> dict[str, list[dict[str, str]]]:
    """For each field the words it rests on, linked to where they stand in the report."""
    if report is None:
        return {}
    claims = {claim.pk: claim for claim in report.claims.all()}
    return {
        name: [
            {"key": claim.key, "quote": claim.quote, "href": f"/reports/{report.pk}/#claim-{claim.key}"}
            for claim in (claims.get(pk) for pk in ids)
            if claim is not None
        ]
        for name, ids in citations.items()
    }


def _template(request: ActedRequest) -> OfferedType | None:
    ref = request.GET.get("template", "")
    found = offered_type(request.actor, ref) if ref else None
    if ref and found is None:
        raise Http404(f"there is no template {ref!r}")
    return found


def _asked(request: ActedRequest, kind: Any, name: str) -> Any:
    asked = number(request.GET.get(name, ""))
    return one(request.actor, kind.objects.all(), pk=asked) if asked else None


def _issued_before(message: Message) -> Message | None:
    issued = message.warning.messages.filter(state=Message.State.ISSUED, number__lt=message.number)
    return issued.order_by("number").last()


def _tree(units: list[Any]) -> list[Any]:
    """Units with those below them after them."""
    below: dict[int | None, list[Any]] = {}
    known = {unit.pk for unit in units}
    for unit in sorted(units, key=lambda unit: unit.name):
        below.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    found: list[Any] = []
    pending = list(reversed(below.get(None, [])))
    while pending:
        unit = pending.pop()
        found.append(unit)
        pending += reversed(below.get(unit.pk, []))
    return found


def _named(kind: MessageType) -> str:
    return {MessageType.ALERT: "warning", MessageType.ALL_CLEAR: "all-clear"}.get(kind, kind.value.lower())


def _marking(content: Mapping[str, Any]) -> str:
    """How the page is marked: as the draft, and strictly where that is no mark."""
    found = content.get("handling")
    return str(found) if found in list(Tlp) else Tlp.AMBER_STRICT.value
