"""Reports that come in by mail, from a real Dovecot: what each mail becomes, and that none is taken twice or lost."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from tests.conftest import require
from tests.exchange.issuing import alert
from tests.exchange.mails import TIP, tip, with_files
from tests.servers import dovecot
from tests.servers.dovecot import PASSWORD, USER, Dovecot
from tests.servers.parts import Part
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake import documents, imap, imap_connection, mailbox
from vedette.exchange.intake.idle import waiting
from vedette.exchange.intake.mailbox import stand_at_mailboxes
from vedette.exchange.intake.poll import due_feeds, poll_feed
from vedette.exchange.intake.polled import Polled
from vedette.exchange.intake.queries import attached_to, item_of
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.cap import write_cap
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.actions import keep_source
from vedette.reports.models import Claim, Report
from vedette.reports.queries import origins_of

pytestmark = pytest.mark.django_db

TAKEN, REFUSED = imap.TAKEN, imap.REFUSED


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    require(Part.DOVECOT)
    with dovecot.running() as running:
        yield running


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Actor:
    roles = [Role.ADMINISTRATOR, Role.ANALYST]
    return actor_for(User.objects.create(username="ana", roles=roles, clearance=Tlp.RED), Realm.LIVE)


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> str:
    """A folder of the test's own."""
    return f"box{abs(hash(request.node.name))}"


def kept(office: Actor, server: Dovecot, folder: str, **more: Any) -> Feed:
    given = {"certificates": server.authority, "allow_private": True, "user_name": USER, "secret": PASSWORD, **more}
    return keep_feed(office, given.pop("name", "tips"), server.url(folder), kind="mail", **given)


def looked(feed: Feed) -> Polled:
    found = poll_feed(feed)
    assert not found.failure, found.failure
    return found


def test_a_mail_becomes_a_report_with_its_bytes_and_is_marked_only_then(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder, handling=Tlp.GREEN)
    server.put(tip().as_bytes(), folder=folder)
    assert dict(looked(feed).outcomes) == {"taken": 1}
    report = Report.objects.get()
    assert bytes(report.original).replace(b"\r\n", b"\n") == tip().as_bytes()
    assert (report.title, report.media_type, report.handling) == (
        "Shots likely at Otay Mesa", "message/rfc822", "TLP:GREEN",
    )  # fmt: skip
    assert TIP in report.text and report.source.handle == "feed-tips" and report.claims.exists()
    item = FeedItem.objects.get()
    assert (item.sender, item.identifier) == ("A Friend <friend@example.org>", "1@example.org")
    assert item.proof_is == "unidentified sender: nothing shows where it is from"
    assert server.flags(folder) == [{TAKEN, "\\Seen"}]
    assert list(Entry.objects.values_list("kind", flat=True))[-2:] == ["report.received", "feed.taken"]
    assert dict(looked(feed).outcomes) == {} and Report.objects.count() == 1


def test_what_is_attached_becomes_reports_that_say_which_mail_brought_them(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder)
    server.put(with_files().as_bytes(), folder=folder)
    assert dict(looked(feed).outcomes) == {"taken": 3, "unreadable": 1}
    mail = Report.objects.get(media_type="message/rfc822")
    item = item_of(office, mail.pk)
    assert item is not None
    parts = attached_to(office, item)
    assert [(one.headline, one.get_outcome_display()) for one in parts] == [
        ("memo.pdf", "taken in as a report"),
        ("orders.docx", "taken in as a report"),
        ("wall.png", "set aside: it cannot be kept as a report"),
    ]
    assert "image/png" in parts[2].why and parts[0].report is not None
    brought = item_of(office, parts[0].report.pk)
    assert brought is not None and brought.part_of == item and TIP in parts[0].report.text


def test_a_forwarded_mail_is_a_report_of_its_own(office: Actor, server: Dovecot, folder: str) -> None:
    made = tip(1, "See below.", "Fwd")
    made.add_attachment(with_files(9))
    server.put(made.as_bytes(), folder=folder)
    assert looked(kept(office, server, folder)).outcomes["taken"] == 4
    assert Report.objects.filter(media_type="message/rfc822").count() == 2


