"""Saved areas: their outlines, and who is told of people there who stay silent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from vedette.access.handling import Tlp
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.actions import keep_area, set_wardens
from vedette.people.models import Person, SavedArea
from vedette.people.queries import areas_for, people_for
from vedette.places.geometry import km2, shape_of
from vedette.web.area_form import Ground
from vedette.web.console import ground
from vedette.web.console.doors import ActedRequest, Errors, one, page, told
from vedette.web.setup.show import show


@page(Verb.KEEP_ROSTER)
@require_http_methods(["GET", "POST"])
def areas(request: ActedRequest) -> HttpResponse:
    """The saved areas of this realm; a code that is there already redraws that area."""
    errors = Errors()
    given = {field: request.POST.get(field, "") for field in ("code", "name", "handling")}
    drawn = ground.read(request) if request.method == "POST" else Ground()
    if request.method == "POST" and not request.POST.get("area.do"):
        with told(errors):
            area = keep_area(
                request.actor,
                code=given["code"],
                name=given["name"],
                geometry=_drawn(drawn),
                handling=_mark(given["handling"]),
            )
        if "geometry" in errors.fields:
            errors.add("area.geometry", errors.fields.pop("geometry"))
        if not errors:
            messages.success(request, f"Saved {area.name}, {_size(area)}.")
            return redirect("setup:areas")
    elif drawn.why:
        errors.add("area.geometry", drawn.why)
    found = visible(request.actor, SavedArea.objects.select_related("warden", "alternate").order_by("name"))
    block = ground.block(request, drawn)
    return show(
        request,
        "areas",
        errors,
        given=given,
        area={**block, "why": block["why"] or errors.fields.get("area.geometry", "")},
        saved_options=ground.options(request),
        saved_areas=[{"code": one.code, "name": one.name, "geometry": one.geometry} for one in found],
        areas=[{"area": area, "size": _size(area)} for area in found],
        marks=[(mark.value, mark.value) for mark in Tlp],
    )


@page(Verb.KEEP_ROSTER)
@require_http_methods(["GET", "POST"])
def area(request: ActedRequest, area_id: int) -> HttpResponse:
    """One area: who is its warden, and who the alternate."""
    known = areas_for(request.actor).select_related("warden", "alternate")
    found: SavedArea = one(request.actor, known, Verb.KEEP_ROSTER, pk=area_id)
    errors = Errors()
    given = {"warden": _code(found.warden), "alternate": _code(found.alternate)}
    if request.method == "POST":
        given = {field: request.POST.get(field, "").strip() for field in given}
        with told(errors):
            set_wardens(request.actor, found, *(_person(request, field, code) for field, code in given.items()))
        if not errors:
            messages.success(request, f"Saved. They are told of people of {found.name} who stay silent.")
            return redirect("setup:areas")
    return show(request, "area", errors, here="areas", area=found, size=_size(found), given=given)


def _person(request: ActedRequest, field: str, code: str) -> Person | None:
    if not code:
        return None
    found = people_for(request.actor).filter(code=code).first()
    if found is None:
        raise BadInput(field, f"there is no person {code!r}, or none that you may see; give the code from their page")
    return found


def _code(person: Person | None) -> str:
    return person.code if person is not None else ""


def _drawn(drawn: Ground) -> Any:
    if drawn.why:
        raise BadInput("area.geometry", drawn.why)
    if drawn.geometry is None:
        raise BadInput("area.geometry", "draw the outline, write it down, or bring it as a file")
    return drawn.geometry


def _mark(label: str) -> Tlp:
    try:
        return Tlp(label)
    except ValueError:
        raise BadInput("handling", "choose a TLP label") from None


def _size(area: SavedArea) -> str:
    return f"{km2(shape_of(area.geometry, float('inf'))):,.1f} km²"
