"""TAK clients that connect: PyTAK over TCP and TLS, and strangers with something else to say."""

from __future__ import annotations

import asyncio
import socket
from configparser import ConfigParser, SectionProxy
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytak
import pytest

from tests.exchange.listening_house import Post, last_fix, outcome_of, post, running, until
from tests.servers import certificates
from tests.servers.certificates import Certificates
from tests.servers.ports import free_port
from vedette import clock
from vedette.exchange.listening.run import beside
from vedette.exchange.models import Listener
from vedette.formats.cot import LARGEST, Pli, write_pli
from vedette.people.models import Device, Position

pytestmark = pytest.mark.django_db(transaction=True)

KIND = Device.Kind.TAK
UID = "ANDROID-359975090666199"
PING = (
    b'<?xml version="1.0"?><event version="2.0" uid="x-ping" type="t-x-c-t" how="m-g">'
    b'<point lat="0" lon="0" hae="0" ce="0" le="0"/><detail/></event>'
)


@pytest.fixture
def at_post() -> Post:
    return post()


@pytest.fixture
def certified(tmp_path: Path) -> Certificates:
    return certificates.make(tmp_path)


def plain(at_post: Post) -> int:
    """Listen over TCP: the port."""
    port = free_port()
    at_post.listen(Listener.Kind.TAK, {"tcp_port": port})
    return port


def over_tls(at_post: Post, own: Certificates, **more: Any) -> int:
    port = free_port()
    files = {"certificate_file": str(own.certificate), "key_file": str(own.key), "clients_ca_file": str(own.authority)}
    at_post.listen(Listener.Kind.TAK, {"tls_port": port, **files, **more})
    return port


def configured(url: str, **more: str) -> SectionProxy:
    parser = ConfigParser()
    parser["client"] = {"COT_URL": url, **more}
    return parser["client"]


def by_certificate(port: int, own: Certificates, name: str) -> SectionProxy:
    certificate, key = certificates.for_client(name, own)
    return configured(
        f"tls://127.0.0.1:{port}",
        PYTAK_TLS_CLIENT_CERT=str(certificate),
        PYTAK_TLS_CLIENT_KEY=str(key),
        PYTAK_TLS_CLIENT_CAFILE=str(own.authority),
        PYTAK_TLS_DONT_CHECK_HOSTNAME="1",
    )


def tak_client(config: SectionProxy, *said: bytes) -> bytes:
    """What PyTAK's workers hear after they have sent all this, and a ping; nothing if the connection is cut."""

    async def story() -> bytes:
        reader, writer = await pytak.protocol_factory(config)
        sender, receiver = pytak.TXWorker(asyncio.Queue(), config, writer), Receiver(asyncio.Queue(), config, reader)
        for one in (*said, PING):
            await sender.send_data(one)
        heard = await receiver.readcot()
        writer.close()
        return heard or b""

    return asyncio.run(asyncio.wait_for(story(), 20))


class Receiver(pytak.RXWorker):
    """PyTAK's, which leaves open what is done with what it hears."""

    async def handle_data(self, data: bytes) -> None:
        raise NotImplementedError


def position(lat: float, uid: str = UID, **more: Any) -> bytes:
    found: bytes = pytak.gen_cot(lat=lat, lon=-117.05, ce=8, uid=uid, stale=120, callsign="Rider 7", **more)
    return found


def login(token: str, uid: str = UID) -> bytes:
    return f'<?xml version="1.0"?>\n<auth><cot username="ada" password="{token}" uid="{uid}"/></auth>'.encode()


