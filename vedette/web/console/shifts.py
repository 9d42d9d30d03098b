"""Who is on now and next, unit by unit; and changing one shift when somebody does not come."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from vedette import clock
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.actions import remove_shift, replace_shift
from vedette.people.calendars import undo_override
from vedette.people.models import Shift, ShiftOverride
from vedette.people.on_shift import now_and_next, overrides_for
from vedette.people.queries import people_for, units_for
from vedette.web.console.doors import ActedRequest, Errors, one, page, told
from vedette.web.form_times import NoSuchTime, read_time, shown_time


@page(Verb.SEE_PEOPLE)
def on_shift(request: ActedRequest) -> HttpResponse:
    """Who is on now and who comes next, by unit; and what was changed by hand."""
    unit, now, errors = request.GET.get("unit", "").strip(), clock.now(), Errors()
    rows = []
    with told(errors):
        rows = list(now_and_next(request.actor, now, unit or None))
    context = {
        "rows": rows,
        "on": sum(len(row.now) for row in rows),
        "unit": unit,
        "units": units_for(request.actor),
        "changed": [
            {"override": change, "may": request.actor.may(Verb.KEEP_SHIFTS, change.person)}
            for change in overrides_for(request.actor, now)
        ],
        "now": now,
        "errors": errors,
    }
    return render(request, "console/shifts.html", context, status=422 if errors else 200)


@page(Verb.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def shift(request: ActedRequest, shift_id: int) -> HttpResponse:
    """One shift; a POST takes it out, moves it, or lets another stand in."""
    found = _shift(request, shift_id)
    errors, here = Errors(), timezone.get_current_timezone()
    given = {
        "person": found.person.code,
        "starts": shown_time(found.starts, here),
        "ends": shown_time(found.ends, here),
        "why": "",
    }
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in given}
        with told(errors):
            if request.POST.get("do") == "remove":
                remove_shift(request.actor, found, given["why"])
                messages.success(request, "The shift is taken out.")
            else:
                person = people_for(request.actor).filter(code=given["person"]).first()
                if person is None:
                    raise BadInput("person", "nobody has this code, or nobody whom you may see")
                replace_shift(request.actor, found, given["why"], person=person, **_times(given, found))
                messages.success(request, "The shift is changed.")
            return redirect("console:shifts")
    context = {
        "shift": found,
        "given": given,
        "people": people_for(request.actor).filter(unit=found.person.unit, active=True)[:500],
        "may": request.actor.may(Verb.KEEP_SHIFTS, found.person),
        "errors": errors,
    }
    return render(request, "console/shift.html", context, status=422 if errors else 200)


@require_POST
@page(Verb.KEEP_SHIFTS)
def restore(request: ActedRequest, override_id: int) -> HttpResponse:
    """What the calendar says holds again."""
    rows = ShiftOverride.objects.select_related("person")
    undo_override(request.actor, one(request.actor, rows, Verb.KEEP_SHIFTS, "person", pk=override_id))
    messages.success(request, "What the calendar says holds again.")
    return redirect("console:shifts")


def _shift(request: ActedRequest, shift_id: int) -> Shift:
    rows = Shift.objects.select_related("person__unit", "post", "calendar", "override")
    found = visible(request.actor, rows, Verb.SEE_PEOPLE, through="person").filter(pk=shift_id).first()
    if found is None:
        raise Http404
    return found


def _times(given: dict[str, str], found: Shift) -> dict[str, datetime]:
    """Its times as a browser gives them, by the organisation's clock; what was not changed is what it was."""
    here, times = timezone.get_current_timezone(), {}
    for name, stored in (("starts", found.starts), ("ends", found.ends)):
        try:
            times[name] = read_time(given[name], here, ends=name == "ends", stored=stored)
        except NoSuchTime as error:
            raise BadInput(name, str(error)) from None
    return times
