"""While no user exists, every page leads to the set-up page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from vedette.access.models import User

#: What answers for itself: machines, phones, the set-up page and what it looks like.
LEFT_ALONE = (
    "/setup",
    "/static/",
    "/a/",
    "/me/",
    "/api/",
    "/feeds/",
    "/taxii2/",
    "/gateways/",
    "/devices/",
    "/healthz",
    "/readyz",
    "/metrics",
)


class FirstRunMiddleware:
    """Redirects to /setup until the first user is seen; after that it asks nothing more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._settled = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._settled and not request.path.startswith(LEFT_ALONE):
            self._settled = User.objects.exists()
            if not self._settled:
                return redirect("setup:first")
        return self._get_response(request)
