"""Who a request speaks for."""

from __future__ import annotations

from django.http import HttpRequest

from vedette.access.actors import actor_of_token
from vedette.access.policy import Actor

_KEPT = "_vedette_api_actor"


def actor_of(request: HttpRequest) -> Actor | None:
    """Whoever the bearer token speaks for, looked up once a request; a session opens nothing here."""
    if not hasattr(request, _KEPT):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        setattr(request, _KEPT, actor_of_token(token.strip()) if scheme.lower() == "bearer" else None)
    actor: Actor | None = getattr(request, _KEPT)
    return actor
