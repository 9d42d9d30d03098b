"""What people's devices call: OwnTracks in HTTP mode, Traccar Client and whatever speaks OsmAnd's protocol."""

from __future__ import annotations

import base64
import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client

from tests.formats.owntracks_said import ENCRYPTED, LOCATION, OTHERS, TRANSITION
from tests.formats.test_traccar import CLIENT, FORM
from tests.people.house import House, house
from vedette import clock
from vedette.people import actions
from vedette.people.devices import Paired, pair_device
from vedette.people.models import Device, Position

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    made = house()
    actions.set_consent(None, made.ada, True)
    return made


@pytest.fixture
def phone(home: House) -> Paired:
    return pair_device(home.keeper, home.ada, "owntracks", "ada/phone")


@pytest.fixture
def tracker(home: House) -> Paired:
    return pair_device(home.keeper, home.ada, "traccar", "ada")


def owntracks(token: str, message: object, user: str = "ada", **headers: str) -> Any:
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    basic = base64.b64encode(f"{user}:{token}".encode()).decode()
    sent = {"Authorization": f"Basic {basic}", "X-Limit-U": "ada", "X-Limit-D": "phone", **headers}
    return Client().post("/devices/owntracks", raw, content_type="application/json", headers=sent)


def assert_problem(answer: Any, status: int, field: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json" and answer["Cache-Control"] == "no-store"
    told: dict[str, Any] = json.loads(answer.content)
    assert told.get("field", "") == field and told["detail"]
    return told


def test_owntracks_posts_a_location_and_is_answered_with_an_empty_list(home: House, phone: Paired) -> None:
    answer = owntracks(phone.token, LOCATION)
    assert (answer.status_code, answer.content, answer["Vedette-Outcome"]) == (200, b"[]", "kept")
    kept = Position.objects.get()
    assert (kept.person_id, kept.lat, kept.lon, kept.accuracy_m) == (home.ada.pk, 32.5521, -117.0512, 9.0)
    assert owntracks(phone.token, TRANSITION)["Vedette-Outcome"] == "kept"
    assert owntracks(phone.token, LOCATION)["Vedette-Outcome"] == "older"
    assert Position.objects.get().lat == 32.56


@pytest.mark.parametrize("kind", OTHERS)
def test_what_else_the_app_says_is_taken_and_changes_nothing(phone: Paired, kind: str) -> None:
    answer = owntracks(phone.token, {"_type": kind, **OTHERS[kind]})
    assert (answer.status_code, answer.content, answer["Vedette-Outcome"]) == (200, b"[]", "nothing")
    assert not Position.objects.exists()


def test_a_fix_that_may_not_be_kept_is_answered_with_the_reason_and_not_sent_again(home: House, phone: Paired) -> None:
    actions.set_consent(None, home.ada, False)
    answer = owntracks(phone.token, LOCATION)
    assert (answer.status_code, answer.content, answer["Vedette-Outcome"]) == (200, b"[]", "no_consent")
    assert not Position.objects.exists()


def test_an_encrypted_message_is_refused_with_the_reason_which_the_device_shows(phone: Paired) -> None:
    assert "take the secret out" in assert_problem(owntracks(phone.token, ENCRYPTED), 422, "_type")["detail"]
    assert Device.objects.get().outcome == "refused"
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (b"{", "body"),
        (b"\xff\x00", "body"),
        ({**LOCATION, "lat": 200}, "lat"),
        ({**LOCATION, "tst": 1764849600 + 3_600}, "fixed_at"),
        ({**LOCATION, "acc": 200_000}, "accuracy_m"),
        (b'{"_type":"card","face":"' + b"a" * 300_000 + b'"}', "body"),
    ],
)
def test_a_malformed_message_is_one_clear_error_and_changes_nothing(phone: Paired, message: Any, field: str) -> None:
    assert_problem(owntracks(phone.token, message), 422, field)
    assert not Position.objects.exists()


