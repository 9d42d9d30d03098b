"""CAP: checking and writing messages, beside lxml's own parsing and serialising of the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lxml import etree

from vedette.access.handling import Realm
from vedette.bench.result import Result, compared, timed
from vedette.demo.texts import alert
from vedette.formats.cap import check_cap, read_cap, write_cap
from vedette.formats.parts import parse
from vedette.warnings.cap import to_cap
from vedette.warnings.content import Content, MessageType

DEFAULT = 2_000
_NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)


def run(n: int) -> list[Result]:
    """n different messages with an area of their own."""
    content = parse(Content, alert(_NOW))
    alerts = [
        to_cap(
            content.model_copy(update={"headline": f"{content.headline}, {number}"}),
            identifier=f"bench.{number}",
            sender="bench@vedette.example",
            sent=_NOW + timedelta(seconds=number),
            msg_type=MessageType.ALERT,
            realm=Realm.EXERCISE,
        )
        for number in range(n)
    ]
    messages = [write_cap(one) for one in alerts]
    trees = [etree.fromstring(message) for message in messages]
    parsed = timed(etree.fromstring, messages)
    serialised = timed(etree.tostring, trees)
    profiles = ("cap12",)
    refused = sum(not check_cap(message, profiles).valid for message in messages[:100])
    assert not refused, "the suite's own messages must be valid"
    return [
        compared("cap.check", "messages/s", timed(lambda m: check_cap(m, profiles), messages), parsed, "lxml parse"),
        compared("cap.read", "messages/s", timed(read_cap, messages), parsed, "lxml parse"),
        compared("cap.write", "messages/s", timed(write_cap, alerts), serialised, "lxml serialise"),
    ]
