"""Other issuers' feeds: what comes in by them, what is set aside, and on what grounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.exchange.issuing import NOON, SENDER, TRUSTED, about, alert, signed
from tests.servers import feed as feeds
from tests.servers.feed import Issuer
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.exchange.actions import keep_feed, poll_now, set_feed_enabled
from vedette.exchange.intake.poll import due_feeds, poll_feed
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.cap import write_cap
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.reports.models import Report
from vedette.reports.queries import followers_of, threads

pytestmark = pytest.mark.django_db

ALERT = alert("a")
UPDATE = alert("b", 10, msg_type="Update", references=about(ALERT), info={"headline": "Storm grows"})
CANCEL = alert("c", 20, msg_type="Cancel", references=about(ALERT, UPDATE))


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with feeds.running() as running:
        yield running


@pytest.fixture
def at_one(stopped_clock: clock.Frozen) -> clock.Frozen:
    """An hour after the first message."""
    stopped_clock.advance(hours=1)
    return stopped_clock


@pytest.fixture
def office(at_one: clock.Frozen) -> Actor:
    roles = [Role.ADMINISTRATOR, Role.ANALYST]
    return actor_for(User.objects.create(username="ana", roles=roles, clearance=Tlp.RED), Realm.LIVE)


def kept(office: Actor, issuer: Issuer, **more: Any) -> Feed:
    return keep_feed(office, "weather", issuer.feed, allow_private=True, **more)


def polled(feed: Feed, issuer: Issuer, messages: dict[str, Any], **more: Any) -> dict[str, int]:
    """What came of these messages, once they are up."""
    issuer.publish({name: one if isinstance(one, bytes) else write_cap(one) for name, one in messages.items()}, **more)
    result = poll_feed(feed)
    assert not result.failure, result
    return dict(result.outcomes)


# Taking in


@pytest.mark.parametrize("embedded", [False, True])
def test_a_weather_services_warning_becomes_a_report_with_its_bytes(
    office: Actor, issuer: Issuer, embedded: bool
) -> None:
    feed = kept(office, issuer, handling=Tlp.GREEN)
    assert polled(feed, issuer, {"a": ALERT}, embedded=embedded) == {"taken": 1}
    (report,) = threads(office)
    assert (report.title, report.media_type, report.handling) == ("Storm a", "application/cap+xml", "TLP:GREEN")
    assert report.source.handle == "feed-weather" and report.received_by is None
    assert "Stay inside." in report.text and "Otay Mesa" in report.text
    said = {name: report.draft[name]["value"] for name in ("hazard", "area", "expires", "instruction")}
    assert said == {
        "hazard": "storm",
        "area": "Otay Mesa",
        "expires": "2025-12-04T18:00:00+00:00",
        "instruction": "Stay inside.",
    }
    spans = [report.text[report.draft[name]["start"] : report.draft[name]["end"]] for name in said]
    assert spans == list(said.values())
    if not embedded:
        assert bytes(report.original) == write_cap(ALERT)
    item = FeedItem.objects.get()
    assert (item.report, item.proof, item.expires) == (report, "UNSIGNED", NOON + timedelta(hours=6))
    assert list(Entry.objects.values_list("kind", flat=True))[-2:] == ["report.received", "feed.taken"]


def test_nothing_is_taken_in_twice_and_nothing_unchanged_is_fetched_again(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    polled(feed, issuer, {"a": ALERT})
    again = poll_feed(feed)
    assert again.unchanged and issuer.asked[-1] == ("/cap.atom", 304)
    assert polled(feed, issuer, {"a": ALERT, "b": UPDATE}) == {"joined": 1}
    assert [path for path, _ in issuer.asked].count("/a.xml") == 1
    # The same message as other bytes, at another place: still the same message.
    respaced = write_cap(ALERT).replace(b">\n", b">\n\n")
    assert polled(feed, issuer, {"other": respaced, "b": UPDATE}) == {}
    assert Report.objects.count() == 2


def test_an_update_and_a_cancel_join_their_alerts_report(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"a": ALERT, "b": UPDATE, "c": CANCEL}) == {"taken": 1, "joined": 2}
    (head,) = threads(office)
    assert [one.title for one in followers_of(office, head)] == ["Storm grows", "Storm c"]
    assert head.latest_at == max(one.received_at for one in followers_of(office, head))
    assert "Reference: Cancel (Actual) c" in followers_of(office, head)[1].text


def test_a_follower_is_marked_no_lower_than_what_it_follows(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer, handling=Tlp.CLEAR)
    high = replace(ALERT, codes=("TLP:AMBER",))
    polled(feed, issuer, {"a": high, "b": UPDATE})
    assert set(Report.objects.values_list("handling", flat=True)) == {"TLP:AMBER"}


def test_a_restricted_message_is_marked_higher_than_its_feed(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer, handling=Tlp.CLEAR)
    private = replace(ALERT, scope="Private", addresses="somebody")
    assert polled(feed, issuer, {"a": private}) == {"taken": 1}
    assert Report.objects.get().handling == Tlp.AMBER_STRICT


def test_a_message_that_breaks_rules_is_taken_in_with_what_is_wrong_named(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    broken = write_cap(ALERT).replace(b"<urgency>Expected<", b"<urgency>Soon<")
    assert polled(feed, issuer, {"a": broken}) == {"taken": 1}
    (finding,) = FeedItem.objects.get().findings
    assert "Soon" in finding and "schema-value" in finding and finding.startswith("line ")


def test_what_cannot_be_read_at_all_is_named_and_asked_for_again(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"a": b"<html/>", "b": ALERT}) == {"taken": 1}
    assert "cannot be read" in feed.remarks[0]
    assert polled(feed, issuer, {"a": alert("z"), "b": ALERT}) == {"taken": 1}
    assert feed.remarks == []


# What others got wrong


def test_a_cancel_is_never_taken_in_as_a_new_alert(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    unknown = replace(CANCEL, references=about(alert("never")))
    assert polled(feed, issuer, {"c": unknown}) == {"unknown_reference": 1}
    assert not Report.objects.exists()
    assert "nothing that it names came" in FeedItem.objects.get().why


def test_an_update_about_an_unknown_message_stands_by_itself_and_says_so(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"b": UPDATE}) == {"taken": 1}
    assert FeedItem.objects.get().why == "it is about messages that never came here"
    # What it updates comes late: it is no news any more, and joins it.
    assert polled(feed, issuer, {"b": UPDATE, "a": ALERT}) == {"joined": 1}
    assert [report.title for report in threads(office)] == ["Storm grows"]


def test_an_alert_that_was_cancelled_before_it_came_is_over(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"c": CANCEL}) == {"unknown_reference": 1}
    assert polled(feed, issuer, {"c": CANCEL, "a": ALERT}) == {"over": 1}
    assert not Report.objects.exists()


def test_an_expired_message_that_is_replayed_is_set_aside(office: Actor, issuer: Issuer, at_one: clock.Frozen) -> None:
    feed = kept(office, issuer)
    at_one.advance(hours=6)
    endless = alert("e", info={"expires": None})
    assert polled(feed, issuer, {"a": ALERT, "e": endless}) == {"over": 1, "taken": 1}
    at_one.advance(days=1)
    assert polled(feed, issuer, {"f": replace(endless, identifier="f")}) == {"over": 1}
    assert "24 hours are taken" in FeedItem.objects.get(identifier="f").why


def test_two_messages_of_one_second_are_two_and_one_identity_with_two_texts_is_one(
    office: Actor, issuer: Issuer
) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"a": ALERT, "b": alert("b")}) == {"taken": 2}
    changed = alert("a", info={"headline": "Storm of another text"})
    assert polled(feed, issuer, {"a": changed}) == {"altered": 1}
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"status": "Test"}, "other_realm"),
        ({"status": "Exercise"}, "other_realm"),
        ({"status": "Draft"}, "not_for_people"),
        ({"status": "System"}, "not_for_people"),
        ({"msg_type": "Ack", "references": about(alert("x"))}, "not_for_people"),
        ({"msg_type": "Error", "references": about(alert("x"))}, "not_for_people"),
    ],
)
def test_what_is_no_warning_of_this_realm_never_becomes_a_report(
    office: Actor, issuer: Issuer, change: dict[str, str], outcome: str
) -> None:
    feed = kept(office, issuer)
    assert polled(feed, issuer, {"a": replace(ALERT, **change)}) == {outcome: 1}
    assert not Report.objects.exists()


def test_an_exercise_goes_to_the_exercise(office: Actor, issuer: Issuer) -> None:
    here = replace(office, realm=Realm.EXERCISE)
    feed = kept(here, issuer)
    assert polled(feed, issuer, {"a": replace(ALERT, status="Exercise", note="x"), "b": alert("b")}) == {
        "taken": 1,
        "other_realm": 1,
    }
    assert [report.realm for report in Report.objects.all()] == ["exercise"]


# Nobody is believed for a name


def test_only_what_is_signed_by_whom_one_trusts_is_taken_in_where_that_is_asked(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer, certificates=TRUSTED, signed_only=True)
    strange = signed(alert("s"), key="other")
    changed = signed(alert("x")).replace(b"Stay inside", b"Go outside")
    came = polled(feed, issuer, {"a": signed(ALERT), "u": alert("u"), "s": strange, "x": changed})
    assert came == {"taken": 1, "not_proven": 3}
    item = FeedItem.objects.get(outcome="taken")
    assert (item.proof, item.signed_by) == ("HOLDS", "CN=leaf")
    assert set(FeedItem.objects.filter(outcome="not_proven").values_list("proof", flat=True)) == {"UNSIGNED", "BROKEN"}


def test_an_unsigned_cancel_does_not_call_off_a_signed_alert(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer, certificates=TRUSTED)
    came = polled(feed, issuer, {"a": signed(ALERT), "c": CANCEL})
    assert came == {"taken": 1, "not_proven": 1}
    assert "was signed and held; this is not" in FeedItem.objects.get(outcome="not_proven").why
    assert polled(feed, issuer, {"d": signed(replace(CANCEL, identifier="d"))}) == {"joined": 1}


def test_another_feed_cannot_change_or_call_off_what_came_by_this_one(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    polled(feed, issuer, {"a": ALERT})
    with feeds.running() as impostor:
        other = keep_feed(office, "impostor", impostor.feed, allow_private=True)
        assert polled(other, impostor, {"b": UPDATE}) == {"taken": 1}
        assert polled(other, impostor, {"c": replace(CANCEL, references=about(ALERT))}) == {"unknown_reference": 1}
    (head,) = [one for one in threads(office) if one.title == "Storm a"]
    assert not followers_of(office, head)


def test_another_sender_cannot_change_it_either(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    forged = replace(CANCEL, sender="somebody@example.org")
    assert polled(feed, issuer, {"a": ALERT, "c": forged}) == {"taken": 1, "unknown_reference": 1}
    assert forged.sender != SENDER


# Where a feed may lead


def test_a_feed_leads_only_to_its_own_hosts(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    with feeds.running() as inside:
        inside.documents["/secret.xml"] = write_cap(ALERT)
        elsewhere = inside.url.replace("127.0.0.1", "localhost")
        issuer.publish({"a": write_cap(ALERT)})
        issuer.moved["/a.xml"] = f"{elsewhere}/secret.xml"
        result = poll_feed(feed)
        assert result.outcomes == {} and "localhost is not among the hosts" in result.remarks[0]
        assert inside.asked == []
        feed = kept(office, issuer, hosts=["localhost"])
        assert poll_feed(feed).outcomes == {"taken": 1}


def test_private_addresses_are_asked_only_where_that_was_said(office: Actor, issuer: Issuer) -> None:
    with pytest.raises(BadInput, match="private address"):
        keep_feed(office, "weather", issuer.feed)
    by_name = issuer.feed.replace("127.0.0.1", "localhost")
    Feed.objects.create(
        realm="live", name="sly", url=by_name, created_at=NOON, next_at=NOON, hosts=[], allow_private=False
    )
    assert "private address" in poll_feed(Feed.objects.get(name="sly")).failure
    assert issuer.asked == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/cap", "no address of the web"),
        ("file:///etc/passwd", "no address of the web"),
        ("https://user:word@example.org/", "no address of the web"),
        ("http://example.org/cap", "can be changed on the way"),
        ("https://10.0.0.1/cap", "private address"),
        ("https://[::1]/cap", "private address"),
        ("https://example.org:99999/", "no address"),
        ("", "no address of the web"),
    ],
)
def test_an_address_that_cannot_be_relied_on_is_refused_with_the_reason(office: Actor, url: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        keep_feed(office, "weather", url)


def test_plain_http_will_do_where_every_message_proves_itself(office: Actor) -> None:
    feed = keep_feed(office, "weather", "http://example.org/cap", certificates=TRUSTED, signed_only=True)
    assert feed.url == "http://example.org/cap"
    with pytest.raises(BadInput, match="certificates"):
        keep_feed(office, "weather", "https://example.org/cap", signed_only=True)
    with pytest.raises(BadInput, match="certificates"):
        keep_feed(office, "weather", "https://example.org/cap", certificates="nonsense")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html/>", "what came is no feed"),
        (b"<a>" * 100, "what came is no feed"),
        (b" " * (9 * 1024 * 1024), "larger than"),
    ],
)
def test_what_is_no_feed_fails_with_the_reason_and_changes_nothing(
    office: Actor, issuer: Issuer, body: bytes, reason: str
) -> None:
    feed = kept(office, issuer)
    issuer.documents["/cap.atom"] = body
    result = poll_feed(feed)
    assert reason in result.failure and feed.remarks == [result.failure] and feed.failures == 1
    issuer.broken["/cap.atom"] = 500
    assert "500" in poll_feed(feed).failure and feed.failures == 2


def test_redirects_in_a_circle_end(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    issuer.moved["/cap.atom"] = "/cap.atom"
    assert "redirects" in poll_feed(feed).failure


# When it is asked, and by whom


def test_a_feed_is_due_once_and_a_failing_one_less_often(office: Actor, issuer: Issuer, at_one: clock.Frozen) -> None:
    feed = kept(office, issuer, every_s=60)
    assert [one.pk for one in due_feeds(clock.now())] == [feed.pk]
    assert due_feeds(clock.now()) == []
    at_one.advance(seconds=61)
    assert len(due_feeds(clock.now())) == 1
    Feed.objects.update(failures=3)
    at_one.advance(seconds=61)
    assert len(due_feeds(clock.now())) == 1
    at_one.advance(seconds=61 * 7)
    assert due_feeds(clock.now()) == []
    at_one.advance(seconds=61)
    assert len(due_feeds(clock.now())) == 1


def test_only_one_looks_at_a_feed_at_a_time_and_a_crash_holds_it_for_minutes_only(
    office: Actor, issuer: Issuer, at_one: clock.Frozen
) -> None:
    feed = kept(office, issuer)
    issuer.publish({"a": write_cap(ALERT)})
    Feed.objects.update(held_until=clock.now() + timedelta(minutes=10))
    assert poll_feed(feed).failure == "it is being looked at already" and issuer.asked == []
    at_one.advance(minutes=10)
    assert poll_feed(feed).outcomes == {"taken": 1}


def test_a_crash_between_the_report_and_its_item_is_mended_by_the_next_look(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    polled(feed, issuer, {"a": ALERT})
    FeedItem.objects.all().delete()
    Feed.objects.update(etag="", modified="")
    feed.refresh_from_db()
    assert poll_feed(feed).outcomes == {"taken": 1}
    assert FeedItem.objects.get().report == Report.objects.get()


def test_a_paused_feed_is_left_alone(office: Actor, issuer: Issuer) -> None:
    feed = set_feed_enabled(office, kept(office, issuer), False)
    assert due_feeds(clock.now()) == []
    set_feed_enabled(office, feed, True)
    assert len(due_feeds(clock.now())) == 1


def test_who_may_set_feeds_up_and_who_may_look_now(office: Actor, issuer: Issuer) -> None:
    feed = kept(office, issuer)
    issuer.publish({})
    analyst = actor_for(User.objects.create(username="b", roles=[Role.ANALYST], clearance=Tlp.RED), Realm.LIVE)
    overseer = actor_for(User.objects.create(username="o", roles=[Role.OVERSEER], clearance=Tlp.RED), Realm.LIVE)
    assert isinstance(poll_now(analyst, feed), Polled)
    for refused in (
        lambda: keep_feed(analyst, "x", "https://example.org/"),
        lambda: set_feed_enabled(analyst, feed, False),
        lambda: poll_now(overseer, feed),
        lambda: poll_now(replace(office, realm=Realm.EXERCISE), feed),
    ):
        with pytest.raises(Refused):
            refused()
