"""Apprise against a real HTTP server, by its plainest service (json://), and what addresses may not do with it."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from tests.dispatch.house import House, work
from tests.dispatch.letters import KEY, LETTER, parcel
from tests.servers import http
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Channel, Delivery
from vedette.people.models import ContactPoint

TEXT = "EXERCISE\n\nÖffne „nichts“ <b>&amp;</b> *sofort* :fire: 🛡️ \\n\n\nEXERCISE"


def send(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    async def work() -> list[Result]:
        kind = CHANNELS["apprise"]
        channel = kind(kind.parse(settings), "duty@alerts.example.org")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return asyncio.run(work())


def through(gateway: http.Gateway, **more: Any) -> dict[str, Any]:
    """Settings by which every address is a path at the gateway."""
    return {"url": f"json://{gateway.url.removeprefix('http://')}/to/{{address}}", "timeout_s": 5, **more}


def test_a_service_is_told_the_whole_text_as_it_is(http_gateway: http.Gateway) -> None:
    letter = replace(LETTER, text=TEXT)
    assert send(through(http_gateway), parcel("ann öz/../x", letter=letter)) == [Result(Outcome.ACCEPTED)]
    (request,) = http_gateway.requests
    assert (request.json["title"], request.json["message"]) == ("EXERCISE Grüße EXERCISE", TEXT)
    assert unquote(request.path) == "/to/ann öz/../x"


def test_what_is_too_long_for_a_service_is_told_in_short_or_in_brief_and_never_cut(http_gateway: http.Gateway) -> None:
    endless = f"EXERCISE {'Ä' * 40_000} EXERCISE"
    payload = '{"realm": "exercise", "area": {"description": "Zaun Süd"}}'
    long = replace(LETTER, text=endless, payload=payload)
    longer = replace(long, short=endless)
    longest = replace(longer, subject=endless)
    titled = replace(LETTER, subject=f"EXERCISE {'Ö' * 300} EXERCISE", text=TEXT)
    results = send(through(http_gateway), *(parcel("ann", letter=one) for one in (long, longer, longest, titled)))
    assert [result.outcome for result in results] == [
        Outcome.ACCEPTED,
        Outcome.ACCEPTED,
        Outcome.FAILED,
        Outcome.ACCEPTED,
    ]
    assert {request.json["message"] for request in http_gateway.requests} == {
        LETTER.short,
        "EXERCISE Zaun Süd. http://127.0.0.1/a/x EXERCISE",
        f"{titled.subject}\n\n{TEXT}",
    }


@pytest.mark.parametrize("mode", [http.Mode.REFUSE, http.Mode.BUSY])
def test_a_service_that_does_not_take_it_may_do_so_later(http_gateway: http.Gateway, mode: http.Mode) -> None:
    http_gateway.mode = mode
    (result,) = send(through(http_gateway), parcel("ann"))
    assert result.outcome is Outcome.LATER and result.detail


def test_no_answer_is_later_and_no_thread_is_left_behind(http_gateway: http.Gateway) -> None:
    http_gateway.mode = http.Mode.HANG
    results = send(through(http_gateway, connections=2, timeout_s=0.5), *(parcel(f"p{n}") for n in range(6)))
    assert {result.outcome for result in results} == {Outcome.LATER}
    assert all("no answer" in result.detail or "error" in result.detail for result in results)
    assert len(http_gateway.requests) <= 4, "no more at a time than there may be"
    (absent,) = send({"url": "json://127.0.0.1:1/{address}"}, parcel("ann"))
    assert absent.outcome is Outcome.LATER
    for thread in threading.enumerate():
        if thread.name.startswith("apprise"):
            thread.join(10)
            assert not thread.is_alive(), thread.name


def test_a_garbled_answer_is_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65_536)
                client.sendall(b"220 chat.example ESMTP\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        (result,) = send({"url": f"json://127.0.0.1:{listener.getsockname()[1]}/{{address}}"}, parcel("ann"))
        thread.join(10)
    assert result.outcome is Outcome.LATER and result.detail


@pytest.mark.parametrize(
    "address",
    [
        "json://{gateway}/x",
        "jsons://10.0.0.8/",
        "XML://{gateway}/x",
        "form://{gateway}/",
        "ntfy://{gateway}/topic",
        "mailto://a:b@mail.example",
        "apprise://{gateway}/token",
        "syslog://",
        "dbus://",
        "file:///etc/passwd",
        "http://{gateway}/",
        "https://hooks.slack.com/services/x",
        "discord://1234567890/abcdefghijklmnop?template=/etc/passwd",
        "ann",
        "",
    ],
)
def test_an_address_turns_this_machine_on_no_host_and_no_file(http_gateway: http.Gateway, address: str) -> None:
    (result,) = send({}, parcel(address.replace("{gateway}", http_gateway.url.removeprefix("http://"))))
    assert result.outcome is Outcome.FAILED and result.detail
    assert not http_gateway.requests


def test_the_settings_may_allow_any_host(http_gateway: http.Gateway) -> None:
    host = http_gateway.url.removeprefix("http://")
    taken, unknown, none = send(
        {"allow_private": True}, parcel(f"json://{host}/x"), parcel("nonsense://x"), parcel("tgram://no-token")
    )
    assert taken == Result(Outcome.ACCEPTED)
    assert unknown.outcome is none.outcome is Outcome.FAILED
    assert len(http_gateway.requests) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("tgram://token", "{address}"),
        ("{address}", "{address}"),
        ("json://{address}/x", "host"),
        ("mailto://a:b@{address}", "host"),
    ],
)
def test_settings_that_cannot_stand_are_refused(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        CHANNELS["apprise"].parse({"url": url})
    if reason == "host":
        CHANNELS["apprise"].parse({"url": url, "allow_private": True})


def test_an_address_may_stand_anywhere_where_the_service_has_one_host() -> None:
    CHANNELS["apprise"].parse({"url": "pover://{address}@token"})


def test_without_the_extra_the_settings_say_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ValueError, match=r"pip install 'vedette\[apprise\]'"):
        CHANNELS["apprise"].parse({})


@pytest.mark.django_db(transaction=True)
def test_a_warning_reaches_a_service_from_the_first_to_the_last_word(house: House, http_gateway: http.Gateway) -> None:
    Channel.objects.create(realm="exercise", name="apprise", settings=through(http_gateway))
    ContactPoint.objects.create(person=house.person("ann", None, "smtp"), channel="apprise", address="ann", rank=1)
    plan = {"name": "extra", "steps": [{"action": "send", "channel": "apprise", "wait_s": 60}]}
    message = house.warn(plan=plan, headline="Schüsse am Zaun möglich – „Deckung“ 🛡️")
    work()
    (delivery,) = Delivery.objects.filter(message=message)
    assert (delivery.channel, delivery.level) == ("apprise", Level.ACCEPTED.value)
    (request,) = http_gateway.requests
    assert "Schüsse am Zaun möglich – „Deckung“ 🛡️" in request.json["message"]
    for said in (request.json["title"], request.json["message"]):
        assert said.startswith("EXERCISE") and said.endswith("EXERCISE")
    assert KEY not in request.body.decode()