def exchange(port: int, said: bytes) -> bytes:
    """What comes back to a stranger until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stranger:
        try:
            stranger.sendall(said)
            stranger.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: stranger.recv(65536), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b""


def test_pytak_is_heard_over_tls_by_its_certificate_and_its_pings_are_answered(
    at_post: Post, certified: Certificates
) -> None:
    at_post.pair(KIND, UID, "ada-phone")
    config = by_certificate(over_tls(at_post, certified), certified, "ada-phone")
    with running():
        pong = tak_client(config, position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))
    assert b't-x-c-t-r"' in pong
    kept = Position.objects.get()
    assert kept.accuracy_m == 8 and clock.now() - kept.fixed_at < timedelta(minutes=1)


def test_a_certificate_speaks_for_its_own_device_alone(at_post: Post, certified: Certificates) -> None:
    device = at_post.pair(KIND, UID, "ada-phone").device
    port = over_tls(at_post, certified)
    with running():
        tak_client(by_certificate(port, certified, "somebody"), position(10.0))
        until(lambda: outcome_of(device) == "unproven")
        tak_client(by_certificate(port, certified, "ada-phone"), position(10.0, uid="other"), position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))


def test_without_a_certificate_of_ours_nobody_gets_in(at_post: Post, certified: Certificates, tmp_path: Path) -> None:
    paired = at_post.pair(KIND, UID, "ada-phone")
    (tmp_path / "elsewhere").mkdir()
    stranger = certificates.make(tmp_path / "elsewhere")
    port = over_tls(at_post, certified)
    with running():
        config = by_certificate(port, stranger, "ada-phone")
        config["PYTAK_TLS_DONT_VERIFY"] = "1"
        with suppress(OSError):
            assert tak_client(config, position(10.0)) == b""
        assert exchange(port, login(paired.token) + position(10.0)) == b""
        tak_client(by_certificate(port, certified, "ada-phone"), position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))


def test_pytak_is_heard_over_tcp_after_it_has_said_its_devices_token(at_post: Post) -> None:
    paired = at_post.pair(KIND, UID)
    config = configured(f"tcp://127.0.0.1:{plain(at_post)}")
    with running():
        tak_client(config, position(10.0))
        until(lambda: outcome_of(paired.device) == "unproven")
        tak_client(config, login("vdd_guessed"), position(10.0))
        tak_client(config, login(paired.token, uid="other"), position(10.0))
        tak_client(config, login(paired.token), position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))


def test_a_device_with_a_certificate_is_not_heard_without_it(at_post: Post) -> None:
    paired = at_post.pair(KIND, UID, "ada-phone")
    config = configured(f"tcp://127.0.0.1:{plain(at_post)}")
    with running():
        tak_client(config, login(paired.token), position(10.0))
        until(lambda: outcome_of(paired.device) == "unproven")
    assert not Position.objects.exists()


def test_over_tls_without_client_certificates_the_token_is_the_proof(at_post: Post, certified: Certificates) -> None:
    paired = at_post.pair(KIND, UID)
    port = over_tls(at_post, certified, clients_ca_file="")
    with running():
        tak_client(by_certificate(port, certified, "anybody"), login(paired.token), position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))


def test_chat_markers_of_others_and_what_has_no_fix_change_nothing(at_post: Post) -> None:
    paired = at_post.pair(KIND, UID)
    config = configured(f"tcp://127.0.0.1:{plain(at_post)}")
    now = clock.now()
    chat = position(10.0, cot_type="b-t-f")
    hostile = position(11.0, uid="some-marker", cot_type="a-h-G")
    without = write_pli(Pli(UID, "Rider 7", 0.0, 0.0, None, now, now + timedelta(minutes=1)), "a-f-G")
    with running():
        tak_client(config, login(paired.token), chat, hostile, without, b"<event><broken></event>", position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))
    assert Position.objects.count() == 1


def test_repeats_and_late_positions_change_nothing(at_post: Post) -> None:
    paired = at_post.pair(KIND, UID)
    config = configured(f"tcp://127.0.0.1:{plain(at_post)}")
    now = clock.now()

    def at(minutes: int, lat: float) -> bytes:
        made = now - timedelta(minutes=minutes)
        return write_pli(Pli(UID, "Rider 7", lat, -117.05, 8.0, made, now + timedelta(minutes=5)))

    with running():
        tak_client(config, login(paired.token), at(1, 32.55), at(9, 10.0), at(1, 11.0), at(300, 12.0))
        until(lambda: last_fix() == (32.55, -117.05))
        until(lambda: outcome_of(paired.device) == "older")
    assert last_fix() == (32.55, -117.05)


STRANGERS: dict[str, bytes] = {
    "protobuf": b"\xbf\x01\xbf" + b"\x00" * 50,
    "document type": b'<!DOCTYPE event [<!ENTITY a "b">]><event/>',
    "no Cursor on Target": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "more than": b"<event><detail>" + b"a" * LARGEST,
    "could not be read": b"<event><broken></event>" * 30,
}


@pytest.mark.parametrize("said", STRANGERS)
def test_a_stranger_is_turned_away_with_the_reason_and_everybody_else_is_heard(at_post: Post, said: str) -> None:
    paired = at_post.pair(KIND, UID)
    port = plain(at_post)
    with running():
        assert exchange(port, STRANGERS[said]) == b""
        until(lambda: said in Listener.objects.get().remark)
        tak_client(configured(f"tcp://127.0.0.1:{port}"), login(paired.token), position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))
    assert Listener.objects.get().state == "listening"


def test_a_client_that_asks_for_another_version_is_declined_and_goes_on_in_xml(at_post: Post) -> None:
    paired = at_post.pair(KIND, UID)
    port = plain(at_post)
    asks = PING.replace(b"t-x-c-t", b"t-x-takp-q")
    with running():
        heard = exchange(port, login(paired.token) + asks + position(32.55))
        until(lambda: last_fix() == (32.55, -117.05))
    assert b"t-x-takp-r" in heard and b'status="false"' in heard


def test_a_port_that_is_taken_is_said_and_taken_over_when_it_is_free(at_post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        at_post.listen(Listener.Kind.TAK, {"tcp_port": other.getsockname()[1]})
        with beside():
            until(lambda: Listener.objects.get().state == "failing")
            assert "in use" in Listener.objects.get().remark
            other.close()
            until(lambda: Listener.objects.get().state == "listening")
