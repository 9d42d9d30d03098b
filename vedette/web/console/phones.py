"""A person's paired phones, on their page: a code for a new one, shown once, and the end of one that is lost."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.people.models import Organisation
from vedette.people.phones import make_code, unpair
from vedette.people.queries import people_for
from vedette.web.console import people
from vedette.web.console.doors import ActedRequest, Errors, one, page, told


@require_POST
@never_cache
@page(Verb.SEE_PEOPLE)
def code(request: ActedRequest, person_id: int) -> HttpResponse:
    """Show a code by which this person pairs a phone. It is on this answer and nowhere else."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    errors, made = Errors(), None
    with told(errors):
        made = make_code(request.actor, found)
    house = Organisation.objects.first()
    return people.shown(request, person_id, errors, {"code": made, "address": house.public_address if house else ""})


@require_POST
@page(Verb.SEE_PEOPLE)
def unpair_one(request: ActedRequest, person_id: int, phone_id: int) -> HttpResponse:
    """End one phone at once."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    phone = found.phones.filter(pk=phone_id).first()
    if phone is None:
        raise Http404
    unpair(request.actor, phone)
    messages.success(request, "Unpaired. It removes what it kept as soon as it has a connection.")
    return redirect("console:person", person_id)
