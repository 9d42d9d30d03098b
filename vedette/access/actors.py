"""From a login or a bearer token to an Actor, and the tokens themselves."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.models import ApiToken, User
from vedette.access.policy import Actor
from vedette.access.roles import Verb


def actor_for(user: User, realm: Realm, scopes: frozenset[Verb] | None = None) -> Actor:
    """`user` acting in `realm`. A deactivated user holds no role."""
    return Actor(
        ref=f"user:{user.pk}",
        name=user.get_full_name() or user.get_username(),
        roles=user.role_set() if user.is_active else frozenset(),
        clearance=Tlp(user.clearance),
        compartments=frozenset(user.compartments.values_list("code", flat=True)),
        realm=realm,
        user_id=user.pk,
        scopes=scopes,
    )


def make_token(user: User, name: str, realm: Realm, scopes: Iterable[Verb], expires_at: datetime | None = None) -> str:
    """A new bearer token; the text is shown once and only its digest is stored."""
    text = f"vdt_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        user=user,
        name=name,
        digest=hashlib.sha256(text.encode()).digest(),
        realm=realm.value,
        scopes=sorted(scope.value for scope in scopes),
        created_at=clock.now(),
        expires_at=expires_at,
    )
    return text


def actor_of_token(text: str) -> Actor | None:
    """Whoever the bearer token speaks for; None when it is unknown, revoked, expired or its user is gone."""
    digest = hashlib.sha256(text.encode()).digest()
    token = ApiToken.objects.select_related("user").filter(digest=digest, revoked_at=None).first()
    if token is None or not token.user.is_active:
        return None
    if token.expires_at is not None and token.expires_at <= clock.now():
        return None
    return actor_for(token.user, Realm(token.realm), frozenset(Verb(scope) for scope in token.scopes))
