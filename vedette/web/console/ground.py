"""The parts of a form that say where, as the page asks for them again: an area put together, places found."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from vedette.people.ground import refuse_strange
from vedette.people.queries import areas_for
from vedette.places.upload import LARGEST
from vedette.web import area_form
from vedette.web.console.doors import ActedRequest, page


@require_POST
@page()
def put(request: ActedRequest) -> HttpResponse:
    """The area of the form as it stands, with what was filled in put to it (htmx). Nothing is stored."""
    ground = read(request)
    return render(request, "parts/area_put.html", {"area": block(request, ground), "saved_options": options(request)})


@require_GET
@page()
def places(request: ActedRequest) -> HttpResponse:
    """The places whose names begin as was typed (htmx)."""
    return render(
        request, "parts/area_places.html", {"area": area_form.results(request.GET.get("area.find", "")[:200])}
    )


def read(request: ActedRequest) -> area_form.Ground:
    """The area that a posted form gives."""
    return area_form.read(request.POST, saved(request), uploaded(request), partial(refuse_strange, request.actor))


def block(request: ActedRequest, ground: area_form.Ground) -> dict[str, Any]:
    """What the template shows of it."""
    return area_form.block(request.POST, ground, partial(refuse_strange, request.actor))


def uploaded(request: ActedRequest) -> bytes | None:
    """The area file that came with a form, a byte more than is taken at most; None when none came."""
    file = request.FILES.get("area.file")
    return file.read(LARGEST + 1) or b" " if file is not None else None


def saved(request: ActedRequest) -> dict[str, dict[str, Any]]:
    """The outlines of the saved areas that the reader may see, by code."""
    return {area.code: area.geometry for area in areas_for(request.actor)}


def options(request: ActedRequest) -> list[tuple[str, str]]:
    """The saved areas as a form offers them."""
    return [("", "choose…"), *((area.code, area.name) for area in areas_for(request.actor))]
