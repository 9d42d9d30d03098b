"""The muster of a unit: what is in force for it, to read out or to print, and whom its supervisor briefed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from vedette import clock
from vedette.access.roles import Verb
from vedette.dispatch.acknowledge import Recorded
from vedette.dispatch.muster import attest_briefed, muster_of, units_mustered_by
from vedette.people.models import Unit
from vedette.warnings.queries import warnings_for
from vedette.web.console.accounts import number
from vedette.web.console.doors import ActedRequest, Errors, page, told


@page(Verb.ATTEST)
def units(request: ActedRequest) -> HttpResponse:
    """The units whose musters one may hold; straight to it when there is one."""
    found = units_mustered_by(request.actor)
    if len(found) == 1:
        return redirect("console:muster", found[0].code)
    return render(request, "console/musters.html", {"units": found})


@page(Verb.ATTEST)
def muster(request: ActedRequest, code: str) -> HttpResponse:
    """The warnings in force for a unit, and who was briefed of each."""
    unit = _unit(request, code)
    errors, marked = Errors(), request.POST.getlist("people")
    if request.method == "POST":
        with told(errors):
            warning = warnings_for(request.actor).filter(pk=number(request.POST.get("warning", ""))).first()
            if warning is None:
                raise Http404
            found = attest_briefed(request.actor, unit, warning, marked, request.POST.get("note", ""))
            new = sum(one is not Recorded.REPEATED for one in found.values())
            repeated = len(found) - new
            messages.success(
                request,
                f"{new} attested, with your name." + (f" {repeated} had answered already." if repeated else ""),
            )
            return redirect("console:muster", code)
    context = {
        "unit": unit,
        "muster": muster_of(request.actor, unit, clock.now()),
        "errors": errors,
        "marked": marked,
        "marked_of": request.POST.get("warning", ""),
        "note": request.POST.get("note", ""),
    }
    return render(request, "console/muster.html", context, status=422 if errors else 200)


def _unit(request: ActedRequest, code: str) -> Unit:
    found = next((unit for unit in units_mustered_by(request.actor) if unit.code == code), None)
    if found is None:
        raise Http404
    return found
