"""The API through Django's test client, on the real database, with a cast that holds tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.access.cast import make_user
from tests.access.roster import AUDIENCE, make_organisation, make_roster
from tests.reports.texts import MEMO
from tests.warnings.good import GOOD, SENT
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.roles import Role, Verb
from vedette.dispatch.models import Channel
from vedette.people.models import Person


class Caller:
    """Somebody with a token, calling."""

    def __init__(self, token: str, user: User) -> None:
        self.token, self.user = token, user
        self._client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers())

    def post(self, path: str, body: Any = None, key: str | None = None) -> HttpResponse:
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self._client.post(f"/api/v1{path}", headers=self._headers(key), **given)

    def raw(self, path: str, body: bytes, media_type: str = "application/json", key: str | None = None) -> HttpResponse:
        return self._client.post(f"/api/v1{path}", data=body, content_type=media_type, headers=self._headers(key))

    def form(self, path: str, fields: dict[str, Any], key: str | None = None) -> HttpResponse:
        return self._client.post(f"/api/v1{path}", data=fields, headers=self._headers(key))

    def _headers(self, key: str | None = None) -> dict[str, str]:
        return {
            **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            **({"Idempotency-Key": key} if key is not None else {}),
        }


def call_as(
    name: str,
    *roles: Role,
    clearance: Tlp = Tlp.RED,
    realm: Realm = Realm.EXERCISE,
    scopes: Any = tuple(Verb),
    compartments: Any = (),
) -> Caller:
    user = make_user(name, *roles, clearance=clearance, compartments=compartments)
    return Caller(make_token(user, "test", realm, scopes), user)


@pytest.fixture(autouse=True)
def at_issue(db: None) -> Iterator[clock.Frozen]:
    """The clock, stopped when the good warning is written."""
    with clock.frozen(SENT) as frozen:
        yield frozen


@pytest.fixture
def roster(db: None) -> dict[str, Person]:
    make_organisation()
    Channel.objects.create(realm="exercise", name="smtp", settings={})
    return make_roster()


@pytest.fixture
def analyst() -> Caller:
    return call_as("analyst", Role.ANALYST)


@pytest.fixture
def officer() -> Caller:
    return call_as("officer", Role.DUTY_OFFICER)


@pytest.fixture
def second() -> Caller:
    return call_as("second", Role.DUTY_OFFICER)


@pytest.fixture
def admin() -> Caller:
    return call_as("admin", Role.ADMINISTRATOR)


@pytest.fixture
def overseer() -> Caller:
    return call_as("overseer", Role.OVERSEER)


def content(**changes: Any) -> dict[str, Any]:
    return {**GOOD.model_dump(mode="json"), **changes}


def drafted(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = caller.post("/warnings", {"content": content(), "audience": AUDIENCE, **more})
    assert answer.status_code == 201, answer.content
    return answer.json()


def issued(author: Caller, other: Caller) -> dict[str, Any]:
    warning = drafted(author)
    path = f"/warnings/{warning['id']}"
    assert author.post(f"{path}/submit", {}).status_code == 200
    seen = other.get(path).json()["messages"][-1]["content_hash"]
    assert other.post(f"{path}/approve", {"content_hash": seen}).status_code == 200
    answer = other.post(f"{path}/issue")
    assert answer.status_code == 200, answer.content
    return answer.json()


def reported(caller: Caller, original: bytes = MEMO, **more: Any) -> HttpResponse:
    from django.core.files.uploadedfile import SimpleUploadedFile

    media_type = more.pop("media_type", "text/plain")
    key = more.pop("key", None)
    fields = {"source": "sector-intelligence", "handling": "TLP:AMBER", **more}
    file = SimpleUploadedFile("memo.txt", original, content_type=media_type)
    return caller.form("/reports", {**fields, "file": file}, key)
