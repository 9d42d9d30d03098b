"""What others' alerting systems are known to have got wrong, each once.

Here is what leaves the house. What comes in is in `test_intake.py`: a cancel taken in as a new alert, an
expired message replayed, a reference to an unknown message, two messages of one second, a Test or a Private one.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.test import Client
from shapely.geometry import Point, box

from tests.exchange.house import AUDIENCE, House
from tests.formats.test_cap import ALERT, in_info
from tests.warnings.good import GOOD
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.exchange.models import SignedMessage
from vedette.formats.cap import AreaBlock, circle_text, parse_cap, polygon_text, read_cap, write_cap
from vedette.formats.parts import BadInput
from vedette.places.geometry import geojson_of, shape_of
from vedette.warnings import actions
from vedette.warnings.cap import content_of, sealed, to_cap
from vedette.warnings.content import MessageType
from vedette.warnings.lifecycle import IllegalMove
from vedette.warnings.models import Message, Warning

HELSINKI = (60.17, 24.94)


# Test or Private messages leaking to a public exit


@pytest.mark.django_db
def test_nothing_but_actual_public_messages_leaves_by_the_public_exit(house: House, client: Client) -> None:
    issued = {
        (realm, handling, circle): house.issue(handling, realm, need_to_know=circle)
        for realm, handling, circle in itertools.product(Realm, (Tlp.CLEAR, Tlp.GREEN, Tlp.RED), (None, "|inner|"))
    }
    entries = feedparser.parse(client.get("/feeds/cap.atom").content).entries
    public = issued[Realm.LIVE, Tlp.CLEAR, None]
    assert [entry.link.rpartition("/")[2] for entry in entries] == [f"{public.identifier}.xml"]
    for message in issued.values():
        response = client.get(f"/feeds/cap/{message.identifier}.xml")
        assert response.status_code == (200 if message == public else 404)
        if message == public:
            alert = parse_cap(response.content)
            assert (alert.status, alert.scope) == ("Actual", "Public")


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"status": "Test"}, {"status": "Exercise"}, {"scope": "Private", "addresses": "a"}])
def test_the_public_exit_reads_the_message_itself_before_it_lets_it_out(
    house: House, client: Client, change: dict[str, str]
) -> None:
    """Whatever the records around it say: were one of them wrong, what the message says of itself still counts."""
    message = house.issue()
    altered = write_cap(replace(read_cap(bytes(message.cap or b"")).alert, **change))
    Message.objects.filter(pk=message.pk).update(cap=altered)
    assert feedparser.parse(client.get("/feeds/cap.atom").content).entries == []
    assert client.get(f"/feeds/cap/{message.identifier}.xml").status_code == 404


# A signing failure that is published unsigned


@pytest.mark.django_db
def test_what_cannot_be_signed_is_not_published(house: House, client: Client, own_key: Path) -> None:
    kept = house.issue()
    assert client.get(f"/feeds/cap/{kept.identifier}.xml").status_code == 200
    own_key.write_bytes(b"damaged")
    assert client.get(f"/feeds/cap/{kept.identifier}.xml").status_code == 200, "it was signed before"
    later = house.issue(headline="A later warning")
    for path in ("/feeds/cap.atom", f"/feeds/cap/{later.identifier}.xml"):
        response = client.get(path)
        assert response.status_code == 503
        assert b"<alert" not in response.content and b"<entry" not in response.content
    assert not SignedMessage.objects.filter(message=later).exists()


# A circle buffered in degrees, half of it missing at 60 degrees north


def test_a_circle_reaches_as_far_east_as_north_at_sixty_degrees() -> None:
    lat, lon = HELSINKI
    block = AreaBlock(description="Helsinki", circles=(circle_text(lat, lon, 10),))
    alert = in_info(instruction="Stay inside.", areas=(block,))
    area = shape_of(content_of(alert).area.geometry)
    for bearing in range(0, 360, 15):
        assert area.contains(Point(*_away(lat, lon, bearing, 9.9)))
        assert not area.contains(Point(*_away(lat, lon, bearing, 10.1)))


def _away(lat: float, lon: float, bearing: float, km: float) -> tuple[float, float]:
    """Where (lon, lat) somebody is who went that far along a great circle."""
    far, way, phi = km / 6_371.0088, math.radians(bearing), math.radians(lat)
    there = math.asin(math.sin(phi) * math.cos(far) + math.cos(phi) * math.sin(far) * math.cos(way))
    turn = math.atan2(math.sin(way) * math.sin(far) * math.cos(phi), math.cos(far) - math.sin(phi) * math.sin(there))
    return lon + math.degrees(turn), math.degrees(there)


# Two messages in one second with one identity


@pytest.mark.django_db
def test_messages_of_the_same_second_are_different_messages(house: House, client: Client) -> None:
    first, second = house.issue(), house.issue(headline="Another warning of the same second")
    updates = [house.update(first.warning), house.update(first.warning, change="New: still more.")]
    messages = [parse_cap(bytes(one.cap or b"")) for one in (first, second, *updates)]
    assert len({one.sent for one in messages}) == 1, "the clock stands still"
    assert len({(one.sender, one.identifier, one.sent) for one in messages}) == 4
    entries = feedparser.parse(client.get("/feeds/cap.atom").content).entries
    assert {entry.link.rpartition("/")[2] for entry in entries} == {
        f"{second.identifier}.xml",
        f"{updates[-1].identifier}.xml",
    }
    assert f"{updates[0].identifier}," in (messages[3].references or "")


# A cancel taken for a new alert, and a reference to what nobody has


@pytest.mark.django_db
def test_what_ends_or_changes_a_warning_names_exactly_what_was_issued_of_it(house: House) -> None:
    """Whoever reads it can tell it from a new alert, and finds every message that it names."""
    first = house.issue()
    update = house.update(first.warning)
    officer = house.actor("officer", Realm.LIVE)
    never_out = actions.draft_update(
        officer, first.warning, actions.Draft.of({**first.content, "change": "Never sent."}, AUDIENCE)
    )
    cancel = actions.cancel(officer, first.warning, "The wrong sector.")
    said = [parse_cap(bytes(one.cap or b"")) for one in (first, update, cancel)]
    assert [one.msg_type for one in said] == ["Alert", "Update", "Cancel"]
    assert said[0].references is None
    # CAP 1.2, 3.3.2: UTC is written as -00:00.
    triples = [f"{one.sender},{one.identifier},{one.sent:%Y-%m-%dT%H:%M:%S}-00:00" for one in said]
    assert [set(one.references.split()) for one in said[1:] if one.references] == [{triples[0]}, {*triples[:2]}]
    assert never_out.identifier not in (said[2].references or "")
    with pytest.raises(BadInput, match="references"):
        to_cap(
            cancel.parsed_content(),
            identifier="vedette-x-1",
            sender="warn@vedette.example",
            sent=ALERT.sent,
            msg_type=MessageType.CANCEL,
            realm=Realm.LIVE,
        )


# A polygon lost on the way


@pytest.mark.django_db
def test_a_warning_whose_area_would_not_arrive_as_drawn_is_refused_and_not_widened(house: House) -> None:
    """Smaller than what six decimals can say: it would collapse in the message."""
    speck = geojson_of(box(10.0, 60.0, 10.000_000_4, 60.000_000_4))
    content = GOOD.model_copy(update={"area": GOOD.area.model_copy(update={"geometry": speck})})
    officer = house.actor("officer", Realm.LIVE)
    message = actions.draft_warning(officer, actions.Draft.of(content.model_dump(mode="json"), AUDIENCE))
    with pytest.raises(BadInput, match=r"area\.geometry"):
        actions.submit(officer, message, "a test")
    assert Message.objects.get(pk=message.pk).state == Message.State.DRAFT


@pytest.mark.parametrize(
    "lost",
    [
        {"polygons": ()},
        {"polygons": (polygon_text([(32, -117), (32, -116), (33, -116), (33, -117)]),)},
        {"polygons": ("32.5,-117.1 32.6,-117.0 32.5,-117.0 32.6,-117.1 32.5,-117.1",)},
    ],
    ids=["gone", "another", "crossing itself"],
)
def test_a_message_that_says_another_area_than_was_approved_does_not_go_out(lost: dict[str, Any]) -> None:
    alert = to_cap(
        GOOD,
        identifier="vedette-x-1",
        sender="warn@vedette.example",
        sent=ALERT.sent,
        msg_type=MessageType.ALERT,
        realm=Realm.EXERCISE,
    )
    info = alert.infos[0]
    assert sealed(alert, GOOD)
    spoilt = replace(alert, infos=(replace(info, areas=(replace(info.areas[0], **lost),)),))
    with pytest.raises(BadInput, match="area"):
        sealed(spoilt, GOOD)


# An expired message replayed


@pytest.mark.django_db
def test_an_expired_warning_cannot_be_issued_again_and_leaves_the_feed(
    house: House, client: Client, at_noon: clock.Frozen
) -> None:
    message = house.issue(next_update="")
    last = message.parsed_content()
    at_noon.advance(seconds=(last.expires - clock.now()).total_seconds() + 1)
    actions.expire_due(Realm.LIVE, clock.now())
    with pytest.raises(IllegalMove, match="ended"):
        house.update(Warning.objects.get(pk=message.warning_id))
    entry = client.get(f"/feeds/cap/{message.identifier}.xml")
    assert parse_cap(entry.content).infos[0].expires == last.expires, "whoever fetches it late sees that it is over"
    at_noon.advance(hours=25)
    assert client.get(f"/feeds/cap/{message.identifier}.xml").status_code == 404
