"""Kannel, a real SMS gateway: bearerbox and smsbox, started on free loopback ports and stopped by their pids.

Behind it is its own fake network, where `fakesmsc` shows what arrived and sends what somebody writes; or a message
centre (`smsc.py`), to which Kannel binds as an SMPP client.
"""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes
from urllib.request import urlopen

from tests.servers import smsc
from tests.servers.parts import Part, find
from tests.servers.ports import free_port
from vedette.formats import sms

USERNAME, SENDER = "vedette", "12345"
_ATTEMPTS = 5
_PATIENCE_S = 30.0
_ARRIVED = re.compile(
    r"Got message \d+: <(?P<sender>\S+) (?P<to>\S+) (udh (?P<header>\S+) )?(?P<kind>text|data|ucs-2) (?P<text>.*)>$"
)


class KannelFailed(Exception):
    """It did not start; the message holds the end of its log."""


@dataclass(frozen=True)
class Arrived:
    """One SMS as it came out at the fake network."""

    sender: str
    to: str
    #: Which segment it is; None for a message of one.
    segment: sms.Concatenation | None
    #: UTF-8 of what was in the GSM alphabet; 16-bit units of the rest.
    octets: bytes


class Kannel:
    """A running Kannel. Messages to send are given to `url`."""

    def __init__(self, url: str, password: str, network_port: int) -> None:
        self.url = url
        self.password = password
        self._network_port = network_port
        self._network: subprocess.Popen[str] | None = None
        self._arrived: list[Arrived] = []
        self._changed = threading.Condition()

    @property
    def arrived(self) -> tuple[Arrived, ...]:
        """What came out at the fake network, in order."""
        with self._changed:
            return tuple(self._arrived)

    def wait_for(self, number: int, timeout: float = 30.0) -> tuple[Arrived, ...]:
        """What arrived, as soon as there are so many SMS; raises TimeoutError with them if there never are."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._arrived) >= number, timeout):
                raise TimeoutError(f"only {self._arrived} within {timeout} s")
            return tuple(self._arrived)

    def wrote(self, number: str, text: str) -> None:
        """Let somebody write `text` to us."""
        self._connect("1", f"{number} {SENDER} text {text}")

    def _connect(self, most: str, message: str) -> None:
        """Begin a new fake network; there is one at a time."""
        self._disconnect()
        tool = find(Part.KANNEL)
        assert tool is not None
        self._network = subprocess.Popen(
            [tool, "-H", "127.0.0.1", "-r", str(self._network_port), "-i", "0.01", "-m", most, message],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=(self._network,), name="fakesmsc", daemon=True).start()

    def _disconnect(self) -> None:
        if self._network is not None:
            _stop(self._network)

    def _read(self, network: subprocess.Popen[str]) -> None:
        assert network.stderr is not None
        with network.stderr as lines:
            for line in lines:
                if match := _ARRIVED.search(line.rstrip("\n")):
                    with self._changed:
                        self._arrived.append(_read(match))
                        self._changed.notify_all()


@contextmanager
def running(replies_to: str, centre: smsc.Centre | None = None) -> Iterator[Kannel]:
    """Start it before its fake network, or before `centre`. What people write goes to the URL `replies_to`."""
    tool = find(Part.KANNEL)
    if tool is None:
        raise KannelFailed(Part.KANNEL.reason)
    folder = Path(tempfile.mkdtemp(prefix="vedette-kannel-"))
    try:
        for _ in range(_ATTEMPTS):
            with ExitStack() as stack:
                kannel = _started(folder, replies_to, centre, stack)
                if kannel is not None:
                    yield kannel
                    return
        raise KannelFailed("\n".join(path.read_text(errors="replace")[-2000:] for path in folder.glob("*.log")))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, replies_to: str, centre: smsc.Centre | None, stack: ExitStack) -> Kannel | None:
    """A running one that is stopped with the stack; None when a port was taken meanwhile."""
    admin, boxes, sending, network = (free_port() for _ in range(4))
    password = secrets.token_hex(8)
    configuration = folder / "kannel.conf"
    behind = _FAKE.format(port=network) if centre is None else _SMPP.format(centre=centre, smsc=smsc)
    configuration.write_text(
        _CONFIGURATION.format(
            admin=admin, boxes=boxes, sending=sending, user=USERNAME, password=password, sender=SENDER,
            replies_to=replies_to, behind=behind,
        )
    )  # fmt: skip
    started = []
    for box, port in (("bearerbox", boxes), ("smsbox", sending)):
        process = _box(box, folder, configuration)
        started.append(process)
        stack.callback(_stop, process)
        if not _listens(process, port):
            return None
    kannel = Kannel(f"http://127.0.0.1:{sending}/cgi-bin/sendsms", password, network)
    if centre is None:
        kannel._connect("0", f"1 {SENDER} text nothing")
        stack.callback(kannel._disconnect)
    status = f"http://127.0.0.1:{admin}/status.txt?password={password}"
    return kannel if _joined(status, started) else None


def _joined(status: str, processes: Sequence[subprocess.Popen[bytes]]) -> bool:
    """Whether the boxes join and the network comes; until then Kannel puts off what it is given."""
    until, told = time.monotonic() + _PATIENCE_S, ""
    while time.monotonic() < until and all(process.poll() is None for process in processes):
        with suppress(OSError), urlopen(status, timeout=5) as answer:
            told = answer.read().decode(errors="replace")
        if "smsbox:" in told and " (online " in told:
            return True
        time.sleep(0.02)
    return False


def _box(name: str, folder: Path, configuration: Path) -> subprocess.Popen[bytes]:
    program = shutil.which(name, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        raise KannelFailed(f"{Part.KANNEL.reason} ({name} is missing)")
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [program, configuration],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def _stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read(match: re.Match[str]) -> Arrived:
    """A line of fakesmsc's: text as it is, or as in a URL where it has a header or is not GSM."""
    text = match["text"]
    octets = text.encode() if match["kind"] == "text" else unquote_to_bytes(text.replace("+", " "))
    segment, _ = sms.parted(unquote_to_bytes(match["header"] or ""))
    return Arrived(match["sender"], match["to"], segment, octets)


_CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = {password}
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal

{behind}

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {sending}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {user}
password = {password}
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{replies_to}"
"""
_FAKE = """
group = smsc
smsc = fake
smsc-id = network
port = {port}
connect-allow-ip = 127.0.0.1
"""
_SMPP = """
group = smsc
smsc = smpp
smsc-id = network
host = {centre.host}
port = {centre.port}
transceiver-mode = true
smsc-username = {smsc.SYSTEM_ID}
smsc-password = {smsc.PASSWORD}
system-type = ""
enquire-link-interval = 1
reconnect-delay = 1
"""
