"""Those who are said to have left, or to belong elsewhere, so many at once that a person must confirm it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.models import Person
from vedette.people.moving import held_moves_for, held_ways_for, settle_moves
from vedette.people.shrinking import TOGETHER, held_for, settle_leavers, shrink_limit
from vedette.web.console.doors import ActedRequest, Errors, page, told

#: Held moves that the page names, and so many can be ticked; there may be tens of thousands.
_NAMED = 200


@page(Verb.SEE_PEOPLE)
@require_http_methods(["GET", "POST"])
def leavers(request: ActedRequest) -> HttpResponse:
    """Who is held; a POST settles those who are ticked."""
    errors = Errors()
    chosen = request.POST.getlist("people")
    if request.method == "POST" and "moved" in request.POST:
        with told(errors):
            everybody = request.POST.get("everybody") == "yes"
            if not chosen and not everybody:
                raise BadInput("people", "tick at least one of them, or all")
            moved = request.POST["moved"] == "yes"
            count = settle_moves(request.actor, None if everybody else chosen, moved=moved)
            messages.success(request, f"{count} {'have moved' if moved else 'stay where they are'}.")
            return redirect("console:leavers")
    elif request.method == "POST":
        with told(errors):
            if not chosen:
                raise BadInput("people", "tick at least one of them")
            left = request.POST.get("left") == "yes"
            count = settle_leavers(request.actor, chosen, left=left)
            messages.success(request, f"{count} {'have left' if left else 'are still here'}.")
            return redirect("console:leavers")
    context = {
        "held": held_for(request.actor),
        "ways": held_ways_for(request.actor),
        "moves": list(held_moves_for(request.actor)[:_NAMED]),
        "chosen": chosen,
        "limit": shrink_limit(),
        "together": TOGETHER,
        "active": Person.objects.filter(realm=request.actor.realm.value, active=True).count(),
        "may_settle": request.actor.may(Verb.KEEP_ROSTER),
        "errors": errors,
    }
    return render(request, "console/leavers.html", context, status=422 if errors else 200)
