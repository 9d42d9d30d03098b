"""`vedette feeds`, and the asker that `vedette serve` runs: a feed is added, and what it brings is in the inbox."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.house import REPOSITORY, House, one_line
from tests.conftest import require
from tests.exchange.issuing import TRUSTED, alert, signed
from tests.exchange.mails import tip
from tests.servers import dovecot
from tests.servers import feed as feeds
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.feed import Issuer
from tests.servers.parts import Part
from vedette.formats.cap import Alert, write_cap

pytestmark = pytest.mark.system


@pytest.fixture
def mail_server() -> Iterator[Dovecot]:
    require(Part.DOVECOT)
    with dovecot.running() as running:
        yield running


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with feeds.running() as running:
        yield running


def today(identifier: str) -> Alert:
    """An exercise of this hour."""
    now = datetime.now(UTC).replace(microsecond=0)
    made = alert(identifier, status="Exercise", note="Exercise", info={"expires": now + timedelta(hours=6)})
    return replace(made, sent=now)


def test_a_feed_is_added_polled_shown_paused_and_resumed(house: House, issuer: Issuer, tmp_path: Path) -> None:
    issuer.publish({"a": signed(today("a")), "b": write_cap(today("b"))})
    trusted = tmp_path / "issuer.pem"
    trusted.write_text(TRUSTED)
    options = ("--allow-private", "--certificates", trusted, "--signed-only", "--handling", "TLP:GREEN")
    administrator = "admin"
    added = house.ok("feeds", "add", "weather", issuer.feed, *options, actor=administrator)
    assert (added["state"], added["handling"], added["realm"]) == ("new", "TLP:GREEN", "exercise")
    (result,) = house.ok("feeds", "poll", "weather", actor=administrator)
    assert result["outcomes"] == {"taken": 1, "not_proven": 1}
    items = {one["identifier"]: one for one in house.ok("feeds", "show", "weather", actor=administrator)}
    assert (items["a"]["outcome"], items["a"]["proof"], items["b"]["outcome"]) == ("taken", "HOLDS", "not_proven")
    assert items["a"]["report"] and items["b"]["report"] is None
    assert house.run("feeds", "pause", "weather", actor=administrator).returncode == 0
    assert house.ok("feeds", "list", actor=administrator)[0]["state"] == "paused"
    assert house.run("feeds", "resume", "weather", actor=administrator).returncode == 0
    told = house.run("feeds", "poll", actor=administrator)
    assert told.returncode == 0 and "weather: unchanged" in told.stdout
    issuer.broken["/cap.atom"] = 500
    assert house.run("feeds", "poll", "weather", actor=administrator).returncode == 1
    assert "failing" in house.run("feeds", "list", actor=administrator).stdout
    assert "weather could not be read 1 times: the server answered 500" in house.run("doctor").stdout


def test_a_folder_and_a_mailbox_are_known_by_their_addresses(house: House, tmp_path: Path) -> None:
    (tmp_path / "reports" / "scans").mkdir(parents=True)
    (tmp_path / "reports" / "scans" / "tip.txt").write_text("A man said that shots were likely on Friday.")
    house.environment["VEDETTE_REPORTS"] = str(tmp_path / "reports")
    assert house.ok("feeds", "add", "scans", "file:scans", actor="admin")["kind"] == "folder"
    house.ok("feeds", "poll", "scans", actor="admin")
    (polled,) = house.ok("feeds", "poll", "scans", actor="admin")
    assert polled["outcomes"] == {"taken": 1}
    (item,) = house.ok("feeds", "show", "scans", actor="admin")
    assert (item["identifier"], item["proof"], item["part_of"]) == ("tip.txt", "", None)
    password = tmp_path / "password.txt"
    password.write_text("not a secret\n")
    added = ("add", "tips", "imaps://localhost:1/INBOX", "--user", "tips", "--secret-file", password, "--allow-private")
    assert house.ok("feeds", *added, "--moves-to", "Archive", actor="admin")["kind"] == "mail"
    assert house.run("feeds", "poll", "tips", actor="admin").returncode == 1
    assert "tips could not be read 1 times" in house.run("doctor").stdout


def test_what_cannot_stand_is_one_line(house: House, issuer: Issuer) -> None:
    for arguments, said in (
        (("add", "weather", issuer.feed), "private address"),
        (("add", "Weather!", "https://example.org/"), "name"),
        (("add", "weather", "https://example.org/", "--handling", "secret"), "TLP"),
        (("add", "weather", "https://example.org/", "--certificates", "/does/not/exist"), "/does/not/exist"),
        (("poll", "nothing"), "no such feed"),
    ):
        assert said in one_line(house.run("feeds", *arguments, actor="admin"))
    assert "your role does not allow" in one_line(
        house.run("feeds", "add", "weather", "https://example.org/", actor="officer")
    )


def test_the_asker_looks_at_feeds_by_itself_at_a_mailbox_at_once_and_ends_with_whoever_started_it(
    house: House, issuer: Issuer, mail_server: Dovecot, tmp_path: Path
) -> None:
    issuer.publish({"a": write_cap(today("a"))})
    house.ok("feeds", "add", "weather", issuer.feed, "--allow-private", actor="admin")
    for name, text in (("password", PASSWORD), ("authority", mail_server.authority)):
        (tmp_path / name).write_text(text)
    options = ("--user", USER, "--secret-file", tmp_path / "password", "--certificates", tmp_path / "authority")
    house.ok("feeds", "add", "tips", mail_server.url(), *options, "--allow-private", "--every", "86400", actor="admin")
    with subprocess.Popen(
        [sys.executable, "-m", "vedette.exchange", "--tied"],
        env=house.environment,
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as asker:
        try:
            until = time.monotonic() + 60
            while not house.ok("feeds", "show", "weather", actor="admin"):
                assert asker.poll() is None and time.monotonic() < until
            while not house.ok("feeds", "list", actor="admin")[0]["told_at_once"]:
                assert asker.poll() is None and time.monotonic() < until
            mail_server.put(tip().as_bytes())
            while not house.ok("feeds", "show", "tips", actor="admin"):
                assert asker.poll() is None and time.monotonic() < until
            assert asker.stdin is not None and asker.stderr is not None
            asker.stdin.close()
            assert asker.wait(30) == 0
        finally:
            asker.kill()
        ready, _, _ = select.select([asker.stderr], [], [], 0)
        assert not ready or os.read(asker.stderr.fileno(), 1_000) == b""
