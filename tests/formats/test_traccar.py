"""Traccar: parameters as OsmAnd and older clients send them, the client's JSON, and what a server forwards."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.fix import UNSAID_M, Fix
from vedette.formats.parts import BadInput
from vedette.formats.traccar import Told, read_client, read_form, read_forwarded

NOON = datetime(2025, 12, 4, 12, tzinfo=UTC)
FORM = {
    "id": "48241179",
    "timestamp": "1764849600",
    "lat": "32.5521",
    "lon": "-117.0512",
    "accuracy": "6.5",
    "speed": "0.0",
    "bearing": "271.0",
    "altitude": "41.0",
    "batt": "81.0",
    "charge": "false",
}
CLIENT: dict[str, Any] = {
    "location": {
        "timestamp": "2025-12-04T12:00:00.000Z",
        "coords": {
            "latitude": 32.5521,
            "longitude": -117.0512,
            "accuracy": 6.5,
            "speed": 1.2,
            "speed_accuracy": 0.5,
            "heading": 271,
            "heading_accuracy": 20,
            "altitude": 41.0,
            "ellipsoidal_altitude": 41.0,
        },
        "is_moving": True,
        "odometer": 1200.5,
        "event": "motionchange",
        "uuid": "7b2c2c1e-6d0c-4b5e-9d0f-0b3a5f1f9a11",
        "battery": {"level": 0.81, "is_charging": False},
        "activity": {"type": "in_vehicle", "confidence": 100},
        "extras": {},
    },
    "device_id": "48241179",
}
FORWARDED: dict[str, Any] = {
    "position": {
        "id": 12,
        "deviceId": 7,
        "protocol": "teltonika",
        "valid": True,
        "outdated": False,
        "accuracy": 6.5,
        "serverTime": "2025-12-04T12:00:02.000+00:00",
        "deviceTime": "2025-12-04T12:00:00.000+00:00",
        "fixTime": "2025-12-04T12:00:00.000+00:00",
        "latitude": 32.5521,
        "longitude": -117.0512,
        "altitude": 41.0,
        "speed": 0.0,
        "course": 271.0,
        "address": None,
        "network": None,
        "geofenceIds": None,
        "attributes": {"batteryLevel": 81, "motion": False, "distance": 0.0},
    },
    "device": {"id": 7, "name": "Van 3", "uniqueId": "48241179", "status": "online", "attributes": {}},
}
THERE = Told("48241179", Fix(32.5521, -117.0512, 6.5, NOON))


def as_json(data: object) -> bytes:
    return json.dumps(data).encode()


def test_all_three_ways_tell_the_same_fix() -> None:
    assert read_form(FORM) == read_client(as_json(CLIENT)) == read_forwarded(as_json(FORWARDED)) == THERE


@pytest.mark.parametrize(
    "timestamp",
    ["1764849600", "1764849600000", "2025-12-04T12:00:00Z", "2025-12-04 12:00:00", "2025-12-04T13:00:00+01:00"],
)
def test_a_forms_time_comes_in_four_ways(timestamp: str) -> None:
    assert read_form({**FORM, "timestamp": timestamp}) == THERE


def test_a_form_may_say_both_coordinates_at_once_and_name_the_device_otherwise() -> None:
    given = {"deviceid": "48241179", "location": "32.5521, -117.0512", "timestamp": "1764849600", "accuracy": "6.5"}
    assert read_form(given) == THERE


def test_what_has_no_fix_names_its_device_alone() -> None:
    alone = Told("48241179", None)
    assert read_form({"id": "48241179", "cell": "310,260,1,2"}) == alone
    assert read_form({**FORM, "valid": "false"}) == read_form({**FORM, "valid": "0"}) == alone
    assert read_client(as_json({"device_id": 48241179})) == alone
    for change in ({"valid": False}, {"outdated": True}):
        assert read_forwarded(as_json({**FORWARDED, "position": {**FORWARDED["position"], **change}})) == alone


def test_an_accuracy_that_is_not_known_is_a_bad_one() -> None:
    told = read_forwarded(as_json({**FORWARDED, "position": {**FORWARDED["position"], "accuracy": 0.0}}))
    assert told.fix is not None and told.fix.accuracy_m == UNSAID_M
    told = read_form({name: value for name, value in FORM.items() if name != "accuracy"})
    assert told.fix is not None and told.fix.accuracy_m == UNSAID_M


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"lat": "91"}, "lat"),
        ({"lat": "nan"}, "lat"),
        ({"lat": "1" * 50}, "lat"),
        ({"lon": ""}, "lon"),
        ({"timestamp": ""}, "timestamp"),
        ({"timestamp": "noon"}, "timestamp"),
        ({"timestamp": "9" * 39}, "timestamp"),
        ({"accuracy": "-2"}, "accuracy"),
        ({"lat": "0", "lon": "0.0"}, "lat"),
    ],
)
def test_a_malformed_form_names_the_field(change: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_form({**FORM, **change})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no", "body"),
        (b"[]", "body"),
        (as_json({**CLIENT, "device_id": None}), "device_id"),
        (as_json({**CLIENT, "location": []}), "location.coords"),
        (as_json({**CLIENT, "location": {"timestamp": "2025-12-04T12:00:00Z"}}), "location.coords"),
        (as_json({**CLIENT, "location": {**CLIENT["location"], "timestamp": 5}}), "location.timestamp"),
        (
            as_json({**CLIENT, "location": {**CLIENT["location"], "coords": {"latitude": 1}}}),
            "location.coords.longitude",
        ),
        (as_json({**CLIENT, "location": {**CLIENT["location"], "mock": True}}), "location.mock"),
    ],
)
def test_malformed_json_of_the_client_names_the_field(body: bytes, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_client(body)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"device": None}, "device"),
        ({"device": {"id": 7}}, "device.uniqueId"),
        ({"position": 3}, "position"),
        ({"position": {**FORWARDED["position"], "fixTime": None}}, "position.fixTime"),
        ({"position": {**FORWARDED["position"], "latitude": "x"}}, "position.latitude"),
    ],
)
def test_malformed_forwarding_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_forwarded(as_json({**FORWARDED, **change}))
    assert refused.value.field == field


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(raw: bytes) -> None:
    for read in (read_client, read_forwarded):
        with suppress(BadInput):
            read(raw)


@given(
    st.dictionaries(
        st.sampled_from(["id", "deviceid", "lat", "lon", "location", "timestamp", "accuracy", "valid"]),
        st.text(max_size=30) | st.sampled_from(list(FORM.values())),
    )
)
def test_whatever_a_form_holds_it_is_a_likely_fix_or_refused(form: dict[str, str]) -> None:
    try:
        told = read_form({**FORM, **form})
    except BadInput:
        return
    if told.fix is not None:
        assert -90 <= told.fix.lat <= 90 and -180 <= told.fix.lon <= 180 and told.fix.accuracy_m > 0
