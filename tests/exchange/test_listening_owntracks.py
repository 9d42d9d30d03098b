"""OwnTracks in MQTT mode against a real mosquitto, with phones that publish through paho."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.conftest import require
from tests.exchange.listening_house import Post, last_fix, outcome_of, post, running, until
from tests.formats.owntracks_said import ENCRYPTED, LOCATION, OTHERS, TRANSITION
from tests.servers import mosquitto, parts
from tests.servers.mosquitto import PASSWORD, Mosquitto
from tests.servers.mosquitto import Device as Phone
from vedette.exchange.models import Listener
from vedette.people.models import Device, Position

pytestmark = pytest.mark.django_db(transaction=True)

KIND = Device.Kind.OWNTRACKS


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    require(parts.Part.MOSQUITTO)
    with mosquitto.running() as started:
        yield started


@pytest.fixture
def at_post() -> Post:
    return post()


def settings(broker: Mosquitto, **more: Any) -> dict[str, Any]:
    own = {"host": "127.0.0.1", "port": broker.port, "tls": "none", "username": "vedette", "password": PASSWORD}
    return {**own, **more}


@contextmanager
def phone(broker: Mosquitto, name: str = "ann") -> Iterator[Phone]:
    found = Phone(broker, name)
    try:
        yield found
    finally:
        found.close()


def now_at(lat: float, **more: Any) -> dict[str, Any]:
    return {**LOCATION, "lat": lat, "tst": int(time.time()), **more}


def test_what_a_phone_publishes_is_kept_and_all_else_that_it_says_changes_nothing(
    at_post: Post, broker: Mosquitto
) -> None:
    device = at_post.pair(KIND, "ann/phone").device
    at_post.listen(Listener.Kind.OWNTRACKS, settings(broker))
    with running(), phone(broker) as ann:
        ann.publish("owntracks/ann/phone", now_at(32.5, tst=int(time.time()) - 60), retain=True)
        until(lambda: last_fix() == (32.5, LOCATION["lon"]))
        for kind, message in OTHERS.items():
            ann.publish("owntracks/ann/phone", {"_type": kind, **message})
        ann.publish("owntracks/ann/phone", b"")
        ann.publish("owntracks/ann/phone/cmd", now_at(10.0))
        ann.publish("owntracks/ann/phone", ENCRYPTED)
        until(lambda: outcome_of(device) == "refused")
        ann.publish("owntracks/ann/phone/event", {**TRANSITION, "tst": int(time.time())})
        until(lambda: last_fix() == (TRANSITION["lat"], TRANSITION["lon"]))
    assert outcome_of(device) == "kept"


def test_malformed_and_hostile_messages_change_nothing_and_stop_nothing(at_post: Post, broker: Mosquitto) -> None:
    at_post.pair(KIND, "ann/phone")
    at_post.listen(Listener.Kind.OWNTRACKS, settings(broker))
    with running(), phone(broker) as ann:
        for hostile in (b"\xff\x00", b"{" * 9_000, b"[]", b'{"_type":"location"}', b"x" * 600_000):
            ann.publish("owntracks/ann/phone", hostile)
        ann.publish("owntracks/ann/phone", now_at(95.0))
        ann.publish("owntracks/ann/phone", now_at(10.0, tst=int(time.time()) + 86_400))
        ann.publish("owntracks/ann/phone", now_at(32.55))
        until(lambda: last_fix() == (32.55, LOCATION["lon"]))


def test_nobody_is_taken_for_somebody_else(at_post: Post, broker: Mosquitto) -> None:
    at_post.pair(KIND, "ann/phone")
    at_post.listen(Listener.Kind.OWNTRACKS, settings(broker))
    with running(), phone(broker, "ben") as ben, phone(broker) as ann:
        ben.publish("owntracks/ann/phone", now_at(10.0))
        ben.publish("owntracks/ben/phone", now_at(11.0))
        ann.publish("owntracks/ann/tablet", now_at(12.0))
        ann.publish("owntracks/ann/phone", now_at(32.55))
        until(lambda: last_fix() == (32.55, LOCATION["lon"]))
        assert Position.objects.count() == 1


def test_the_last_place_of_each_is_heard_again_after_a_break(at_post: Post, broker: Mosquitto) -> None:
    at_post.pair(KIND, "ann/phone")
    row = at_post.listen(Listener.Kind.OWNTRACKS, settings(broker))
    with phone(broker) as ann:
        ann.publish("owntracks/ann/phone", now_at(32.51, tst=int(time.time()) - 60), retain=True)
    with running():
        until(lambda: last_fix() == (32.51, LOCATION["lon"]))
        broker.stop()
        until(lambda: "connection" in Listener.objects.get(pk=row.pk).remark)
        assert Listener.objects.get(pk=row.pk).state == "failing"
        broker.start()
        with phone(broker) as ann:
            ann.publish("owntracks/ann/phone", now_at(32.52), retain=True)
        until(lambda: last_fix() == (32.52, LOCATION["lon"]))
        until(lambda: Listener.objects.get(pk=row.pk).state == "listening")


def test_it_listens_over_tls_and_says_why_it_cannot(at_post: Post, broker: Mosquitto) -> None:
    at_post.pair(KIND, "ann/phone")
    own = {"host": "localhost", "port": broker.tls_port, "tls": "tls"}
    row = at_post.listen(Listener.Kind.OWNTRACKS, settings(broker, **own, ca_file=str(broker.certificates.authority)))
    with running():
        with phone(broker) as ann:
            ann.publish("owntracks/ann/phone", now_at(32.5))
        until(lambda: last_fix() == (32.5, LOCATION["lon"]))
        for wrong, said in (({"password": "wrong"}, "refuses us"), (own, "certificate")):
            at_post.listen(Listener.Kind.OWNTRACKS, settings(broker, **wrong))
            until(lambda said=said: said in Listener.objects.get(pk=row.pk).remark)
        Listener.objects.update(enabled=False)
