"""Devices by the command: paired, listed, given a new token, unpaired; consent, and a GPX file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.house import REPOSITORY, House, one_line
from tests.exchange.listening_house import until
from tests.exchange.test_listening_tak import configured, login, position, tak_client
from tests.formats.test_gpx import gpx, point
from tests.servers.ports import free_port


@pytest.fixture
def person(house: House) -> str:
    """The code of somebody in the roster."""
    code: str = house.ok("people", "list", actor="admin")[0]["code"]
    return code


def test_a_device_is_paired_listed_given_a_new_token_and_unpaired(house: House, person: str) -> None:
    made = house.ok("devices", "pair", person, "owntracks", "ada/phone", actor="admin")
    assert made["token"].startswith("vdd_") and made["person"] == person
    (shown,) = house.ok("devices", "list", "--person", person, actor="admin")
    assert shown == {name: value for name, value in made.items() if name != "token"}
    assert "not heard yet" in house.run("devices", "list", actor="admin").stdout
    plain = house.run("devices", "token", str(made["id"]), actor="admin")
    assert plain.stdout.startswith("vdd_") and made["token"] not in plain.stdout and "not shown again" in plain.stderr
    assert "opens nothing" in house.run("devices", "unpair", str(made["id"]), actor="admin").stdout
    assert house.ok("devices", "list", actor="admin") == []


def test_what_cannot_stand_and_what_is_not_allowed_is_one_line(house: House, person: str) -> None:
    for command, code, said in (
        (("pair", person, "radio", "x"), 2, "must be one of"),
        (("pair", person, "owntracks", "phone"), 2, "USER/DEVICE"),
        (("pair", "nobody", "traccar", "x"), 2, "no such person"),
        (("unpair", "999"), 2, "no such device"),
        (("consent", person, "perhaps"), 2, "yes or no"),
        (("track", person, "/no/such.gpx"), 2, "cannot be read"),
    ):
        done = house.run("devices", *command, actor="admin")
        assert done.returncode == code and said in one_line(done), done.stderr
    done = house.run("devices", "pair", person, "traccar", "x", actor="officer")
    assert done.returncode == 1 and "role" in done.stderr
    done = house.run("devices", "list", actor="analyst")
    assert done.returncode == 1


def test_the_last_fix_of_a_file_is_taken_with_consent_alone(house: House, person: str, tmp_path: Path) -> None:
    track = tmp_path / "patrol.gpx"
    track.write_bytes(gpx(point(32.5, -117.1, (datetime.now(UTC) - timedelta(minutes=1)).isoformat())))
    assert "not shared" in house.run("devices", "consent", person, "no", actor="admin").stdout
    done = house.run("devices", "track", person, track, actor="admin")
    assert done.returncode == 1 and "has not consented" in done.stdout
    assert "shared" in house.run("devices", "consent", person, "yes", actor="admin").stdout
    said = house.run("devices", "track", person, track, "--json", actor="admin").stdout
    assert '"stored": true' in said or "off_duty" in said


SET_LISTENER = """
import django; django.setup()
from vedette.exchange.models import Listener
Listener.objects.create(realm="exercise", kind="tak", settings={{"tcp_port": {port}}})
"""


@contextmanager
def asker(house: House) -> Iterator[None]:
    """The process that `vedette serve` keeps beside the engine."""
    command = [sys.executable, "-m", "vedette.exchange", "--tied"]
    running = subprocess.Popen(command, env=house.environment, cwd=REPOSITORY, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(30) == 0


def test_the_process_beside_the_engine_hears_tak_clients_and_the_doctor_says_so(house: House, person: str) -> None:
    port = free_port()
    made = house.ok("devices", "pair", person, "tak", "ANDROID-359975090666199", actor="admin")
    house.run("devices", "consent", person, "yes", actor="admin")
    done = house.python("-c", SET_LISTENER.format(port=port), extra={"DJANGO_SETTINGS_MODULE": "vedette.conf.settings"})
    assert done.returncode == 0, done.stderr
    with asker(house):
        until(lambda: '"positions"' in (said := house.run("doctor", "--json").stdout) and "listening" in said)
        tak_client(configured(f"tcp://127.0.0.1:{port}"), login(made["token"]), position(32.55))
        until(lambda: json.loads(house.run("devices", "list", "--json", actor="admin").stdout)[0]["outcome"])
    assert house.ok("devices", "list", actor="admin")[0]["outcome"] in ("kept", "off_duty")
