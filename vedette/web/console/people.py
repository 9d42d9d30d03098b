"""People: the list, and one person with how they are reached and everything they were ever sent."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from vedette import clock
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.dispatch.actions import attest
from vedette.dispatch.goals import FILLED
from vedette.dispatch.levels import State
from vedette.dispatch.models import Recipient
from vedette.dispatch.progress import SILENT
from vedette.dispatch.reaching import accepted, ask_whether_it_reaches
from vedette.people.actions import keep_quiet_hours
from vedette.people.device_fixes import REASONS
from vedette.people.models import ContactPoint, Device, Organisation, Position, Shift
from vedette.people.moving import held_moves_for
from vedette.people.phones import may_send_code, may_show_code, may_unpair, sendable
from vedette.people.positions import is_own
from vedette.people.queries import people_for, units_for, without_address
from vedette.people.quiet import said
from vedette.people.shrinking import held_for
from vedette.web.console.counting import reason_row
from vedette.web.console.doors import ActedRequest, Errors, one, page, paged, seen, told


@page(Verb.SEE_PEOPLE)
def listed(request: ActedRequest) -> HttpResponse:
    """The people one may see, by name or code, by unit, and those without an address on any of some channels."""
    search, unit = request.GET.get("search", "").strip(), request.GET.get("unit", "").strip()
    without = [name for name in request.GET.get("without", "").split(",") if name.strip()]
    found = people_for(request.actor).prefetch_related("duties", "contact_points")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(code__icontains=search))
    if unit:
        found = found.filter(Q(unit__code=unit) | Q(unit__parent__code=unit))
    if without:
        found = without_address(found, without)
    shown, now = paged(request, found), clock.now()
    on_shift = set(
        Shift.objects.filter(person__in=[person.pk for person in shown], starts__lte=now, ends__gt=now).values_list(
            "person_id", flat=True
        )
    )
    rows = [
        {
            "person": person,
            "duties": ", ".join(duty.name for duty in person.duties.all()),
            "on_shift": person.pk in on_shift,
            "channels": ", ".join(sorted({point.channel for point in person.contact_points.all()})),
        }
        for person in shown
    ]
    narrowed = {"search": search, "unit": unit, "without": ",".join(without)}
    context = {
        "page": shown,
        "rows": rows,
        "without": without,
        "search": search,
        "unit": unit,
        "units": units_for(request.actor),
        "held": len(held_for(request.actor)),
        "held_moves": held_moves_for(request.actor).count(),
        "may_draft": request.actor.may(Verb.DRAFT),
        "query": urlencode({name: value for name, value in narrowed.items() if value}),
    }
    return render(request, "console/people.html", context)


@page(Verb.SEE_PEOPLE)
def person(request: ActedRequest, person_id: int) -> HttpResponse:
    """One person: contact points, shifts, and the delivery history of each warning one may see."""
    return shown(request, person_id, Errors())


@require_POST
@page(Verb.ATTEST)
def vouch(request: ActedRequest, person_id: int, recipient_id: int) -> HttpResponse:
    """Say for somebody silent what one knows of them: seen, or spoken to."""
    recipient = one(
        request.actor,
        Recipient.objects.select_related("warning", "person"),
        Verb.ATTEST,
        "warning",
        pk=recipient_id,
        person_id=person_id,
    )
    errors = Errors()
    with told(errors):
        attest(request.actor, recipient, request.POST.get("note", ""))
        messages.success(request, "Recorded, with your name.")
        return redirect("console:person", person_id)
    return shown(request, person_id, errors)


@require_POST
@page(Verb.KEEP_ROSTER)
def ask_reach(request: ActedRequest, person_id: int, point_id: int) -> HttpResponse:
    """Send a message that asks the person to confirm that it reaches them."""
    rows = ContactPoint.objects.select_related("person")
    point = one(request.actor, rows, Verb.KEEP_ROSTER, "person", pk=point_id, person_id=person_id)
    errors = Errors()
    with told(errors):
        result = ask_whether_it_reaches(request.actor, point)
        if accepted(result):
            messages.success(request, "Sent. It counts as verified once they confirm.")
        else:
            messages.error(request, f"It was not taken: {result.detail}")
        return redirect("console:person", person_id)
    return shown(request, person_id, errors)


@require_POST
@page(Verb.SEE_PEOPLE)
def quiet(request: ActedRequest, person_id: int) -> HttpResponse:
    """Set somebody's quiet hours: whoever keeps the roster may, and the person themselves."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    errors = Errors()
    with told(errors):
        keep_quiet_hours(request.actor, found, request.POST.get("quiet", ""), request.POST.get("zone", ""))
        messages.success(request, "Saved. It holds from the next message on.")
        return redirect("console:person", person_id)
    return shown(request, person_id, errors)


