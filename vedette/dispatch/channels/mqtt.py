"""Devices over MQTT 5: one message a device at QoS 1, and what the devices answer.

A contact point's address is the device's name, one level of the topic. What may publish and read where is the broker's
to hold; that an answer is one to a message we sent, we hold ourselves.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import logging
import math
import secrets
from functools import cache, lru_cache
from typing import Annotated, ClassVar, Literal, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as installation
from paho.mqtt.client import MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import Field, field_validator, model_validator

from vedette import clock
from vedette.dispatch.channels.face import Channel, Kept, Letter, Outcome, Parcel, Result, Settings, hear_nothing
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.channels.mqtt_connection import Broker, BrokerError, Connection
from vedette.dispatch.levels import Level
from vedette.formats import mqtt
from vedette.formats.parts import Line

log = logging.getLogger(__name__)

#: What a device may say of itself; all else is its user's answer.
_RECEIPTS = {"delivered": Level.DELIVERED, "displayed": Level.DISPLAYED}
#: PUBACK (MQTT 5, 3.4.2.1): the topic or payload will not be taken, however often it is tried.
_FOR_GOOD = frozenset({0x87, 0x90, 0x99})
_NOBODY_LISTENS = 0x10
#: What a packet needs beside topic and payload, generously.
_AROUND = 1_000
#: Several engines share what comes in: each answer is heard once.
_SHARED = "$share/vedette"
#: Seconds between two attempts to listen, the first and the longest.
_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_DETAIL = 300


class MqttSettings(Settings):
    """Where the broker is, how it knows us, and the topics."""

    host: Annotated[Line, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 8883
    tls: Literal["tls", "none"] = "tls"
    #: A file of certificates (PEM) to trust instead of the system's.
    ca_file: Line = ""
    username: str = ""
    password: str = ""
    #: Our name at the broker, with something random behind it. The connection that listens has it alone, so that the
    #: broker keeps answers for it while no engine runs; therefore only where there is one engine.
    client_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{0,40}$")] = ""
    topic: Line = f"vedette/{mqtt.DEVICE}/warnings"
    #: Where devices answer; empty: they do not.
    response_topic: Line = f"vedette/{mqtt.DEVICE}/answers"
    #: Messages on their way at a time, all over one connection.
    connections: Annotated[int, Field(ge=1, le=2_000)] = 200

    @field_validator("topic", "response_topic")
    @classmethod
    def _template(cls, topic: str) -> str:
        if topic:
            mqtt.check_template(topic)
        return topic

    @model_validator(mode="after")
    def _two_topics(self) -> Self:
        if not self.topic:
            raise ValueError("topic: must be set")
        if self.topic == self.response_topic:
            raise ValueError("response_topic: must be another than topic")
        return self


class MqttChannel(Channel):
    """Publishes each parcel to its device's topic."""

    settings_model: ClassVar[type[Settings]] = MqttSettings
    settings: MqttSettings

    async def open(self) -> None:
        at = self.settings
        self._broker = Broker(
            host=at.host,
            port=at.port,
            tls=at.tls == "tls",
            ca_file=at.ca_file,
            username=at.username,
            password=at.password,
            timeout_s=at.timeout_s,
        )
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._listening: asyncio.Task[None] | None = None
        if at.response_topic and self.hear is not hear_nothing:
            self._listening = asyncio.create_task(self._listen())

    async def send(self, parcel: Parcel) -> Result:
        if not mqtt.is_device(parcel.address):
            return Result(Outcome.FAILED, "not a device's name: one level of a topic, without / + #")
        left = (parcel.letter.expires - clock.now()).total_seconds()
        if left <= 0:
            return Result(Outcome.FAILED, "its time was over before it could be sent")
        topic = mqtt.topic_for(self.settings.topic, parcel.address)
        answer_to = correlation(parcel.address, parcel.key)
        payload = b'{"answer_to":"%b",%b' % (answer_to.encode(), parcel.payload[1:])
        try:
            connection = await self._connected()
            if connection.largest_packet and len(payload) + len(topic) + _AROUND > connection.largest_packet:
                return Result(Outcome.FAILED, f"larger than the broker's {connection.largest_packet:,} bytes")
            properties = self._properties(parcel, answer_to, math.ceil(left))
            return _result(await connection.publish(topic, payload, properties))
        except BrokerError as error:
            return Result(Outcome.LATER, str(error)[:_DETAIL], unreachable=not error.heard)

    async def close(self) -> None:
        tasks = [task for task in (self._listening, self._opening) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()

    async def _connected(self) -> Connection:
        """The connection that stands, or a new one, which all wait for together."""
        if self._connection is not None and not self._connection.lost.done():
            return self._connection
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open_one(f"{self._name}-{secrets.token_hex(4)}"))
        # Shielded: one who gives up does not take the connection from the others.
        self._connection = await asyncio.shield(self._opening)
        return self._connection

    async def _open_one(self, client_id: str) -> Connection:
        connection = Connection(self._broker, client_id)
        await connection.open()
        return connection

    @property
    def _name(self) -> str:
        return self.settings.client_id or "vedette"

    def _properties(self, parcel: Parcel, answer_to: str, left_s: int) -> Properties:
        properties = Properties(PacketTypes.PUBLISH)
        properties.PayloadFormatIndicator = 1
        properties.ContentType = "application/json"
        properties.MessageExpiryInterval = left_s
        properties.CorrelationData = answer_to.encode("ascii")
        if self.settings.response_topic:
            properties.ResponseTopic = mqtt.topic_for(self.settings.response_topic, parcel.address)
        properties.UserProperty = [("idempotency-key", parcel.key), *_told(parcel.letter)]
        return properties

    async def _listen(self) -> None:
        """Hear what devices answer, for as long as the channel is open."""
        pause = _PAUSE_S
        while True:
            connection = Connection(
                self._broker,
                self.settings.client_id or f"vedette-{secrets.token_hex(4)}",
                keep_session=bool(self.settings.client_id),
                on_message=self._heard,
            )
            try:
                await connection.open()
                await connection.subscribe(f"{_SHARED}/{mqtt.filter_for(self.settings.response_topic)}")
                pause = _PAUSE_S
                why = await asyncio.shield(connection.lost)
            except BrokerError as error:
                why = error
            finally:
                connection.close()
            log.warning("MQTT answers are not heard just now: %s", why)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _heard(self, message: MQTTMessage) -> Kept:
        """One answer. What a broker retained was said at another time and is not said now."""
        device = mqtt.device_in(self.settings.response_topic, message.topic)
        correlated = getattr(message.properties, "CorrelationData", b"")
        answer = mqtt.read_answer(message.payload, correlated)
        if message.retain or not device or answer is None:
            return None
        key = answered_key(device, answer.answer_to)
        if answer.answer_to and not key:
            log.warning("an answer of the MQTT device %s names no message that was sent to it", device)
            return None
        if level := _RECEIPTS.get(answer.said):
            return self.hear(Receipt(level=level, key=key, detail="the device says so")) if key else None
        reference = f"{device}/{answer.id}" if answer.id else ""
        return self.hear(Reply(address=device, text=answer.said, reference=reference, key=key))


