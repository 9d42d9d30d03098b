"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from vedette import __version__, clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.warnings.models import Approval
from vedette.warnings.queries import broken_lately
from vedette.web.middleware import realm_of

#: Name, address, and what one must be allowed for it to be shown.
_NAVIGATION = (
    ("Inbox", "/reports/", Verb.SEE),
    ("Incidents", "/incidents/", Verb.SEE),
    ("Threats", "/threats/", Verb.SEE),
    ("Warnings", "/warnings/", Verb.SEE),
    ("People", "/people/", Verb.SEE_PEOPLE),
    ("Muster", "/muster/", Verb.ATTEST),
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
        "broken_lately": _broken(request) if actor and actor.may(Verb.SEE_LEDGER) else (),
        "theme": theme if theme in THEMES else "",
        "version": __version__,
    }


def _broken(request: HttpRequest) -> list[Approval]:
    """What an overseer is told of on every page, of both realms: somebody approved their own message."""
    assert isinstance(request.user, User)
    return broken_lately([actor_for(request.user, realm) for realm in Realm], clock.now())