def test_a_mail_that_came_by_two_ways_is_one_and_another_text_under_its_id_is_not_lost(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder)
    by_another_way = b"Received: from the other gateway\n" + tip().as_bytes()
    server.put(tip().as_bytes(), by_another_way, tip(1, "Something else entirely.").as_bytes(), folder=folder)
    found = looked(feed)
    assert (dict(found.outcomes), found.known) == ({"taken": 2}, 1)
    assert server.flags(folder) == [{TAKEN, "\\Seen"}] * 3


@pytest.mark.parametrize("at", ["fetch", "mark_taken"])
def test_a_look_that_is_killed_is_made_again_without_a_loss_or_a_double(
    office: Actor, server: Dovecot, folder: str, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def killed(*_: Any) -> None:
        raise Killed

    feed = kept(office, server, folder)
    server.put(with_files(1).as_bytes(), folder=folder)
    with monkeypatch.context() as patch:
        patch.setattr(mailbox.OpenFolder, at, killed)
        with pytest.raises(Killed):
            poll_feed(feed)
    assert server.flags(folder) == [set()]
    found = looked(feed)
    assert Report.objects.count() == 3 and FeedItem.objects.count() == 4
    assert found.known == (0 if at == "fetch" else 4) and server.flags(folder) == [{TAKEN, "\\Seen"}]


def test_mails_are_moved_where_they_are_to_be_moved_to(office: Actor, server: Dovecot, folder: str) -> None:
    feed = kept(office, server, folder, moves_to=f"{folder}-Erledigt & mehr für später")
    server.put(tip().as_bytes(), folder=folder)
    looked(feed)
    assert not server.flags(folder)
    encoded = f"{folder}-Erledigt &- mehr f&APw-r sp&AOQ-ter"
    assert server.flags(f'"{encoded}"') == [{TAKEN, "\\Seen"}]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    return out.getvalue()


def hostile() -> list[bytes]:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3_000))
    many = b"Subject: many\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000
    bombing = EmailMessage()
    bombing["Subject"] = "bomb"
    bombing.add_attachment(bomb(), maintype="application", subtype="zip", filename="bomb.docx")
    nothing = b"From: x\n\n"
    return [b"Subject: deep\n" + deep, many, bombing.as_bytes(), nothing]


