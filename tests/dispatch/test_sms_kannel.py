"""SMS through a real Kannel: what is sent arrives whole, what became of it and what people write come back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import require
from tests.dispatch.letters import KEY, LETTER, parcel
from tests.servers import http, kannel, smsc
from tests.servers.parts import Part
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Outcome, Parcel, Result
from vedette.formats import smpp

ANN = "+447700900001"
GSM = "EXERCISE Grüße {a} 5 € + 100%41 " + "Stay away from the fence line until noon. " * 8 + "EXERCISE"
UCS2 = "EXERCISE Łódź да 😀 & " + "“Trzymaj się z dala” " * 8 + "EXERCISE"
pytestmark = [pytest.mark.system, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture(scope="module")
def gateway() -> Iterator[http.Gateway]:
    """Where Kannel calls back."""
    with http.running() as running:
        yield running


@pytest.fixture(scope="module")
def network(gateway: http.Gateway) -> Iterator[kannel.Kannel]:
    require(Part.KANNEL)
    with kannel.running(f"{gateway.url}/replies?from=%q&text=%b&charset=%C&id=%I") as running:
        yield running


def send(through: kannel.Kannel, gateway: http.Gateway, *parcels: Parcel, **more: Any) -> list[Result]:
    settings = {
        "speaks": "kannel", "url": through.url, "username": kannel.USERNAME, "password": through.password,
        "from": kannel.SENDER, "receipt_url": f"{gateway.url}/receipts?key={{key}}&state=%d&said=%A",
        "allow_private": True, **more,
    }  # fmt: skip

    async def work() -> list[Result]:
        channel = CHANNELS["sms"](CHANNELS["sms"].parse(settings), "")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return asyncio.run(work())


def called(gateway: http.Gateway, path: str, **fields: str) -> list[dict[str, str]]:
    """What was told there, of those calls that have these fields."""
    urls = [urlsplit(request.path) for request in gateway.requests]
    told = [{name: values[0] for name, values in parse_qs(url.query).items()} for url in urls if url.path == path]
    return [one for one in told if fields.items() <= one.items()]


def saying(text: str, key: str) -> Parcel:
    return parcel(ANN, key, replace(LETTER, short=text))


@pytest.mark.parametrize(("text", "codec"), [(GSM, "utf-8"), (UCS2, "utf-16-be"), (GSM[:140], "utf-8")])
def test_a_text_arrives_whole_and_its_receipts_come_back_with_our_key(
    network: kannel.Kannel, gateway: http.Gateway, text: str, codec: str
) -> None:
    before, key = len(network.arrived), f"{KEY[:40]}-{len(text)}_{codec}"
    (result,) = send(network, gateway, saying(text, key))
    assert result.outcome is Outcome.ACCEPTED
    (first, *_) = network.wait_for(before + 1)[before:]
    segments = first.segment.total if first.segment else 1
    arrived = network.wait_for(before + segments)[before:]
    assert [one.segment.number for one in arrived if one.segment] == [*range(1, segments + 1)] * (segments > 1)
    assert b"".join(one.octets for one in arrived).decode(codec) == text
    assert {(one.sender, one.to) for one in arrived} == {(kannel.SENDER, ANN)}
    assert result.detail.startswith(f"{segments} segments") or segments == 1
    # 8: the network took it; 1: it was delivered.
    gateway.wait_until(lambda _: {one["state"] for one in called(gateway, "/receipts", key=key)} == {"8", "1"})


def test_what_somebody_writes_reaches_our_address(network: kannel.Kannel, gateway: http.Gateway) -> None:
    network.wrote(ANN, "2 please come")
    gateway.wait_until(lambda _: called(gateway, "/replies", text="2 please come") != [])
    (reply,) = called(gateway, "/replies", text="2 please come")
    assert reply["from"].removeprefix("+") == ANN[1:]
    assert reply["id"]


def test_a_wrong_password_is_refused_and_says_so(network: kannel.Kannel, gateway: http.Gateway) -> None:
    (result,) = send(network, gateway, parcel(ANN), password="wrong")
    assert result == Result(Outcome.FAILED, "403 Authorization failed for sendsms")


def test_kannels_own_smpp_client_is_served_by_our_message_centre(gateway: http.Gateway) -> None:
    """That holds the tests' centre to another implementation's word, and shows that Kannel passes our end on."""
    require(Part.KANNEL)
    key = KEY[:50]
    with smsc.running() as centre, kannel.running(f"{gateway.url}/replies?from=%q&text=%b", centre) as between:
        centre.wait_until(lambda one: bool(one.binds))
        (result,) = send(between, gateway, saying(GSM, key))
        assert result.outcome is Outcome.ACCEPTED, result.detail
        centre.wait_until(lambda one: sum(1 for _ in one.taken) >= 3)
        assert "".join(one.text for one in centre.taken) == GSM
        last = centre.taken[-1]
        assert smpp.decode_message(last.pdu[16:]).validity
        for one in centre.taken:
            centre.receipt(one.message_id, "DELIVRD")
        gateway.wait_until(lambda _: called(gateway, "/receipts", key=key, state="1") != [])
        centre.wrote(ANN, "SAFE at home")
        gateway.wait_until(lambda _: called(gateway, "/replies", text="SAFE at home") != [])
