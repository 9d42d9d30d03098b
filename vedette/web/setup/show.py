"""How a settings page is shown: with its line of links, and as 422 when something given cannot stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from vedette.access.roles import Verb
from vedette.web.console.doors import ActedRequest, Errors


def show(
    request: ActedRequest, name: str, errors: Errors | None = None, *, here: str = "", **shown: Any
) -> HttpResponse:
    """Render setup/<name>.html; `here` is the link it belongs under, its own name if not given."""
    context = {"errors": errors, "here": here or name, "administers": request.actor.may(Verb.ADMINISTER), **shown}
    return render(request, f"setup/{name}.html", context, status=422 if errors else 200)
