"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vedette import __version__
from vedette.web.middleware import realm_of


def house(request: HttpRequest) -> dict[str, Any]:
    """The realm, the actor and the version."""
    return {"realm": realm_of(request), "actor": getattr(request, "actor", None), "version": __version__}