def test_nobody_is_let_in_without_the_devices_own_token(phone: Paired, tracker: Paired) -> None:
    for token in ("", "vdd_wrong", tracker.token, "é"):
        answer = owntracks(token, LOCATION)
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Basic")
    for header in ("", "Basic", "Basic !!!", f"Bearer {phone.token}", "Basic " + "A" * 9_999):
        answer = Client().post("/devices/owntracks", b"{}", "application/json", headers={"Authorization": header})
        assert_problem(answer, 401)
    assert_problem(Client().get("/devices/owntracks"), 405)
    assert not Position.objects.exists()


def traccar_form(token: str, **changes: str) -> dict[str, str]:
    return {**FORM, "id": token, **changes}


def test_osmand_s_parameters_come_in_the_address_or_in_the_body(tracker: Paired) -> None:
    client, given = Client(), urlencode(traccar_form(tracker.token))
    said = client.get(f"/devices/traccar?{given}")
    assert (said.status_code, said.json()) == (
        200,
        {"outcome": "kept", "detail": "kept as the last fix", "stored": True},
    )
    assert Position.objects.get().accuracy_m == 6.5
    assert client.post(f"/devices/traccar?{given}").json()["outcome"] == "older"
    form = "application/x-www-form-urlencoded"
    assert client.post("/devices/traccar", given, content_type=form).json()["outcome"] == "older"


def test_traccar_clients_json_is_taken_and_names_the_device_by_its_token(home: House, tracker: Paired) -> None:
    said = Client().post("/devices/traccar", {**CLIENT, "device_id": tracker.token}, "application/json")
    assert said.json()["stored"] is True
    assert Position.objects.get().person_id == home.ada.pk
    said = Client().post("/devices/traccar", {"device_id": tracker.token}, "application/json")
    assert said.json() == {"outcome": "nothing", "detail": "it tells of no position", "stored": False}


def test_a_traccar_fix_from_off_duty_is_answered_with_the_reason(home: House, tracker: Paired) -> None:
    now = clock.now()
    actions.add_shift(home.keeper, home.ada, now + (now - now.replace(hour=11)), now.replace(hour=14))
    said = Client().get("/devices/traccar", traccar_form(tracker.token)).json()
    assert (said["outcome"], said["stored"]) == ("off_duty", False) and "not on duty" in said["detail"]
    assert not Position.objects.exists()


@pytest.mark.parametrize(
    ("query", "body", "media", "status", "field"),
    [
        ({"id": "48241179"}, b"", "", 401, ""),
        ({}, b"", "", 422, "id"),
        ({"id": "TOKEN", "lat": "x", "lon": "1", "timestamp": "1"}, b"", "", 422, "lat"),
        ({"id": "TOKEN", "lat": "1", "lon": "1"}, b"", "", 422, "timestamp"),
        ({"id": "TOKEN", "lat": "1", "lon": "1", "timestamp": "4000000000"}, b"", "", 422, "fixed_at"),
        ({}, b"\xff\xfe", "application/x-www-form-urlencoded", 422, "body"),
        ({}, b"{", "application/json", 422, "body"),
        ({}, b"a=1&" * 100, "application/x-www-form-urlencoded", 422, "body"),
        ({}, b"a" * 70_000, "application/x-www-form-urlencoded", 422, "body"),
    ],
)
def test_a_malformed_call_is_one_clear_error_and_changes_nothing(
    tracker: Paired, query: dict[str, str], body: bytes, media: str, status: int, field: str
) -> None:
    asked = urlencode({name: value.replace("TOKEN", tracker.token) for name, value in query.items()})
    answer = Client().post(f"/devices/traccar?{asked}", body, content_type=media or "text/plain")
    assert_problem(answer, status, field)
    assert not Position.objects.exists()


def test_no_token_is_written_to_the_log(tracker: Paired, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Client().get("/devices/traccar", {"id": tracker.token, "lat": "x", "lon": "1"})
        Client().get("/devices/traccar", {"id": "vdd_somebody_elses", "lat": "1", "lon": "1", "timestamp": "1"})
    assert "vdd_" not in caplog.text


def test_while_the_database_is_away_the_device_is_asked_to_send_again(
    phone: Paired, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr("vedette.web.devices.views.take", away)
    answer = owntracks(phone.token, LOCATION)
    assert_problem(answer, 503)
    assert answer["Retry-After"] == "5"
