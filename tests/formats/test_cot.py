"""Cursor on Target: what TAK needs to see, and what is refused from strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vedette.formats.cot import AreaWarning, BadCot, Pli, parse_pli, write_area_warning, write_delete, write_pli

NOW = datetime(2025, 12, 4, 16, 0, tzinfo=UTC)
WARNING = AreaWarning(
    uid="vedette-1-area-1",
    callsign="EXERCISE shooting at patrols until 06:00 PST EXERCISE",
    remarks="EXERCISE <wear armour> & stay behind cover EXERCISE",
    outline=((32.5, -117.1), (32.5, -117.0), (32.6, -117.0)),
    marker=(32.55, -117.05),
    time=NOW,
    start=NOW,
    stale=NOW + timedelta(hours=2),
    exercise=True,
)
PLI = Pli("ANDROID-1", "Rider 7", 32.55, -117.05, 12.0, NOW, NOW + timedelta(minutes=2))


def test_a_warned_area_is_a_marker_that_carries_its_outline_and_is_not_archived():
    event = etree.fromstring(write_area_warning(WARNING))
    assert (event.get("version"), event.get("uid"), event.get("stale")) == (
        "2.0",
        "vedette-1-area-1",
        "2025-12-04T18:00:00.000Z",
    )
    assert event.get("opex") == "e-EXERCISE"
    line = event.find("detail/shape/polyline")
    assert line.get("closed") == "true"
    assert [(float(v.get("lat")), float(v.get("lon"))) for v in line] == list(WARNING.outline)
    assert -(2**31) <= int(line.get("color")) < 2**31
    assert event.findtext("detail/remarks") == WARNING.remarks
    assert event.find(".//archive") is None


def test_a_removal_names_its_target_in_the_form_that_tak_obeys():
    event = etree.fromstring(
        write_delete("vedette-1-area-1", uid="d1", time=NOW, stale=NOW + timedelta(days=1), exercise=False)
    )
    assert event.get("type") == "t-x-d-d"
    link = event.find("detail/link")
    assert (link.get("uid"), bool(link.get("relation")), bool(link.get("type"))) == ("vedette-1-area-1", True, True)
    assert event.find("detail/__forcedelete") is not None


def test_an_outline_without_extent_or_validity_is_refused():
    with pytest.raises(BadCot, match="three corners"):
        write_area_warning(replace(WARNING, outline=WARNING.outline[:2]))
    with pytest.raises(BadCot, match="stale"):
        write_area_warning(replace(WARNING, stale=NOW))


positions = st.builds(
    Pli,
    st.text("abcdef-0123456789", min_size=1, max_size=40),
    st.text("Rider 7<&\"'é", max_size=20).map(str.strip),
    st.floats(-90, 90).map(lambda x: round(x, 6)),
    st.floats(-180, 180).map(lambda x: round(x, 6)).filter(bool),
    st.none() | st.floats(0, 10_000),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC)),  # noqa: DTZ001
    st.just(datetime(2095, 1, 1, tzinfo=UTC)),
)


@given(positions)
def test_a_position_comes_back_as_it_went_out(pli):
    assert parse_pli(write_pli(pli)) == pli


def test_an_unknown_accuracy_is_unknown_and_not_nine_million_metres():
    assert parse_pli(write_pli(PLI).replace(b'ce="12.0"', b'ce="9999999.0"')).accuracy_m is None


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b'type="a-f-G-U-C"', b'type="b-t-f"', "type"),
        (b'uid="ANDROID-1"', b'uid=" "', "uid"),
        (b'lat="32.5500000"', b'lat="95"', "lat"),
        (b'lon="-117.0500000"', b'lon="nan"', "lon"),
        (b'time="2025', b'time="soon 2025', "time"),
        (b'stale="2025', b'stale="2020', "stale"),
        (b"<event", b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><event", "DTD"),
        (b"<event", b"<evnt", "well-formed"),
        (b'.000Z" start', b'.000" start', "zone"),
    ],
)
def test_what_is_not_a_usable_position_is_refused_with_the_reason(before, after, reason):
    data = write_pli(PLI)
    assert before in data
    data = data.replace(before, after, 1)
    if b"DOCTYPE" in after:
        data = data[data.index(b"<!DOCTYPE") :]
    with pytest.raises(BadCot, match=reason):
        parse_pli(data)


def test_a_position_at_zero_zero_is_a_missing_fix():
    with pytest.raises(BadCot, match="no fix"):
        parse_pli(write_pli(Pli("u", "c", 0.0, 0.0, None, NOW, NOW)))


@given(st.binary(max_size=200))
def test_rubbish_is_refused_without_a_crash(data):
    with pytest.raises(BadCot):
        parse_pli(data)
