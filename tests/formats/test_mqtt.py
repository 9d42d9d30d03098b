"""Topics with a place for the device, and what devices answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.mqtt import (
    DeviceAnswer,
    check_template,
    device_in,
    filter_for,
    is_device,
    read_answer,
    topic_for,
)

TEMPLATE = "vedette/{address}/answers"


@given(st.text(max_size=30))
def test_a_device_is_found_again_in_its_topic_and_no_name_reaches_into_anothers(name: str) -> None:
    if is_device(name):
        assert device_in(TEMPLATE, topic_for(TEMPLATE, name)) == name
        assert topic_for(TEMPLATE, name).count("/") == 2
    else:
        assert device_in(TEMPLATE, topic_for(TEMPLATE, name)) == ""


@pytest.mark.parametrize(
    "topic",
    ["", "vedette/ann", "vedette/ann/answers/x", "vedette/ann/warnings", "other/ann/answers", "vedette//answers"],
)
def test_another_topic_has_no_device(topic: str) -> None:
    assert device_in(TEMPLATE, topic) == ""


def test_one_filter_hears_them_all() -> None:
    assert filter_for(TEMPLATE) == "vedette/+/answers"


@pytest.mark.parametrize("template", ["{address}", "a/{address}", "a b/{address}/ü"])
def test_a_topic_with_one_level_for_the_device_can_stand(template: str) -> None:
    check_template(template)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "a/b",
        "x{address}",
        "{address}/{address}",
        "a/{address}/+",
        "#/{address}",
        "a//{address}",
        "a/{realm}/{address}",
    ],
)
def test_any_other_topic_is_refused(template: str) -> None:
    with pytest.raises(ValueError):
        check_template(template)


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (b'{"response": "safe"}', DeviceAnswer("safe")),
        (b' {"response": " safe ", "answer_to": "k.m", "id": "7", "battery": 3} ', DeviceAnswer("safe", "k.m", "7")),
        ("À l’abri".encode(), DeviceAnswer("À l’abri")),
        (b"1", DeviceAnswer("1")),
        (b"", None),
        (b" ", None),
        (b"{", None),
        (b"{}", None),
        (b'{"response": 1}', None),
        (b'{"response": "safe", "id": 7}', None),
        (json.dumps({"response": "safe", "id": "x" * 65}).encode(), None),
        (b"\xff", None),
        (b"a\x00b", None),
        (b'{"response": "\\ud800"}', None),
        (b"x" * 4_001, None),
        (b'{"a":' * 3_000, None),
    ],
)
def test_an_answer_is_an_object_or_bare_words_or_nothing(payload: bytes, answer: DeviceAnswer | None) -> None:
    assert read_answer(payload) == answer


def test_what_mqtt_itself_correlates_goes_before_what_the_object_says() -> None:
    answer = read_answer(b'{"response": "safe", "answer_to": "k.other"}', b"k.m")
    assert answer == DeviceAnswer("safe", "k.m")


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_no_payload_does_any_harm(payload: bytes, correlation: bytes) -> None:
    answer = read_answer(payload, correlation)
    assert answer is None or answer.said.strip()
