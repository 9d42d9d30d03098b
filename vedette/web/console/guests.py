"""Visitors and contractors: who is here and until when, taking one in, and saying that one has gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from vedette import clock
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.actions import deactivate_person
from vedette.people.models import Person
from vedette.people.queries import people_for
from vedette.people.visitors import guests_for, take_in_guest
from vedette.web.console.doors import ActedRequest, Errors, one, page, told
from vedette.web.form_times import NoSuchTime, read_time, shown_time

_TEXTS = ("name", "host", "until", "kind", "email", "phone")
_KINDS = ((Person.Kind.VISITOR.value, "visitor"), (Person.Kind.CONTRACTOR.value, "contractor"))


@page(Verb.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def guests(request: ActedRequest) -> HttpResponse:
    """Who is here; a POST takes somebody in."""
    errors = Errors()
    evening = shown_time(clock.now() + timedelta(hours=8), timezone.get_current_timezone())
    given = {"until": evening, "kind": Person.Kind.VISITOR.value}
    if request.method == "POST":
        given = {name: request.POST.get(name, "").strip() for name in _TEXTS}
        with told(errors):
            guest = _taken_in(request, given)
            messages.success(request, f"{guest.name} is here, and is warned until then.")
            return redirect("console:guests")
    context = {
        "guests": guests_for(request.actor),
        "given": given,
        "kinds": _KINDS,
        "may_keep": request.actor.may(Verb.KEEP_ROSTER),
        "errors": errors,
    }
    return render(request, "console/guests.html", context, status=422 if errors else 200)


@require_POST
@page(Verb.KEEP_ROSTER)
def gone(request: ActedRequest, person_id: int) -> HttpResponse:
    """One has gone already."""
    rows = people_for(request.actor).exclude(kind=Person.Kind.STAFF)
    guest = deactivate_person(request.actor, one(request.actor, rows, Verb.KEEP_ROSTER, pk=person_id))
    messages.success(request, f"{guest.name} has gone.")
    return redirect("console:guests")


def _taken_in(request: ActedRequest, given: dict[str, str]) -> Person:
    host = people_for(request.actor).filter(code=given["host"]).first()
    if host is None:
        raise BadInput("host", "nobody has this code, or nobody whom you may see")
    contacts = [(channel, given[name]) for channel, name in (("sms", "phone"), ("smtp", "email")) if given[name]]
    return take_in_guest(
        request.actor, given["name"], host, _time(given["until"]), kind=given["kind"], contacts=contacts
    )


def _time(text: str) -> datetime:
    try:
        return read_time(text, timezone.get_current_timezone(), ends=True)
    except NoSuchTime as error:
        raise BadInput("until", str(error)) from None
