"""A house with two units, and an identity provider that speaks to it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.people.house import House, house, user
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.roles import Role, Verb

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Provider:
    """An identity provider: what it sends, and the last answer."""

    def __init__(self, *scopes: Verb, realm: Realm = Realm.EXERCISE) -> None:
        owner = user(f"provider-{realm}-{len(scopes)}", Role.ADMINISTRATOR)
        token = make_token(owner, "scim", realm, scopes or (Verb.PROVISION,))
        self.client = Client(headers={"authorization": f"Bearer {token}"})
        self.answer: Any = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """Ask, and what is answered."""
        data = json.dumps(body) if body is not None else ""
        self.answer = self.client.generic(
            method, f"/scim/v2/{path}", data, content_type="application/scim+json", headers=headers
        )
        return json.loads(self.answer.content) if self.answer.content else {}

    @property
    def status(self) -> int:
        """Of the last answer."""
        return int(self.answer.status_code)

    def user(self, name: str, /, **other: Any) -> dict[str, Any]:
        """A new user."""
        found = self.ask("POST", "Users", {"schemas": [USER], "userName": name, "active": True, **other})
        assert self.status == 201, found
        return found

    def group(self, name: str, *members: dict[str, Any]) -> dict[str, Any]:
        """A new group."""
        told = {"schemas": [GROUP], "displayName": name, "members": [{"value": one["id"]} for one in members]}
        found = self.ask("POST", "Groups", told)
        assert self.status == 201, found
        return found

    def patch(self, found: dict[str, Any], *operations: dict[str, Any], kind: str = "Users") -> dict[str, Any]:
        """Change one."""
        return self.ask("PATCH", f"{kind}/{found['id']}", {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    return house()


@pytest.fixture
def provider(home: House) -> Provider:
    return Provider()
