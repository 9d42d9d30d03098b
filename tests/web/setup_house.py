"""Users and an organisation for the web tests; everything is an exercise."""

from __future__ import annotations

from tests.web.browser import Browser
from vedette.access.handling import Tlp
from vedette.access.models import User
from vedette.access.roles import Role
from vedette.people.models import Organisation

PASSWORD = "four quiet unrelated words"


def user(username: str, *roles: Role, clearance: Tlp = Tlp.RED) -> User:
    """A user who signs in with PASSWORD."""
    made = User(username=username, roles=[role.value for role in roles], clearance=clearance.value)
    made.set_password(PASSWORD)
    made.save()
    return made


def signed_in(who: User) -> Browser:
    """A browser of `who`, signed in."""
    client = Browser()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


def signed_in_by_password(who: User) -> Browser:
    """A browser of `who`, signed in through the sign-in page."""
    client = Browser()
    answer = client.post("/accounts/login/", {"login": who.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def organisation() -> Organisation:
    """The example organisation."""
    return Organisation.objects.create(
        name="Example Border Service",
        sender="warnings@vedette.example",
        mail_from="warnings@vedette.example",
        public_address="https://warn.vedette.example",
        zone="America/Los_Angeles",
    )
