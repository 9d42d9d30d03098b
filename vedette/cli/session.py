"""What a command needs before it touches stored records: Django set up, and the user it acts for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vedette.cli.output import refuse

if TYPE_CHECKING:
    from vedette.access.policy import Actor


def open_house() -> None:
    """Set Django up on the installation that VEDETTE_DATA and VEDETTE_DATABASE_URL name; harmless when called twice."""
    import django
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if apps.ready:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")
    try:
        django.setup()
    except (OSError, ValueError, ImproperlyConfigured) as error:
        refuse("settings", "environment", str(error))


def token_actor() -> Actor:
    """Whoever VEDETTE_TOKEN speaks for; without a valid token the command ends with exit 2. Call `open_house` first."""
    from django.db import DatabaseError

    from vedette.access.actors import actor_of_token

    text = os.environ.get("VEDETTE_TOKEN", "").strip()
    if not text:
        refuse("token", "VEDETTE_TOKEN", "not set; a command acts with its user's own token, made on the account page")
    try:
        actor = actor_of_token(text)
    except DatabaseError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        refuse(
            "database", os.environ.get("VEDETTE_DATA", "vedette-data"), f"not ready ({reason}); run `vedette doctor`"
        )
    if actor is None:
        refuse("token", "VEDETTE_TOKEN", "unknown, expired, revoked, or its user is deactivated; make a new one")
    return actor