def correlation(device: str, key: str) -> str:
    """What a device gives back with its answer: the message's key, and proof that it was sent to this device."""
    mac = hmac.digest(_secret(installation.MASTER_SECRET), f"{device}/{key}".encode(), "sha256")[:15]
    return f"{key}.{base64.urlsafe_b64encode(mac).decode('ascii')}"


def answered_key(device: str, given: str) -> str:
    """The key of the message that an answer is to; empty when none such was sent to that device."""
    key = given.partition(".")[0]
    return key if hmac.compare_digest(correlation(device, key).encode(), given.encode("utf-8", "replace")) else ""


@cache
def _secret(master: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"vedette mqtt answers").derive(master)


@lru_cache(maxsize=256)
def _told(letter: Letter) -> tuple[tuple[str, str], ...]:
    """What brokers and devices can go by without reading the payload."""
    told = json.loads(letter.payload)
    return tuple((name, str(told.get(name, ""))) for name in ("realm", "identifier", "type"))


def _result(reason: ReasonCode) -> Result:
    """The broker's reason in words."""
    if reason.value == _NOBODY_LISTENS:
        return Result(Outcome.ACCEPTED, "the broker took it, and nobody is listening on that topic")
    if not reason.is_failure:
        return Result(Outcome.ACCEPTED)
    detail = f"the broker refuses it: {reason} (0x{reason.value:02x})"
    return Result(Outcome.FAILED if reason.value in _FOR_GOOD else Outcome.LATER, detail)
