"""Puts the actor on the request: who is logged in, in which realm."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.policy import Actor


def realm_of(request: HttpRequest) -> Realm:
    """The realm the session works in; exercise until the user chooses live."""
    return Realm(request.session.get("realm", Realm.EXERCISE.value))


class ActorMiddleware:
    """`request.actor`: an Actor for a logged-in user, else None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self._get_response(request)


def _actor(request: HttpRequest) -> Actor | None:
    return actor_for(request.user, realm_of(request)) if request.user.is_authenticated else None
