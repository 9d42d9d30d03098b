"""What an area may be: cut at 180 degrees, holes kept, and all else refused with the reason and the place."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box, mapping

from vedette.places.geometry import (
    BadGeometry,
    canonical,
    geojson_of,
    joined,
    km2,
    shape_of,
    without,
)
from vedette.places.inside import points_inside

#: Eighths of a degree, which can be moved by whole degrees without being rounded.
grid = st.integers(-40, 40).map(lambda step: step / 8)
outlines = st.lists(st.tuples(grid, grid), min_size=3, max_size=9, unique=True)


def drawn(*rings: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in ring] for ring in rings]}


def as_drawn_across(area: Polygon) -> dict[str, Any]:
    """An area whose longitudes run past 180 as people draw it: every longitude within -180 to 180."""

    def back(ring: Any) -> list[tuple[float, float]]:
        return [((x + 180) % 360 - 180, y) for x, y in ring.coords]

    return drawn(back(area.exterior), *(back(hole) for hole in area.interiors))


@given(outlines, st.sampled_from([178.0, 180.125, -179.0, 20.0]))
def test_an_area_drawn_across_180_degrees_keeps_its_ground_and_who_is_in_it(
    points: list[tuple[float, float]], middle: float
) -> None:
    whole = Polygon(points)
    assume(whole.is_valid and whole.area > 0.01)
    across = affinity.translate(whole, middle)
    found = shape_of(as_drawn_across(across))
    west, _, east, _ = found.bounds
    assert -180 <= west <= east <= 180 and found.is_valid
    assert found.area == pytest.approx(whole.area, rel=1e-9)
    lons, lats = zip(
        *[(x / 7 + 0.011, y / 7 + 0.013) for x in range(-36, 37, 4) for y in range(-36, 37, 4)], strict=True
    )
    expected = points_inside(whole, lons, lats)
    seen = points_inside(found, [(x + middle + 180) % 360 - 180 for x in lons], lats)
    assert (expected == seen).all()


@given(outlines)
def test_a_hole_across_180_degrees_stays_a_hole(points: list[tuple[float, float]]) -> None:
    hole = Polygon(points)
    assume(hole.is_valid and hole.area > 0.01)
    across = affinity.translate(Polygon(box(-6, -6, 6, 6).exterior.coords, [hole.exterior.coords]), 180)
    found = shape_of(as_drawn_across(across))
    assert found.area == pytest.approx(144 - hole.area, rel=1e-9)


def test_what_is_written_is_anticlockwise_and_cut_and_reads_back_the_same() -> None:
    across = drawn([(179, 0), (179, 1), (-179, 1), (-179, 0), (179, 0)])
    written = canonical(across)
    assert written["type"] == "MultiPolygon"
    assert canonical(written) is written
    for part in shapely.get_parts(shape_of(written)):
        assert part.exterior.is_ccw


def test_what_is_canonical_already_stays_as_it_was_written() -> None:
    area = drawn([(0, 0), (1.123456789012, 0), (1, 1), (0, 0)])
    assert canonical(area) is area


def test_a_map_wide_area_round_a_pole_is_not_taken_for_one_across_180_degrees() -> None:
    assert shape_of(dict(mapping(box(-180, 80, 180, 90)))).area == pytest.approx(3600)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (None, "an area is needed"),
        ({"type": "Point", "coordinates": [0, 0]}, "Polygon or MultiPolygon, not 'Point'"),
        ({"type": "Polygon", "coordinates": []}, "the area is empty"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "a part of the area is empty"),
        (drawn([]), "the outline is empty"),
        (drawn([(0, 0), (1, 1), (0, 0)]), "has 2 corners, at 0,0 "),
        (drawn([(3, 2), (3, 2), (3, 2), (3, 2)]), "a single point, 2,3 "),
        (drawn([(0, 0), (1, 0), (1, 1), (0, 1)]), r"not closed: it begins at 0,0 \(lat,lon\) and ends at 1,0 "),
        (drawn([(0, 0), (1, 1), (2, 2), (0, 0)]), "on one line, at 0,0 "),
        (drawn([(0, 0), (2, 1), (2, 0), (0, 1), (0, 0)]), r"crosses itself at 0.5,1 \(lat,lon\)"),
        (drawn([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1), (0, 0)]), "touches itself at 1,1 "),
        (drawn([(0, 0), (1, 0), (1, 1), (0, 0)], [(5, 5), (6, 5), (6, 6), (5, 5)]), "a hole lies outside"),
        (drawn([(0, 0), (1, 0), (1, 95), (0, 0)]), "lon 1, lat 95 is out of range"),
        (drawn([(0, 0), (181, 0), (1, 1), (0, 0)]), "lon 181, lat 0 is out of range"),
        (drawn([(0, 0), (math.inf, 0), (1, 1), (0, 0)]), "out of range"),
        (drawn([(0, 0), (10**400, 0), (1, 1), (0, 0)]), "too large a number"),
        (drawn([(0, 0), ("1", 0), (1, 1), (0, 0)]), "is not a position"),  # type: ignore[list-item]
        ({"type": "Polygon", "coordinates": [[[[[0]]]]]}, "not nested as RFC 7946 asks"),
        (drawn([(0, 80), (120, 80), (-120, 80), (0, 80)]), "goes round a pole, at 80,0 "),
        (dict(mapping(MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]))), "two parts overlap or share a side"),
        (dict(mapping(box(-90, -80, 80, 80))), "the most allowed is 20,000,000 km2"),
    ],
)
def test_what_cannot_be_warned_about_is_refused_with_the_reason_and_the_place(geometry: Any, said: str) -> None:
    with pytest.raises(BadGeometry, match=said):
        shape_of(geometry)


@given(st.recursive(st.none() | st.floats() | st.text(max_size=3) | st.integers(), st.lists, max_leaves=30))
def test_whatever_is_given_for_coordinates_is_an_area_or_is_refused(coordinates: Any) -> None:
    for kind in ("Polygon", "MultiPolygon"):
        try:
            assert shape_of({"type": kind, "coordinates": coordinates}).is_valid
        except BadGeometry:
            continue


def test_a_hole_is_cut_out_and_what_would_leave_nothing_is_refused() -> None:
    whole = box(0, 0, 3, 3)
    assert without(whole, box(1, 1, 2, 2)).area == pytest.approx(8)
    with pytest.raises(BadGeometry, match="nothing of the area would be left"):
        without(whole, box(-1, -1, 4, 4))
    with pytest.raises(BadGeometry, match="lies outside"):
        without(whole, box(3, 0, 4, 3))
    assert joined([whole, box(2, 2, 5, 5)]).area == pytest.approx(17)


def test_an_outline_of_93_000_corners_takes_a_moment() -> None:
    corners = 93_000
    ring = [
        ((2 + math.sin(40 * turn)) * math.cos(turn), (2 + math.sin(40 * turn)) * math.sin(turn))
        for turn in (2 * math.pi * at / corners for at in range(corners))
    ]
    geometry = drawn([*ring, ring[0]])
    started = time.process_time()
    assert canonical(geometry) is geometry
    assert km2(shape_of(geometry)) > 0
    assert time.process_time() - started < 5
    with pytest.raises(BadGeometry, match="the area has 100,001 vertices; the most is 100,000"):
        shape_of(drawn([*ring[:50_000], *((x, y + 9) for x, y in ring[:50_000]), ring[0]]))


def test_coordinates_are_rounded_to_a_centimetre() -> None:
    assert geojson_of(box(0, 0, 1.123456789, 1))["coordinates"][0][0][0] == 1.1234568
