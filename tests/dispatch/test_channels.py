"""The webhook channel against a real server, and what it refuses to be used for."""

from __future__ import annotations

import asyncio
import base64
import hmac
from typing import Any

import pytest

from tests.dispatch.letters import KEY, parcel
from tests.servers import http
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Outcome, Parcel, Result

SECRET = base64.b64encode(b"a secret of thirty-two bytes. ok").decode()


def send(name: str, settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    async def work() -> list[Result]:
        channel = CHANNELS[name](CHANNELS[name].parse(settings), "duty@alerts.example.org")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return asyncio.run(work())


def hook(gateway: http.Gateway, **more: Any) -> dict[str, Any]:
    return {"url": f"{gateway.url}/send", "secret": SECRET, "allow_private": True, **more}


def test_a_webhook_is_signed_as_the_standard_says_and_names_whom_it_is_for(http_gateway: http.Gateway) -> None:
    (result,) = send("webhook", hook(http_gateway), parcel('device:"ann"'))
    assert result.outcome is Outcome.ACCEPTED
    (request,) = http_gateway.requests
    assert request.json == {"to": 'device:"ann"', "text": "Grüße"}
    signed = f"{KEY}.{request.headers['webhook-timestamp']}.".encode() + request.body
    mac = base64.b64encode(hmac.digest(base64.b64decode(SECRET), signed, "sha256")).decode()
    assert request.headers["webhook-signature"] == f"v1,{mac}"
    assert request.headers["webhook-id"] == request.headers["idempotency-key"] == KEY


@pytest.mark.parametrize(("mode", "outcome"), [(http.Mode.REFUSE, Outcome.LATER), (http.Mode.BUSY, Outcome.LATER)])
def test_a_gateway_in_trouble_is_later(http_gateway: http.Gateway, mode: http.Mode, outcome: Outcome) -> None:
    http_gateway.mode = mode
    http_gateway.retry_after_s = 7
    (result,) = send("webhook", hook(http_gateway), parcel("device:ann"))
    assert result.outcome is outcome
    assert result.retry_after_s == (7 if mode is http.Mode.BUSY else None)


def test_a_gateway_that_hangs_is_given_up_after_the_timeout(http_gateway: http.Gateway) -> None:
    http_gateway.mode = http.Mode.HANG
    (result,) = send("webhook", hook(http_gateway, timeout_s=0.2), parcel("device:ann"))
    assert result.outcome is Outcome.LATER


def test_an_address_on_another_host_is_refused_and_one_on_the_gateway_is_used(http_gateway: http.Gateway) -> None:
    own = f"{http_gateway.url}/people/ann"
    results = send(
        "webhook",
        hook(http_gateway),
        parcel(own),
        parcel("http://169.254.169.254/latest/meta-data"),
        parcel("http://127.0.0.1:1/other-port"),
        parcel(http_gateway.url.replace("http:", "https:")),
    )
    assert [result.outcome for result in results] == [Outcome.ACCEPTED, *[Outcome.FAILED] * 3]
    assert [request.path for request in http_gateway.requests] == ["/people/ann"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.8", "169.254.169.254"])
def test_a_private_address_is_refused_unless_the_settings_allow_it(http_gateway: http.Gateway, host: str) -> None:
    port = http_gateway.url.rpartition(":")[2]
    settings = {"url": f"http://{host}:{port}/", "secret": SECRET}
    (result,) = send("webhook", settings, parcel("device:ann"))
    assert result.outcome is Outcome.FAILED
    assert "private" in result.detail
    assert not http_gateway.requests


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://example.org", "secret": SECRET},
        {"url": "https://user:pass@example.org", "secret": SECRET},
        {"url": "https://example.org", "secret": "not base64!"},
        {"url": "https://example.org", "secret": base64.b64encode(b"short").decode()},
        {"url": "https://example.org", "secret": SECRET, "unknown": 1},
    ],
)
def test_settings_that_cannot_stand_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        CHANNELS["webhook"].parse(settings)
