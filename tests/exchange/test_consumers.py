"""Our feed as programs read it that nobody of this project wrote."""

from __future__ import annotations

from typing import Any

import feedparser
import pytest
from django.test import Client
from lxml import etree

from tests.conftest import require
from tests.exchange.house import House
from tests.exchange.test_signature import xmlsec1_accepts
from tests.formats.corpus import corpus
from tests.servers import parts
from vedette import clock
from vedette.access.handling import Realm
from vedette.warnings import actions
from vedette.warnings.models import Warning

pytestmark = pytest.mark.django_db


def fetched(client: Client) -> list[bytes]:
    """Every CAP message that the feed leads to, newest first, found as a feed reader finds it."""
    entries = feedparser.parse(client.get("/feeds/cap.atom").content).entries
    links = [link.href for entry in entries for link in entry.links if link.type == "application/cap+xml"]
    return [client.get(link.removeprefix("https://warn.example")).content for link in links]


def test_a_cap_library_follows_an_alert_through_its_update_to_its_end(
    house: House, client: Client, at_noon: clock.Frozen
) -> None:
    import cap_tools
    from xsdata.formats.dataclass.parsers import XmlParser

    def latest() -> Any:
        return XmlParser().from_bytes(fetched(client)[0], cap_tools.Alert)

    state = cap_tools.AlertState()
    first = house.issue()
    state.ingest(latest())
    (standing,) = state.alerts
    assert standing.identifier == first.identifier
    assert (standing.status.value, standing.scope.value) == ("Actual", "Public")
    assert standing.infos[0].areas[0].polygons and standing.infos[0].expires
    at_noon.advance(minutes=5)
    update = house.update(first.warning)
    state.ingest(latest())
    (standing,) = state.alerts
    assert (standing.identifier, standing.msg_type) == (update.identifier, cap_tools.MsgType.UPDATE)
    at_noon.advance(minutes=5)
    actions.cancel(house.actor("officer", Realm.LIVE), Warning.objects.get(pk=first.warning_id), "an error")
    ended = latest()
    assert ended.msg_type is cap_tools.MsgType.CANCEL
    assert [one.identifier for one in ended.references_to_list()] == [first.identifier, update.identifier]


def test_every_message_is_valid_by_the_published_schema_and_signed_for_xmlsec1(
    house: House, client: Client, tmp_path: Any
) -> None:
    program = require(parts.Part.XMLSEC)
    schema = etree.XMLSchema(etree.parse(corpus() / "cap" / "CAP-v1.2.xsd"))
    (tmp_path / "certificate.pem").write_bytes(client.get("/feeds/signing.pem").content)
    first = house.issue()
    house.update(first.warning)
    house.issue()
    messages = fetched(client)
    assert len(messages) == 2
    for message in messages:
        schema.assertValid(etree.fromstring(message))
        assert xmlsec1_accepts(program, tmp_path, message)
        assert not xmlsec1_accepts(program, tmp_path, message.replace(b"Extreme", b"Minor"))
