"""OwnTracks: each type its apps send, what is malformed, and topics."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.owntracks_said import ENCRYPTED, LOCATION, OTHERS, TRANSITION
from vedette.formats import owntracks
from vedette.formats.fix import UNSAID_M, Fix
from vedette.formats.owntracks import Nothing, read_message
from vedette.formats.parts import BadInput


def said(message: object) -> Fix | Nothing:
    return read_message(json.dumps(message).encode())


def test_a_location_is_a_fix_by_its_own_time_and_accuracy() -> None:
    assert said(LOCATION) == Fix(32.5521, -117.0512, 9.0, datetime(2025, 12, 4, 11, 59, 30, tzinfo=UTC))


def test_entering_or_leaving_a_region_is_a_fix_too() -> None:
    assert said(TRANSITION) == Fix(32.56, -117.04, 25.5, datetime(2025, 12, 4, 11, 59, 50, tzinfo=UTC))
    assert said({**TRANSITION, "event": "leave"}) == said(TRANSITION)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_fix_is_taken_and_comes_to_nothing(kind: str) -> None:
    assert said({"_type": kind, **OTHERS[kind]}) == Nothing(kind)


def test_a_beacons_transition_without_a_place_comes_to_nothing() -> None:
    assert said({name: value for name, value in TRANSITION.items() if name not in ("lat", "lon")}) == Nothing(
        "transition"
    )


def test_a_ping_repeats_an_old_place_under_a_new_time_and_so_is_no_fix() -> None:
    assert said({**LOCATION, "t": "p"}) == Nothing("ping")


def test_an_empty_message_clears_a_card_and_comes_to_nothing() -> None:
    assert read_message(b"") == Nothing("")


@pytest.mark.parametrize("accuracy", [None, 0, 0.0])
def test_a_fix_that_does_not_say_how_good_it_is_is_taken_to_be_a_bad_one(accuracy: float | None) -> None:
    found = said({**LOCATION, "acc": accuracy})
    assert isinstance(found, Fix) and found.accuracy_m == UNSAID_M


def test_an_encrypted_message_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadInput, match="take the secret out of the app's settings"):
        said(ENCRYPTED)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({**LOCATION, "lat": 90.1}, "lat"),
        ({**LOCATION, "lat": None}, "lat"),
        ({**LOCATION, "lat": True}, "lat"),
        ({**LOCATION, "lat": [1]}, "lat"),
        ({**LOCATION, "lon": "west"}, "lon"),
        ({**LOCATION, "lon": -180.5}, "lon"),
        ({**LOCATION, "lat": 0, "lon": 0}, "lat"),
        ({**LOCATION, "acc": -1}, "acc"),
        ({**LOCATION, "acc": "good"}, "acc"),
        ({**LOCATION, "tst": None}, "tst"),
        ({**LOCATION, "tst": "yesterday"}, "tst"),
        ({**LOCATION, "tst": 10**30}, "tst"),
        ({**LOCATION, "tst": -(10**14)}, "tst"),
        ({**LOCATION, "_type": "spaceship"}, "_type"),
        ({"lat": 1, "lon": 1}, "_type"),
        ([LOCATION], "body"),
        ("location", "body"),
    ],
)
def test_a_malformed_message_names_the_field(message: object, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        said(message)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "raw",
    [b"{", b"\xff", b'{"_type":"location","lat":NaN}', b"[" * 5_000, b'{"_type":"lwt","_type":"location"}', b" "],
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_message(raw)


def test_a_message_beyond_the_largest_is_refused() -> None:
    with pytest.raises(BadInput, match="the most read"):
        read_message(b'{"_type":"card","face":"' + b"a" * owntracks.LARGEST + b'"}')


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(["location", "transition"]),
    st.dictionaries(st.sampled_from(["lat", "lon", "tst", "acc", "t", "event"]), _JSON),
)
def test_whatever_its_fields_hold_it_is_a_likely_fix_or_refused(kind: str, fields: dict[str, Any]) -> None:
    try:
        found = said({**LOCATION, **fields, "_type": kind})
    except BadInput:
        return
    if isinstance(found, Fix):
        assert -90 <= found.lat <= 90 and -180 <= found.lon <= 180 and found.accuracy_m > 0
        assert found.fixed_at.tzinfo is not None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with suppress(BadInput):
        read_message(raw)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.1, 1e5), st.integers(0, 4_000_000_000))
def test_a_location_says_what_was_put_in(lat: float, lon: float, accuracy: float, at: int) -> None:
    if lat == 0 and lon == 0:
        return
    found = said({"_type": "location", "lat": lat, "lon": lon, "acc": accuracy, "tst": at})
    assert isinstance(found, Fix)
    assert (found.lat, found.lon, found.accuracy_m, found.fixed_at.timestamp()) == (lat, lon, accuracy, at)


def test_a_topic_names_the_device_and_events_lie_one_level_below() -> None:
    assert owntracks.filters_for("owntracks") == ("owntracks/+/+", "owntracks/+/+/event")
    assert owntracks.device_of("owntracks", "owntracks/ada/phone") == "ada/phone"
    assert owntracks.device_of("owntracks", "owntracks/ada/phone/event") == "ada/phone"
    assert owntracks.device_of("field/own", "field/own/ada/phone") == "ada/phone"
    for topic in (
        "owntracks/ada",
        "owntracks/ada/phone/cmd",
        "other/ada/phone",
        "owntracks//phone",
        "owntracks/a/b/c/d",
    ):
        assert owntracks.device_of("owntracks", topic) == ""


@given(st.text(max_size=30))
def test_a_devices_name_is_found_again_in_its_topic(name: str) -> None:
    if owntracks.is_device(name):
        assert owntracks.device_of("owntracks", f"owntracks/{name}") == name
        assert owntracks.device_of("owntracks", f"owntracks/{name}/event") == name
