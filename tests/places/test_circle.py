"""Circles are true to the metre at any latitude, held against the geodesic itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from vedette.places.circle import circle, destination
from vedette.places.geometry import BadGeometry, geojson_of, shape_of
from vedette.places.inside import points_inside

A, F = 6_378_137.0, 1 / 298.257223563
B = A * (1 - F)


def geodesic_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Vincenty's inverse formula on WGS 84, written down apart from what is tested."""
    u1 = math.atan((1 - F) * math.tan(math.radians(lat1)))
    u2 = math.atan((1 - F) * math.tan(math.radians(lat2)))
    span = math.radians((lon2 - lon1 + 540) % 360 - 180)
    lam = span
    for _ in range(200):
        ss = math.hypot(
            math.cos(u2) * math.sin(lam),
            math.cos(u1) * math.sin(u2) - math.sin(u1) * math.cos(u2) * math.cos(lam),
        )
        if ss == 0:
            return 0.0
        cs = math.sin(u1) * math.sin(u2) + math.cos(u1) * math.cos(u2) * math.cos(lam)
        sigma = math.atan2(ss, cs)
        sa = math.cos(u1) * math.cos(u2) * math.sin(lam) / ss
        c2a = 1 - sa * sa
        cm = cs - 2 * math.sin(u1) * math.sin(u2) / c2a if c2a > 1e-15 else 0.0
        c = F / 16 * c2a * (4 + F * (4 - 3 * c2a))
        before, lam = lam, span + (1 - c) * F * sa * (sigma + c * ss * (cm + c * cs * (2 * cm * cm - 1)))
        if abs(lam - before) < 1e-13:
            break
    v = c2a * (A * A - B * B) / (B * B)
    k = 1 + v / 16384 * (4096 + v * (-768 + v * (320 - 175 * v)))
    q = v / 1024 * (256 + v * (-128 + v * (74 - 47 * v)))
    turn = q * ss * (
        cm + q / 4 * (cs * (2 * cm * cm - 1) - q / 6 * cm * (4 * ss * ss - 3) * (4 * cm * cm - 3))
    )  # fmt: skip
    return B * k * (sigma - turn)


def test_the_measure_of_these_tests_gives_the_published_distance() -> None:
    # Flinders Peak to Buninyong, Geoscience Australia's worked example on GRS 80: 54,972.271 m.
    start = (-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600)
    end = (-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600)
    assert geodesic_m(*start, *end) == pytest.approx(54_972.271, abs=0.001)
    bearing = np.array([math.radians(306 + 52 / 60 + 5.37 / 3600)])
    ((lon, lat),) = destination(*start, bearing, 54_972.271)
    assert (lat, lon) == pytest.approx(end, abs=1e-7)


@given(
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    radius=st.floats(1, 1_000_000),
)
def test_no_side_leaves_the_true_circle_by_more_than_is_said(lat: float, lon: float, radius: float) -> None:
    try:
        area = circle(lat, lon, radius)
    except BadGeometry as refused:
        assume("through a pole" in str(refused))
        return
    assert area.is_valid
    for part in shapely.get_parts(area):
        edge = shapely.get_coordinates(part.exterior)
        middles = (edge[1:] + edge[:-1]) / 2
        for x, y in np.concatenate([edge, middles]):
            # Sides along 180 degrees and the pole are where the map ends, not where the circle does.
            if abs(x) == 180 or abs(y) == 90:
                continue
            off = geodesic_m(lat, lon, y, x) - radius
            assert abs(off) <= radius / 2_500 + 1


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (60.17, 24.94), (-77.85, 166.67), (0, 180), (89.99, 12), (-90, 0)])
def test_whoever_is_well_within_is_in_and_whoever_is_well_outside_is_not(lat: float, lon: float) -> None:
    area = circle(lat, lon, 20_000)
    bearings = np.linspace(0, 2 * math.pi, 90)
    near, far = destination(lat, lon, bearings, 19_990), destination(lat, lon, bearings, 20_010)
    assert points_inside(area, near[:, 0], near[:, 1]).all()
    assert not points_inside(area, far[:, 0], far[:, 1]).any()
    assert points_inside(area, [lon], [lat]).all()


def test_a_circle_is_as_wide_as_it_is_high_in_helsinki() -> None:
    west, south, east, north = circle(60.17, 24.94, 10_000).bounds
    assert geodesic_m(60.17, west, 60.17, east) == pytest.approx(20_000, abs=10)
    assert geodesic_m(south, 24.94, north, 24.94) == pytest.approx(20_000, abs=10)


def test_a_circle_over_a_pole_or_across_180_degrees_is_a_sound_area_like_any_other() -> None:
    for area in (circle(89.9, 12, 50_000), circle(-90, 0, 10_000), circle(-17, 179.9, 50_000)):
        assert shape_of(geojson_of(area)).normalize().equals_exact(area.normalize(), 1e-6)


@pytest.mark.parametrize(
    ("lat", "lon", "radius", "said"),
    [
        (91, 0, 10, "centre must be lat -90 to 90"),
        (math.nan, 0, 10, "centre must be"),
        (0, 0, 0, "radius above 0 m"),
        (0, 0, 0.5, "1 m at least"),
        (0, 0, 6e6, "at most 5,000 km"),
    ],
)
def test_what_is_no_circle_is_refused_with_the_reason(lat: float, lon: float, radius: float, said: str) -> None:
    with pytest.raises(BadGeometry, match=said):
        circle(lat, lon, radius)
