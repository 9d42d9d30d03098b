"""CAP: checking and writing messages, beside lxml's own parsing and serialising of the same bytes.

With VEDETTE_CORPUS set, the messages of real issuers are checked too; they are larger and more varied than ours.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import shapely
from lxml import etree

from vedette.access.handling import Realm
from vedette.bench.result import Result, Timing, compared, seconds, timed
from vedette.demo.texts import alert
from vedette.formats.cap import PROFILES, check_cap, polygon_text, read_cap, write_cap
from vedette.formats.parts import parse
from vedette.warnings.cap import to_cap
from vedette.warnings.content import Content, MessageType

DEFAULT = 2_000
_NOW = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
#: As many as in the largest message known of a real issuer.
_VERTICES = 93_000
_EVERY_RULE = tuple(PROFILES)


def run(n: int) -> list[Result]:
    """n different messages with an area of their own; and one with an outline of very many points."""
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
    refused = sum(not check_cap(message).valid for message in messages[:100])
    assert not refused, "the suite's own messages must be valid"
    return [
        *_checked("cap.check", messages, parsed),
        compared("cap.read", "messages/s", timed(read_cap, messages), parsed, "lxml parse"),
        compared("cap.write", "messages/s", timed(write_cap, alerts), serialised, "lxml serialise"),
        *_corpus(n),
        _outline(messages[0]),
    ]


def _checked(name: str, messages: list[bytes], parsed: Timing) -> list[Result]:
    """By the standard's rules, and by every rule there is."""
    ways: dict[str, Callable[[bytes], object]] = {
        name: check_cap,
        f"{name}.every-rule": lambda message: check_cap(message, _EVERY_RULE),
    }
    return [
        compared(called, "messages/s", timed(check, messages), parsed, "lxml parse") for called, check in ways.items()
    ]


def _corpus(n: int) -> list[Result]:
    """The real messages beside the checkout that are valid, as often as makes n."""
    place = Path(os.environ.get("VEDETTE_CORPUS", "")) / "cap"
    if not (place / "manifest.csv").is_file():
        return []
    with (place / "manifest.csv").open(encoding="utf-8") as rows:
        files = [place / row["file"] for row in csv.DictReader(rows) if row["valid"] == "y"]
    messages = [file.read_bytes() for file in files if file.is_file()]
    messages = (messages * (n // max(len(messages), 1) + 1))[:n]
    return _checked("cap.check.corpus", messages, timed(etree.fromstring, messages)) if messages else []


def _outline(message: bytes) -> Result:
    """A polygon of very many points, beside parsing the message and asking GEOS alone whether the outline is sound."""
    turns = np.linspace(0, 2 * math.pi, _VERTICES)
    ring = np.column_stack([40 + 5 * np.cos(turns), 10 + 5 * np.sin(turns)])
    ring[-1] = ring[0]
    tree = etree.fromstring(message)
    outline = next(tree.iter("{*}polygon"))
    outline.text = polygon_text([(float(lat), float(lon)) for lat, lon in ring])
    large = etree.tostring(tree)
    assert check_cap(large).valid

    def bare() -> None:
        etree.fromstring(large)
        shapely.is_valid(shapely.polygons(ring))

    return Result(
        name="cap.check.outline",
        n=_VERTICES,
        value=_VERTICES / seconds(lambda: check_cap(large)),
        unit="vertices/s",
        limit=_VERTICES / seconds(bare),
        limit_is="lxml parse and GEOS's own check",
    )
