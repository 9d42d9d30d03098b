"""The set-up page: makes the first administrator and the organisation, once, from this machine alone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vedette.access.actions import create_first_administrator
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.formats.parts import BadInput
from vedette.people.organisation import keep_organisation
from vedette.web.console.doors import Errors, told
from vedette.web.setup.here import is_from_here

ORGANISATION_FIELDS = ("name", "sender", "mail_from", "public_address", "zone")


@never_cache
@require_http_methods(["GET", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """Make the first administrator and the organisation; 404 as soon as there is a user."""
    if User.objects.exists():
        raise Http404
    if not is_from_here(request):
        return render(request, "setup/elsewhere.html", status=403)
    errors = Errors()
    if request.method == "POST":
        with told(errors):
            user = _set_up(request)
        if not errors:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, "Set up. Next: a second factor for yourself, then users and channels.")
            return redirect("setup:settings")
    given = {field: request.POST.get(field, "") for field in ("username", *ORGANISATION_FIELDS)}
    given["public_address"] = given["public_address"] or f"{request.scheme}://{request.get_host()}"
    given["zone"] = given["zone"] or "UTC"
    return render(
        request,
        "setup/first.html",
        {"errors": errors, "given": given, "zones": zones()},
        status=422 if errors else 200,
    )


def zones() -> list[str]:
    """The names a zone may have."""
    return sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))


def set_up(username: str, password: str, organisation: Mapping[str, str]) -> User:
    """The first administrator and the organisation, both or neither. Raises BadInput, and Refused after the first."""
    with transaction.atomic():
        user = create_first_administrator(username, password)
        keep_organisation(
            actor_for(user, Realm.LIVE), **{field: organisation.get(field, "") for field in ORGANISATION_FIELDS}
        )
    return user


def _set_up(request: HttpRequest) -> User:
    password = request.POST.get("password", "")
    if password != request.POST.get("password_again", ""):
        raise BadInput("password_again", "is not the same as the password above")
    return set_up(request.POST.get("username", ""), password, request.POST.dict())
