"""scim2-tester tries all of the standard on our server, over the network."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from scim2_client import BaseSyncSCIMClient
from scim2_tester import Status, check_server

from tests.access.cast import make_user
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.roles import Role, Verb


class Client(BaseSyncSCIMClient):
    """scim2-client over requests."""

    def __init__(self, address: str, token: str) -> None:
        super().__init__()
        self.address, self.session = address, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, *, content: bytes | None = None, **given: Any) -> Any:
        address = url if url.startswith("http") else self.address + url
        return self.session.request(method, address, data=content, timeout=20, **given)


@pytest.mark.django_db(transaction=True)
def test_scim2_tester_finds_nothing_wrong(live_server: Any) -> None:
    provider = make_user("provider", Role.ADMINISTRATOR)
    token = make_token(provider, "scim", Realm.EXERCISE, [Verb.PROVISION])
    results = check_server(Client(f"{live_server.url}/scim/v2", token))
    wrong = [(one.title, one.reason) for one in results if one.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert wrong == []
    assert {one.resource_type for one in results} >= {"User", "Group"}
    tried = {one.title for one in results if one.status is Status.SUCCESS}
    assert {"object_creation", "object_replacement", "object_deletion", "check_replace_attribute"} <= tried
