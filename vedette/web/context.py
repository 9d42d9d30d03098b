"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vedette import __version__
from vedette.access.roles import Verb
from vedette.web.middleware import realm_of

#: Name, address, and what one must be allowed for it to be shown.
_NAVIGATION = (
    ("Inbox", "/reports/", Verb.SEE),
    ("Threats", "/threats/", Verb.SEE),
    ("Warnings", "/warnings/", Verb.SEE),
    ("People", "/people/", Verb.SEE_PEOPLE),
    ("Ledger", "/ledger/", Verb.SEE_LEDGER),
    ("Settings", "/settings/", Verb.ADMINISTER),
)
THEMES = ("light", "dark")


def house(request: HttpRequest) -> dict[str, Any]:
    """The realm (once somebody is signed in), the actor, the navigation, the theme and the version."""
    actor = getattr(request, "actor", None) or None
    theme = request.COOKIES.get("theme", "")
    return {
        "realm": realm_of(request).value if actor else "",
        "actor": actor,
        "navigation": [
            {"name": name, "href": href, "current": request.path.startswith(href)}
            for name, href, verb in _NAVIGATION
            if actor and actor.may(verb)
        ],
        "theme": theme if theme in THEMES else "",
        "version": __version__,
    }
