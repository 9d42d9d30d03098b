"""Who is inside: against brute force by shapely and by the great circle."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from vedette.places.geometry import BadGeometry, circle
from vedette.places.inside import EARTH_RADIUS_M, Whereabouts, grown, locate, points_inside

IN, MAYBE, OUT = Whereabouts.IN, Whereabouts.MAYBE, Whereabouts.OUT
SQUARE = box(-117.1, 32.5, -117.0, 32.6)
HOLED = Polygon(SQUARE.exterior.coords, [box(-117.06, 32.54, -117.04, 32.56).exterior.coords])

grid = st.integers(-20, 20).map(lambda step: step / 10)
outlines = st.lists(st.tuples(grid, grid), min_size=3, max_size=9, unique=True)
spots = st.lists(st.tuples(grid, grid), min_size=1, max_size=40)


@given(st.lists(outlines, min_size=1, max_size=3), spots)
def test_points_inside_agrees_with_brute_force_on_any_shape(rings, points):
    area = shapely.union_all([Polygon(ring).buffer(0) for ring in rings])
    assume(isinstance(area, Polygon | MultiPolygon) and not area.is_empty)
    lons, lats = zip(*points, strict=True)
    assert points_inside(area, lons, lats).tolist() == [area.intersects(Point(p)) for p in points]


def test_the_boundary_is_inside_and_a_hole_is_not():
    lons, lats = [-117.1, -117.05, -117.05, -117.06, math.nan], [32.5, 32.5, 32.55, 32.55, 32.5]
    assert points_inside(HOLED, lons, lats).tolist() == [True, True, False, True, False]


def test_an_area_in_two_halves_meets_at_the_antimeridian():
    area = MultiPolygon([box(179, -1, 180, 1), box(-180, -1, -179, 1)])
    assert points_inside(area, [180, -180, 179.5, -179.5, 178], [0] * 5).tolist() == [True, True, True, True, False]
    found = locate(area, [179.999], [0], accuracy_m=5_000, age_s=0, max_age_s=600)
    assert found.tolist() == [IN]


def test_a_fix_without_doubt_on_the_northernmost_corner_is_in():
    star = Polygon([(-99.69, -39.79), (-99.61, -39.77), (-99.6726671988707, -39.71635582544568)])
    assert locate(star, [-99.6726671988707], [-39.71635582544568], 0, 0, 60).tolist() == [IN]


def metres(lon1, lat1, lon2, lat2):
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = (
        math.sin((phi2 - phi1) / 2) ** 2
        + math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(half))


def metres_to_boundary(area, lon, lat):
    """By brute force: the nearest of many points along the outline."""
    outline = shapely.segmentize(area, 0.0005).boundary
    return min(metres(lon, lat, x, y) for x, y in shapely.get_coordinates(outline))


@given(
    lat=st.sampled_from([0.0, 32.0, 60.17, 78.0]),
    east=st.floats(-0.3, 0.3),
    north=st.floats(-0.2, 0.2),
    reach=st.floats(0, 30_000),
)
def test_locate_is_never_surer_than_the_great_circle_allows(lat, east, north, reach):
    area = box(10.0, lat - 0.1, 10.2, lat + 0.1)
    lon_p, lat_p = 10.1 + east, lat + north
    (found,) = locate(area, [lon_p], [lat_p], accuracy_m=reach, age_s=0, max_age_s=600)
    distance = metres_to_boundary(area, lon_p, lat_p)
    inside = area.intersects(Point(lon_p, lat_p))
    # The brute force measures to points up to 60 m apart, and Vedette adds 0.6 % for the Earth's figure.
    slack = 70 + reach * 0.01
    if inside and distance > reach + slack:
        assert found == IN
    elif not inside and distance > reach + slack:
        assert found == OUT
    elif distance < reach - 70:
        assert found == MAYBE


def test_a_metre_is_a_metre_in_helsinki():
    area = circle(60.17, 24.94, 10_000)
    east = 24.94 + math.degrees(12_000 / EARTH_RADIUS_M) / math.cos(math.radians(60.17))
    assert locate(area, [east], [60.17], 1_900, 0, 600).tolist() == [OUT]
    assert locate(area, [east], [60.17], 2_100, 0, 600).tolist() == [MAYBE]


def test_age_widens_doubt_and_too_old_is_never_in():
    lon, lat = -117.05, 32.55
    assert locate(SQUARE, [lon], [lat], 10, 0, 600).tolist() == [IN]
    assert locate(SQUARE, [lon], [lat], 10, 300, 600).tolist() == [MAYBE]
    assert locate(SQUARE, [lon], [lat], 10, 300, 600, speed_mps=1).tolist() == [IN]
    assert locate(SQUARE, [lon], [lat], 10, 601, 600, speed_mps=0).tolist() == [MAYBE]
    assert locate(SQUARE, [lon], [lat], 10, math.nan, 600).tolist() == [MAYBE]


def test_no_fix_is_maybe_and_a_far_fix_is_out_however_old():
    found = locate(SQUARE, [math.nan, 0, -117.05], [32.55, 0, 32.9], [10, 10, math.nan], [0, 10**7, 0], 600)
    assert found.tolist() == [MAYBE, OUT, OUT]


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(0, 1e5), st.floats(0, 1e6)), min_size=1))
def test_anyone_on_earth_gets_an_answer_and_in_means_inside(people):
    lons, lats, accuracy, age = zip(*people, strict=True)
    found = locate(HOLED, lons, lats, accuracy, age, 3600)
    inside = points_inside(HOLED, lons, lats)
    assert set(found.tolist()) <= {IN, MAYBE, OUT}
    assert (inside[found == IN]).all()
    assert not (inside[found == OUT]).any()


@pytest.mark.parametrize("lat", [0.0, 45.0, 60.17, 78.0])
def test_an_area_grows_by_true_metres_on_every_side(lat):
    area = box(10.0, lat, 10.2, lat + 0.1)
    wide = grown(area, 10_000)
    assert wide.contains(area)
    for lon_p, lat_p in shapely.get_coordinates(shapely.segmentize(wide, 0.05).boundary):
        assert metres_to_boundary(area, lon_p, lat_p) == pytest.approx(10_000, rel=0.02)


def test_an_area_is_not_grown_over_the_antimeridian_or_a_pole():
    for area in (box(179.9, 0, 180, 1), box(0, 88.5, 10, 89.5)):
        with pytest.raises(BadGeometry):
            grown(area, 200_000)
    with pytest.raises(ValueError, match="0 m or more"):
        grown(SQUARE, -1)


def test_a_hundred_thousand_people_take_a_moment_not_a_coffee_break():
    random = np.random.default_rng(7)
    lons, lats = random.uniform(-118, -116, 100_000), random.uniform(32, 33, 100_000)
    started = time.perf_counter()
    locate(HOLED, lons, lats, random.uniform(5, 500, 100_000), random.uniform(0, 900, 100_000), 600)
    assert time.perf_counter() - started < 5
