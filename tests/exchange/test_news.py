"""News as reports: each entry one, what changes joined to what it was, reprints one origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.access.cast import make_actor
from tests.servers import feed as feeds
from tests.servers.feed import Issuer
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.models import Feed, FeedItem
from vedette.reports.copies import copies_of
from vedette.reports.models import Claim, Report
from vedette.reports.queries import followers_of, origins_of, threads

pytestmark = pytest.mark.django_db

STORY = (
    "A group told its members to shoot at patrols near Otay Mesa, a former agent said on Wednesday. Two men were seen "
    "on the wall the night before. The port director asked drivers to stay away from the fence until Friday."
)
OTHER = "Fishermen at the pier said on Thursday that they had heard shots near Otay Mesa and had told nobody about it."


@pytest.fixture
def outlets() -> Iterator[Issuer]:
    with feeds.running() as running:
        yield running


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Actor:
    roles = [Role.ADMINISTRATOR, Role.ANALYST]
    return actor_for(User.objects.create(username="ana", roles=roles, clearance=Tlp.RED), Realm.LIVE)


def publish(outlets: Issuer, outlet: str, *stories: tuple[str, str, str]) -> None:
    """An RSS feed at /OUTLET of (guid, title, text), the newest first."""
    items = "".join(
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://{outlet}.example/{guid}</link>"
        f"<description>{text}</description></item>"
        for guid, title, text in stories
    )
    channel = f"<channel><title>{outlet}</title>{items}</channel>"
    outlets.documents[f"/{outlet}"] = f'<rss version="2.0">{channel}</rss>'.encode()


def kept(office: Actor, outlets: Issuer, outlet: str, **more: Any) -> Feed:
    return keep_feed(office, outlet, f"{outlets.url}/{outlet}", kind="news", allow_private=True, **more)


def polled(feed: Feed) -> dict[str, int]:
    found = poll_feed(feed)
    assert not found.failure, found.failure
    return dict(found.outcomes)


def test_each_entry_becomes_a_report_of_its_feed(office: Actor, outlets: Issuer) -> None:
    publish(outlets, "post", ("2", "Shots heard", OTHER), ("1", "Shots likely", STORY))
    feed = kept(office, outlets, "post", handling=Tlp.CLEAR)
    assert polled(feed) == {"taken": 2}
    first, second = Report.objects.order_by("pk")
    assert (first.title, second.title) == ("Shots likely", "Shots heard")
    assert first.text == f"Shots likely\n\n{STORY}\n\nhttps://post.example/1" and first.source.handle == "feed-post"
    assert first.media_type == "application/rss+xml" and b"<item>" in bytes(first.original)
    assert first.claims.exists()
    item = FeedItem.objects.get(report=first)
    assert (item.sender, item.identifier, item.msg_type) == ("post", "1", "News")


def test_nothing_is_taken_in_twice_and_what_changes_is_joined(office: Actor, outlets: Issuer) -> None:
    publish(outlets, "post", ("1", "Shots likely", STORY))
    feed = kept(office, outlets, "post")
    polled(feed)
    assert poll_feed(feed).unchanged
    outlets.documents["/post"] += b"\n"
    assert polled(feed) == {}
    publish(outlets, "post", ("1", "Shots likely, police deny", f"{STORY} Police denied it."))
    assert polled(feed) == {"joined": 1}
    (head,) = threads(office)
    assert [one.title for one in followers_of(office, head)] == ["Shots likely, police deny"]


def test_a_story_that_outlets_reprint_is_one_origin(office: Actor, outlets: Issuer) -> None:
    publish(outlets, "post", ("1", "Shots likely", STORY))
    publish(outlets, "times", ("9", "Patrols warned of shots", f"From our partners. {STORY}"))
    publish(outlets, "pier", ("4", "Heard at the pier", OTHER))
    for outlet in ("post", "times", "pier"):
        polled(kept(office, outlets, outlet))
    claims = list(Claim.objects.select_related("report__source"))
    origins = origins_of(claims)
    by_outlet = {claim.report.source.handle: origins[claim.pk] for claim in claims}
    assert by_outlet["feed-post"] == by_outlet["feed-times"] != by_outlet["feed-pier"]
    post = Report.objects.get(source__handle="feed-post")
    (copy,) = copies_of(office, post)
    assert copy.report.source.handle == "feed-times" and copy.share > 0.8
    browser = Client()
    browser.force_login(User.objects.get())
    browser.post("/realm/", {"realm": "live", "understood": "yes", "in_realm": "exercise"})
    page = browser.get(f"/reports/{post.pk}/copies/").content.decode()
    assert "Patrols warned of shots" in page and "count as one origin" in page and "Heard at the pier" not in page
    part = browser.get(f"/reports/{post.pk}/copies/", headers={"HX-Request": "true"}).content.decode()
    assert "Patrols warned of shots" in part and "<html" not in part
    # What the reader may not see is no copy for them.
    copy.report.handling = Tlp.RED.value
    copy.report.save()
    assert copies_of(make_actor("low", Role.ANALYST, clearance=Tlp.AMBER, realm=Realm.LIVE), post) == []


def test_the_text_asks_for_its_mark_and_an_exercise_stays_out_of_live(office: Actor, outlets: Issuer) -> None:
    publish(
        outlets, "post", ("1", "TLP:AMBER Shots likely", STORY), ("2", "EXERCISE Shots EXERCISE", OTHER), ("3", "", "")
    )
    feed = kept(office, outlets, "post", handling=Tlp.GREEN)
    assert polled(feed) == {"taken": 1, "other_realm": 1}
    assert Report.objects.get().handling == "TLP:AMBER"
    assert feed.remarks == ["entry 3: has neither a title nor a text"]


def test_more_than_one_look_can_take_is_taken_at_the_next(
    office: Actor, outlets: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vedette.exchange.intake.news.MOST_TAKEN", 2)
    publish(outlets, "post", *((str(n), f"Number {n}", f"{OTHER} It was number {n}.") for n in range(3)))
    feed = kept(office, outlets, "post")
    assert polled(feed) == {"taken": 2} and "1 more entries" in feed.remarks[0]
    assert polled(feed) == {"taken": 1} and not feed.remarks