def test_hostile_mails_end_in_a_refusal_each_and_hold_up_nothing_behind_them(
    office: Actor, server: Dovecot, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = kept(office, server, folder)
    monkeypatch.setattr(mailbox, "LARGEST_FILE", 2_000_000)
    huge = tip(7, "word " * 500_000, "huge")
    server.put(*hostile(), huge.as_bytes(), tip(8).as_bytes(), folder=folder)
    found = looked(feed)
    assert found.outcomes["taken"] == 2 and found.outcomes["unreadable"] == 5
    told = {item.headline: item.why for item in FeedItem.objects.filter(outcome="unreadable")}
    assert "the most that is read is" in told["huge"] and "more than is safe" in told["bomb.docx"]
    assert "more than 12 deep" in told["deep"] and "more than 200 parts" in told["many"]
    assert server.flags(folder)[:2] == [{REFUSED, "\\Flagged"}] * 2 and server.flags(folder)[-1] == {TAKEN, "\\Seen"}
    assert dict(looked(feed).outcomes) == {}


def test_what_ends_the_process_each_time_is_set_aside_after_a_few(office: Actor, server: Dovecot, folder: str) -> None:
    feed = kept(office, server, folder)
    server.put(tip().as_bytes(), folder=folder)
    looked(feed)
    item = FeedItem.objects.get()
    # As three killed processes leave it: begun, and neither ended nor marked.
    says = item.says
    item.delete()
    Feed.objects.update(tries={says: documents.MOST_TRIES})
    with server.client() as client:
        client.select(folder)
        client.store("1", "-FLAGS", f"({TAKEN})")
    feed.refresh_from_db()
    assert dict(looked(feed).outcomes) == {"unreadable": 1}
    assert "begun 3 times" in FeedItem.objects.get().why
    feed.refresh_from_db()
    assert feed.tries == {}


def test_a_mail_that_breaks_off_each_look_is_refused_after_a_few_and_holds_up_nothing_behind_it(
    office: Actor, server: Dovecot, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = kept(office, server, folder)
    server.put(tip(1, "word " * 20_000).as_bytes(), tip(2).as_bytes(), folder=folder)
    monkeypatch.setattr(imap_connection, "_LARGEST", 50_000)
    for _ in range(documents.MOST_TRIES):
        assert "bytes at once" in poll_feed(feed).failure
        feed.refresh_from_db()
    assert dict(looked(feed).outcomes) == {"unreadable": 1, "taken": 1}
    assert "asked for 3 times" in FeedItem.objects.get(outcome="unreadable").why
    assert server.flags(folder) == [{REFUSED, "\\Flagged"}, {TAKEN, "\\Seen"}]
    feed.refresh_from_db()
    assert feed.tries == {} and dict(looked(feed).outcomes) == {}


def test_a_mail_that_the_server_will_not_give_is_passed_over_and_then_refused(
    office: Actor, server: Dovecot, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = kept(office, server, folder)
    server.put(tip(1).as_bytes(), tip(2).as_bytes(), folder=folder)
    really = mailbox.OpenFolder.fetch

    def fetch(self: mailbox.OpenFolder, uid: str) -> bytes:
        # No mail has this number: the server gives nothing for it.
        return really(self, "4294967295" if uid == "1" else uid)

    monkeypatch.setattr(mailbox.OpenFolder, "fetch", fetch)
    assert [dict(looked(feed).outcomes) for _ in range(5)] == [{"taken": 1}, {}, {}, {"unreadable": 1}, {}]
    assert server.flags(folder) == [{REFUSED, "\\Flagged"}, {TAKEN, "\\Seen"}]


@pytest.mark.parametrize(("bound", "most", "said"), [("LONGEST_S", -1.0, "did not answer"), ("_LINES", 200, "200 in")])
def test_lines_without_an_end_are_bound_in_time_and_size(
    office: Actor, server: Dovecot, folder: str, bound: str, most: float, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(tip().as_bytes(), folder=folder)
    feed = kept(office, server, folder)
    monkeypatch.setattr(imap_connection, bound, most)
    assert said in poll_feed(feed).failure
    assert server.flags(folder) == [set()] and not Report.objects.exists()


def test_a_mail_can_ask_for_a_stricter_mark_and_never_for_a_laxer_one(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder, handling=Tlp.AMBER)
    strict = with_files(1)
    strict.replace_header("Subject", "[TLP:RED] The memo")
    server.put(strict.as_bytes(), tip(2, f"TLP:CLEAR\n\n{TIP} Again.").as_bytes(), folder=folder)
    looked(feed)
    marks = list(Report.objects.order_by("pk").values_list("handling", flat=True))
    assert marks == ["TLP:RED"] * 3 + ["TLP:AMBER"]
    # The refused picture's name is not shown below the mark that its mail asks for.
    assert FeedItem.objects.get(outcome="unreadable").headline == ""


def test_a_mark_that_stands_only_in_the_html_beside_the_text_holds_too(
    office: Actor, server: Dovecot, folder: str
) -> None:
    both = tip()
    both.add_alternative(f"<p>TLP:<b>RED</b></p><p>{TIP}</p>", subtype="html")
    server.put(both.as_bytes(), folder=folder)
    looked(kept(office, server, folder, handling=Tlp.GREEN))
    assert Report.objects.get().handling == "TLP:RED"


def test_a_server_that_tells_of_new_mail_by_itself_has_it_looked_at_at_once(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder, every_s=86_400)
    server.put(tip(1).as_bytes(), folder=folder)
    looked(feed)
    (claimed,) = due_feeds(clock.now())
    rung = threading.Event()
    with waiting(rung.set) as stood:
        stand_at_mailboxes(stood, clock.now())
        assert rung.wait(20) and stood.standing() == {feed.pk}
        assert stood.told() == set() and not due_feeds(clock.now())
        rung.clear()
        server.put(tip(2).as_bytes(), folder=folder)
        assert rung.wait(20)
        stand_at_mailboxes(stood, clock.now())
        assert due_feeds(clock.now(), but=[feed.pk]) == [] and due_feeds(clock.now()) == [claimed]
    assert stood.standing() == set()
    assert dict(looked(feed).outcomes) == {"taken": 1} and feed.is_told_at_once


RULES: dict[str, Any] = {"authserv_id": "mx.agency.example", "senders": {"press.example.org": "press-office"}}
FOUND = "mx.agency.example; dmarc=pass header.from=press.example.org"


def from_press(number: int, found: str, text: str = TIP) -> EmailMessage:
    made = tip(number, text)
    made.replace_header("From", "Press <desk@press.example.org>")
    made["Authentication-Results"] = found
    return made


def test_a_mail_is_of_the_source_whose_domain_ones_own_server_found_authentic(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder, **RULES)
    known = from_press(1, FOUND)
    known.add_attachment(with_files(9))
    forged = from_press(2, "mx.elsewhere.example; dmarc=pass header.from=press.example.org")
    forged.add_attachment(from_press(3, FOUND, "Forwarded by somebody."))
    server.put(known.as_bytes(), forged.as_bytes(), tip(4, "A tip.").as_bytes(), folder=folder)
    looked(feed)
    sources = dict(FeedItem.objects.exclude(report=None).values_list("identifier", "report__source__handle"))
    unidentified = {sources.pop(name) for name in ("2@example.org", "2@example.org#1", "4@example.org")}
    assert unidentified == {"feed-tips"}
    assert len(sources) == 4 and set(sources.values()) == {"press-office"}
    told = {item.identifier: item.proof_is for item in FeedItem.objects.all()}
    assert told["1@example.org"] == "from press.example.org, as the mailbox's own server found"
    assert told["2@example.org"].startswith("unidentified sender")


def test_a_tip_that_an_identified_sender_passes_on_is_one_origin_with_it(
    office: Actor, server: Dovecot, folder: str
) -> None:
    feed = kept(office, server, folder, **RULES)
    server.put(from_press(1, FOUND, TIP * 3).as_bytes(), tip(2, TIP * 3).as_bytes(), folder=folder)
    looked(feed)
    assert set(Report.objects.values_list("source__handle", flat=True)) == {"press-office", "feed-tips"}
    assert len(set(origins_of(Claim.objects.select_related("report")).values())) == 1


def test_a_source_out_of_the_mailboxs_sight_gets_none_of_its_mails(office: Actor, server: Dovecot, folder: str) -> None:
    user = User.objects.get()
    insider = replace(actor_for(user, Realm.LIVE), compartments=frozenset({"falcon"}))
    keep_source(insider, "press-office", need_to_know="|falcon|")
    feed = kept(office, server, folder, **RULES)
    server.put(from_press(1, FOUND).as_bytes(), folder=folder)
    looked(feed)
    assert Report.objects.get().source.handle == "feed-tips"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"authserv_id": ""}, "authserv_id"),
        ({"authserv_id": "mx agency"}, "authserv_id"),
        ({"senders": {"press": "press-office"}}, "senders"),
        ({"senders": {"press.example.org": "press office"}}, "senders"),
        ({"senders": {f"a{number}.example": "a" for number in range(201)}}, "senders"),
    ],
)
def test_rules_that_cannot_stand_are_refused_at_their_field(
    office: Actor, server: Dovecot, folder: str, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        kept(office, server, folder, **{**RULES, **change})
    assert refused.value.field == field and not Feed.objects.exists()
    with pytest.raises(BadInput, match="authserv_id"):
        keep_feed(office, "weather", "https://alerts.example.org/cap.atom", authserv_id="mx.agency.example")


def test_a_strangers_mark_raises_no_report_that_is_here_already(office: Actor, server: Dovecot, folder: str) -> None:
    feed = kept(office, server, folder, handling=Tlp.GREEN)
    strict = with_files(1)
    server.put(strict.as_bytes(), folder=folder)
    looked(feed)
    attached = Report.objects.exclude(media_type="message/rfc822")
    assert set(attached.values_list("handling", flat=True)) == {"TLP:GREEN"}
    # The very files of before: made once more, they would have other times in them.
    strict.replace_header("Message-ID", "<another@mail.example>")
    strict.replace_header("Subject", "[TLP:RED] The memo")
    server.put(strict.as_bytes(), folder=folder)
    looked(feed)
    assert set(attached.values_list("handling", flat=True)) == {"TLP:GREEN"}
    assert Report.objects.get(title__contains="TLP:RED").handling == "TLP:RED"


def test_an_exercise_never_comes_into_live(office: Actor, server: Dovecot, folder: str) -> None:
    feed = kept(office, server, folder)
    made = tip(1, f"EXERCISE {TIP} EXERCISE")
    made.add_attachment(write_cap(alert("a")), maintype="text", subtype="xml", filename="a.cap")
    test = tip(2)
    test.add_attachment(
        write_cap(alert("b", status="Exercise", note="x")), maintype="text", subtype="xml", filename="b.cap"
    )
    server.put(made.as_bytes(), test.as_bytes(), folder=folder)
    assert dict(looked(feed).outcomes) == {"other_realm": 3, "taken": 1}


def test_starttls_is_as_good_and_nothing_goes_in_the_open(office: Actor, server: Dovecot, folder: str) -> None:
    server.put(tip().as_bytes(), folder=folder)
    feed = kept(office, server, folder)
    Feed.objects.update(url=f"imap://localhost:{server.port}/{folder}")
    feed.refresh_from_db()
    assert dict(looked(feed).outcomes) == {"taken": 1}
    server.stop()
    server.more = "ssl = no\ndisable_plaintext_auth = no"
    server.start()
    try:
        Feed.objects.update(url=f"imap://localhost:{server.port}/{folder}")
        feed.refresh_from_db()
        assert "offers no TLS" in poll_feed(feed).failure
    finally:
        server.stop()
        server.more = ""
        server.start()


def test_what_stands_in_the_way_is_said_and_nothing_is_changed(office: Actor, server: Dovecot, folder: str) -> None:
    server.put(tip().as_bytes(), folder=folder)
    for change, said in (
        ({"secret": "wrong"}, "AUTHENTICATIONFAILED"),
        ({"certificates": ""}, "certificate is not trusted"),
        ({"url": server.url("nowhere")}, "NO to SELECT"),
        ({"allow_private": False}, "a private address"),
        ({"url": "imaps://localhost:1/INBOX"}, "refused"),
    ):
        Feed.objects.all().delete()
        feed = kept(office, server, folder)
        Feed.objects.update(**change)
        feed.refresh_from_db()
        assert said in poll_feed(feed).failure, change
    assert server.flags(folder) == [set()] and not Report.objects.exists()


def test_what_cannot_be_a_mailbox_is_refused_at_its_field(office: Actor, server: Dovecot, folder: str) -> None:
    good = {"certificates": server.authority, "allow_private": True, "user_name": USER, "secret": PASSWORD}
    for url, change, field in (
        ("https://mail.example.org/", {}, "url"),
        ("imaps://user:word@mail.example.org/", {}, "url"),
        ("imaps://127.0.0.1/INBOX", {"allow_private": False}, "url"),
        (server.url(folder), {"secret": ""}, "secret"),
        (server.url(folder), {"signed_only": True}, "certificates"),
        (server.url(folder), {"moves_to": "x\ny"}, "moves_to"),
        (server.url(folder), {"certificates": "none"}, "certificates"),
    ):
        with pytest.raises(BadInput) as refused:
            keep_feed(office, "tips", url, kind="mail", **{**good, **change})
        assert refused.value.field == field, url
    kept(office, server, folder)
    with pytest.raises(BadInput, match="taken in already"):
        kept(office, server, folder, name="again")
    assert Feed.objects.count() == 1


def test_headers_that_no_database_takes_hold_nothing_up(office: Actor, server: Dovecot, folder: str) -> None:
    feed = kept(office, server, folder)
    strange = (
        b"From: =?utf-8?q?=00=ff?= <\x01>\nSubject: =?utf-16?q?=00=d8?=\nMessage-ID: <=?x?q?=00?=>\nDate: never\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: a\x02b/\x03; charset="\x04"\n'
        b"Content-Disposition: attachment; filename*=x'y'%00%ff\n\nx\n--b\n"
        b"Content-Type: text/plain\n\nhidden\x00bytes\n--b--\n"
    )
    server.put(strange, tip(2).as_bytes(), folder=folder)
    found = looked(feed)
    # Dovecot keeps no zero bytes: what is written can be read, what is attached is nothing.
    assert dict(found.outcomes) == {"taken": 2, "unreadable": 1} and server.flags(folder) == [{TAKEN, "\\Seen"}] * 2
    assert all(item.sender.isprintable() and item.headline.isprintable() for item in FeedItem.objects.all())
