"""A mosquitto of the tests' own, started in a temporary directory and stopped by its pid, and devices that use it.

It listens on loopback only, plain and over TLS. `vedette` may publish everywhere but to `barred`; everybody else is a
device, which may read its own warnings and publish its own answers and positions.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from tests.servers import certificates
from tests.servers.parts import Part, find
from tests.servers.ports import free_port

_ATTEMPTS = 5
_PATIENCE_S = 20.0
PASSWORD = "not a secret"
_RIGHTS = """
user vedette
topic write vedette/+/warnings
topic deny vedette/barred/warnings
topic read vedette/+/answers
topic read owntracks/+/+
topic read owntracks/+/+/event

pattern read vedette/%u/warnings
pattern write vedette/%u/answers
pattern write owntracks/%u/#
"""


class BrokerFailed(Exception):
    """mosquitto did not start; the message holds the end of its log."""


class Mosquitto:
    """A broker; `stop` and `start` it at will, it keeps its ports and what is in its store."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.tls_port = free_port(), free_port()
        self.certificates = certificates.make(folder)
        self._lines: tuple[str, ...] = ()

    def configure(self, *lines: str) -> None:
        """Add to the configuration, for the next start."""
        self._lines = lines

    def start(self) -> None:
        """Start it. Raises BrokerFailed."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.port, self.tls_port = free_port(), free_port()
            self._write()
            log = (self._folder / "log").open("wb")
            self._process = subprocess.Popen(
                [self._program, "-c", self._folder / "mosquitto.conf"], stdout=log, stderr=log, cwd=self._folder
            )
            log.close()
            if self._answers():
                return
            self.stop()
        raise BrokerFailed(f"mosquitto did not start:\n{(self._folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop it; it writes its store."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _write(self) -> None:
        own = self.certificates
        names = ("vedette", "ann", "ben", "cem", "barred")
        (self._folder / "passwords").write_text("".join(f"{name}:{_hashed(PASSWORD)}\n" for name in names))
        (self._folder / "rights").write_text(_RIGHTS)
        for name in ("passwords", "rights"):
            (self._folder / name).chmod(0o600)
        lines = [
            # As root it would become a user that may not read this directory.
            f"user {'root' if os.geteuid() == 0 else 'mosquitto'}",
            "allow_anonymous false",
            f"password_file {self._folder / 'passwords'}",
            f"acl_file {self._folder / 'rights'}",
            "persistence true",
            f"persistence_location {self._folder}/",
            f"listener {self.port} 127.0.0.1",
            f"listener {self.tls_port} 127.0.0.1",
            f"certfile {own.certificate}",
            f"keyfile {own.key}",
            *self._lines,
        ]
        (self._folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def _answers(self) -> bool:
        assert self._process is not None
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        return False


@dataclass(frozen=True)
class Got:
    """One message as it came to a device."""

    topic: str
    payload: bytes
    retained: bool
    expires_in_s: int | None
    properties: Properties

    @property
    def json(self) -> Any:
        return json.loads(self.payload)


class Device:
    """A device in somebody's hand: hears its warnings, and answers."""

    def __init__(self, broker: Mosquitto, name: str) -> None:
        self.name = name
        self._got: list[Got] = []
        self._arrived = threading.Condition()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, f"device-{name}", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.username_pw_set(name, PASSWORD)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        self._client.subscribe(f"vedette/{name}/warnings", options=SubscribeOptions(qos=1))
        if not self._ready.wait(10):
            raise TimeoutError(f"the broker did not take the subscription of {name}")

    def wait_for(self, count: int, timeout: float = 20.0) -> list[Got]:
        """What came, as soon as it is `count` messages."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._got) >= count, timeout):
                raise TimeoutError(f"only {len(self._got)} messages came to {self.name}")
            return list(self._got)

    def answer(self, got: Got, payload: dict[str, str] | bytes, *, correlated: bool = True) -> None:
        """Answer a message on its response topic, as MQTT 5 means it."""
        properties = Properties(PacketTypes.PUBLISH)
        if correlated:
            properties.CorrelationData = got.properties.CorrelationData
        self.publish(got.properties.ResponseTopic, payload, properties)

    def publish(
        self, topic: str, payload: dict[str, str] | bytes, properties: Properties | None = None, retain: bool = False
    ) -> None:
        """Publish anything, and wait until the broker has it."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self._client.publish(topic, raw, 1, retain, properties).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        left = getattr(message.properties, "MessageExpiryInterval", None)
        assert message.properties is not None
        with self._arrived:
            self._got.append(Got(message.topic, message.payload, message.retain, left, message.properties))
            self._arrived.notify_all()


@contextmanager
def running() -> Iterator[Mosquitto]:
    """Start a broker, yield it, stop it."""
    program = find(Part.MOSQUITTO)
    if program is None:
        raise BrokerFailed(Part.MOSQUITTO.reason)
    folder = Path(tempfile.mkdtemp(prefix="vedette-mosquitto-"))
    broker = Mosquitto(program, folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _hashed(password: str) -> str:
    """As mosquitto_passwd writes it: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
