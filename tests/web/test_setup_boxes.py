"""Mailboxes and folders as an administrator adds them, and what they bring as an analyst finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.conftest import require
from tests.exchange.mails import TIP, with_files
from tests.servers import dovecot
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.parts import Part
from tests.web.setup_house import organisation, signed_in, user
from vedette import clock
from vedette.access.roles import Role
from vedette.exchange.models import Feed
from vedette.reports.models import Report, Source

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    require(Part.DOVECOT)
    with dovecot.running() as running:
        yield running


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Client:
    """An administrator's browser, in the exercise realm."""
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def form(server: Dovecot) -> dict[str, str]:
    return {
        "name": "tips",
        "host": "localhost",
        "scheme": "imaps",
        "port": str(server.tls_port),
        "user_name": USER,
        "secret": PASSWORD,
        "folder": "Tips & more",
        "moves_to": "",
        "handling": "TLP:AMBER",
        "every_min": "1",
        "certificates": server.authority,
        "allow_private": "yes",
    }


def test_a_mailbox_is_added_on_its_page_and_its_reports_say_how_they_came(office: Client, server: Dovecot) -> None:
    server.put(with_files().as_bytes(), folder='"Tips &- more"')
    page = text(office.post("/settings/feeds/new/mail/", form(server), follow=True))
    assert "tips: 3 taken in as a report, 1 set aside: it cannot be kept as a report." in page
    assert "says it is from A Friend &lt;friend@example.org&gt;" in page and "Attachment of The memo" in page
    desk = signed_in(user("ana", Role.ANALYST))
    mail = Report.objects.get(media_type="message/rfc822")
    page = text(desk.get(f"/reports/{mail.pk}/"))
    for words in (
        "How it came",
        "nothing shows where it is from",
        "memo.pdf",
        "orders.docx",
        "image/png is not read",
    ):
        assert words in page, words
    attached = Report.objects.get(media_type="application/pdf")
    page = text(desk.get(f"/reports/{attached.pk}/"))
    assert f'Attached to</dt><dd><a href="/reports/{mail.pk}/">The memo</a>' in page and TIP in page


def test_whom_a_mail_is_from_is_kept_where_its_source_is(office: Client, server: Dovecot) -> None:
    server.put(with_files(3).as_bytes(), folder="Kept")
    office.post("/settings/feeds/new/mail/", {**form(server), "folder": "Kept"})
    Source.objects.update(need_to_know="|falcon|")
    mail = Report.objects.get(media_type="message/rfc822")
    for browser, path in (
        (signed_in(user("ana", Role.ANALYST)), f"/reports/{mail.pk}/"),
        (office, "/settings/feeds/tips/"),
    ):
        page = text(browser.get(path))
        assert "kept with its source" in page and "memo.pdf" in page
        assert "friend@example.org" not in page and "3@example.org" not in page
        assert "Grade the source" not in page


def test_a_mailboxs_password_is_sealed_kept_and_never_shown(office: Client, server: Dovecot) -> None:
    office.post("/settings/feeds/new/mail/", form(server))
    page = office.get("/settings/feeds/tips/").content.decode()
    assert "secret&quot;" not in page and "One is kept; leave it empty to keep it." in page
    assert 'value="Tips &amp; more"' in page and f'value="{server.tls_port}"' in page
    rules = {"authserv_id": "mx.example", "senders": "press.example.org=press\r\n"}
    office.post("/settings/feeds/tips/", {**form(server), "secret": "", "moves_to": "Done", **rules})
    kept = Feed.objects.get()
    assert "press.example.org = press" in office.get("/settings/feeds/tips/").content.decode()
    assert (kept.secret, kept.moves_to, kept.kind) == (PASSWORD, "Done", "mail")
    office.post("/settings/feeds/tips/", {**form(server), "secret": "", "host": "elsewhere.example.org"})
    kept.refresh_from_db()
    assert kept.url.startswith("imaps://localhost")


def test_what_cannot_stand_is_said_at_its_field(office: Client, server: Dovecot) -> None:
    for change, field, said in (
        ({"host": ""}, "host", "mail server"),
        ({"host": "10.0.0.1", "allow_private": ""}, "host", "private address"),
        ({"port": "0"}, "port", "1 to 65,535"),
        ({"scheme": "none"}, "scheme", "encrypted"),
        ({"secret": ""}, "secret", "password"),
        ({"certificates": "none"}, "certificates", "certificate"),
        ({"every_min": "0.1"}, "every_min", "30 to 86,400"),
        ({"senders": "press.example.org = press"}, "authserv_id", "your own mail server"),
        ({"authserv_id": "mx.example", "senders": "press.example.org"}, "senders", "is no rule"),
    ):
        answer = office.post("/settings/feeds/new/mail/", {**form(server), **change})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.content.decode() and said in text(answer), (field, text(answer))
    assert not Feed.objects.exists()
    assert office.get("/settings/feeds/new/cap/").status_code == 404


def test_a_folder_is_added_on_its_page(office: Client, settings: Any, tmp_path: Path) -> None:
    settings.REPORTS_FOLDER = str(tmp_path)
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "tip.txt").write_text(TIP)
    given = {"name": "scans", "folder": "scans", "handling": "TLP:GREEN", "every_min": "1"}
    assert "nothing new" in text(office.post("/settings/feeds/new/folder/", given, follow=True))
    assert "1 taken in as a report" in text(office.post("/settings/feeds/scans/look/", follow=True))
    wrong = office.post("/settings/feeds/new/folder/", {**given, "name": "other", "folder": "../x"})
    assert wrong.status_code == 422 and 'id="folder-error"' in wrong.content.decode()
    again = office.post("/settings/feeds/new/folder/", {**given, "name": "other"})
    assert again.status_code == 422 and "taken in already" in text(again)