def shown(
    request: ActedRequest, person_id: int, errors: Errors, more: Mapping[str, object] | None = None
) -> HttpResponse:
    """The person's page, with what a form on it was refused for; `more` is what was just made for them."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    received = (
        visible(request.actor, Recipient.objects.filter(person=found), Verb.SEE_PEOPLE, through="warning")
        .select_related("warning", "joined_by")
        .prefetch_related(
            "deliveries__receipts",
            "deliveries__message",
            "acknowledgements__message",
            "escalations__told",
            "holds__message",
            "corrections__message",
        )
        .order_by("-created_at")
    )
    now, unit = clock.now(), seen(request.actor, found.unit)
    context = {
        "person": found,
        "unit": unit,
        "ground": unit and seen(request.actor, unit.area),
        "host": seen(request.actor, found.host),
        "points": found.contact_points.order_by(F("verified_at").asc(nulls_last=True), "rank", "pk"),
        "shifts": found.shifts.filter(ends__gt=now).select_related("post").order_by("starts")[:12],
        "position": Position.objects.filter(person=found).first(),
        "supervises": visible(request.actor, found.supervises.all()),
        "wardens": visible(request.actor, found.warden_of.all()),
        "alternates": visible(request.actor, found.alternate_of.all()),
        "quiet": request.POST.get("quiet", "") if errors else said(found.quiet_from, found.quiet_to),
        "quiet_zone": request.POST.get("zone", "") if errors else found.zone,
        "house_zone": getattr(Organisation.objects.first(), "zone", "UTC"),
        "may_ask": request.actor.may(Verb.KEEP_ROSTER, found),
        "may_keep": request.actor.may(Verb.KEEP_ROSTER, found) or is_own(request.actor, found),
        "devices": [(one, REASONS.get(one.outcome, "")) for one in found.devices.order_by("kind", "name")],
        "device_kinds": Device.Kind.choices,
        "phones": found.phones.filter(revoked_at=None).order_by("-paired_at"),
        "may_show_code": found.active and may_show_code(request.actor, found),
        "may_send_code": found.active and may_send_code(request.actor, found),
        "may_unpair": may_unpair(request.actor, found),
        "code_to": sendable(found),
        "now": now,
        "received": [
            {
                "recipient": row,
                "reason": reason_row(row.reason),
                "steps": _history(request.actor, row),
                "may_vouch": State(row.state) in SILENT and request.actor.may(Verb.ATTEST, row.warning),
            }
            for row in paged(request, received, 20)
        ],
        "errors": errors,
        "marking": found.handling,
        **(more or {}),
    }
    return render(request, "console/person.html", context, status=422 if errors else 200)


def _history(actor: Actor, row: Recipient) -> list[tuple[object, str, str, str]]:
    """Everything that happened with one recipient, in order: (when, state, what, detail)."""
    steps: list[tuple[object, str, str, str]] = []
    for delivery in row.deliveries.all():
        message = f"message {delivery.message.number} by {delivery.channel}"
        what = f"{message}, {'not needed any more' if delivery.step == FILLED else f'step {delivery.step + 1}'}"
        if delivery.attempts > 1:
            what += f", {delivery.attempts} attempts"
        steps.append((delivery.at, delivery.result, what, delivery.detail))
        steps += [
            (receipt.at, receipt.level, f"{message}, heard later", receipt.detail)
            for receipt in delivery.receipts.all()
        ]
    for answer in row.acknowledgements.all():
        what = f"answered message {answer.message.number}"
        if answer.attested_by:
            what = f"attested for them, message {answer.message.number}"
        if answer.answered_at is not None:
            what += f"; by their phone they did so on {timezone.localtime(answer.answered_at):%a %d %b %H:%M:%S}"
        steps.append((answer.at, answer.response, what + (", after the end" if answer.late else ""), answer.note))
    for silence in row.escalations.all():
        told_to = seen(actor, silence.told)
        what = f"silence told to {told_to.name}" if told_to is not None else "silence told to nobody"
        if told_to is None and silence.told is not None:
            what = "silence told to somebody whom you may not see"
        what += ", in vain: the notice failed" if silence.in_vain else ""
        steps.append((silence.at, "unanswered", what, silence.why))
    for hold in row.holds.all():
        until = f"{timezone.localtime(hold.until):%a %d %b %H:%M %Z}"
        steps.append((hold.at, "held", f"message {hold.message.number} held back until {until}", hold.why))
    for correction in row.corrections.all():
        again = "followed up again" if correction.state == "open" else f"not {correction.was}"
        steps.append((correction.at, correction.state, f"message {correction.message.number}: {again}", correction.why))
    return sorted(steps, key=lambda step: str(step[0]))
