"""The asker, killed while it takes mails in: in the end every mail is one report, and none is two."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.house import REPOSITORY, House
from tests.conftest import require
from tests.exchange.mails import tip, with_files
from tests.servers import dovecot
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.parts import Part
from vedette.exchange.intake.imap import TAKEN

_MAILS = 12
#: As if the time for which a look may last were over.
_DUE = """
from vedette.cli.session import open_house
open_house()
from vedette import clock
from vedette.exchange.models import Feed
Feed.objects.update(held_until=None, next_at=clock.now())
"""
_COUNT = """
from vedette.cli.session import open_house
open_house()
from vedette.exchange.models import FeedItem
from vedette.reports.models import Report
came = Report.objects.filter(source__handle="feed-tips")
print(came.count(), came.values("sha256").distinct().count(), FeedItem.objects.filter(outcome="taken").count())
"""


@pytest.fixture
def server() -> Iterator[Dovecot]:
    require(Part.DOVECOT)
    with dovecot.running() as running:
        yield running


def taken(server: Dovecot) -> int:
    return sum(TAKEN in marks for marks in server.flags())


def asked_until(house: House, enough: Callable[[], bool]) -> None:
    """Run the asker until there is enough, and kill it."""
    assert house.python("-c", _DUE).returncode == 0
    with subprocess.Popen([sys.executable, "-m", "vedette.exchange"], env=house.environment, cwd=REPOSITORY) as asker:
        try:
            until = time.monotonic() + 120
            while not enough():
                assert asker.poll() is None and time.monotonic() < until
        finally:
            asker.kill()


def test_no_mail_is_lost_or_doubled_however_often_the_asker_is_killed(
    house: House, server: Dovecot, tmp_path: Path
) -> None:
    password = tmp_path / "password.txt"
    password.write_text(PASSWORD)
    authority = server.certificates.authority
    mails = [tip(n, f"Tip number {n}: shots are likely near Otay Mesa.").as_bytes() for n in range(_MAILS - 1)]
    server.put(*mails, with_files(99).as_bytes())
    secret = ("--user", USER, "--secret-file", password, "--certificates", authority, "--allow-private")
    house.ok("feeds", "add", "tips", server.url(), *secret, actor="admin")
    for enough in (1, 5):
        asked_until(house, lambda enough=enough: taken(server) >= enough)  # type: ignore[misc]
    asked_until(house, lambda: taken(server) == _MAILS)
    # The last mail brings two documents that can be read.
    reports = _MAILS + 2
    counted = house.python("-c", _COUNT)
    assert counted.stdout.split() == [str(reports)] * 3, counted.stderr
