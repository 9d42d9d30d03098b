"""The identity provider: where it is pointed to, what its groups mean, and what of its people could not be used."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.exchange.models import ScimMeaning, ScimSetting
from vedette.exchange.scim import actions
from vedette.exchange.scim.stored import Kind, rows_of
from vedette.formats.parts import BadInput
from vedette.people.models import Duty, Organisation, Unit
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.show import show


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def scim(request: ActedRequest) -> HttpResponse:
    """What is set; a POST says what a group means."""
    errors = Errors()
    given = {name: request.POST.get(name, "") for name in ("group", "means")}
    if request.method == "POST":
        with told(errors):
            unit, duty = _meant(request, given["means"])
            kept = actions.keep_meaning(request.actor, given["group"], unit=unit, duty=duty)
            messages.success(request, f"“{kept.group}” is kept, and its members with it.")
            return redirect("setup:scim")
    return _page(request, errors, given)


@require_POST
@page(Verb.ADMINISTER)
def setting(request: ActedRequest) -> HttpResponse:
    """Where those without a unit are put, and whose telephone numbers are meant."""
    errors = Errors()
    given = {name: request.POST.get(name, "") for name in ("unit", "region")}
    with told(errors):
        unit = _units(request).filter(code=given["unit"]).first()
        if given["unit"] and unit is None:
            raise BadInput("unit", "choose a unit")
        actions.keep_setting(request.actor, unit, given["region"])
        messages.success(request, "Saved.")
        return redirect("setup:scim")
    return _page(request, errors, given)


@require_POST
@page(Verb.ADMINISTER)
def drop(request: ActedRequest, meaning_id: int) -> HttpResponse:
    """A group means nothing any more."""
    found = ScimMeaning.objects.filter(pk=meaning_id, realm=request.actor.realm.value).first()
    if found is None:
        raise Http404
    actions.drop_meaning(request.actor, found)
    messages.success(request, f"“{found.group}” means nothing any more.")
    return redirect("setup:scim")


def _page(request: ActedRequest, errors: Errors, given: dict[str, str]) -> HttpResponse:
    kept = ScimSetting.objects.filter(realm=request.actor.realm.value).select_related("unit").first()
    units, duties = list(_units(request)), list(Duty.objects.order_by("name"))
    address = (Organisation.objects.values_list("public_address", flat=True).first() or "").rstrip("/")
    known = rows_of(request.actor)
    meanings = actions.meanings_for(request.actor)
    meant = {meaning.name for meaning in meanings}
    groups = [row for row in known.filter(kind=Kind.GROUP).order_by("name")[:500] if row.name not in meant]
    return show(
        request,
        "scim",
        errors,
        address=(address or request.build_absolute_uri("/").rstrip("/")) + reverse("scim:root"),
        users=known.filter(kind=Kind.USER).count(),
        changed=known.order_by("-changed_at").values_list("changed_at", flat=True).first(),
        meanings=meanings,
        groups=[row.body.get("displayName", "") for row in groups],
        means=[
            *((f"unit:{unit.code}", f"unit: {unit.name}") for unit in units),
            *((f"duty:{duty.code}", f"duty: {duty.name}") for duty in duties),
        ],
        units=[("", "one made for it: Unit not known"), *((unit.code, unit.name) for unit in units)],
        given={"unit": kept.unit.code if kept and kept.unit else "", "region": kept.region if kept else "", **given},
        remarked=actions.with_remarks(request.actor),
    )


def _units(request: ActedRequest) -> QuerySet[Unit]:
    return visible(request.actor, Unit.objects.all(), Verb.KEEP_ROSTER).order_by("name")


def _meant(request: ActedRequest, means: str) -> tuple[Unit | None, Duty | None]:
    kind, _, code = means.partition(":")
    if kind == "unit":
        return _units(request).filter(code=code).first(), None
    return None, Duty.objects.filter(code=code).first() if kind == "duty" else None
