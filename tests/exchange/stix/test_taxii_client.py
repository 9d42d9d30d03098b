"""A TAXII server of others as a feed: medallion itself, and one that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.formats.test_stix import identity
from tests.servers import feed as feeds
from tests.servers import medallion
from tests.servers.feed import Issuer
from tests.servers.medallion import PASSWORD, USER, Medallion
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake.poll import due_feeds, poll_feed
from vedette.exchange.models import Feed, FeedItem
from vedette.formats.parts import BadInput
from vedette.formats.stix import MARKING
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db
OBJECTS = "/api/collections/one/objects/"


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Actor:
    return make_actor("alba", Role.ADMINISTRATOR)


@pytest.fixture
def partner(tmp_path: Path) -> Iterator[Medallion]:
    with medallion.running(tmp_path) as server:
        yield server


@pytest.fixture
def server() -> Iterator[Issuer]:
    with feeds.running() as running:
        yield running


def kept(office: Actor, url: str, **other: Any) -> Feed:
    given = {
        "kind": "taxii",
        "handling": Tlp.GREEN,
        "user_name": USER,
        "secret": PASSWORD,
        "allow_private": True,
        **other,
    }
    return keep_feed(office, "partner", url, **given)


def scripted(office: Actor, server: Issuer, **other: Any) -> Feed:
    return kept(office, f"{server.url}/api/collections/one/", **other)


def envelope(*objects: Any, **more: Any) -> bytes:
    return json.dumps({"objects": list(objects), **more}).encode()


def test_what_medallion_holds_comes_in_page_by_page_and_once(office: Actor, partner: Medallion) -> None:
    partner.add(*(identity(number) for number in range(8)))
    feed = kept(office, partner.url)
    result = poll_feed(feed)
    assert result.failure == "" and result.outcomes["taken"] >= 3
    told = [identity(number)["id"] for number in range(8)]
    held = [one["id"] for report in Report.objects.all() for one in json.loads(bytes(report.original))["objects"]]
    assert sorted(held) == told
    assert {report.source.handle for report in Report.objects.all()} == {"feed-partner"}
    assert feed.read_to.endswith("Z")
    assert poll_feed(feed).outcomes == {}


def test_what_is_added_later_comes_by_itself(office: Actor, partner: Medallion) -> None:
    partner.add(identity(1))
    feed = kept(office, partner.url)
    assert poll_feed(feed).outcomes == {"taken": 1}
    read_to = feed.read_to
    partner.add(identity(2, name="Somebody new", object_marking_refs=[MARKING["TLP:RED"]]))
    assert poll_feed(feed).outcomes == {"taken": 1} and feed.read_to > read_to
    newest = Report.objects.latest("pk")
    assert "Somebody new" in newest.text and newest.handling == "TLP:RED"
    (item,) = FeedItem.objects.filter(report=newest)
    assert (item.msg_type, item.outcome, item.why) == ("STIX", "taken", "1 object")


def test_a_wrong_password_fails_with_the_reason_and_is_asked_less_often(
    office: Actor, partner: Medallion, stopped_clock: clock.Frozen
) -> None:
    feed = kept(office, partner.url, secret="wrong", every_s=60)
    assert "401" in poll_feed(feed).failure and feed.failures == 1
    assert len(due_feeds(clock.now())) == 1
    stopped_clock.advance(seconds=61)
    assert due_feeds(clock.now()) == []
    stopped_clock.advance(seconds=61)
    assert len(due_feeds(clock.now())) == 1


def test_a_whole_that_breaks_off_is_read_again_and_nothing_of_it_twice(office: Actor, server: Issuer) -> None:
    feed = scripted(office, server)
    server.documents[OBJECTS] = envelope(identity(1), more=True, next="2")
    result = poll_feed(feed)
    # The same page for ever: it ends, and is taken in once.
    assert result.outcomes == {"taken": 1} and result.known == 99
    assert "the rest is read at the next look" in result.remarks[-1]
    server.documents[OBJECTS] = b"<html/>"
    assert "no answer of TAXII" in poll_feed(feed).failure
    server.documents[OBJECTS] = envelope(identity(1), identity(2))
    result = poll_feed(feed)
    assert (result.outcomes, result.known) == ({"taken": 1}, 1)


def test_one_object_that_cannot_be_read_does_not_keep_out_the_rest(office: Actor, server: Issuer) -> None:
    feed = scripted(office, server)
    server.documents[OBJECTS] = envelope(identity(1), {"type": "tool", "id": "tool--x"}, 7)
    result = poll_feed(feed)
    assert result.outcomes == {"taken": 1}
    assert any("is no id of a tool" in remark for remark in result.remarks)


def test_another_text_under_the_same_version_is_set_aside(office: Actor, server: Issuer) -> None:
    feed = scripted(office, server)
    server.documents[OBJECTS] = envelope(identity(1))
    poll_feed(feed)
    server.documents[OBJECTS] = envelope(identity(1, name="Another"))
    assert poll_feed(feed).outcomes == {"altered": 1}
    assert Report.objects.count() == 1


def test_an_exercise_of_a_partner_is_set_aside_in_live(office: Actor, server: Issuer) -> None:
    live = make_actor("live", Role.ADMINISTRATOR, realm=Realm.LIVE)
    feed = scripted(live, server)
    server.documents[OBJECTS] = envelope(identity(1, labels=["exercise"]))
    assert poll_feed(feed).outcomes == {"other_realm": 1}
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[]", "no list of objects"),
        (b'{"objects":{}}', "no list of objects"),
        (b'{"objects":[],"more":true}', "not where"),
        (b"[" * 100_000, "nested"),
    ],
)
def test_an_answer_that_is_none_fails_with_the_reason_and_changes_nothing(
    office: Actor, server: Issuer, body: bytes, reason: str
) -> None:
    feed = scripted(office, server)
    server.documents[OBJECTS] = body
    assert reason in poll_feed(feed).failure
    assert feed.read_to == "" and not Report.objects.exists()


def test_a_secret_goes_only_to_the_host_that_it_was_given_for(office: Actor, server: Issuer) -> None:
    feed = scripted(office, server)
    assert feed.secret == PASSWORD
    assert scripted(office, server, secret="").secret == PASSWORD
    moved = f"{server.url.replace('127.0.0.1', 'localhost')}/api/collections/one/"
    with pytest.raises(BadInput, match="secret"):
        kept(office, moved, secret="")
    assert kept(office, moved, secret="", user_name="").secret == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "ftp"}, "kind"),
        ({"url": "https://example.org/taxii2/"}, "url"),
        ({"url": "https://example.org/api/collections/a/?x=1"}, "url"),
        ({"url": "http://example.org/api/collections/a/"}, "url"),
        ({"url": "https://10.0.0.1/api/collections/a/", "allow_private": False}, "url"),
        ({"signed_only": True}, "certificates"),
        ({"secret": ""}, "secret"),
        ({"secret": "ü"}, "secret"),
        ({"user_name": "a:b"}, "user_name"),
    ],
)
def test_what_cannot_stand_is_refused_by_its_field(office: Actor, change: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        kept(office, change.pop("url", "https://example.org/api/collections/a/"), **change)
    assert refused.value.field == field
    assert not Feed.objects.exists()


def test_an_address_with_or_without_its_end_is_the_same_collection(office: Actor) -> None:
    for end in ("", "/", "/objects/", "/objects"):
        feed = kept(office, f"https://example.org/api/collections/a{end}")
        assert feed.url == "https://example.org/api/collections/a/"
