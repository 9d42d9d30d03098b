"""The channels against real servers, and what the webhook refuses to be used for."""

from __future__ import annotations

import asyncio
import base64
import hmac
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.dispatch.letters import KEY, LETTER, parcel
from tests.servers import http, smtp
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


def mail_settings(sink: smtp.Sink) -> dict[str, Any]:
    return {"host": sink.host, "port": sink.port, "tls": "none", "connections": 3}


def test_a_mail_carries_its_key_as_message_id_and_its_text_whole(smtp_sink: smtp.Sink) -> None:
    (result,) = send("smtp", mail_settings(smtp_sink), parcel("ann@people.example"))
    assert result == Result(Outcome.ACCEPTED)
    (mail,) = smtp_sink.mails
    assert mail.message["Message-ID"] == f"<{KEY}@alerts.example.org>"
    assert str(mail.message["Subject"]) == "EXERCISE Grüße EXERCISE"
    assert "öffne http://127.0.0.1/a/x" in mail.text
    assert mail.message["Auto-Submitted"] == "auto-generated"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=400))
@example(".\n..\n.hidden\nFrom here =20 \ttrailing \n" + "x" * 1_200)
def test_any_text_survives_the_way_through_a_mail(text: str) -> None:
    from vedette.dispatch.channels.smtp import _mail

    mail = message_from_bytes(
        _mail(parcel("a@b.example", letter=replace(LETTER, text=text)), "duty@x.example"), policy=policy.default
    )
    assert mail.get_content().replace("\r\n", "\n") == f"{text}\n"
    assert max(map(len, mail.as_bytes().splitlines()), default=0) < 998


def test_many_mails_go_over_few_connections_and_one_refusal_harms_no_other(smtp_sink: smtp.Sink) -> None:
    smtp_sink.answers["r7@people.example"] = "550 5.1.1 unknown"
    smtp_sink.answers["r8@people.example"] = "450 4.2.1 busy"
    results = send("smtp", mail_settings(smtp_sink), *(parcel(f"r{n}@people.example", str(n)) for n in range(30)))
    outcomes = [result.outcome for result in results]
    assert outcomes[7] is Outcome.FAILED
    assert "5.1.1" in results[7].detail
    assert outcomes[8] is Outcome.LATER
    assert outcomes.count(Outcome.ACCEPTED) == 28 == len(smtp_sink.mails)


def test_a_mail_server_that_is_not_there_or_does_not_take_the_data_is_later(smtp_sink: smtp.Sink) -> None:
    gone = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    assert send("smtp", gone, parcel("ann@people.example"))[0].outcome is Outcome.LATER
    smtp_sink.refuse_data = "451 4.3.0 try later"
    assert send("smtp", mail_settings(smtp_sink), parcel("ann@people.example"))[0].outcome is Outcome.LATER
    smtp_sink.refuse_data = "554 5.7.1 policy"
    assert send("smtp", mail_settings(smtp_sink), parcel("ann@people.example"))[0].outcome is Outcome.FAILED


@pytest.mark.parametrize("address", ["a\r\nBcc: all@people.example", "", "no at sign\n", "ümlaut@people.example"])
def test_an_address_that_is_none_fails_and_injects_nothing(smtp_sink: smtp.Sink, address: str) -> None:
    (result,) = send("smtp", mail_settings(smtp_sink), parcel(address))
    assert result.outcome is Outcome.FAILED
    assert not smtp_sink.mails


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
