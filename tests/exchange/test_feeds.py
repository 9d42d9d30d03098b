"""The CAP feed as strangers and members fetch it: what is in it, for whom, and how it is signed and cached."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.test import Client

from tests.exchange.house import House
from tests.warnings.good import SENT
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import Compartment, User
from vedette.access.policy import compartments_text
from vedette.access.roles import Role, Verb
from vedette.formats.cap import check_cap, read_cap
from vedette.formats.signature import verify_xml
from vedette.warnings import actions
from vedette.warnings.models import Message, Warning

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_key", "at_noon")]


def identifiers(client: Client, **headers: Any) -> list[str]:
    """The identifiers in the feed, which must be well-formed Atom whose links lead to CAP."""
    response = client.get("/feeds/cap.atom", **headers)
    assert response.status_code == 200
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10" and parsed.feed.id and parsed.feed.updated and parsed.feed.title
    for entry in parsed.entries:
        assert entry.id and entry.title and entry.updated_parsed
        assert [link.type for link in entry.links] == ["application/cap+xml"]
        path = entry.link.removeprefix("https://warn.example")
        assert client.get(path, **headers)["Content-Type"] == "application/cap+xml"
    return [entry.link.rpartition("/")[2].removesuffix(".xml") for entry in parsed.entries]


def bearer(user: User, realm: Realm, *scopes: Verb) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {make_token(user, 'feed', realm, scopes or list(Verb))}"}


def test_strangers_get_clear_live_warnings_only(house: House, client: Client) -> None:
    clear = house.issue()
    hidden = [
        house.issue(Tlp.GREEN),
        house.issue(Tlp.AMBER_STRICT),
        house.issue(realm=Realm.EXERCISE),
        house.issue(need_to_know=compartments_text({"inner"})),
        house.issue(need_to_know=compartments_text(set())),
    ]
    actions.draft_warning(
        house.actor("officer", Realm.LIVE), actions.Draft.of(clear.content, clear.audience, clear.plan)
    )
    assert identifiers(client) == [clear.identifier]
    for message in hidden:
        assert client.get(f"/feeds/cap/{message.identifier}.xml").status_code == 404
    assert client.get("/feeds/cap/nothing.xml").status_code == 404


def test_a_message_marked_higher_is_not_given_out_by_its_warnings_own_mark(house: House, client: Client) -> None:
    first = house.issue()
    second = house.update(first.warning)
    Message.objects.filter(pk=second.pk).update(content={**second.content, "handling": "TLP:RED"})
    assert identifiers(client) == []
    assert client.get(f"/feeds/cap/{first.identifier}.2.xml").status_code == 404


def test_members_get_what_the_policy_lets_them_see(house: House, client: Client) -> None:
    clear, red, exercise = house.issue(), house.issue(Tlp.RED), house.issue(realm=Realm.EXERCISE)
    inner = house.issue(Tlp.GREEN, need_to_know=compartments_text({"inner"}))
    officer = house.users["officer"]
    assert set(identifiers(client, **bearer(officer, Realm.LIVE))) == {clear.identifier, red.identifier}
    assert identifiers(client, **bearer(officer, Realm.EXERCISE)) == [exercise.identifier]
    assert identifiers(client, **bearer(officer, Realm.LIVE, Verb.ADMINISTER)) == []
    officer.compartments.add(Compartment.objects.create(code="inner", name="Inner"))
    assert inner.identifier in identifiers(client, **bearer(officer, Realm.LIVE))
    low = User.objects.create(username="low", roles=[Role.ANALYST], clearance=Tlp.CLEAR)
    assert identifiers(client, **bearer(low, Realm.LIVE)) == [clear.identifier]
    client.force_login(officer)
    assert identifiers(client) == [exercise.identifier], "a session begins in the exercise realm"
    refused = client.get("/feeds/cap.atom", HTTP_AUTHORIZATION="Bearer vdt_unknown")
    assert refused.status_code == 401 and refused["WWW-Authenticate"] == "Bearer"


def test_an_exercise_says_so_at_both_ends_of_its_entry(house: House, client: Client) -> None:
    house.issue(realm=Realm.EXERCISE)
    body = client.get("/feeds/cap.atom", **bearer(house.users["officer"], Realm.EXERCISE)).content
    for text in (feedparser.parse(body).entries[0].title, feedparser.parse(body).entries[0].summary):
        assert text.startswith("EXERCISE") and text.endswith("EXERCISE")


def test_a_message_is_signed_valid_and_the_same_bytes_every_time(house: House, client: Client, own_key: Path) -> None:
    message = house.issue()
    path = f"/feeds/cap/{message.identifier}.xml"
    first, second = client.get(path), client.get(path)
    assert first.content == second.content
    certificate = client.get("/feeds/signing.pem").content.decode()
    verify_xml(first.content, certificate)
    assert check_cap(first.content).valid
    assert read_cap(first.content).alert.identifier == message.identifier
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600
    assert b"PRIVATE" not in certificate.encode()


def test_unchanged_answers_are_not_sent_again(house: House, client: Client) -> None:
    message = house.issue()
    for path in ("/feeds/cap.atom", f"/feeds/cap/{message.identifier}.xml"):
        first = client.get(path)
        assert first["ETag"] and first["Last-Modified"]
        again = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 304
        assert client.head(path)["ETag"] == first["ETag"]
        assert "public" in first["Cache-Control"]
        private = client.get(path, **bearer(house.users["officer"], Realm.LIVE))
        assert "private" in private["Cache-Control"] and "Authorization" in private["Vary"]
        assert client.post(path).status_code == 405
    before = client.get("/feeds/cap.atom")["ETag"]
    house.issue(headline="Something else")
    assert client.get("/feeds/cap.atom", HTTP_IF_NONE_MATCH=before).status_code == 200


def test_the_feed_follows_a_warning_to_a_day_after_its_end(house: House, client: Client, at_noon: clock.Frozen) -> None:
    first = house.issue()
    at_noon.advance(minutes=1)
    update = house.update(first.warning)
    assert identifiers(client) == [update.identifier]
    assert client.get(f"/feeds/cap/{first.identifier}.xml").status_code == 200, "references can be followed"
    at_noon.advance(minutes=1)
    ended = actions.cancel(house.actor("officer", Realm.LIVE), Warning.objects.get(pk=first.warning_id), "an error")
    assert identifiers(client) == [ended.identifier]
    at_noon.advance(hours=23)
    assert identifiers(client) == [ended.identifier]
    at_noon.advance(hours=2)
    assert identifiers(client) == []
    assert client.get(f"/feeds/cap/{ended.identifier}.xml").status_code == 404


def test_an_expired_warning_leaves_after_a_day_too(house: House, client: Client, at_noon: clock.Frozen) -> None:
    message = house.issue(expires=SENT + timedelta(hours=6), next_update="")
    at_noon.advance(hours=7)
    actions.expire_due(Realm.LIVE, clock.now())
    assert identifiers(client) == [message.identifier]
    at_noon.advance(hours=25)
    assert identifiers(client) == []


def test_an_empty_feed_is_a_feed(client: Client) -> None:
    User.objects.create(username="somebody")
    parsed = feedparser.parse(client.get("/feeds/cap.atom").content)
    assert not parsed.bozo and parsed.entries == []
