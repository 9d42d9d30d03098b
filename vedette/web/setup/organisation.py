"""The settings' front page, and the organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from vedette.access.models import ApiToken, User
from vedette.access.policy import visible
from vedette.access.roles import Verb
from vedette.dispatch.models import Channel
from vedette.people.models import Organisation, SavedArea
from vedette.people.organisation import keep_organisation
from vedette.warnings.own_plans import plans_for
from vedette.warnings.own_templates import templates_for
from vedette.warnings.types.catalogue import shipped
from vedette.web.console.doors import ActedRequest, Errors, page, told
from vedette.web.setup.first_run import ORGANISATION_FIELDS, zones
from vedette.web.setup.show import show


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
        plans=plans_for(request.actor).count(),
        templates=templates_for(request.actor).count(),
        shipped_types=len(shipped()),
        tokens=ApiToken.objects.filter(revoked_at=None, user_id=request.actor.user_id).count(),
    )


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def organisation(request: ActedRequest) -> HttpResponse:
    """How the organisation names itself and is reached."""
    kept, errors = Organisation.objects.first(), Errors()
    fields = (*ORGANISATION_FIELDS, "routine_cap", "largest_area_km2", "shrink_percent", "short_forms")
    given = {field: getattr(kept, field, "") for field in fields}
    given["short_forms"] = "\n".join(f"{form}: {meaning}" for form, meaning in (given["short_forms"] or {}).items())
    if request.method == "POST":
        given = {field: request.POST.get(field, "") for field in fields}
        with told(errors):
            keep_organisation(request.actor, **given)
        if not errors:
            messages.success(request, "Saved.")
            return redirect("setup:organisation")
    return show(request, "organisation", errors, given=given, zones=zones())
