"""Reports that come in by a folder: taken once they are whole, out of the way afterwards, and nothing taken twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.issuing import alert
from tests.exchange.mails import TIP, with_files
from tests.formats.test_stix import bundle, identity
from tests.reading.test_documents import pdf_of
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.cap import write_cap
from vedette.formats.parts import BadInput
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Actor:
    roles = [Role.ADMINISTRATOR, Role.ANALYST]
    return actor_for(User.objects.create(username="ana", roles=roles, clearance=Tlp.RED), Realm.LIVE)


@pytest.fixture
def scans(settings: Any, tmp_path: Path) -> Path:
    """The folder."""
    settings.REPORTS_FOLDER = str(tmp_path)
    (tmp_path / "scans").mkdir()
    return tmp_path / "scans"


@pytest.fixture
def feed(office: Actor, scans: Path) -> Feed:
    return keep_feed(office, "scans", "file:scans", kind="folder", handling=Tlp.GREEN)


def looked(feed: Feed) -> Polled:
    found = poll_feed(feed)
    assert not found.failure, found.failure
    return found


def left(folder: Path) -> list[str]:
    """What lies in a folder, folders left out."""
    return sorted(path.name for path in folder.iterdir() if not path.is_dir())


def test_a_file_is_taken_once_two_looks_find_it_the_same(feed: Feed, scans: Path) -> None:
    (scans / "tip.txt").write_text(TIP[:40])
    assert not looked(feed).outcomes
    (scans / "tip.txt").write_text(TIP)
    assert not looked(feed).outcomes and left(scans) == ["tip.txt"]
    assert dict(looked(feed).outcomes) == {"taken": 1}
    report = Report.objects.get()
    assert bytes(report.original) == TIP.encode() and report.source.handle == "feed-scans"
    assert (left(scans), left(scans / "done")) == ([], ["tip.txt"])
    item = FeedItem.objects.get()
    assert (item.identifier, item.report, item.msg_type) == ("tip.txt", report, "File")


def test_what_is_still_being_written_is_left_alone(feed: Feed, scans: Path) -> None:
    for name in (".tip.txt", "tip.txt.part", "tip.txt~", "tip.TMP"):
        (scans / name).write_text(TIP)
    (scans / "sub").mkdir()
    looked(feed)
    assert not looked(feed).outcomes and len(left(scans)) == 4


def test_files_of_every_kind_become_what_they_are(feed: Feed, scans: Path) -> None:
    (scans / "memo.pdf").write_bytes(pdf_of(TIP))
    (scans / "mail.eml").write_bytes(with_files().as_bytes())
    (scans / "storm.cap").write_bytes(write_cap(alert("a")))
    (scans / "bundle.json").write_bytes(bundle(identity()))
    (scans / "wall.png").write_bytes(b"\x89PNG\x00\x00")
    looked(feed)
    found = looked(feed)
    # The PDF within the mail is the same file as the one beside it.
    assert found.outcomes == {"taken": 6, "unreadable": 2}
    assert Report.objects.count() == 5
    assert left(scans / "refused") == ["wall.png"] and len(left(scans / "done")) == 4


def test_a_look_that_is_killed_before_the_file_is_moved_makes_no_double(
    feed: Feed, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def killed(*_: Any) -> None:
        raise Killed

    (scans / "tip.txt").write_text(TIP)
    looked(feed)
    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", killed)
        with pytest.raises(Killed):
            poll_feed(feed)
    assert Report.objects.count() == 1 and left(scans) == ["tip.txt"]
    assert looked(feed).known == 1 and Report.objects.count() == 1 and left(scans / "done") == ["tip.txt"]


def test_another_file_of_the_same_name_is_kept_beside_the_first(feed: Feed, scans: Path) -> None:
    for text in (TIP, "Something else was said on Friday."):
        (scans / "tip.txt").write_text(text)
        looked(feed)
        looked(feed)
    assert left(scans / "done") == ["tip (2).txt", "tip.txt"] and Report.objects.count() == 2


def test_nothing_leads_out_of_the_folder(feed: Feed, scans: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text(TIP)
    (scans / "link.txt").symlink_to(tmp_path / "secret.key")
    os.mkfifo(scans / "pipe.txt")
    looked(feed)
    assert not looked(feed).outcomes and not Report.objects.exists()
    (tmp_path / "other").symlink_to(tmp_path)
    Feed.objects.update(url="file:other")
    feed.refresh_from_db()
    assert "no directory" in poll_feed(feed).failure


def test_too_large_a_file_is_refused_without_being_read(feed: Feed, scans: Path) -> None:
    with (scans / "huge.txt").open("wb") as huge:
        huge.truncate(26_000_000)
    (scans / "tip.txt").write_text(TIP)
    looked(feed)
    assert dict(looked(feed).outcomes) == {"taken": 1, "unreadable": 1}
    assert "26,000,000 bytes" in FeedItem.objects.get(outcome="unreadable").why
    assert left(scans / "refused") == ["huge.txt"]


def test_what_cannot_be_a_folder_is_refused(office: Actor, scans: Path, settings: Any) -> None:
    for url in ("file:../x", "file:/etc", "file:", "file:a/b", "file:.hidden", "https://example.org/"):
        with pytest.raises(BadInput) as refused:
            keep_feed(office, "scans", url, kind="folder")
        assert refused.value.field == "url"
    feed = keep_feed(office, "none", "file:none", kind="folder")
    assert "none is no directory" in poll_feed(feed).failure
    settings.REPORTS_FOLDER = None
    assert "VEDETTE_REPORTS is not set" in poll_feed(feed).failure
