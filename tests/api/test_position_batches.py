"""Batches of positions at the front: what it takes itself is answered as the API would, and the rest is the API's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.db import OperationalError

from tests.api.conftest import Caller, call_as
from tests.api.test_hostile import VALUES, spoiled
from vedette.access.roles import Role, Verb
from vedette.conf import positions
from vedette.conf.asgi import Front
from vedette.people.models import Person, Position
from vedette.web.api import position_batches
from vedette.web.hosts import Hosts

pytestmark = pytest.mark.django_db(transaction=True)

Answer = tuple[int, Any, dict[str, str]]


def fix(code: str = "ex-san-diego", **other: Any) -> dict[str, Any]:
    return {"person": code, "lat": 32.57, "lon": -116.95, "accuracy_m": 10, "fixed_at": "2025-12-04T15:59:00Z", **other}


@pytest.fixture(autouse=True)
def named(settings: Any, roster: dict[str, Person]) -> None:
    settings.ALLOWED_HOSTS = Hosts(["localhost", "testserver"])
    Person.objects.update(position_consent=True)


@pytest.fixture
def admin(roster: dict[str, Person]) -> Caller:
    return call_as("admin", Role.ADMINISTRATOR)


def send(*bodies: bytes, token: str, pieces: int = 1, **headers: str) -> list[Answer]:
    """Requests at the same moment, each body in so many pieces."""

    async def story() -> list[Answer]:
        front = Front()
        answers = await asyncio.gather(*(_ask(front, body, token, pieces, headers) for body in bodies))
        await front._positions.close()
        return answers

    return asyncio.run(story())


def test_a_body_that_does_not_come_keeps_nobody_waiting_and_is_given_up(
    admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "MOST_WAITING", 1)
    monkeypatch.setattr(positions, "READ_WITHIN_S", 0.5)

    async def story() -> tuple[list[Answer], Answer]:
        front = Front()
        slow = [_ask(front, b"", "vdt_nonsense", 1, {}, comes=False) for _ in range(3)]
        body = json.dumps([fix()]).encode()
        *given_up, sound = await asyncio.gather(*slow, _ask(front, body, admin.token, 1, {}))
        await front._positions.close()
        return given_up, sound

    given_up, sound = asyncio.run(story())
    assert sound[0] == 200 and Position.objects.exists()
    assert [(status, told["errors"][0]["field"]) for status, told, _ in given_up] == [(408, "body")] * 3


def test_so_many_bodies_may_be_on_their_way_and_no_more(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MOST_READING", 2)
    monkeypatch.setattr(positions, "READ_WITHIN_S", 0.2)

    async def story() -> list[Answer]:
        front = Front()
        answers = await asyncio.gather(*(_ask(front, b"", "vdt_nonsense", 1, {}, comes=False) for _ in range(3)))
        await front._positions.close()
        return answers

    assert sorted(status for status, _, _ in asyncio.run(story())) == [408, 408, 503]


async def _ask(
    front: Front, body: bytes, token: str, pieces: int, headers: dict[str, str], comes: bool = True
) -> Answer:
    size = max(1, -(-len(body) // pieces))
    left = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    heard: list[Any] = []

    async def receive() -> dict[str, Any]:
        if not comes:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def answered(message: Any) -> None:
        heard.append(message)

    given = {"host": "localhost", "content-type": "application/json", "content-length": str(len(body)), **headers}
    if token:
        given["authorization"] = f"Bearer {token}"
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/v1/positions",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 5),
        "server": ("localhost", 80),
    }
    await front(scope, receive, answered)
    told = b"".join(message.get("body", b"") for message in heard)
    names = {name.decode().lower(): value.decode() for name, value in heard[0]["headers"]}
    return heard[0]["status"], json.loads(told), names


def test_a_sound_batch_is_kept_and_answered_as_by_the_api(admin: Caller) -> None:
    Person.objects.filter(code="ex-imperial-valley").update(position_consent=False)
    batch = [fix(), fix(), fix("ex-imperial-valley"), fix("nobody")]
    ((status, told, headers),) = send(json.dumps(batch).encode(), token=admin.token, pieces=3)
    assert status == 200 and headers["content-type"].startswith("application/json")
    assert Position.objects.get().person.code == "ex-san-diego"
    Position.objects.all().delete()
    assert admin.post("/positions", batch).json() == told
    assert [item["outcome"] for item in told["items"]] == ["kept", "older", "no_consent", "unknown"]


def test_requests_at_the_same_moment_are_each_answered_for_themselves(admin: Caller) -> None:
    bodies = [[fix(fixed_at=f"2025-12-04T15:5{minute}:00Z")] for minute in range(9)]
    bodies[4] = [fix(lat=95)]
    answers = send(*(json.dumps(body).encode() for body in bodies), token=admin.token)
    assert [status for status, _, _ in answers] == [200] * 4 + [422] + [200] * 4
    assert answers[4][1]["field"] == "0.lat"
    assert Position.objects.get().fixed_at.minute == 58


def test_hostile_batches_get_the_apis_own_answer_and_store_nothing(admin: Caller) -> None:
    bodies = [*spoiled([fix()], 3), [fix()] * 1_001, [fix(extra=1)], [fix(fixed_at="2025-12-04T15:59:00")]]
    raw = [json.dumps(body).encode() for body in bodies] + [b"{", b"[" * 100_000, b"\xff", b"[" + b" " * 600_000]
    refused = 0
    for body in raw:
        ((status, told, _),) = send(body, token=admin.token, pieces=4)
        assert status == 200 or not Position.objects.exists()
        Position.objects.all().delete()
        theirs = admin.raw("/positions", body)
        assert (status, told) == (theirs.status_code, theirs.json()), body[:200]
        Position.objects.all().delete()
        refused += status >= 400
    assert refused > len(VALUES)


def test_whoever_may_not_is_refused_by_the_api_itself(admin: Caller) -> None:
    body = json.dumps([fix()]).encode()
    weak = call_as("weak", Role.ADMINISTRATOR, scopes=[Verb.SEE])
    assert [send(body, token=token)[0][0] for token in ("", "vdt_nonsense", weak.token)] == [401, 401, 403]
    assert not Position.objects.exists()


def test_a_key_is_answered_once_and_replayed(admin: Caller) -> None:
    body = json.dumps([fix()]).encode()
    first, again = (send(body, token=admin.token, idempotency_key="k1")[0] for _ in range(2))
    assert first[1] == again[1] and again[1]["kept"] == 1
    assert again[2]["idempotent-replayed"] == "true"


def test_too_many_at_once_are_asked_to_come_again(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(positions, "MOST_WAITING", 2)
    answers = send(*[json.dumps([fix()]).encode()] * 4, token=admin.token)
    assert sorted(status for status, _, _ in answers) == [200, 200, 503, 503]
    assert {headers["retry-after"] for status, _, headers in answers if status == 503} == {"1"}


def test_what_cannot_be_stored_is_not_thanked_for(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(position_batches, "record_positions", fail)
    ((status, told, _),) = send(json.dumps([fix()]).encode(), token=admin.token)
    assert (status, told["errors"][0]["field"]) == (503, "storage")
