"""The webhook channel against a real gateway: what it sends, what it makes of the answers, and what it refuses."""

from __future__ import annotations

import asyncio
import base64
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tests.dispatch.letters import KEY, parcel
from tests.servers import certificate, http
from tests.servers.ports import free_port
from tests.servers.scripted import Say, Then, scripted
from vedette import clock
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.channels.webhook import WebhookChannel

SECRET = base64.b64encode(b"a secret of thirty-two bytes. ok").decode()
NEXT_SECRET = base64.b64encode(b"the one that comes after it. yes").decode()
NOW = datetime(2025, 12, 4, 16, 0, tzinfo=UTC)


async def sent(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    channel = WebhookChannel(WebhookChannel.parse(settings), "duty@alerts.example.org")
    await channel.open()
    try:
        return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
    finally:
        await channel.close()


def send(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    return uvloop.run(sent(settings, *parcels))


def hook(gateway: http.Gateway, **more: Any) -> dict[str, Any]:
    return {"url": f"{gateway.url}/send", "secret": SECRET, "allow_private": True, **more}


def answered(answer: bytes, then: Then = Then.KEEP, **more: Any) -> Result:
    """What becomes of one parcel to a gateway that answers so."""

    async def work() -> Result:
        async with scripted(lambda _: Say((answer,), then)) as server:
            settings = {"url": f"http://127.0.0.1:{server.port}/", "secret": SECRET, "allow_private": True, **more}
            (result,) = await sent(settings, parcel("device:ann"))
            return result

    return uvloop.run(work())


def signature(secret: str, request: http.Request) -> str:
    signed = f"{KEY}.{request.headers['webhook-timestamp']}.".encode() + request.body
    return f"v1,{base64.b64encode(hmac.digest(base64.b64decode(secret), signed, 'sha256')).decode()}"


def test_a_webhook_is_signed_as_the_standard_says_and_names_whom_it_is_for(http_gateway: http.Gateway) -> None:
    with clock.frozen(NOW):
        (result,) = send(hook(http_gateway), parcel('device:"ann"'))
    assert result == Result(Outcome.ACCEPTED)
    (request,) = http_gateway.requests
    assert request.json == {"to": 'device:"ann"', "text": "Grüße"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert request.headers["webhook-signature"] == signature(SECRET, request)
    assert request.headers["webhook-id"] == request.headers["idempotency-key"] == KEY


def test_while_a_secret_is_exchanged_each_of_the_two_signs(http_gateway: http.Gateway) -> None:
    send(hook(http_gateway, secret=f"whsec_{NEXT_SECRET} {SECRET}"), parcel("device:ann"))
    (request,) = http_gateway.requests
    both = request.headers["webhook-signature"].split(" ")
    assert both == [signature(NEXT_SECRET, request), signature(SECRET, request)]


def test_many_go_over_few_connections_each_with_its_own_key_and_signature() -> None:
    async def work() -> None:
        async with scripted(lambda _: Say((b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",))) as server:
            settings = {"url": f"http://127.0.0.1:{server.port}/", "secret": SECRET, "allow_private": True}
            parcels = [parcel(f"device:{number}", f"key-{number}") for number in range(200)]
            results = await sent({**settings, "connections": 5}, *parcels)
            assert {result.outcome for result in results} == {Outcome.ACCEPTED}
            assert server.connections == 5
            keys = {asked.head.partition(b"webhook-id: ")[2].partition(b"\r")[0].decode() for asked in server.asked}
            assert keys == {one.key for one in parcels}

    uvloop.run(work())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Outcome.ACCEPTED) for status in ("200 OK", "202 Accepted", "204 No Content")),
        *((status, Outcome.LATER) for status in ("408 Timeout", "425 Too Early", "429 Too Many")),
        *((status, Outcome.LATER) for status in ("500 Error", "502 Bad", "503 Busy", "599 Odd")),
        *((status, Outcome.FAILED) for status in ("400 Bad", "401 Who", "404 Not Found", "410 Gone", "422 Wrong")),
        *((status, Outcome.FAILED) for status in ("301 Moved", "307 Elsewhere", "304 Not Modified")),
    ],
)
def test_what_the_gateways_status_means_for_the_delivery(status: str, outcome: Outcome) -> None:
    result = answered(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
    assert (result.outcome, result.unreachable) == (outcome, False)
    assert result.detail.startswith("" if outcome is Outcome.ACCEPTED else status[:3])


def test_what_a_gateway_says_of_a_refusal_is_kept_in_short() -> None:
    result = answered(b"HTTP/1.1 422 Wrong\r\ncontent-length: 900\r\n\r\nno such device " + b"\xff" * 885)
    assert result.detail.startswith("422 no such device ")
    assert len(result.detail) == 300


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        ((NOW + timedelta(seconds=90)).strftime("%A, %d-%b-%y %H:%M:%S GMT"), 90.0),
        ((NOW + timedelta(seconds=90)).strftime("%a %b %d %H:%M:%S %Y"), 90.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        ("9" * 400, 86_400.0),
        ("soon", None),
        ("-7", None),
        ("²", None),
        ("7.5", None),
        ("Thu, 99 Foo 2025 99:99:99 GMT", None),
        ("", None),
    ],
)
def test_how_long_a_gateway_asks_to_wait_is_read_as_seconds_or_as_any_date_of_http(
    told: str, seconds: float | None
) -> None:
    head = f"HTTP/1.1 503 Busy\r\nRetry-After: {told}\r\ncontent-length: 0\r\n\r\n"
    with clock.frozen(NOW):
        result = answered(head.encode("latin-1"))
    assert (result.outcome, result.retry_after_s) == (Outcome.LATER, seconds)


@pytest.mark.parametrize(("mode", "retry_after_s"), [(http.Mode.REFUSE, None), (http.Mode.BUSY, 7)])
def test_a_gateway_in_trouble_is_later(
    http_gateway: http.Gateway, mode: http.Mode, retry_after_s: float | None
) -> None:
    http_gateway.mode = mode
    http_gateway.retry_after_s = 7
    (result,) = send(hook(http_gateway), parcel("device:ann"))
    assert (result.outcome, result.retry_after_s, result.unreachable) == (Outcome.LATER, retry_after_s, False)


def test_a_gateway_of_which_nothing_is_heard_is_later_and_unreachable(http_gateway: http.Gateway) -> None:
    http_gateway.mode = http.Mode.HANG
    silent = send(hook(http_gateway, timeout_s=0.2), parcel("device:ann"))
    gone = send({**hook(http_gateway), "url": f"http://127.0.0.1:{free_port()}/"}, parcel("device:ann"))
    nameless = send({**hook(http_gateway), "url": "http://gateway.invalid/"}, parcel("device:ann"))
    for result in (*silent, *gone, *nameless, answered(b"", Then.CLOSE), answered(b"", Then.RESET)):
        assert (result.outcome, result.unreachable) == (Outcome.LATER, True), result
        assert result.detail


def test_a_gateway_that_breaks_off_or_speaks_something_else_is_later_but_was_heard() -> None:
    for result in (
        answered(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", Then.CLOSE),
        answered(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", timeout_s=0.6),
        answered(b"SSH-2.0-something\r\n"),
    ):
        assert (result.outcome, result.unreachable) == (Outcome.LATER, False), result


def test_a_gateway_over_tls_is_used_with_the_authority_that_is_set_and_with_no_other(tmp_path: Path) -> None:
    async def work() -> list[Result]:
        tls = certificate.make(tmp_path)
        answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        async with scripted(lambda _: Say((answer,)), tls=tls.context) as server:
            settings = {"url": f"https://localhost:{server.port}/", "secret": SECRET, "allow_private": True}
            trusted = await sent({**settings, "ca_file": str(tls.certificate)}, parcel("device:ann"))
            return trusted + await sent(settings, parcel("device:ann"))

    trusted, other = uvloop.run(work())
    assert trusted.outcome is Outcome.ACCEPTED
    assert (other.outcome, other.unreachable) == (Outcome.LATER, True)
    assert "certificate" in other.detail


def test_an_address_on_another_host_is_refused_and_one_on_the_gateway_is_used(http_gateway: http.Gateway) -> None:
    own = f"{http_gateway.url}/people/ann"
    results = send(
        hook(http_gateway),
        parcel(own),
        parcel("http://169.254.169.254/latest/meta-data"),
        parcel("http://127.0.0.1:1/other-port"),
        parcel(http_gateway.url.replace("http:", "https:")),
        parcel(http_gateway.url.replace("http://", "http://user@")),
        parcel(f"{own}\r\nx: y"),
    )
    assert [result.outcome for result in results] == [Outcome.ACCEPTED, *[Outcome.FAILED] * 5]
    assert [request.path for request in http_gateway.requests] == ["/people/ann"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.8", "169.254.169.254"])
def test_a_private_address_is_refused_unless_the_settings_allow_it(http_gateway: http.Gateway, host: str) -> None:
    port = http_gateway.url.rpartition(":")[2]
    settings = {"url": f"http://{host}:{port}/", "secret": SECRET}
    (result,) = send(settings, parcel("device:ann"))
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
        {"url": "https://example.org", "secret": f"{SECRET} {base64.b64encode(b'short').decode()}"},
        {"url": "https://example.org", "secret": " "},
        {"url": "https://example.org", "secret": SECRET, "unknown": 1},
    ],
)
def test_settings_that_cannot_stand_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        WebhookChannel.parse(settings)
