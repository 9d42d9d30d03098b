"""A person's devices, on their page: paired with a token that is shown once, unpaired; consent, and a GPX file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vedette.access.policy import check
from vedette.access.roles import Verb
from vedette.formats.gpx import LARGEST
from vedette.formats.parts import BadInput
from vedette.people.actions import set_consent
from vedette.people.device_fixes import REASONS, take_track
from vedette.people.devices import pair_device, renew_token, unpair_device
from vedette.people.fixes import FixOutcome
from vedette.people.models import Device, Person
from vedette.people.positions import is_own
from vedette.people.queries import people_for
from vedette.web.console import people
from vedette.web.console.doors import ActedRequest, Errors, one, page, told


@require_POST
@never_cache
@page(Verb.SEE_PEOPLE)
def pair(request: ActedRequest, person_id: int) -> HttpResponse:
    """Pair a device. Its token is on this answer and nowhere else."""
    found, errors, made = _person(request, person_id), Errors(), None
    given = {name: request.POST.get(name, "") for name in ("kind", "name", "certificate")}
    with told(errors):
        made = pair_device(request.actor, found, given["kind"], given["name"], given["certificate"])
    return people.shown(request, person_id, errors, {"paired": made, "device_given": given if errors else {}})


@require_POST
@never_cache
@page(Verb.SEE_PEOPLE)
def renew(request: ActedRequest, person_id: int, device_id: int) -> HttpResponse:
    """Give a device a new token, which is on this answer and nowhere else."""
    made = renew_token(request.actor, _device(request, person_id, device_id))
    return people.shown(request, person_id, Errors(), {"paired": made})


@require_POST
@page(Verb.SEE_PEOPLE)
def unpair(request: ActedRequest, person_id: int, device_id: int) -> HttpResponse:
    """End a device at once."""
    unpair_device(request.actor, _device(request, person_id, device_id))
    messages.success(request, "Unpaired. It opens nothing any more, and the last fix is forgotten.")
    return redirect("console:person", person_id)


@require_POST
@page(Verb.SEE_PEOPLE)
def consent(request: ActedRequest, person_id: int) -> HttpResponse:
    """Note whether the person lets their position be used, as they said."""
    on = request.POST.get("consent") == "yes"
    set_consent(request.actor, _person(request, person_id), on)
    messages.success(request, "Noted." if on else "Noted. The last fix is forgotten, and no other is kept.")
    return redirect("console:person", person_id)


@require_POST
@page(Verb.SEE_PEOPLE)
def track(request: ActedRequest, person_id: int) -> HttpResponse:
    """Take the last fix of a GPX file, and nothing else of it."""
    found, errors = _person(request, person_id), Errors()
    if not is_own(request.actor, found):
        check(request.actor, Verb.KEEP_ROSTER, found)
    with told(errors):
        file = request.FILES.get("file")
        if file is None:
            raise BadInput("file", "choose a GPX file")
        if file.size is None or file.size > LARGEST:
            raise BadInput("file", f"is larger than {LARGEST // 2**20} MB")
        outcome = take_track(found, file.read())
        if outcome is not FixOutcome.KEPT:
            raise BadInput("file", REASONS[outcome])
        messages.success(request, "Its last fix is kept, and nothing else of it.")
        return redirect("console:person", person_id)
    return people.shown(request, person_id, errors)


def _person(request: ActedRequest, person_id: int) -> Person:
    found: Person = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    return found


def _device(request: ActedRequest, person_id: int, device_id: int) -> Device:
    device = _person(request, person_id).devices.filter(pk=device_id).first()
    if device is None:
        raise Http404
    return device
