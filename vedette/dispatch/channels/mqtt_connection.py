"""One connection to an MQTT 5 broker, over paho within our event loop: opened once, and replaced when it is lost.

paho gives the reason in each PUBACK, which aiomqtt leaves out; without it a refused message would count as taken.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from vedette.dispatch.channels.face import Kept

_KEEPALIVE_S = 30
#: Answers that wait at the broker while no engine runs are kept there for a day.
_SESSION_S = 24 * 3600
#: What a broker takes at a time unless it says otherwise (MQTT 5, 3.2.2.3.3).
_MOST_AT_A_TIME = 65_535


class BrokerError(Exception):
    """No connection, or it was lost: what was on its way may have been taken or not."""

    def __init__(self, detail: str, *, heard: bool = False) -> None:
        super().__init__(detail)
        #: The broker itself said so.
        self.heard = heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and how it knows us."""

    host: str
    port: int
    tls: bool
    #: Certificates (PEM) to trust; empty: the system's.
    ca_file: str
    username: str
    password: str
    timeout_s: float


class Connection:
    """From `open` until `lost` is done. Each has a client of its own: a kept one would send once more what was left."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        keep_session: bool = False,
        on_message: Callable[[MQTTMessage], Kept] | None = None,
        largest_heard: int | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._broker = broker
        self._keep_session = keep_session
        #: Bytes of a packet; larger ones the broker leaves out (MQTT 5, 3.1.2.11.4).
        self._largest_heard = largest_heard
        #: Done as soon as the connection is gone; its result says why.
        self.lost: asyncio.Future[BrokerError] = self._loop.create_future()
        #: The largest packet the broker takes; None: any.
        self.largest_packet: int | None = None
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._subscribed: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._waiting: dict[int, asyncio.Future[ReasonCode]] = {}
        self._places = asyncio.Semaphore(_MOST_AT_A_TIME)
        self._fd = -1
        self._writes = self._write_is_due = False
        self._misc: asyncio.TimerHandle | None = None
        self._client = client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        # Unlimited in paho, which looks through all that are on their way for each that arrives; `_places` counts.
        client.max_inflight_messages_set(0)
        client.connect_timeout = broker.timeout_s
        if broker.username:
            client.username_pw_set(broker.username, broker.password or None)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        #: What came in and is not confirmed yet, in its order (MQTT 5, 4.6), each with what it waits for.
        self._came: deque[tuple[MQTTMessage, Kept]] = deque()
        if on_message is not None:
            client.on_message = lambda _client, _data, message: self._on_message(message, on_message(message))

    async def open(self) -> None:
        """Connect. Raises BrokerError."""
        opening = self._loop.run_in_executor(None, self._connect)
        try:
            async with asyncio.timeout(self._broker.timeout_s):
                await asyncio.shield(opening)
                self._attach()
                await self._connected
        except (TimeoutError, OSError, ValueError) as error:
            opening.add_done_callback(self._give_up)
            raise BrokerError(_why(error, self._broker)) from error
        except BaseException:
            opening.add_done_callback(self._give_up)
            raise

    async def publish(self, topic: str, payload: bytes, properties: Properties) -> ReasonCode:
        """Publish at QoS 1: the reason in the broker's PUBACK. Raises BrokerError."""
        try:
            async with asyncio.timeout(self._broker.timeout_s), self._places:
                if self.lost.done():
                    raise self.lost.result()
                sent = self._client.publish(topic, payload, 1, retain=False, properties=properties)
                if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    raise BrokerError(f"not sent: {sent.rc.name}")
                waiting = self._waiting[sent.mid] = self._loop.create_future()
                return await waiting
        except TimeoutError as error:
            # PUBACKs come in order (MQTT 5, 4.6): where one stays out, none will come.
            silent = BrokerError(f"no PUBACK within {self._broker.timeout_s:g} s")
            self._end(silent)
            raise silent from error

    async def subscribe(self, topic_filter: str, *, retained: bool = False) -> None:
        """Hear what is published there, and what was retained before only if asked. Raises BrokerError."""
        if self.lost.done():
            raise self.lost.result()
        self._subscribed = self._loop.create_future()
        self._client.subscribe(topic_filter, options=SubscribeOptions(qos=1, retainHandling=0 if retained else 2))
        try:
            async with asyncio.timeout(self._broker.timeout_s):
                reason = await self._subscribed
        except TimeoutError as error:
            raise BrokerError(f"no SUBACK within {self._broker.timeout_s:g} s") from error
        if reason.is_failure:
            raise BrokerError(f"the broker refuses the subscription to {topic_filter}: {reason}", heard=True)

    def close(self) -> None:
        """Say goodbye and close."""
        if not self.lost.done():
            self._client.disconnect()
            self._client.loop_write()
        self._end(BrokerError("closed"))

    def _connect(self) -> None:
        """In a thread of its own: paho looks the name up, connects and agrees on TLS before it returns."""
        if self._broker.tls:
            self._client.tls_set_context(ssl.create_default_context(cafile=self._broker.ca_file or None))
        properties = Properties(PacketTypes.CONNECT)
        if self._keep_session:
            properties.SessionExpiryInterval = _SESSION_S
        if self._largest_heard is not None:
            properties.MaximumPacketSize = self._largest_heard
        self._client.connect(
            self._broker.host,
            self._broker.port,
            _KEEPALIVE_S,
            clean_start=not self._keep_session,
            properties=properties,
        )

    def _give_up(self, opening: asyncio.Future[None]) -> None:
        """Nobody waits for the connection any more: close it as soon as there is something to close."""
        if not opening.cancelled():
            opening.exception()
        self._end(BrokerError("given up"))

    def _attach(self) -> None:
        """Let the loop do paho's reading and writing from here on."""
        client, socket = self._client, self._client.socket()
        if socket is None:
            raise OSError("closed as soon as it was made")
        self._fd = socket.fileno()
        client.on_socket_register_write = lambda *_: self._write_soon()
        client.on_socket_close = lambda *_: self._detach()
        self._loop.add_reader(self._fd, self._read)
        self._misc = self._loop.call_later(_KEEPALIVE_S / 6, self._keep_alive)
        self._write_soon()

    def _detach(self) -> None:
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            self._fd = -1
        if self._misc is not None:
            self._misc.cancel()

    def _end(self, why: BrokerError) -> None:
        """The connection is gone: tell everybody who waits for something over it."""
        if not self.lost.done():
            self.lost.set_result(why)
        self._detach()
        if (socket := self._client.socket()) is not None:
            socket.close()
        for waiting in (self._connected, self._subscribed, *self._waiting.values()):
            if not waiting.done():
                waiting.set_exception(self.lost.result())
                waiting.exception()
        self._waiting.clear()

    # What the loop calls.

    def _read(self) -> None:
        try:
            socket = self._client.socket()
            self._client.loop_read()
            # What TLS has unpacked already makes the socket readable no more.
            while isinstance(socket, ssl.SSLSocket) and self._client.socket() is socket and socket.pending():
                self._client.loop_read()
        except Exception as error:
            # paho's parser fails in many ways over what is no MQTT.
            self._end(BrokerError(f"not MQTT: {type(error).__name__}: {error}"))

    def _write_soon(self) -> None:
        if not self._write_is_due:
            self._write_is_due = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._write_is_due = False
        if self._fd >= 0:
            self._client.loop_write()
        if self._fd < 0:
            return
        if self._client.want_write() != self._writes:
            self._writes = not self._writes
            if self._writes:
                self._loop.add_writer(self._fd, self._write)
            else:
                self._loop.remove_writer(self._fd)

    def _keep_alive(self) -> None:
        self._misc = self._loop.call_later(_KEEPALIVE_S / 6, self._keep_alive)
        self._client.loop_misc()

    # What paho calls.

    def _on_connect(
        self, _client: Client, _data: Any, _flags: Any, reason: ReasonCode, told: Properties | None
    ) -> None:
        if reason.is_failure:
            self._end(BrokerError(f"the broker refuses us: {reason}", heard=True))
            return
        if getattr(told, "MaximumQoS", 2) < 1:
            self._end(BrokerError("the broker takes QoS 0 alone and so confirms nothing", heard=True))
            return
        self._places = asyncio.Semaphore(getattr(told, "ReceiveMaximum", _MOST_AT_A_TIME))
        self.largest_packet = getattr(told, "MaximumPacketSize", None)
        if not self._connected.done():
            self._connected.set_result(None)

    def _on_disconnect(
        self, _client: Client, _data: Any, flags: Any, reason: ReasonCode, _told: Properties | None
    ) -> None:
        said = bool(flags.is_disconnect_packet_from_server)
        self._end(BrokerError(f"the broker {'says' if said else 'closed the connection'}: {reason}", heard=said))

    def _on_publish(self, _client: Client, _data: Any, mid: int, reason: ReasonCode, _told: Properties | None) -> None:
        waiting = self._waiting.pop(mid, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(reason)

    def _on_subscribe(
        self, _client: Client, _data: Any, _mid: int, reasons: list[ReasonCode], _told: Properties | None
    ) -> None:
        if not self._subscribed.done():
            self._subscribed.set_result(reasons[0])

    # What came in, and is confirmed when it is kept: until then the broker keeps it.

    def _on_message(self, message: MQTTMessage, kept: Kept) -> None:
        self._came.append((message, kept))
        if kept is None:
            self._confirm()
        else:
            kept.add_done_callback(lambda _: self._confirm())

    def _confirm(self) -> None:
        while self._came and not self.lost.done():
            message, kept = self._came[0]
            if kept is not None and not kept.done():
                return
            self._came.popleft()
            self._client.ack(message.mid, message.qos)


def _why(error: Exception, broker: Broker) -> str:
    if isinstance(error, TimeoutError):
        return f"no connection to {broker.host} within {broker.timeout_s:g} s"
    return f"no connection to {broker.host} port {broker.port}: {error}"
