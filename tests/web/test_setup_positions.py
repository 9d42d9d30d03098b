"""Where positions come in, as an administrator sets it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from tests.people.house import last_entry
from tests.servers import certificates
from tests.servers.certificates import Certificates
from tests.web.setup_house import organisation, signed_in, user
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.exchange.listening.keep import keep_listener
from vedette.exchange.models import Listener
from vedette.formats.parts import BadInput

pytestmark = pytest.mark.django_db

BROKER = {"host": "mqtt.vedette.example", "username": "vedette", "password": "not a secret", "tls": "tls"}


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Client:
    """An administrator's browser, in the exercise realm."""
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


@pytest.fixture
def certified(tmp_path: Path) -> Certificates:
    return certificates.make(tmp_path)


def text(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def tls_of(own: Certificates) -> dict[str, str]:
    return {"certificate_file": str(own.certificate), "key_file": str(own.key), "clients_ca_file": str(own.authority)}


def test_nothing_listens_until_it_is_set_and_apps_are_told_where_to_call(office: Client) -> None:
    page = text(office.get("/settings/positions/"))
    assert not Listener.objects.exists() and page.count('<span class="tag">off</span>') == 2
    assert "https://warn.vedette.example/devices/owntracks" in page
    assert "https://warn.vedette.example/devices/traccar" in page


def test_a_broker_is_set_its_password_is_never_shown_again_and_kept_when_left_empty(office: Client) -> None:
    page = text(office.post("/settings/positions/owntracks/", {**BROKER, "enabled": "yes"}, follow=True))
    assert "OwnTracks over MQTT: set." in page and "not running" in page and "not a secret" not in page
    office.post("/settings/positions/owntracks/", {**BROKER, "password": "", "username": "other", "enabled": "yes"})
    row = Listener.objects.get()
    assert (row.settings["username"], row.settings["password"]) == ("other", "not a secret")
    entry, opened = last_entry()
    assert entry.kind == "listener.kept" and "not a secret" not in opened
    assert "off." in text(office.post("/settings/positions/owntracks/", BROKER, follow=True))
    assert not Listener.objects.get().enabled


@pytest.mark.parametrize("elsewhere", [{"host": "mqtt.elsewhere.example"}, {"port": "1884"}])
def test_another_broker_is_not_told_the_password_of_the_one_before(office: Client, elsewhere: dict[str, str]) -> None:
    office.post("/settings/positions/owntracks/", {**BROKER, "enabled": "yes"})
    office.post("/settings/positions/owntracks/", {**BROKER, "port": "8883", "password": "", "enabled": "yes"})
    assert Listener.objects.get().settings["password"] == "not a secret", "8883 is the port that was meant before"
    office.post("/settings/positions/owntracks/", {**BROKER, **elsewhere, "password": "", "enabled": "yes"})
    assert "password" not in Listener.objects.get().settings
    office.post("/settings/positions/owntracks/", {**BROKER, "password": "another", "enabled": "yes"})
    assert Listener.objects.get().settings["password"] == "another"


def test_without_tls_only_a_broker_on_this_machine_is_used(office: Client) -> None:
    open_air = {**BROKER, "tls": "none", "enabled": "yes"}
    answer = office.post("/settings/positions/owntracks/", open_air)
    assert answer.status_code == 422 and "without TLS only a broker on this machine" in text(answer).replace(
        "Without", "without"
    )
    assert not Listener.objects.exists()
    office.post("/settings/positions/owntracks/", {**open_air, "host": "127.0.0.1"})
    assert Listener.objects.get().settings["tls"] == "none"


def test_how_a_listener_is_doing_is_shown(office: Client, stopped_clock: clock.Frozen) -> None:
    office.post("/settings/positions/owntracks/", {**BROKER, "enabled": "yes"})
    Listener.objects.update(state="failing", remark="no connection <there>", told_at=clock.now())
    page = text(office.get("/settings/positions/"))
    assert '<span class="tag bad">failing</span>' in page and "no connection &lt;there&gt;" in page
    Listener.objects.update(state="listening", remark="")
    assert '<span class="tag good">listening</span>' in text(office.get("/settings/positions/"))
    stopped_clock.advance(minutes=2)
    assert "vedette serve" in text(office.get("/settings/positions/"))


def test_tak_is_set_with_certificates_that_can_be_used(office: Client, certified: Certificates) -> None:
    given = {"tls_port": "8089", **tls_of(certified), "enabled": "yes"}
    assert "TAK clients: set." in text(office.post("/settings/positions/tak/", given, follow=True))
    assert Listener.objects.get().settings["tls_port"] == 8089


@pytest.mark.parametrize(
    ("kind", "change", "field", "said"),
    [
        ("owntracks", {"host": ""}, "host", "required"),
        ("owntracks", {"host": "x", "port": "70000"}, "port", "65535"),
        ("owntracks", {"host": "x", "port": "many"}, "port", "whole number"),
        ("owntracks", {"host": "x", "base": "own/+"}, "base", "USER/DEVICE"),
        ("owntracks", {"host": "x", "tls": "perhaps"}, "tls", "tls"),
        ("tak", {}, "tls_port", "a port for TLS"),
        ("tak", {"tls_port": "8089"}, "certificate_file", "needs a certificate"),
        ("tak", {"tls_port": "8089", "tcp_port": "8089"}, "tcp_port", "another"),
        ("tak", {"tls_port": "8089", "certificate_file": "/no", "key_file": "/no"}, "certificate_file", "No such file"),
        ("tak", {"tls_port": "8089", "TLS": "yes", "clients_ca_file": "/no"}, "clients_ca_file", "No such file"),
        ("tak", {"tls_port": "8089", "TLS": "yes", "key_file": "OTHER"}, "certificate_file", "with that key"),
    ],
)
def test_what_cannot_stand_is_said_at_its_field_and_changes_nothing(
    office: Client, certified: Certificates, kind: str, change: dict[str, str], field: str, said: str
) -> None:
    given = {**(tls_of(certified) if change.get("TLS") else {}), **change}
    if given.get("key_file") == "OTHER":
        given["key_file"] = str(certificates.for_client("other", certified)[1])
    answer = office.post(f"/settings/positions/{kind}/", {**given, "enabled": "yes"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="{kind}-{field}-error"' in page and said in text(answer)
    assert not Listener.objects.exists()


def test_live_and_exercise_share_no_port(office: Client) -> None:
    actors = [actor_for(User.objects.get(), realm) for realm in (Realm.EXERCISE, Realm.LIVE)]
    keep_listener(actors[0], "tak", {"tcp_port": 8087}, enabled=True)
    with pytest.raises(BadInput) as refused:
        keep_listener(actors[1], "tak", {"tcp_port": 8087}, enabled=True)
    assert refused.value.field == "tcp_port"
    keep_listener(actors[1], "tak", {"tcp_port": 8088}, enabled=True)


def test_positions_are_set_by_administrators_alone(office: Client) -> None:
    officer = signed_in(user("dora", Role.DUTY_OFFICER))
    assert officer.get("/settings/positions/").status_code == 403
    assert officer.post("/settings/positions/tak/", {"tcp_port": "8087"}).status_code == 403
    with pytest.raises(Refused):
        keep_listener(
            actor_for(User.objects.get(username="dora"), Realm.EXERCISE), "tak", {"tcp_port": 8087}, enabled=True
        )
    assert office.post("/settings/positions/radio/", {}).status_code == 404
    assert not Listener.objects.exists()
