"""Puts the actor on the request (who acts, in which realm), keeps to the organisation's zone, and says no plainly."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.policy import Actor, Refused
from vedette.people.models import Organisation
from vedette.web.api.problems import problem


def realm_of(request: HttpRequest) -> Realm:
    """The realm the session works in; exercise until the user chooses live."""
    return Realm(request.session.get("realm", Realm.EXERCISE.value))


class AddressMiddleware:
    """Refuses an address with a character that no text of the house holds, and that PostgreSQL cannot look for.

    What gateways call is left to them: a text in UTF-16 holds it in every letter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/gateways/"):
            return self._get_response(request)
        if "\0" in request.path or any("\0" in text for pair in _parameters(request) for text in pair):
            if request.path.startswith("/api/"):
                return problem(400, "bad-request", "the address holds a NUL character; leave it out")
            return render(request, "400.html", status=400)
        return self._get_response(request)


class ActorMiddleware:
    """`request.actor`: an Actor for a logged-in user, else None. Times are shown in the organisation's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Times on the console's pages are the organisation's own."""
        if getattr(view, "in_local_time", False):
            timezone.activate(zone())
        else:
            timezone.deactivate()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The policy's no, on any page, is one clear page."""
        if isinstance(exception, Refused):
            return render(
                request,
                "403.html",
                {"reason": f"{str(exception)[:1].upper()}{str(exception)[1:]}."},
                status=403,
            )
        return None


def _parameters(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.GET.lists():
        yield from ((name, value) for value in values)


def zone() -> zoneinfo.ZoneInfo:
    """The zone in which the organisation reads times; UTC until one is set."""
    name = Organisation.objects.values_list("zone", flat=True).first() or "UTC"
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def _actor(request: HttpRequest) -> Actor | None:
    return actor_for(request.user, realm_of(request)) if request.user.is_authenticated else None
