"""The settings' front page, the organisation, and its saved areas."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from vedette.access.handling import Tlp
from vedette.access.models import ApiToken, User
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.people.actions import keep_area
from vedette.people.models import Organisation, SavedArea
from vedette.people.organisation import keep_organisation
from vedette.places.geometry import km2, shape_of
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.first_run import ORGANISATION_FIELDS, zones
from vedette.web.setup.show import show

#: The largest GeoJSON file taken, in bytes.
LARGEST_FILE = 4 * 1024 * 1024


@page(Verb.ADMINISTER)
def overview(request: ActedRequest) -> HttpResponse:
    """What is set and what is still missing."""
    return show(
        request,
        "settings",
        organisation=Organisation.objects.first(),
        users=User.objects.filter(is_active=True).count(),
        channels=Channel.objects.filter(enabled=True).order_by("realm", "name"),
        areas=visible(request.actor, SavedArea.objects.all()).count(),
        tokens=ApiToken.objects.filter(revoked_at=None, user_id=request.actor.user_id).count(),
    )


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def organisation(request: ActedRequest) -> HttpResponse:
    """How the organisation names itself and is reached."""
    kept, errors = Organisation.objects.first(), Errors()
    given = {field: getattr(kept, field, "") for field in ORGANISATION_FIELDS}
    if request.method == "POST":
        given = {field: request.POST.get(field, "") for field in ORGANISATION_FIELDS}
        with told(errors):
            keep_organisation(request.actor, **given)
        if not errors:
            messages.success(request, "Saved.")
            return redirect("setup:organisation")
    return show(request, "organisation", errors, given=given, zones=zones())


@page(Verb.KEEP_ROSTER)
@require_http_methods(["GET", "POST"])
def areas(request: ActedRequest) -> HttpResponse:
    """The saved areas of this realm; a file with a code that is there already redraws that area."""
    errors = Errors()
    given = {field: request.POST.get(field, "") for field in ("code", "name", "handling")}
    if request.method == "POST":
        with told(errors):
            area = keep_area(
                request.actor,
                code=given["code"],
                name=given["name"],
                geometry=_geometry(request.FILES.get("file")),
                handling=_mark(given["handling"]),
            )
        if "geometry" in errors.fields:
            errors.add("file", errors.fields.pop("geometry"))
        if not errors:
            messages.success(request, f"Saved {area.name}, {_size(area)}.")
            return redirect("setup:areas")
    found = visible(request.actor, SavedArea.objects.order_by("name"))
    return show(
        request,
        "areas",
        errors,
        given=given,
        areas=[{"area": area, "size": _size(area)} for area in found],
        marks=[(mark.value, mark.value) for mark in Tlp],
    )


def _geometry(file: UploadedFile | None) -> Any:
    """The geometry in an uploaded GeoJSON file: bare, in a Feature, or in a collection of exactly one."""
    if file is None:
        raise BadInput("file", "choose a GeoJSON file that holds the area")
    if (file.size or 0) > LARGEST_FILE:
        raise BadInput("file", f"the file is larger than {LARGEST_FILE // 1024 // 1024} MB; simplify the outline")
    try:
        given = json.loads(file.read().decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadInput("file", f"the file is not JSON: {error}") from error
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise BadInput("file", "the file must hold exactly one feature: each area is saved by itself")
        given = features[0]
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    return given


def _mark(label: str) -> Tlp:
    try:
        return Tlp(label)
    except ValueError:
        raise BadInput("handling", "choose a TLP label") from None


def _size(area: SavedArea) -> str:
    return f"{km2(shape_of(area.geometry, float('inf'))):,.1f} km²"
