"""Calendars of shifts in the realm one works in: files and addresses, whose they are, what could not be used."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.roles import Verb
from vedette.exchange.calendars.actions import ask_now, subscribe
from vedette.formats.ical import LARGEST
from vedette.formats.parts import BadInput
from vedette.people.calendars import calendars_for, drop_calendar, keep_calendar
from vedette.people.models import ShiftCalendar
from vedette.people.queries import areas_for, people_for, units_for
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.first_run import zones
from vedette.web.setup.show import show

_TEXTS = ("name", "url", "person", "unit", "by", "zone", "post")
#: Ways to tell whom an event is about; another is a property of its own.
_WAYS = (
    ("attendee", "those who are invited, by e-mail"),
    ("organizer", "whoever invites, by e-mail"),
    ("summary", "its title: a code or a name"),
)


@page(Verb.KEEP_ROSTER)
@require_http_methods(["GET", "POST"])
def calendars(request: ActedRequest) -> HttpResponse:
    """Every calendar; a POST adds one or gives one anew."""
    errors = Errors()
    given = {name: request.POST.get(name, "").strip() for name in _TEXTS}
    if request.method == "POST":
        with told(errors):
            kept = _kept(request, given)
            messages.success(request, f"{kept.name} is kept, with {kept.shifts.count()} shifts for the next 90 days.")
            return redirect("setup:calendars")
    return show(
        request,
        "calendars",
        errors,
        calendars=calendars_for(request.actor),
        given={**given, "by": given["by"] or "attendee"},
        ways=_WAYS,
        units=[("", "nobody in particular"), *units_for(request.actor).values_list("code", "name")],
        posts=[("", "not known"), *areas_for(request.actor).values_list("code", "name")],
        zones=zones(),
    )


@require_POST
@page(Verb.KEEP_ROSTER)
def look(request: ActedRequest, name: str) -> HttpResponse:
    """Ask for it now."""
    found, errors = _calendar(request, name), Errors()
    with told(errors):
        wrong = ask_now(request.actor, found)
        if wrong:
            messages.error(request, f"{name} could not be had: {wrong}")
        else:
            messages.success(request, f"{name} is up to date.")
    if errors:
        messages.error(request, f"{name} is a file; give a newer one under the same name.")
    return redirect("setup:calendars")


@require_POST
@page(Verb.KEEP_ROSTER)
def drop(request: ActedRequest, name: str) -> HttpResponse:
    """Forget it, and every shift that it tells of."""
    drop_calendar(request.actor, _calendar(request, name))
    messages.success(request, f"{name} is forgotten, and its shifts with it.")
    return redirect("setup:calendars")


def _kept(request: ActedRequest, given: dict[str, str]) -> ShiftCalendar:
    chosen = {
        "person": people_for(request.actor).filter(code=given["person"]).first() if given["person"] else None,
        "unit": units_for(request.actor).filter(code=given["unit"]).first() if given["unit"] else None,
        "post": areas_for(request.actor).filter(code=given["post"]).first() if given["post"] else None,
    }
    if given["person"] and chosen["person"] is None:
        raise BadInput("person", "nobody has this code, or nobody whom you may see")
    options = {**chosen, "by": request.POST.get("property", "").strip() or given["by"], "zone": given["zone"]}
    file = request.FILES.get("file")
    if bool(file) == bool(given["url"]):
        raise BadInput("url", "give a file or an address, one of them")
    if file is None:
        private = request.POST.get("allow_private") == "yes"
        kept = subscribe(request.actor, given["name"], given["url"], allow_private=private, **options)
        if wrong := ask_now(request.actor, kept):
            messages.error(request, f"{kept.name} could not be had: {wrong}")
        return kept
    if (file.size or 0) > LARGEST:
        raise BadInput("file", f"is larger than {LARGEST:,} bytes")
    return keep_calendar(request.actor, given["name"], file.read(), **options)


def _calendar(request: ActedRequest, name: str) -> ShiftCalendar:
    found = calendars_for(request.actor).filter(name=name).first()
    if found is None:
        raise Http404
    return found
