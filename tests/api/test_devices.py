"""Devices and positions over the API: pairing, what a Traccar server forwards, GPX files, and checking in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Caller, call_as
from tests.formats.test_gpx import gpx, point
from tests.formats.test_traccar import FORWARDED
from vedette import clock
from vedette.access.models import IdempotencyRecord
from vedette.access.roles import Role
from vedette.people.actions import set_consent
from vedette.people.devices import device_of_token
from vedette.people.models import Device, Person, Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def pat(roster: dict[str, Person]) -> Person:
    """Somebody who lets their position be used."""
    person = next(iter(roster.values()))
    return set_consent(None, person, True)


def paired(admin: Caller, pat: Person, kind: str = "traccar", name: str = "48241179") -> dict[str, Any]:
    answer = admin.post("/devices", {"person": pat.pk, "kind": kind, "name": name})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_device_is_paired_listed_given_a_new_token_and_unpaired(admin: Caller, pat: Person) -> None:
    made = paired(admin, pat)
    assert device_of_token(made["token"], Device.Kind.TRACCAR) is not None
    (shown,) = admin.get("/devices", person=pat.pk).json()["items"]
    assert "token" not in shown and shown["name"] == "48241179"
    renewed = admin.post(f"/devices/{made['id']}/token").json()["token"]
    assert device_of_token(made["token"], Device.Kind.TRACCAR) is None
    assert device_of_token(renewed, Device.Kind.TRACCAR) is not None
    assert admin.post(f"/devices/{made['id']}/unpair").status_code == 204
    assert admin.get("/devices").json()["items"] == []


def test_a_token_is_not_stored_with_the_answer_that_is_kept_for_repeats(admin: Caller, pat: Person) -> None:
    body = {"person": pat.pk, "kind": "traccar", "name": "a"}
    first, again = (admin.post("/devices", body, key="k") for _ in range(2))
    assert first.json()["token"] and again.status_code == 201
    assert again.json() == {**first.json(), "token": None}
    assert first.json()["token"] not in IdempotencyRecord.objects.get().body
    assert Device.objects.count() == 1


def test_what_a_traccar_server_forwards_is_kept_by_the_devices_identifier(admin: Caller, pat: Person) -> None:
    paired(admin, pat)
    position = {**FORWARDED["position"], "fixTime": clock.rfc3339(clock.now())}
    said = admin.post("/positions/forwarded", {**FORWARDED, "position": position}).json()
    assert said == {"outcome": "kept", "detail": "kept as the last fix", "stored": True}
    assert Position.objects.get().person_id == pat.pk
    stranger = {**FORWARDED, "device": {"uniqueId": "other"}}
    assert admin.post("/positions/forwarded", stranger).json()["outcome"] == "unknown"
    invalid = {**FORWARDED, "position": {**position, "valid": False}}
    assert admin.post("/positions/forwarded", invalid).json()["outcome"] == "nothing"
    for broken in ({}, {"device": {"uniqueId": "48241179"}}, {**FORWARDED, "position": {**position, "latitude": 95}}):
        answer = admin.post("/positions/forwarded", broken)
        assert answer.status_code == 422 and answer.json()["field"]


def test_of_a_gpx_file_the_last_fix_is_taken(admin: Caller, pat: Person) -> None:
    early, late = (clock.rfc3339(clock.now() - timedelta(minutes=minutes)) for minutes in (30, 10))
    track = gpx(point(32.5, -117.1, early), point(32.6, -117.0, late))
    said = admin.raw(f"/people/{pat.pk}/track", track, "application/gpx+xml")
    assert said.json()["stored"] is True and Position.objects.get().lat == 32.6
    answer = admin.raw(f"/people/{pat.pk}/track", b"<kml/>", "application/gpx+xml")
    assert answer.status_code == 422 and answer.json()["field"] == "file"


def test_one_checks_in_by_ones_own_login_and_for_oneself_alone(pat: Person, officer: Caller) -> None:
    caller = call_as("pat", Role.ANALYST)
    here = {"lat": 32.5, "lon": -117.0, "accuracy_m": 12}
    answer = caller.post("/positions/check-in", here)
    assert answer.status_code == 409 and "linked to no person" in answer.json()["detail"]
    Person.objects.filter(pk=pat.pk).update(user=caller.user, position_consent=False)
    assert caller.post("/positions/check-in", here).json()["outcome"] == "kept"
    kept = Position.objects.get()
    assert (kept.person_id, kept.offered, kept.fixed_at) == (pat.pk, True, clock.now())
    answer = caller.post("/positions/check-in", {**here, "lat": 91})
    assert answer.status_code == 422 and answer.json()["field"] == "lat"
    answer = caller.post("/positions/check-in", {**here, "person": 1})
    assert answer.status_code == 422
