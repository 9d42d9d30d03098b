"""A person's paired phones, on their page: a code for a new one, shown once, and the end of one that is lost."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.dispatch.channels.face import Outcome
from vedette.dispatch.notices import public_address, send_notice
from vedette.formats.parts import BadInput
from vedette.people.models import Organisation
from vedette.people.phones import make_code, sendable, unpair
from vedette.people.queries import people_for
from vedette.web.console import people
from vedette.web.console.accounts import number
from vedette.web.console.doors import ActedRequest, Errors, one, page, told
from vedette.web.phone.words import phone_words


@require_POST
@never_cache
@page(Verb.SEE_PEOPLE)
def code(request: ActedRequest, person_id: int) -> HttpResponse:
    """Show a code by which this person pairs a phone. It is on this answer and nowhere else."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    errors, made = Errors(), None
    with told(errors):
        made = make_code(request.actor, found, shown=True)
    house = Organisation.objects.first()
    return people.shown(request, person_id, errors, {"code": made, "address": house.public_address if house else ""})


@require_POST
@page(Verb.SEE_PEOPLE)
def send_code(request: ActedRequest, person_id: int) -> HttpResponse:
    """Send this person a code, in their language, to an address that is known to reach them."""
    found = one(request.actor, people_for(request.actor), Verb.SEE_PEOPLE, pk=person_id)
    point = sendable(found).filter(pk=number(request.POST.get("point", ""))).first()
    errors = Errors()
    with told(errors):
        if point is None:
            raise BadInput("point", "choose an address that is verified")
        address = f"{public_address()}/me/"
        made = make_code(request.actor, found, shown=False)
        words = phone_words(found.language)
        until = f"{timezone.localtime(made.expires_at):%H:%M}"
        text = words.code_message.format(code=made.text, address=address, until=until)
        result = send_notice(point, "Code", words.code_subject, text, address, made.expires_at)
        if result.outcome is Outcome.ACCEPTED:
            messages.success(request, f"A code is on its way to {point.shown}. It works once, until {until}.")
        else:
            messages.error(request, f"It was not taken: {result.detail}")
        return redirect("console:person", person_id)
    return people.shown(request, person_id, errors)


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
