"""MQTT against a real mosquitto, with devices that listen through paho, and brokers that misbehave as told."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import require
from tests.dispatch.house import House, work
from tests.servers import mosquitto, parts
from tests.servers.mosquitto import Device, Mosquitto
from vedette import clock
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Channel as OpenChannel
from vedette.dispatch.channels.face import Letter, Outcome, Parcel, Result, hear_nothing
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Channel, Delivery
from vedette.people.models import ContactPoint

KEY = "5e" * 32


@pytest.fixture(scope="module")
def shared_broker() -> Iterator[Mosquitto]:
    require(parts.Part.MOSQUITTO)
    with mosquitto.running() as running:
        yield running


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    """One that the test may stop and start."""
    require(parts.Part.MOSQUITTO)
    with mosquitto.running() as running:
        yield running


@contextmanager
def device(broker: Mosquitto, name: str) -> Iterator[Device]:
    found = Device(broker, name)
    try:
        yield found
    finally:
        found.close()


def settings(broker: Mosquitto, **more: Any) -> dict[str, Any]:
    """The broker without TLS."""
    own = {"host": "127.0.0.1", "port": broker.port, "tls": "none", "username": "vedette", "timeout_s": 5}
    return own | {"password": mosquitto.PASSWORD} | more


def letter(**changes: Any) -> Letter:
    """A letter in the exercise realm, good for four hours from now."""
    text = "EXERCISE\n\nÖffne „nichts“ 🛡️\n\nEXERCISE"
    told = {"type": "Alert", "realm": "exercise", "identifier": "w-1.2", "text": text}
    fields: dict[str, Any] = {
        "subject": "EXERCISE Grüße EXERCISE",
        "text": text,
        "short": "EXERCISE Grüße EXERCISE",
        "payload": json.dumps(told, ensure_ascii=False),
        "link": "https://w.example/a/x",
        "language": "de",
        "sent": clock.now(),
        "expires": clock.now() + timedelta(hours=4),
        "topic": "warning.1",
        "danger_to_life": True,
    }
    return Letter(**(fields | changes))


def parcel(address: str, key: str = KEY, of: Letter | None = None) -> Parcel:
    return Parcel(key=key, address=address, letter=of or letter(), name="Ann", token="t" * 24)


@asynccontextmanager
async def channel(given: dict[str, Any], hear: Callable[[Heard], None] = hear_nothing) -> AsyncIterator[OpenChannel]:
    kind = CHANNELS["mqtt"]
    opened = kind(kind.parse(given), "duty@alerts.example.org", hear)
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


def send(given: dict[str, Any], *parcels: Parcel) -> list[Result]:
    async def work() -> list[Result]:
        async with channel(given) as opened:
            return list(await asyncio.gather(*(opened.send(one) for one in parcels)))

    return asyncio.run(work())


class Ears:
    """What a channel hears, waited for from inside its loop."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._changed = asyncio.Event()

    def __call__(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._changed.set()

    async def wait_for(self, count: int) -> list[Heard]:
        async with asyncio.timeout(20):
            while len(self.heard) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.heard


def test_a_device_gets_the_whole_warning_with_its_key_its_time_and_where_to_answer(shared_broker: Mosquitto) -> None:
    with device(shared_broker, "ann") as ann:
        (result,) = send(settings(shared_broker), parcel("ann"))
        (got,) = ann.wait_for(1)
    assert result == Result(Outcome.ACCEPTED)
    assert got.json["text"] == "EXERCISE\n\nÖffne „nichts“ 🛡️\n\nEXERCISE"
    assert "„nichts“ 🛡️".encode() in got.payload
    assert got.topic == "vedette/ann/warnings" and not got.retained
    assert got.expires_in_s is not None and 14_390 <= got.expires_in_s <= 14_400
    assert dict(got.properties.UserProperty) == {
        "idempotency-key": KEY,
        "realm": "exercise",
        "identifier": "w-1.2",
        "type": "Alert",
    }
    assert got.properties.ResponseTopic == "vedette/ann/answers"
    assert got.properties.CorrelationData.decode() == got.json["answer_to"]
    assert got.json["answer_to"].startswith(f"{KEY}.")
    assert (got.properties.ContentType, got.properties.PayloadFormatIndicator) == ("application/json", 1)


def test_a_message_that_nobody_listens_for_is_taken_and_said_to_be_so(shared_broker: Mosquitto) -> None:
    (result,) = send(settings(shared_broker), parcel("nobody"))
    assert result.outcome is Outcome.ACCEPTED and "nobody is listening" in result.detail


def test_many_are_on_their_way_at_once_and_one_that_is_refused_harms_no_other(shared_broker: Mosquitto) -> None:
    parcels = [parcel("barred" if n == 500 else "ann", f"{n:064x}") for n in range(1_000)]
    with device(shared_broker, "ann") as ann:
        results = send(settings(shared_broker), *parcels)
        came = ann.wait_for(999)
    assert [n for n, result in enumerate(results) if result.outcome is not Outcome.ACCEPTED] == [500]
    assert results[500].outcome is Outcome.FAILED and "Not authorized" in results[500].detail
    assert len({dict(got.properties.UserProperty)["idempotency-key"] for got in came}) == 999


def test_tls_is_trusted_only_where_the_certificate_is(shared_broker: Mosquitto) -> None:
    secure = settings(shared_broker, port=shared_broker.tls_port, tls="tls", host="localhost")
    trusted = secure | {"ca_file": str(shared_broker.certificates.authority)}
    with device(shared_broker, "ann") as ann:
        assert send(trusted, parcel("ann")) == [Result(Outcome.ACCEPTED)]
        ann.wait_for(1)
        large = letter(payload=json.dumps({"realm": "exercise", "text": "Ä" * 200_000}))
        assert send(trusted, *(parcel("ann", f"{n:064x}", large) for n in range(20))) == [Result(Outcome.ACCEPTED)] * 20
        assert ann.wait_for(21)[-1].json["text"] == "Ä" * 200_000
        for distrusted in (secure, secure | {"ca_file": "/nowhere"}):
            (result,) = send(distrusted, parcel("ann"))
            assert result.outcome is Outcome.LATER and result.unreachable
        assert len(ann.wait_for(21)) == 21


def test_a_refused_login_is_later_and_says_so(shared_broker: Mosquitto) -> None:
    (result,) = send(settings(shared_broker, password="wrong"), parcel("ann"))
    assert result.outcome is Outcome.LATER and not result.unreachable
    assert "authorized" in result.detail


@pytest.mark.parametrize("address", ["", "a/b", "+", "#", "ann#", "a\x00b", "x" * 201])
def test_an_address_that_would_be_another_topic_is_refused(shared_broker: Mosquitto, address: str) -> None:
    (result,) = send(settings(shared_broker), parcel(address))
    assert result.outcome is Outcome.FAILED and "device" in result.detail


def test_what_is_over_is_not_sent(shared_broker: Mosquitto) -> None:
    (result,) = send(settings(shared_broker), parcel("ann", of=letter(expires=clock.now())))
    assert result.outcome is Outcome.FAILED and "over" in result.detail


def test_a_device_says_what_it_showed_and_what_its_user_answered(shared_broker: Mosquitto) -> None:
    async def work() -> list[Heard]:
        ears = Ears()
        async with channel(settings(shared_broker), ears) as opened:
            await until_listening(opened, shared_broker, ears)
            with device(shared_broker, "ann") as ann:
                await opened.send(parcel("ann"))
                (got,) = await asyncio.to_thread(ann.wait_for, 1)
                ann.answer(got, {"response": "displayed"})
                ann.answer(got, {"response": "safe", "answer_to": got.json["answer_to"], "id": "7"}, correlated=False)
                ann.answer(got, {"response": "needs_help"})
                ann.answer(got, "Ça va, été à l’abri".encode(), correlated=False)
                return await ears.wait_for(5)

    assert asyncio.run(work())[1:] == [
        Receipt(level=Level.DISPLAYED, key=KEY, detail="the device says so"),
        Reply(address="ann", text="safe", key=KEY, reference="ann/7"),
        Reply(address="ann", text="needs_help", key=KEY),
        Reply(address="ann", text="Ça va, été à l’abri"),
    ]


def test_an_answer_to_another_devices_message_and_what_is_none_are_not_heard(shared_broker: Mosquitto) -> None:
    async def work() -> list[Heard]:
        ears = Ears()
        async with channel(settings(shared_broker), ears) as opened:
            await until_listening(opened, shared_broker, ears)
            with device(shared_broker, "ann") as ann, device(shared_broker, "ben") as ben:
                await opened.send(parcel("ann"))
                (got,) = await asyncio.to_thread(ann.wait_for, 1)
                own = "vedette/ben/answers"
                ben.publish(own, {"response": "safe", "answer_to": got.json["answer_to"]})
                ben.publish(own, {"response": "safe", "answer_to": KEY})
                ben.publish(own, {"response": "delivered"})
                for garbage in (b"", b"\xff\xfe", b"{", b"{}", b'{"response": 1}', b'{"response": ""}', b"x" * 5_000):
                    ben.publish(own, garbage)
                ben.publish(own, b'{"response": "safe", "answer_to": ["x"]}')
                ben.publish(own, {"response": "safe"}, retain=True)
                ben.publish("vedette/ann/answers", {"response": "needs_help"})
                ben.publish(own, b"the last")
                heard = await ears.wait_for(3)
        async with channel(settings(shared_broker), ears) as opened:
            await until_listening(opened, shared_broker, ears)
        with device(shared_broker, "ben") as ben:
            ben.publish(own, b"", retain=True)
        return heard

    said = [heard for heard in asyncio.run(work()) if heard != HELLO]
    assert said == [Reply(address="ben", text="safe"), Reply(address="ben", text="the last")]


def test_several_engines_hear_each_answer_once(shared_broker: Mosquitto) -> None:
    async def work() -> list[Heard]:
        ears = Ears()
        async with channel(settings(shared_broker), ears) as first, channel(settings(shared_broker), ears) as second:
            await until_listening(first, shared_broker, ears)
            await until_listening(second, shared_broker, ears)
            with device(shared_broker, "ben") as ben:
                for n in range(20):
                    ben.publish("vedette/ben/answers", {"response": f"word {n}"})
                ben.publish("vedette/ben/answers", {"response": "end"})
            await ears.wait_for(22)
        return ears.heard

    words = [heard.text for heard in asyncio.run(work()) if isinstance(heard, Reply) and heard != HELLO]
    assert sorted(words) == sorted([*(f"word {n}" for n in range(20)), "end"])


def test_after_a_restart_of_the_broker_it_sends_and_hears_again(broker: Mosquitto) -> None:
    async def work() -> None:
        ears = Ears()
        async with channel(settings(broker), ears) as opened:
            await until_listening(opened, broker, ears)
            assert (await opened.send(parcel("ann"))).outcome is Outcome.ACCEPTED
            await asyncio.to_thread(broker.stop)
            down = await opened.send(parcel("ann"))
            assert down.outcome is Outcome.LATER
            await asyncio.to_thread(broker.start)
            assert (await opened.send(parcel("ann"))).outcome is Outcome.ACCEPTED
            await until_listening(opened, broker, ears)

    asyncio.run(work())


def test_answers_wait_at_the_broker_while_no_engine_runs_if_it_has_a_name_of_its_own(broker: Mosquitto) -> None:
    async def hear(count: int, ears: Ears) -> None:
        async with channel(settings(broker, client_id="vedette-one"), ears) as opened:
            if not ears.heard:
                await until_listening(opened, broker, ears)
            await ears.wait_for(count)

    async def work() -> list[Heard]:
        ears = Ears()
        await hear(1, ears)
        with device(broker, "ben") as ben:
            ben.publish("vedette/ben/answers", {"response": "safe"})
        await hear(2, ears)
        return ears.heard

    assert asyncio.run(work())[-1] == Reply(address="ben", text="safe")


def test_an_answer_that_was_not_written_down_comes_again_and_one_that_was_does_not(broker: Mosquitto) -> None:
    class Slow(Ears):
        """Has nothing written down until it is told to."""

        written = False

        def __call__(self, heard: Heard) -> asyncio.Future[None]:  # type: ignore[override]
            super().__call__(heard)
            kept = asyncio.get_running_loop().create_future()
            if self.written:
                kept.set_result(None)
            return kept

    async def hear(ears: Slow, last: str, say: tuple[str, ...] = ()) -> list[str]:
        """What is heard in one life of the channel, to the word that was said last."""
        ears.heard.clear()
        async with channel(settings(broker, client_id="vedette-one"), ears) as opened:
            await until_listening(opened, broker, ears)
            with device(broker, "ben") as ben:
                for word in (*say, last):
                    ben.publish("vedette/ben/answers", {"response": word})
            while last not in (words := [one.text for one in ears.heard if isinstance(one, Reply) and one != HELLO]):
                await ears.wait_for(len(ears.heard) + 1)
        return words

    async def work() -> list[list[str]]:
        ears = Slow()
        lives = [await hear(ears, "first", ("needs_help",))]
        ears.written = True
        lives.append(await hear(ears, "second"))
        lives.append(await hear(ears, "third"))
        return lives

    assert asyncio.run(work()) == [
        ["needs_help", "first"],
        ["needs_help", "first", "second"],
        ["third"],
    ]


def test_a_message_larger_than_the_broker_takes_is_refused_before_it_costs_the_connection(broker: Mosquitto) -> None:
    broker.stop()
    broker.configure("max_packet_size 20000")
    broker.start()
    large = letter(payload=json.dumps({"realm": "exercise", "text": "x" * 20_000}))
    refused, taken = send(settings(broker), parcel("ann", of=large), parcel("ann"))
    assert refused.outcome is Outcome.FAILED and "20,000 bytes" in refused.detail
    assert taken.outcome is Outcome.ACCEPTED


def test_no_broker_is_later(shared_broker: Mosquitto) -> None:
    (result,) = send(settings(shared_broker, port=1), parcel("ann"))
    assert result.outcome is Outcome.LATER and result.unreachable
    assert "port 1" in result.detail


CONNACK = b"\x20\x03\x00\x00\x00"


def puback(packet: bytes, reason: int) -> bytes:
    """The PUBACK to a PUBLISH: its packet identifier comes after the topic."""
    start = 1 + next(n for n in range(1, 5) if packet[n] < 0x80)
    topic = int.from_bytes(packet[start : start + 2], "big")
    return bytes([0x40, 3]) + packet[start + 2 + topic : start + 4 + topic] + bytes([reason])


@contextmanager
def scripted(answer: Callable[[bytes], bytes | None]) -> Iterator[dict[str, Any]]:
    """A broker that answers each packet as told; None: by closing the connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, client.makefile("rb") as stream:
                client.settimeout(10)
                while packet := read_packet(stream):
                    said = answer(packet)
                    if said is None:
                        break
                    client.sendall(said)

    def read_packet(stream: Any) -> bytes:
        try:
            head = stream.read(1)
            if not head:
                return b""
            length = shift = 0
            while True:
                byte = stream.read(1)
                head += byte
                length |= (byte[0] & 0x7F) << shift
                shift += 7
                if byte[0] < 0x80:
                    return head + stream.read(length)
        except (OSError, IndexError):
            return b""

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield {"host": "127.0.0.1", "port": listener.getsockname()[1], "tls": "none", "timeout_s": 0.5}
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (0x00, Outcome.ACCEPTED),
        (0x10, Outcome.ACCEPTED),
        (0x80, Outcome.LATER),
        (0x83, Outcome.LATER),
        (0x87, Outcome.FAILED),
        (0x90, Outcome.FAILED),
        (0x91, Outcome.LATER),
        (0x97, Outcome.LATER),
        (0x99, Outcome.FAILED),
    ],
)
def test_the_reason_in_the_puback_decides(reason: int, outcome: Outcome) -> None:
    with scripted(lambda packet: CONNACK if packet[0] == 0x10 else puback(packet, reason)) as there:
        (result,) = send(there, parcel("ann"))
    assert result.outcome is outcome and not result.unreachable
    assert (result.detail == "") is (reason == 0)


@pytest.mark.parametrize(
    ("answer", "unreachable"),
    [
        (lambda packet: b"", True),
        (lambda packet: CONNACK if packet[0] == 0x10 else b"", True),
        (lambda packet: CONNACK if packet[0] == 0x10 else None, True),
        (lambda packet: b"HTTP/1.1 400 Bad Request\r\n\r\n", True),
        (lambda packet: CONNACK if packet[0] == 0x10 else b"\x40\x01\x00\xff\xff\xff\xff\xff", True),
        (lambda packet: CONNACK if packet[0] == 0x10 else b"\xe0\x01\x8b", False),
        (lambda packet: b"\x20\x03\x00\x89\x00", False),
        (lambda packet: b"\x20\x05\x00\x00\x02\x24\x00", False),
    ],
    ids=["mute", "no puback", "hangs up", "http", "garbage", "goodbye", "busy", "qos 0 alone"],
)
def test_a_broker_that_misbehaves_is_later(answer: Callable[[bytes], bytes | None], unreachable: bool) -> None:
    with scripted(answer) as there:
        results = send(there, parcel("ann"), parcel("ben"))
    for result in results:
        assert result.outcome is Outcome.LATER and result.detail
        assert result.unreachable is unreachable, result.detail


@given(st.binary(min_size=1, max_size=60), st.booleans())
def test_whatever_a_broker_says_ends_in_a_result(garbage: bytes, connected: bool) -> None:
    packets: list[bytes] = []

    def answer(packet: bytes) -> bytes | None:
        packets.append(packet)
        if connected and packet[0] == 0x10:
            return CONNACK
        return garbage if len(packets) <= 1 + connected else None

    with scripted(answer) as there:
        (result,) = send(there | {"timeout_s": 0.05}, parcel("ann"))
    assert result.outcome in (Outcome.LATER, Outcome.FAILED, Outcome.ACCEPTED)


@pytest.mark.parametrize(
    ("settings_given", "field"),
    [
        ({}, "host"),
        ({"host": "mqtt.example", "topic": "warnings"}, "topic"),
        ({"host": "mqtt.example", "topic": ""}, "topic"),
        ({"host": "mqtt.example", "topic": "a/{address}/#"}, "topic"),
        ({"host": "mqtt.example", "topic": "a{address}/b"}, "topic"),
        ({"host": "mqtt.example", "topic": "$SYS/{address}"}, "topic"),
        ({"host": "mqtt.example", "response_topic": "vedette/{address}/warnings"}, "response_topic"),
        ({"host": "mqtt.example", "client_id": "a b"}, "client_id"),
    ],
)
def test_settings_that_cannot_stand_are_refused(settings_given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        CHANNELS["mqtt"].parse(settings_given)


@pytest.mark.django_db(transaction=True)
def test_a_warning_reaches_a_device_whole(house: House, shared_broker: Mosquitto) -> None:
    Channel.objects.create(realm="exercise", name="mqtt", settings=settings(shared_broker))
    ann = house.person("ann", None, "smtp")
    ContactPoint.objects.create(person=ann, channel="mqtt", address="ann", rank=1)
    with device(shared_broker, "ann") as radio:
        plan = {"name": "radio", "steps": [{"action": "send", "channel": "mqtt", "wait_s": 60}]}
        message = house.warn(plan=plan, headline="Schüsse am Zaun möglich – „Deckung“ 🛡️")
        work()
        (got,) = radio.wait_for(1)
    (delivery,) = Delivery.objects.filter(message=message)
    assert (delivery.channel, delivery.level) == ("mqtt", Level.ACCEPTED.value)
    assert "Schüsse am Zaun möglich – „Deckung“ 🛡️" in got.json["text"]
    for said in (got.json["text"], got.json["subject"], got.json["short"]):
        assert said.startswith("EXERCISE") and said.endswith("EXERCISE")
    assert got.json["realm"] == "exercise" and got.json["identifier"] == message.identifier


HELLO = Reply(address="cem", text="hello")


async def until_listening(opened: OpenChannel, broker: Mosquitto, ears: Ears) -> None:
    """Let a third device say hello until the channel hears it."""
    before = ears.heard.count(HELLO)
    with device(broker, "cem") as cem:
        async with asyncio.timeout(20):
            while ears.heard.count(HELLO) == before:
                cem.publish("vedette/cem/answers", {"response": "hello"})
                await asyncio.sleep(0.05)
