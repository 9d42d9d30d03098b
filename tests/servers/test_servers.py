"""The test servers are real, so they are tested like anything else."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

import psycopg
import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout
from playwright.sync_api import Page

from tests.conftest import require
from tests.servers import http, parts, postfix, smtp
from tests.servers.postgres import fresh_database


def letter(address: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "EXERCISE test EXERCISE"
    message["From"], message["To"] = "duty@example.test", address
    message.set_content("Körperlich echt")
    return message


def test_the_smtp_sink_keeps_what_it_accepts_and_refuses_what_it_is_told_to(smtp_sink: smtp.Sink) -> None:
    smtp_sink.answers["gone@example.test"] = "550 5.1.1 no such person"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        client.send_message(letter("one@example.test"))
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(letter("gone@example.test"))
    assert [mail.text.strip() for mail in smtp_sink.wait_for(1)] == ["Körperlich echt"]
    assert not smtp_sink.to("gone@example.test")


async def exchange(gateway: http.Gateway, mode: http.Mode) -> tuple[int, str | None]:
    gateway.mode = mode
    async with ClientSession(timeout=ClientTimeout(0.3 if mode is http.Mode.HANG else 5)) as client:
        answer = await client.post(f"{gateway.url}/send", json={"to": "1"}, headers={"Idempotency-Key": "k"})
        await answer.read()
        return answer.status, answer.headers.get("Retry-After")


def test_the_gateway_answers_as_told_and_keeps_every_request(http_gateway: http.Gateway) -> None:
    assert asyncio.run(exchange(http_gateway, http.Mode.OK)) == (200, None)
    assert asyncio.run(exchange(http_gateway, http.Mode.REFUSE)) == (500, None)
    assert asyncio.run(exchange(http_gateway, http.Mode.BUSY)) == (429, "1")
    with pytest.raises(TimeoutError):
        asyncio.run(exchange(http_gateway, http.Mode.HANG))
    with pytest.raises(ClientError):
        asyncio.run(exchange(http_gateway, http.Mode.CUT))
    kept = http_gateway.wait_for(5)
    assert [request.answered for request in kept] == list(http.Mode)
    assert {request.headers["idempotency-key"] for request in kept} == {"k"}
    assert kept[0].json == {"to": "1"}


def test_a_postfix_takes_mail_keeps_what_bounces_and_leaves_nothing_behind() -> None:
    require(parts.Part.POSTFIX)
    if reason := postfix.why_not():
        pytest.skip(reason)
    with postfix.running() as mta:
        with smtplib.SMTP(mta.host, mta.port) as client:
            client.sendmail(mta.bounce_to, [f"nobody@{postfix.BOUNCES}"], letter("nobody").as_bytes())
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail(mta.bounce_to, [postfix.REFUSED], "")
        (bounce,) = mta.wait_for_bounces(1)
    assert bounce.get_content_type() == "multipart/report"
    assert not mta.folder.exists()


@pytest.mark.postgres
def test_each_fresh_database_is_empty_and_gone_afterwards(postgres_url: str) -> None:
    with fresh_database(postgres_url) as one, fresh_database(postgres_url) as two:
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        with psycopg.connect(two) as connection:
            assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(one)


@pytest.mark.browser
def test_the_browser_draws_with_webgl_because_the_map_needs_it(page: Page) -> None:
    page.set_content("<canvas></canvas>")
    assert page.evaluate("!!document.querySelector('canvas').getContext('webgl2')")
