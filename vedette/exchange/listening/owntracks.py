"""OwnTracks in MQTT mode: what phones publish to the organisation's broker, heard over one connection.

That nobody publishes as somebody else is the broker's to hold: docs/devices.md says with which rights. Positions are
retained there, so that after a break the last of each is heard again; repeats change nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from paho.mqtt.client import MQTTMessage

from vedette.access.handling import Realm
from vedette.dispatch.channels.face import Kept
from vedette.dispatch.channels.mqtt_connection import Broker, BrokerError, Connection
from vedette.exchange.listening.settings import OwnTracksSettings
from vedette.exchange.listening.taker import Said, Taker
from vedette.formats.owntracks import LARGEST, Nothing, device_of, filters_for, read_message
from vedette.formats.parts import BadInput
from vedette.people.models import Device

_TIMEOUT_S = 20.0


class BrokerLost(Exception):
    """The broker is not there, or does not let us listen: why, in one sentence."""


async def listen(realm: Realm, settings: OwnTracksSettings, taker: Taker, listening: Callable[[], None]) -> None:
    """Listen until cancelled; `listening` is called when it has begun. Raises BrokerLost."""
    broker = Broker(
        host=settings.host,
        port=settings.port,
        tls=settings.tls == "tls",
        ca_file=settings.ca_file,
        username=settings.username,
        password=settings.password,
        timeout_s=_TIMEOUT_S,
    )

    def hear(message: MQTTMessage) -> Kept:
        return _hear(realm, settings.base, message, taker)

    name = f"vedette-positions-{realm.value}-{secrets.token_hex(6)}"
    connection = Connection(broker, name, on_message=hear, largest_heard=2 * LARGEST)
    try:
        await connection.open()
        for topics in filters_for(settings.base):
            await connection.subscribe(topics, retained=True)
        listening()
        raise await asyncio.shield(connection.lost)
    except BrokerError as error:
        raise BrokerLost(str(error)) from error
    finally:
        connection.close()


def _hear(realm: Realm, base: str, message: MQTTMessage, taker: Taker) -> Kept:
    """One message: it is confirmed to the broker when what it tells is kept."""
    name = device_of(base, message.topic)
    if not name:
        return None
    try:
        told = read_message(message.payload)
    except BadInput:
        told = None
    if isinstance(told, Nothing):
        return None
    return taker.take(Said(realm, Device.Kind.OWNTRACKS, name, told, _is_the_brokers_to_hold))


def _is_the_brokers_to_hold(device: Device) -> bool:
    return True
