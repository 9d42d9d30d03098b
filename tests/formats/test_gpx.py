"""GPX: the last fix of a file, and files that have none or are hostile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.fix import UNSAID_M, Fix
from vedette.formats.gpx import last_fix
from vedette.formats.parts import BadInput

NOON = datetime(2025, 12, 4, 12, tzinfo=UTC)


def point(lat: float | str, lon: float | str, time: str, tag: str = "trkpt") -> str:
    return f'<{tag} lat="{lat}" lon="{lon}"><ele>41</ele><time>{time}</time></{tag}>'


def gpx(*points: str, space: str = ' xmlns="http://www.topografix.com/GPX/1/1"', first: str = "") -> bytes:
    body = f"<trk><name>Patrol</name><trkseg>{''.join(points)}</trkseg></trk>"
    return f'<?xml version="1.0"?>{first}<gpx version="1.1" creator="x"{space}>{body}</gpx>'.encode()


@pytest.mark.parametrize(
    "space", [' xmlns="http://www.topografix.com/GPX/1/1"', ' xmlns="http://www.topografix.com/GPX/1/0"', ""]
)
def test_the_latest_point_is_the_fix_wherever_in_the_file_it_stands(space: str) -> None:
    found = last_fix(
        gpx(
            point(32.5, -117.1, "2025-12-04T11:00:00Z"),
            point(32.6, -117.0, "2025-12-04T12:00:00Z"),
            point(32.7, -117.2, "2025-12-04T11:30:00Z"),
            space=space,
        )
    )
    assert found == Fix(32.6, -117.0, UNSAID_M, NOON)


def test_a_waypoint_counts_and_a_route_does_not() -> None:
    waypoint, planned = point(1, 2, "2025-12-04T12:00:00Z", "wpt"), point(3, 4, "2025-12-05T12:00:00Z", "rtept")
    assert last_fix(gpx(waypoint, planned)) == Fix(1, 2, UNSAID_M, NOON)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "not well-formed"),
        (b"<kml/>", "no GPX file"),
        (gpx(), "no point of a track with its time"),
        (gpx('<trkpt lat="1" lon="2"/>'), "no point of a track with its time"),
        (gpx(point(91, 2, "2025-12-04T12:00:00Z")), "-90 to 90"),
        (gpx(point("x", 2, "2025-12-04T12:00:00Z")), "must be a number"),
        (gpx(point(1, 2, "noon")), "must be a time"),
        (gpx(point(1, 2, "2025-12-04T12:00:00Z"), first="<!DOCTYPE gpx [<!ENTITY a 'b'>]>"), "DTD"),
    ],
)
def test_what_is_no_track_is_refused_and_why_is_said(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        last_fix(data)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30))
def test_the_order_of_the_points_does_not_matter(minutes: list[int]) -> None:
    points = [point(1, 2, (NOON + timedelta(minutes=at)).isoformat()) for at in minutes]
    assert last_fix(gpx(*points)).fixed_at == NOON + timedelta(minutes=max(minutes))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    with pytest.raises(BadInput):
        last_fix(raw)
