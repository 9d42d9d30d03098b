"""Strategies that make any legal CAP 1.2 message: every element, every coded value, foreign elements, signatures."""

from __future__ import annotations

import base64
import hashlib
import string
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st
from lxml import etree

from vedette.formats.cap import (
    Alert,
    AreaBlock,
    Info,
    MsgType,
    NamedValue,
    Reference,
    Resource,
    Scope,
    Status,
    circle_text,
    polygon_text,
)
from vedette.formats.cap.text import list_text, references_text

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=40)
#: What people put into texts: line breaks, tabs, white space at the ends, characters that XML must escape.
prose = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cn", "Cc")) | st.sampled_from("\n\t<&>\"']"), max_size=60
)
ids = st.text(string.ascii_letters + string.digits + ".:/@-_é", min_size=1, max_size=30)
moments = st.builds(
    lambda at, minutes: at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 -- the zone is put on above
    st.integers(-14 * 60, 14 * 60),
)
maybe_prose = st.none() | prose
maybe_moment = st.none() | moments
pairs = st.lists(st.builds(NamedValue, prose, prose), max_size=4).map(tuple)


def _element(space: str, text: str, attribute: str, prefix: str | None) -> bytes:
    """A foreign element with one of no namespace inside, as canonical XML."""
    nsmap = {prefix: space} if space else None
    root = etree.Element(f"{{{space}}}note" if space else "note", nsmap=nsmap)
    root.set("kind", attribute)
    etree.SubElement(root, "inner").text = text
    return etree.tostring(root, method="c14n", exclusive=True)


foreign = st.lists(
    st.builds(_element, st.sampled_from(["urn:x:1", "urn:x:2", ""]), prose, words, st.sampled_from([None, "x", "cap"])),
    max_size=2,
).map(tuple)
signatures = st.lists(
    st.builds(_element, st.just("http://www.w3.org/2000/09/xmldsig#"), words, words, st.sampled_from([None, "ds"])),
    max_size=2,
).map(tuple)

polygons = st.builds(
    lambda lat, lon, size: polygon_text([(lat, lon), (lat, lon + size), (lat + size, lon + size), (lat + size, lon)]),
    st.floats(-85, 85),
    st.floats(-175, 175),
    st.floats(0.01, 5),
)
circles = st.builds(circle_text, st.floats(-89, 89), st.floats(-179, 179), st.floats(0.01, 500))
heights = st.decimals(-1000, 30000, places=2)


def _with_heights(area: AreaBlock, low: object, more: object) -> AreaBlock:
    if low is None:
        return area
    return replace(area, altitude=low, ceiling=None if more is None else low + more)


area_blocks = st.builds(
    _with_heights,
    st.builds(
        AreaBlock,
        description=prose,
        polygons=st.lists(polygons, max_size=3).map(tuple),
        circles=st.lists(circles, max_size=2).map(tuple),
        geocodes=pairs,
    ),
    st.none() | heights,
    st.none() | st.decimals(0, 30000, places=2),
)


def _resource(content: bytes | None, **told: object) -> Resource:
    if content is None:
        return Resource(**told)
    digest = hashlib.sha1(content).hexdigest()
    return Resource(**told, deref_uri=base64.b64encode(content).decode(), digest=digest)


resources = st.builds(
    _resource,
    st.none() | st.binary(max_size=50),
    description=prose,
    mime_type=st.sampled_from(["image/png", "application/pdf", "text/html; charset=utf-8"]),
    size=st.none() | st.integers(0, 10**9),
    uri=st.none() | st.sampled_from(["https://example.org/map.png", "map.png", "ftp://example.org/a%20b"]),
)
info_blocks = st.builds(
    Info,
    language=st.none() | st.sampled_from(["en-US", "es-MX", "ar", "zh-Hant-TW"]),
    categories=st.lists(
        st.sampled_from(
            [
                "Geo",
                "Met",
                "Safety",
                "Security",
                "Rescue",
                "Fire",
                "Health",
                "Env",
                "Transport",
                "Infra",
                "CBRNE",
                "Other",
            ],
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    event=prose,
    response_types=st.lists(
        st.sampled_from(
            ["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"]
        ),
        max_size=3,
    ).map(tuple),
    urgency=st.sampled_from(["Immediate", "Expected", "Future", "Past", "Unknown"]),
    severity=st.sampled_from(["Extreme", "Severe", "Moderate", "Minor", "Unknown"]),
    certainty=st.sampled_from(["Observed", "Likely", "Possible", "Unlikely", "Unknown"]),
    audience=maybe_prose,
    event_codes=pairs,
    effective=maybe_moment,
    onset=maybe_moment,
    expires=maybe_moment,
    sender_name=maybe_prose,
    headline=maybe_prose,
    description=maybe_prose,
    instruction=maybe_prose,
    web=st.none() | st.sampled_from(["https://example.org/a?b=c#d", "tel:+15550100", "http://[2001:db8::1]/x"]),
    contact=maybe_prose,
    parameters=pairs,
    resources=st.lists(resources, max_size=2).map(tuple),
    areas=st.lists(area_blocks, max_size=3).map(tuple),
)
alerts = st.builds(
    Alert,
    identifier=ids,
    sender=ids,
    sent=moments,
    status=st.sampled_from(Status).map(str),
    msg_type=st.sampled_from(MsgType).map(str),
    source=maybe_prose,
    scope=st.sampled_from(Scope).map(str),
    restriction=words.filter(str.strip),
    addresses=st.lists(ids, min_size=1, max_size=3).map(list_text),
    codes=st.lists(prose, max_size=3).map(tuple),
    note=maybe_prose,
    references=st.lists(st.builds(Reference, ids.map("x".__add__), ids, moments), min_size=1, max_size=3).map(
        references_text
    ),
    incidents=maybe_prose.map(lambda text: text and text.replace('"', "")),
    infos=st.lists(info_blocks, max_size=3).map(tuple),
    foreign=signatures,
)


def _strange(alert: Alert, kept: tuple[bytes, ...]) -> Alert:
    """`alert` with foreign elements wherever there is room for them, beyond what the schema allows."""
    infos = tuple(
        replace(
            info,
            foreign=kept,
            areas=tuple(replace(area, foreign=kept) for area in info.areas),
            resources=tuple(replace(resource, foreign=kept) for resource in info.resources),
        )
        for info in alert.infos
    )
    return replace(alert, infos=infos, foreign=(*kept, *alert.foreign))


#: Read leniently only.
strange_alerts = st.builds(_strange, alerts, foreign)
