"""Feeds as an administrator keeps them, and what they bring as an analyst finds it in the inbox."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.exchange.issuing import about, alert
from tests.formats.test_stix import identity
from tests.servers import feed as feeds
from tests.servers.feed import Issuer
from tests.web.setup_house import organisation, signed_in, user
from vedette import clock
from vedette.access.roles import Role
from vedette.exchange.intake.poll import poll_feed
from vedette.exchange.models import Feed
from vedette.formats.cap import write_cap
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db

ALERT = alert("a", status="Exercise", note="x")
UPDATE = alert("b", 10, status="Exercise", note="x", msg_type="Update", references=about(ALERT))
CANCEL = alert("c", 20, status="Exercise", note="x", msg_type="Cancel", references=about(ALERT, UPDATE))
FORM = {"name": "weather", "handling": "TLP:GREEN", "every_min": "5", "allow_private": "yes"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with feeds.running() as running:
        yield running


@pytest.fixture
def office(stopped_clock: clock.Frozen) -> Client:
    """An administrator's browser, in the exercise realm."""
    stopped_clock.advance(hours=1)
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


@pytest.fixture
def desk(office: Client) -> Client:
    """An analyst's browser."""
    return signed_in(user("ana", Role.ANALYST))


def text(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def test_a_feed_is_added_and_looked_at_on_the_page(office: Client, issuer: Issuer) -> None:
    issuer.publish({"a": write_cap(ALERT)})
    page = text(office.post("/settings/feeds/", {**FORM, "url": issuer.feed}, follow=True))
    assert "weather: 1 taken in as a report." in page
    assert "Storm a" in page and "says it is from weather@example.org" in page and "not signed" in page
    assert "Feeds in EXERCISE" in text(office.get("/settings/feeds/"))
    assert "weather: nothing new." in text(office.post("/settings/feeds/weather/look/", follow=True))
    assert "weather is paused." in text(office.post("/settings/feeds/weather/enable/", follow=True))
    assert not Feed.objects.get().enabled
    office.post("/settings/feeds/weather/enable/", {"enabled": "yes"})
    assert Feed.objects.get().enabled


def test_what_cannot_stand_is_said_at_its_field_and_what_was_given_is_kept(office: Client, issuer: Issuer) -> None:
    for change, field, said in (
        ({"url": issuer.feed, "allow_private": ""}, "url", "private address"),
        ({"url": "http://example.org/cap"}, "url", "can be changed on the way"),
        ({"url": issuer.feed, "signed_only": "yes"}, "certificates", "give them"),
        ({"url": issuer.feed, "name": "Not So"}, "name", "a-z"),
        ({"url": issuer.feed, "every_min": "often"}, "every_min", "number of minutes"),
        ({"url": issuer.feed, "every_min": "0.1"}, "every_min", "30 to 86,400 seconds"),
        ({"url": issuer.feed, "handling": "x"}, "handling", "TLP label"),
    ):
        answer = office.post("/settings/feeds/", {**FORM, **change})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.content.decode() and said in text(answer), field
        assert f'value="{change["url"]}"' in answer.content.decode()
    assert not Feed.objects.exists()


def test_a_feed_is_changed_on_its_own_page_and_added_once(office: Client, issuer: Issuer) -> None:
    issuer.publish({})
    office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    again = office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    assert again.status_code == 422 and "there already" in text(again)
    office.post("/settings/feeds/weather/", {**FORM, "url": issuer.feed, "hosts": "a.example, b.example"})
    assert Feed.objects.get().hosts == ["a.example", "b.example"]
    assert 'value="a.example b.example"' in office.get("/settings/feeds/weather/").content.decode()


def test_feeds_are_for_administrators_and_of_one_realm(office: Client, desk: Client, issuer: Issuer) -> None:
    issuer.publish({})
    office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    assert desk.get("/settings/feeds/").status_code == 403
    office.post("/realm/", {"realm": "live", "understood": "yes"})
    assert office.get("/settings/feeds/weather/").status_code == 404


def test_the_inbox_folds_what_follows_and_says_how_a_report_stands(
    office: Client, desk: Client, issuer: Issuer, stopped_clock: clock.Frozen
) -> None:
    issuer.publish({"a": write_cap(ALERT), "b": write_cap(UPDATE)})
    office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    head = Report.objects.get(follows=None)
    inbox = text(desk.get("/reports/"))
    assert "Storm a" in inbox and "Storm b" not in inbox and "updated" in inbox
    page = text(desk.get(f"/reports/{head.pk}/"))
    assert "Storm b" in page and "weather@example.org" in page and "not signed" in page
    follower = Report.objects.get(follows=head)
    assert f'href="/reports/{head.pk}/"' in text(desk.get(f"/reports/{follower.pk}/"))
    stopped_clock.advance(minutes=1)
    issuer.publish({"a": write_cap(ALERT), "b": write_cap(UPDATE), "c": write_cap(CANCEL)})
    poll_feed(Feed.objects.get())
    assert "cancelled by its issuer" in text(desk.get("/reports/"))
    assert "cancelled by its issuer" in text(desk.get(f"/reports/{head.pk}/"))


def test_a_report_whose_time_is_over_says_so(
    office: Client, desk: Client, issuer: Issuer, stopped_clock: clock.Frozen
) -> None:
    issuer.publish({"a": write_cap(ALERT)})
    office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    assert "over since" not in text(desk.get("/reports/"))
    stopped_clock.advance(hours=6)
    assert "over since" in text(desk.get("/reports/"))


def test_another_issuers_warning_becomes_ours_with_its_words_and_its_outline(
    office: Client, desk: Client, issuer: Issuer
) -> None:
    issuer.publish({"a": write_cap(ALERT)})
    office.post("/settings/feeds/", {**FORM, "url": issuer.feed})
    composer = text(desk.get(f"/warnings/new/?report={Report.objects.get().pk}"))
    for words in ("Storm a", "Shots are likely.", "Stay inside.", "Otay Mesa", "-117.1", "2025-12-04T18:00"):
        assert words in composer, words


def test_a_cap_message_is_uploaded_like_any_document(desk: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    given = {"source": "somebody", "handling": "TLP:GREEN"}
    desk.post("/reports/", {**given, "file": SimpleUploadedFile("storm.cap", write_cap(ALERT))})
    assert Report.objects.get().title == "Storm a"
    answer = desk.post("/reports/", {**given, "file": SimpleUploadedFile("storm.xml", b"<html/>")})
    assert answer.status_code == 422 and "root element" in text(answer)


def test_a_partners_taxii_collection_is_kept_on_the_page_and_its_secret_never_shown_again(
    office: Client, issuer: Issuer
) -> None:
    issuer.documents["/api/collections/one/objects/"] = json.dumps({"objects": [identity()]}).encode()
    given = {**FORM, "name": "partner", "kind": "taxii", "url": f"{issuer.url}/api/collections/one/"}
    page = text(office.post("/settings/feeds/", {**given, "user_name": "us", "secret": "very secret"}, follow=True))
    assert "partner: 1 taken in as a report." in page
    feed = Feed.objects.get()
    assert (feed.kind, feed.user_name, feed.secret) == ("taxii", "us", "very secret")
    page = text(office.get("/settings/feeds/partner/"))
    assert "very secret" not in page and "One is kept; leave it empty to keep it." in page
    office.post("/settings/feeds/partner/", {**given, "user_name": "we", "secret": ""})
    feed.refresh_from_db()
    assert (feed.user_name, feed.secret) == ("we", "very secret")
    refused = office.post("/settings/feeds/", {**given, "name": "other", "url": "https://example.org/taxii2/"})
    assert refused.status_code == 422 and "no TAXII collection" in text(refused)
