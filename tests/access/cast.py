"""Users to act with, made as each test needs them."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import Compartment, User
from vedette.access.policy import Actor
from vedette.access.roles import Role


def make_user(
    name: str, *roles: Role, clearance: Tlp = Tlp.RED, compartments: Iterable[str] = (), password: str | None = None
) -> User:
    """A stored user; without a password they cannot sign in."""
    user = User(username=name, roles=[role.value for role in roles], clearance=clearance.value)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    for code in compartments:
        user.compartments.add(Compartment.objects.get_or_create(code=code, defaults={"name": code})[0])
    return user


def make_actor(
    name: str,
    *roles: Role,
    clearance: Tlp = Tlp.RED,
    compartments: Iterable[str] = (),
    realm: Realm = Realm.EXERCISE,
) -> Actor:
    """A new user acting in `realm`."""
    return actor_for(make_user(name, *roles, clearance=clearance, compartments=compartments), realm)
