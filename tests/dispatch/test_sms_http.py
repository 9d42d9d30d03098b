"""SMS over a provider's HTTP gateway: the request as the template says, the answer as the settings say."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.dispatch.letters import KEY, LETTER, parcel
from tests.servers import http
from vedette import clock
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Outcome, Parcel, Result

ANN = "+447700900001"
pytestmark = pytest.mark.usefixtures("stopped_clock")


def send(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    async def work() -> list[Result]:
        channel = CHANNELS["sms"](CHANNELS["sms"].parse(settings), "")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return asyncio.run(work())


def gateway_of(gateway: http.Gateway, **more: Any) -> dict[str, Any]:
    return {"url": f"{gateway.url}/send?v=2", "allow_private": True, "from": "12345", **more}


def saying(text: str) -> Parcel:
    return parcel(ANN, KEY, replace(LETTER, short=text))


def test_json_is_sent_as_the_template_says_and_numbers_stay_numbers(http_gateway: http.Gateway) -> None:
    template = {
        "message": {"to": ["{digits}"], "body": "{text}", "parts": "{segments}", "class": 1, "flash": False},
        "from": "{from}",
        "id": "x-{key}",
        "ttl": "{seconds_left}",
        "until": "{expires}",
        "coding": "{encoding}",
        "callback": "{receipt_url}",
    }
    receipts = "https://warn.example.org/r?key={key}&state=%d"
    (result,) = send(
        gateway_of(http_gateway, template=template, receipt_url=receipts, token="abc"), saying("EXERCISE {key} {to}")
    )
    assert result == Result(Outcome.ACCEPTED)
    (request,) = http_gateway.requests
    assert request.json == {
        "message": {"to": [ANN[1:]], "body": "EXERCISE {key} {to}", "parts": 1, "class": 1, "flash": False},
        "from": "12345",
        "id": f"x-{KEY}",
        "ttl": 8 * 3600,
        "until": "2025-12-04T20:00:00+00:00",
        "coding": "GSM-7",
        "callback": f"https://warn.example.org/r?key={KEY}&state=%d",
    }
    assert (request.method, request.path) == ("POST", "/send?v=2")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Bearer abc"


def test_without_a_template_the_fields_have_plain_names(http_gateway: http.Gateway) -> None:
    send(gateway_of(http_gateway), saying("“EXERCISE”"))
    assert http_gateway.requests[0].json == {
        "to": ANN, "from": "12345", "text": '"EXERCISE"', "key": KEY, "receipt_url": "",
    }  # fmt: skip


@pytest.mark.parametrize("speaks", ["form", "query"])
def test_a_form_is_sent_in_the_body_or_in_the_address(http_gateway: http.Gateway, speaks: str) -> None:
    text = "EXERCISE 100% Łódź & +1 #a=b\nEXERCISE"
    template = {"msisdn": "{to}", "message": "{text}", "validity": "{minutes_left}"}
    login = {"username": "vedette", "password": "päss:word"}
    send(gateway_of(http_gateway, speaks=speaks, template=template, headers={"X-Api-Key": "k"}, **login), saying(text))
    (request,) = http_gateway.requests
    form = urlsplit(request.path).query if speaks == "query" else request.body.decode()
    assert request.method == ("GET" if speaks == "query" else "POST")
    fields = parse_qs(form)
    fields.pop("v", None)
    assert fields == {"msisdn": [ANN], "message": [text], "validity": ["480"]}
    assert base64.b64decode(request.headers["authorization"].split()[1]).decode() == "vedette:päss:word"
    assert request.headers["x-api-key"] == "k"


@pytest.mark.parametrize(
    ("body", "settings", "reference"),
    [
        ({"messages": [{"id": "abc"}]}, {"reference_at": "messages.0.id"}, "abc"),
        ({"id": 17}, {"reference_at": "id"}, "17"),
        ({"id": None}, {"reference_at": "id"}, ""),
        ({"messages": []}, {"reference_at": "messages.0.id"}, ""),
        ({"messages": {"a": 1}}, {"reference_at": "messages.b.c"}, ""),
        ("OK id=77", {"reference_at": "id"}, ""),
        ("OK id=77", {"reference_pattern": r"id=(\d+)"}, "77"),
        ("ERR", {"reference_pattern": r"id=(\d+)"}, ""),
        ({"id": "x" * 300}, {"reference_at": "id"}, "x" * 200),
    ],
)
def test_the_gateways_name_for_the_message_is_read_where_the_settings_say(
    http_gateway: http.Gateway, body: Any, settings: dict[str, Any], reference: str
) -> None:
    http_gateway.answer = (200, body if isinstance(body, str) else json.dumps(body))
    assert send(gateway_of(http_gateway, **settings), parcel(ANN)) == [Result(Outcome.ACCEPTED, reference=reference)]


@pytest.mark.parametrize(
    ("status", "body", "settings", "outcome"),
    [
        (202, "", {}, Outcome.ACCEPTED),
        (202, "", {"success": [202]}, Outcome.ACCEPTED),
        (202, "", {"success": [201]}, Outcome.LATER),
        (400, "fine", {"success": [400]}, Outcome.ACCEPTED),
        (200, '{"status": "ok"}', {"success_pattern": '"status": *"ok"'}, Outcome.ACCEPTED),
        (200, '{"status": "error"}', {"success_pattern": '"status": *"ok"'}, Outcome.LATER),
        (302, "", {}, Outcome.FAILED),
        (400, "no such number", {}, Outcome.FAILED),
        (429, "slower", {}, Outcome.LATER),
        (503, "Temporal failure, try again later.", {}, Outcome.LATER),
    ],
)
def test_an_answer_counts_as_the_settings_and_http_say(
    http_gateway: http.Gateway, status: int, body: str, settings: dict[str, Any], outcome: Outcome
) -> None:
    http_gateway.answer = (status, body)
    (result,) = send(gateway_of(http_gateway, **settings), parcel(ANN))
    assert result.outcome is outcome
    assert outcome is Outcome.ACCEPTED or result.detail.startswith(f"{status}")


def test_what_a_long_message_costs_is_noted(http_gateway: http.Gateway) -> None:
    (result,) = send(gateway_of(http_gateway), saying("да" * 40))
    assert result.detail == "2 segments, UCS-2 because of “д”"


def test_a_gateway_that_is_not_there_is_later_and_one_in_a_private_network_is_never(http_gateway: http.Gateway) -> None:
    gone = {"url": "http://127.0.0.1:1/", "allow_private": True}
    (result,) = send(gone, parcel(ANN))
    assert (result.outcome, result.unreachable) == (Outcome.LATER, True)
    (result,) = send({"url": http_gateway.url}, parcel(ANN))
    assert result.outcome is Outcome.FAILED
    assert "private" in result.detail
    assert not http_gateway.requests


def test_an_address_that_is_none_and_a_warning_that_is_over_fail_and_send_nothing(
    http_gateway: http.Gateway, stopped_clock: clock.Frozen
) -> None:
    for address in ("447700900001", "+1\r\nX: y", "", "ann@people.example"):
        assert send(gateway_of(http_gateway), parcel(address))[0].outcome is Outcome.FAILED
    stopped_clock.advance(hours=9)
    assert "over" in send(gateway_of(http_gateway), parcel(ANN))[0].detail
    assert not http_gateway.requests


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://x.example"),
        ("url", "https://user:pass@x.example"),
        ("speaks", "smoke"),
        ("template", {"to": "{number}"}),
        ("headers", {"X": "a\r\nY: b"}),
        ("headers", {"X:": "a"}),
        ("success", [99]),
        ("success_pattern", "("),
        ("reference_pattern", "no group"),
        ("receipt_url", "https://x.example/"),
        ("unknown", 1),
    ],
)
def test_settings_that_cannot_stand_are_refused_by_name(http_gateway: http.Gateway, field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"(?m)^{field}"):
        CHANNELS["sms"].parse({**gateway_of(http_gateway), field: value})


def test_a_form_is_flat_and_kannel_needs_a_login(http_gateway: http.Gateway) -> None:
    with pytest.raises(ValueError, match=r"(?m)^template\n.*nothing deeper"):
        CHANNELS["sms"].parse(gateway_of(http_gateway, speaks="form", template={"a": {"b": "{to}"}}))
    with pytest.raises(ValueError, match=r"(?m)^password\n.*Kannel asks"):
        CHANNELS["sms"].parse(gateway_of(http_gateway, speaks="kannel", username="u"))
