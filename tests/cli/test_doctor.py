"""What the doctor says of an installation that works, one that does not, and none at all."""

from __future__ import annotations

from tests.cli.house import House
from tests.servers import http

SET_CHANNELS = """
import django; django.setup()
from vedette.dispatch.models import Channel
Channel.objects.filter(name="smtp").update(enabled=False)
row = Channel.objects.get(name="webhook"); row.settings["url"] = {url!r}; row.save()
"""


def states(house: House, *arguments: str) -> tuple[int, dict[str, str]]:
    import json

    done = house.run("doctor", "--json", *arguments)
    return done.returncode, {finding["check"]: finding["state"] for finding in json.loads(done.stdout)}


def test_a_working_installation_passes_with_what_could_be_better(house: House, http_gateway: http.Gateway) -> None:
    code, before = states(house)
    assert code == 1 and before["channels"] == "fail", "nobody listens where the example's channels point"
    done = house.python(
        "-c",
        SET_CHANNELS.format(url=f"{http_gateway.url}/messages"),
        extra={"DJANGO_SETTINGS_MODULE": "vedette.conf.settings"},
    )
    assert done.returncode == 0, done.stderr
    code, after = states(house)
    assert code == 0
    assert after == {
        "database": "ok",
        "keys": "ok",
        "disk": "ok",
        "organisation": "ok",
        "two people": "ok",
        "second factors": "warn",
        "channels": "ok",
        "feeds": "ok",
        "positions": "ok",
        "secrets": "ok",
        "ledger": "ok",
    }
    (house.data / "ledger.pem").chmod(0o644)
    code, after = states(house)
    assert code == 1 and after["keys"] == "fail"


def test_a_database_without_tables_fails_and_says_what_to_do(empty_house: House) -> None:
    code, found = states(empty_house)
    assert code == 1 and found["database"] == "fail" and "ledger" not in found
    assert "vedette serve" in empty_house.run("doctor").stdout


def test_a_database_that_cannot_be_reached_fails_in_its_own_line(empty_house: House) -> None:
    empty_house.environment["VEDETTE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:9/none"
    code, found = states(empty_house)
    assert code == 1 and found["database"] == "fail" and found["disk"] == "ok"


SET_LISTENER = """
import django; django.setup()
from vedette.clock import now
from vedette.exchange.models import Listener
Listener.objects.update_or_create(realm="exercise", kind="tak", defaults={"settings": {"tcp_port": 1}, **%s})
"""


def test_what_listens_for_positions_and_what_does_not_is_told(house: House) -> None:
    for told, words in (
        ("{}", "nothing listens; is `vedette serve` running?"),
        ("{'state': 'failing', 'remark': 'port 1: not permitted', 'told_at': now()}", "port 1: not permitted"),
    ):
        done = house.python("-c", SET_LISTENER % told, extra={"DJANGO_SETTINGS_MODULE": "vedette.conf.settings"})
        assert done.returncode == 0, done.stderr
        (found,) = [
            line for line in house.run("doctor").stdout.splitlines() if line.startswith("WARN  positions: exercise TAK")
        ]
        assert words in found
