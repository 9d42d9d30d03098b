"""A warned person says where they are, from the page of their warning."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.warnings.good import EXPIRES
from tests.web.field_house import ISSUED, add_message, address, warned
from vedette import clock
from vedette.dispatch.models import Recipient
from vedette.people.actions import set_consent
from vedette.people.models import Person, Position
from vedette.warnings.content import MessageType
from vedette.web.hosts import Hosts

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
HERE = {"lat": "32.5521", "lon": "-117.0512", "accuracy_m": "8.5"}


@pytest.fixture
def now() -> Iterator[clock.Frozen]:
    with clock.frozen(ISSUED) as frozen:
        yield frozen


@pytest.fixture
def recipient(now: clock.Frozen) -> Recipient:
    return warned()


def check_in(recipient: Recipient, given: Any, machine: bool = False) -> Any:
    if machine:
        return Client().post(f"{address(recipient)}/position", json.dumps(given), content_type="application/json")
    return Client(enforce_csrf_checks=True).post(f"{address(recipient)}/position", urlencode(given), content_type=FORM)


def test_a_form_is_kept_as_a_fix_they_gave_and_leads_back_to_the_page(recipient: Recipient) -> None:
    answer = check_in(recipient, HERE)
    assert (answer.status_code, answer["Location"]) == (302, address(recipient))
    kept = Position.objects.get()
    assert (kept.person_id, kept.lat, kept.accuracy_m, kept.fixed_at) == (recipient.person_id, 32.5521, 8.5, ISSUED)
    assert kept.offered and not Person.objects.get().position_consent


def test_json_is_answered_with_what_became_of_it_and_a_repeat_changes_nothing(recipient: Recipient) -> None:
    given = {**HERE, "lat": 32.5, "fixed_at": (ISSUED - timedelta(minutes=1)).isoformat()}
    said = check_in(recipient, given, machine=True)
    assert said.json() == {"outcome": "kept", "detail": "kept as the last fix", "stored": True}
    assert said["Cache-Control"] == "no-store" and said["Referrer-Policy"] == "no-referrer"
    assert check_in(recipient, given, machine=True).json()["outcome"] == "older"


@pytest.mark.parametrize("machine", [True, False])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": "95"}, "lat"),
        ({"lon": ""}, "lon"),
        ({"lat": "0", "lon": "0"}, "lat"),
        ({"accuracy_m": "-1"}, "accuracy_m"),
        ({"accuracy_m": "good"}, "accuracy_m"),
        ({"accuracy_m": "1e9"}, "accuracy_m"),
        ({"fixed_at": "noon"}, "fixed_at"),
        ({"fixed_at": "2199-01-01T00:00:00Z"}, "fixed_at"),
        ({"lat": "1" * 5_000}, "body"),
    ],
)
def test_what_is_no_fix_is_one_error_and_changes_nothing(
    recipient: Recipient, change: dict[str, str], field: str, machine: bool
) -> None:
    answer = check_in(recipient, {**HERE, **change}, machine)
    assert answer.status_code == 422
    if machine:
        assert answer["Content-Type"] == "application/problem+json" and answer.json()["field"] == field
    else:
        assert f"{field}: " in answer.content.decode()
    assert not Position.objects.exists()


def test_bodies_that_are_neither_are_refused(recipient: Recipient) -> None:
    for body, media in (
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"[1]", "application/json"),
        (b"{", "application/json"),
    ):
        answer = Client().post(f"{address(recipient)}/position", body, content_type=media)
        assert answer.status_code == 422
    assert Client().get(f"{address(recipient)}/position").status_code == 405


def test_after_the_warning_is_over_nothing_is_stored(recipient: Recipient, now: clock.Frozen) -> None:
    now.advance(seconds=(EXPIRES - ISSUED).total_seconds() + 1)
    answer = check_in(recipient, HERE, machine=True)
    assert answer.status_code == 409 and "is over" in answer.json()["detail"]
    assert check_in(recipient, HERE).status_code == 409
    assert not Position.objects.exists()


def test_after_an_all_clear_nothing_is_stored(recipient: Recipient) -> None:
    add_message(recipient.warning, MessageType.ALL_CLEAR, change="The danger is over.")
    assert check_in(recipient, HERE, machine=True).status_code == 409
    assert not Position.objects.exists()


def test_an_unknown_a_forged_and_a_damaged_address_tell_nothing(recipient: Recipient) -> None:
    for token in ("x", "A" * 24, address(recipient)[3:-1] + "_"):
        page = Client().post(f"/a/{token}/position", HERE)
        assert page.status_code == 404 and recipient.person.name not in page.content.decode()
        told = Client().post(f"/a/{token}/position", "{}", content_type="application/json")
        assert told.status_code == 404 and told["Content-Type"] == "application/problem+json"
    assert not Position.objects.exists()


def test_whoever_has_left_checks_in_no_more_and_taking_consent_back_forgets_the_fix(recipient: Recipient) -> None:
    check_in(recipient, HERE)
    set_consent(None, recipient.person, False)
    assert not Position.objects.exists()
    Person.objects.update(active=False)
    assert check_in(recipient, HERE, machine=True).status_code == 404
    assert not Position.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_front_hands_a_check_in_on_and_answers_all_else_itself(recipient: Recipient, settings: Any) -> None:
    from vedette.conf.asgi import Front

    settings.ALLOWED_HOSTS = Hosts(["localhost"])
    body, answered = urlencode(HERE).encode(), []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        answered.append(message)

    headers = {"host": "localhost", "content-type": FORM, "content-length": str(len(body))}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": f"{address(recipient)}/position",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 5),
        "server": ("localhost", 80),
    }
    asyncio.run(Front()(scope, receive, send))
    assert answered[0]["status"] == 302
    assert Position.objects.get().lat == 32.5521
