"""A real Kannel between us and a network: what it says of messages, and what people write back, is recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import require
from tests.dispatch.house import House, levels, states, work
from tests.servers import kannel
from tests.servers.parts import Part
from vedette.access.handling import Realm
from vedette.dispatch.callbacks import kannel_receipt_url, kannel_reply_url
from vedette.dispatch.models import Channel, Receipt
from vedette.people.models import ContactPoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.system]

PLAN = {"name": "sms", "steps": [{"action": "send", "channel": "sms", "wait_s": 60}]}
ANN, BEN = "+447700900001", "+447700900002"


@pytest.fixture
def network(house: House, live_server: Any) -> Iterator[kannel.Kannel]:
    """Kannel, which the realm sends through and which calls the running web server back."""
    require(Part.KANNEL)
    with kannel.running(kannel_reply_url(live_server.url, Realm.EXERCISE, "sms")) as running:
        settings = {
            "speaks": "kannel", "url": running.url, "username": kannel.USERNAME, "password": running.password,
            "from": kannel.SENDER, "allow_private": True,
            "receipt_url": kannel_receipt_url(live_server.url, Realm.EXERCISE, "sms", "{key}"),
        }  # fmt: skip
        Channel.objects.create(realm="exercise", name="sms", settings=settings)
        for code, number in (("ann", ANN), ("ben", BEN)):
            ContactPoint.objects.create(person=house.person(code), channel="sms", address=number, rank=9)
        yield running


def soon(holds: Callable[[], bool]) -> None:
    """Come back as soon as it holds."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until, list(Receipt.objects.values())
        time.sleep(0.02)


def test_kannel_reports_and_people_write_back(house: House, network: kannel.Kannel) -> None:
    message = house.warn(plan=PLAN)
    work()
    network.wait_for(2)
    soon(lambda: levels(message, "ann") == levels(message, "ben") == [(0, "sms", "delivered")])
    assert set(Receipt.objects.values_list("level", flat=True)) == {"accepted", "delivered"}
    network.wrote(ANN, "Estoy a salvo, gracias")
    soon(lambda: states(message)["ann"] == "safe")
    network.wrote(BEN, "¿quién es?")
    soon(lambda: Receipt.objects.filter(level="note").exists())
    assert Receipt.objects.get(level="note").detail == "reply by sms, no answer: ¿quién es?"
    network.wrote(BEN, "3")
    soon(lambda: states(message)["ben"] == "needs_help")
    assert states(message) == {"ann": "safe", "ben": "needs_help"}
